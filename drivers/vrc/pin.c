// SPDX-License-Identifier: GPL-2.0-only
/*
 * The cache of pinned pages (pin.h).
 */
#include <linux/iommu.h>
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/slab.h>

#include "compat.h"
#include "pin.h"

#define PIN_HOLDOFF	(HZ / 20)	/* after an unmap */
#define PIN_SLOW	(HZ / 100)	/* what takes longer may have kept an unmap waiting */
#define PIN_NO_MEMORY	(5 * HZ)	/* after the limit on locked memory was hit */
#define PIN_MAX_MEMORY	(4UL << 20)	/* kernel memory of one cache */
#define PIN_MAX_PASSED	256		/* blocks looked at to find one to evict */
#define PIN_UNMAP_WAIT	(HZ / 5)	/* type1 asks up to eleven times */
#define PIN_CLOSE_WAIT	(10 * HZ)	/* before something is said */

struct pin_block {
	struct list_head lru;
	u64 first;			/* page number */
	unsigned int index;		/* into pin_orders[] */
	bool used;			/* since the hand passed last */
	struct page **page;		/* 1 << order of them */
};

/* Blocks of 2 MiB - the most that one vfio_pin_pages() takes - 64 KiB and one page. */
static const unsigned int pin_orders[VRC_PIN_ORDERS] = { 9, 4, 0 };

/* type1 keeps 64 bytes for each page that is pinned: 3 MiB of kernel memory for these. */
static unsigned int dma_cache_mib = 192;
module_param(dma_cache_mib, uint, 0644);
MODULE_PARM_DESC(dma_cache_mib,
		 "Guest memory that a function keeps pinned, in MiB, 2 or more (default 192)");

static struct workqueue_struct *release_wq;

int vrc_pin_module_init(void)
{
	release_wq = alloc_workqueue("vrc_unpin", WQ_UNBOUND | WQ_MEM_RECLAIM, 0);
	return release_wq ? 0 : -ENOMEM;
}

void vrc_pin_module_exit(void)
{
	destroy_workqueue(release_wq);
}

static unsigned int pin_count(const struct pin_block *b)
{
	return 1U << pin_orders[b->index];
}

static size_t pin_memory(unsigned int index)
{
	return sizeof(struct pin_block) + (sizeof(struct page *) << pin_orders[index]);
}

static void release_work(struct work_struct *work);

void vrc_pin_init(struct vrc_pin_cache *c, struct vfio_device *vfio)
{
	int i;

	c->vfio = vfio;
	rwlock_init(&c->lock);
	for (i = 0; i < VRC_PIN_ORDERS; i++)
		xa_init(&c->blocks[i]);
	INIT_LIST_HEAD(&c->lru);
	INIT_LIST_HEAD(&c->doomed);
	INIT_WORK(&c->release_work, release_work);
	init_waitqueue_head(&c->idle);
}

void vrc_pin_open(struct vrc_pin_cache *c)
{
	write_lock_bh(&c->lock);
	memset(c->holdoff, 0, sizeof(c->holdoff));
	c->holdoff_all = jiffies;
	c->unmapped = jiffies;
	c->open = true;
	write_unlock_bh(&c->lock);
}

static struct pin_block *find_block(struct vrc_pin_cache *c, u64 page)
{
	struct pin_block *b;
	int i;

	for (i = 0; i < VRC_PIN_ORDERS; i++) {
		b = xa_load(&c->blocks[i], page >> pin_orders[i]);
		if (b)
			return b;
	}
	return NULL;
}

struct page *vrc_pin_lookup(struct vrc_pin_cache *c, u64 iova)
{
	u64 page = iova >> PAGE_SHIFT;
	struct pin_block *b = READ_ONCE(c->last);

	/* Most of what a function reads or writes is where it was before. */
	if (!b || page - b->first >= pin_count(b)) {
		b = find_block(c, page);
		if (!b)
			return NULL;
		WRITE_ONCE(c->last, b);
	}
	/* Shared by CPUs: dirty the cache line only once a round. */
	if (!READ_ONCE(b->used))
		WRITE_ONCE(b->used, true);
	return b->page[page - b->first];
}

