// SPDX-License-Identifier: GPL-2.0-only
/*
 * Transactions of the root as requester (txn.h).
 *
 * A request lives on the stack of who waits for it. Whoever completes it
 * lets go of it by the store to req->done: after that the memory may be gone.
 */
#include <linux/bitops.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/processor.h>
#include <linux/sched/signal.h>

#include "compat.h"
#include "func.h"
#include "port.h"
#include "txn_int.h"

#define SPIN_MAX_NS	(50 * NSEC_PER_USEC)
#define SPIN_SLACK_NS	(5 * NSEC_PER_USEC)

static void look_after(struct vrc_txn *x, struct vrc_req *req)
{
	lockdep_assert_held(&x->lock);
	if (req->late)
		return;
	if (time_before(jiffies, req->deadline)) {
		timer_reduce(&x->watchdog, req->deadline);
		return;
	}
	WRITE_ONCE(req->late, true);
	wake_up_process(req->task);
}

/* Nobody who waits leaves without the lock as long as its request is in the table. */
static void watchdog(struct timer_list *timer)
{
	struct vrc_txn *x = container_of(timer, struct vrc_txn, watchdog);
	struct hlist_head *bucket;
	struct vrc_req *req;

	spin_lock(&x->lock);
	for (bucket = x->waiting; bucket < x->waiting + VRC_TXN_BUCKETS; bucket++)
		hlist_for_each_entry(req, bucket, node)
			look_after(x, req);
	spin_unlock(&x->lock);
}

void vrc_txn_init(struct vrc_txn *x)
{
	spin_lock_init(&x->lock);
	init_waitqueue_head(&x->tag_free);
	timer_setup(&x->watchdog, watchdog, 0);
}

void vrc_txn_destroy(struct vrc_txn *x)
{
	timer_delete_sync(&x->watchdog);
}

unsigned long vrc_completion_timeout(const struct vrc_func *f)
{
	return msecs_to_jiffies(READ_ONCE(f->port->completion_timeout_ms));
}

/*
 * Tags
 */

static void end_quarantine(struct vrc_txn *x)
{
	bitmap_andnot(x->used, x->used, x->quarantined, VRC_TAGS);
	bitmap_zero(x->quarantined, VRC_TAGS);
}

static struct hlist_head *bucket_of(struct vrc_txn *x, u8 tag)
{
	return &x->waiting[tag % VRC_TXN_BUCKETS];
}

static struct vrc_req *find_request(struct vrc_txn *x, u8 tag)
{
	struct vrc_req *req;

	lockdep_assert_held(&x->lock);
	hlist_for_each_entry(req, bucket_of(x, tag), node)
		if (req->tag == tag)
			return req;
	return NULL;
}

/* Tags go round, so that one that has just been used rests longest. */
static bool try_get_tag(struct vrc_txn *x, struct vrc_req *req)
{
	unsigned long bit;

	spin_lock_bh(&x->lock);
	if (!bitmap_empty(x->quarantined, VRC_TAGS) && time_after(jiffies, x->quarantine_end))
		end_quarantine(x);
	bit = find_next_zero_bit(x->used, VRC_TAGS, x->next_tag);
	if (bit == VRC_TAGS)
		bit = find_first_zero_bit(x->used, VRC_TAGS);
	if (bit < VRC_TAGS) {
		__set_bit(bit, x->used);
		x->next_tag = bit + 1;
		req->tag = bit;
		hlist_add_head(&req->node, bucket_of(x, bit));
	}
	spin_unlock_bh(&x->lock);
	return bit < VRC_TAGS;
}

static int get_tag(struct vrc_func *f, struct vrc_req *req, unsigned long timeout)
{
	long left;

	if (try_get_tag(&f->txn, req))
		return 0;
	left = wait_event_killable_timeout(f->txn.tag_free, try_get_tag(&f->txn, req), timeout);
	if (left < 0)
		return -EINTR;
	return left ? 0 : -ETIMEDOUT;
}

