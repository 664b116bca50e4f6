// SPDX-License-Identifier: GPL-2.0-only
/* See station.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include <proto/frame.h>

#include "core.h"
#include "options-core.h"
#include "station.h"

uint64_t ep_random64(void)
{
	static uint64_t pool[32];
	static unsigned int left;
	uint64_t v = 0;

	while (!v) {
		if (!left) {
			/* 256 bytes are never cut short, and only early boot could block. */
			if (getrandom(pool, sizeof(pool), 0) != (ssize_t)sizeof(pool))
				continue;
			left = ARRAY_SIZE(pool);
		}
		v = pool[--left];
		pool[left] = 0;
	}
	return v;
}

void ep_station_log(struct ep_station *st, const char *fmt, ...)
{
	va_list ap;

	if (!ep_limit_ok(&st->limit, ep_now(st->port->loop), st->cfg.name))
		return;
	va_start(ap, fmt);
	ep_vlog(st->cfg.name, fmt, ap);
	va_end(ap);
}

/* ---- life ---- */

struct ep_station *ep_station_create(struct ep_port *p, const struct ep_station_config *cfg,
				     char *err, size_t err_len)
{
	struct ep_station *st = calloc(1, sizeof(*st));
	int ret;

	if (!st) {
		snprintf(err, err_len, "out of memory");
		return NULL;
	}
	st->port = p;
	st->cfg = *cfg;
	st->instance = ep_random64();
	ep_discover_init(st);
	ret = memcmp(cfg->mac, p->mac, sizeof(cfg->mac)) ? p->ops->add_mac(p, cfg->mac) : 0;
	if (ret) {
		snprintf(err, err_len, "%s does not take the address " EP_MAC_FMT ": %s", p->name,
			 EP_MAC_ARG(cfg->mac), strerror(-ret));
		free(st);
		return NULL;
	}
	ep_port_add_station(p, st);
	return st;
}

void ep_station_destroy(struct ep_station *st)
{
	unsigned int i;

	ep_discover_stop(st);
	for (i = 0; i < st->nr_functions; i++)
		ep_func_destroy(st->func[i]);
	ep_port_del_station(st->port, st);
	free(st);
}

int ep_station_add_function(struct ep_station *st, const struct ep_model *model,
			    struct ep_options *opts, char *err, size_t err_len)
{
	unsigned int i, nr = st->nr_functions;

	if (nr == VRC_MAX_FUNCTIONS) {
		snprintf(err, err_len, "a station has at most %d functions", VRC_MAX_FUNCTIONS);
		ep_options_free(opts);
		return -1;
	}
	st->func[nr] = ep_func_create(st, nr, model, opts, err, err_len);
	if (!st->func[nr])
		return -1;
	st->nr_functions++;
	for (i = 0; nr && i <= nr; i++)
		ep_config_set_multifunction(st->func[i]);
	return 0;
}

void ep_station_shutdown(struct ep_station *st)
{
	unsigned int i;

	ep_discover_stop(st);
	for (i = 0; i < st->nr_functions; i++)
		ep_session_end(&st->func[i]->session, true, VRC_RELEASE_SHUTDOWN);
}

bool ep_station_busy(const struct ep_station *st)
{
	unsigned int i;

	for (i = 0; i < st->nr_functions; i++)
		if (st->func[i]->session.goodbye.timer.at != UINT64_MAX)
			return true;
	return false;
}

/* ---- frames out ---- */

struct ep_buf *ep_station_frame(struct ep_station *st, const uint8_t *dst, uint32_t len)
{
	struct ep_buf *b;

	if (EP_HDR_LEN + len + VRC_CHECK_LEN > st->port->pool.size)
		return NULL;
	b = ep_buf_get(&st->port->pool);
	if (!b)
		return NULL;
	b->len = len;
	memcpy(b->frame, dst, 6);
	memset(ep_buf_payload(b), 0, len);
	return b;
}

void ep_station_send(struct ep_station *st, struct ep_buf *b, struct vrc_frame *f)
{
	memcpy(b->frame + 6, st->cfg.mac, 6);
	vrc_put16(b->frame + 12, st->port->ethertype);
	f->version = VRC_WIRE_VERSION;
	f->length = (uint16_t)b->len;
	vrc_frame_build(b->frame + EP_ETH_LEN, f);
	vrc_frame_seal(b->frame + EP_ETH_LEN);
	ep_port_tx(st->port, b);
}

static void send_stale(struct ep_station *st, const uint8_t *dst, uint64_t session)
{
	struct vrc_frame f = { .kind = VRC_KIND_STALE };
	struct ep_buf *b;

	if (!ep_quota_take(&st->port->stale, ep_now(st->port->loop))) {
		st->port->stats.stale_limited++;
		return;
	}
	b = ep_station_frame(st, dst, sizeof(struct vrc_wire_stale));
	if (!b)
		return;
	vrc_put64(ep_buf_payload(b) + offsetof(struct vrc_wire_stale, session), session);
	st->port->stats.stale_sent++;
	ep_station_send(st, b, &f);
}

/* ---- frames in ---- */

/* The low bits of our session ids are the number of the function. */
static struct ep_session *find_session(struct ep_station *st, uint64_t id)
{
	unsigned int nr = id & (VRC_MAX_FUNCTIONS - 1);

	return nr < st->nr_functions ? &st->func[nr]->session : NULL;
}

static void rx_session(struct ep_station *st, const uint8_t *src, const struct vrc_frame *f)
{
	struct ep_session *s = find_session(st, f->session);

	if (s && s->id == f->session) {
		if (!memcmp(src, s->mac, sizeof(s->mac)))
			ep_session_rx(s, f);
		else
			st->stats.rx_session++;
		return;
	}
	if (s && ep_session_rx_late(s, src, f))
		return;
	st->stats.rx_session++;
	if (f->kind != VRC_KIND_RELEASED && f->kind != VRC_KIND_PROBED)
		send_stale(st, src, f->session);
}

static void rx_stale(struct ep_station *st, const uint8_t *src, const struct vrc_frame *f)
{
	uint64_t id = vrc_get64(f->payload + offsetof(struct vrc_wire_stale, session));
	unsigned int i;

	for (i = 0; i < st->nr_functions; i++) {
		struct ep_session *s = &st->func[i]->session;

		if (!ep_session_up(s) || s->peer_id != id || memcmp(src, s->mac, sizeof(s->mac)))
			continue;
		s->stats.stale++;
		ep_func_log(st->func[i]->f, "'%s' knows nothing of our session: it has restarted",
			    s->owner);
		ep_session_end(s, false, 0);
	}
}

void ep_station_rx(struct ep_station *st, const uint8_t *src, const struct vrc_frame *f)
{
	switch (f->kind) {
	case VRC_KIND_DISCOVER:
		ep_discover_rx(st, src, f);
		break;
	case VRC_KIND_ADVERTISE:
		ep_advertise_rx(st, src, f);
		break;
	case VRC_KIND_BIND:
		ep_bind_rx(st, src, f);
		break;
	case VRC_KIND_STALE:
		rx_stale(st, src, f);
		break;
	case VRC_KIND_RELEASE:
	case VRC_KIND_RELEASED:
	case VRC_KIND_DATA:
	case VRC_KIND_ACK:
	case VRC_KIND_PROBE:
	case VRC_KIND_PROBED:
		rx_session(st, src, f);
		break;
	default:
		st->stats.rx_kind++;
	}
}
