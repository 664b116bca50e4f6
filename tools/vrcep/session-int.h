/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Shared by the files of the session: session.c is its life, session-tx.c what it
 * sends, session-rx.c what it receives, bind.c how it begins, probe.c its frame size.
 */
#ifndef VRCEP_SESSION_INT_H
#define VRCEP_SESSION_INT_H

#include "core.h"
#include "port.h"
#include "session.h"
#include "station.h"

#define NSEC_PER_USEC	1000ull
#define NSEC_PER_MSEC	1000000ull
#define NSEC_PER_SEC	1000000000ull

/* Fields of a BIND at @p */
#define BIND8(p, field)		((p)[offsetof(struct vrc_wire_bind, field)])
#define BIND16(p, field)	vrc_get16(&BIND8(p, field))
#define BIND32(p, field)	vrc_get32(&BIND8(p, field))
#define BIND64(p, field)	vrc_get64(&BIND8(p, field))

static inline struct ep_station *station(const struct ep_session *s)
{
	return s->core->f->station;
}

static inline struct ep_port *port(const struct ep_session *s)
{
	return station(s)->port;
}

static inline uint64_t now(const struct ep_session *s)
{
	return ep_now(port(s)->loop);
}

static inline uint64_t lease_ns(const struct ep_session *s)
{
	return s->lease_ms * NSEC_PER_MSEC;
}

void ep_session_flush(struct ep_idle *i);
void ep_session_arq_expired(struct ep_timer *t);
/* TLPs of frames that are next in order go to the function. */
void ep_session_deliver(struct ep_session *s);
void ep_session_rx_release(struct ep_session *s, const struct vrc_frame *f);

#endif /* VRCEP_SESSION_INT_H */
