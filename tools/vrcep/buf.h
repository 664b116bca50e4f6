/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Frame buffers of one port, from a free list: no malloc for a frame once the
 * port has warmed up.
 */
#ifndef VRCEP_BUF_H
#define VRCEP_BUF_H

#include <stdalign.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <linux/virtio_net.h>

#include <vrc_wire.h>

#define EP_ETH_LEN	14
#define EP_WIRE_LEN	((uint32_t)sizeof(struct vrc_wire_hdr))
#define EP_HDR_LEN	(EP_ETH_LEN + EP_WIRE_LEN)

struct ep_buf {
	struct ep_buf *next;
	const uint8_t *rx;	/* payload received: in the ring, or in this buffer once kept */
	uint32_t len;		/* bytes of payload */
	uint32_t cap;		/* sent: bytes of payload that may be filled */
	bool shared;		/* the ARQ keeps it: not freed when it has been sent */
	/* Eight bytes in front put the payload on a multiple of 16. */
	alignas(16) uint8_t pad[8];
	struct virtio_net_hdr vnet;	/* for a port that sends it before the frame */
	uint8_t frame[];	/* Ethernet header, VRC header, payload, frame check */
};

struct ep_pool {
	size_t size;		/* of a frame, Ethernet header included */
	struct ep_buf *free;
	unsigned int total, used, max;
};

void ep_pool_init(struct ep_pool *p, size_t frame_size, unsigned int max);
void ep_pool_destroy(struct ep_pool *p);
struct ep_buf *ep_buf_get(struct ep_pool *p);	/* NULL: out of memory or at the limit */
void ep_buf_put(struct ep_pool *p, struct ep_buf *b);

static inline uint8_t *ep_buf_payload(struct ep_buf *b)
{
	return b->frame + EP_HDR_LEN;
}

static inline uint32_t ep_buf_frame_len(const struct ep_buf *b)
{
	return EP_HDR_LEN + b->len + VRC_CHECK_LEN;
}

#endif /* VRCEP_BUF_H */
