// SPDX-License-Identifier: GPL-2.0-only
/*
 * Frames in. The drainer (link.h) is here.
 */
#include <linux/etherdevice.h>

#include "compat.h"
#include "discover.h"
#include "link_int.h"
#include "trace.h"

/* Frames that one softirq delivers before the work takes over. */
#define DRAIN_BUDGET	128

/*
 * Deliver
 */

static bool next_frame(struct vrc_session *s)
{
	if (s->state != VRC_SESSION_UP)
		return false;
	if (!s->rx.skb) {
		s->rx.skb = vrc_arq_pop_ready(&s->arq);
		s->rx.pos = 0;
	}
	return s->rx.skb;
}

static void stop_draining(struct vrc_session *s)
{
	s->rx_draining = false;
	if (s->state == VRC_SESSION_DEAD)
		wake_up_all(&s->wait);
}

/* The work is the drainer from now on. */
static void hand_over(struct vrc_session *s, unsigned long delay)
{
	s->rx_draining = true;
	queue_delayed_work(s->port->wq, &s->rx_work, delay);
}

/* Delivers one frame. false: not now, and somebody else has been made to go on. */
static bool deliver_frame(struct vrc_session *s, bool may_sleep)
	__must_hold(&s->lock)
{
	int err;

	if (vrc_session_flooded(s)) {
		s->rx_paused = true;
		stop_draining(s);
		return false;
	}
	spin_unlock_bh(&s->lock);
	if (may_sleep)
		cond_resched();
	err = s->ops->deliver(s, &s->rx, may_sleep);
	spin_lock_bh(&s->lock);
	if (err) {
		hand_over(s, err == -ENOMEM ? 1 : 0);
		return false;
	}
	consume_skb(s->rx.skb);
	s->rx.skb = NULL;
	return true;
}

static void deliver_frames(struct vrc_session *s, bool may_sleep)
	__must_hold(&s->lock)
{
	int left = DRAIN_BUDGET;

	do {
		if (!deliver_frame(s, may_sleep))
			return;
		if (!may_sleep && !--left) {
			hand_over(s, 0);
			return;
		}
	} while (next_frame(s));
	stop_draining(s);
}

/*
 * Called by the drainer: it has stopped to be it, or has handed over, on return. What the
 * frames have caused waits for the caller's vrc_session_pump().
 */
static void drain(struct vrc_session *s, bool may_sleep)
	__must_hold(&s->lock)
{
	lockdep_assert_held(&s->lock);
	if (next_frame(s)) {
		deliver_frames(s, may_sleep);
		s->tx_flush = true;
	} else {
		stop_draining(s);
	}
}

void vrc_session_rx_work(struct work_struct *work)
{
	struct vrc_session *s = container_of(to_delayed_work(work), struct vrc_session, rx_work);
	u64 now;

	spin_lock_bh(&s->lock);
	drain(s, true);
	if (s->state == VRC_SESSION_UP) {
		now = ktime_get_ns();
		vrc_session_pump(s, now);
		vrc_session_arm(s, now);
	}
	spin_unlock_bh(&s->lock);
}

/* What waits to be sent is little again. */
void vrc_session_resume(struct vrc_session *s)
{
	lockdep_assert_held(&s->lock);
	s->rx_paused = false;
	hand_over(s, 0);
}

/*
 * Kinds; all called with session->lock held
 */

static void rx_bound(struct vrc_session *s, const struct vrc_frame *f, u64 now)
{
	struct vrc_wire_bound b;

	if (s->state != VRC_SESSION_BINDING)
		return;		/* the answer to a BIND that was repeated */
	memcpy(&b, f->payload, sizeof(b));
	vrc_session_up(s, &b, now);
}

static void rx_refused(struct vrc_session *s, const struct vrc_frame *f)
{
	struct vrc_wire_refused r;

	if (s->state != VRC_SESSION_BINDING)
		return;
	memcpy(&r, f->payload, sizeof(r));
	s->refusal.reason = be16_to_cpu(r.reason);
	s->refusal.owner = be64_to_cpu(r.owner);
	vrc_frame_get_text(s->refusal.owner_name, r.owner_name, VRC_NAME_LEN);
	vrc_frame_get_text(s->refusal.label, r.label, VRC_LABEL_LEN);
	/* Busy passes: the next BIND may be luckier */
	if (s->refusal.reason != VRC_REFUSED_BUSY)
		vrc_session_die(s, VRC_DEATH_REFUSED);
}

/* Ours has been answered, or crosses the station's own. */
static void rx_released(struct vrc_session *s)
{
	if (s->state != VRC_SESSION_DEAD)
		return;
	WRITE_ONCE(s->released, true);
	wake_up_all(&s->wait);
}

static bool rx_release(struct vrc_session *s)
{
	if (s->state == VRC_SESSION_BINDING)
		return false;
	vrc_session_send(s, VRC_KIND_RELEASED, s->peer_id, NULL, 0, 0);
	rx_released(s);
	return vrc_session_die(s, VRC_DEATH_PEER);
}

static void rx_probe(struct vrc_session *s, const struct vrc_frame *f)
{
	struct vrc_wire_probe p;

	memcpy(&p, f->payload, sizeof(p));
	p.reserved = 0;
	vrc_session_send(s, VRC_KIND_PROBED, s->peer_id, &p, sizeof(p), 0);
}

static void log_bad_ack(struct vrc_session *s, const struct vrc_frame *f)
{
	vrc_func_count(s->owner, rx_bad_ack);
	net_warn_ratelimited("%s: %pM acks what was not sent: ack %u, sack %#llx, next is %u\n",
			     vrc_session_name(s), s->peer, f->ack, f->sack, s->arq.snd_nxt);
}

