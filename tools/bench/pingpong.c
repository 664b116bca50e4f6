// SPDX-License-Identifier: GPL-2.0-only
/*
 * The floor of a round trip: two plain AF_PACKET programs that send one frame
 * back and forth over the interfaces that VRC uses.
 *
 * usage: pingpong IFACE                        echoes until killed
 *        pingpong IFACE MAC COUNT SIZE         COUNT round trips of SIZE bytes;
 *                                              prints nanoseconds per round trip
 */
#include <arpa/inet.h>
#include <net/if.h>
#include <netpacket/packet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>

#define ETHERTYPE	0x88B6		/* IEEE 802 local experimental 2 */
#define ETH_LEN		14
#define MAX_SIZE	9014
#define TIMEOUT_MS	5000

static uint8_t frame[MAX_SIZE];

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static int open_port(const char *ifname, uint8_t mac[6])
{
	struct sockaddr_ll sll = {
		.sll_family = AF_PACKET, .sll_protocol = htons(ETHERTYPE),
		.sll_ifindex = (int)if_nametoindex(ifname),
	};
	struct ifreq ifr = { 0 };
	int on = 1, fd;

	fd = socket(AF_PACKET, SOCK_RAW, htons(ETHERTYPE));
	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", ifname);
	if (fd < 0 || bind(fd, (void *)&sll, sizeof(sll)) || ioctl(fd, SIOCGIFHWADDR, &ifr) ||
	    setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof(on)) ||
	    setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &on, sizeof(on)))
		die(ifname);
	memcpy(mac, ifr.ifr_hwaddr.sa_data, 6);
	return fd;
}

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

static uint64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

static void round_trip(int fd, size_t size)
{
	static uint8_t answer[MAX_SIZE];

	if (send(fd, frame, size, 0) != (ssize_t)size)
		die("send");
	if (recv(fd, answer, sizeof(answer), 0) != (ssize_t)size)
		die("recv: no echo");
}

static void ping(int fd, const uint8_t *mac, const char *peer, long count, size_t size)
{
	struct timeval tv = { .tv_sec = TIMEOUT_MS / 1000 };
	uint64_t start;
	long i;

	if (sscanf(peer, "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", frame, frame + 1, frame + 2, frame + 3,
		   frame + 4, frame + 5) != 6) {
		fprintf(stderr, "pingpong: '%s': expected a MAC address\n", peer);
		exit(2);
	}
	memcpy(frame + 6, mac, 6);
	frame[12] = ETHERTYPE >> 8;
	frame[13] = ETHERTYPE & 0xff;
	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv)))
		die("SO_RCVTIMEO");
	for (i = 0; i < count / 10 + 1; i++)
		round_trip(fd, size);
	start = now();
	for (i = 0; i < count; i++)
		round_trip(fd, size);
	printf("%llu\n", (unsigned long long)(now() - start) / (unsigned long long)count);
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
	count = strtol(argv[3], NULL, 0);
	size = strtol(argv[4], NULL, 0);
	if (count < 1 || size < 60 || size > MAX_SIZE) {
		fprintf(stderr, "pingpong: COUNT %s, SIZE %s: expected at least 1, and 60 to %d\n",
			argv[3], argv[4], MAX_SIZE);
		return 2;
	}
	ping(fd, mac, argv[2], count, (size_t)size);
	return 0;
}
