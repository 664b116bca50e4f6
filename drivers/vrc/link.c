// SPDX-License-Identifier: GPL-2.0-only
/*
 * Life of a session: bind, lease, death, release. Theory of operation: link.h.
 *
 * One timer serves all that waits in a session. It is only ever moved forward in
 * time: when the deadline moves back, as it does with each frame that is
 * acked, the timer expires early, finds nothing due, and is set again. So the
 * path of a frame seldom touches the timer.
 */
#include <linux/etherdevice.h>
#include <linux/slab.h>
#include <linux/utsname.h>

#include "compat.h"
#include "link_int.h"
#include "trace.h"

#define BIND_FIRST	(HZ / 20)
#define BIND_LONGEST	(HZ / 2)
#define RELEASE_TRIES	3
#define RELEASE_WAIT	(HZ / 10)
#define RTO_LONGEST_NS	NSEC_PER_SEC

const char *vrc_death_name(enum vrc_death why)
{
	switch (why) {
	case VRC_DEATH_NONE:
		return "alive";
	case VRC_DEATH_RELEASED:
		return "given back";
	case VRC_DEATH_PEER:
		return "the station has ended it";
	case VRC_DEATH_STALE:
		return "the station has restarted";
	case VRC_DEATH_LEASE:
		return "silent for longer than the lease";
	case VRC_DEATH_REFUSED:
		return "refused";
	case VRC_DEATH_NO_ANSWER:
		return "no answer to BIND";
	case VRC_DEATH_STUCK:
		return "frames not acked within the lease";
	}
	return "unknown";
}

static void set_state(struct vrc_session *s, enum vrc_session_state to, const char *reason)
{
	lockdep_assert_held(&s->lock);
	trace_vrc_session_state(vrc_session_name(s), s->id, s->state, to, reason);
	s->state = to;
}

/*
 * Tables
 */

struct vrc_session *vrc_session_find(struct vrc_port *port, u64 id)
{
	struct vrc_session *s = xa_load(&port->sessions, id & VRC_SESSION_INDEX);

	return s && READ_ONCE(s->id) == id ? s : NULL;
}

struct vrc_session *vrc_session_find_peer(struct vrc_port *port, u64 peer_id, const u8 *mac)
{
	struct vrc_session *s;

	hash_for_each_possible_rcu(port->peers, s, peer_node, peer_id)
		if (s->peer_id == peer_id && ether_addr_equal(s->peer, mac))
			return s;
	return NULL;
}

static u64 make_id(u32 index)
{
	u64 random;

	do {
		random = get_random_u64() & ~VRC_SESSION_INDEX;
	} while (!random);
	return random | index;
}

static int session_publish(struct vrc_session *s)
{
	u32 index;
	int err;

	err = xa_alloc_cyclic_bh(&s->port->sessions, &index, s, XA_LIMIT(0, VRC_SESSION_INDEX),
				 &s->port->next_session, GFP_KERNEL);
	if (err < 0)
		return err == -EBUSY ? -EUSERS : err;
	/* No frame carries id 0, so nobody has found it before this */
	WRITE_ONCE(s->id, make_id(index));
	return 0;
}

static void session_unpublish(struct vrc_session *s)
{
	struct vrc_port *port = s->port;

	xa_lock_bh(&port->sessions);
	__xa_erase(&port->sessions, s->id & VRC_SESSION_INDEX);
	hash_del_rcu(&s->peer_node);
	xa_unlock_bh(&port->sessions);
}

/*
 * The timer
 */

/* The more often the longer it has been silent: a lost keepalive must not cost the session. */
static u64 keepalive_at(const struct vrc_session *s)
{
	bool silent = s->last_tx > s->last_rx + s->lease_ns / 4;

	return s->last_tx + s->lease_ns / (silent ? 16 : 4);
}

static u64 stuck_at(const struct vrc_session *s)
{
	return vrc_arq_in_flight(&s->arq) ? s->stuck_since + s->lease_ns : VRC_ARQ_NEVER;
}

static u64 next_deadline(const struct vrc_session *s)
{
	u64 at = min(vrc_arq_deadline(&s->arq), s->probe_at);

	at = min(at, s->last_rx + s->lease_ns);
	at = min(at, stuck_at(s));
	return min(at, keepalive_at(s));
}

