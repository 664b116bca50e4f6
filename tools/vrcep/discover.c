// SPDX-License-Identifier: GPL-2.0-only
/*
 * Discovery: answers to DISCOVER, each after a random time so that the answers
 * of thousands of stations do not collide, and the announcements of a start.
 */
#include <stdlib.h>
#include <string.h>

#include <proto/frame.h>

#include "container.h"
#include "core.h"
#include "station.h"

#define MAX_SPREAD_MS	10000
#define NR_ANNOUNCE	3
#define ANNOUNCE_NS	333000000ull
#define NSEC_PER_MSEC	1000000ull

static const uint8_t broadcast[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };

static void put_functions(const struct ep_station *st, uint8_t *p)
{
	unsigned int i;

	for (i = 0; i < st->nr_functions; i++, p += sizeof(struct vrc_wire_function)) {
		uint64_t owner = st->func[i]->session.root_id;

		p[offsetof(struct vrc_wire_function, number)] = (uint8_t)i;
		p[offsetof(struct vrc_wire_function, state)] =
			owner ? VRC_FUNC_OWNED : VRC_FUNC_FREE;
		vrc_put64(p + offsetof(struct vrc_wire_function, owner), owner);
	}
}

static void advertise(struct ep_station *st, const uint8_t *dst, uint32_t nonce)
{
	uint32_t len = sizeof(struct vrc_wire_advertise) +
		       st->nr_functions * (uint32_t)sizeof(struct vrc_wire_function);
	struct ep_buf *b = ep_station_frame(st, dst, len);
	struct vrc_frame f = { .kind = VRC_KIND_ADVERTISE };
	uint8_t *p;

	if (!b)
		return;
	p = ep_buf_payload(b);
	vrc_put64(p + offsetof(struct vrc_wire_advertise, serial), st->cfg.serial);
	vrc_put64(p + offsetof(struct vrc_wire_advertise, instance), st->instance);
	vrc_put32(p + offsetof(struct vrc_wire_advertise, nonce), nonce);
	vrc_put16(p + offsetof(struct vrc_wire_advertise, max_payload),
		  (uint16_t)ep_port_max_payload(st->port));
	p[offsetof(struct vrc_wire_advertise, nr_functions)] = (uint8_t)st->nr_functions;
	vrc_frame_put_text((char *)p + offsetof(struct vrc_wire_advertise, name), st->cfg.name,
			   VRC_NAME_LEN);
	vrc_frame_put_text((char *)p + offsetof(struct vrc_wire_advertise, group), st->cfg.group,
			   VRC_GROUP_LEN);
	put_functions(st, p + sizeof(struct vrc_wire_advertise));
	st->stats.advertises++;
	ep_station_send(st, b, &f);
}

static void answer_due(struct ep_timer *t)
{
	struct ep_answer *a = container_of(t, struct ep_answer, timer);

	advertise(a->station, a->mac, a->nonce);
}

static bool pending(const struct ep_answer *a)
{
	return a->timer.at != UINT64_MAX;
}

/* One answer per root: the latest question counts. */
static struct ep_answer *find_answer(struct ep_station *st, const uint8_t *mac)
{
	struct ep_answer *free = NULL;
	unsigned int i;

	for (i = 0; i < EP_MAX_ANSWERS; i++) {
		struct ep_answer *a = &st->answer[i];

		if (!pending(a))
			free = a;
		else if (!memcmp(a->mac, mac, sizeof(a->mac)))
			return a;
	}
	return free;
}

static void schedule_answer(struct ep_station *st, const uint8_t *src, uint32_t nonce,
			    unsigned int spread_ms)
{
	struct ep_answer *a = find_answer(st, src);
	uint64_t spread = (spread_ms < MAX_SPREAD_MS ? spread_ms : MAX_SPREAD_MS) * NSEC_PER_MSEC;

	st->stats.discovers++;
	if (!a) {
		/* Or a few that ask for long delays would make us invisible. */
		if (ep_quota_take(&st->at_once, ep_now(st->port->loop)))
			advertise(st, src, nonce);
		else
			st->stats.answers_dropped++;
		return;
	}
	a->nonce = nonce;
	if (pending(a))
		return;
	memcpy(a->mac, src, sizeof(a->mac));
	ep_timer_set(st->port->loop, &a->timer,
		     ep_now(st->port->loop) + (spread ? ep_random64() % spread : 0));
}

static bool group_matches(const struct ep_station *st, const char *field)
{
	char group[VRC_GROUP_LEN + 1];

	vrc_frame_get_text(group, field, VRC_GROUP_LEN);
	return !group[0] || !strcmp(group, st->cfg.group);
}

void ep_discover_rx(struct ep_station *st, const uint8_t *src, const struct vrc_frame *f)
{
	const uint8_t *p = f->payload;

	if (!group_matches(st, (const char *)p + offsetof(struct vrc_wire_discover, group)))
		return;
	schedule_answer(st, src, vrc_get32(p + offsetof(struct vrc_wire_discover, nonce)),
			vrc_get16(p + offsetof(struct vrc_wire_discover, spread_ms)));
}

void ep_discover_foreign(struct ep_station *st, const uint8_t *src)
{
	/* How far to spread is in a header that we cannot read. */
	schedule_answer(st, src, 0, 1000);
}

/* Stations hear each other's announcements: the same serial twice is a mistake. */
void ep_advertise_rx(struct ep_station *st, const uint8_t *src, const struct vrc_frame *f)
{
	uint64_t serial = vrc_get64(f->payload + offsetof(struct vrc_wire_advertise, serial));
	char name[VRC_NAME_LEN + 1];

	if (serial != st->cfg.serial || !memcmp(src, st->cfg.mac, sizeof(st->cfg.mac)))
		return;
	vrc_frame_get_text(name,
			   (const char *)f->payload + offsetof(struct vrc_wire_advertise, name),
			   VRC_NAME_LEN);
	st->stats.twins++;
	ep_station_log(st, "serial %#llx is also that of station '%s' at " EP_MAC_FMT
		       ": roots take them for one, give one another --serial; "
		       "more in vrc-troubleshooting(7): conflict",
		       (unsigned long long)serial, name, EP_MAC_ARG(src));
}

static void announce(struct ep_timer *t)
{
	struct ep_station *st = container_of(t, struct ep_station, announce);

	advertise(st, broadcast, 0);
	if (++st->announced < NR_ANNOUNCE)
		ep_timer_set(st->port->loop, t,
			     ep_now(st->port->loop) + ANNOUNCE_NS / 2 +
			     ep_random64() % ANNOUNCE_NS);
}

void ep_discover_init(struct ep_station *st)
{
	unsigned int i;

	for (i = 0; i < EP_MAX_ANSWERS; i++) {
		st->answer[i].station = st;
		ep_timer_init(&st->answer[i].timer, answer_due);
	}
	ep_timer_init(&st->announce, announce);
}

void ep_station_start(struct ep_station *st)
{
	/* A thousand stations of one process do not shout at once. */
	ep_timer_set(st->port->loop, &st->announce,
		     ep_now(st->port->loop) +
		     ep_random64() % (st->port->nr_stations * NSEC_PER_MSEC));
}

void ep_discover_stop(struct ep_station *st)
{
	unsigned int i;

	ep_timer_set(st->port->loop, &st->announce, UINT64_MAX);
	for (i = 0; i < EP_MAX_ANSWERS; i++)
		ep_timer_set(st->port->loop, &st->answer[i].timer, UINT64_MAX);
}
