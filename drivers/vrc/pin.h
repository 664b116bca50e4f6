/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The pages of a VM that its function may reach right now: a cache of pinned
 * pages, keyed by IOVA.
 *
 * Looking up and copying happens under cache->lock, taken for reading, in
 * softirq too. Only "the worker" - the one process context that serves the
 * requests of a function in order - pins. vfio_pin_pages() sleeps on locks that
 * the caller of dma_unmap() holds or waits for, so nothing of ours is held across it:
 * the worker notes the generation, pins, and inserts only if no unmap
 * has come in between.
 *
 * type1 gives up with a BUG() when pins survive eleven notices of one unmap. So
 * an unmap waits for the operation in flight, nothing is pinned while it does, and the worker
 * pins nothing in a range that was unmapped a moment ago: it copies by vfio_dma_rw() there.
 *
 * vfio holds its lock as long as a page takes to come, and both the unmap and unpinning need it. So
 * the worker pauses after an operation that took long, if something was unmapped meanwhile.
 *
 * Nothing is unpinned where vfio calls dma_unmap(): type1 holds device_list_lock there, which
 * it takes under the lock that vfio_unpin_pages() takes. A work item unpins, and the unmap
 * waits for it, but not for ever: type1 asks again.
 *
 * Pages are pinned in naturally aligned blocks, large ones if the map allows:
 * guests use most of what they use once, and a miss costs a trip through
 * process context. A block is what one vfio_pin_pages() has pinned.
 */
#ifndef VRC_PIN_H
#define VRC_PIN_H

#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/vfio.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>

#define VRC_PIN_ORDERS		3
#define VRC_PIN_HOLDOFFS	8

struct vrc_pin_holdoff {
	u64 first, last;		/* page numbers */
	unsigned long until;		/* jiffies */
};

struct vrc_pin_cache {
	struct vfio_device *vfio;
	rwlock_t lock;			/* everything below, bottom halves off */
	bool open;
	bool busy;			/* the worker is in an operation, */
	u64 busy_first, busy_last;	/* on these pages, */
	unsigned long busy_since;	/* jiffies: since then */
	unsigned int unmapping;		/* calls of vrc_pin_unmap() that have not returned */
	unsigned long unmapped;		/* jiffies: the last of them did */
	u64 generation;			/* counts unmaps */
	struct xarray blocks[VRC_PIN_ORDERS];	/* page number >> order -> block */
	struct pin_block *last;		/* found last; written under the lock for reading, too */
	struct list_head lru;
	unsigned long pages;		/* pinned */
	size_t memory;			/* kernel memory of the blocks */
	struct list_head doomed;	/* blocks to be unpinned, the oldest first */
	unsigned long nr_doomed;	/* those, and the one that is being unpinned */
	struct work_struct release_work;
	struct vrc_pin_holdoff holdoff[VRC_PIN_HOLDOFFS];
	unsigned long holdoff_all;	/* jiffies: no pins at all until then */
	wait_queue_head_t idle;		/* an operation or an unmap is over, a block released */
};

int vrc_pin_module_init(void);
void vrc_pin_module_exit(void);

void vrc_pin_init(struct vrc_pin_cache *c, struct vfio_device *vfio);
void vrc_pin_open(struct vrc_pin_cache *c);
/* Drops every pin; returns when no operation is left and none can begin. May sleep. */
void vrc_pin_close(struct vrc_pin_cache *c);
/* From vfio: [@iova, @iova + @length) goes away. May sleep, bounded. */
void vrc_pin_unmap(struct vrc_pin_cache *c, u64 iova, u64 length);

/* The page of @iova, usable until the lock is dropped, or NULL. */
struct page *vrc_pin_lookup(struct vrc_pin_cache *c, u64 iova);

/*
 * The worker, may sleep: pins the page of @iova. 0, or why not: then
 * vrc_pin_copy() may still work.
 */
int vrc_pin_page(struct vrc_pin_cache *c, u64 iova);
/* The worker, may sleep: copies without pinning. */
int vrc_pin_copy(struct vrc_pin_cache *c, u64 iova, void *buf, size_t len, bool write);

#endif /* VRC_PIN_H */
