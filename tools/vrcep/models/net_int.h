/* SPDX-License-Identifier: GPL-2.0-only */
/* What is common to the kinds of network back ends; for net*.c only. */
#ifndef VRCEP_NET_INT_H
#define VRCEP_NET_INT_H

#include <net/if.h>

#include "../container.h"
#include "net.h"

#define NET_BATCH	64	/* frames that one event of a queue brings at most */
#define NET_BUF_SIZE	(sizeof(struct virtio_net_hdr) + NET_MAX_FRAME)

/* Problems that are logged once, until the interface is another. */
enum net_problem {
	NET_PROBLEM_SIZE,
	NET_PROBLEM_SEND,
	NET_PROBLEM_ATTACH,
};

struct net_queue {
	struct ep_fd w;
	struct net *net;
};

struct net_ops {
	/* Opens net->queue[] on the interface net->name; 0, or -errno and what failed in @what. */
	int (*attach)(struct net *n, const char **what);
	/* Is the interface still there. */
	bool (*alive)(struct net *n);
	/* Reads frames of a queue and hands them to net_received(). */
	void (*read)(struct net *n, struct net_queue *q);
	bool must_exist;	/* attach() works on an interface that is there only */
};

struct net {
	const struct net_ops *ops;
	struct ep_loop *loop;
	struct net_user *user;
	char name[IFNAMSIZ];
	int ifindex;			/* 0: not known (in another namespace) */
	bool attached, carrier;
	bool paused;			/* by the user */
	bool blocked;			/* a write would have blocked */
	unsigned int wanted, queues;
	struct net_queue queue[NET_MAX_QUEUES];
	struct ep_fd watch;		/* link events of the kernel */
	int ctl;			/* a socket for ioctls */
	int claim;			/* a socket whose name says that a TAP is taken */
	unsigned int told;		/* bits of enum net_problem */
	struct net_stats stats;
	uint8_t *buf;			/* NET_BUF_SIZE bytes */
};

extern const struct net_ops net_tap_ops, net_packet_ops;

/* 0, or -errno */
int net_add_queue(struct net *n, int fd);
void net_received(struct net *n, const struct virtio_net_hdr *hdr, uint8_t *frame, size_t len);
/* Reading has failed with @err: look whether the interface is still there. */
void net_failed(struct net *n, int err);

#endif /* VRCEP_NET_INT_H */
