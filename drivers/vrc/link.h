/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sessions: one function bound to this root over a port. Frames in and out,
 * ARQ, lease, path MTU (Documentation/wire-protocol.rst).
 *
 * A session is BINDING until BOUND arrives, then UP, then DEAD for ever.
 * Transitions happen under session->lock in one function, and each is a tracepoint.
 *
 * Receive: frames come in by softirq. In-order frames stay in the ARQ, whose
 * window shrinks by them, until they are delivered. One context at a time - the
 * "drainer" - delivers them, without holding the lock, so order holds whatever
 * CPUs the frames arrive on. When deliver() must sleep or is out of memory, the
 * role of drainer goes to rx_work, and later frames wait behind: nothing
 * overtakes. The drainer also pauses while far too much waits to be sent, so a
 * function that asks for more than it may cannot use up memory.
 *
 * References: whoever bound the session has one until vrc_session_end() and
 * others take their own; freed after a grace period. The table of the port, the
 * timer and the work need none, for vrc_session_end() stops them.
 *
 * Files: link.c life, link_rx.c and link_tx.c frames in and out, link_probe.c
 * path MTU; link_int.h is between them only.
 */
#ifndef VRC_LINK_H
#define VRC_LINK_H

#include <linux/completion.h>
#include <linux/hrtimer.h>
#include <linux/kref.h>
#include <linux/skbuff.h>
#include <linux/workqueue.h>

#include "port.h"
#include "proto/arq.h"
#include "proto/tlp.h"
#include "rx.h"

enum vrc_session_state {
	VRC_SESSION_BINDING,
	VRC_SESSION_UP,
	VRC_SESSION_DEAD,
};

enum vrc_death {
	VRC_DEATH_NONE,
	VRC_DEATH_RELEASED,	/* by us */
	VRC_DEATH_PEER,		/* RELEASE from the station: shutdown, protocol */
	VRC_DEATH_STALE,	/* the station does not know the session: it has restarted */
	VRC_DEATH_LEASE,	/* silent for longer than the lease */
	VRC_DEATH_REFUSED,
	VRC_DEATH_NO_ANSWER,	/* to BIND */
	VRC_DEATH_STUCK,	/* frames not acked for longer than the lease, though it is heard */
};

const char *vrc_death_name(enum vrc_death why);

struct vrc_func;
struct vrc_session;

struct vrc_session_ops {
	/*
	 * The frame @rx is next in order; deliver moves rx->pos past what it has dealt with. 0:
	 * done with the frame (link frees it). -EAGAIN (only if !@may_sleep): call again in
	 * process context. -ENOMEM: call again a little later.
	 */
	int (*deliver)(struct vrc_session *s, struct vrc_rx *rx, bool may_sleep);
	/*
	 * The session has died: softirq or process context, at most once, after
	 * vrc_session_bind() has succeeded (perhaps before it has returned), and
	 * not if vrc_session_end() was first. The owner still has to end it.
	 */
	void (*died)(struct vrc_session *s, enum vrc_death why);
};

#define VRC_BIND_WAIT	(3 * HZ)

struct vrc_bind_request {
	u8 mac[ETH_ALEN];
	u64 serial, instance;
	u8 function;
	unsigned long wait;		/* jiffies for the answer; at most VRC_BIND_WAIT counts */
	char label[VRC_LABEL_LEN + 1];
};

struct vrc_bind_refusal {	/* filled when binding fails with -EBUSY, -EACCES, ... */
	u16 reason;		/* enum vrc_refusal, 0: no answer */
	u64 owner;
	char owner_name[VRC_NAME_LEN + 1];
	char label[VRC_LABEL_LEN + 1];
};

struct vrc_session {
	struct kref ref;
	struct rcu_head rcu;
	struct hlist_node peer_node;	/* in port->peers */
	struct vrc_port *port;
	const struct vrc_session_ops *ops;
	struct vrc_func *owner;
	u64 id;				/* ours: frames to us carry it */
	u64 peer_id;
	u8 peer[ETH_ALEN];

	spinlock_t lock;		/* everything below */
	enum vrc_session_state state;
	enum vrc_death death;
	struct vrc_arq arq;

