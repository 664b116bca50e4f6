// SPDX-License-Identifier: GPL-2.0-only
#include "test.h"

#define POLY	0xedb88320u

/* Four bits a step: 16 entries are enough for a test device. */
static void make_table(uint32_t table[16])
{
	unsigned int i, bit;

	for (i = 0; i < 16; i++) {
		table[i] = i;
		for (bit = 0; bit < 4; bit++)
			table[i] = table[i] & 1 ? table[i] >> 1 ^ POLY : table[i] >> 1;
	}
}

uint32_t test_crc32(uint32_t crc, const void *buf, size_t len)
{
	const uint8_t *p = buf;
	uint32_t table[16];

	make_table(table);
	for (; len; len--) {
		crc ^= *p++;
		crc = crc >> 4 ^ table[crc & 15];
		crc = crc >> 4 ^ table[crc & 15];
	}
	return crc;
}
