/* SPDX-License-Identifier: GPL-2.0-only */
/* Everything that one vrcep runs: the loop, its ports, their stations. */
#ifndef VRCEP_WORLD_H
#define VRCEP_WORLD_H

#include "conf.h"
#include "port.h"

struct ep_world {
	struct ep_loop *loop;
	struct ep_port *ports;
};

/* Opens what @c describes; 0, or -1 with a message in @err and everything closed again. */
int ep_world_open(struct ep_world *w, const struct ep_conf *c, char *err);
void ep_world_close(struct ep_world *w);
/* Announces all stations. */
void ep_world_start(struct ep_world *w);
/* Releases all sessions. */
void ep_world_shutdown(struct ep_world *w);
/* Do owners still have to answer a RELEASE? */
bool ep_world_busy(const struct ep_world *w);

#endif /* VRCEP_WORLD_H */
