// SPDX-License-Identifier: GPL-2.0-only
/* Checksums and the cutting of large packets, checked the slow way. */
#include <string.h>

#include "csum.h"
#include "gso.h"
#include "tests.h"

#define MSS	1000u
#define PAYLOAD	3500u
#define FRAMES	4u

static uint8_t packet[PAYLOAD + 128];

/* ---- checksums ---- */

static uint32_t slow_sum(uint32_t sum, const uint8_t *p, size_t len)
{
	for (size_t i = 0; i < len; i++)
		sum += i & 1 ? p[i] : (uint32_t)p[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

void checksums(void)
{
	uint8_t data[64];
	uint16_t sum;

	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i * 151 + 3);
	for (size_t len = 0; len <= sizeof(data); len++) {
		sum = csum_fold(csum_add(0, data, len));
		/* Of the two zeroes there may be either. */
		EXPECT_EQ(((uint8_t *)&sum)[0] << 8 | ((uint8_t *)&sum)[1], slow_sum(0, data, len));
	}
	EXPECT_EQ(crc32_ethernet(0, "123456789", 9), 0xcbf43926);
	EXPECT_EQ(crc32c(0, "123456789", 9), 0xe3069283);
	EXPECT_EQ(crc32c(crc32c(0, "1234", 4), "56789", 5), 0xe3069283);
}

/* ---- cutting ---- */

struct seen {
	struct gso g;
	unsigned int frames;
	size_t bytes;
};

static uint32_t get(const uint8_t *p, unsigned int n)
{
	uint32_t v = 0;

	while (n--)
		v = v << 8 | *p++;
	return v;
}

static void check_l3(const struct seen *s, const uint8_t *ip, size_t len)
{
	if (s->g.ipv6) {
		EXPECT_EQ(get(ip + 4, 2), len - 40);
		return;
	}
	EXPECT_EQ(get(ip + 2, 2), len);
	EXPECT_EQ(get(ip + 4, 2), (0xffff + s->frames) & 0xffff);
	EXPECT_EQ(slow_sum(0, ip, 20), 0xffff);
}

static uint32_t pseudo(const struct seen *s, const uint8_t *ip, size_t len)
{
	uint32_t sum = (uint32_t)len + (s->g.udp ? 17 : 6);

	return s->g.ipv6 ? slow_sum(sum, ip + 8, 32) : slow_sum(sum, ip + 12, 8);
}

static void check_l4(const struct seen *s, const uint8_t *l4, size_t len)
{
	bool first = !s->frames, last = s->frames == FRAMES - 1;

	if (s->g.udp) {
		EXPECT_EQ(get(l4 + 4, 2), len);
		return;
	}
	EXPECT_EQ(get(l4 + 4, 4), (uint32_t)(0xfffffff0u + s->bytes));
	/* CWR, ACK, PSH, FIN */
	EXPECT_EQ(l4[13], (first ? 0x80 : 0) | 0x10 | (last ? 0x09 : 0));
}

static void check(void *ctx, uint8_t *frame, size_t len)
{
	struct seen *s = ctx;
	uint32_t sum = pseudo(s, frame + s->g.l3, len - s->g.l4);
	size_t n = len - s->g.payload;

	EXPECT_EQ(n, s->frames == FRAMES - 1 ? PAYLOAD % MSS : MSS);
	EXPECT(!memcmp(frame + s->g.payload, packet + s->g.payload + s->bytes, n));
	check_l3(s, frame + s->g.l3, len - s->g.l3);
	check_l4(s, frame + s->g.l4, len - s->g.l4);
	EXPECT_EQ(slow_sum(sum, frame + s->g.l4, len - s->g.l4), 0xffff);
	s->frames++;
	s->bytes += n;
}

static void make(const struct gso *g)
{
	uint8_t *ip = packet + g->l3, *l4 = packet + g->l4;

	for (size_t i = 0; i < sizeof(packet); i++)
		packet[i] = (uint8_t)(i * 13 + 1);
	ip[0] = g->ipv6 ? 0x60 : 0x45;
	if (!g->ipv6)
		memset(ip + 4, 0xff, 2);
	ip[g->ipv6 ? 6 : 9] = g->udp ? 17 : 6;
	if (g->udp)
		return;
	memcpy(l4 + 4, "\xff\xff\xff\xf0", 4);
	l4[12] = 0x50;
	l4[13] = 0x99;
}

static void cut(struct gso g)
{
	struct seen s = { .g = g };
	size_t len = g.payload + PAYLOAD;

	make(&g);
	if (!EXPECT(gso_valid(&g, packet, len)))
		return;
	gso_cut(&g, packet, len, csum_pseudo(packet + g.l3, g.ipv6, g.udp ? 17 : 6), check, &s);
	EXPECT_EQ(s.frames, FRAMES);
	EXPECT_EQ(s.bytes, PAYLOAD);
}

void cut_tcp_ipv4(void)
{
	cut((struct gso){ .l3 = 14, .l4 = 34, .payload = 54, .mss = MSS });
	cut((struct gso){ .l3 = 18, .l4 = 38, .payload = 58, .mss = MSS });
}

void cut_tcp_ipv6(void)
{
	cut((struct gso){ .l3 = 14, .l4 = 54, .payload = 74, .mss = MSS, .ipv6 = true });
}

void cut_udp(void)
{
	struct gso g = { .l3 = 14, .l4 = 34, .payload = 42, .mss = MSS, .udp = true };

	cut(g);
	g = (struct gso){ .l3 = 14, .l4 = 54, .payload = 62, .mss = MSS, .udp = true };
	g.ipv6 = true;
	cut(g);
}

void headers_that_lie(void)
{
	const struct gso good = { .l3 = 14, .l4 = 34, .payload = 54, .mss = MSS };
	struct gso g = good;

	make(&good);
	EXPECT(gso_valid(&good, packet, 2000));
	EXPECT(!gso_valid(&good, packet, 53));
	g.mss = 0;
	EXPECT(!gso_valid(&g, packet, 2000));
	g.mss = 9700;
	EXPECT(!gso_valid(&g, packet, 2000));
	g = good;
	g.l3 = 0;
	EXPECT(!gso_valid(&g, packet, 2000));
	g = good;
	g.l4 = 38;
	EXPECT(!gso_valid(&g, packet, 2000));
	g = good;
	g.payload = 58;
	EXPECT(!gso_valid(&g, packet, 2000));
	g = good;
	g.ipv6 = true;
	EXPECT(!gso_valid(&g, packet, 2000));
	g = good;
	g.udp = true;
	EXPECT(!gso_valid(&g, packet, 2000));
}
