// SPDX-License-Identifier: GPL-2.0-only
/* The path MTU of our direction: the largest PROBE that the peer has answered. */
#include <proto/frame.h>

#include "container.h"
#include "session-int.h"

#define TRIES		3
#define MIN_WAIT_NS	100000000ull
#define AGAIN_NS	60000000000ull

/* Common frame sizes less tunnel headers. */
static const uint32_t ladder[] = { 8964, 4060, 2012, 1464, 1364, 1244, VRC_MIN_PAYLOAD };

static void set_timer(struct ep_session *s, uint64_t wait)
{
	struct ep_loop *loop = station(s)->port->loop;

	ep_timer_set(loop, &s->probe.timer, ep_now(loop) + wait);
}

static void send_probe(struct ep_session *s)
{
	struct ep_probe *p = &s->probe;
	struct ep_buf *b = ep_station_frame(station(s), s->mac, p->size);
	struct vrc_frame f = { .kind = VRC_KIND_PROBE, .session = s->peer_id };

	p->tries--;
	set_timer(s, s->arq.rto > MIN_WAIT_NS ? s->arq.rto : MIN_WAIT_NS);
	if (!b)
		return;
	vrc_put16(ep_buf_payload(b) + offsetof(struct vrc_wire_probe, size), (uint16_t)p->size);
	vrc_put16(ep_buf_payload(b) + offsetof(struct vrc_wire_probe, id), p->id);
	ep_station_send(station(s), b, &f);
}

static void try_size(struct ep_session *s, uint32_t size)
{
	s->probe.state = EP_PROBE_SENT;
	s->probe.size = size;
	s->probe.tries = TRIES;
	s->probe.id++;
	send_probe(s);
}

static uint32_t next_lower(uint32_t size)
{
	unsigned int i = 0;

	while (ladder[i] >= size && ladder[i] > VRC_MIN_PAYLOAD)
		i++;
	return ladder[i];
}

static void settle(struct ep_session *s, uint32_t size)
{
	struct ep_probe *p = &s->probe;

	if (size < p->max && !p->told) {
		p->told = true;
		s->stats.black_holes++;
		ep_func_log(s->core->f,
			    "path to '%s' drops frames above %u bytes (both ends take %u)",
			    s->owner, size + VRC_FRAME_OVERHEAD, p->max + VRC_FRAME_OVERHEAD);
	}
	s->payload = size;
	if (size < p->max) {
		p->state = EP_PROBE_LATER;
		set_timer(s, AGAIN_NS);
	} else {
		ep_probe_stop(s);
	}
}

static void expired(struct ep_timer *t)
{
	struct ep_session *s = container_of(t, struct ep_session, probe.timer);
	struct ep_probe *p = &s->probe;
	uint32_t lower;

	if (p->state == EP_PROBE_LATER) {
		try_size(s, p->max);
		return;
	}
	if (p->tries) {
		send_probe(s);
		return;
	}
	lower = next_lower(p->size);
	/* What works already, and the size that every path carries, need no proof. */
	if (lower <= s->payload)
		settle(s, s->payload);
	else
		try_size(s, lower);
}

void ep_probe_init(struct ep_session *s)
{
	ep_timer_init(&s->probe.timer, expired);
}

void ep_probe_start(struct ep_session *s, uint32_t max)
{
	s->probe.max = max;
	s->probe.told = false;
	if (max > s->payload)
		try_size(s, max);
	else
		s->probe.state = EP_PROBE_OFF;
}

void ep_probe_stop(struct ep_session *s)
{
	s->probe.state = EP_PROBE_OFF;
	ep_timer_set(station(s)->port->loop, &s->probe.timer, UINT64_MAX);
}

void ep_probed_rx(struct ep_session *s, const struct vrc_frame *f)
{
	struct ep_probe *p = &s->probe;

	if (p->state != EP_PROBE_SENT ||
	    vrc_get16(f->payload + offsetof(struct vrc_wire_probe, id)) != p->id ||
	    vrc_get16(f->payload + offsetof(struct vrc_wire_probe, size)) != p->size)
		return;
	settle(s, p->size);
}

void ep_probe_rx(struct ep_session *s, const struct vrc_frame *f)
{
	struct ep_buf *b = ep_station_frame(station(s), s->mac, sizeof(struct vrc_wire_probe));
	struct vrc_frame answer = { .kind = VRC_KIND_PROBED, .session = s->peer_id };

	if (!b)
		return;
	vrc_put16(ep_buf_payload(b) + offsetof(struct vrc_wire_probe, size), f->length);
	memcpy(ep_buf_payload(b) + offsetof(struct vrc_wire_probe, id),
	       f->payload + offsetof(struct vrc_wire_probe, id), sizeof(uint16_t));
	ep_station_send(station(s), b, &answer);
}