static void retire_tag(struct vrc_txn *x, struct vrc_req *req)
{
	lockdep_assert_held(&x->lock);
	hlist_del(&req->node);
	__clear_bit(req->tag, x->used);
	/* Who waits looks again with the lock held: it has seen the tag, or is seen here */
	if (waitqueue_active(&x->tag_free))
		wake_up(&x->tag_free);
}

/* Its completion may still come and must not be taken for another's. */
static void quarantine_tag(struct vrc_txn *x, struct vrc_req *req)
{
	lockdep_assert_held(&x->lock);
	hlist_del(&req->node);
	__set_bit(req->tag, x->quarantined);
	x->quarantine_end = jiffies + VRC_TAG_QUARANTINE;
}

/*
 * Completions
 */

/* The task may be gone as soon as it sees done: only RCU keeps its task_struct. */
static void finish(struct vrc_req *req, int result)
{
	struct task_struct *task = req->task;

	req->result = result;
	rcu_read_lock();
	/* Pairs with is_done() */
	smp_store_release(&req->done, true);
	wake_up_process(task);
	rcu_read_unlock();
}

static int failed_status(struct vrc_func *f, const struct vrc_req *req, u8 status)
{
	bool cfg = req->type == VRC_TLP_CFGRD0 || req->type == VRC_TLP_CFGWR0;

	switch (status) {
	case VRC_CPL_CA:
		vrc_func_count(f, cpl_ca);
		return -ECONNABORTED;
	case VRC_CPL_RRS:
		vrc_func_count(f, cpl_rrs);
		/* Only for configuration: elsewhere it counts as UR (2.3.2) */
		return cfg ? -EAGAIN : -EREMOTEIO;
	default:
		vrc_func_count(f, cpl_ur);
		return -EREMOTEIO;
	}
}

static bool is_read(const struct vrc_req *req)
{
	return req->type == VRC_TLP_MRD || req->type == VRC_TLP_IORD ||
	       req->type == VRC_TLP_CFGRD0;
}

/* Data for a memory read: returns its bytes, or 0 if it is not what comes next. */
static u32 memory_chunk(const struct vrc_req *req, const struct vrc_tlp *cpl)
{
	u64 at = req->addr + req->got;
	u32 left = req->len - req->got;
	u32 n = min_t(u32, cpl->len_dw * 4 - (at & 3), left);

	if (cpl->byte_count != left || cpl->lower_addr != (at & 0x7f))
		return 0;
	if (DIV_ROUND_UP((at & 3) + n, 4) != cpl->len_dw)
		return 0;
	if (n < left && (at + n) % VRC_RCB)
		return 0;
	return n;
}

static u32 data_chunk(const struct vrc_req *req, const struct vrc_tlp *cpl)
{
	if (cpl->type != VRC_TLP_CPLD || !is_read(req))
		return 0;
	if (req->type == VRC_TLP_MRD)
		return memory_chunk(req, cpl);
	return cpl->len_dw == 1 ? req->len : 0;
}

enum outcome { UNEXPECTED, MORE, DONE };

static enum outcome take_completion(struct vrc_func *f, struct vrc_req *req,
				    const struct vrc_tlp *cpl, int *result)
{
	u32 n;

	*result = 0;
	if (cpl->status != VRC_CPL_SC) {
		*result = failed_status(f, req, cpl->status);
		return DONE;
	}
	if (!is_read(req))
		return cpl->type == VRC_TLP_CPL ? DONE : UNEXPECTED;
	n = data_chunk(req, cpl);
	if (!n)
		return UNEXPECTED;
	if (cpl->ep) {
		vrc_func_count(f, tlp_poisoned);
		*result = -ECONNABORTED;
		return DONE;
	}
	memcpy(req->buf + req->got, cpl->data + ((req->addr + req->got) & 3), n);
	req->got += n;
	return req->got == req->len ? DONE : MORE;
}

