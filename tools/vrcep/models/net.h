/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Network back ends of models: where the Ethernet frames of a device come from
 * and go to on the device host. A TAP (tap=NAME) or a packet socket on an
 * interface (iface=NAME). With each frame goes a struct virtio_net_hdr, so that
 * checksums and the cutting of large packets can be left to who comes next.
 *
 * The carrier is that of the interface (up, and with carrier). An interface that
 * goes away takes the carrier with it, and when one of its name is there
 * again the back end takes that.
 */
#ifndef VRCEP_NET_H
#define VRCEP_NET_H

#include <linux/virtio_net.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../loop.h"
#include "../options.h"

#define NET_MAX_QUEUES	16
#define NET_DEFAULT_QUEUES 4
/* Of a received frame: the longest IP packet, Ethernet header and a VLAN tag. */
#define NET_MAX_FRAME	(65535 + 18)

struct net;

/* Who uses a back end. Callbacks come from the loop, never from inside of a call of net_*(). */
struct net_user {
	/*
	 * A frame. The buffer is the back end's, may be changed, and is gone after
	 * the call. @hdr: NEEDS_CSUM and, of a packet socket, GSO can be set.
	 */
	void (*receive)(struct net_user *u, const struct virtio_net_hdr *hdr, uint8_t *frame,
			size_t len);
	void (*carrier)(struct net_user *u, bool up);
	/* net_send() has returned NET_BUSY, now it takes frames again. */
	void (*writable)(struct net_user *u);
	/* One line that is worth to be in the log. */
	void (*say)(struct net_user *u, const char *line);
};

enum net_sent {
	NET_SENT,
	NET_BUSY,		/* nothing was taken: wait for writable() */
	NET_DROPPED,		/* the back end cannot take it: no carrier, too large */
};

struct net_stats {
	uint64_t rx_frames, tx_frames, tx_dropped;
};

/*
 * By the options tap= or iface=, exactly one of which is given. A TAP with as many
 * queues as @queues, if it can have them. NULL and a message in @err, which begins with @who.
 */
struct net *net_open(struct ep_loop *loop, const struct ep_options *o, const char *who,
		     unsigned int queues, struct net_user *u, char *err, size_t err_len);
void net_close(struct net *n);
const char *net_name(const struct net *n);
const struct net_stats *net_stats(const struct net *n);
bool net_carrier(const struct net *n);
/* While paused nothing is received: frames wait in the kernel, until it drops them. */
void net_pause(struct net *n, bool pause);
/* Frames of one flow are given to one queue; @queue may be any number. */
enum net_sent net_send(struct net *n, unsigned int queue, const struct virtio_net_hdr *hdr,
		       const void *frame, size_t len);

#endif /* VRCEP_NET_H */
