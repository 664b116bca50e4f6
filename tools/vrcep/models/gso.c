// SPDX-License-Identifier: GPL-2.0-only
#include "gso.h"

#include <endian.h>
#include <string.h>

#include "csum.h"

#define IPV4_LEN	20
#define IPV6_LEN	40
#define TCP_LEN		20
#define UDP_LEN		8
#define TCP_FIN		0x01
#define TCP_PSH		0x08
#define TCP_CWR		0x80

static uint16_t get16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static void put16(uint8_t *p, uint32_t val)
{
	p[0] = (uint8_t)(val >> 8);
	p[1] = (uint8_t)val;
}

static uint32_t get32(const uint8_t *p)
{
	return (uint32_t)get16(p) << 16 | get16(p + 2);
}

static void put32(uint8_t *p, uint32_t val)
{
	put16(p, val >> 16);
	put16(p + 2, val);
}

uint16_t gso_checksum_offset(const struct gso *g)
{
	return (uint16_t)(g->l4 + (g->udp ? 6 : 16));
}

/* ---- are the headers there ---- */

static bool l3_valid(const struct gso *g, const uint8_t *l3)
{
	if (g->ipv6)
		return g->l4 - g->l3 >= IPV6_LEN && l3[0] >> 4 == 6;
	return g->l4 - g->l3 >= IPV4_LEN && l3[0] >> 4 == 4 && (l3[0] & 15) * 4 == g->l4 - g->l3;
}

static bool l4_valid(const struct gso *g, const uint8_t *l4)
{
	if (g->udp)
		return g->payload - g->l4 == UDP_LEN;
	return g->payload - g->l4 >= TCP_LEN && (l4[12] >> 4) * 4 == g->payload - g->l4;
}

bool gso_valid(const struct gso *g, const uint8_t *frame, size_t len)
{
	/* Neither room for the headers nor for the mss: nothing below looks past @len. */
	if (g->l3 < 14 || g->l4 < g->l3 || g->payload < g->l4 || g->payload > len || !g->mss ||
	    g->payload + g->mss + 4 > GSO_MAX_FRAME)
		return false;
	return l3_valid(g, frame + g->l3) && l4_valid(g, frame + g->l4);
}

/* ---- one frame ---- */

struct cut {
	const struct gso *g;
	uint32_t partial;
	size_t done, n;		/* bytes of payload: before this frame, in it */
	bool last;
	unsigned int nr;
};

static void fix_l3(const struct cut *c, uint8_t *l3, size_t len)
{
	uint16_t sum;

	if (c->g->ipv6) {
		put16(l3 + 4, (uint32_t)(len - IPV6_LEN));
		return;
	}
	put16(l3 + 2, (uint32_t)len);
	put16(l3 + 4, get16(l3 + 4) + c->nr);
	put16(l3 + 10, 0);
	sum = (uint16_t)~csum_fold(csum_add(0, l3, (size_t)(c->g->l4 - c->g->l3)));
	memcpy(l3 + 10, &sum, 2);
}

static void fix_tcp(const struct cut *c, uint8_t *tcp)
{
	put32(tcp + 4, get32(tcp + 4) + (uint32_t)c->done);
	if (!c->last)
		tcp[13] &= (uint8_t)~(TCP_FIN | TCP_PSH);
	if (c->nr)
		tcp[13] &= (uint8_t)~TCP_CWR;
}

static void fix_l4(const struct cut *c, uint8_t *frame, size_t len)
{
	const struct gso *g = c->g;
	uint8_t *field = frame + gso_checksum_offset(g);
	size_t l4_len = len - g->l4;
	uint16_t sum;

	if (g->udp)
		put16(frame + g->l4 + 4, (uint32_t)l4_len);
	else
		fix_tcp(c, frame + g->l4);
	put16(field, 0);
	sum = csum_fold(csum_add(csum_fold(c->partial) + csum_fold(csum_length((uint32_t)l4_len)),
				 frame + g->l4, l4_len));
	/* No checksum is 0 in UDP: the other zero says that it was computed. */
	sum = g->udp && sum == 0xffff ? sum : (uint16_t)~sum;
	memcpy(field, &sum, 2);
}

void gso_cut(const struct gso *g, const uint8_t *frame, size_t len, uint32_t partial,
	     gso_emit emit, void *ctx)
{
	size_t all = len - g->payload;
	struct cut c = { .g = g, .partial = partial };
	uint8_t out[GSO_MAX_FRAME];

	do {
		c.n = all - c.done < g->mss ? all - c.done : g->mss;
		c.last = c.done + c.n == all;
		memcpy(out, frame, g->payload);
		memcpy(out + g->payload, frame + g->payload + c.done, c.n);
		fix_l3(&c, out + g->l3, g->payload - g->l3 + c.n);
		fix_l4(&c, out, g->payload + c.n);
		emit(ctx, out, g->payload + c.n);
		c.done += c.n;
		c.nr++;
	} while (!c.last);
}
