// SPDX-License-Identifier: GPL-2.0-only
/* Base address registers and the expansion ROM: declaration, decoding, access. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core.h"
#include "regs.h"

#define ROM_MIN		2048u
#define ROM_MAX		(16u << 20)

static unsigned int bar_reg(unsigned int bar)
{
	return bar == EP_ROM ? PCI_ROM_ADDRESS : PCI_BASE_ADDRESS_0 + 4 * bar;
}

static uint32_t bar_flags(enum ep_bar_type type)
{
	switch (type) {
	case EP_BAR_MEM32:
		return 0;
	case EP_BAR_MEM64:
		return PCI_BASE_ADDRESS_MEM_TYPE_64;
	case EP_BAR_MEM64_PREFETCH:
		return PCI_BASE_ADDRESS_MEM_TYPE_64 | PCI_BASE_ADDRESS_MEM_PREFETCH;
	case EP_BAR_MEM32_PREFETCH:
		return PCI_BASE_ADDRESS_MEM_PREFETCH;
	case EP_BAR_IO:
		return PCI_BASE_ADDRESS_SPACE_IO;
	}
	abort();
}

void ep_config_bar(struct ep_func *f, unsigned int bar, enum ep_bar_type type, uint64_t size)
{
	struct ep_bar *b = &f->core->bar[bar];
	uint32_t flags = bar_flags(type);

	b->there = true;
	b->io = type == EP_BAR_IO;
	b->wide = flags & PCI_BASE_ADDRESS_MEM_TYPE_64;
	b->size = size;
	assert(bar + b->wide < EP_NR_BARS);
	assert(size >= (b->io ? 4 : 16) && !(size & (size - 1)));
	assert(b->wide || size <= 1u << 31);
	ep_config_set(f, bar_reg(bar), 4, flags);
	ep_config_mask(f, bar_reg(bar), 4, (uint32_t)~(size - 1));
	if (b->wide)
		ep_config_mask(f, bar_reg(bar + 1), 4, (uint32_t)(~(size - 1) >> 32));
}

void ep_config_rom(struct ep_func *f, const void *image, size_t len)
{
	struct ep_bar *b = &f->core->bar[EP_ROM];
	uint32_t size = ROM_MIN;

	assert(len && len <= ROM_MAX);
	while (size < len)
		size *= 2;
	f->core->rom = malloc(size);
	if (!f->core->rom)
		return;		/* a function without its ROM works */
	memset(f->core->rom, 0xff, size);
	memcpy(f->core->rom, image, len);
	b->there = true;
	b->size = size;
	ep_config_mask(f, PCI_ROM_ADDRESS, 4, ~(size - 1) | PCI_ROM_ADDRESS_ENABLE);
}

static uint64_t programmed(struct ep_func_core *c, unsigned int bar)
{
	uint64_t base = ep_config_read(c, bar_reg(bar));

	if (c->bar[bar].wide)
		base |= (uint64_t)ep_config_read(c, bar_reg(bar) + 4) << 32;
	return base & ~(c->bar[bar].size - 1);
}

static bool enabled(struct ep_func_core *c, unsigned int bar)
{
	uint8_t command = c->cfg.reg[PCI_COMMAND];

	if (!c->bar[bar].there || !ep_config_d0(c))
		return false;
	if (bar == EP_ROM && !(c->cfg.reg[PCI_ROM_ADDRESS] & PCI_ROM_ADDRESS_ENABLE))
		return false;
	return command & (c->bar[bar].io ? PCI_COMMAND_IO : PCI_COMMAND_MEMORY);
}

void ep_bar_update(struct ep_func_core *c)
{
	unsigned int i;

	for (i = 0; i <= EP_ROM; i++) {
		c->bar[i].decoding = enabled(c, i);
		c->bar[i].base = c->bar[i].decoding ? programmed(c, i) : 0;
	}
}

int ep_bar_find(const struct ep_func_core *c, bool io, uint64_t addr, uint32_t len, uint64_t *off)
{
	unsigned int i;

	for (i = 0; i <= EP_ROM; i++) {
		const struct ep_bar *b = &c->bar[i];

		if (!b->decoding || b->io != io || addr < b->base || addr - b->base >= b->size)
			continue;
		*off = addr - b->base;
		return len <= b->size - *off ? (int)i : -1;
	}
	return -1;
}

/* ---- access ---- */

/* Length of the part of [off, off + len) that is as a whole *@inside of [start, + size), or not. */
static size_t clip(uint64_t off, size_t len, uint64_t start, uint64_t size, bool *inside)
{
	*inside = off >= start && off < start + size;
	if (*inside)
		return len < start + size - off ? len : (size_t)(start + size - off);
	return off < start && start - off < len ? (size_t)(start - off) : len;
}

enum part { PART_MODEL, PART_TABLE, PART_PBA };

/* Which part of @bar does @off belong to, and how much of @len does that hold? */
static enum part find_part(const struct ep_func_core *c, unsigned int bar, uint64_t off,
			   size_t *len)
{
	const struct ep_msi *m = &c->msi;
	bool inside;

	if (!m->msix_vectors || bar != m->msix_bar)
		return PART_MODEL;
	*len = clip(off, *len, m->table_off, (uint64_t)m->msix_vectors * EP_MSIX_ENTRY, &inside);
	if (inside)
		return PART_TABLE;
	*len = clip(off, *len, m->pba_off, ep_msix_pba_len(c), &inside);
	return inside ? PART_PBA : PART_MODEL;
}

static void read_part(struct ep_func_core *c, enum part part, unsigned int bar, uint64_t off,
		      uint8_t *buf, size_t len)
{
	switch (part) {
	case PART_MODEL:
		c->f->model->bar_read(c->f, bar, off, buf, len);
		break;
	case PART_TABLE:
		ep_msix_table_read(c, off - c->msi.table_off, buf, len);
		break;
	case PART_PBA:
		ep_msix_pba_read(c, off - c->msi.pba_off, buf, len);
		break;
	}
}

void ep_bar_read(struct ep_func_core *c, unsigned int bar, uint64_t off, uint8_t *buf, size_t len)
{
	if (bar == EP_ROM) {
		memcpy(buf, c->rom + off, len);
		return;
	}
	while (len) {
		size_t n = len;
		enum part part = find_part(c, bar, off, &n);

		read_part(c, part, bar, off, buf, n);
		off += n;
		buf += n;
		len -= n;
	}
}

void ep_bar_write(struct ep_func_core *c, unsigned int bar, uint64_t off, const uint8_t *buf,
		  size_t len)
{
	while (len && bar != EP_ROM) {
		size_t n = len;
		enum part part = find_part(c, bar, off, &n);

		if (part == PART_MODEL)
			c->f->model->bar_write(c->f, bar, off, buf, n);
		else if (part == PART_TABLE)
			ep_msix_table_write(c, off - c->msi.table_off, buf, n);
		off += n;
		buf += n;
		len -= n;
	}
}