void vrc_session_arm(struct vrc_session *s, u64 now)
{
	u64 at;

	lockdep_assert_held(&s->lock);
	if (s->state != VRC_SESSION_UP)
		return;
	at = max(next_deadline(s), now);
	if (at >= s->timer_at)
		return;
	s->timer_at = at;
	hrtimer_start(&s->timer, ns_to_ktime(at), HRTIMER_MODE_ABS_SOFT);
}

/* Returns what vrc_session_die() does. */
static bool session_tick(struct vrc_session *s, u64 now)
{
	if (now >= s->last_rx + s->lease_ns)
		return vrc_session_die(s, VRC_DEATH_LEASE);
	if (now >= stuck_at(s))
		return vrc_session_die(s, VRC_DEATH_STUCK);
	vrc_arq_timer(&s->arq, now);
	if (now >= s->probe_at)
		vrc_probe_timer(s, now);
	if (now >= keepalive_at(s))
		vrc_session_send_ack(s, VRC_FLAG_ACK_REQ, now);
	vrc_session_pump(s, now);
	vrc_session_arm(s, now);
	return false;
}

static enum hrtimer_restart session_timer(struct hrtimer *timer)
{
	struct vrc_session *s = container_of(timer, struct vrc_session, timer);
	bool died = false;

	spin_lock_bh(&s->lock);
	s->timer_at = VRC_ARQ_NEVER;
	if (s->state == VRC_SESSION_UP)
		died = session_tick(s, ktime_get_ns());
	spin_unlock_bh(&s->lock);
	if (died)
		vrc_session_tell(s);
	return HRTIMER_NORESTART;
}

/*
 * Up and dead
 */

void vrc_session_up(struct vrc_session *s, const struct vrc_wire_bound *b, u64 now)
{
	struct vrc_port *port = s->port;
	struct vrc_arq_config cfg = {
		.window = VRC_MAX_WINDOW,
		.peer_window = be16_to_cpu(b->window),
		.ack_delay_ns = VRC_ACK_DELAY_US * NSEC_PER_USEC,
		.peer_ack_delay_ns = be16_to_cpu(b->ack_delay_us) * NSEC_PER_USEC,
	};

	lockdep_assert_held(&s->lock);
	s->peer_id = be64_to_cpu(b->session);
	s->peer_payload = be16_to_cpu(b->max_payload);
	s->lease_ns = (u64)be32_to_cpu(b->lease_ms) * NSEC_PER_MSEC;
	cfg.rto_max_ns = min_t(u64, RTO_LONGEST_NS, s->lease_ns / 8);
	vrc_arq_init(&s->arq, &cfg);
	s->last_rx = now;
	s->last_tx = now;
	s->stuck_since = now;

	xa_lock(&port->sessions);
	hash_add_rcu(port->peers, &s->peer_node, s->peer_id);
	xa_unlock(&port->sessions);

	set_state(s, VRC_SESSION_UP, "bound");
	vrc_probe_start(s, now);
	/* Until it hears from us the station takes the BIND for a stranger's */
	if (!s->probe_size)
		vrc_session_send_ack(s, 0, now);
	vrc_session_arm(s, now);
	complete_all(&s->bound);
}

static void kill_session(struct vrc_session *s, enum vrc_death why)
{
	s->death = why;
	set_state(s, VRC_SESSION_DEAD, vrc_death_name(why));
	complete_all(&s->bound);
	wake_up_all(&s->wait);
}

bool vrc_session_die(struct vrc_session *s, enum vrc_death why)
{
	bool was_up = s->state == VRC_SESSION_UP;

	lockdep_assert_held(&s->lock);
	if (s->state == VRC_SESSION_DEAD)
		return false;
	/* Once, unanswered: it shortens the wait of a station that only we cannot hear */
	if (why == VRC_DEATH_LEASE || why == VRC_DEATH_STUCK)
		vrc_session_send_release(s, VRC_RELEASE_LEASE);
	kill_session(s, why);
	if (was_up)
		s->callbacks++;
	return was_up;
}

