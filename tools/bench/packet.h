/* SPDX-License-Identifier: GPL-2.0-only */
/* What the AF_PACKET peers share. The EtherType is one that VRC does not use. */
#ifndef BENCH_PACKET_H
#define BENCH_PACKET_H

#include <stddef.h>
#include <stdint.h>

#define ETHERTYPE	0x88B6		/* IEEE 802 local experimental 2 */
#define ETH_LEN		14
#define MAX_SIZE	9014

/* Prints @what and errno, and ends the program. */
__attribute__((noreturn)) void die(const char *what);
/* Frames of ETHERTYPE on @ifname, sent past the qdisc; its address in @mac. */
int open_port(const char *ifname, uint8_t mac[6]);
/* The Ethernet header of a frame from @mac to @peer, or the program ends: that is no address. */
void put_header(uint8_t *frame, const uint8_t mac[6], const char *peer);
/* No answer for 5 s ends recv() with EAGAIN. */
void limit_wait(int fd);
/* @arg as a number from @min to @max, or the program ends with a message that names @what. */
long parse_number(const char *what, const char *arg, long min, long max);
uint64_t now(void);

/* A program of two ends: with "IFACE" it serves, with "IFACE MAC COUNT SIZE" it measures. */
struct peer {
	const char *name;
	long max_count;
	void (*serve)(int fd, const uint8_t mac[6]);	/* until the program is killed */
	/* @mac and @peer are the addresses of this end and of the other. */
	void (*measure)(int fd, const uint8_t mac[6], const char *peer, uint32_t count,
			size_t size);
};

/* What main() returns. */
int peer_main(const struct peer *p, int argc, char **argv);

#endif /* BENCH_PACKET_H */
