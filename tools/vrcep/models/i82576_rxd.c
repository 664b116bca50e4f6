// SPDX-License-Identifier: GPL-2.0-only
/* Receive: the packet buffer, and from there into the descriptors of the queues. */
#include <string.h>

#include "i82576_packet.h"

#define ALIGN		8u
#define KIB		1024u

void i82576_rx_init(struct i82576 *n)
{
	for (unsigned int i = 0; i < I82576_QUEUES; i++)
		i82576_ring_init(&n->pkt->rx.queue[i].ring, n, i, false);
}

static void empty(struct i82576_rx *rx)
{
	rx->frames = 0;
	rx->full = false;
	rx->done = 0;
	rx->head = 0;
	rx->tail = 0;
	rx->used = 0;
}

static void queue_reset(struct i82576_rxq *q)
{
	q->pending = false;
	q->immediate = false;
	q->low = false;
}

void i82576_rx_reset(struct i82576 *n, bool dma_gone)
{
	struct i82576_rx *rx = &n->pkt->rx;

	for (unsigned int i = 0; i < I82576_QUEUES; i++) {
		i82576_ring_reset(&rx->queue[i].ring, dma_gone);
		queue_reset(&rx->queue[i]);
	}
	empty(rx);
}

void i82576_rx_control(struct i82576 *n, unsigned int queue, uint32_t old)
{
	struct i82576_rxq *q = &n->pkt->rx.queue[queue];
	bool began = i82576_ring_control(&q->ring, old);

	if (began || !q->ring.running)
		queue_reset(q);
	i82576_turn(n);
}

void i82576_rx_tail(struct i82576 *n, unsigned int queue)
{
	(void)queue;
	i82576_turn(n);
}

/* ---- the packet buffer ---- */

static uint32_t record_size(size_t len)
{
	return (uint32_t)(sizeof(struct i82576_rx_frame) + len + ALIGN - 1) & ~(ALIGN - 1);
}

static bool fits(struct i82576_rx *rx, uint32_t size)
{
	if (rx->frames && rx->tail <= rx->head)
		return size <= rx->head - rx->tail;
	if (size <= RX_BUFFER - rx->tail)
		return true;
	if (size > rx->head)
		return false;
	rx->wrap = rx->tail;
	rx->tail = 0;
	return true;
}

struct i82576_rx_frame *i82576_rx_reserve(struct i82576_rx *rx, size_t len)
{
	uint32_t size = record_size(len);
	struct i82576_rx_frame *f;

	if (!rx->frames)
		empty(rx);
	if (!fits(rx, size))
		return NULL;
	f = (void *)(rx->buffer + rx->tail);
	f->size = size;
	rx->tail += size;
	rx->used += size;
	rx->frames++;
	return f;
}

static struct i82576_rx_frame *first(struct i82576_rx *rx)
{
	return rx->frames ? (void *)(rx->buffer + rx->head) : NULL;
}

static void pop(struct i82576_rx *rx, const struct i82576_rx_frame *f)
{
	rx->used -= f->size;
	rx->head += f->size;
	rx->frames--;
	rx->done = 0;
	if (rx->frames && rx->head > rx->tail && rx->head == rx->wrap)
		rx->head = 0;
}

/* The sender waits when the driver has agreed upon flow control, and before a frame is lost. */
static void flow_control(struct i82576 *n)
{
	struct i82576_rx *rx = &n->pkt->rx;
	bool xoff = i82576_flow_level(n, rx->used);

	rx->full = rx->used > (rx->full ? RX_RESUME : RX_PAUSE);
	net_pause(n->pkt->net, xoff || rx->full);
}

/* ---- one descriptor ---- */

struct place {
	struct i82576 *nic;
	struct i82576_rxq *q;
	struct i82576_rx_frame *f;
	uint32_t srrctl;
	uint32_t done;			/* bytes of the frame that have a place */
	uint32_t info;			/* of this descriptor: header length, split */
	uint32_t status;
};

static uint32_t packet_size(const struct i82576 *n, uint32_t srrctl)
{
	if (SRRCTL_BSIZEPACKET(srrctl))
		return SRRCTL_BSIZEPACKET(srrctl) * KIB;
	return 2048u >> RCTL_BSIZE(i82576_get(n, I82576_RCTL));
}

static void put_bytes(struct place *p, uint64_t addr, uint32_t from, uint32_t len)
{
	if (len)
		ep_dma_write(&p->nic->func, addr, i82576_rx_bytes(p->f) + from, len);
}

static void header_info(struct place *p, uint32_t len, bool split)
{
	p->info |= len << RXD_HDR_LEN_SHIFT | (split ? RXD_SPH : 0);
}

/* The header buffer of the first descriptor of a frame, in the modes that have one. */
static void put_header(struct place *p, uint64_t addr)
{
	uint32_t size = SRRCTL_BSIZEHEADER(p->srrctl) * 64, len = p->f->header_len;
	uint32_t type = SRRCTL_DESCTYPE(p->srrctl);
	bool split = len && len <= size;

	if (len > size)
		p->status |= RXD_ERR_HBO;
	if (type == SRRCTL_DESCTYPE_SPLIT_ALWAYS && !split)
		len = p->f->len < size ? p->f->len : size;
	else if (!split || (type == SRRCTL_DESCTYPE_REPLICATE_LARGE && p->f->len <= size))
		return;
	put_bytes(p, addr, 0, len);
	header_info(p, len, split);
	if (type == SRRCTL_DESCTYPE_SPLIT || type == SRRCTL_DESCTYPE_SPLIT_ALWAYS)
		p->done = len;
}

