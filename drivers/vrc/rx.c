// SPDX-License-Identifier: GPL-2.0-only
/*
 * Frames in pieces (rx.h).
 */
#include <linux/slab.h>

#include "compat.h"
#include "proto/crc32c.h"
#include "proto/tlp.h"
#include "rx.h"

#define HDR_LEN	((u32)sizeof(struct vrc_wire_hdr))

/* Pieces that have no address of their own, or are not listed in the skb itself */
static bool must_be_linear(const struct sk_buff *skb)
{
	return IS_ENABLED(CONFIG_HIGHMEM) || skb_has_frag_list(skb) || !skb_frags_readable(skb);
}

int vrc_rx_prepare_pieces(struct sk_buff *skb)
{
	if (must_be_linear(skb) || skb->len < HDR_LEN)
		return skb_linearize(skb);
	if (!pskb_may_pull(skb, HDR_LEN))
		return -ENOMEM;
	if (skb->data[offsetof(struct vrc_wire_hdr, kind)] != VRC_KIND_DATA)
		return skb_linearize(skb);
	return 0;
}

/* The piece that byte @pos of @skb is in, from there on: *@len bytes */
const u8 *vrc_rx_piece(const struct sk_buff *skb, u32 pos, u32 *len)
{
	const struct skb_shared_info *info = skb_shinfo(skb);
	const u8 *start = skb->data;
	u32 end = skb_headlen(skb);
	int i;

	for (i = 0; pos >= end && i < info->nr_frags; i++) {
		start = skb_frag_address(&info->frags[i]);
		pos -= end;
		end = skb_frag_size(&info->frags[i]);
	}
	*len = end - pos;
	return start + pos;
}

static u32 checksum(const struct sk_buff *skb, u32 len)
{
	u32 crc = ~0U, pos, n;
	const u8 *p;

	for (pos = 0; pos < len; pos += n) {
		p = vrc_rx_piece(skb, pos, &n);
		n = min(n, len - pos);
		crc = vrc_crc32c(crc, p, n);
	}
	return ~crc;
}

bool vrc_rx_pieces_intact(const struct sk_buff *skb)
{
	size_t len = vrc_frame_checked(skb->data, skb->len);
	u8 check[VRC_CHECK_LEN];

	return !len || (!skb_copy_bits(skb, len, check, VRC_CHECK_LEN) &&
			vrc_get32(check) == checksum(skb, len));
}

const u8 *vrc_rx_gather(struct vrc_rx *rx, u32 *len)
{
	if (!rx->gathered)
		rx->gathered = kmalloc(VRC_TLP_MAX_LEN, GFP_ATOMIC | __GFP_NOWARN);
	if (!rx->gathered)
		return NULL;
	*len = min_t(u32, vrc_rx_left(rx), VRC_TLP_MAX_LEN);
	return skb_copy_bits(rx->skb, rx->pos, rx->gathered, *len) ? NULL : rx->gathered;
}
