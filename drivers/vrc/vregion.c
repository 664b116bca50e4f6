// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the VMM reads and writes through the vfio device: BARs, expansion ROM and
 * config space. A failure is what it is on a bus: reads give ones, writes are
 * lost; only a fatal signal ends a wait with an error.
 */
#include <linux/jiffies.h>
#include <linux/minmax.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "vdev.h"

#define REGION_CHUNK	4096
#define REGION_STACK	64	/* most that a CPU reads or writes at once */

/* A piece of one region access, through a buffer in the kernel. */
struct access {
	unsigned int index;	/* VFIO_PCI_*_REGION_INDEX */
	bool write;
	u64 off;
	size_t len;
	u8 *buf;
};

static int only_killed(int ret)
{
	return ret == -EINTR ? ret : 0;
}

/* The part of @a that falls into the MSI-X table, which is ours. */
static bool table_overlap(struct vrc_vdev *v, const struct access *a, size_t *from, size_t *to)
{
	unsigned int bar;
	u64 offset, size;

	if (!vrc_msix_table(v, &bar, &offset, &size) || bar != a->index ||
	    a->off >= offset + size || a->off + a->len <= offset)
		return false;
	*from = a->off < offset ? offset - a->off : 0;
	*to = min(a->off + a->len, offset + size) - a->off;
	return true;
}

/*
 * A read that meets a restart is made again when the function is back: ones would make many a
 * driver give the device up, while from one that was reset it recovers. It waits for that no
 * longer than it would have for its completion.
 */
static int read_memory(struct vrc_func *f, u64 addr, u8 *buf, size_t len)
{
	unsigned long end = jiffies + vrc_completion_timeout(f), now;
	int ret = vrc_mem_read(f, addr, buf, len);

	if (ret != -EIO)
		return ret;
	now = jiffies;
	if (vrc_func_came_back(f, time_before(now, end) ? end - now : 0))
		ret = vrc_mem_read(f, addr, buf, len);
	return ret;
}

static int access_memory(struct vrc_vdev *v, const struct access *a, size_t from, size_t to)
{
	u64 addr = v->func->bar[a->index].addr + a->off + from;

	if (from == to)
		return 0;
	if (a->write)
		return vrc_mem_write(v->func, addr, a->buf + from, to - from);
	return read_memory(v->func, addr, a->buf + from, to - from);
}

static int access_mem_bar(struct vrc_vdev *v, const struct access *a)
{
	size_t from, to;
	int ret;

	if (!table_overlap(v, a, &from, &to))
		return access_memory(v, a, 0, a->len);
	if (!a->write)
		memset(a->buf + from, 0xff, to - from);
	ret = access_memory(v, a, 0, from);
	return only_killed(ret) ?: access_memory(v, a, to, a->len);
}

/* I/O requests are of one DW. */
static int access_io_bar(struct vrc_vdev *v, const struct access *a)
{
	u32 addr = (u32)(v->func->bar[a->index].addr + a->off);
	size_t done, n;
	int ret = 0;

	for (done = 0; done < a->len && ret != -EINTR; done += n) {
		n = min_t(size_t, 4 - ((addr + done) & 3), a->len - done);
		if (a->write)
			ret = vrc_io_write(v->func, addr + done, a->buf + done, n);
		else
			ret = vrc_io_read(v->func, addr + done, a->buf + done, n);
	}
	return ret;
}

static int access_bar(struct vrc_vdev *v, const struct access *a)
{
	bool io = v->func->bar[a->index].flags & IORESOURCE_IO;

	if (!vrc_vdev_enabled(v, io ? PCI_COMMAND_IO : PCI_COMMAND_MEMORY)) {
		memset(a->buf, 0xff, a->len);
		return 0;
	}
	return io ? access_io_bar(v, a) : access_mem_bar(v, a);
}

/*
 * The ROM answers while the function's real ROM BAR is enabled, whatever the guest
 * has set: VMMs read it before there is a guest. A function may decode its ROM
 * instead of BARs, so not longer than needed.
 */
static int access_rom(struct vrc_vdev *v, const struct access *a)
{
	const struct vrc_bar *rom = &v->func->bar[VRC_ROM_BAR];
	int ret;

	if (a->write)
		return 0;
	memset(a->buf, 0xff, a->len);
	if (mutex_lock_killable(&v->lock))
		return -EINTR;
	ret = vrc_cfg_write(v->func, rom->reg, 4, (u32)rom->addr | PCI_ROM_ADDRESS_ENABLE);
	if (!ret) {
		ret = vrc_mem_read(v->func, rom->addr + a->off, a->buf, a->len);
		vrc_cfg_write(v->func, rom->reg, 4, (u32)rom->addr);
	}
	mutex_unlock(&v->lock);
	return ret;
}

