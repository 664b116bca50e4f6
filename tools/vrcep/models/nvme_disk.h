/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The medium of the nvme model: a file or block device behind io_uring. All
 * operations are asynchronous and finish in the loop's thread, in any order.
 */
#ifndef VRCEP_NVME_DISK_H
#define VRCEP_NVME_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../loop.h"

struct nvme_disk;

enum nvme_disk_kind {
	NVME_DISK_READ,
	NVME_DISK_WRITE,
	NVME_DISK_SYNC,		/* fdatasync of everything that has finished */
	NVME_DISK_PUNCH,	/* give the space back, reads as zeroes after it */
	NVME_DISK_ZERO,		/* zeroes, the space stays allocated */
	NVME_DISK_KINDS,
};

struct nvme_disk_op {
	enum nvme_disk_kind kind;
	bool durable;		/* WRITE: on stable storage before done() */
	uint8_t *buf;		/* READ, WRITE: page aligned */
	uint64_t off;
	uint64_t len;
	/* 0 or -errno; -EIO also for a file that ends before @off + @len. */
	void (*done)(struct nvme_disk_op *op, int err);
	/* the disk's own: */
	uint64_t moved;
	struct nvme_disk_op *next;
};

struct nvme_disk_params {
	const char *path;
	uint32_t block;		/* every offset and length is a multiple of it */
	uint64_t create_size;	/* a missing file is created sparse; 0: it is an error */
	bool readonly;
	unsigned int depth;	/* operations that are in flight at once */
};

struct nvme_disk *nvme_disk_open(struct ep_loop *loop, const struct nvme_disk_params *p,
				 char *err, size_t err_len);
/*
 * Waits for what is in flight, whose done() is not called any more. False: the
 * disk hangs, and the operations and their buffers must stay where they are.
 */
bool nvme_disk_close(struct nvme_disk *d);

/* The caller keeps @op and its buffer until done(); starts at the next nvme_disk_kick(). */
void nvme_disk_submit(struct nvme_disk *d, struct nvme_disk_op *op);
/*
 * Hands everything submitted to the kernel in one call and reports what has
 * finished. False: the kernel is short of memory and did not take all, try again soon.
 */
bool nvme_disk_kick(struct nvme_disk *d);

uint64_t nvme_disk_size(const struct nvme_disk *d);
/* Looks at the size again: true if it has changed. */
bool nvme_disk_resized(struct nvme_disk *d);
/* "path, O_DIRECT" or "path, buffered: why". */
const char *nvme_disk_describe(const struct nvme_disk *d);
/* How many operations of a kind were submitted; durable writes count as SYNC too. */
uint64_t nvme_disk_count(const struct nvme_disk *d, enum nvme_disk_kind kind);

#endif /* VRCEP_NVME_DISK_H */
