// SPDX-License-Identifier: GPL-2.0-only
/* Register accesses: BAR 0 by the tables of i82576_map.c, and the window of BAR 2 into it. */
#include <string.h>

#include "i82576_core.h"

#define NR_REGS		(I82576_BAR_SIZE / 4)
#define IO_ADDR		0
#define IO_DATA		4

/* Of each register: the number of its rule plus one, and its primary address. */
static uint8_t rule_of[NR_REGS];
static uint16_t primary[NR_REGS];

static void index_rules(void)
{
	for (unsigned int r = 0; r < i82576_nr_rules; r++)
		for (unsigned int i = 0; i < i82576_rules[r].count; i++)
			rule_of[(i82576_rules[r].off + i * i82576_rules[r].stride) / 4] =
				(uint8_t)(r + 1);
}

void i82576_io_init(void)
{
	if (primary[1])
		return;
	index_rules();
	for (unsigned int i = 0; i < NR_REGS; i++)
		primary[i] = (uint16_t)i;
	for (unsigned int a = 0; a < i82576_nr_aliases; a++)
		for (unsigned int i = 0; i < i82576_aliases[a].len; i += 4)
			primary[(i82576_aliases[a].off + i) / 4] =
				(uint16_t)((i82576_aliases[a].primary + i) / 4);
}

void i82576_io_reset(struct i82576 *n)
{
	for (unsigned int r = 0; r < i82576_nr_rules; r++)
		for (unsigned int i = 0; i < i82576_rules[r].count; i++)
			i82576_set(n, i82576_rules[r].off + i * i82576_rules[r].stride,
				   i82576_rules[r].reset);
}

/* What is no register reads as 0 and swallows writes. */
static const struct i82576_rule *find_rule(unsigned int *off)
{
	unsigned int reg = primary[*off / 4], rule = rule_of[reg];

	*off = reg * 4;
	return rule ? &i82576_rules[rule - 1] : NULL;
}

uint32_t i82576_reg_read(struct i82576 *n, unsigned int off)
{
	const struct i82576_rule *rule = find_rule(&off);

	if (!rule)
		return 0;
	return rule->read ? rule->read(n, off) : i82576_get(n, off);
}

void i82576_reg_write(struct i82576 *n, unsigned int off, uint32_t val)
{
	const struct i82576_rule *rule = find_rule(&off);
	uint32_t old;

	if (!rule)
		return;
	old = i82576_get(n, off);
	i82576_set(n, off, (old & ~rule->mask) | (val & rule->mask));
	if (rule->written)
		rule->written(n, off, val, old);
}

static uint32_t io_read(struct i82576 *n, unsigned int off)
{
	if (off == IO_ADDR)
		return n->io_addr;
	if (off == IO_DATA && n->io_addr < I82576_BAR_SIZE)
		return i82576_reg_read(n, n->io_addr);
	return 0;
}

static void io_write(struct i82576 *n, unsigned int off, uint32_t val)
{
	if (off == IO_ADDR)
		n->io_addr = val & ~3u;
	else if (off == IO_DATA && n->io_addr < I82576_BAR_SIZE)
		i82576_reg_write(n, n->io_addr, val);
}

void i82576_bar_read(struct ep_func *f, unsigned int bar, uint64_t off, void *buf, size_t len)
{
	struct i82576 *n = i82576_of(f);
	uint8_t *dst = buf;

	while (len) {
		unsigned int reg = (unsigned int)off & ~3u, skip = off & 3;
		size_t part = len < 4 - skip ? len : 4 - skip;
		uint32_t val = htole32(bar ? io_read(n, reg) : i82576_reg_read(n, reg));

		memcpy(dst, (uint8_t *)&val + skip, part);
		dst += part;
		off += part;
		len -= part;
	}
}

/* Registers are written whole: what less of one does the data sheet leaves open. */
void i82576_bar_write(struct ep_func *f, unsigned int bar, uint64_t off, const void *buf,
		      size_t len)
{
	struct i82576 *n = i82576_of(f);
	const uint8_t *src = buf;

	for (size_t at = -off & 3; at + 4 <= len; at += 4) {
		uint32_t val;

		memcpy(&val, src + at, 4);
		if (bar)
			io_write(n, (unsigned int)(off + at), le32toh(val));
		else
			i82576_reg_write(n, (unsigned int)(off + at), le32toh(val));
	}
}
