/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A vfio device as a VMM has it: container, group, device, and a piece of
 * memory that it may reach by DMA. Without a VM, so that tests see every answer.
 */
#ifndef VRC_VFIO_DEV_H
#define VRC_VFIO_DEV_H

#include <linux/vfio.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DEV_IOVA	0x10000000ull
#define DEV_MEM		(8u << 20)

struct dev {
	char uuid[64];
	int container, group, fd;
	uint8_t *mem;			/* DEV_MEM bytes at DEV_IOVA */
	uint64_t region_offset[VFIO_PCI_NUM_REGIONS];
	uint64_t region_size[VFIO_PCI_NUM_REGIONS];
	uint32_t region_flags[VFIO_PCI_NUM_REGIONS];
};

/* 0, or -1 with the failing step printed as a TAP comment. */
int dev_open(struct dev *d, const char *uuid);
void dev_close(struct dev *d);

int dev_map(struct dev *d, uint64_t iova, void *mem, size_t len, uint32_t flags);
int dev_unmap(struct dev *d, uint64_t iova, size_t len);

/* pread() and pwrite() of a region: bytes, or -errno. */
long dev_read(struct dev *d, unsigned int region, uint64_t off, void *buf, size_t len);
long dev_write(struct dev *d, unsigned int region, uint64_t off, const void *buf, size_t len);

/* One access of 1, 2 or 4 bytes; ones if it fails. */
uint32_t dev_get(struct dev *d, unsigned int region, uint64_t off, unsigned int len);
void dev_set(struct dev *d, unsigned int region, uint64_t off, unsigned int len, uint32_t val);

#define cfg_get(d, off, len)		dev_get(d, VFIO_PCI_CONFIG_REGION_INDEX, off, len)
#define cfg_set(d, off, len, val)	dev_set(d, VFIO_PCI_CONFIG_REGION_INDEX, off, len, val)
/* Offset of a capability, 0: none */
uint8_t cfg_cap(struct dev *d, uint8_t id);

/* VFIO_DEVICE_SET_IRQS; @data as the data type of @flags wants it. 0 or -errno. */
int dev_irqs(struct dev *d, uint32_t index, uint32_t flags, uint32_t start, uint32_t count,
	     const void *data);
/* TRIGGER with eventfds; NULL: turn the index off. */
int dev_irq_fds(struct dev *d, uint32_t index, uint32_t start, uint32_t count, const int32_t *fds);
int dev_reset(struct dev *d);

/* A counter of the function behind the device. */
uint64_t dev_counter(const struct dev *d, const char *name);

int new_eventfd(void);
/* Times that @fd was signalled, waiting up to @ms for the first. */
uint64_t eventfd_count(int fd, int ms);

#endif /* VRC_VFIO_DEV_H */
