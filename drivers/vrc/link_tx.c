// SPDX-License-Identifier: GPL-2.0-only
/*
 * Frames out. A TLP is written where it will leave from: the frame that is being
 * filled. A frame gets its number when the window takes it, and from then on
 * belongs to the ARQ until it is acked; what goes to the NIC are clones of it.
 */
#include <linux/etherdevice.h>
#include <linux/sched/signal.h>

#include "compat.h"
#include "link_int.h"
#include "trace.h"

#define HDR_LEN		sizeof(struct vrc_wire_hdr)
/*
 * What a frame that begins with a small TLP gets. Most frames have one request of 12 to 20 bytes
 * and nothing else, and kernels that clear what they allocate pay for each byte: with 256 the
 * data comes from the cache for small heads. A drain, and who has filled such a frame, has more
 * to say: jumbo paths still need not cost 16 KiB a read.
 */
#define TINY_PAYLOAD	(256 - VRC_CHECK_LEN)
#define SMALL_PAYLOAD	1464
/* No frame gets more: memory of higher order is hard to get in a softirq. */
#define LARGE_PAYLOAD	8964

/*
 * Posted writes. Who writes need not wait until the frame has left, and a NIC takes it for less
 * than a microsecond. But veth, tunnels and MACsec do all their work, up to waking who receives,
 * before the writer goes on. So the link learns what it takes: while that is more than
 * TX_DEAR_NS a timer transmits, TX_DELAY_NS later and with all that has come until then, and
 * every TX_LEARN'th write is transmitted at once, to see whether it still is.
 */
#define TX_DEAR_NS	3000
#define TX_DELAY_NS	3000
#define TX_LEARN	64

/* Frames that wait for the window: no more is delivered that may add to them. */
#define VRC_TX_FLOOD	4096

static u32 payload_of(const struct sk_buff *skb)
{
	return skb->len - HDR_LEN;
}

/*
 * Frames other than DATA
 */

void vrc_session_send(struct vrc_session *s, u8 kind, u64 id, const void *payload,
		      size_t len, size_t pad)
{
	struct vrc_frame f = {
		.version = VRC_WIRE_VERSION,
		.kind = kind,
		.length = len + pad,
		.session = id,
	};
	struct sk_buff *skb;

	lockdep_assert_held(&s->lock);
	s->last_tx = ktime_get_ns();
	skb = vrc_port_alloc(s->port, len + pad, GFP_ATOMIC);
	if (!skb)
		return;		/* as if the network had lost it */
	vrc_frame_build(skb->data, &f);
	skb_put_data(skb, payload, len);
	skb_put_zero(skb, pad);
	vrc_frame_seal(skb->data);
	vrc_port_xmit(s->port, skb, s->peer);
}

void vrc_session_send_release(struct vrc_session *s, enum vrc_release_reason reason)
{
	struct vrc_wire_release r = { .reason = cpu_to_be16(reason) };

	vrc_session_send(s, VRC_KIND_RELEASE, s->peer_id, &r, sizeof(r), 0);
}

void vrc_session_send_ack(struct vrc_session *s, u16 flags, u64 now)
{
	struct vrc_frame f = {
		.version = VRC_WIRE_VERSION,
		.kind = VRC_KIND_ACK,
		.flags = flags,
		.session = s->peer_id,
	};
	struct sk_buff *skb;

	lockdep_assert_held(&s->lock);
	s->last_tx = now;
	vrc_arq_stamp(&s->arq, &f);
	skb = vrc_port_alloc(s->port, 0, GFP_ATOMIC);
	if (!skb)
		return;
	vrc_frame_build(skb->data, &f);
	vrc_frame_seal(skb->data);
	vrc_func_count(s->owner, acks_tx);
	vrc_port_xmit(s->port, skb, s->peer);
}

void vrc_link_send_stale(struct vrc_port *port, const u8 *mac, u64 id)
{
	struct vrc_wire_stale stale = { .session = cpu_to_be64(id) };
	struct vrc_frame f = {
		.version = VRC_WIRE_VERSION,
		.kind = VRC_KIND_STALE,
		.length = sizeof(stale),
	};
	struct sk_buff *skb;

	if (!__ratelimit(&port->stale_limit))
		return;
	skb = vrc_port_alloc(port, sizeof(stale), GFP_ATOMIC);
	if (!skb)
		return;
	vrc_frame_build(skb->data, &f);
	skb_put_data(skb, &stale, sizeof(stale));
	vrc_frame_seal(skb->data);
	vrc_port_count(port, stale_sent);
	vrc_port_xmit(port, skb, mac);
}

/*
 * DATA to the NIC
 */

/*
 * The data of @skb is shared with its last clone for as long as that waits in some
 * queue, and a header that is stamped anew would change under it: then a copy leaves.
 */
static struct sk_buff *stamp_and_clone(struct sk_buff *skb, const struct vrc_frame *f)
{
	struct sk_buff *copy;

