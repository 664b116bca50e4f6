// SPDX-License-Identifier: GPL-2.0-only
/*
 * Path MTU: which payload gets through in our direction? A switch that drops big
 * frames tells nobody, so each size is tried before it is used.
 */
#include "compat.h"
#include "link_int.h"

#define PROBE_TRIES	3
#define PROBE_WAIT_NS	(100 * NSEC_PER_MSEC)
#define PROBE_LINK_NS	(1 * NSEC_PER_SEC)
#define PROBE_AGAIN_NS	(60 * NSEC_PER_SEC)

/* Below the first size tried: jumbo frames of several sizes, tunnels on 1500, the minimum. */
static const u16 ladder[] = { 8964, 4060, 2012, 1464, 1364, 1244, VRC_MIN_PAYLOAD };

static u32 first_size(const struct vrc_session *s)
{
	return min(s->peer_payload, vrc_port_max_payload(s->port)) & ~3U;
}

static u32 next_size(u32 size)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(ladder); i++)
		if (ladder[i] < size)
			return ladder[i];
	return 0;
}

static void send_probe(struct vrc_session *s, u64 now)
{
	struct vrc_wire_probe p = {
		.size = cpu_to_be16(s->probe_size),
		.id = cpu_to_be16(s->probe_id),
	};

	vrc_session_send(s, VRC_KIND_PROBE, s->peer_id, &p, sizeof(p),
			 s->probe_size - sizeof(p));
	s->probe_tries++;
	s->probe_at = now + max_t(u64, s->arq.rto, PROBE_WAIT_NS);
}

static void probe_done(struct vrc_session *s, u64 now)
{
	u32 wanted = first_size(s);

	s->probe_size = 0;
	s->probe_at = s->payload < wanted ? now + PROBE_AGAIN_NS : VRC_ARQ_NEVER;
	if (s->payload < wanted)
		net_warn_ratelimited("%s: path to %pM drops frames above %u bytes: payload %u instead of %u\n",
				     vrc_session_name(s), s->peer,
				     s->payload + VRC_FRAME_OVERHEAD + ETH_HLEN,
				     s->payload, wanted);
}

/* Tries @size, unless it is no better than what works already. */
static void probe_size(struct vrc_session *s, u32 size, u64 now)
{
	if (size <= s->payload) {
		probe_done(s, now);
		return;
	}
	s->probe_size = size;
	s->probe_id++;
	s->probe_tries = 0;
	send_probe(s, now);
}

void vrc_probe_start(struct vrc_session *s, u64 now)
{
	lockdep_assert_held(&s->lock);
	probe_size(s, first_size(s), now);
}

void vrc_probe_timer(struct vrc_session *s, u64 now)
{
	lockdep_assert_held(&s->lock);
	/* A link that is down says nothing of sizes */
	if (!vrc_port_carrier(s->port))
		s->probe_at = now + PROBE_LINK_NS;
	else if (!s->probe_size)
		vrc_probe_start(s, now);
	else if (s->probe_tries < PROBE_TRIES)
		send_probe(s, now);
	else
		probe_size(s, next_size(s->probe_size), now);
}

void vrc_probe_answer(struct vrc_session *s, const struct vrc_frame *f, u64 now)
{
	struct vrc_wire_probe p;

	lockdep_assert_held(&s->lock);
	memcpy(&p, f->payload, sizeof(p));
	if (!s->probe_size || be16_to_cpu(p.id) != s->probe_id ||
	    be16_to_cpu(p.size) != s->probe_size)
		return;
	s->payload = min(s->probe_size, first_size(s));
	probe_done(s, now);
}

void vrc_probe_mtu_changed(struct vrc_session *s, u64 now)
{
	u32 most = first_size(s);

	lockdep_assert_held(&s->lock);
	/* What is below the minimum cannot be bound anew, but need not die of it */
	s->payload = clamp_t(u32, s->payload, VRC_MIN_PAYLOAD, max_t(u32, most, VRC_MIN_PAYLOAD));
	probe_size(s, most, now);
}
