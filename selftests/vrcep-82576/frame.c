// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "frame.h"
#include "host.h"

#define IP4_LEN		20
#define IP6_LEN		40

static const uint8_t addresses4[8] = { 192, 0, 2, 1, 192, 0, 2, 2 };

void frame_put16(uint8_t *p, uint16_t val)
{
	p[0] = val >> 8;
	p[1] = (uint8_t)val;
}

uint16_t frame_get16(const uint8_t *p)
{
	return p[0] << 8 | p[1];
}

static uint16_t fold(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

static uint16_t add(uint16_t start, const uint8_t *data, size_t len)
{
	uint32_t sum = start;

	for (size_t i = 0; i < len; i++)
		sum += i & 1 ? data[i] : data[i] << 8;
	return fold(sum);
}

static bool is_ip6(const uint8_t *frame)
{
	return frame_get16(frame + 12) == 0x86dd;
}

static enum frame_l4 l4_of(const uint8_t *frame)
{
	return frame[FRAME_ETH + (is_ip6(frame) ? 6 : 9)];
}

size_t frame_l4_offset(const uint8_t *frame)
{
	return FRAME_ETH + (is_ip6(frame) ? IP6_LEN : IP4_LEN);
}

static size_t l4_header(enum frame_l4 l4)
{
	return l4 == FRAME_TCP ? 20 : l4 == FRAME_SCTP ? 12 : 8;
}

size_t frame_payload_offset(const uint8_t *frame)
{
	return frame_l4_offset(frame) + l4_header(l4_of(frame));
}

size_t frame_sum_offset(const uint8_t *frame)
{
	static const uint8_t at[] = {
		[FRAME_ICMP] = 2, [FRAME_TCP] = 16, [FRAME_UDP] = 6, [FRAME_SCTP] = 8,
	};

	return frame_l4_offset(frame) + at[l4_of(frame)];
}

uint16_t frame_pseudo(const uint8_t *frame, size_t l4_len)
{
	const uint8_t *ip = frame + FRAME_ETH;
	uint16_t sum;

	if (l4_of(frame) == FRAME_ICMP)
		return 0;
	sum = is_ip6(frame) ? add(0, ip + 8, 32) : add(0, ip + 12, 8);
	return fold(sum + l4_of(frame) + (uint32_t)l4_len);
}

static size_t l4_len(const uint8_t *frame)
{
	const uint8_t *ip = frame + FRAME_ETH;

	return is_ip6(frame) ? frame_get16(ip + 4) : frame_get16(ip + 2) - IP4_LEN;
}

bool frame_sums_good(const uint8_t *frame, size_t len)
{
	size_t l4 = l4_len(frame), off = frame_l4_offset(frame);

	if (off + l4 > len)
		return false;
	if (!is_ip6(frame) && add(0, frame + FRAME_ETH, IP4_LEN) != 0xffff)
		return false;
	return add(frame_pseudo(frame, l4), frame + off, l4) == 0xffff;
}

static uint32_t crc32c_of(const uint8_t *data, size_t len)
{
	uint32_t crc = ~0u;

	while (len--) {
		crc ^= *data++;
		for (unsigned int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78 : 0);
	}
	return ~crc;
}

static void put_crc(uint8_t *sctp, size_t len)
{
	uint32_t crc;

	memset(sctp + 8, 0, 4);
	crc = htole32(crc32c_of(sctp, len));
	memcpy(sctp + 8, &crc, sizeof(crc));
}

bool frame_sctp_good(const uint8_t *frame, size_t len)
{
	uint8_t copy[2048];
	size_t off = frame_l4_offset(frame);

	if (len > sizeof(copy))
		return false;
	memcpy(copy, frame, len);
	put_crc(copy + off, l4_len(frame));
	return !memcmp(copy, frame, len);
}

void frame_fix_ip4(uint8_t *frame)
{
	frame_put16(frame + FRAME_ETH + 10, 0);
	frame_put16(frame + FRAME_ETH + 10, ~add(0, frame + FRAME_ETH, IP4_LEN));
}

size_t frame_add_fragment(uint8_t *frame, size_t len, uint16_t offset)
{
	uint8_t *ip = frame + FRAME_ETH, *ext = ip + IP6_LEN;

	memmove(ext + 8, ext, len - FRAME_ETH - IP6_LEN);
	memset(ext, 0, 8);
	ext[0] = ip[6];
	frame_put16(ext + 2, offset);
	ip[6] = 44;
	frame_put16(ip + 4, frame_get16(ip + 4) + 8);
	return len + 8;
}

static void build_ip(uint8_t *ip, const struct frame_spec *s, size_t l4)
{
	if (s->ip6) {
		ip[0] = 0x60;
		frame_put16(ip + 4, l4);
		ip[6] = s->l4;
		ip[7] = 64;
		memcpy(ip + 8, "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1", 16);
		memcpy(ip + 24, "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\2", 16);
		return;
	}
	ip[0] = 0x45;
	frame_put16(ip + 2, IP4_LEN + l4);
	frame_put16(ip + 4, 0x1234);
	ip[8] = 64;
	ip[9] = s->l4;
	memcpy(ip + 12, addresses4, sizeof(addresses4));
	frame_put16(ip + 10, ~add(0, ip, IP4_LEN) ^ s->bad_ip);
}

static void build_l4(uint8_t *l4, const struct frame_spec *s)
{
	if (s->l4 == FRAME_ICMP) {
		l4[0] = 8;
		return;
	}
	frame_put16(l4, s->sport);
	frame_put16(l4 + 2, s->dport);
	if (s->l4 == FRAME_UDP)
		frame_put16(l4 + 4, 8 + s->payload);
	if (s->l4 == FRAME_TCP) {
		l4[5] = 0x10;
		l4[12] = 0x50;
		l4[13] = 0x18;
		l4[14] = 0x20;
	}
}

size_t frame_build(uint8_t *frame, const struct frame_spec *s)
{
	size_t l4 = l4_header(s->l4) + s->payload, len;

	memcpy(frame, s->to ? s->to : HOST_MAC, 6);
	memcpy(frame + 6, HOST_PEER, 6);
	frame_put16(frame + 12, s->ip6 ? 0x86dd : 0x0800);
	len = FRAME_ETH + (s->ip6 ? IP6_LEN : IP4_LEN) + l4;
	memset(frame + FRAME_ETH, 0, len - FRAME_ETH);
	build_ip(frame + FRAME_ETH, s, l4);
	build_l4(frame + frame_l4_offset(frame), s);
	for (size_t i = len - s->payload; i < len; i++)
		frame[i] = (uint8_t)(i * 11);
	if (s->l4 == FRAME_SCTP) {
		put_crc(frame + frame_l4_offset(frame), l4);
	} else if (!s->udp_without) {
		uint16_t sum = add(frame_pseudo(frame, l4), frame + frame_l4_offset(frame), l4);

		frame_put16(frame + frame_sum_offset(frame), ~sum ^ s->bad_l4);
	}
	if (len < 60)
		memset(frame + len, 0, 60 - len);
	return len < 60 ? 60 : len;
}
