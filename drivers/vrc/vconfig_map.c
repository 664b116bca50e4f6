// SPDX-License-Identifier: GPL-2.0-only
/*
 * The map of the guest's config space: which bit is constant, virtual, live or
 * written through. What no rule names is constant.
 */
#include <linux/kernel.h>
#include <linux/pci_ids.h>

#include "compat.h"
#include "vconfig_map.h"

#define CAP_WALK_LIMIT		48	/* that many fit 256 bytes */
#define EXT_CAP_WALK_LIMIT	480

struct rule {
	u16 off;
	u8 len;			/* 1, 2 or 4 */
	u32 live;
	u32 through;
	u32 write;
};

enum cap_sort {
	CAP_HIDDEN,		/* what no entry names */
	CAP_CONSTANT,
	CAP_RULES,
	CAP_RAW,		/* live and through, but for its header */
	CAP_SPECIAL,
};

struct cap {
	enum cap_sort sort;
	const struct rule *rules;	/* ends with one of len 0 */
};

static const struct rule header_rules[] = {
	{ PCI_COMMAND, 2,
	  .write = PCI_COMMAND_IO | PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER |
		   PCI_COMMAND_PARITY | PCI_COMMAND_SERR | PCI_COMMAND_INTX_DISABLE },
	{ PCI_STATUS, 2, .live = 0xffef, .through = 0xf900 },
	{ PCI_CACHE_LINE_SIZE, 1, .write = 0xff },
	{ PCI_INTERRUPT_LINE, 1, .write = 0xff },
	{ }
};

static const struct rule pm_rules[] = {
	{ PCI_PM_CTRL, 2, .live = PCI_PM_CTRL_PME_STATUS | PCI_PM_CTRL_DATA_SCALE_MASK,
	  .through = PCI_PM_CTRL_PME_STATUS | PCI_PM_CTRL_PME_ENABLE | PCI_PM_CTRL_DATA_SEL_MASK,
	  .write = PCI_PM_CTRL_STATE_MASK | PCI_PM_CTRL_PME_ENABLE | PCI_PM_CTRL_DATA_SEL_MASK },
	{ PCI_PM_DATA_REGISTER, 1, .live = 0xff },
	{ }
};

static const struct rule vpd_rules[] = {
	{ PCI_VPD_ADDR, 2, .live = 0xffff, .through = 0xffff },
	{ PCI_VPD_DATA, 4, .live = U32_MAX, .through = U32_MAX },
	{ }
};

static const struct rule msix_rules[] = {
	{ PCI_MSIX_FLAGS, 2, .write = PCI_MSIX_FLAGS_ENABLE | PCI_MSIX_FLAGS_MASKALL },
	{ }
};

static const struct rule af_rules[] = {
	{ PCI_AF_STATUS, 1, .live = PCI_AF_STATUS_TP },
	{ }
};

/* MPS and MRRS are ours: they fit the frames. FLR is acted on in vconfig.c. */
#define DEVCTL_THROUGH	(PCI_EXP_DEVCTL_CERE | PCI_EXP_DEVCTL_NFERE | PCI_EXP_DEVCTL_FERE | \
			 PCI_EXP_DEVCTL_URRE | PCI_EXP_DEVCTL_RELAX_EN | PCI_EXP_DEVCTL_NOSNOOP_EN)

static const struct rule exp_rules[] = {
	{ PCI_EXP_DEVCTL, 2, .through = DEVCTL_THROUGH, .write = 0xffff & ~PCI_EXP_DEVCTL_BCR_FLR },
	{ PCI_EXP_DEVSTA, 2, .live = 0x3f, .through = 0x0f },
	{ PCI_EXP_LNKCTL, 2, .write = PCI_EXP_LNKCTL_ASPMC | PCI_EXP_LNKCTL_RCB |
				      PCI_EXP_LNKCTL_CCC | PCI_EXP_LNKCTL_ES },
	{ PCI_EXP_LNKSTA, 2, .live = 0xffff,
	  .through = PCI_EXP_LNKSTA_LBMS | PCI_EXP_LNKSTA_LABS },
	{ }
};

