/* SPDX-License-Identifier: GPL-2.0-only */
/* IP packets for the tests, and the sums in them. */
#ifndef I82576_TEST_FRAME_H
#define I82576_TEST_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum frame_l4 {
	FRAME_ICMP = 1, FRAME_TCP = 6, FRAME_UDP = 17, FRAME_SCTP = 132,
};

struct frame_spec {
	bool ip6;
	enum frame_l4 l4;
	unsigned int sport, dport;
	size_t payload;
	bool bad_ip, bad_l4;
	bool udp_without;		/* UDP with 0 in place of its checksum */
	const char *to;			/* HOST_MAC when NULL */
};

#define FRAME_ETH	14

/* Builds the whole frame with good checksums (but for bad_*); returns its length. */
size_t frame_build(uint8_t *frame, const struct frame_spec *s);
/* Are the IP and the L4 checksum of a frame as they should be? */
bool frame_sums_good(const uint8_t *frame, size_t len);
/* SCTP has a CRC in its place. */
bool frame_sctp_good(const uint8_t *frame, size_t len);
/* The header checksum, after a change. */
void frame_fix_ip4(uint8_t *frame);
/* Puts a fragment header behind that of IPv6; returns the new length. */
size_t frame_add_fragment(uint8_t *frame, size_t len, uint16_t offset);
/* The sum over the pseudo header, folded, not inverted; @l4_len is in it. */
uint16_t frame_pseudo(const uint8_t *frame, size_t l4_len);
/* Offsets in it. */
size_t frame_l4_offset(const uint8_t *frame);
size_t frame_sum_offset(const uint8_t *frame);
size_t frame_payload_offset(const uint8_t *frame);
void frame_put16(uint8_t *p, uint16_t val);
uint16_t frame_get16(const uint8_t *p);

#endif /* I82576_TEST_FRAME_H */
