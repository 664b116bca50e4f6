// SPDX-License-Identifier: GPL-2.0-only
#include "user.h"

#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "options-core.h"

#define SECOND	1000000000ull

struct user user;

/* ---- the user ---- */

static void receive(struct net_user *u, const struct virtio_net_hdr *hdr, uint8_t *frame,
		    size_t len)
{
	(void)u;
	user.frames++;
	user.hdr = *hdr;
	user.len = len;
	memcpy(user.frame, frame, len);
}

static void carrier(struct net_user *u, bool up)
{
	(void)u;
	if (up)
		user.ups++;
	else
		user.downs++;
}

static void writable(struct net_user *u)
{
	(void)u;
}

static void say(struct net_user *u, const char *line)
{
	size_t used = strlen(user.log);

	(void)u;
	snprintf(user.log + used, sizeof(user.log) - used, "%s\n", line);
}

bool user_open(const char *option, unsigned int queues)
{
	struct ep_options *o = ep_options_new();
	char model[16], text[128];

	memset(&user, 0, sizeof(user));
	user.user = (struct net_user){
		.receive = receive, .carrier = carrier, .writable = writable, .say = say,
	};
	user.loop = ep_loop_create();
	snprintf(text, sizeof(text), "net,%s", option);
	if (!ep_options_parse(o, text, model, sizeof(model), user.err, sizeof(user.err)))
		user.net = net_open(user.loop, o, "test", queues, &user.user, user.err,
				    sizeof(user.err));
	ep_options_free(o);
	return user.net;
}

void user_close(void)
{
	net_close(user.net);
	ep_loop_destroy(user.loop);
	user.net = NULL;
	user.loop = NULL;
}

static uint64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * SECOND + (uint64_t)ts.tv_nsec;
}

bool user_wait(const unsigned int *count, unsigned int n)
{
	uint64_t end = now() + SECOND;

	while (*count < n && now() < end)
		ep_loop_turn(user.loop, SECOND / 100);
	return *count >= n;
}

void user_idle(void)
{
	uint64_t end = now() + SECOND / 10;
	unsigned int turns = 0;

	for (; now() < end; turns++)
		ep_loop_turn(user.loop, SECOND / 100);
	/* An event that nobody takes would make it spin. */
	EXPECT(turns < 50);
}

enum net_sent user_send(const void *frame, size_t len)
{
	static const struct virtio_net_hdr nothing;

	return net_send(user.net, 0, &nothing, frame, len);
}

/* ---- interfaces ---- */

void ip_cmd(const char *fmt, ...)
{
	char cmd[256] = "ip ";
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(cmd + 3, sizeof(cmd) - 3, fmt, ap);
	va_end(ap);
	if (system(cmd))
		tap_expect(false, __FILE__, __LINE__, cmd);
}

bool exists(const char *name)
{
	return if_nametoindex(name);
}

int peer_open(const char *name)
{
	struct sockaddr_ll sa = {
		.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = (int)if_nametoindex(name),
	};
	int fd = socket(AF_PACKET, SOCK_RAW, 0);

	EXPECT(fd >= 0 && !bind(fd, (struct sockaddr *)&sa, sizeof(sa)));
	return fd;
}

void peer_send(int fd, const void *frame, size_t len)
{
	EXPECT_EQ(send(fd, frame, len, 0), len);
}

size_t peer_receive(int fd, void *frame, size_t size)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	uint64_t end = now() + SECOND;
	const uint8_t *type = (const uint8_t *)frame + 12;
	ssize_t len;

	while (now() < end) {
		struct sockaddr_ll sa;
		socklen_t sa_len = sizeof(sa);

		if (poll(&p, 1, 100) <= 0)
			continue;
		len = recvfrom(fd, frame, size, MSG_TRUNC, (struct sockaddr *)&sa, &sa_len);
		if (len >= 14 && sa.sll_pkttype != PACKET_OUTGOING &&
		    (type[0] << 8 | type[1]) == TEST_TYPE)
			return (size_t)len;
	}
	return 0;
}

void make_frame(uint8_t *frame, size_t len, uint8_t seed)
{
	for (size_t i = 0; i < len; i++)
		frame[i] = (uint8_t)(seed + i * 7);
	memset(frame, 0xff, 6);
	memcpy(frame + 6, "\x02\0\0\0\0\x01", 6);
	frame[12] = TEST_TYPE >> 8;
	frame[13] = TEST_TYPE & 0xff;
}
