// SPDX-License-Identifier: GPL-2.0-only
/*
 * The floor of a stream: two plain AF_PACKET programs, one sends frames, the other takes
 * them, over the interfaces that VRC uses.
 *
 * usage: stream IFACE
 *            takes frames until killed; answers the last of a run
 *        stream IFACE MAC COUNT SIZE
 *            sends COUNT frames of SIZE bytes; prints nanoseconds a frame, from the first until the
 *            other end has taken the last
 *
 * The first bytes of a frame are its number and the number of the last one. Nothing holds the
 * sender back, so the receiver's buffer takes a whole run: a frame that is missing is an error.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "mark.h"
#include "packet.h"

#define RECEIVE_BUFFER	(512 * 1024 * 1024)
#define MAX_COUNT	10000

struct head {
	uint32_t number, last;
};

static uint8_t frame[MAX_SIZE];

static struct head get_head(void)
{
	struct head h;

	memcpy(&h, frame + ETH_LEN, sizeof(h));
	return (struct head){ .number = ntohl(h.number), .last = ntohl(h.last) };
}

static void put_head(uint32_t number, uint32_t last)
{
	struct head h = { .number = htonl(number), .last = htonl(last) };

	memcpy(frame + ETH_LEN, &h, sizeof(h));
}

/* How many of the run have come: to who has sent them. */
static void answer(int fd, const uint8_t *mac, uint32_t taken)
{
	memcpy(frame, frame + 6, 6);
	memcpy(frame + 6, mac, 6);
	put_head(taken, 0);
	if (send(fd, frame, 60, 0) != 60)
		die("send");
}

static void take(int fd, const uint8_t *mac)
{
	int size = RECEIVE_BUFFER;
	uint32_t taken = 0;

	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)))
		die("SO_RCVBUFFORCE");
	for (;;) {
		struct head h;

		if (recv(fd, frame, sizeof(frame), 0) < ETH_LEN + (ssize_t)sizeof(h))
			die("recv");
		h = get_head();
		taken++;
		if (h.number < h.last)
			continue;
		answer(fd, mac, taken);
		taken = 0;
	}
}

static void send_frame(int fd, size_t size)
{
	while (send(fd, frame, size, 0) != (ssize_t)size)
		if (errno != ENOBUFS && errno != EINTR)
			die("send");
}

static void send_run(int fd, uint32_t count, size_t size)
{
	uint32_t i;

	for (i = 1; i <= count; i++) {
		put_head(i, count);
		send_frame(fd, size);
	}
	if (recv(fd, frame, sizeof(frame), 0) < 0)
		die("stream: no answer");
	if (get_head().number == count)
		return;
	fprintf(stderr, "stream: %u of %u frames have come\n", get_head().number, count);
	exit(1);
}

static void stream(int fd, const uint8_t *mac, const char *peer, uint32_t count, size_t size)
{
	uint64_t start;

	limit_wait(fd);
	put_header(frame, mac, peer);
	send_run(fd, count / 10 + 1, size);
	put_header(frame, mac, peer);
	mark_begin();
	start = now();
	send_run(fd, count, size);
	printf("%.1f\n", (double)(now() - start) / count);
	mark_end();
	mark_section();
}

int main(int argc, char **argv)
{
	static const struct peer peer = {
		.name = "stream", .max_count = MAX_COUNT, .serve = take, .measure = stream,
	};

	return peer_main(&peer, argc, argv);
}