/* DATA with @skb, or ACK without. True: @skb is kept. */
static bool rx_sequenced(struct vrc_session *s, struct sk_buff *skb,
			 const struct vrc_frame *f, u64 now)
{
	enum vrc_arq_verdict verdict = vrc_arq_rx(&s->arq, f, skb, now);

	if (verdict == VRC_ARQ_BAD_ACK) {
		log_bad_ack(s, f);
		return false;
	}
	s->last_rx = now;
	if (verdict == VRC_ARQ_KEPT)
		vrc_func_count(s->owner, frames_rx);
	else if (verdict != VRC_ARQ_NO_DATA)
		vrc_func_count(s->owner, duplicates);
	if (!s->rx_draining && !s->rx_paused) {
		s->rx_draining = true;
		drain(s, false);
		/* What leaves now is stamped with now, not with when the frame came. */
		now = ktime_get_ns();
	}
	if (s->state == VRC_SESSION_UP)
		vrc_session_pump(s, now);
	return verdict == VRC_ARQ_KEPT;
}

static bool rx_data(struct vrc_session *s, struct sk_buff *skb,
		    const struct vrc_frame *f, u64 now)
{
	if (vrc_rx_strip(skb, f->length)) {
		vrc_port_count(s->port, rx_no_memory);
		return false;
	}
	return rx_sequenced(s, skb, f, now);
}

/* A frame of a session that is up. *@kept: @skb is. Returns what vrc_session_die() does. */
static bool rx_up(struct vrc_session *s, struct sk_buff *skb, const struct vrc_frame *f,
		  u64 now, bool *kept)
{
	switch (f->kind) {
	case VRC_KIND_DATA:
		*kept = rx_data(s, skb, f, now);
		return false;
	case VRC_KIND_ACK:
		rx_sequenced(s, NULL, f, now);
		return false;
	case VRC_KIND_PROBE:
		rx_probe(s, f);
		break;
	case VRC_KIND_PROBED:
		vrc_probe_answer(s, f, now);
		break;
	case VRC_KIND_RELEASE:
		return rx_release(s);
	}
	s->last_rx = now;
	return false;
}

static bool rx_session(struct vrc_session *s, struct sk_buff *skb, const struct vrc_frame *f,
		       bool *kept)
{
	u64 now = ktime_get_ns();
	bool died = false;

	switch (s->state) {
	case VRC_SESSION_BINDING:
		if (f->kind == VRC_KIND_BOUND)
			rx_bound(s, f, now);
		else if (f->kind == VRC_KIND_REFUSED)
			rx_refused(s, f);
		break;
	case VRC_SESSION_UP:
		died = rx_up(s, skb, f, now, kept);
		vrc_session_arm(s, now);
		break;
	case VRC_SESSION_DEAD:
		if (f->kind == VRC_KIND_RELEASED)
			rx_released(s);
		else if (f->kind == VRC_KIND_RELEASE)
			rx_release(s);
		break;
	}
	return died;
}

/*
 * Whose is it?
 */

static void drop(struct vrc_port *port, const u8 *mac, const struct vrc_frame *f,
		 const char *reason)
{
	trace_vrc_frame_drop(dev_name(&port->dev), mac, reason, f->kind, f->session);
}

/* It named our session: only who has seen our frames can. */
static void rx_stale(struct vrc_port *port, const u8 *mac, const struct vrc_frame *f)
{
	u64 id = vrc_get64(f->payload + offsetof(struct vrc_wire_stale, session));
	struct vrc_session *s = vrc_session_find_peer(port, id, mac);
	bool died;

	if (!s) {
		vrc_port_count(port, rx_unknown_session);
		drop(port, mac, f, "stale of nothing");
		return;
	}
	spin_lock_bh(&s->lock);
	rx_released(s);
	died = vrc_session_die(s, VRC_DEATH_STALE);
	spin_unlock_bh(&s->lock);
	if (died)
		vrc_session_tell(s);
}

static void rx_unknown(struct vrc_port *port, const u8 *mac, const struct vrc_frame *f)
{
	vrc_port_count(port, rx_unknown_session);
	drop(port, mac, f, "unknown session");
	/* A late answer to what is over already needs none */
	if (f->kind == VRC_KIND_RELEASED || f->kind == VRC_KIND_PROBED ||
	    f->kind == VRC_KIND_REFUSED)
		return;
	vrc_link_send_stale(port, mac, f->session);
}

void vrc_link_rx(struct vrc_port *port, struct sk_buff *skb, const struct vrc_frame *f)
{
	const u8 *mac = eth_hdr(skb)->h_source;
	struct vrc_session *s;
	bool kept = false, died;

	if (f->kind == VRC_KIND_ADVERTISE) {
		vrc_scan_advertise(port, mac, f);
		goto free;
	}
	if (f->kind == VRC_KIND_STALE) {
		rx_stale(port, mac, f);
		goto free;
	}
	s = vrc_session_find(port, f->session);
	if (!s) {
		rx_unknown(port, mac, f);
		goto free;
	}
	if (!ether_addr_equal(s->peer, mac)) {
		vrc_port_count(port, rx_wrong_source);
		drop(port, mac, f, "wrong source");
		/* Not the function's name: only with the session locked, and alive, there is one */
		dev_warn_ratelimited(&port->dev, "session of %pM: dropped a frame from %pM\n",
				     s->peer, mac);
		goto free;
	}
	spin_lock_bh(&s->lock);
	died = rx_session(s, skb, f, &kept);
	spin_unlock_bh(&s->lock);
	if (died)
		vrc_session_tell(s);
	if (kept)
		return;
free:
	consume_skb(skb);
}