static void write_legacy(const struct place *p, union i82576_desc *d, uint32_t len)
{
	uint32_t low = p->status & 0xff, errors = p->status >> 24;

	if (low & RXD_STAT_EOP && !(low & (RXD_STAT_IPCS | RXD_STAT_L4CS)))
		low |= RXD_STAT_IXSM;
	d->dw[2] = htole32(len | (uint32_t)p->f->checksum << 16);
	d->dw[3] = htole32(low | errors << 8 | (uint32_t)p->f->vlan << 16);
}

static void write_advanced(const struct place *p, union i82576_desc *d, uint32_t len)
{
	bool pcsd = i82576_get(p->nic, I82576_RXCSUM) & RXCSUM_PCSD;

	d->dw[0] = htole32(p->info);
	d->dw[1] = htole32(pcsd ? p->f->hash : p->f->ip_id | (uint32_t)p->f->checksum << 16);
	d->dw[2] = htole32(p->status);
	d->dw[3] = htole32(len | (uint32_t)p->f->vlan << 16);
}

/* The next part of the frame in the next descriptor. */
static void fill(struct place *p)
{
	union i82576_desc *d = i82576_ring_desc(&p->q->ring, p->q->ring.taken);
	uint64_t packet = le64toh(d->q[0]), header = le64toh(d->q[1]);
	uint32_t size = packet_size(p->nic, p->srrctl), len;
	uint32_t type = SRRCTL_DESCTYPE(p->srrctl);

	p->info = p->f->info;
	p->status = RXD_STAT_DD;
	if (!p->done && type > SRRCTL_DESCTYPE_ADV)
		put_header(p, header);
	len = p->f->len - p->done < size ? p->f->len - p->done : size;
	put_bytes(p, packet, p->done, len);
	p->done += len;
	if (p->done == p->f->len)
		p->status |= RXD_STAT_EOP | p->f->status;
	if (type == SRRCTL_DESCTYPE_LEGACY)
		write_legacy(p, d, len);
	else
		write_advanced(p, d, len);
	p->q->ring.taken++;
	p->q->pending = true;
	p->q->immediate |= p->f->immediate;
}

/* ---- one frame ---- */

static bool drops(const struct place *p)
{
	return p->srrctl & SRRCTL_DROP_EN ||
	       i82576_get(p->nic, I82576_QDE) >> p->q->ring.queue & 1;
}

/* All descriptors that the driver has given. */
static uint32_t given(struct i82576_rxq *q)
{
	return q->ring.fetched - q->ring.taken + i82576_ring_waiting(&q->ring);
}

/* True: the driver has given too few descriptors for the frame, and does not want it to wait. */
static bool drop(struct place *p)
{
	uint32_t size = packet_size(p->nic, p->srrctl), has = given(p->q);
	uint32_t needs = (p->f->len + size - 1) / size;

	if (has >= needs)
		return false;
	if (!p->f->no_room)
		i82576_count(p->nic, I82576_RNBC, 1);
	p->f->no_room = true;
	if (!drops(p))
		return false;
	i82576_count(p->nic, I82576_RQDPC(p->q->ring.queue), 1);
	return true;
}

/* False: it waits for descriptors. */
static bool put_frame(struct i82576 *n, struct i82576_rx_frame *f)
{
	struct i82576_rx *rx = &n->pkt->rx;
	struct place p = {
		.nic = n, .q = &rx->queue[f->queue], .f = f, .done = rx->done,
		.srrctl = i82576_get(n, I82576_SRRCTL(f->queue)),
	};

	if (!p.q->ring.running || (!rx->done && drop(&p)))
		return true;
	while (p.done < f->len && p.q->ring.taken != p.q->ring.fetched)
		fill(&p);
	rx->done = p.done;
	return p.done == f->len;
}

/* ---- write-back ---- */

/* The driver wants to know when few descriptors are left. */
static void threshold(struct i82576 *n, struct i82576_rxq *q)
{
	uint32_t limit = SRRCTL_RDMTS(i82576_get(n, I82576_SRRCTL(q->ring.queue))) * 16;
	bool low = limit && given(q) <= limit;

	if (low && !q->low) {
		i82576_count(n, I82576_RXDMTC, 1);
		i82576_irq_cause(n, ICR_RXDMT0);
	}
	q->low = low;
}

static void write_back(struct i82576 *n, struct i82576_rxq *q)
{
	struct i82576_ring *r = &q->ring;

	i82576_ring_write(r, r->retired, r->taken - r->retired);
	i82576_ring_retire(r, r->taken);
	i82576_irq_rx(n, r->queue, q->immediate);
	threshold(n, q);
	q->pending = false;
	q->immediate = false;
}

/* ---- the turn ---- */

static void put_frames(struct i82576 *n)
{
	struct i82576_rx *rx = &n->pkt->rx;
	struct i82576_rx_frame *f;

	while ((f = first(rx)) && ep_dma_backlog(&n->func) < RX_BACKLOG && i82576_may_dma(n) &&
	       put_frame(n, f))
		pop(rx, f);
}

/* Descriptors wait for frames, not frames for descriptors. */
static void refill(struct i82576_rxq *q)
{
	bool on = i82576_get(q->ring.nic, I82576_RCTL) & RCTL_RXEN;

	if (on && q->ring.running && q->ring.fetched - q->ring.taken <= RX_AHEAD / 2)
		i82576_ring_fetch(&q->ring, q->ring.taken - q->ring.retired + RX_AHEAD);
}

void i82576_rx_run(struct i82576 *n)
{
	struct i82576_rx *rx = &n->pkt->rx;

	put_frames(n);
	for (unsigned int i = 0; i < I82576_QUEUES; i++) {
		if (rx->queue[i].pending)
			write_back(n, &rx->queue[i]);
		refill(&rx->queue[i]);
	}
	flow_control(n);
}
