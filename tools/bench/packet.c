// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <net/if.h>
#include <netpacket/packet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>

#include "packet.h"

#define TIMEOUT_S	5

void die(const char *what)
{
	perror(what);
	exit(1);
}

int open_port(const char *ifname, uint8_t mac[6])
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

void put_header(uint8_t *frame, const uint8_t mac[6], const char *peer)
{
	if (sscanf(peer, "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", frame, frame + 1, frame + 2, frame + 3,
		   frame + 4, frame + 5) != 6) {
		fprintf(stderr, "'%s': expected a MAC address\n", peer);
		exit(2);
	}
	memcpy(frame + 6, mac, 6);
	frame[12] = ETHERTYPE >> 8;
	frame[13] = ETHERTYPE & 0xff;
}

void limit_wait(int fd)
{
	struct timeval tv = { .tv_sec = TIMEOUT_S };

	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv)))
		die("SO_RCVTIMEO");
}

long parse_number(const char *what, const char *arg, long min, long max)
{
	char *end;
	long n = strtol(arg, &end, 0);

	if (*arg && !*end && n >= min && n <= max)
		return n;
	fprintf(stderr, "%s '%s': expected %ld to %ld\n", what, arg, min, max);
	exit(2);
}

uint64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

int peer_main(const struct peer *p, int argc, char **argv)
{
	uint8_t mac[6];
	long count, size;
	int fd;

	if (argc != 2 && argc != 5) {
		fprintf(stderr, "usage: %s IFACE [MAC COUNT SIZE]\n", p->name);
		return 2;
	}
	fd = open_port(argv[1], mac);
	if (argc == 2)
		p->serve(fd, mac);
	count = parse_number("COUNT", argv[3], 1, p->max_count);
	size = parse_number("SIZE", argv[4], 60, MAX_SIZE);
	p->measure(fd, mac, argv[2], (uint32_t)count, (size_t)size);
	return 0;
}
