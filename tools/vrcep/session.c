// SPDX-License-Identifier: GPL-2.0-only
/* The life of a session: start, lease, end. */
#include <string.h>

#include <proto/frame.h>

#include "container.h"
#include "session-int.h"

#define WINDOW		VRC_MAX_WINDOW
#define ACK_DELAY_US	1000
#define RELEASE_TRIES	3
#define RELEASE_WAIT	(50 * NSEC_PER_MSEC)
#define CONFIRM_WAIT	(3 * NSEC_PER_SEC)	/* as long as a root repeats its BIND */

static void lease_expired(struct ep_timer *t);
static void goodbye_expired(struct ep_timer *t);

void ep_session_init(struct ep_session *s, struct ep_func_core *core)
{
	memset(s, 0, sizeof(*s));
	s->core = core;
	s->flush.run = ep_session_flush;
	ep_timer_init(&s->arq_timer, ep_session_arq_expired);
	ep_timer_init(&s->lease_timer, lease_expired);
	ep_timer_init(&s->goodbye.timer, goodbye_expired);
	ep_probe_init(s);
}

/* ---- start ---- */

/* How long the owner may be silent: who has not even confirmed BOUND gets no lease yet. */
static uint64_t patience(const struct ep_session *s)
{
	return s->confirmed || lease_ns(s) < CONFIRM_WAIT ? lease_ns(s) : CONFIRM_WAIT;
}

static void start_arq(struct ep_session *s, const uint8_t *bind)
{
	struct vrc_arq_config cfg = {
		.window = WINDOW,
		.peer_window = BIND16(bind, window),
		.ack_delay_ns = ACK_DELAY_US * NSEC_PER_USEC,
		.peer_ack_delay_ns = (uint32_t)(BIND16(bind, ack_delay_us) * NSEC_PER_USEC),
		.rto_max_ns = (uint32_t)(lease_ns(s) / 8 < NSEC_PER_SEC ? lease_ns(s) / 8 :
					 NSEC_PER_SEC),
	};

	vrc_arq_init(&s->arq, &cfg);
}

void ep_session_start(struct ep_session *s, const uint8_t *src, const uint8_t *bind)
{
	uint32_t asked = BIND32(bind, lease_ms), most = station(s)->cfg.max_lease_ms;
	uint32_t payload = BIND16(bind, max_payload), ours = ep_port_max_payload(port(s));

	s->id = (ep_random64() & ~7ull) | s->core->f->number;
	s->peer_id = BIND64(bind, session);
	s->root_id = BIND64(bind, root_id);
	memcpy(s->mac, src, sizeof(s->mac));
	vrc_frame_get_text(s->owner, (const char *)&BIND8(bind, root_name), VRC_NAME_LEN);
	vrc_frame_get_text(s->label, (const char *)&BIND8(bind, label), VRC_LABEL_LEN);
	s->lease_ms = asked < most ? asked : most;
	s->since = now(s);
	s->heard = s->since;
	s->sent = s->since;
	s->payload = VRC_MIN_PAYLOAD;
	s->broken = false;
	s->confirmed = false;
	ep_timer_set(port(s)->loop, &s->goodbye.timer, UINT64_MAX);
	start_arq(s, bind);
	ep_timer_set(port(s)->loop, &s->lease_timer, s->heard + patience(s) / 4);
	ep_func_log(s->core->f,
		    "owned by '%s' (root %#llx, " EP_MAC_FMT "), label '%s', lease %u ms",
		    s->owner, (unsigned long long)s->root_id, EP_MAC_ARG(s->mac), s->label,
		    s->lease_ms);
	ep_session_send_bound(s);
	ep_probe_start(s, (payload < ours ? payload : ours) & ~3u);
}

void ep_session_send_bound(struct ep_session *s)
{
	struct ep_buf *b = ep_station_frame(station(s), s->mac, sizeof(struct vrc_wire_bound));
	struct vrc_frame f = { .kind = VRC_KIND_BOUND, .session = s->peer_id };
	uint8_t *p;

	if (!b)
		return;
	p = ep_buf_payload(b);
	vrc_put64(p + offsetof(struct vrc_wire_bound, session), s->id);
	vrc_put32(p + offsetof(struct vrc_wire_bound, lease_ms), s->lease_ms);
	vrc_put16(p + offsetof(struct vrc_wire_bound, max_payload),
		  (uint16_t)ep_port_max_payload(port(s)));
	vrc_put16(p + offsetof(struct vrc_wire_bound, window), WINDOW);
	vrc_put16(p + offsetof(struct vrc_wire_bound, ack_delay_us), ACK_DELAY_US);
	ep_station_send(station(s), b, &f);
}

/* ---- end ---- */