	struct sk_buff *tx_open;	/* the frame that TLPs are being added to */
	u32 tx_tlp;			/* where in it the last one starts */
	u32 tx_room;			/* largest payload of tx_open */
	bool tx_flush;			/* tx_open shall leave as soon as it may */
	bool tx_soon;			/* tx_timer is set */
	bool tx_grow;			/* the last frame was full: the next one is larger */
	u8 tx_saved;			/* posted writes since one has learned tx_cost */
	u32 tx_cost;			/* ns, smoothed: what transmitting takes who writes */
	struct sk_buff_head tx_ready;	/* full frames that wait for the window */
	u32 payload;			/* largest payload that the path takes */
	u32 peer_payload;		/* largest that the peer takes */

	struct vrc_rx rx;		/* the frame that is being delivered; the drainer's */
	bool rx_draining;		/* somebody is the drainer */
	bool rx_paused;			/* nobody is, until tx_ready is short again */
	u8 callbacks;			/* died() runs */

	struct hrtimer tx_timer;	/* posted writes leave */
	struct hrtimer timer;
	u64 timer_at;			/* when it expires, VRC_ARQ_NEVER: not armed */
	u64 lease_ns, last_rx, last_tx;
	u64 stuck_since;		/* nothing acked since, with frames in flight */
	u32 stuck_una;

	/* path MTU probing */
	u32 probe_size;			/* on its way, 0: none */
	u16 probe_id;
	u8 probe_tries;
	u64 probe_at;

	struct delayed_work rx_work;
	struct completion bound;	/* BOUND or REFUSED has come, or death */
	struct vrc_bind_refusal refusal;
	bool released;			/* our RELEASE has been answered */
	wait_queue_head_t wait;		/* for backlog to shrink, callbacks, released */
};

/*
 * Binds: sends BIND until answered. Process context, killable, bounded by @req->wait.
 * ERR_PTR:
 *   -EBUSY	owned by another root (*@refusal says whose)
 *   -EACCES	the station's policy
 *   -ESTALE	the station has restarted, or the MAC is another station's
 *   -ENOENT	no such function
 *   -EINVAL	the station does not like a value
 *   -ETIMEDOUT	no answer (refusal->reason 0), or busy for all the time
 *   -EINTR	killed
 *   -ENETDOWN	no NIC, no carrier, or an MTU below VRC's minimum
 *   -EUSERS	the session table is full
 *   -ENOMEM
 */
struct vrc_session *vrc_session_bind(struct vrc_port *port, const struct vrc_bind_request *req,
				     const struct vrc_session_ops *ops, struct vrc_func *owner,
				     struct vrc_bind_refusal *refusal);
/*
 * Ends the session: sends RELEASE until it is answered or 300 ms are over, returns
 * when no callback runs or will run any more, and drops the reference of
 * vrc_session_bind(). Sleeps; not from a callback.
 */
void vrc_session_end(struct vrc_session *s);
void vrc_session_put(struct vrc_session *s);

/*
 * Adds a TLP of @len bytes to the frame being filled: returns where to write it,
 * with session->lock held until vrc_session_tlp_end() or _cancel(), or NULL (not
 * locked): the session is dead or there is no memory. It is counted and
 * traced here. A posted writer calls vrc_session_wait_room() first.
 */
u8 *vrc_session_tlp_begin(struct vrc_session *s, size_t len);
enum vrc_leave {
	VRC_LEAVE_LATER,	/* with what follows: another TLP, or the end of the drain */
	VRC_LEAVE_SOON,		/* within microseconds: who sends it need not see it go */
	VRC_LEAVE_NOW,
};

void vrc_session_tlp_end(struct vrc_session *s, enum vrc_leave when);
void vrc_session_tlp_cancel(struct vrc_session *s);
/*
 * Data bytes that a TLP with a header of @hdr bytes may carry in the frame being
 * filled, or in an empty one if @fresh.
 */
u32 vrc_session_room(struct vrc_session *s, size_t hdr, bool fresh);

/* Frames that wait for the window; posted writers sleep killably above it. */
#define VRC_TX_BACKLOG	256
/* 0, -EIO dead, -EINTR killed, -ETIMEDOUT after @timeout jiffies. */
int vrc_session_wait_room(struct vrc_session *s, unsigned long timeout);

/* Sends ACK with ACK_REQ: is it still there? If it has restarted it answers STALE. */
void vrc_session_nudge(struct vrc_session *s);

/* Of all sessions of a port: the NIC's MTU has changed; the link is back. */
void vrc_link_mtu_changed(struct vrc_port *port);
void vrc_link_nudge(struct vrc_port *port);

/* Called by port_io.c in softirq with a parsed frame; consumes @skb. */
void vrc_link_rx(struct vrc_port *port, struct sk_buff *skb, const struct vrc_frame *f);

#endif /* VRC_LINK_H */