static unsigned int config_width(u64 off, size_t left)
{
	if (!(off & 3) && left >= 4)
		return 4;
	return !(off & 1) && left >= 2 ? 2 : 1;
}

static int access_config_reg(struct vrc_vdev *v, const struct access *a, size_t done,
			     unsigned int n)
{
	__le32 le = 0;
	u32 val;
	int ret;

	if (a->write) {
		memcpy(&le, a->buf + done, n);
		return vrc_vconfig_write(v, a->off + done, n, le32_to_cpu(le));
	}
	ret = vrc_vconfig_read(v, a->off + done, n, &val);
	if (ret)
		return ret;
	le = cpu_to_le32(val);
	memcpy(a->buf + done, &le, n);
	return 0;
}

static int access_config(struct vrc_vdev *v, const struct access *a)
{
	unsigned int n;
	size_t done;
	int ret = 0;

	if (mutex_lock_killable(&v->lock))
		return -EINTR;
	for (done = 0; done < a->len && !ret; done += n) {
		n = config_width(a->off + done, a->len - done);
		ret = access_config_reg(v, a, done, n);
	}
	mutex_unlock(&v->lock);
	return ret;
}

static int access_region(struct vrc_vdev *v, const struct access *a)
{
	switch (a->index) {
	case VFIO_PCI_CONFIG_REGION_INDEX:
		return access_config(v, a);
	case VFIO_PCI_ROM_REGION_INDEX:
		return only_killed(access_rom(v, a));
	default:
		return only_killed(access_bar(v, a));
	}
}

static u64 region_size(struct vrc_vdev *v, unsigned int index)
{
	if (index == VFIO_PCI_CONFIG_REGION_INDEX)
		return v->config.size;
	return index <= VFIO_PCI_ROM_REGION_INDEX ? v->func->bar[index].size : 0;
}

/* Which region @pos is in; cuts @count at its end. */
static int locate(struct vrc_vdev *v, struct access *a, u64 pos, size_t *count)
{
	u64 size;

	a->index = pos >> VRC_REGION_SHIFT;
	a->off = pos & (vrc_region_offset(1) - 1);
	size = region_size(v, a->index);
	if (a->off >= size)
		return -EINVAL;
	*count = min_t(u64, *count, size - a->off);
	return 0;
}

/* @a->len bytes from or to @buf, through the buffer in the kernel. */
static int access_user(struct vrc_vdev *v, const struct access *a, char __user *buf)
{
	int ret;

	if (a->write && copy_from_user(a->buf, buf, a->len))
		return -EFAULT;
	ret = access_region(v, a);
	if (!ret && !a->write && copy_to_user(buf, a->buf, a->len))
		return -EFAULT;
	return ret;
}

static ssize_t access_chunks(struct vrc_vdev *v, struct access *a, char __user *buf, size_t count,
			     size_t chunk)
{
	size_t done;
	int ret;

	for (done = 0; done < count; done += a->len, a->off += a->len) {
		a->len = min(chunk - (size_t)(a->off & (chunk - 1)), count - done);
		ret = access_user(v, a, buf + done);
		if (ret)
			return ret;
	}
	return done;
}

static ssize_t access_vdev(struct vfio_device *vfio, char __user *buf, size_t count, loff_t *ppos,
			   bool write)
{
	struct vrc_vdev *v = to_vrc_vdev(vfio);
	u8 small[REGION_STACK], *large = NULL;
	struct access a = { .buf = small, .write = write };
	ssize_t ret;

	ret = locate(v, &a, *ppos, &count);
	if (ret)
		return ret;
	if (count > sizeof(small))
		large = kmalloc(REGION_CHUNK, GFP_KERNEL);
	if (large)
		a.buf = large;
	ret = access_chunks(v, &a, buf, count, large ? REGION_CHUNK : sizeof(small));
	kfree(large);
	if (ret > 0)
		*ppos += ret;
	return ret;
}

ssize_t vrc_vdev_read(struct vfio_device *vfio, char __user *buf, size_t count, loff_t *ppos)
{
	return access_vdev(vfio, buf, count, ppos, false);
}

ssize_t vrc_vdev_write(struct vfio_device *vfio, const char __user *buf, size_t count, loff_t *ppos)
{
	return access_vdev(vfio, (char __user *)buf, count, ppos, true);
}
