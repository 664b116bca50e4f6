// SPDX-License-Identifier: GPL-2.0-only
/* What does not depend on how the network is reached: see port.h. */
#include <stdlib.h>
#include <string.h>

#include <proto/frame.h>

#include "container.h"
#include "port.h"
#include "station.h"

static const uint8_t broadcast[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };

static void flush(struct ep_idle *i);

void ep_port_init(struct ep_port *p, struct ep_loop *loop)
{
	p->loop = loop;
	p->flush.run = flush;
	p->stations_tail = &p->stations;
	ep_pool_init(&p->pool, EP_ETH_LEN + (size_t)p->mtu, EP_MAX_BUFS);
}

void ep_port_destroy(struct ep_port *p)
{
	unsigned int i;

	for (i = 0; i < p->nr_tx; i++)
		if (!p->tx[i]->shared)
			ep_buf_put(&p->pool, p->tx[i]);
	ep_idle_cancel(p->loop, &p->flush);
	ep_pool_destroy(&p->pool);
	p->ops->close(p);
}

/* What strangers send is limited in the log. */
static __printf(2, 3) void port_log(struct ep_port *p, const char *fmt, ...)
{
	va_list ap;

	if (!ep_limit_ok(&p->limit, ep_now(p->loop), p->name))
		return;
	va_start(ap, fmt);
	ep_vlog(p->name, fmt, ap);
	va_end(ap);
}

unsigned int ep_port_max_payload(const struct ep_port *p)
{
	unsigned int max = p->mtu - VRC_FRAME_OVERHEAD;

	return max < VRC_MAX_PAYLOAD ? max : VRC_MAX_PAYLOAD;
}

/* ---- stations ---- */

static struct ep_station **bucket(struct ep_port *p, const uint8_t *mac)
{
	uint32_t low = (uint32_t)mac[2] << 24 | (uint32_t)mac[3] << 16 |
		       (uint32_t)mac[4] << 8 | mac[5];

	return &p->hash[low * 0x9e3779b1u >> 22 & (EP_STATION_HASH - 1)];
}

struct ep_station *ep_port_find(struct ep_port *p, const uint8_t *mac)
{
	struct ep_station *st = *bucket(p, mac);

	while (st && memcmp(st->cfg.mac, mac, sizeof(st->cfg.mac)))
		st = st->hash_next;
	return st;
}

void ep_port_add_station(struct ep_port *p, struct ep_station *st)
{
	struct ep_station **b = bucket(p, st->cfg.mac);

	st->hash_next = *b;
	*b = st;
	st->next = NULL;
	*p->stations_tail = st;
	p->stations_tail = &st->next;
	p->nr_stations++;
}

void ep_port_del_station(struct ep_port *p, struct ep_station *st)
{
	struct ep_station **h = bucket(p, st->cfg.mac), **s = &p->stations;

	while (*h != st)
		h = &(*h)->hash_next;
	*h = st->hash_next;
	while (*s != st)
		s = &(*s)->next;
	*s = st->next;
	if (p->stations_tail == &st->next)
		p->stations_tail = s;
	p->nr_stations--;
}

/* ---- receive ---- */

/* The first four bytes of the header are the same in every version. */
static void bad_version(struct ep_port *p, struct ep_station *st, const uint8_t *src,
			const struct vrc_frame *f)
{
	p->stats.rx_version++;
	port_log(p, EP_MAC_FMT " speaks version %u, we speak %u", EP_MAC_ARG(src), f->version,
		 VRC_WIRE_VERSION);
	if (f->kind != VRC_KIND_DISCOVER)
		return;
	if (st) {
		ep_discover_foreign(st, src);
		return;
	}
	for (st = p->stations; st; st = st->next)
		ep_discover_foreign(st, src);
}

static void rx_broadcast(struct ep_port *p, const uint8_t *src, const struct vrc_frame *f)
{
	struct ep_station *st;

	for (st = p->stations; st; st = st->next)
		ep_station_rx(st, src, f);
}

static bool may_broadcast(const struct vrc_frame *f)
{
	return f->kind == VRC_KIND_DISCOVER || f->kind == VRC_KIND_ADVERTISE;
}

static void rx_parsed(struct ep_port *p, struct ep_station *st, const uint8_t *src,
		      const struct vrc_frame *f)
{
	if (st)
		ep_station_rx(st, src, f);
	else if (may_broadcast(f))
		rx_broadcast(p, src, f);
	else
		p->stats.rx_other++;
}

void ep_port_rx(struct ep_port *p, const uint8_t *data, size_t len)
{
	const uint8_t *dst = data, *src = data + 6;
	struct ep_station *st = NULL;
	struct vrc_frame f;
	int err;

	p->stats.rx_frames++;
	if (len < EP_ETH_LEN || src[0] & 1) {
		p->stats.rx_other++;
		return;
	}
	if (memcmp(dst, broadcast, sizeof(broadcast))) {
		st = ep_port_find(p, dst);
		if (!st) {
			p->stats.rx_other++;
			return;
		}
	}
	/* Not logged: what a bad cable or switch does says nothing of who has sent it. */
	if (!vrc_frame_intact(data + EP_ETH_LEN, len - EP_ETH_LEN)) {
		p->stats.rx_corrupted++;
		return;
	}
	err = vrc_frame_parse(data + EP_ETH_LEN, len - EP_ETH_LEN, &f);
	if (err == -VRC_FRAME_BAD_VERSION) {
		bad_version(p, st, src, &f);
	} else if (err) {
		p->stats.rx_malformed++;
		port_log(p, "frame from " EP_MAC_FMT " dropped: %s (kind %u, length %u)",
			 EP_MAC_ARG(src), vrc_frame_error_name(err), f.kind, f.length);
	} else {
		rx_parsed(p, st, src, &f);
	}
}

/* ---- transmit ---- */

static void send_batch(struct ep_port *p)
{
	unsigned int i, nr = p->nr_tx;

	if (!nr)
		return;
	p->nr_tx = 0;
	p->nr_shared = 0;
	p->ops->send(p, p->tx, nr);
	for (i = 0; i < nr; i++)
		if (!p->tx[i]->shared)
			ep_buf_put(&p->pool, p->tx[i]);
}

static void flush(struct ep_idle *i)
{
	send_batch(container_of(i, struct ep_port, flush));
}

void ep_port_before_free(struct ep_port *p)
{
	if (p->nr_shared)
		send_batch(p);
}

void ep_port_tx(struct ep_port *p, struct ep_buf *b)
{
	p->tx[p->nr_tx++] = b;
	p->nr_shared += b->shared;
	if (p->nr_tx == EP_TX_BATCH)
		send_batch(p);
	else
		ep_idle_queue(p->loop, &p->flush);
}
