// SPDX-License-Identifier: GPL-2.0-only
/*
 * Configuration of one function, which is bound, by real CfgRd and CfgWr TLPs.
 *
 * The shadow is read while the function is as reset left it, so its BARs are empty and
 * its capabilities at their defaults. It covers the first 256 bytes, and of the
 * extended space every capability of the list, up to the next one but no more than
 * VRC_EXT_CAP_MAX bytes: a walk of 4 KiB would cost 1024 round trips. The rest is zero.
 *
 * A station may answer anything: every list is bounded, every size is
 * checked, and the whole ends after VRC_ENUMERATE_MS.
 */
#include <linux/bitops.h>
#include <linux/jiffies.h>
#include <linux/slab.h>

#include "func.h"
#include "port.h"
#include "scan.h"

#define VRC_ENUMERATE_MS	10000
#define VRC_EXT_CAP_MAX		256
#define VRC_MAX_CAPS		48	/* a capability is 4 bytes at least: (256 - 64) / 4 */
#define VRC_MAX_EXT_CAPS	64
#define VRC_MAX_MPS		4096
#define VRC_MRRS		4096	/* completions are cut to fit frames, so ask for much */

/*
 * Reading the shadow
 */

static void put_shadow(struct vrc_func *f, u16 off, u32 val)
{
	f->config[off] = val;
	f->config[off + 1] = val >> 8;
	f->config[off + 2] = val >> 16;
	f->config[off + 3] = val >> 24;
}

static int read_shadow(struct vrc_func *f, unsigned int from, unsigned int to,
		       unsigned long deadline)
{
	unsigned int off;
	u32 val;
	int err;

	for (off = from; off < to; off += 4) {
		if (time_after(jiffies, deadline))
			return vrc_func_fail(f, -ETIMEDOUT, "config space takes longer than %u s",
					     VRC_ENUMERATE_MS / 1000);
		err = vrc_cfg_read(f, off, 4, &val);
		if (err)
			return vrc_func_fail(f, err, "reading config space at %#x failed with %d",
					     off, err);
		put_shadow(f, off, val);
	}
	return 0;
}

static int check_header(struct vrc_func *f)
{
	u32 id = vrc_func_cfg32(f, PCI_VENDOR_ID);
	u8 type = f->config[PCI_HEADER_TYPE] & PCI_HEADER_TYPE_MASK;

	if (id == ~0U || !id)
		return vrc_func_fail(f, -ENODEV, "no function behind its number (ID %08x)", id);
	if (type != PCI_HEADER_TYPE_NORMAL)
		return vrc_func_fail(f, -EOPNOTSUPP,
				     "header type %u: only endpoints (0) are usable", type);
	return 0;
}

/*
 * Capabilities
 */

static void note_cap(struct vrc_func *f, u8 pos)
{
	switch (f->config[pos]) {
	case PCI_CAP_ID_PM:
		f->cap_pm = pos;
		break;
	case PCI_CAP_ID_MSI:
		f->cap_msi = pos;
		break;
	case PCI_CAP_ID_MSIX:
		f->cap_msix = pos;
		break;
	case PCI_CAP_ID_EXP:
		f->cap_exp = pos;
		break;
	}
}

/* Longest part of a capability that anybody here looks at without asking how much is there. */
static unsigned int cap_length(u8 id)
{
	switch (id) {
	case PCI_CAP_ID_PM:
		return PCI_PM_SIZEOF;
	case PCI_CAP_ID_MSI:
		return 24;
	case PCI_CAP_ID_MSIX:
		return PCI_CAP_MSIX_SIZEOF;
	case PCI_CAP_ID_EXP:
		return PCI_EXP_DEVSTA + 2;
	default:
		return 2;
	}
}

static int walk_caps(struct vrc_func *f)
{
	unsigned int left = VRC_MAX_CAPS;
	u8 pos;

	if (!(vrc_func_cfg16(f, PCI_STATUS) & PCI_STATUS_CAP_LIST))
		return 0;
	for (pos = f->config[PCI_CAPABILITY_LIST] & ~3; pos; pos = f->config[pos + 1] & ~3) {
		if (pos < PCI_STD_HEADER_SIZEOF || pos + cap_length(f->config[pos]) > 256)
			return vrc_func_fail(f, -EPROTO, "capability at %#x is out of bounds", pos);
		if (!left--)
			return vrc_func_fail(f, -EPROTO, "capability list has a loop");
		note_cap(f, pos);
	}
	if (f->cap_exp)
		f->flr = vrc_func_cfg32(f, f->cap_exp + PCI_EXP_DEVCAP) & PCI_EXP_DEVCAP_FLR;
	return 0;
}

