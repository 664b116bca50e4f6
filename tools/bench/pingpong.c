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

static void ping(int fd, long count, size_t size)
{
	uint64_t start;
	long i;

	limit_wait(fd);
	for (i = 0; i < count / 10 + 1; i++)
		round_trip(fd, size);
	mark_begin();
	start = now();
	for (i = 0; i < count; i++)
		round_trip(fd, size);
	printf("%.1f\n", (double)(now() - start) / (double)count);
	mark_end();
	mark_section();
}

int main(int argc, char **argv)
{
	uint8_t mac[6];
	long count, size;
	int fd;

	if (argc != 2 && argc != 5) {
		fprintf(stderr, "usage: pingpong IFACE [MAC COUNT SIZE]\n");
		return 2;
	}
	fd = open_port(argv[1], mac);
	if (argc == 2)
		echo(fd, mac);
	count = parse_number("pingpong: COUNT", argv[3], 1, 10000000);
	size = parse_number("pingpong: SIZE", argv[4], 60, MAX_SIZE);
	put_header(frame, mac, argv[2]);
	ping(fd, count, (size_t)size);
	return 0;
}
