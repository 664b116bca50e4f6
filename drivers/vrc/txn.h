/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Transactions of the root as requester: tags, outstanding requests,
 * completion timeouts (PCIe 4.0 sections 2.2.6, 2.3.2, 2.8).
 *
 * A non-posted request takes a tag, sends its TLP and waits: first spinning for
 * a bounded time that adapts to what completions take (never with one CPU
 * online), then sleeping killably, at most for the port's completion timeout. A tag whose
 * request timed out is not used again for VRC_TAG_QUARANTINE.
 *
 * One timer, the watchdog, looks after all who sleep: it is set if it is not, and is left
 * alone by completions. When it expires it wakes who is late and goes on for the others.
 *
 * Lock: txn->lock, a spinlock with bottom halves off, below session->lock never
 * and above it never: the two are not nested.
 */
#ifndef VRC_TXN_H
#define VRC_TXN_H

#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/timer.h>
#include <linux/wait.h>

#include "proto/tlp.h"

#define VRC_TAGS		256
#define VRC_TXN_BUCKETS		16
#define VRC_TAG_QUARANTINE	(10 * HZ)

#define VRC_ROOT_ID		0	/* as requester and completer: 00:00.0 of the domain */
#define VRC_RCB			64	/* completions of reads end at multiples of it */

/* Device Control as it is after a reset, and of a function without it */
#define VRC_DEFAULT_MPS		128
#define VRC_DEFAULT_MRRS	512

struct vrc_func;
struct vrc_req;			/* on the stack of who waits */

/* Round trips of [2^(i-1), 2^i) microseconds are in latency[i]; longer ones in the last. */
#define VRC_LATENCY_BUCKETS	27

struct vrc_txn {
	spinlock_t lock;		/* the tags and who waits; softirq too */
	struct hlist_head waiting[VRC_TXN_BUCKETS];	/* requests, by tag */
	unsigned long used[BITS_TO_LONGS(VRC_TAGS)];
	unsigned long quarantined[BITS_TO_LONGS(VRC_TAGS)];
	unsigned long quarantine_end;	/* jiffies */
	u8 next_tag;
	u32 latency_ns;			/* of completions, smoothed: how long spinning pays */
	u64 latency[VRC_LATENCY_BUCKETS];	/* requests answered, by round trip */
	u64 latency_sum;		/* of those round trips, ns */
	wait_queue_head_t tag_free;
	struct timer_list watchdog;
};

void vrc_txn_init(struct vrc_txn *x);
/* Nobody uses it any more. May sleep. */
void vrc_txn_destroy(struct vrc_txn *x);
/* Jiffies that a request waits, for a free tag and for its completion together. */
unsigned long vrc_completion_timeout(const struct vrc_func *f);
/* Ends every outstanding request with -EIO: the session is dead. Any context. */
void vrc_txn_abort(struct vrc_txn *x);
/* A completion has arrived for @f. Softirq or process context. */
void vrc_txn_complete(struct vrc_func *f, const struct vrc_tlp *cpl);
/* One moment's copy of the VRC_LATENCY_BUCKETS counts and of the sum, in ns. Any context. */
void vrc_txn_latency(struct vrc_txn *x, u64 *counts, u64 *sum);

/*
 * Requests of @f. Process context, killable, bounded. Results: 0;
 * -EIO no session, or it died while waiting; -ETIMEDOUT; -EREMOTEIO UR; -ECONNABORTED CA or
 * poisoned; -EINTR killed; -ENOMEM for as long as a completion may take. Reads fill @buf with
 * ones unless they return 0.
 *
 * BAR accesses are cut at 4 KiB and MRRS; writes are posted (I/O writes are
 * not). @addr is a bus address of the port's domain.
 */
int vrc_mem_read(struct vrc_func *f, u64 addr, void *buf, size_t len);
int vrc_mem_write(struct vrc_func *f, u64 addr, const void *buf, size_t len);
int vrc_io_read(struct vrc_func *f, u32 addr, void *buf, size_t len);
int vrc_io_write(struct vrc_func *f, u32 addr, const void *buf, size_t len);
/* @len 1, 2 or 4 within one DW. RRS is retried until the completion timeout. Values: CPU order. */
int vrc_cfg_read(struct vrc_func *f, u16 off, unsigned int len, u32 *val);
int vrc_cfg_write(struct vrc_func *f, u16 off, unsigned int len, u32 val);

#endif /* VRC_TXN_H */