/*
 * The header of each capability of the list; then the bodies, for where one ends is
 * known only by where the others start.
 */
static int walk_ext_caps(struct vrc_func *f, unsigned long *starts, unsigned long deadline)
{
	unsigned int left = VRC_MAX_EXT_CAPS, pos = PCI_CFG_SPACE_SIZE;
	u32 header;
	int err;

	while (pos) {
		if (pos < PCI_CFG_SPACE_SIZE || !left-- || test_and_set_bit(pos / 4, starts))
			return vrc_func_fail(f, -EPROTO, "bad link to extended capability %#x",
					     pos);
		err = read_shadow(f, pos, pos + 4, deadline);
		if (err)
			return err;
		header = vrc_func_cfg32(f, pos);
		if (!header || header == ~0U) {	/* the list is empty */
			put_shadow(f, pos, 0);
			clear_bit(pos / 4, starts);
			return 0;
		}
		pos = PCI_EXT_CAP_NEXT(header);
	}
	return 0;
}

static int read_ext_space(struct vrc_func *f, unsigned long deadline)
{
	DECLARE_BITMAP(starts, PCI_CFG_SPACE_EXP_SIZE / 4) = {};
	unsigned int dw, end;
	int err;

	err = walk_ext_caps(f, starts, deadline);
	if (err)
		return err;
	for_each_set_bit(dw, starts, PCI_CFG_SPACE_EXP_SIZE / 4) {
		end = find_next_bit(starts, PCI_CFG_SPACE_EXP_SIZE / 4, dw + 1) * 4;
		end = min(end, dw * 4 + VRC_EXT_CAP_MAX);
		err = read_shadow(f, dw * 4 + 4, end, deadline);
		if (err)
			return err;
	}
	return 0;
}

static int read_config_space(struct vrc_func *f)
{
	unsigned long deadline = jiffies + msecs_to_jiffies(VRC_ENUMERATE_MS);
	int err;

	err = read_shadow(f, 0, PCI_STD_HEADER_SIZEOF, deadline);
	if (err)
		return err;
	err = check_header(f);
	if (err)
		return err;
	err = read_shadow(f, PCI_STD_HEADER_SIZEOF, PCI_CFG_SPACE_SIZE, deadline);
	if (err)
		return err;
	err = walk_caps(f);
	if (err)
		return err;
	f->config_size = f->cap_exp ? PCI_CFG_SPACE_EXP_SIZE : PCI_CFG_SPACE_SIZE;
	return f->cap_exp ? read_ext_space(f, deadline) : 0;
}

/*
 * BARs
 */

/* Writes ones and reads back which bits stay; they do until the session ends with a reset. */
static int probe_register(struct vrc_func *f, u16 reg, u32 ones, u32 *bits)
{
	int err = vrc_cfg_write(f, reg, 4, ones);

	if (!err)
		err = vrc_cfg_read(f, reg, 4, bits);
	if (err)
		vrc_func_fail(f, err, "sizing the BAR at %#x failed with %d", reg, err);
	return err;
}

/* Address bits that can be set are one run that ends at the top. */
static int set_size(struct vrc_func *f, struct vrc_bar *bar, u64 bits)
{
	u64 size = -bits;

	if (bits && !is_power_of_2(size))
		return vrc_func_fail(f, -EPROTO, "BAR at %#x: address bits %#llx are not one run",
				     bar->reg, bits);
	bar->size = bits ? size : 0;
	return 0;
}

static int size_io_bar(struct vrc_func *f, struct vrc_bar *bar, u32 bits)
{
	bits &= PCI_BASE_ADDRESS_IO_MASK;
	bar->flags = IORESOURCE_IO;
	/* The upper half may be hardwired to zero: 16 address bits are enough for I/O */
	if (bits && !(bits & 0xffff0000))
		bits |= 0xffff0000;
	return set_size(f, bar, bits ? bits | ~0ull << 32 : 0);
}

static int size_mem64_bar(struct vrc_func *f, struct vrc_bar *bar, u32 low)
{
	u32 high;
	int err;

	if (bar->reg == PCI_BASE_ADDRESS_5)
		return vrc_func_fail(f, -EPROTO, "BAR 5 cannot be half of a 64-bit BAR");
	err = probe_register(f, bar->reg + 4, ~0U, &high);
	if (err)
		return err;
	bar->flags |= IORESOURCE_MEM_64;
	return set_size(f, bar, (u64)high << 32 | (low & PCI_BASE_ADDRESS_MEM_MASK));
}