/* Only from version 2 of the capability on. */
static const struct rule exp2_rules[] = {
	{ PCI_EXP_DEVCTL2, 2, .write = 0xffff },
	{ PCI_EXP_LNKCTL2, 2, .write = 0xffff },
	{ PCI_EXP_LNKSTA2, 2, .live = 0xffff },
	{ }
};

static const struct rule aer_rules[] = {
	{ PCI_ERR_UNCOR_STATUS, 4, .live = U32_MAX, .through = U32_MAX },
	{ PCI_ERR_UNCOR_MASK, 4, .through = U32_MAX, .write = U32_MAX },
	{ PCI_ERR_UNCOR_SEVER, 4, .through = U32_MAX, .write = U32_MAX },
	{ PCI_ERR_COR_STATUS, 4, .live = U32_MAX, .through = U32_MAX },
	{ PCI_ERR_COR_MASK, 4, .through = U32_MAX, .write = U32_MAX },
	{ PCI_ERR_CAP, 4, .live = 0x1f },
	{ PCI_ERR_HEADER_LOG, 4, .live = U32_MAX },
	{ PCI_ERR_HEADER_LOG + 4, 4, .live = U32_MAX },
	{ PCI_ERR_HEADER_LOG + 8, 4, .live = U32_MAX },
	{ PCI_ERR_HEADER_LOG + 12, 4, .live = U32_MAX },
	{ }
};

static const struct rule ltr_rules[] = {
	{ PCI_LTR_MAX_SNOOP_LAT, 2, .write = 0x1fff },
	{ PCI_LTR_MAX_NOSNOOP_LAT, 2, .write = 0x1fff },
	{ }
};

static const struct cap caps[] = {
	[PCI_CAP_ID_PM]		= { CAP_RULES, pm_rules },
	[PCI_CAP_ID_VPD]	= { CAP_RULES, vpd_rules },
	[PCI_CAP_ID_MSI]	= { CAP_SPECIAL },
	[PCI_CAP_ID_PCIX]	= { CAP_CONSTANT },
	[PCI_CAP_ID_VNDR]	= { CAP_RAW },
	[PCI_CAP_ID_DBG]	= { CAP_CONSTANT },
	[PCI_CAP_ID_SSVID]	= { CAP_CONSTANT },
	[PCI_CAP_ID_EXP]	= { CAP_SPECIAL },
	[PCI_CAP_ID_MSIX]	= { CAP_RULES, msix_rules },
	[PCI_CAP_ID_SATA]	= { CAP_CONSTANT },
	[PCI_CAP_ID_AF]		= { CAP_RULES, af_rules },
};

static const struct cap ext_caps[] = {
	[PCI_EXT_CAP_ID_ERR]	= { CAP_RULES, aer_rules },
	[PCI_EXT_CAP_ID_VC]	= { CAP_CONSTANT },
	[PCI_EXT_CAP_ID_DSN]	= { CAP_CONSTANT },
	[PCI_EXT_CAP_ID_PWR]	= { CAP_CONSTANT },
	[PCI_EXT_CAP_ID_VNDR]	= { CAP_RAW },
	[PCI_EXT_CAP_ID_LTR]	= { CAP_RULES, ltr_rules },
	[PCI_EXT_CAP_ID_DVSEC]	= { CAP_RAW },
};

static void set_bits(u8 *map, unsigned int len, u32 bits)
{
	while (len--) {
		*map++ |= (u8)bits;
		bits >>= 8;
	}
}

static void apply_rule(struct vrc_vconfig *c, u16 base, const struct rule *r)
{
	u32 off = (u32)base + r->off;

	/* A capability that runs off the end of its space is the function's mistake. */
	if (off + r->len > c->size)
		return;
	set_bits(c->live + off, r->len, r->live);
	set_bits(c->through + off, r->len, r->through);
	set_bits(c->write + off, r->len, r->write);
}

static void apply_rules(struct vrc_vconfig *c, u16 base, const struct rule *r)
{
	for (; r->len; r++)
		apply_rule(c, base, r);
}

static void apply_raw(struct vrc_vconfig *c, u32 from, u32 end)
{
	static const struct rule raw = { .len = 1, .live = 0xff, .through = 0xff };

	for (; from < end; from++)
		apply_rule(c, from, &raw);
}

