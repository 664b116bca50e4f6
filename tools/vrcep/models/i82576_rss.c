// SPDX-License-Identifier: GPL-2.0-only
/* Which queue a frame goes to: EtherType filters, then RSS. */
#include "i82576_packet.h"

#define NFS_PORT	2049
#define HASH_INPUT	36	/* two IPv6 addresses, two ports */
#define RETA_ENTRIES	128
#define ETQF_COUNT	8

/* What the descriptor says was hashed. */
enum rss_type {
	RSS_NONE,
	RSS_IPV4_TCP,
	RSS_IPV4,
	RSS_IPV6_TCP,
	RSS_IPV6_EX,
	RSS_IPV6,
	RSS_IPV6_TCP_EX,
	RSS_IPV4_UDP,
	RSS_IPV6_UDP,
	RSS_IPV6_UDP_EX,
};

/* ---- what is hashed ---- */

static enum rss_type type_ipv4(uint32_t mrqc, const struct i82576_headers *h)
{
	if (h->tcp && mrqc & MRQC_TCPIPV4)
		return RSS_IPV4_TCP;
	if (h->udp && mrqc & MRQC_UDPIPV4)
		return RSS_IPV4_UDP;
	return mrqc & MRQC_IPV4 ? RSS_IPV4 : RSS_NONE;
}

static enum rss_type type_ipv6(uint32_t mrqc, const struct i82576_headers *h)
{
	if (h->tcp && mrqc & MRQC_TCPIPV6 && !h->mobile)
		return RSS_IPV6_TCP;
	if (h->tcp && mrqc & MRQC_TCPIPV6EX)
		return RSS_IPV6_TCP_EX;
	if (h->udp && mrqc & MRQC_UDPIPV6 && !h->mobile)
		return RSS_IPV6_UDP;
	if (h->udp && mrqc & MRQC_UDPIPV6EX)
		return RSS_IPV6_UDP_EX;
	if (mrqc & MRQC_IPV6EX && (h->mobile || !(mrqc & MRQC_IPV6)))
		return RSS_IPV6_EX;
	return mrqc & MRQC_IPV6 ? RSS_IPV6 : RSS_NONE;
}

static enum rss_type rss_type(uint32_t mrqc, const struct i82576_headers *h)
{
	if (h->ipv4)
		return type_ipv4(mrqc, h);
	return h->ipv6 ? type_ipv6(mrqc, h) : RSS_NONE;
}

static bool hashes_ports(enum rss_type t)
{
	return t != RSS_IPV4 && t != RSS_IPV6 && t != RSS_IPV6_EX;
}

/* ---- Toeplitz ---- */

static size_t put(uint8_t *to, size_t at, const uint8_t *from, size_t n)
{
	for (size_t i = 0; i < n; i++)
		to[at + i] = from[i];
	return at + n;
}

static uint8_t key_byte(const struct i82576 *n, size_t i)
{
	return (uint8_t)(i82576_get(n, I82576_RSSRK(i / 4)) >> 8 * (i % 4));
}

/* Each bit of the input that is set adds the 32 bits of the key that begin at its place. */
static uint32_t toeplitz(const struct i82576 *n, const uint8_t *in, size_t len)
{
	uint64_t window = 0;
	uint32_t hash = 0;

	for (size_t i = 0; i < 4; i++)
		window = window << 8 | key_byte(n, i);
	for (size_t i = 0; i < len; i++) {
		window = window << 8 | key_byte(n, i + 4);
		for (unsigned int bit = 0; bit < 8; bit++)
			if (in[i] << bit & 0x80)
				hash ^= (uint32_t)(window >> (8 - bit));
	}
	return hash;
}

static uint32_t hash(const struct i82576 *n, enum rss_type t, const struct i82576_headers *h,
		     const uint8_t *frame)
{
	size_t size = h->ipv6 ? 16 : 4, len;
	uint8_t in[HASH_INPUT];

	len = put(in, 0, h->src, size);
	len = put(in, len, h->dst, size);
	if (hashes_ports(t))
		len = put(in, len, frame + h->l4, 4);
	return toeplitz(n, in, len);
}

static uint8_t redirect(const struct i82576 *n, uint32_t val)
{
	unsigned int i = val % RETA_ENTRIES;

	return i82576_get(n, I82576_RETA(i / 4)) >> 8 * (i % 4) & 0xf;
}

/* ---- packet type ---- */

static bool is_nfs(const struct i82576_headers *h, const uint8_t *frame)
{
	const uint8_t *port = frame + h->l4 + 2;

	return (h->tcp || h->udp) && (port[0] << 8 | port[1]) == NFS_PORT;
}

static uint32_t packet_type(const struct i82576_headers *h, const uint8_t *frame)
{
	uint32_t t = h->vlan ? RXD_PTYPE_VPKT : 0;

	if (h->ipv4)
		t |= RXD_PTYPE_IPV4 | (h->options ? RXD_PTYPE_IPV4E : 0);
	if (h->ipv6)
		t |= RXD_PTYPE_IPV6 | (h->options ? RXD_PTYPE_IPV6E : 0);
	if (h->tcp)
		t |= RXD_PTYPE_TCP;
	if (h->udp)
		t |= RXD_PTYPE_UDP;
	if (h->sctp)
		t |= RXD_PTYPE_SCTP;
	return is_nfs(h, frame) ? t | RXD_PTYPE_NFS : t;
}

/* ---- EtherType filters ---- */

/* The index of the one that matches, or -1. */
static int ethertype_filter(const struct i82576 *n, const struct i82576_headers *h)
{
	for (int i = 0; i < ETQF_COUNT; i++) {
		uint32_t etqf = i82576_get(n, I82576_ETQF((unsigned int)i));

		if (etqf & ETQF_FILTER_ENABLE && ETQF_ETYPE(etqf) == h->ethertype)
			return i;
	}
	return -1;
}

static void apply_filter(const struct i82576 *n, struct i82576_rx_frame *f, unsigned int i)
{
	uint32_t etqf = i82576_get(n, I82576_ETQF(i));

	f->info = (f->info & RXD_PTYPE_VPKT) | RXD_PTYPE_L2 | i << 4;
	f->immediate = etqf & ETQF_IMMEDIATE;
	if (etqf & ETQF_QUEUE_ENABLE)
		f->queue = ETQF_RX_QUEUE(etqf);
}

/* ---- all together ---- */

void i82576_classify(struct i82576 *n, struct i82576_rx_frame *f, const struct i82576_headers *h,
		     const uint8_t *frame)
{
	uint32_t mrqc = i82576_get(n, I82576_MRQC);
	int filter = ethertype_filter(n, h);
	enum rss_type t = RSS_NONE;

	f->info = packet_type(h, frame);
	f->queue = MRQC_DEF_Q(mrqc);
	if (filter >= 0) {
		apply_filter(n, f, (unsigned int)filter);
		return;
	}
	if (MRQC_ENABLE(mrqc) == MRQC_ENABLE_RSS) {
		t = rss_type(mrqc, h);
		f->hash = t == RSS_NONE ? 0 : hash(n, t, h, frame);
		f->queue = redirect(n, f->hash);
		f->info |= t;
	}
}