static int size_mem_bar(struct vrc_func *f, struct vrc_bar *bar, u32 bits)
{
	u32 low = bits & (u32)PCI_BASE_ADDRESS_MEM_MASK;

	bar->flags = IORESOURCE_MEM;
	if (bits & PCI_BASE_ADDRESS_MEM_PREFETCH)
		bar->flags |= IORESOURCE_PREFETCH;
	if ((bits & PCI_BASE_ADDRESS_MEM_TYPE_MASK) == PCI_BASE_ADDRESS_MEM_TYPE_64)
		return size_mem64_bar(f, bar, bits);
	return set_size(f, bar, low ? low | ~0ull << 32 : 0);
}

static int size_bar(struct vrc_func *f, struct vrc_bar *bar)
{
	u32 bits;
	int err;

	err = probe_register(f, bar->reg, ~0U, &bits);
	if (err)
		return err;
	if (bits == ~0U && vrc_func_cfg32(f, bar->reg) == ~0U)
		return vrc_func_fail(f, -EPROTO, "BAR at %#x reads as ones", bar->reg);
	if (bits & PCI_BASE_ADDRESS_SPACE_IO)
		return size_io_bar(f, bar, bits);
	return size_mem_bar(f, bar, bits);
}

static int size_rom(struct vrc_func *f, struct vrc_bar *bar)
{
	u32 bits;
	int err;

	err = probe_register(f, bar->reg, PCI_ROM_ADDRESS_MASK, &bits);
	if (err)
		return err;
	bits &= (u32)PCI_ROM_ADDRESS_MASK;
	bar->flags = IORESOURCE_MEM | IORESOURCE_PREFETCH;
	return set_size(f, bar, bits ? bits | ~0ull << 32 : 0);
}

static int size_bars(struct vrc_func *f)
{
	unsigned int i;
	int err;

	for (i = 0; i < VRC_ROM_BAR; i++)
		f->bar[i].reg = PCI_BASE_ADDRESS_0 + 4 * i;
	f->bar[VRC_ROM_BAR].reg = PCI_ROM_ADDRESS;
	for (i = 0; i < VRC_ROM_BAR; i++) {
		err = size_bar(f, &f->bar[i]);
		if (err)
			return err;
		if (f->bar[i].flags & IORESOURCE_MEM_64)
			i++;	/* the upper half is no BAR of its own */
	}
	return size_rom(f, &f->bar[VRC_ROM_BAR]);
}

static int place_bars(struct vrc_func *f)
{
	struct vrc_bar *bar;
	int err;

	for (bar = f->bar; bar < f->bar + VRC_NUM_BARS; bar++) {
		if (!bar->size)
			continue;
		err = vrc_map_alloc_bar(&f->port->map, bar);
		if (err)
			return vrc_func_fail(f, err, "no room for the BAR at %#x of %llu bytes",
					     bar->reg, bar->size);
	}
	return 0;
}

/*
 * Sizes of TLPs
 */

/*
 * The least that a frame cannot exceed, as far as the function has it: both ends cut TLPs to
 * frames, so the size that fits would only make two TLPs of what one frame takes.
 */
static u16 choose_mps(struct vrc_func *f)
{
	u32 cap = vrc_func_cfg32(f, f->cap_exp + PCI_EXP_DEVCAP);
	u32 mps = min(128U << (cap & PCI_EXP_DEVCAP_PAYLOAD), VRC_MAX_MPS), room;
	struct vrc_advert ad;

	vrc_station_last(f->station, &ad);
	room = min_t(u32, vrc_port_max_payload(f->port), ad.max_payload);
	while (mps > VRC_DEFAULT_MPS && mps / 2 >= room)
		mps /= 2;
	return mps;
}

static void choose_sizes(struct vrc_func *f)
{
	f->mps = f->cap_exp ? choose_mps(f) : VRC_DEFAULT_MPS;
	f->mrrs = f->cap_exp ? VRC_MRRS : VRC_DEFAULT_MRRS;
}

/*
 * Enumeration
 */

/* Of the extended space most is zero, and there may be thousands of functions. */
static int trim_shadow(struct vrc_func *f)
{
	u16 size = f->config_size;
	u8 *config;

	while (size > PCI_CFG_SPACE_SIZE && !f->config[size - 1])
		size--;
	config = kmemdup(f->config, size, GFP_KERNEL);
	if (!config)
		return vrc_func_fail(f, -ENOMEM, "no memory");
	kfree(f->config);
	f->config = config;
	f->shadow_size = size;
	return 0;
}

