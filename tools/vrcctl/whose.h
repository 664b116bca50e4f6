/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whose frame is it? Sessions that live are asked of the module, later ones are learned from
 * their BIND and BOUND as they pass.
 */
#ifndef VRCCTL_WHOSE_H
#define VRCCTL_WHOSE_H

#include "dev.h"

struct whose;

struct whose *whose_new(unsigned int port, const u8 *mac);	/* @mac: of the port */
void whose_free(struct whose *w);

#define WHOSE_LEN	256
/*
 * The frame @frame, from its Ethernet header on, belongs to a function: true, which one to
 * *@bdf, and its name with who uses it to @text. Else false.
 */
bool whose_frame(struct whose *w, const u8 *frame, size_t len, u16 *bdf, char *text);

#endif /* VRCCTL_WHOSE_H */