static struct pin_block *alloc_block(u64 page, unsigned int index)
{
	struct pin_block *b;

	b = kzalloc_obj(*b);
	if (!b)
		return NULL;
	b->page = kcalloc(1U << pin_orders[index], sizeof(*b->page), GFP_KERNEL | __GFP_NOWARN);
	if (!b->page) {
		kfree(b);
		return NULL;
	}
	b->index = index;
	b->first = round_down(page, 1ULL << pin_orders[index]);
	return b;
}

static void free_block(struct pin_block *b)
{
	kfree(b->page);
	kfree(b);
}

static void doom_block(struct vrc_pin_cache *c, struct pin_block *b)
{
	lockdep_assert_held_write(&c->lock);
	list_add_tail(&b->lru, &c->doomed);
	c->nr_doomed++;
	queue_work(release_wq, &c->release_work);
}

static void detach_block(struct vrc_pin_cache *c, struct pin_block *b)
{
	lockdep_assert_held_write(&c->lock);
	xa_erase(&c->blocks[b->index], b->first >> pin_orders[b->index]);
	list_del(&b->lru);
	if (c->last == b)
		c->last = NULL;
	c->pages -= pin_count(b);
	c->memory -= pin_memory(b->index);
	doom_block(c, b);
}

static bool release_one(struct vrc_pin_cache *c)
{
	struct pin_block *b;

	write_lock_bh(&c->lock);
	b = list_first_entry_or_null(&c->doomed, struct pin_block, lru);
	if (b)
		list_del(&b->lru);
	write_unlock_bh(&c->lock);
	if (!b)
		return false;
	vfio_unpin_pages(c->vfio, b->first << PAGE_SHIFT, pin_count(b));
	free_block(b);
	write_lock_bh(&c->lock);
	c->nr_doomed--;
	write_unlock_bh(&c->lock);
	wake_up_all(&c->idle);
	return true;
}

static void release_work(struct work_struct *work)
{
	struct vrc_pin_cache *c = container_of(work, struct vrc_pin_cache, release_work);

	while (release_one(c))
		cond_resched();
}

static int attach_block(struct vrc_pin_cache *c, struct pin_block *b)
{
	int ret;

	lockdep_assert_held_write(&c->lock);
	ret = xa_insert(&c->blocks[b->index], b->first >> pin_orders[b->index], b, GFP_ATOMIC);
	if (ret)
		return ret;
	b->used = true;
	list_add_tail(&b->lru, &c->lru);
	c->pages += pin_count(b);
	c->memory += pin_memory(b->index);
	return 0;
}

/* Second chance: a block used since the hand passed is passed over, once. */
static struct pin_block *pick_victim(struct vrc_pin_cache *c)
{
	unsigned long limit = (unsigned long)max(READ_ONCE(dma_cache_mib), 2U) << (20 - PAGE_SHIFT);
	struct pin_block *b;
	int passed;

	lockdep_assert_held_write(&c->lock);
	if (c->pages <= limit && c->memory <= PIN_MAX_MEMORY)
		return NULL;
	for (passed = 0; passed < PIN_MAX_PASSED; passed++) {
		b = list_first_entry(&c->lru, struct pin_block, lru);
		if (!b->used)
			return b;
		b->used = false;
		list_move_tail(&b->lru, &c->lru);
	}
	return list_first_entry(&c->lru, struct pin_block, lru);
}

/* The largest block that has @page: what an operation on it may pin. */
static void pin_span(u64 page, u64 *first, u64 *last)
{
	*first = round_down(page, 1ULL << pin_orders[0]);
	*last = *first + (1ULL << pin_orders[0]) - 1;
}

static bool held_off(struct vrc_pin_cache *c, u64 first, u64 last)
{
	const struct vrc_pin_holdoff *h;

	if (c->unmapping || time_before(jiffies, c->holdoff_all))
		return true;
	for (h = c->holdoff; h < c->holdoff + VRC_PIN_HOLDOFFS; h++)
		if (time_before(jiffies, h->until) && first <= h->last && last >= h->first)
			return true;
	return false;
}