/* Under the lock that completing takes anyway: plain counters do. */
static void count_latency(struct vrc_txn *x, const struct vrc_req *req)
{
	u64 ns = req->arrived - req->sent;
	unsigned int i = fls64(div_u64(ns, NSEC_PER_USEC));

	lockdep_assert_held(&x->lock);
	x->latency[min_t(unsigned int, i, VRC_LATENCY_BUCKETS - 1)]++;
	x->latency_sum += ns;
}

void vrc_txn_latency(struct vrc_txn *x, u64 *counts, u64 *sum)
{
	spin_lock_bh(&x->lock);
	memcpy(counts, x->latency, sizeof(x->latency));
	*sum = x->latency_sum;
	spin_unlock_bh(&x->lock);
}

void vrc_txn_complete(struct vrc_func *f, const struct vrc_tlp *cpl)
{
	enum outcome outcome = UNEXPECTED;
	struct vrc_txn *x = &f->txn;
	struct vrc_req *req = NULL;
	int result;

	spin_lock_bh(&x->lock);
	if (cpl->requester == VRC_ROOT_ID)
		req = find_request(x, cpl->tag);
	if (req)
		outcome = take_completion(f, req, cpl, &result);
	if (outcome == DONE) {
		retire_tag(x, req);
		req->arrived = ktime_get_ns();
		count_latency(x, req);
		finish(req, result);
	}
	spin_unlock_bh(&x->lock);
	if (outcome != UNEXPECTED)
		return;
	vrc_func_count(f, cpl_unexpected);
	dev_warn_ratelimited(&f->dev, "unexpected completion: tag %#x, requester %#x, %u bytes, lower address %#x: %s\n",
			     cpl->tag, cpl->requester, cpl->byte_count, cpl->lower_addr,
			     req ? "not what was asked for" : "nothing was asked for");
}

void vrc_txn_abort(struct vrc_txn *x)
{
	struct hlist_head *bucket;
	struct hlist_node *next;
	struct vrc_req *req;

	spin_lock_bh(&x->lock);
	for (bucket = x->waiting; bucket < x->waiting + VRC_TXN_BUCKETS; bucket++)
		hlist_for_each_entry_safe(req, next, bucket, node) {
			retire_tag(x, req);
			finish(req, -EIO);
		}
	/* What answers them now comes in no session that lives */
	end_quarantine(x);
	spin_unlock_bh(&x->lock);
}

/*
 * Waiting
 */

static bool is_done(const struct vrc_req *req)
{
	/* Pairs with finish(): who sees it done sees the result and the data */
	return smp_load_acquire(&req->done);
}

/* Twice what completions take, as long as that is worth it. */
static u64 spin_time(const struct vrc_txn *x)
{
	u32 latency = READ_ONCE(x->latency_ns);

	if (num_online_cpus() == 1 || latency > SPIN_MAX_NS)
		return 0;
	if (!latency)
		return SPIN_MAX_NS;
	return min_t(u64, 2 * latency + SPIN_SLACK_NS, SPIN_MAX_NS);
}

static void learn_latency(struct vrc_txn *x, u64 latency)
{
	u32 old = READ_ONCE(x->latency_ns);
	u32 new = min_t(u64, latency, 1000 * SPIN_MAX_NS);

	WRITE_ONCE(x->latency_ns, old ? old - old / 8 + new / 8 : new);
}

static void spin_for(const struct vrc_req *req, u64 time)
{
	u64 end = req->sent + time;

	while (!is_done(req) && !need_resched() && ktime_get_ns() < end)
		cpu_relax();
}

static void sleep_for(struct vrc_txn *x, const struct vrc_req *req)
{
	/* Does nothing if it is set for an earlier time. */
	timer_reduce(&x->watchdog, req->deadline);
	for (;;) {
		set_current_state(TASK_KILLABLE);
		if (is_done(req) || fatal_signal_pending(current) || READ_ONCE(req->late))
			break;
		schedule();
	}
	__set_current_state(TASK_RUNNING);
}

