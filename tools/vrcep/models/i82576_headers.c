// SPDX-License-Identifier: GPL-2.0-only
/* What is in a received frame: VLAN tag, IP with its extensions, TCP, UDP, SCTP. */
#include <linux/if_ether.h>
#include <netinet/in.h>
#include <string.h>

#include "i82576_packet.h"

#define IPV6_LEN		40u
#define IPV6_HAO		201	/* destination option: home address */
#define IPV6_ROUTING_MOBILE	2

static uint16_t get16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

/* ---- TCP, UDP, SCTP ---- */

static void transport(struct i82576_headers *h, const uint8_t *frame, size_t at, size_t len)
{
	size_t size = 0;

	h->end = (uint16_t)at;
	if (h->fragment)
		return;
	if (h->protocol == IPPROTO_TCP && len >= at + 20)
		size = (frame[at + 12] >> 4) * 4u;
	else if (h->protocol == IPPROTO_UDP && len >= at + 8)
		size = 8;
	else if (h->protocol == IPPROTO_SCTP && len >= at + 12)
		size = 12;
	if (!size || len < at + size || (h->protocol == IPPROTO_TCP && size < 20))
		return;
	h->tcp = h->protocol == IPPROTO_TCP;
	h->udp = h->protocol == IPPROTO_UDP;
	h->sctp = h->protocol == IPPROTO_SCTP;
	h->l4 = (uint16_t)at;
	h->end = (uint16_t)(at + size);
}

/* ---- IPv4 ---- */

static void ipv4(struct i82576_headers *h, const uint8_t *frame, size_t at, size_t len)
{
	const uint8_t *ip = frame + at;
	size_t size, total;

	if (len < at + 20 || ip[0] >> 4 != 4)
		return;
	size = (ip[0] & 15) * 4u;
	total = get16(ip + 2);
	if (size < 20 || total < size || len < at + total)
		return;
	h->ipv4 = true;
	h->options = size > 20;
	h->l3 = (uint16_t)at;
	h->l4_end = (uint16_t)(at + total);
	h->fragment = get16(ip + 6) & 0x3fff;
	h->protocol = ip[9];
	h->src = ip + 12;
	h->dst = ip + 16;
	transport(h, frame, at + size, at + total);
}

/* ---- IPv6 ---- */

/* A home address takes the place of the source for RSS. */
static void home_address(struct i82576_headers *h, const uint8_t *ext, size_t size)
{
	size_t at = 2, n;

	while (at + 2 <= size) {
		n = ext[at] ? ext[at + 1] + 2u : 1;
		if (ext[at] == IPV6_HAO && n == 18 && at + n <= size) {
			h->src = ext + at + 2;
			h->mobile = true;
		}
		at += n;
	}
}

static void extension(struct i82576_headers *h, const uint8_t *ext, size_t size)
{
	if (h->protocol == IPPROTO_DSTOPTS)
		home_address(h, ext, size);
	if (h->protocol == IPPROTO_ROUTING && ext[2] == IPV6_ROUTING_MOBILE && size >= 24) {
		h->dst = ext + 8;
		h->mobile = true;
	}
	if (h->protocol == IPPROTO_FRAGMENT && get16(ext + 2) & 0xfff9)
		h->fragment = true;
}

static bool is_extension(uint8_t protocol)
{
	return protocol == IPPROTO_HOPOPTS || protocol == IPPROTO_ROUTING ||
	       protocol == IPPROTO_DSTOPTS || protocol == IPPROTO_FRAGMENT;
}

static void ipv6(struct i82576_headers *h, const uint8_t *frame, size_t at, size_t len)
{
	const uint8_t *ip = frame + at;
	size_t end, size;

	if (len < at + IPV6_LEN || ip[0] >> 4 != 6)
		return;
	end = at + IPV6_LEN + get16(ip + 4);
	if (len < end)
		return;
	h->ipv6 = true;
	h->l3 = (uint16_t)at;
	h->l4_end = (uint16_t)end;
	h->protocol = ip[6];
	h->src = ip + 8;
	h->dst = ip + 24;
	at += IPV6_LEN;
	while (is_extension(h->protocol) && at + 8 <= end) {
		size = h->protocol == IPPROTO_FRAGMENT ? 8 : frame[at + 1] * 8u + 8;
		if (at + size > end)
			break;
		extension(h, frame + at, size);
		h->options = true;
		h->protocol = frame[at];
		at += size;
	}
	transport(h, frame, at, end);
}

void i82576_headers(struct i82576_headers *h, const uint8_t *frame, size_t len, uint16_t vlan_type)
{
	size_t at = ETH_HDR_LEN;

	memset(h, 0, sizeof(*h));
	h->ethertype = get16(frame + ETH_ADDRS_LEN);
	if (h->ethertype == vlan_type && len >= ETH_HDR_LEN + VLAN_LEN) {
		h->vlan = true;
		h->ethertype = get16(frame + at + 2);
		at += VLAN_LEN;
	}
	h->end = (uint16_t)at;
	if (h->ethertype == ETH_P_IP)
		ipv4(h, frame, at, len);
	else if (h->ethertype == ETH_P_IPV6)
		ipv6(h, frame, at, len);
}
