// SPDX-License-Identifier: GPL-2.0-only
/*
 * neighbour IFACE COMMAND [ARG...]: a hostile neighbour, to test roots and stations.
 *
 * advertise COUNT [SERIAL]   waits for DISCOVER and answers as COUNT stations of random MACs
 *                            and serials, or all of the one SERIAL
 * stray COUNT                the same unasked, by broadcast
 * pose SECONDS SERIAL MAC    the same in the name of a station that seems to restart all the time
 * discover COUNT             asks from COUNT random MACs, each allowing ten seconds of delay
 * bind COUNT                 binds all functions of all stations, from COUNT random MACs and
 *                            roots, with the longest lease, and never answers
 * usurp DST SRC SERIAL INSTANCE OWNER
 *                            binds function 0 of the station DST in the name of its owner
 * guess COUNT DST SRC        all kinds of frames of sessions, with random ids
 * record FILE SECONDS        keeps all frames that pass, of VRC and MACsec
 * replay FILE SRC [new]      sends those again that came from SRC, or with the packet number of
 *                            MACsec changed
 * ids FILE                   prints "SRC DST ID" of each session on the tape
 * forge KIND DST SRC ID      a frame of the session ID: release, ack, probe or write
 *
 * Prints how many frames it has sent.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>

#include "neighbour.h"

static const struct {
	const char *name;
	int (*run)(struct neighbour *n);
	int min, max;		/* arguments */
} commands[] = {
	{ "advertise", flood_advertise, 1, 2 },
	{ "stray", flood_stray, 1, 1 },
	{ "pose", flood_pose, 3, 3 },
	{ "discover", flood_discover, 1, 1 },
	{ "bind", flood_bind, 1, 1 },
	{ "usurp", flood_usurp, 5, 5 },
	{ "guess", forge_guess, 3, 3 },
	{ "forge", forge_send, 4, 4 },
	{ "record", tape_record, 2, 2 },
	{ "replay", tape_replay, 2, 3 },
	{ "ids", tape_ids, 1, 1 },
};

static void bad_argument(const struct neighbour *n, int i, const char *expected)
{
	fprintf(stderr, "neighbour: '%s' is not %s\n", n->argv[i], expected);
	exit(2);
}

unsigned long arg_number(const struct neighbour *n, int i)
{
	char *end;
	unsigned long v = strtoul(n->argv[i], &end, 0);

	if (*end || !v)
		bad_argument(n, i, "a number");
	return v;
}

void arg_mac(const struct neighbour *n, int i, u8 *mac)
{
	if (sscanf(n->argv[i], "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", &mac[0], &mac[1], &mac[2],
		   &mac[3], &mac[4], &mac[5]) != 6)
		bad_argument(n, i, "a MAC address");
}

bool await_frame(struct neighbour *n, u8 kind, unsigned int seconds, u8 *buf, struct vrc_frame *f)
{
	struct timeval wait = { .tv_usec = 100000 };
	time_t end = time(NULL) + seconds;
	ssize_t len;

	if (setsockopt(n->fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait)))
		return false;
	while (time(NULL) <= end) {
		len = recv(n->fd, buf, MAX_FRAME, 0);
		if (len > ETH_LEN && vrc_get16(buf + 12) == VRC_ETHERTYPE &&
		    !vrc_frame_parse(buf + ETH_LEN, (size_t)len - ETH_LEN, f) && f->kind == kind)
			return true;
	}
	return false;
}

int main(int argc, char **argv)
{
	struct neighbour n = { .argc = argc - 3, .argv = argv + 3 };
	unsigned int i;

	for (i = 0; argc >= 3 && i < ARRAY_SIZE(commands); i++) {
		if (strcmp(argv[2], commands[i].name) || n.argc < commands[i].min ||
		    n.argc > commands[i].max)
			continue;
		n.ifname = argv[1];
		n.fd = wire_open(n.ifname, 0);
		wire_mac(n.fd, n.ifname, n.mac);
		return commands[i].run(&n);
	}
	fprintf(stderr, "usage: neighbour IFACE COMMAND [ARG...]; commands:");
	for (i = 0; i < ARRAY_SIZE(commands); i++)
		fprintf(stderr, " %s", commands[i].name);
	fputc('\n', stderr);
	return 2;
}
