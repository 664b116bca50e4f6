// SPDX-License-Identifier: GPL-2.0-only
#include "csum.h"

#include <endian.h>
#include <string.h>

/* ---- the Internet checksum ---- */

static uint32_t to_32(uint64_t sum)
{
	sum = (sum & 0xffffffff) + (sum >> 32);
	return (uint32_t)((sum & 0xffffffff) + (sum >> 32));
}

uint32_t csum_add(uint32_t start, const void *buf, size_t len)
{
	const uint8_t *p = buf;
	uint64_t sum = start;
	uint32_t word;
	uint16_t tail = 0;

	for (; len >= 4; len -= 4, p += 4) {
		memcpy(&word, p, 4);
		sum += word;
	}
	if (len >= 2) {
		memcpy(&tail, p, 2);
		sum += tail;
		p += 2;
		len -= 2;
	}
	tail = 0;
	memcpy(&tail, p, len);
	return to_32(sum + tail);
}

uint16_t csum_fold(uint32_t sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)((sum & 0xffff) + (sum >> 16));
}

uint32_t csum_length(uint32_t len)
{
	return to_32((uint64_t)htobe32(len));
}

uint32_t csum_pseudo(const uint8_t *l3, bool ipv6, uint8_t protocol)
{
	uint32_t sum = csum_length(protocol);

	return ipv6 ? csum_add(sum, l3 + 8, 32) : csum_add(sum, l3 + 12, 8);
}

/* ---- CRCs, reflected, a byte a step ---- */

struct crc_table {
	uint32_t entry[256];
	bool made;
};

static void make_table(struct crc_table *t, uint32_t poly)
{
	for (uint32_t i = 0; i < 256; i++) {
		uint32_t v = i;

		for (unsigned int bit = 0; bit < 8; bit++)
			v = v & 1 ? v >> 1 ^ poly : v >> 1;
		t->entry[i] = v;
	}
	t->made = true;
}

static uint32_t crc(struct crc_table *t, uint32_t poly, uint32_t v, const uint8_t *p, size_t len)
{
	if (!t->made)
		make_table(t, poly);
	v = ~v;
	for (; len; len--)
		v = v >> 8 ^ t->entry[(v ^ *p++) & 0xff];
	return ~v;
}

uint32_t crc32_ethernet(uint32_t v, const void *buf, size_t len)
{
	static struct crc_table table;

	return crc(&table, 0xedb88320, v, buf, len);
}

uint32_t crc32c(uint32_t v, const void *buf, size_t len)
{
	static struct crc_table table;

	return crc(&table, 0x82f63b78, v, buf, len);
}