static void forget_enumeration(struct vrc_func *f)
{
	unsigned int i;

	for (i = 0; i < VRC_NUM_BARS; i++)
		vrc_map_free_bar(&f->port->map, &f->bar[i]);
	memset(f->bar, 0, sizeof(f->bar));
	kfree(f->config);
	f->config = NULL;
	f->config_size = 0;
	f->shadow_size = 0;
	f->cap_pm = 0;
	f->cap_msi = 0;
	f->cap_msix = 0;
	f->cap_exp = 0;
	f->flr = false;
}

int vrc_func_enumerate(struct vrc_func *f)
{
	int err;

	lockdep_assert_held(&f->lock);
	f->config = kzalloc(PCI_CFG_SPACE_EXP_SIZE, GFP_KERNEL);
	if (!f->config)
		return vrc_func_fail(f, -ENOMEM, "no memory");
	/* The function learns its bus number from the first CfgWr0 */
	err = vrc_cfg_write(f, PCI_COMMAND, 2, 0);
	if (err)
		vrc_func_fail(f, err, "writing config space failed with %d", err);
	if (!err)
		err = read_config_space(f);
	if (!err)
		err = size_bars(f);
	if (!err)
		err = place_bars(f);
	if (!err)
		err = trim_shadow(f);
	if (err)
		forget_enumeration(f);
	else
		choose_sizes(f);
	return err;
}

/*
 * Configuration
 */

/*
 * Bit 7 of the header type is about the other functions, the lower half of the class is
 * the revision.
 */
static const struct {
	u8 reg;
	u32 mask;
} identity[] = {
	{ PCI_VENDOR_ID, ~0U },
	{ PCI_CLASS_REVISION, ~0U },
	{ PCI_SUBSYSTEM_VENDOR_ID, ~0U },
};

static int check_identity(struct vrc_func *f)
{
	unsigned int i;
	u32 val;
	int err;

	for (i = 0; i < ARRAY_SIZE(identity); i++) {
		err = vrc_cfg_read(f, identity[i].reg, 4, &val);
		if (err)
			return err;
		if ((val ^ vrc_func_cfg32(f, identity[i].reg)) & identity[i].mask)
			return vrc_func_fail(f, -ENODEV, "reads %08x at %#x, was %08x", val,
					     identity[i].reg, vrc_func_cfg32(f, identity[i].reg));
	}
	return 0;
}

static int write_bar(struct vrc_func *f, const struct vrc_bar *bar)
{
	int err;

	if (!bar->size)
		return 0;
	err = vrc_cfg_write(f, bar->reg, 4, lower_32_bits(bar->addr));
	if (!err && bar->flags & IORESOURCE_MEM_64)
		err = vrc_cfg_write(f, bar->reg + 4, 4, upper_32_bits(bar->addr));
	return err;
}

static int write_devctl(struct vrc_func *f)
{
	u32 control;
	int err;

	choose_sizes(f);
	if (!f->cap_exp)
		return 0;
	err = vrc_cfg_read(f, f->cap_exp + PCI_EXP_DEVCTL, 2, &control);
	if (err)
		return err;
	control &= ~(PCI_EXP_DEVCTL_PAYLOAD | PCI_EXP_DEVCTL_READRQ | PCI_EXP_DEVCTL_BCR_FLR);
	control |= (ilog2(f->mps) - 7) << 5 | (ilog2(f->mrrs) - 7) << 12;
	return vrc_cfg_write(f, f->cap_exp + PCI_EXP_DEVCTL, 2, control);
}

static int write_config(struct vrc_func *f)
{
	unsigned int i;
	int err;

	for (i = 0; i < VRC_NUM_BARS; i++) {
		err = write_bar(f, &f->bar[i]);
		if (err)
			return err;
	}
	err = write_devctl(f);
	if (err)
		return err;
	return vrc_cfg_write(f, PCI_COMMAND, 2, PCI_COMMAND_IO | PCI_COMMAND_MEMORY |
			     PCI_COMMAND_INTX_DISABLE);
}

int vrc_func_configure(struct vrc_func *f)
{
	int err;

	lockdep_assert_held(&f->lock);
	/* The function learns its bus number from the first CfgWr0 */
	err = vrc_cfg_write(f, PCI_COMMAND, 2, PCI_COMMAND_INTX_DISABLE);
	if (!err)
		err = check_identity(f);
	if (!err)
		err = write_config(f);
	if (err && err != -ENODEV)
		vrc_func_fail(f, err, "configuration failed with %d", err);
	return err;
}