static void hold_off_all(struct vrc_pin_cache *c, unsigned long delay)
{
	unsigned long until = jiffies + delay;

	lockdep_assert_held_write(&c->lock);
	if (time_before(c->holdoff_all, until))
		c->holdoff_all = until;
}

static void hold_off(struct vrc_pin_cache *c, u64 first, u64 last)
{
	struct vrc_pin_holdoff *h;

	lockdep_assert_held_write(&c->lock);
	for (h = c->holdoff; h < c->holdoff + VRC_PIN_HOLDOFFS; h++) {
		if (time_before(jiffies, h->until) && (h->first != first || h->last != last))
			continue;
		h->first = first;
		h->last = last;
		h->until = jiffies + PIN_HOLDOFF;
		return;
	}
	/* More unmaps at once than we remember: pin nothing for a while. */
	hold_off_all(c, PIN_HOLDOFF);
}

/* Pages around @page pinned in small blocks mean that the large one did not work. */
static unsigned int first_order(struct vrc_pin_cache *c, u64 page)
{
	unsigned int i;
	u64 first, last;

	for (i = VRC_PIN_ORDERS - 1; i > 0; i--) {
		unsigned long from;

		first = round_down(page, 1ULL << pin_orders[i - 1]);
		last = first + (1ULL << pin_orders[i - 1]) - 1;
		from = first >> pin_orders[i];
		if (xa_find(&c->blocks[i], &from, last >> pin_orders[i], XA_PRESENT))
			return i;
	}
	return 0;
}

/*
 * Around everything the worker does with vfio: none begins after
 * vrc_pin_close(), and an unmap can wait for the one in flight.
 */
static int begin_operation(struct vrc_pin_cache *c, u64 page)
{
	lockdep_assert_held_write(&c->lock);
	if (!c->open)
		return -ENODEV;
	c->busy = true;
	c->busy_since = jiffies;
	pin_span(page, &c->busy_first, &c->busy_last);
	return 0;
}

/* Gives the index into pin_orders[] to begin with. -EAGAIN: none now. */
static int begin_pin(struct vrc_pin_cache *c, u64 page, unsigned int *index, u64 *generation)
{
	u64 first, last;
	int ret = -EAGAIN;

	pin_span(page, &first, &last);
	write_lock_bh(&c->lock);
	if (!held_off(c, first, last)) {
		ret = begin_operation(c, page);
		*index = first_order(c, page);
		*generation = c->generation;
	}
	write_unlock_bh(&c->lock);
	return ret;
}

static int begin_copy(struct vrc_pin_cache *c, u64 page)
{
	int ret;

	/* What is to be unpinned needs the lock that a copy holds. */
	wait_event_timeout(c->idle, !READ_ONCE(c->unmapping), PIN_UNMAP_WAIT);
	write_lock_bh(&c->lock);
	ret = begin_operation(c, page);
	write_unlock_bh(&c->lock);
	return ret;
}

/* An unmap may have had to wait for vfio's lock for as long as the operation held it. */
static bool kept_waiting(const struct vrc_pin_cache *c)
{
	return jiffies - c->busy_since > PIN_SLOW &&
		(c->unmapping || time_before(c->busy_since, c->unmapped + PIN_HOLDOFF));
}

static void end_operation(struct vrc_pin_cache *c)
{
	bool pause;

	write_lock_bh(&c->lock);
	c->busy = false;
	pause = kept_waiting(c);
	write_unlock_bh(&c->lock);
	wake_up_all(&c->idle);
	/* Who runs takes a lock before those who are woken for it: let them have it first. */
	if (pause)
		schedule_timeout_uninterruptible(PIN_HOLDOFF);
}

/* No operation on the pages from @first to @last, and nothing left to be unpinned. */
static bool is_quiet(struct vrc_pin_cache *c, u64 first, u64 last)
{
	bool quiet;

	read_lock_bh(&c->lock);
	quiet = !c->nr_doomed && !(c->busy && c->busy_first <= last && c->busy_last >= first);
	read_unlock_bh(&c->lock);
	return quiet;
}