	if (!skb_cloned(skb)) {
		vrc_frame_build(skb->data, f);
		vrc_frame_seal(skb->data);
		return skb_clone(skb, GFP_ATOMIC | __GFP_NOWARN);
	}
	copy = skb_copy(skb, GFP_ATOMIC | __GFP_NOWARN);
	if (!copy)
		return NULL;
	vrc_frame_build(copy->data, f);
	vrc_frame_seal(copy->data);
	return copy;
}

static void send_data(struct vrc_session *s, struct sk_buff *skb, u32 seq, u64 now)
{
	struct vrc_frame f = {
		.version = VRC_WIRE_VERSION,
		.kind = VRC_KIND_DATA,
		.length = payload_of(skb),
		.session = s->peer_id,
		.seq = seq,
	};
	struct sk_buff *out;

	s->last_tx = now;
	vrc_arq_stamp(&s->arq, &f);
	out = stamp_and_clone(skb, &f);
	if (out)
		vrc_port_xmit(s->port, out, s->peer);
	else
		vrc_port_count(s->port, tx_no_memory);	/* the ARQ will repeat it */
}

static void send_again(struct vrc_session *s, u64 now)
{
	struct sk_buff *skb;
	u32 seq;

	while ((skb = vrc_arq_pop_lost(&s->arq, &seq, now))) {
		trace_vrc_retransmit(vrc_session_name(s), s->id, seq,
				     s->arq.tx[seq % VRC_ARQ_SLOTS].tries, s->arq.rto);
		vrc_func_count(s->owner, retransmissions);
		send_data(s, skb, seq, now);
	}
}

/*
 * The frame that is being filled leaves when it may and there is nothing before it:
 * while the window is closed, more fits into it.
 */
static struct sk_buff *next_new(struct vrc_session *s)
{
	struct sk_buff *skb = __skb_dequeue(&s->tx_ready);

	if (skb || !s->tx_flush || !s->tx_open || !payload_of(s->tx_open))
		return skb;
	skb = s->tx_open;
	s->tx_open = NULL;
	s->tx_flush = false;
	s->tx_grow = false;
	return skb;
}

static void send_new(struct vrc_session *s, u64 now)
{
	struct sk_buff *skb;

	while (vrc_arq_can_send(&s->arq) && (skb = next_new(s))) {
		vrc_func_count(s->owner, frames_tx);
		send_data(s, skb, vrc_arq_send(&s->arq, skb, now), now);
	}
}

static void note_progress(struct vrc_session *s, u64 now)
{
	if (s->arq.snd_una == s->stuck_una && vrc_arq_in_flight(&s->arq))
		return;
	s->stuck_una = s->arq.snd_una;
	s->stuck_since = now;
}

static bool backlogged(const struct vrc_session *s)
{
	return skb_queue_len(&s->tx_ready) >= VRC_TX_BACKLOG;
}

/*
 * Only a function that has more reads outstanding than there are tags gets here: 256
 * reads of 4 KiB are less, in the smallest frames. So the pause cannot meet a
 * station that pauses for us.
 */
bool vrc_session_flooded(const struct vrc_session *s)
{
	return skb_queue_len(&s->tx_ready) >= VRC_TX_FLOOD;
}

/* Sends all that the windows allow, and an ACK if one is due and nothing else has carried it. */
void vrc_session_pump(struct vrc_session *s, u64 now)
{
	struct sk_buff *skb;

	lockdep_assert_held(&s->lock);
	note_progress(s, now);
	while ((skb = vrc_arq_pop_acked(&s->arq)))
		consume_skb(skb);
	send_again(s, now);
	send_new(s, now);
	if (vrc_arq_ack_due(&s->arq))
		vrc_session_send_ack(s, 0, now);
	if (backlogged(s))
		return;
	/* Who waits looks again with the lock held: it has seen the room, or is seen here */
	if (waitqueue_active(&s->wait))
		wake_up_all(&s->wait);
	if (s->rx_paused)
		vrc_session_resume(s);
}

/*
 * TLPs into frames
 */

static bool open_frame(struct vrc_session *s, size_t len)
{
	struct sk_buff *skb;
	u32 room;

	if (len > SMALL_PAYLOAD)
		room = LARGE_PAYLOAD;
	else if (len > TINY_PAYLOAD || s->rx_draining || s->tx_grow)
		room = SMALL_PAYLOAD;
	else
		room = TINY_PAYLOAD;
	room = min(room, s->payload);
	skb = vrc_port_alloc(s->port, room, GFP_ATOMIC);
	if (!skb)
		return false;
	/* So that NICs and tunnels can write their headers before ours into clones */
	__skb_header_release(skb);
	s->tx_open = skb;
	s->tx_room = room;
	return true;
}

void vrc_session_leave(struct vrc_session *s)
{
	u64 now = ktime_get_ns();

	lockdep_assert_held(&s->lock);
	s->tx_flush = true;
	vrc_session_pump(s, now);
	vrc_session_arm(s, now);
}

enum hrtimer_restart vrc_session_tx_timer(struct hrtimer *timer)
{
	struct vrc_session *s = container_of(timer, struct vrc_session, tx_timer);

