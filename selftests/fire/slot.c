// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <linux/vfio.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "slot.h"

int slot_init(struct slot *s, const char *func, unsigned int n)
{
	char pattern[256];
	glob_t found;

	memset(s, 0, sizeof(*s));
	s->container = -1;
	s->group = -1;
	s->fd = -1;
	snprintf(s->func, sizeof(s->func), "%s", func);
	snprintf(s->uuid, sizeof(s->uuid), "f17e0000-0000-4000-8000-%012x", n + 1);
	snprintf(pattern, sizeof(pattern), "/sys/bus/vrc/devices/%s/mdev_supported_types/*/create",
		 s->func);
	if (glob(pattern, 0, NULL, &found)) {
		printf("# no %s\n", pattern);
		return -1;
	}
	snprintf(s->create, sizeof(s->create), "%s", found.gl_pathv[0]);
	globfree(&found);
	s->mem = mmap(NULL, SLOT_MEM, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return s->mem == MAP_FAILED ? -1 : 0;
}

int slot_create(struct slot *s)
{
	return fire_write(s->create, s->uuid);
}

static void mdev_path(const struct slot *s, const char *file, char *path, size_t len)
{
	snprintf(path, len, "/sys/bus/mdev/devices/%s/%s", s->uuid, file);
}

int slot_remove(struct slot *s)
{
	char path[256];

	mdev_path(s, "remove", path, sizeof(path));
	return fire_write(path, "1");
}

bool slot_exists(const struct slot *s)
{
	char path[256];

	mdev_path(s, "remove", path, sizeof(path));
	return !access(path, F_OK);
}

/* Puts @fd in @place unless another was faster. */
static int keep(atomic_int *place, int fd)
{
	int none = -1;

	if (fd < 0)
		return -errno;
	if (!atomic_compare_exchange_strong(place, &none, fd))
		close(fd);
	return 0;
}

int slot_open_container(struct slot *s)
{
	if (s->container >= 0)
		return 0;
	return keep(&s->container, open("/dev/vfio/vfio", O_RDWR | O_CLOEXEC));
}

int slot_open_group(struct slot *s)
{
	char path[256], link[256];
	int container = s->container, ret;
	ssize_t n;

	if (s->group >= 0)
		return 0;
	mdev_path(s, "iommu_group", path, sizeof(path));
	n = readlink(path, link, sizeof(link) - 1);
	if (n < 0)
		return -errno;
	link[n] = 0;
	snprintf(path, sizeof(path), "/dev/vfio/%.200s", strrchr(link, '/') + 1);
	ret = keep(&s->group, open(path, O_RDWR | O_CLOEXEC));
	if (ret)
		return ret;
	if (ioctl(s->group, VFIO_GROUP_SET_CONTAINER, &container))
		return -errno;
	/* Fails if it has been set before */
	ioctl(container, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU);
	return 0;
}

int slot_open_device(struct slot *s)
{
	if (s->fd >= 0)
		return 0;
	return keep(&s->fd, ioctl(s->group, VFIO_GROUP_GET_DEVICE_FD, s->uuid));
}

int slot_map(struct slot *s, uint64_t off, uint64_t len)
{
	struct vfio_iommu_type1_dma_map map = {
		.argsz = sizeof(map), .flags = VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE,
		.vaddr = (uintptr_t)s->mem + off, .iova = SLOT_IOVA + off, .size = len,
	};

	return ioctl(s->container, VFIO_IOMMU_MAP_DMA, &map) ? -errno : 0;
}

int slot_unmap(struct slot *s, uint64_t off, uint64_t len)
{
	struct vfio_iommu_type1_dma_unmap unmap = {
		.argsz = sizeof(unmap), .iova = SLOT_IOVA + off, .size = len,
	};

	return ioctl(s->container, VFIO_IOMMU_UNMAP_DMA, &unmap) ? -errno : 0;
}

int slot_open(struct slot *s)
{
	int ret = slot_open_container(s);

	if (!ret)
		ret = slot_open_group(s);
	if (!ret)
		ret = slot_open_device(s);
	if (!ret)
		slot_map(s, 0, SLOT_MEM);
	return ret;
}

int slot_enable(const struct slot *s)
{
	uint16_t command = 7;
	ssize_t n = pwrite(s->fd, &command, sizeof(command), (off_t)(7ull << 40) + 4);

	return n == sizeof(command) ? 0 : n < 0 ? -errno : -EIO;
}

int slot_refuses_mmap(const struct slot *s, unsigned int region)
{
	size_t len = (size_t)sysconf(_SC_PAGESIZE);
	void *p = mmap(NULL, len, PROT_READ, MAP_SHARED, s->fd, (off_t)((uint64_t)region << 40));

	if (p == MAP_FAILED)
		return 0;
	munmap(p, len);
	return -EEXIST;
}

void slot_close(atomic_int *fd)
{
	int old = atomic_exchange(fd, -1);

	if (old >= 0)
		close(old);
}

void slot_close_all(struct slot *s)
{
	slot_close(&s->fd);
	slot_close(&s->group);
	slot_close(&s->container);
}