/* Inserts a block just pinned, unless an unmap has come in between; makes room for it. */
static int insert_block(struct vrc_pin_cache *c, struct pin_block *b, u64 generation)
{
	struct pin_block *victim;
	int ret = -EAGAIN;

	write_lock_bh(&c->lock);
	if (c->open && c->generation == generation)
		ret = attach_block(c, b);
	if (ret)
		doom_block(c, b);
	while ((victim = pick_victim(c)))
		detach_block(c, victim);
	write_unlock_bh(&c->lock);
	return ret;
}

static int pin_block(struct vrc_pin_cache *c, u64 page, unsigned int index, u64 generation)
{
	struct pin_block *b = alloc_block(page, index);
	int n;

	if (!b)
		return -ENOMEM;
	n = vfio_pin_pages(c->vfio, b->first << PAGE_SHIFT, pin_count(b),
			   IOMMU_READ | IOMMU_WRITE, b->page);
	if (n == (int)pin_count(b))
		return insert_block(c, b, generation);
	free_block(b);
	return n < 0 ? n : -EFAULT;
}

int vrc_pin_page(struct vrc_pin_cache *c, u64 iova)
{
	u64 page = iova >> PAGE_SHIFT, generation;
	unsigned int index;
	int ret;

	ret = begin_pin(c, page, &index, &generation);
	if (ret)
		return ret;
	do {
		ret = pin_block(c, page, index, generation);
	} while (ret && ret != -EAGAIN && ++index < VRC_PIN_ORDERS);
	end_operation(c);
	if (ret == -ENOMEM) {
		write_lock_bh(&c->lock);
		hold_off_all(c, PIN_NO_MEMORY);
		write_unlock_bh(&c->lock);
	}
	return ret;
}

int vrc_pin_copy(struct vrc_pin_cache *c, u64 iova, void *buf, size_t len, bool write)
{
	int ret;

	ret = begin_copy(c, iova >> PAGE_SHIFT);
	if (ret)
		return ret;
	ret = vfio_dma_rw(c->vfio, iova, buf, len, write);
	end_operation(c);
	return ret;
}

/* Any block that has pages from @first to @last. */
static struct pin_block *find_overlap(struct vrc_pin_cache *c, u64 first, u64 last)
{
	struct pin_block *b;
	unsigned long from;
	int i;

	for (i = 0; i < VRC_PIN_ORDERS; i++) {
		from = first >> pin_orders[i];
		b = xa_find(&c->blocks[i], &from, last >> pin_orders[i], XA_PRESENT);
		if (b)
			return b;
	}
	return NULL;
}

static void drop_range(struct vrc_pin_cache *c, u64 first, u64 last)
{
	struct pin_block *b;

	lockdep_assert_held_write(&c->lock);
	while ((b = find_overlap(c, first, last)))
		detach_block(c, b);
}

void vrc_pin_unmap(struct vrc_pin_cache *c, u64 iova, u64 length)
{
	u64 first = iova >> PAGE_SHIFT, last = (iova + length - 1) >> PAGE_SHIFT;

	if (!length)
		return;
	write_lock_bh(&c->lock);
	c->generation++;
	c->unmapping++;
	drop_range(c, first, last);
	write_unlock_bh(&c->lock);

	/*
	 * Another unmap may hold the lock that unpinning needs, and wait for the one that our
	 * caller holds. So this ends in any case; if pins are left, vfio calls again.
	 */
	wait_event_timeout(c->idle, is_quiet(c, first, last), PIN_UNMAP_WAIT);

	write_lock_bh(&c->lock);
	c->unmapping--;
	c->unmapped = jiffies;
	hold_off(c, first, last);
	write_unlock_bh(&c->lock);
	wake_up_all(&c->idle);
}

void vrc_pin_close(struct vrc_pin_cache *c)
{
	write_lock_bh(&c->lock);
	c->open = false;
	c->generation++;
	drop_range(c, 0, U64_MAX >> PAGE_SHIFT);
	write_unlock_bh(&c->lock);

	/* A pin left behind would outlive the container: there is no giving up. */
	while (!wait_event_timeout(c->idle, is_quiet(c, 0, U64_MAX), PIN_CLOSE_WAIT))
		dev_warn(c->vfio->dev, "pins are stuck, the device cannot be closed yet\n");
	/* It may still be about to say so. */
	flush_work(&c->release_work);
}
