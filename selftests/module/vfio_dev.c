// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <linux/pci_regs.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "vfio_dev.h"

static int failed(const char *step)
{
	printf("# %s: %s\n", step, strerror(errno));
	return -1;
}

static int open_group(const char *uuid)
{
	char path[256], link[256];
	ssize_t n;

	snprintf(path, sizeof(path), "/sys/bus/mdev/devices/%s/iommu_group", uuid);
	n = readlink(path, link, sizeof(link) - 1);
	if (n < 0)
		return failed(path);
	link[n] = 0;
	snprintf(path, sizeof(path), "/dev/vfio/%.200s", strrchr(link, '/') + 1);
	n = open(path, O_RDWR | O_CLOEXEC);
	return n < 0 ? failed(path) : (int)n;
}

static int get_regions(struct dev *d)
{
	unsigned int i;

	for (i = 0; i < VFIO_PCI_VGA_REGION_INDEX; i++) {
		struct vfio_region_info info = { .argsz = sizeof(info), .index = i };

		if (ioctl(d->fd, VFIO_DEVICE_GET_REGION_INFO, &info))
			return failed("VFIO_DEVICE_GET_REGION_INFO");
		d->region_offset[i] = info.offset;
		d->region_size[i] = info.size;
		d->region_flags[i] = info.flags;
	}
	return 0;
}

