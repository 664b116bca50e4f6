/* SPDX-License-Identifier: GPL-2.0-only */
/* A network back end that is memory, in place of net.c and its TAP and packet sockets. */
#ifndef FAKE_NET_H
#define FAKE_NET_H

#include "models/net.h"

#define FAKE_NET_FRAMES	4096	/* sent and not looked at yet */

struct fake_frame {
	struct virtio_net_hdr hdr;
	unsigned int queue;
	size_t len;
	uint8_t *data;
};

struct fake_net {
	struct net_user *user;		/* NULL: not open */
	bool carrier, paused;
	bool busy;			/* takes no frame until fake_net_writable() */
	unsigned int room;		/* frames that it takes until it is busy; 0: any number */
	bool impatient;			/* gives frames also while the model has paused */
	bool dropping;			/* cannot take frames: gone, or they are too large */
	struct net_stats stats;
	struct fake_frame sent[FAKE_NET_FRAMES];
	unsigned int nr_sent;
	struct fake_frame waiting[FAKE_NET_FRAMES];	/* for the model, while it has paused */
	unsigned int nr_waiting;
};

extern struct fake_net fake_net;

/* Call it from outside of the loop only, as the model may send in turn. */
void fake_net_receive(const struct virtio_net_hdr *hdr, const void *frame, size_t len);
/* Gives the model what waits, if it has not paused. */
void fake_net_run(void);
void fake_net_carrier(bool up);
void fake_net_writable(void);
/* Forgets what was sent. */
void fake_net_flush(void);

#endif /* FAKE_NET_H */
