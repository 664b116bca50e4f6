/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Between txn.c and request.c only.
 */
#ifndef VRC_TXN_INT_H
#define VRC_TXN_INT_H

#include <linux/sched.h>

#include "link.h"
#include "txn.h"

struct vrc_req {
	struct hlist_node node;	/* in txn->waiting until it is done or given up */
	struct task_struct *task;
	u8 tag;
	enum vrc_tlp_type type;
	u64 addr;		/* of the first byte */
	u8 *buf;		/* reads: room for len bytes */
	u32 len, got;		/* bytes asked for, bytes that have arrived */
	u64 sent, arrived;	/* ns; arrived 0: no completion, the session has died */
	unsigned long deadline;	/* jiffies: for the tag and the completion together */
	int result;		/* valid once done */
	bool done;
	bool late;		/* the watchdog says so; written under txn->lock */
};

/*
 * @data, if any, is @len bytes for @addr. -EIO the session is dead, -ENOMEM: no memory, or the
 * path does not take a TLP of that length any more.
 */
int vrc_send_tlp(struct vrc_session *s, const struct vrc_tlp *t, u64 addr,
		 const void *data, u32 len, enum vrc_leave when);
/* After -ENOMEM. 0: try again; -ENOMEM: it is later than @end, in jiffies; -EINTR killed. */
int vrc_wait_memory(unsigned long end);
/*
 * Sends the non-posted @t and waits for its completion. @data: what a write writes.
 * Results are those of txn.h, and -EAGAIN for RRS of a configuration request.
 */
int vrc_transact(struct vrc_func *f, struct vrc_tlp *t, struct vrc_req *req, const void *data);

#endif /* VRC_TXN_INT_H */
