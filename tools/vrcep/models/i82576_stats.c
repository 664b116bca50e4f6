// SPDX-License-Identifier: GPL-2.0-only
/*
 * Statistics registers: they stick at their end, and reading clears them; of the
 * 64-bit ones reading the high half clears both. Those of the queues go on.
 */
#include "i82576_core.h"

void i82576_count(struct i82576 *n, unsigned int reg, uint32_t add)
{
	uint32_t sum = i82576_get(n, reg) + add;

	i82576_set(n, reg, sum < add ? UINT32_MAX : sum);
}

void i82576_count64(struct i82576 *n, unsigned int reg, uint64_t add)
{
	uint64_t old = i82576_get(n, reg) | (uint64_t)i82576_get(n, reg + 4) << 32;
	uint64_t sum = old + add < add ? UINT64_MAX : old + add;

	i82576_set(n, reg, (uint32_t)sum);
	i82576_set(n, reg + 4, (uint32_t)(sum >> 32));
}

uint32_t i82576_stat_read(struct i82576 *n, unsigned int off)
{
	uint32_t val = i82576_get(n, off);

	i82576_set(n, off, 0);
	return val;
}

uint32_t i82576_stat_high_read(struct i82576 *n, unsigned int off)
{
	i82576_set(n, off - 4, 0);
	return i82576_stat_read(n, off);
}

/* The registers of sizes are one after the other: 64, 127, 255, 511, 1023, and what is larger. */
static void count_size(struct i82576 *n, unsigned int first, size_t len)
{
	unsigned int i = 0;

	for (size_t end = 64; i < 5 && len > end; i++)
		end = end == 64 ? 127 : end * 2 + 1;
	i82576_count(n, first + 4 * i, 1);
}

/* Broadcast frames are not counted as multicast. */
static void count_group(struct i82576 *n, const uint8_t *dst, unsigned int multicast,
			unsigned int broadcast)
{
	if ((dst[0] & dst[1] & dst[2] & dst[3] & dst[4] & dst[5]) == 0xff)
		i82576_count(n, broadcast, 1);
	else if (dst[0] & 1)
		i82576_count(n, multicast, 1);
}

void i82576_count_tx(struct i82576 *n, unsigned int queue, const uint8_t *dst, size_t len)
{
	i82576_count(n, I82576_GPTC, 1);
	i82576_count(n, I82576_TPT, 1);
	i82576_count(n, I82576_HGPTC, 1);
	i82576_count64(n, I82576_GOTCL, len);
	i82576_count64(n, I82576_TOTL, len);
	i82576_count64(n, I82576_HGOTCL, len);
	count_size(n, I82576_PTC64, len);
	count_group(n, dst, I82576_MPTC, I82576_BPTC);
	n->reg[I82576_PQGPTC(queue) / 4]++;
	n->reg[I82576_PQGOTC(queue) / 4] += (uint32_t)len;
}

void i82576_count_rx(struct i82576 *n, unsigned int queue, const uint8_t *dst, size_t len)
{
	i82576_count(n, I82576_GPRC, 1);
	i82576_count(n, I82576_RPTHC, 1);
	i82576_count64(n, I82576_GORCL, len);
	i82576_count64(n, I82576_HGORCL, len);
	count_size(n, I82576_PRC64, len);
	count_group(n, dst, I82576_MPRC, I82576_BPRC);
	n->reg[I82576_PQGPRC(queue) / 4]++;
	n->reg[I82576_PQGORC(queue) / 4] += (uint32_t)len;
	if (dst[0] & 1)
		n->reg[I82576_PQMPRC(queue) / 4]++;
}

void i82576_count_rx_total(struct i82576 *n, size_t len)
{
	i82576_count(n, I82576_TPR, 1);
	i82576_count64(n, I82576_TORL, len);
}
