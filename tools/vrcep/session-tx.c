// SPDX-License-Identifier: GPL-2.0-only
/* What a session sends: TLPs into frames, frames by the ARQ, acks. */
#include <string.h>

#include <proto/frame.h>

#include "container.h"
#include "session-int.h"

/* ---- TLPs out ---- */

static uint32_t last_room(const struct ep_session *s)
{
	return s->last ? s->last->cap - s->last->len : 0;
}

uint32_t ep_session_room(const struct ep_session *s)
{
	return last_room(s);
}

static struct ep_buf *open_frame(struct ep_session *s)
{
	struct ep_buf *b = ep_buf_get(&port(s)->pool);

	if (!b)
		return NULL;
	b->cap = s->payload;
	b->shared = true;
	if (s->queue)
		s->last->next = b;
	else
		s->queue = b;
	s->last = b;
	return b;
}

uint8_t *ep_session_tlp(struct ep_session *s, const struct vrc_tlp *t)
{
	uint32_t len = (uint32_t)vrc_tlp_len(t);
	struct ep_buf *b;
	uint8_t *data;

	if (!ep_session_up(s) || s->broken)
		return NULL;
	b = last_room(s) >= len ? s->last : open_frame(s);
	if (!b) {
		/* A TLP must not get lost, so the session does, once nobody is in its way. */
		s->broken = true;
		ep_idle_queue(port(s)->loop, &s->flush);
		return NULL;
	}
	data = vrc_tlp_build(ep_buf_payload(b) + b->len, t);
	if (!data)
		return NULL;
	b->len += len;
	s->backlog += len;
	s->stats.tx_tlps++;
	s->stats.tx_bytes += len;
	ep_idle_queue(port(s)->loop, &s->flush);
	return data;
}

/* ---- frames out ---- */

static void send_header(struct ep_session *s, struct ep_buf *b, struct vrc_frame *f)
{
	f->session = s->peer_id;
	s->sent = now(s);
	vrc_arq_stamp(&s->arq, f);
	ep_station_send(station(s), b, f);
}

static void send_ack(struct ep_session *s, uint16_t flags)
{
	struct ep_buf *b = ep_station_frame(station(s), s->mac, 0);
	struct vrc_frame f = { .kind = VRC_KIND_ACK, .flags = flags };

	if (b)
		send_header(s, b, &f);
}

static void send_data(struct ep_session *s, struct ep_buf *b, uint32_t seq)
{
	struct vrc_frame f = { .kind = VRC_KIND_DATA, .seq = seq };

	memcpy(b->frame, s->mac, sizeof(s->mac));
	send_header(s, b, &f);
}

static void send_lost(struct ep_session *s)
{
	struct ep_buf *b;
	uint32_t seq;

	while ((b = vrc_arq_pop_lost(&s->arq, &seq, now(s))))
		send_data(s, b, seq);
}

static void note_progress(struct ep_session *s)
{
	s->una = s->arq.snd_una;
	s->una_at = now(s);
}

static void send_queue(struct ep_session *s)
{
	struct ep_buf *b;

	while ((b = s->queue) && vrc_arq_can_send(&s->arq)) {
		s->queue = b->next;
		if (!s->queue)
			s->last = NULL;
		s->backlog -= b->len;
		if (!vrc_arq_in_flight(&s->arq))
			note_progress(s);
		send_data(s, b, vrc_arq_send(&s->arq, b, now(s)));
	}
}

static void arm_arq(struct ep_session *s)
{
	uint64_t at = vrc_arq_deadline(&s->arq);

	/* A timer that fires early looks again; moving it for every frame costs more. */
	if (at < s->arq_timer.at)
		ep_timer_set(port(s)->loop, &s->arq_timer, at);
}

/* The backlog has gone down: read on what the root asks, and let the model go on. */
static void resume(struct ep_session *s)
{
	const struct ep_model *model = s->core->f->model;

	if (s->backlog < EP_BACKLOG_HIGH)
		ep_session_deliver(s);
	if (!ep_session_up(s) || s->backlog >= EP_BACKLOG_LOW || !s->congested)
		return;
	s->congested = false;
	if (model->dma_drained)
		model->dma_drained(s->core->f);
}

void ep_session_flush(struct ep_idle *i)
{
	struct ep_session *s = container_of(i, struct ep_session, flush);

	if (s->broken) {
		ep_func_log(s->core->f, "no buffer left for a TLP: session ended");
		ep_session_end(s, true, VRC_RELEASE_SHUTDOWN);
		return;
	}
	if (s->backlog >= EP_BACKLOG_LOW)
		s->congested = true;
	send_lost(s);
	send_queue(s);
	if (vrc_arq_ack_due(&s->arq))
		send_ack(s, 0);
	arm_arq(s);
	resume(s);
}

void ep_session_poke(struct ep_session *s)
{
	if (ep_session_up(s))
		send_ack(s, VRC_FLAG_ACK_REQ);
}

/*
 * Acks pass and data does not: the path has begun to drop large frames, which
 * cannot be cut once they are numbered. A new session finds the size that passes.
 */
static bool stuck(struct ep_session *s)
{
	if (!vrc_arq_in_flight(&s->arq) || s->una != s->arq.snd_una) {
		note_progress(s);
		return false;
	}
	/* After a silence that the lease allows there is time to send again. */
	if (now(s) - s->una_at < lease_ns(s) + lease_ns(s) / 4)
		return false;
	s->stats.stuck++;
	ep_func_log(s->core->f, "'%s' answers, but data of %u bytes does not reach it: ended",
		    s->owner, s->payload);
	ep_session_end(s, true, VRC_RELEASE_LEASE);
	return true;
}

void ep_session_arq_expired(struct ep_timer *t)
{
	struct ep_session *s = container_of(t, struct ep_session, arq_timer);

	if (stuck(s))
		return;
	if (now(s) >= vrc_arq_deadline(&s->arq)) {
		vrc_arq_timer(&s->arq, now(s));
		ep_idle_queue(port(s)->loop, &s->flush);
	}
	arm_arq(s);
}
