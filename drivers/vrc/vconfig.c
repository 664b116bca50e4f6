// SPDX-License-Identifier: GPL-2.0-only
/*
 * The guest's config space: access and what writes cause (vconfig.h). Which bit
 * is of which sort is in vconfig_map.c.
 */
#include <linux/slab.h>

#include "compat.h"
#include "vconfig_map.h"
#include "vdev.h"

int vrc_vconfig_init(struct vrc_vdev *v)
{
	struct vrc_vconfig *c = &v->config;

	/* One allocation, five maps. */
	c->size = v->func->config_size;
	c->value = kvcalloc(5, c->size, GFP_KERNEL);
	if (!c->value)
		return -ENOMEM;
	c->initial = c->value + c->size;
	c->write = c->initial + c->size;
	c->live = c->write + c->size;
	c->through = c->live + c->size;
	vrc_vconfig_map(c, v->func);
	vrc_vconfig_reset(v);
	return 0;
}

void vrc_vconfig_destroy(struct vrc_vdev *v)
{
	kvfree(v->config.value);
}

void vrc_vconfig_reset(struct vrc_vdev *v)
{
	memcpy(v->config.value, v->config.initial, v->config.size);
}

u16 vrc_vconfig_get16(const struct vrc_vdev *v, u16 off)
{
	return get_unaligned_le16(v->config.value + off);
}

bool vrc_vconfig_powered(const struct vrc_vdev *v)
{
	u8 pm = v->func->cap_pm;

	return !pm || !(vrc_vconfig_get16(v, pm + PCI_PM_CTRL) & PCI_PM_CTRL_STATE_MASK);
}

static u32 get_bits(const u8 *map, u16 off, unsigned int len)
{
	__le32 le = 0;

	memcpy(&le, map + off, len);
	return le32_to_cpu(le);
}

static void put_bits(u8 *map, u16 off, unsigned int len, u32 val)
{
	__le32 le = cpu_to_le32(val);

	memcpy(map + off, &le, len);
}

static u32 ones(unsigned int len)
{
	return GENMASK(len * 8 - 1, 0);
}

int vrc_vconfig_read(struct vrc_vdev *v, u16 off, unsigned int len, u32 *val)
{
	u32 live = get_bits(v->config.live, off, len), real;
	int ret;

	lockdep_assert_held(&v->lock);
	*val = ones(len);
	if (!vrc_vdev_is_up(v))
		return 0;
	if (live) {
		ret = vrc_cfg_read(v->func, off, len, &real);
		if (ret)
			return ret == -EINTR ? ret : 0;
		*val = (real & live) | (get_bits(v->config.value, off, len) & ~live);
		return 0;
	}
	*val = get_bits(v->config.value, off, len);
	vrc_func_count(v->func, cfg_shadow_reads);
	return 0;
}

/* Bits written to the function beside others that are not the guest's to write. */
static int write_through(struct vrc_vdev *v, u16 off, unsigned int len, u32 val, u32 mask)
{
	u32 through = get_bits(v->config.through, off, len), real = 0;
	int ret;

	if (!mask)
		return 0;
	if (through != ones(len)) {
		ret = vrc_cfg_read(v->func, off, len, &real);
		if (ret)
			return ret;
	}
	/* Some bits written through are cleared by ones: never write back what was read of them. */
	return vrc_cfg_write(v->func, off, len, (real & ~through) | (val & mask));
}

static void write_virtual(struct vrc_vdev *v, u16 off, unsigned int len, u32 val)
{
	u32 mask = get_bits(v->config.write, off, len);
	u32 old = get_bits(v->config.value, off, len);

	put_bits(v->config.value, off, len, (old & ~mask) | (val & mask));
}

/* The byte that a write put at @pos, 0 if it did not reach there. */
static u8 byte_written(u16 off, unsigned int len, u32 val, u16 pos)
{
	return pos >= off && pos < off + len ? val >> (8 * (pos - off)) : 0;
}

static bool asks_for_reset(struct vrc_vdev *v, u16 off, unsigned int len, u32 val)
{
	u8 exp = v->func->cap_exp, af = v->config.cap_af;
	u8 control = exp ? byte_written(off, len, val, exp + PCI_EXP_DEVCTL + 1) : 0;

	if (control & (PCI_EXP_DEVCTL_BCR_FLR >> 8))
		return true;
	return af && byte_written(off, len, val, af + PCI_AF_CTRL) & PCI_AF_CTRL_FLR;
}

static bool power_state_exists(const struct vrc_vdev *v, unsigned int state)
{
	u16 pmc = vrc_vconfig_get16(v, v->func->cap_pm + PCI_PM_PMC);

	if (state == 1)
		return pmc & PCI_PM_CAP_D1;
	return state != 2 || pmc & PCI_PM_CAP_D2;
}

/* The function itself stays in D0: what a guest can notice of power states is made here. */
static int power_written(struct vrc_vdev *v, unsigned int old)
{
	u16 reg = v->func->cap_pm + PCI_PM_CTRL, pmcsr = vrc_vconfig_get16(v, reg);
	unsigned int state = pmcsr & PCI_PM_CTRL_STATE_MASK;

	if (!power_state_exists(v, state)) {
		put_bits(v->config.value, reg, 2, (pmcsr & ~PCI_PM_CTRL_STATE_MASK) | old);
		return 0;
	}
	if (old == 3 && state == 0 && !(pmcsr & PCI_PM_CTRL_NO_SOFT_RESET))
		return vrc_vdev_reset(v);
	return vrc_vdev_sync_command(v);
}

static int written(struct vrc_vdev *v, u16 off, unsigned int len, u32 val, unsigned int old_power)
{
	u8 pm = v->func->cap_pm;
	int ret = 0;

	if (asks_for_reset(v, off, len, val))
		return vrc_vdev_reset(v);
	if (off < PCI_COMMAND + 2 && off + len > PCI_COMMAND) {
		ret = vrc_vdev_sync_command(v);
		vrc_irq_intx_kick(v);
	} else if (pm && off < pm + PCI_PM_CTRL + 2 && off + len > pm + PCI_PM_CTRL) {
		ret = power_written(v, old_power);
	}
	return ret;
}

int vrc_vconfig_write(struct vrc_vdev *v, u16 off, unsigned int len, u32 val)
{
	u8 pm = v->func->cap_pm;
	unsigned int power;
	int ret;

	lockdep_assert_held(&v->lock);
	if (!vrc_vdev_is_up(v))
		return 0;
	power = pm ? vrc_vconfig_get16(v, pm + PCI_PM_CTRL) & PCI_PM_CTRL_STATE_MASK : 0;
	ret = write_through(v, off, len, val, get_bits(v->config.through, off, len));
	write_virtual(v, off, len, val);
	if (ret != -EINTR)
		ret = written(v, off, len, val, power);
	return ret == -EINTR ? ret : 0;
}

void vrc_vconfig_replay(struct vrc_vdev *v)
{
	struct vrc_vconfig *c = &v->config;
	u32 mask, value;
	u16 off;

	lockdep_assert_held(&v->lock);
	for (off = 0; off < c->size; off += 4) {
		mask = get_bits(c->through, off, 4) & get_bits(c->write, off, 4);
		value = get_bits(c->value, off, 4);
		if (!((value ^ get_bits(c->initial, off, 4)) & mask))
			continue;
		if (write_through(v, off, 4, value, mask))
			return;
	}
}
