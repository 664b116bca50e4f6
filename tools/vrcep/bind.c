// SPDX-License-Identifier: GPL-2.0-only
/* BIND: who may own a function, and what one is told who may not. */
#include <string.h>

#include <proto/frame.h>

#include "session-int.h"

static void refuse(struct ep_station *st, const uint8_t *dst, const uint8_t *bind, uint16_t reason,
		   const struct ep_session *owner)
{
	struct ep_buf *b = ep_station_frame(st, dst, sizeof(struct vrc_wire_refused));
	struct vrc_frame f = { .kind = VRC_KIND_REFUSED, .session = BIND64(bind, session) };
	uint8_t *p;

	st->stats.refused++;
	if (!b)
		return;
	p = ep_buf_payload(b);
	vrc_put16(p + offsetof(struct vrc_wire_refused, reason), reason);
	p[offsetof(struct vrc_wire_refused, function)] = BIND8(bind, function);
	if (owner) {
		vrc_put64(p + offsetof(struct vrc_wire_refused, owner), owner->root_id);
		vrc_frame_put_text((char *)p + offsetof(struct vrc_wire_refused, owner_name),
				   owner->owner, VRC_NAME_LEN);
		vrc_frame_put_text((char *)p + offsetof(struct vrc_wire_refused, label),
				   owner->label, VRC_LABEL_LEN);
	}
	ep_station_send(st, b, &f);
}

static bool allowed(const struct ep_station *st, const uint8_t *src, uint64_t root_id)
{
	const struct ep_station_config *cfg = &st->cfg;
	unsigned int i;

	for (i = 0; i < cfg->nr_allow; i++) {
		const struct ep_allow *a = &cfg->allow[i];

		if (a->is_mac ? !memcmp(a->mac, src, sizeof(a->mac)) : a->root_id == root_id)
			return true;
	}
	return !cfg->nr_allow;
}

static bool in_range(const uint8_t *bind)
{
	uint32_t lease = BIND32(bind, lease_ms);
	uint16_t window = BIND16(bind, window), payload = BIND16(bind, max_payload);

	return lease >= VRC_MIN_LEASE_MS && lease <= VRC_MAX_LEASE_MS &&
	       window >= 1 && window <= VRC_MAX_WINDOW &&
	       payload >= VRC_MIN_PAYLOAD && payload <= VRC_MAX_PAYLOAD &&
	       BIND8(bind, function) < VRC_MAX_FUNCTIONS;
}

/* 0, or why not; whoever may not own a function does not learn what there is. */
static uint16_t check(const struct ep_station *st, const uint8_t *src, const uint8_t *bind)
{
	if (BIND64(bind, serial) != st->cfg.serial)
		return VRC_REFUSED_SERIAL;
	if (!allowed(st, src, BIND64(bind, root_id)))
		return VRC_REFUSED_POLICY;
	if (BIND64(bind, instance) != st->instance)
		return VRC_REFUSED_INSTANCE;
	if (!in_range(bind))
		return VRC_REFUSED_INVALID;
	if (BIND8(bind, function) >= st->nr_functions)
		return VRC_REFUSED_NO_FUNCTION;
	return 0;
}

/* The number of a root is no secret: with another MAC it is somebody else's claim. */
static bool is_owner(const struct ep_session *s, const uint8_t *src, const uint8_t *bind)
{
	return s->root_id == BIND64(bind, root_id) && !memcmp(src, s->mac, sizeof(s->mac));
}

static void log_refusal(struct ep_station *st, const uint8_t *src, const uint8_t *bind,
			uint16_t reason)
{
	char name[VRC_NAME_LEN + 1];

	vrc_frame_get_text(name, (const char *)&BIND8(bind, root_name), VRC_NAME_LEN);
	ep_station_log(st, "function %u refused to '%s' (root %#llx, " EP_MAC_FMT "): %s",
		       BIND8(bind, function), name, (unsigned long long)BIND64(bind, root_id),
		       EP_MAC_ARG(src), vrc_refusal_name(reason));
}

void ep_bind_rx(struct ep_station *st, const uint8_t *src, const struct vrc_frame *f)
{
	const uint8_t *bind = f->payload;
	uint16_t reason = check(st, src, bind);
	struct ep_session *s;

	st->stats.binds++;
	if (reason) {
		log_refusal(st, src, bind, reason);
		refuse(st, src, bind, reason, NULL);
		return;
	}
	s = &st->func[BIND8(bind, function)]->session;
	if (ep_session_up(s) && !is_owner(s, src, bind)) {
		refuse(st, src, bind, VRC_REFUSED_OWNED, s);
		return;
	}
	if (ep_session_up(s) && s->peer_id == BIND64(bind, session)) {
		/* Our BOUND got lost. */
		ep_session_send_bound(s);
		return;
	}
	/* The owner wants a reset, or has lost its memory: the old session counts no more. */
	if (ep_session_up(s))
		ep_session_end(s, false, 0);
	else
		ep_func_reset(s->core, EP_RESET_CONVENTIONAL);
	ep_session_start(s, src, bind);
}