static void map_msi(struct vrc_vconfig *c, u16 pos)
{
	u16 flags = get_unaligned_le16(c->initial + pos + PCI_MSI_FLAGS);
	bool wide = flags & PCI_MSI_FLAGS_64BIT;
	const struct rule rules[] = {
		{ PCI_MSI_FLAGS, 2, .write = PCI_MSI_FLAGS_ENABLE | PCI_MSI_FLAGS_QSIZE },
		{ PCI_MSI_ADDRESS_LO, 4, .write = ~3U },
		{ wide ? PCI_MSI_DATA_64 : PCI_MSI_DATA_32, 2, .write = 0xffff },
		{ }
	};
	const struct rule high = { PCI_MSI_ADDRESS_HI, 4, .write = U32_MAX };
	const struct rule mask[] = {
		{ wide ? PCI_MSI_MASK_64 : PCI_MSI_MASK_32, 4,
		  .through = U32_MAX, .write = U32_MAX },
		{ wide ? PCI_MSI_PENDING_64 : PCI_MSI_PENDING_32, 4, .live = U32_MAX },
		{ }
	};

	apply_rules(c, pos, rules);
	if (wide)
		apply_rule(c, pos, &high);
	if (flags & PCI_MSI_FLAGS_MASKBIT)
		apply_rules(c, pos, mask);
}

/* The guest may reset its function, by whatever means VRC has. */
static void map_exp(struct vrc_vconfig *c, u16 pos)
{
	u16 flags = get_unaligned_le16(c->initial + pos + PCI_EXP_FLAGS);
	u8 *devcap = c->initial + pos + PCI_EXP_DEVCAP;

	apply_rules(c, pos, exp_rules);
	if ((flags & PCI_EXP_FLAGS_VERS) >= 2)
		apply_rules(c, pos, exp2_rules);
	put_unaligned_le32(get_unaligned_le32(devcap) | PCI_EXP_DEVCAP_FLR, devcap);
}

static const struct cap *find_cap(const struct cap *table, unsigned int nr, unsigned int id)
{
	return id < nr && table[id].sort != CAP_HIDDEN ? &table[id] : NULL;
}

static void map_cap(struct vrc_vconfig *c, const struct cap *cap, u8 id, u16 pos)
{
	switch (cap->sort) {
	case CAP_RULES:
		apply_rules(c, pos, cap->rules);
		if (id == PCI_CAP_ID_AF)
			c->cap_af = pos;
		break;
	case CAP_RAW:
		apply_raw(c, pos + 3, pos + c->initial[pos + PCI_CAP_FLAGS]);
		break;
	case CAP_SPECIAL:
		if (id == PCI_CAP_ID_MSI)
			map_msi(c, pos);
		else
			map_exp(c, pos);
		break;
	case CAP_CONSTANT:
	case CAP_HIDDEN:
		break;
	}
}

static void map_caps(struct vrc_vconfig *c)
{
	u8 *link = c->initial + PCI_CAPABILITY_LIST, pos, id;
	const struct cap *cap;
	int i;

	if (!(get_unaligned_le16(c->initial + PCI_STATUS) & PCI_STATUS_CAP_LIST)) {
		*link = 0;
		return;
	}
	for (i = 0; i < CAP_WALK_LIMIT; i++) {
		pos = *link & ~3;
		/* The longest that a rule looks into is checked against the end by apply_rule(). */
		if (pos < PCI_STD_HEADER_SIZEOF || pos > PCI_CFG_SPACE_SIZE - 8)
			break;
		id = c->initial[pos + PCI_CAP_LIST_ID];
		cap = find_cap(caps, ARRAY_SIZE(caps), id);
		if (!cap) {
			*link = c->initial[pos + PCI_CAP_LIST_NEXT];
			continue;
		}
		map_cap(c, cap, id, pos);
		link = &c->initial[pos + PCI_CAP_LIST_NEXT];
	}
	*link = 0;
}

