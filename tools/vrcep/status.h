/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The status of a vrcep: who connects to its Unix socket is sent one JSON object,
 * read afresh, and the connection is closed.
 */
#ifndef VRCEP_STATUS_H
#define VRCEP_STATUS_H

#include <stddef.h>

#include "port.h"

struct ep_status;

/* NULL and a message in @err. @ports is a list linked by next. */
struct ep_status *ep_status_open(struct ep_loop *loop, const char *path, struct ep_port *ports,
				 char *err, size_t err_len);
void ep_status_close(struct ep_status *s);

/* Prints the status of the vrcep that listens at @path; 0, or -1 with a message in @err. */
int ep_status_print(const char *path, char *err, size_t err_len);

/* status-json.c: the text, to be freed; NULL: out of memory */
char *ep_status_json(struct ep_port *ports);

#endif /* VRCEP_STATUS_H */
