/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A hostile neighbour: it owns nothing, hears what the network lets it hear, and sends
 * what it likes.
 */
#ifndef VRC_HOSTILE_NEIGHBOUR_H
#define VRC_HOSTILE_NEIGHBOUR_H

#include "wire.h"

/* Where a command acts; returns the exit status. */
struct neighbour {
	const char *ifname;
	int fd;
	u8 mac[6];
	int argc;
	char **argv;		/* of the command, without its name */
};

/* flood.c */
int flood_advertise(struct neighbour *n);
int flood_stray(struct neighbour *n);
int flood_pose(struct neighbour *n);
int flood_discover(struct neighbour *n);
int flood_bind(struct neighbour *n);
int flood_usurp(struct neighbour *n);

/* forge.c */
int forge_guess(struct neighbour *n);
int forge_send(struct neighbour *n);

/* tape.c */
int tape_record(struct neighbour *n);
int tape_replay(struct neighbour *n);
int tape_ids(struct neighbour *n);

/* neighbour.c: parse or end the program */
unsigned long arg_number(const struct neighbour *n, int i);
void arg_mac(const struct neighbour *n, int i, u8 *mac);
/* Waits up to @seconds for a frame of @kind; its sender in @src. False: none came. */
bool await_frame(struct neighbour *n, u8 kind, unsigned int seconds, u8 *buf, struct vrc_frame *f);

#endif /* VRC_HOSTILE_NEIGHBOUR_H */