/* The first header cannot be unlinked: without an ID it is nothing. */
static void hide_ext_cap(struct vrc_vconfig *c, u8 *prev, u16 pos)
{
	u32 next = PCI_EXT_CAP_NEXT(get_unaligned_le32(c->initial + pos));

	if (pos == PCI_CFG_SPACE_SIZE)
		put_unaligned_le32(next << 20, c->initial + pos);
	else
		put_unaligned_le32((get_unaligned_le32(prev) & 0xfffff) | next << 20, prev);
}

static void map_ext_cap(struct vrc_vconfig *c, const struct cap *cap, u16 pos)
{
	const u8 *header = c->initial + pos + PCI_VNDR_HEADER;	/* of DVSEC too */

	if (cap->sort == CAP_RULES)
		apply_rules(c, pos, cap->rules);
	else if (cap->sort == CAP_RAW)
		apply_raw(c, pos + 8, pos + PCI_VNDR_HEADER_LEN(get_unaligned_le32(header)));
}

static void map_ext_caps(struct vrc_vconfig *c)
{
	u8 *prev = c->initial + PCI_CFG_SPACE_SIZE;
	u32 pos = PCI_CFG_SPACE_SIZE, header;
	const struct cap *cap;
	int i;

	for (i = 0; i < EXT_CAP_WALK_LIMIT; i++) {
		if (pos < PCI_CFG_SPACE_SIZE || pos > c->size - 8U)
			break;
		header = get_unaligned_le32(c->initial + pos);
		if (!header || header == U32_MAX)
			break;
		cap = find_cap(ext_caps, ARRAY_SIZE(ext_caps), PCI_EXT_CAP_ID(header));
		if (cap)
			map_ext_cap(c, cap, pos);
		else
			hide_ext_cap(c, prev, pos);
		if (cap || pos == PCI_CFG_SPACE_SIZE)
			prev = c->initial + pos;
		pos = PCI_EXT_CAP_NEXT(header);
	}
	if (i && pos)
		put_unaligned_le32(get_unaligned_le32(prev) & 0xfffff, prev);
}

static u32 bar_flags(const struct vrc_bar *bar)
{
	u32 flags = 0;

	if (bar->flags & IORESOURCE_IO)
		return PCI_BASE_ADDRESS_SPACE_IO;
	if (bar->flags & IORESOURCE_MEM_64)
		flags |= PCI_BASE_ADDRESS_MEM_TYPE_64;
	if (bar->flags & IORESOURCE_PREFETCH)
		flags |= PCI_BASE_ADDRESS_MEM_PREFETCH;
	return flags;
}

/* Only the address bits above the size can be written: that is how a guest finds the size. */
static void map_bars(struct vrc_vconfig *c, const struct vrc_func *f)
{
	const struct vrc_bar *bar;
	u64 mask;

	memset(c->initial + PCI_BASE_ADDRESS_0, 0, 6 * 4);
	put_unaligned_le32(0, c->initial + PCI_ROM_ADDRESS);
	for (bar = f->bar; bar < f->bar + VRC_ROM_BAR; bar++) {
		if (!bar->size)
			continue;
		mask = ~(bar->size - 1);
		put_unaligned_le32(bar_flags(bar), c->initial + bar->reg);
		set_bits(c->write + bar->reg, 4, (u32)mask);
		if (bar->flags & IORESOURCE_MEM_64)
			set_bits(c->write + bar->reg + 4, 4, mask >> 32);
	}
	bar = &f->bar[VRC_ROM_BAR];
	if (!bar->size)
		return;
	mask = ~(bar->size - 1) | PCI_ROM_ADDRESS_ENABLE;
	set_bits(c->write + PCI_ROM_ADDRESS, 4, (u32)mask);
}

void vrc_vconfig_map(struct vrc_vconfig *c, const struct vrc_func *f)
{
	memcpy(c->initial, f->config, f->shadow_size);
	apply_rules(c, 0, header_rules);
	put_unaligned_le16(0, c->initial + PCI_COMMAND);
	/* The VMM decides which functions are one device. */
	c->initial[PCI_HEADER_TYPE] &= PCI_HEADER_TYPE_MASK;
	c->initial[PCI_BIST] = 0;
	map_bars(c, f);
	map_caps(c);
	if (c->size > PCI_CFG_SPACE_SIZE)
		map_ext_caps(c);
}
