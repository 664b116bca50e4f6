/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A function, its mdev, and what a VMM holds of that, for threads that all do with it
 * what they like: the file descriptors may be closed, and others, at any moment.
 */
#ifndef VRC_FIRE_SLOT_H
#define VRC_FIRE_SLOT_H

#include <stdatomic.h>

#include "fire.h"

#define SLOT_IOVA	0x10000000ull
#define SLOT_MEM	(8u << 20)

struct slot {
	char func[64];		/* "vrc0:01:00.0" */
	char create[256];	/* path of the mdev type's "create" */
	char uuid[40];
	atomic_int container, group, fd;	/* -1: not open */
	uint8_t *mem;		/* SLOT_MEM bytes, for SLOT_IOVA */
};

/* Takes function @func; @n makes its UUID. 0, or -1 with the reason printed. */
int slot_init(struct slot *s, const char *func, unsigned int n);
/* Each of these returns 0 or -errno. */
int slot_create(struct slot *s);
int slot_remove(struct slot *s);
bool slot_exists(const struct slot *s);
/* Opens what is not open, in the order that works. */
int slot_open(struct slot *s);
int slot_open_container(struct slot *s);
int slot_open_group(struct slot *s);
int slot_open_device(struct slot *s);
int slot_map(struct slot *s, uint64_t off, uint64_t len);
int slot_unmap(struct slot *s, uint64_t off, uint64_t len);
/* Memory, I/O and Bus Master Enable in Command. */
int slot_enable(const struct slot *s);
/* There is no mmap() of a region (vfio-device.rst). -EEXIST: there is. */
int slot_refuses_mmap(const struct slot *s, unsigned int region);
void slot_close(atomic_int *fd);
void slot_close_all(struct slot *s);

#endif /* VRC_FIRE_SLOT_H */