static void send_release(struct ep_session *s, uint8_t kind)
{
	uint32_t len = kind == VRC_KIND_RELEASE ? sizeof(struct vrc_wire_release) : 0;
	struct ep_buf *b = ep_station_frame(station(s), s->goodbye.mac, len);
	struct vrc_frame f = { .kind = kind, .session = s->goodbye.peer_id };

	if (!b)
		return;
	if (len)
		vrc_put16(ep_buf_payload(b) + offsetof(struct vrc_wire_release, reason),
			  s->goodbye.reason);
	ep_station_send(station(s), b, &f);
}

static void goodbye_expired(struct ep_timer *t)
{
	struct ep_session *s = container_of(t, struct ep_session, goodbye.timer);

	if (!s->goodbye.tries)
		return;
	s->goodbye.tries--;
	send_release(s, VRC_KIND_RELEASE);
	ep_timer_set(port(s)->loop, t, now(s) + RELEASE_WAIT);
}

static void free_queue(struct ep_session *s)
{
	struct ep_pool *pool = &port(s)->pool;
	struct ep_buf *b;

	ep_port_before_free(port(s));
	while ((b = s->queue)) {
		s->queue = b->next;
		ep_buf_put(pool, b);
	}
	while ((b = vrc_arq_drain(&s->arq)))
		ep_buf_put(pool, b);
	if (s->rx)
		ep_buf_put(pool, s->rx);
	s->rx = NULL;
	s->rx_off = 0;
	s->fresh = NULL;
	s->last = NULL;
	s->backlog = 0;
	s->congested = false;
}

static void stop_timers(struct ep_session *s)
{
	ep_timer_set(port(s)->loop, &s->arq_timer, UINT64_MAX);
	ep_timer_set(port(s)->loop, &s->lease_timer, UINT64_MAX);
	ep_idle_cancel(port(s)->loop, &s->flush);
	ep_probe_stop(s);
}

void ep_session_end(struct ep_session *s, bool tell, uint16_t reason)
{
	struct ep_goodbye *g = &s->goodbye;

	if (!ep_session_up(s))
		return;
	g->id = s->id;
	g->peer_id = s->peer_id;
	g->reason = reason;
	g->tries = tell ? RELEASE_TRIES : 0;
	memcpy(g->mac, s->mac, sizeof(g->mac));
	s->id = 0;
	s->peer_id = 0;
	s->root_id = 0;
	s->owner[0] = '\0';
	s->label[0] = '\0';
	stop_timers(s);
	free_queue(s);
	ep_func_reset(s->core, EP_RESET_CONVENTIONAL);
	if (tell)
		goodbye_expired(&g->timer);
}

void ep_session_destroy(struct ep_session *s)
{
	ep_timer_set(port(s)->loop, &s->goodbye.timer, UINT64_MAX);
	stop_timers(s);
	free_queue(s);
	/* Nothing leaves any more: a model that goes may lower its interrupt. */
	s->id = 0;
}

static void lease_expired(struct ep_timer *t)
{
	struct ep_session *s = container_of(t, struct ep_session, lease_timer);
	uint64_t due = s->heard + patience(s), quarter = patience(s) / 4;

	if (now(s) < due) {
		if (now(s) - s->sent >= quarter)
			ep_session_poke(s);
		ep_timer_set(port(s)->loop, t, due < s->sent + quarter ? due : s->sent + quarter);
		return;
	}
	if (s->confirmed)
		s->stats.leases_lost++;
	else
		s->stats.half_open++;
	ep_func_log(s->core->f, "nothing heard from '%s' (" EP_MAC_FMT ") for %u ms: %s",
		    s->owner, EP_MAC_ARG(s->mac), (unsigned int)(patience(s) / NSEC_PER_MSEC),
		    s->confirmed ? "lease over" : "it has not confirmed that it is bound");
	ep_session_end(s, true, VRC_RELEASE_LEASE);
}

/* ---- RELEASE and RELEASED of the peer ---- */

void ep_session_rx_release(struct ep_session *s, const struct vrc_frame *f)
{
	uint16_t reason = vrc_get16(f->payload + offsetof(struct vrc_wire_release, reason));

	ep_func_log(s->core->f, "released by '%s': %s", s->owner, vrc_release_name(reason));
	ep_session_end(s, false, reason);
	send_release(s, VRC_KIND_RELEASED);
}

bool ep_session_rx_late(struct ep_session *s, const uint8_t *src, const struct vrc_frame *f)
{
	struct ep_goodbye *g = &s->goodbye;

	if (!g->id || f->session != g->id || memcmp(src, g->mac, sizeof(g->mac)))
		return false;
	if (f->kind == VRC_KIND_RELEASED) {
		ep_timer_set(port(s)->loop, &g->timer, UINT64_MAX);
		g->tries = 0;
		return true;
	}
	if (f->kind != VRC_KIND_RELEASE)
		return false;
	send_release(s, VRC_KIND_RELEASED);
	return true;
}
