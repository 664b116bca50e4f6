/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A simulated network between two ends, 0 and 1: it loses, copies, delays
 * and reorders. Time is simulated, and randomness is seeded.
 */
#ifndef VRC_CHANNEL_H
#define VRC_CHANNEL_H

#include "frame.h"

#define PKT_MAX_TLPS	8

struct pkt {			/* stands for the payload of a DATA frame */
	u32	nr;
	u64	tlp[PKT_MAX_TLPS];
};

struct channel_config {
	u64	delay_ns;	/* one way */
	u64	jitter_ns;	/* up to this is added, each frame on its own */
	u64	bond_ns;	/* every other frame takes this longer */
	u64	frame_ns;	/* time of a frame on the wire: 1 / rate */
	u32	queue;		/* frames that wait for the wire, more are lost; 0: any */
	u32	loss_ppm;
	u64	burst_ns;	/* a loss takes all frames for so long */
	u32	dup_ppm;
};

struct message {
	u64	at;		/* arrival */
	u64	order;
	int	to;
	bool	has_data;
	struct vrc_frame f;
	struct pkt data;
};

struct channel;

struct channel *channel_create(const struct channel_config *cfg, u64 seed);
void channel_destroy(struct channel *c);
/* Sends to end @to at @now; @data is NULL for an ACK. Returns copies under way: 0 if lost. */
int channel_send(struct channel *c, int to, const struct vrc_frame *f,
		 const struct pkt *data, u64 now);
/* When the next message arrives, or VRC_ARQ_NEVER */
u64 channel_next(const struct channel *c);
void channel_receive(struct channel *c, struct message *m);

#endif /* VRC_CHANNEL_H */
