/* SPDX-License-Identifier: GPL-2.0-only */
/* A user of a back end, and the other end of its wire, in a network namespace of the test. */
#ifndef NET_TEST_USER_H
#define NET_TEST_USER_H

#include "log.h"
#include "net.h"
#include "tap.h"

struct user {
	struct net_user user;
	struct ep_loop *loop;
	struct net *net;
	unsigned int frames, ups, downs;
	struct virtio_net_hdr hdr;	/* of the last frame */
	size_t len;
	uint8_t frame[NET_MAX_FRAME];
	char log[1024];
	char err[256];
};

extern struct user user;

/* @option: tap=NAME or iface=NAME; false: user.err says why. */
bool user_open(const char *option, unsigned int queues);
void user_close(void);
/* Lets the loop turn until @count is at least @n, or a second is over. */
bool user_wait(const unsigned int *count, unsigned int n);
/* Lets the loop turn for a while in which nothing should happen. */
void user_idle(void);
/* Sends a frame without anything special. */
enum net_sent user_send(const void *frame, size_t len);

/* ip ...; the test fails if that does */
__printf(1, 2) void ip_cmd(const char *fmt, ...);
bool exists(const char *name);
/* A packet socket on @name: the other end. */
int peer_open(const char *name);
void peer_send(int fd, const void *frame, size_t len);
/* The next frame with the test's EtherType, within a second; 0: none. */
size_t peer_receive(int fd, void *frame, size_t size);

#define TEST_TYPE	0x88b6		/* of local experiments */
/* Broadcast, TEST_TYPE and a pattern. */
void make_frame(uint8_t *frame, size_t len, uint8_t seed);

#endif /* NET_TEST_USER_H */