void vrc_session_tell(struct vrc_session *s)
{
	s->ops->died(s, s->death);
	spin_lock_bh(&s->lock);
	s->callbacks--;
	wake_up_all(&s->wait);
	spin_unlock_bh(&s->lock);
}

void vrc_session_nudge(struct vrc_session *s)
{
	u64 now = ktime_get_ns();

	spin_lock_bh(&s->lock);
	if (s->state == VRC_SESSION_UP) {
		vrc_session_send_ack(s, VRC_FLAG_ACK_REQ, now);
		vrc_session_arm(s, now);
	}
	spin_unlock_bh(&s->lock);
}

void vrc_link_nudge(struct vrc_port *port)
{
	struct vrc_session *s;
	unsigned long index;

	rcu_read_lock();
	xa_for_each(&port->sessions, index, s)
		vrc_session_nudge(s);
	rcu_read_unlock();
}

void vrc_link_mtu_changed(struct vrc_port *port)
{
	u64 now = ktime_get_ns();
	struct vrc_session *s;
	unsigned long index;

	rcu_read_lock();
	xa_for_each(&port->sessions, index, s) {
		spin_lock_bh(&s->lock);
		if (s->state == VRC_SESSION_UP) {
			vrc_probe_mtu_changed(s, now);
			vrc_session_arm(s, now);
		}
		spin_unlock_bh(&s->lock);
	}
	rcu_read_unlock();
}

/*
 * Bind
 */

static struct vrc_session *session_create(struct vrc_port *port,
					  const struct vrc_bind_request *req,
					  const struct vrc_session_ops *ops,
					  struct vrc_func *owner)
{
	struct vrc_session *s = kzalloc(sizeof(*s), GFP_KERNEL);
	int err;

	if (!s)
		return ERR_PTR(-ENOMEM);
	kref_init(&s->ref);
	s->port = port;
	s->ops = ops;
	s->owner = owner;
	ether_addr_copy(s->peer, req->mac);
	spin_lock_init(&s->lock);
	__skb_queue_head_init(&s->tx_ready);
	hrtimer_setup(&s->timer, session_timer, CLOCK_MONOTONIC, HRTIMER_MODE_ABS_SOFT);
	hrtimer_setup(&s->tx_timer, vrc_session_tx_timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL_SOFT);
	s->timer_at = VRC_ARQ_NEVER;
	s->probe_at = VRC_ARQ_NEVER;
	s->payload = VRC_MIN_PAYLOAD;
	INIT_DELAYED_WORK(&s->rx_work, vrc_session_rx_work);
	init_completion(&s->bound);
	init_waitqueue_head(&s->wait);
	err = session_publish(s);
	if (err) {
		kfree(s);
		return ERR_PTR(err);
	}
	return s;
}

static void send_bind(struct vrc_session *s, const struct vrc_bind_request *req)
{
	struct vrc_wire_bind b = {
		.serial		= cpu_to_be64(req->serial),
		.instance	= cpu_to_be64(req->instance),
		.root_id	= cpu_to_be64(s->port->root_id),
		.session	= cpu_to_be64(s->id),
		.lease_ms	= cpu_to_be32(READ_ONCE(s->port->lease_ms)),
		.max_payload	= cpu_to_be16(vrc_port_max_payload(s->port)),
		.window		= cpu_to_be16(VRC_MAX_WINDOW),
		.ack_delay_us	= cpu_to_be16(VRC_ACK_DELAY_US),
		.function	= req->function,
	};

	vrc_frame_put_text(b.root_name, init_utsname()->nodename, sizeof(b.root_name));
	vrc_frame_put_text(b.label, req->label, sizeof(b.label));
	spin_lock_bh(&s->lock);
	if (s->state == VRC_SESSION_BINDING)
		vrc_session_send(s, VRC_KIND_BIND, 0, &b, sizeof(b), 0);
	spin_unlock_bh(&s->lock);
}

static int refusal_error(u16 reason)
{
	switch (reason) {
	case VRC_REFUSED_OWNED:
		return -EBUSY;
	case VRC_REFUSED_NO_FUNCTION:
		return -ENOENT;
	case VRC_REFUSED_INSTANCE:
	case VRC_REFUSED_SERIAL:
		return -ESTALE;
	case VRC_REFUSED_POLICY:
		return -EACCES;
	default:
		return -EINVAL;
	}
}

