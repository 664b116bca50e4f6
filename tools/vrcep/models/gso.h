/* SPDX-License-Identifier: GPL-2.0-only */
/* Cuts a large TCP or UDP packet into frames, as a controller does on its way out. */
#ifndef VRCEP_GSO_H
#define VRCEP_GSO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GSO_MAX_FRAME	9728	/* no frame that is made is larger */

/* Where things are in a packet: offsets from the start of the frame. */
struct gso {
	uint16_t l3, l4, payload;
	uint16_t mss;		/* bytes of payload in each frame but the last */
	bool ipv6, udp;
};

/* A frame is valid during the call. */
typedef void (*gso_emit)(void *ctx, uint8_t *frame, size_t len);

/* Are the headers what @g says, and does each frame have a legal size? */
bool gso_valid(const struct gso *g, const uint8_t *frame, size_t len);
/*
 * Emits the frames of a packet for which gso_valid() is true, with complete
 * checksums. @partial: sum of the pseudo header without the length, as the
 * sender put it into the checksum field.
 */
void gso_cut(const struct gso *g, const uint8_t *frame, size_t len, uint32_t partial,
	     gso_emit emit, void *ctx);
/* The checksum field of TCP or UDP. */
uint16_t gso_checksum_offset(const struct gso *g);

#endif /* VRCEP_GSO_H */
