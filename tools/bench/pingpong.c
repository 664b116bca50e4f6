// SPDX-License-Identifier: GPL-2.0-only
/*
 * The floor of a round trip: two plain AF_PACKET programs that send one frame
 * back and forth over the interfaces that VRC uses.
 *
 * usage: pingpong IFACE                        echoes until killed
 *        pingpong IFACE MAC COUNT SIZE         COUNT round trips of SIZE bytes;
 *                                              prints nanoseconds per round trip
 */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "mark.h"
#include "packet.h"

static uint8_t frame[MAX_SIZE];

static void echo(int fd, const uint8_t *mac)
{
	ssize_t n;

	for (;;) {
		n = recv(fd, frame, sizeof(frame), 0);
		if (n < ETH_LEN)
			die("recv");
		memcpy(frame, frame + 6, 6);
		memcpy(frame + 6, mac, 6);
		if (send(fd, frame, (size_t)n, 0) != n)
			die("send");
	}
}

static void round_trip(int fd, size_t size)
{
	static uint8_t answer[MAX_SIZE];

	if (send(fd, frame, size, 0) != (ssize_t)size)
		die("send");
	if (recv(fd, answer, sizeof(answer), 0) != (ssize_t)size)
		die("recv: no echo");
}

static void ping(int fd, const uint8_t *mac, const char *peer, uint32_t count, size_t size)
{
	uint64_t start;
	uint32_t i;

	limit_wait(fd);
	put_header(frame, mac, peer);
	for (i = 0; i < count / 10 + 1; i++)
		round_trip(fd, size);
	mark_begin();
	start = now();
	for (i = 0; i < count; i++)
		round_trip(fd, size);
	printf("%.1f\n", (double)(now() - start) / count);
	mark_end();
	mark_section();
}

int main(int argc, char **argv)
{
	static const struct peer peer = {
		.name = "pingpong", .max_count = 10000000, .serve = echo, .measure = ping,
	};

	return peer_main(&peer, argc, argv);
}
