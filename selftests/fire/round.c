// SPDX-License-Identifier: GPL-2.0-only
/* One life of an mdev in which nothing is odd, so that what order does later has worked once. */
#include <errno.h>
#include <linux/vfio.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "../module/vfio_test.h"
#include "order.h"

#define NR_REGIONS	9
#define VECTORS		4
#define TRIES		10
#define SOME_VALUE	0x1234567cu

static off_t region_at(unsigned int region, uint64_t off)
{
	return (off_t)((uint64_t)region << 40) + (off_t)off;
}

static int create(struct slot *s)
{
	return slot_exists(s) ? 0 : slot_create(s);
}

static int map(struct slot *s)
{
	slot_unmap(s, 0, SLOT_MEM);
	return slot_map(s, 0, SLOT_MEM);
}

static int info(struct slot *s)
{
	struct vfio_device_info i = { .argsz = sizeof(i) };

	if (ioctl(s->fd, VFIO_DEVICE_GET_INFO, &i))
		return -errno;
	return i.num_regions == NR_REGIONS ? 0 : -ERANGE;
}

static int enable(struct slot *s)
{
	return slot_enable(s);
}

/* Of each region the first bytes can be read; what is behind its end, or of none, cannot. */
static int one_region(struct slot *s, unsigned int region)
{
	struct vfio_region_info i = { .argsz = sizeof(i), .index = region };
	uint32_t val;

	if (ioctl(s->fd, VFIO_DEVICE_GET_REGION_INFO, &i))
		return region == VFIO_PCI_VGA_REGION_INDEX && errno == EINVAL ? 0 : -errno;
	if (i.size && pread(s->fd, &val, sizeof(val), (off_t)i.offset) != sizeof(val))
		return -EIO;
	if (pread(s->fd, &val, sizeof(val), (off_t)(i.offset + i.size)) >= 0 || errno != EINVAL)
		return -ERANGE;
	return 0;
}

static int regions(struct slot *s)
{
	uint32_t val = SOME_VALUE;
	unsigned int i;
	int ret = 0;

	for (i = 0; i < NR_REGIONS && !ret; i++)
		ret = one_region(s, i);
	if (ret)
		return ret;
	if (pwrite(s->fd, &val, sizeof(val), region_at(0, REG_SRC)) != sizeof(val))
		return -EIO;
	val = 0;
	if (pread(s->fd, &val, sizeof(val), region_at(0, REG_SRC)) != sizeof(val))
		return -EIO;
	return val == SOME_VALUE ? 0 : -ENODATA;
}

static int config(struct slot *s)
{
	uint16_t command = 0;

	if (pread(s->fd, &command, sizeof(command),
		  region_at(VFIO_PCI_CONFIG_REGION_INDEX, 4)) != sizeof(command))
		return -EIO;
	return (command & 7) == 7 ? 0 : -ENODATA;
}

static int irqs(struct slot *s)
{
	struct {
		struct vfio_irq_set set;
		int32_t fds[VECTORS];
	} a = {
		.set = {
			.argsz = sizeof(a), .index = VFIO_PCI_MSIX_IRQ_INDEX, .count = VECTORS,
			.flags = VFIO_IRQ_SET_ACTION_TRIGGER | VFIO_IRQ_SET_DATA_EVENTFD,
		},
	};
	unsigned int i;
	int ret;

	for (i = 0; i < VECTORS; i++)
		a.fds[i] = eventfd(0, EFD_CLOEXEC);
	ret = ioctl(s->fd, VFIO_DEVICE_SET_IRQS, &a) ? -errno : 0;
	for (i = 0; i < VECTORS; i++)
		close(a.fds[i]);
	return ret;
}

static int irqs_off(struct slot *s)
{
	struct vfio_irq_set set = {
		.argsz = sizeof(set), .index = VFIO_PCI_MSIX_IRQ_INDEX,
		.flags = VFIO_IRQ_SET_ACTION_TRIGGER | VFIO_IRQ_SET_DATA_NONE,
	};

	return ioctl(s->fd, VFIO_DEVICE_SET_IRQS, &set) ? -errno : 0;
}

/* The register is as after a reset again. */
static int reset(struct slot *s)
{
	uint32_t val = ~0u;
	int ret = ioctl(s->fd, VFIO_DEVICE_RESET) ? -errno : enable(s);

	if (ret)
		return ret;
	if (pread(s->fd, &val, sizeof(val), region_at(0, REG_SRC)) != sizeof(val))
		return -EIO;
	return val ? -ENODATA : 0;
}

static int no_mmap(struct slot *s)
{
	return slot_refuses_mmap(s, 0);
}

static int unmap(struct slot *s)
{
	return slot_unmap(s, 0, SLOT_MEM);
}

static int close_all(struct slot *s)
{
	slot_close_all(s);
	return 0;
}

static int remove_mdev(struct slot *s)
{
	return slot_exists(s) ? slot_remove(s) : 0;
}

static const struct {
	const char *name;
	int (*run)(struct slot *s);
} parts[] = {
	{ "creation", create },
	{ "open", slot_open },
	{ "map of memory", map },
	{ "GET_INFO", info },
	{ "write of Command", enable },
	{ "access to each region", regions },
	{ "read of Command", config },
	{ "refusal of mmap", no_mmap },
	{ "SET_IRQS", irqs },
	{ "SET_IRQS, off", irqs_off },
	{ "reset", reset },
	{ "unmap of memory", unmap },
	{ "close", close_all },
	{ "removal", remove_mdev },
};

/* A request that is not answered in time on a busy machine is no fault here. */
static int insist(struct slot *s, int (*run)(struct slot *s))
{
	unsigned int tries = TRIES;
	int ret = run(s);

	while (ret && tries--) {
		usleep(300000);
		ret = run(s);
	}
	return ret;
}

int order_round(struct slot *s)
{
	unsigned int i;
	int ret;

	for (i = 0; i < ARRAY_SIZE(parts); i++) {
		ret = insist(s, parts[i].run);
		if (!ret)
			continue;
		printf("not ok - %s: the first %s: %s\n", s->func, parts[i].name, strerror(-ret));
		return -1;
	}
	return 0;
}