static int open_all(struct dev *d)
{
	d->container = open("/dev/vfio/vfio", O_RDWR | O_CLOEXEC);
	if (d->container < 0)
		return failed("/dev/vfio/vfio");
	d->group = open_group(d->uuid);
	if (d->group < 0)
		return -1;
	if (ioctl(d->group, VFIO_GROUP_SET_CONTAINER, &d->container))
		return failed("VFIO_GROUP_SET_CONTAINER");
	if (ioctl(d->container, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU))
		return failed("VFIO_SET_IOMMU");
	d->fd = ioctl(d->group, VFIO_GROUP_GET_DEVICE_FD, d->uuid);
	if (d->fd < 0)
		return failed("VFIO_GROUP_GET_DEVICE_FD");
	d->mem = mmap(NULL, DEV_MEM, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (d->mem == MAP_FAILED)
		return failed("mmap");
	if (dev_map(d, DEV_IOVA, d->mem, DEV_MEM, VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE))
		return failed("VFIO_IOMMU_MAP_DMA");
	return get_regions(d);
}

int dev_open(struct dev *d, const char *uuid)
{
	memset(d, 0, sizeof(*d));
	snprintf(d->uuid, sizeof(d->uuid), "%s", uuid);
	d->container = -1;
	d->group = -1;
	d->fd = -1;
	d->mem = MAP_FAILED;
	if (!open_all(d))
		return 0;
	dev_close(d);
	return -1;
}

void dev_close(struct dev *d)
{
	if (d->fd >= 0)
		close(d->fd);
	if (d->group >= 0)
		close(d->group);
	if (d->container >= 0)
		close(d->container);
	if (d->mem != MAP_FAILED)
		munmap(d->mem, DEV_MEM);
	d->fd = -1;
}

int dev_map(struct dev *d, uint64_t iova, void *mem, size_t len, uint32_t flags)
{
	struct vfio_iommu_type1_dma_map map = {
		.argsz = sizeof(map), .flags = flags,
		.vaddr = (uintptr_t)mem, .iova = iova, .size = len,
	};

	return ioctl(d->container, VFIO_IOMMU_MAP_DMA, &map) ? -errno : 0;
}

int dev_unmap(struct dev *d, uint64_t iova, size_t len)
{
	struct vfio_iommu_type1_dma_unmap unmap = {
		.argsz = sizeof(unmap), .iova = iova, .size = len,
	};

	if (ioctl(d->container, VFIO_IOMMU_UNMAP_DMA, &unmap))
		return -errno;
	return unmap.size == len ? 0 : -ENOENT;
}

long dev_read(struct dev *d, unsigned int region, uint64_t off, void *buf, size_t len)
{
	ssize_t n = pread(d->fd, buf, len, (off_t)(d->region_offset[region] + off));

	return n < 0 ? -errno : n;
}

long dev_write(struct dev *d, unsigned int region, uint64_t off, const void *buf, size_t len)
{
	ssize_t n = pwrite(d->fd, buf, len, (off_t)(d->region_offset[region] + off));

	return n < 0 ? -errno : n;
}

uint32_t dev_get(struct dev *d, unsigned int region, uint64_t off, unsigned int len)
{
	uint8_t b[4];
	uint32_t val = 0;
	unsigned int i;

	if (dev_read(d, region, off, b, len) != (long)len)
		return ~0u;
	for (i = 0; i < len; i++)
		val |= (uint32_t)b[i] << 8 * i;
	return val;
}

void dev_set(struct dev *d, unsigned int region, uint64_t off, unsigned int len, uint32_t val)
{
	unsigned int i;
	uint8_t b[4];

	for (i = 0; i < 4; i++)
		b[i] = (uint8_t)(val >> 8 * i);
	if (dev_write(d, region, off, b, len) != (long)len)
		printf("# writing %u bytes at %#llx of region %u: %s\n",
		       len, (unsigned long long)off, region, strerror(errno));
}

uint8_t cfg_cap(struct dev *d, uint8_t id)
{
	uint8_t pos = (uint8_t)cfg_get(d, PCI_CAPABILITY_LIST, 1);
	int i;

	for (i = 0; i < 48 && pos >= 0x40; i++) {
		if (cfg_get(d, pos, 1) == id)
			return pos;
		pos = (uint8_t)cfg_get(d, pos + 1u, 1);
	}
	return 0;
}

int dev_irqs(struct dev *d, uint32_t index, uint32_t flags, uint32_t start, uint32_t count,
	     const void *data)
{
	struct vfio_irq_set *set;
	size_t size = 0;
	int ret;

	if (flags & VFIO_IRQ_SET_DATA_EVENTFD)
		size = sizeof(int32_t);
	else if (flags & VFIO_IRQ_SET_DATA_BOOL)
		size = sizeof(uint8_t);
	set = calloc(1, sizeof(*set) + count * size);
	if (!set)
		return -ENOMEM;
	set->argsz = (uint32_t)(sizeof(*set) + count * size);
	set->flags = flags;
	set->index = index;
	set->start = start;
	set->count = count;
	if (size)
		memcpy(set->data, data, count * size);
	ret = ioctl(d->fd, VFIO_DEVICE_SET_IRQS, set) ? -errno : 0;
	free(set);
	return ret;
}

int dev_irq_fds(struct dev *d, uint32_t index, uint32_t start, uint32_t count, const int32_t *fds)
{
	uint32_t flags = VFIO_IRQ_SET_ACTION_TRIGGER;

	if (!fds)
		return dev_irqs(d, index, flags | VFIO_IRQ_SET_DATA_NONE, 0, 0, NULL);
	return dev_irqs(d, index, flags | VFIO_IRQ_SET_DATA_EVENTFD, start, count, fds);
}

int dev_reset(struct dev *d)
{
	return ioctl(d->fd, VFIO_DEVICE_RESET) ? -errno : 0;
}

uint64_t dev_counter(const struct dev *d, const char *name)
{
	char path[256];
	unsigned long long val = 0;
	FILE *f;

	/* An mdev's directory is inside that of its function. */
	snprintf(path, sizeof(path), "/sys/bus/mdev/devices/%s/../stats/%s", d->uuid, name);
	f = fopen(path, "r");
	if (!f || fscanf(f, "%llu", &val) != 1)
		printf("# no counter %s\n", path);
	if (f)
		fclose(f);
	return val;
}

int new_eventfd(void)
{
	return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
}

uint64_t eventfd_count(int fd, int ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	uint64_t count = 0;

	if (poll(&p, 1, ms) != 1 || read(fd, &count, sizeof(count)) != sizeof(count))
		return 0;
	return count;
}
