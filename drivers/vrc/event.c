// SPDX-License-Identifier: GPL-2.0-only
/*
 * Events for the readers of /dev/vrc.
 *
 * A reader's ring is full when VRC_EVENT_QUEUE records wait. Then events are only
 * counted, and once there is room again the count goes in front as one record, so a
 * reader learns where in the stream it has lost some.
 */
#include <linux/ktime.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/uaccess.h>
#include <linux/wait.h>

#include "event.h"
#include "port.h"

struct vrc_reader {
	struct list_head node;
	struct mutex read_lock;		/* one read() at a time: records stay in order */
	spinlock_t lock;
	unsigned int head, count;
	u64 lost;
	wait_queue_head_t wait;
	struct vrc_event ring[VRC_EVENT_QUEUE];
};

static DEFINE_SPINLOCK(readers_lock);
static LIST_HEAD(readers);

static void push(struct vrc_reader *r, const struct vrc_event *e)
{
	r->ring[(r->head + r->count++) % VRC_EVENT_QUEUE] = *e;
}

static void push_lost(struct vrc_reader *r, const struct vrc_event *e)
{
	struct vrc_event o = {
		.size = sizeof(o),
		.type = VRC_EVENT_OVERFLOW,
		.port = e->port,
		.arg = r->lost,
		.timestamp = e->timestamp,
	};

	snprintf(o.text, sizeof(o.text), "%llu events lost: the reader is too slow", r->lost);
	push(r, &o);
	r->lost = 0;
}

static void offer(struct vrc_reader *r, const struct vrc_event *e)
{
	spin_lock_bh(&r->lock);
	if (r->count + (r->lost ? 2 : 1) > VRC_EVENT_QUEUE) {
		r->lost++;
	} else {
		if (r->lost)
			push_lost(r, e);
		push(r, e);
	}
	spin_unlock_bh(&r->lock);
	wake_up_interruptible(&r->wait);
}

void vrc_event(const struct vrc_port *port, u32 type, u16 bdf, u64 arg, const char *fmt, ...)
{
	struct vrc_event e = {
		.size = sizeof(e),
		.type = type,
		.port = port->id,
		.bdf = bdf,
		.arg = arg,
		.timestamp = ktime_get_real_ns(),
	};
	struct vrc_reader *r;
	va_list args;

	va_start(args, fmt);
	vsnprintf(e.text, sizeof(e.text), fmt, args);
	va_end(args);

	spin_lock_bh(&readers_lock);
	list_for_each_entry(r, &readers, node)
		offer(r, &e);
	spin_unlock_bh(&readers_lock);
}

struct vrc_reader *vrc_reader_create(void)
{
	struct vrc_reader *r = kvzalloc(sizeof(*r), GFP_KERNEL_ACCOUNT);

	if (!r)
		return NULL;
	mutex_init(&r->read_lock);
	spin_lock_init(&r->lock);
	init_waitqueue_head(&r->wait);
	spin_lock_bh(&readers_lock);
	list_add_tail(&r->node, &readers);
	spin_unlock_bh(&readers_lock);
	return r;
}

void vrc_reader_destroy(struct vrc_reader *r)
{
	spin_lock_bh(&readers_lock);
	list_del(&r->node);
	spin_unlock_bh(&readers_lock);
	kvfree(r);
}

/* It stays where it is until advance(), for it may be that the reader has no place for it. */
static bool peek(struct vrc_reader *r, struct vrc_event *e)
{
	bool any;

	lockdep_assert_held(&r->read_lock);
	spin_lock_bh(&r->lock);
	any = r->count;
	if (any)
		*e = r->ring[r->head];
	spin_unlock_bh(&r->lock);
	return any;
}

static void advance(struct vrc_reader *r)
{
	lockdep_assert_held(&r->read_lock);
	spin_lock_bh(&r->lock);
	r->head = (r->head + 1) % VRC_EVENT_QUEUE;
	r->count--;
	spin_unlock_bh(&r->lock);
}

static ssize_t copy_events(struct vrc_reader *r, char __user *buf, size_t len)
{
	struct vrc_event e;
	size_t done = 0;

	while (len - done >= sizeof(e) && peek(r, &e)) {
		if (copy_to_user(buf + done, &e, sizeof(e)))
			return done ? done : -EFAULT;
		advance(r);
		done += sizeof(e);
	}
	return done;
}

static int lock_reader(struct vrc_reader *r, bool nonblock)
{
	if (nonblock)
		return mutex_trylock(&r->read_lock) ? 0 : -EAGAIN;
	return mutex_lock_interruptible(&r->read_lock) ? -ERESTARTSYS : 0;
}

ssize_t vrc_reader_read(struct vrc_reader *r, char __user *buf, size_t len, bool nonblock)
{
	ssize_t ret;

	if (len < sizeof(struct vrc_event))
		return -EINVAL;
	do {
		if (!nonblock && wait_event_interruptible(r->wait, READ_ONCE(r->count)))
			return -ERESTARTSYS;
		ret = lock_reader(r, nonblock);
		if (ret)
			return ret;
		ret = copy_events(r, buf, len);
		mutex_unlock(&r->read_lock);
	} while (!ret && !nonblock);	/* another thread was quicker */
	return ret ? ret : -EAGAIN;
}

__poll_t vrc_reader_poll(struct vrc_reader *r, struct file *file, struct poll_table_struct *wait)
{
	poll_wait(file, &r->wait, wait);
	return READ_ONCE(r->count) ? EPOLLIN | EPOLLRDNORM : 0;
}
