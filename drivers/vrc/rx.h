/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Frames as a NIC hands them over: large ones are mostly made of several pieces. They are looked at
 * where they lie, for gathering one costs another buffer and a copy of all of it. What is in
 * one piece, as small frames are, is not slowed down by that.
 */
#ifndef VRC_RX_H
#define VRC_RX_H

#include <linux/skbuff.h>

#include "proto/frame.h"

/* The frame that a session delivers. Who delivers has it; there is only one (link.h). */
struct vrc_rx {
	struct sk_buff *skb;	/* NULL: none. Its TLPs alone */
	u32 pos;		/* in it: the first TLP not yet delivered */
	u8 *gathered;		/* VRC_TLP_MAX_LEN bytes, from the first need on; the session's */
};

int vrc_rx_prepare_pieces(struct sk_buff *skb);
bool vrc_rx_pieces_intact(const struct sk_buff *skb);
const u8 *vrc_rx_piece(const struct sk_buff *skb, u32 pos, u32 *len);

/*
 * Makes what is read directly a single piece: of DATA the header, of all else the whole
 * frame. skb->data is at the VRC header. 0 or -ENOMEM.
 */
static inline int vrc_rx_prepare(struct sk_buff *skb)
{
	return skb_is_nonlinear(skb) ? vrc_rx_prepare_pieces(skb) : 0;
}

/* vrc_frame_intact() of a frame that has been prepared */
static inline bool vrc_rx_intact(const struct sk_buff *skb)
{
	return skb_is_nonlinear(skb) ? vrc_rx_pieces_intact(skb) :
				       vrc_frame_intact(skb->data, skb->len);
}

/* Leaves of a prepared DATA frame its @len bytes of TLPs. 0 or -ENOMEM. */
static inline int vrc_rx_strip(struct sk_buff *skb, u32 len)
{
	skb_pull(skb, sizeof(struct vrc_wire_hdr));
	return pskb_trim(skb, len);
}

static inline u32 vrc_rx_left(const struct vrc_rx *rx)
{
	return rx->skb->len - rx->pos;
}

/* What lies in one piece from rx->pos on, *@len bytes of it; there is some left. */
static inline const u8 *vrc_rx_bytes(const struct vrc_rx *rx, u32 *len)
{
	if (skb_is_nonlinear(rx->skb))
		return vrc_rx_piece(rx->skb, rx->pos, len);
	*len = vrc_rx_left(rx);
	return rx->skb->data + rx->pos;
}

/*
 * The same, copied together as far as the longest TLP may reach. Until the next call. NULL: no
 * memory.
 */
const u8 *vrc_rx_gather(struct vrc_rx *rx, u32 *len);

#endif /* VRC_RX_H */