/* Nobody waits any more: if it is not done now, it never will be. */
static int give_up(struct vrc_func *f, struct vrc_req *req)
{
	struct vrc_txn *x = &f->txn;
	bool done;

	spin_lock_bh(&x->lock);
	done = req->done;
	if (!done)
		quarantine_tag(x, req);
	spin_unlock_bh(&x->lock);
	if (done)
		return req->result;
	if (fatal_signal_pending(current))
		return -EINTR;
	vrc_func_count(f, cpl_timeout);
	return -ETIMEDOUT;
}

static int wait_completion(struct vrc_func *f, struct vrc_req *req)
{
	u64 spin = spin_time(&f->txn);

	if (spin)
		spin_for(req, spin);
	if (!is_done(req))
		sleep_for(&f->txn, req);
	if (!is_done(req))
		return give_up(f, req);
	if (req->arrived)
		learn_latency(&f->txn, req->arrived - req->sent);
	return req->result;
}

/*
 * Sending
 */

/* The bytes of the first and last DW that are not enabled are 0. */
static void put_data(u8 *to, const struct vrc_tlp *t, u64 addr, const void *from, u32 len)
{
	u32 head = addr & 3;

	memset(to, 0, 4);
	memset(to + t->len_dw * 4 - 4, 0, 4);
	memcpy(to + head, from, len);
}

int vrc_send_tlp(struct vrc_session *s, const struct vrc_tlp *t, u64 addr,
		 const void *data, u32 len, enum vrc_leave when)
{
	u8 *at = vrc_session_tlp_begin(s, vrc_tlp_len(t));
	u8 *to;

	if (!at)
		return READ_ONCE(s->state) == VRC_SESSION_UP ? -ENOMEM : -EIO;
	to = vrc_tlp_build(at, t);
	if (WARN_ON_ONCE(!to)) {
		vrc_session_tlp_cancel(s);
		return -EIO;
	}
	if (data)
		put_data(to, t, addr, data, len);
	vrc_session_tlp_end(s, when);
	return 0;
}

/* Frames are made of what there is at once; while a caller may wait, there may be more. */
int vrc_wait_memory(unsigned long end)
{
	if (time_after(jiffies, end))
		return -ENOMEM;
	schedule_timeout_killable(1);
	return fatal_signal_pending(current) ? -EINTR : 0;
}

static int send_request(struct vrc_session *s, const struct vrc_tlp *t, struct vrc_req *req,
			const void *data)
{
	int err;

	do {
		req->sent = ktime_get_ns();
		err = vrc_send_tlp(s, t, req->addr, data, req->len, VRC_LEAVE_NOW);
		if (err != -ENOMEM)
			return err;
		err = vrc_wait_memory(req->deadline);
	} while (!err);
	return err;
}

static void drop_tag(struct vrc_txn *x, struct vrc_req *req)
{
	spin_lock_bh(&x->lock);
	if (!req->done)
		retire_tag(x, req);
	spin_unlock_bh(&x->lock);
}

int vrc_transact(struct vrc_func *f, struct vrc_tlp *t, struct vrc_req *req, const void *data)
{
	unsigned long timeout = vrc_completion_timeout(f);
	struct vrc_session *s = vrc_func_session_get(f);
	int err;

	might_sleep();
	if (!s)
		return -EIO;
	req->task = current;
	req->type = t->type;
	req->deadline = jiffies + timeout + 1;
	err = get_tag(f, req, timeout);
	if (err)
		goto put_session;
	t->tag = req->tag;
	t->requester = VRC_ROOT_ID;
	err = send_request(s, t, req, data);
	if (err)
		drop_tag(&f->txn, req);
	else
		err = wait_completion(f, req);
put_session:
	vrc_session_put(s);
	return err;
}