	spin_lock_bh(&s->lock);
	s->tx_soon = false;
	if (s->state == VRC_SESSION_UP && s->tx_open)
		vrc_session_leave(s);
	spin_unlock_bh(&s->lock);
	return HRTIMER_NORESTART;
}

static bool put_off(struct vrc_session *s)
{
	if (s->tx_cost <= TX_DEAR_NS || ++s->tx_saved >= TX_LEARN)
		return false;
	if (!s->tx_soon)
		hrtimer_start(&s->tx_timer, TX_DELAY_NS, HRTIMER_MODE_REL_SOFT);
	s->tx_soon = true;
	return true;
}

/* The work of other softirqs that are due when the lock is released is part of the cost. */
static void leave_and_learn(struct vrc_session *s)
	__releases(&s->lock)
{
	u64 start = ktime_get_ns();
	u32 cost;

	s->tx_saved = 0;
	vrc_session_leave(s);
	spin_unlock_bh(&s->lock);
	/* Bounded, since the writer may have been preempted */
	cost = min_t(u64, ktime_get_ns() - start, 4 * TX_DEAR_NS);
	WRITE_ONCE(s->tx_cost, s->tx_cost - s->tx_cost / 8 + cost / 8);
}

/* It is full, or will not do for what comes: behind the others with it. */
static void close_frame(struct vrc_session *s)
{
	u64 now = ktime_get_ns();

	if (payload_of(s->tx_open)) {
		__skb_queue_tail(&s->tx_ready, s->tx_open);
		s->tx_open = NULL;
		s->tx_flush = false;
		s->tx_grow = true;
		vrc_session_pump(s, now);
		vrc_session_arm(s, now);
	} else {
		kfree_skb(s->tx_open);
		s->tx_open = NULL;
	}
}

static bool make_room(struct vrc_session *s, size_t len)
{
	if (s->state != VRC_SESSION_UP || len > min_t(u32, s->payload, LARGE_PAYLOAD))
		return false;
	if (s->tx_open && payload_of(s->tx_open) + len > s->tx_room)
		close_frame(s);
	return s->tx_open || open_frame(s, len);
}

/* Sparse cannot express a lock that is held on success only: it is told that nothing happens. */
u8 *vrc_session_tlp_begin(struct vrc_session *s, size_t len)
{
	spin_lock_bh(&s->lock);
	if (!make_room(s, len)) {
		spin_unlock_bh(&s->lock);
		return NULL;
	}
	__release(&s->lock);
	s->tx_tlp = s->tx_open->len;
	return skb_put(s->tx_open, len);
}

static void trace_last_tlp(struct vrc_session *s)
{
	const u8 *at = s->tx_open->data + s->tx_tlp;
	struct vrc_tlp t;

	if (vrc_tlp_parse(at, s->tx_open->len - s->tx_tlp, &t) > 0)
		trace_vrc_tlp(vrc_session_name(s), s->id, true, &t);
}

void vrc_session_tlp_end(struct vrc_session *s, enum vrc_leave when)
{
	__acquire(&s->lock);
	lockdep_assert_held(&s->lock);
	vrc_func_count(s->owner, tlp_tx);
	if (trace_vrc_tlp_enabled())
		trace_last_tlp(s);
	if (when == VRC_LEAVE_SOON && !put_off(s)) {
		leave_and_learn(s);
		return;
	}
	if (when == VRC_LEAVE_NOW)
		vrc_session_leave(s);
	spin_unlock_bh(&s->lock);
}

void vrc_session_tlp_cancel(struct vrc_session *s)
{
	__acquire(&s->lock);
	lockdep_assert_held(&s->lock);
	skb_trim(s->tx_open, s->tx_tlp);
	spin_unlock_bh(&s->lock);
}

u32 vrc_session_room(struct vrc_session *s, size_t hdr, bool fresh)
{
	u32 room;

	spin_lock_bh(&s->lock);
	room = min_t(u32, s->payload, LARGE_PAYLOAD);
	if (!fresh && s->tx_open && payload_of(s->tx_open))
		room = s->tx_room - payload_of(s->tx_open);
	spin_unlock_bh(&s->lock);
	return room > hdr ? (room - hdr) & ~3U : 0;
}

static bool room_or_dead(struct vrc_session *s)
{
	bool done;

	spin_lock_bh(&s->lock);
	done = s->state != VRC_SESSION_UP || !backlogged(s);
	spin_unlock_bh(&s->lock);
	return done;
}

int vrc_session_wait_room(struct vrc_session *s, unsigned long timeout)
{
	long left;

	if (skb_queue_len_lockless(&s->tx_ready) >= VRC_TX_BACKLOG) {
		left = wait_event_killable_timeout(s->wait, room_or_dead(s), timeout);
		if (left < 0)
			return -EINTR;
		if (!left)
			return -ETIMEDOUT;
	}
	return READ_ONCE(s->state) == VRC_SESSION_UP ? 0 : -EIO;
}
