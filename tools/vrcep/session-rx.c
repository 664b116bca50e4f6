// SPDX-License-Identifier: GPL-2.0-only
/* What a session receives: frames into order, TLPs to the function. */
#include <string.h>

#include <proto/frame.h>

#include "session-int.h"

/* ---- TLPs in ---- */

/* Bytes of the TLP at @p, 0 if the rest of the frame cannot be trusted. */
static uint32_t deliver_tlp(struct ep_session *s, const uint8_t *p, uint32_t len)
{
	struct vrc_tlp t;
	int n = vrc_tlp_parse(p, len, &t);

	if (n == -VRC_TLP_BAD_ECRC) {
		s->stats.bad_ecrc++;
		n = (int)vrc_tlp_len(&t);
		ep_complete(s->core, &t, true);
		return (uint32_t)n;
	}
	if (n < 0) {
		s->stats.bad_tlps++;
		ep_func_log(s->core->f, "TLP from " EP_MAC_FMT " dropped: %s", EP_MAC_ARG(s->mac),
			    vrc_tlp_error_name(n));
		return 0;
	}
	s->stats.rx_tlps++;
	s->stats.rx_bytes += (uint32_t)n;
	ep_complete(s->core, &t, false);
	return (uint32_t)n;
}

/* True: all of s->rx has been delivered. The session may be over when this returns. */
static bool deliver_frame(struct ep_session *s)
{
	uint64_t id = s->id;

	while (s->rx_off < s->rx->len) {
		uint32_t n;

		if (s->backlog >= EP_BACKLOG_HIGH)
			return false;
		n = deliver_tlp(s, s->rx->rx + s->rx_off, s->rx->len - s->rx_off);
		if (s->id != id)
			return false;
		s->rx_off = n ? s->rx_off + n : s->rx->len;
	}
	return true;
}

void ep_session_deliver(struct ep_session *s)
{
	while (s->rx || (s->rx = vrc_arq_pop_ready(&s->arq))) {
		if (!deliver_frame(s))
			return;
		if (s->fresh == s->rx)
			s->fresh = NULL;
		ep_buf_put(&port(s)->pool, s->rx);
		s->rx = NULL;
		s->rx_off = 0;
	}
}

/* ---- frames in ---- */

static void rx_data(struct ep_session *s, const struct vrc_frame *f)
{
	struct ep_pool *pool = &port(s)->pool;
	enum vrc_arq_verdict v;
	struct ep_buf *b;

	b = f->length + EP_HDR_LEN <= pool->size ? ep_buf_get(pool) : NULL;
	if (!b) {
		port(s)->stats.rx_no_buffer++;
		return;
	}
	b->rx = f->payload;
	b->len = f->length;
	v = vrc_arq_rx(&s->arq, f, b, now(s));
	if (v == VRC_ARQ_KEPT) {
		s->fresh = b;
		return;
	}
	ep_buf_put(pool, b);
	if (v == VRC_ARQ_BAD_ACK)
		s->stats.bad_acks++;
}

/* What could not be delivered at once (a hole before it) must leave the ring. */
static void keep_fresh(struct ep_session *s)
{
	struct ep_buf *b = s->fresh;

	if (!b)
		return;
	memcpy(ep_buf_payload(b), b->rx, b->len);
	b->rx = ep_buf_payload(b);
	s->fresh = NULL;
}

static void rx_ack(struct ep_session *s, const struct vrc_frame *f)
{
	if (vrc_arq_rx(&s->arq, f, NULL, now(s)) == VRC_ARQ_BAD_ACK)
		s->stats.bad_acks++;
}

static void free_acked(struct ep_session *s)
{
	struct ep_buf *b;

	ep_port_before_free(port(s));
	while ((b = vrc_arq_pop_acked(&s->arq)))
		ep_buf_put(&port(s)->pool, b);
}

void ep_session_rx(struct ep_session *s, const struct vrc_frame *f)
{
	s->heard = now(s);
	s->confirmed = true;
	switch (f->kind) {
	case VRC_KIND_DATA:
		rx_data(s, f);
		break;
	case VRC_KIND_ACK:
		rx_ack(s, f);
		break;
	case VRC_KIND_RELEASE:
		ep_session_rx_release(s, f);
		return;
	case VRC_KIND_PROBE:
		ep_probe_rx(s, f);
		return;
	case VRC_KIND_PROBED:
		ep_probed_rx(s, f);
		return;
	}
	free_acked(s);
	ep_idle_queue(port(s)->loop, &s->flush);
	ep_session_deliver(s);
	keep_fresh(s);
}