/* What the handshake has come to; a late BOUND counts no more after it has failed. */
static int handshake_result(struct vrc_session *s, int err)
{
	spin_lock_bh(&s->lock);
	if (s->state == VRC_SESSION_UP)
		err = 0;
	else if (s->death == VRC_DEATH_REFUSED)
		err = refusal_error(s->refusal.reason);
	else if (s->state == VRC_SESSION_BINDING)
		kill_session(s, VRC_DEATH_NO_ANSWER);
	spin_unlock_bh(&s->lock);
	return err;
}

static int session_handshake(struct vrc_session *s, const struct vrc_bind_request *req)
{
	unsigned long end = jiffies + min_t(unsigned long, req->wait, VRC_BIND_WAIT);
	unsigned long wait = BIND_FIRST;
	long left;

	do {
		send_bind(s, req);
		left = wait_for_completion_killable_timeout(&s->bound, wait);
		if (left < 0)
			return handshake_result(s, -EINTR);
		if (left > 0)
			return handshake_result(s, -EIO);
		wait = min_t(unsigned long, wait * 2, BIND_LONGEST);
	} while (time_before(jiffies, end));
	return handshake_result(s, -ETIMEDOUT);
}

struct vrc_session *vrc_session_bind(struct vrc_port *port, const struct vrc_bind_request *req,
				     const struct vrc_session_ops *ops, struct vrc_func *owner,
				     struct vrc_bind_refusal *refusal)
{
	struct vrc_session *s;
	int err;

	memset(refusal, 0, sizeof(*refusal));
	if (!vrc_port_carrier(port) || vrc_port_max_payload(port) < VRC_MIN_PAYLOAD)
		return ERR_PTR(-ENETDOWN);
	s = session_create(port, req, ops, owner);
	if (IS_ERR(s))
		return s;
	err = session_handshake(s, req);
	if (err) {
		*refusal = s->refusal;
		vrc_session_end(s);
		return ERR_PTR(err);
	}
	return s;
}

/*
 * End
 */

static void release_session(struct vrc_session *s)
{
	int i;

	for (i = 0; i < RELEASE_TRIES && vrc_port_carrier(s->port); i++) {
		spin_lock_bh(&s->lock);
		vrc_session_send_release(s, VRC_RELEASE_ADMIN);
		spin_unlock_bh(&s->lock);
		if (wait_event_timeout(s->wait, READ_ONCE(s->released), RELEASE_WAIT))
			return;
	}
}

static bool no_callback_runs(struct vrc_session *s)
{
	bool quiet;

	spin_lock_bh(&s->lock);
	quiet = !s->callbacks && !s->rx_draining;
	spin_unlock_bh(&s->lock);
	return quiet;
}

void vrc_session_end(struct vrc_session *s)
{
	bool was_up;

	spin_lock_bh(&s->lock);
	was_up = s->state == VRC_SESSION_UP;
	if (was_up)
		vrc_session_leave(s);
	if (s->state != VRC_SESSION_DEAD)
		kill_session(s, VRC_DEATH_RELEASED);
	spin_unlock_bh(&s->lock);

	if (was_up)
		release_session(s);
	/* Dead: nobody begins any more to deliver, to set the timer or to queue the work */
	wait_event(s->wait, no_callback_runs(s));
	hrtimer_cancel(&s->tx_timer);
	hrtimer_cancel(&s->timer);
	cancel_delayed_work_sync(&s->rx_work);
	session_unpublish(s);
	vrc_session_put(s);
}

static void session_free(struct kref *ref)
{
	struct vrc_session *s = container_of(ref, struct vrc_session, ref);
	struct sk_buff *skb;

	while ((skb = vrc_arq_drain(&s->arq)))
		kfree_skb(skb);
	__skb_queue_purge(&s->tx_ready);
	kfree_skb(s->tx_open);
	kfree_skb(s->rx.skb);
	kfree(s->rx.gathered);
	kfree_rcu(s, rcu);
}

void vrc_session_put(struct vrc_session *s)
{
	kref_put(&s->ref, session_free);
}
