// SPDX-License-Identifier: GPL-2.0-only
/*
 * Transmit queues: from descriptors to packets in the arena, and write-back.
 *
 * Packets are sent in order, whatever the order in which their buffers arrive.
 * A descriptor stays in the window until its packet has been sent.
 */
#include <string.h>

#include "i82576_packet.h"

#define ARENA_ALIGN	16u
#define SHORTEST	(I82576_MIN_FRAME - I82576_CRC_LEN)	/* packets are padded to it */

void i82576_tx_init(struct i82576_txq *q, struct i82576 *n, unsigned int queue)
{
	i82576_ring_init(&q->ring, n, queue, true);
}

static void forget(struct i82576_txq *q)
{
	q->scan = 0;
	q->skipping = false;
	q->packet_head = 0;
	q->packet_tail = 0;
	q->read_head = 0;
	q->read_tail = 0;
	q->arena_head = 0;
	q->arena_tail = 0;
	memset(q->context, 0, sizeof(q->context));
}

void i82576_tx_reset(struct i82576_txq *q, bool dma_gone)
{
	i82576_ring_reset(&q->ring, dma_gone);
	forget(q);
}

void i82576_tx_control(struct i82576 *n, unsigned int queue, uint32_t old)
{
	struct i82576_txq *q = &n->pkt->tx[queue];

	i82576_ring_control(&q->ring, old);
	if (!q->ring.running || !(old & XDCTL_ENABLE))
		forget(q);
	i82576_turn(n);
}

/* ---- the open packet: descriptors from ring.taken up to scan ---- */

static uint32_t dword(struct i82576_txq *q, uint32_t nr, unsigned int i)
{
	return le32toh(i82576_ring_desc(&q->ring, nr)->dw[i]);
}

static bool is_context(uint32_t dw2)
{
	return dw2 & TXD_DEXT && TXD_DTYP(dw2) == TXD_DTYP_CONTEXT;
}

static bool is_data(uint32_t dw2)
{
	return !(dw2 & TXD_DEXT) || TXD_DTYP(dw2) == TXD_DTYP_DATA;
}

/*
 * Moves scan behind the open packet; false: its end is not here. Whatever is no
 * data descriptor is a packet of its own, of nothing.
 */
static bool find_end(struct i82576_txq *q)
{
	struct i82576_ring *r = &q->ring;

	while (q->scan != r->fetched) {
		uint32_t dw2 = dword(q, q->scan, 2);

		if (!is_data(dw2) && q->scan != r->taken)
			return true;
		q->scan++;
		if (!is_data(dw2) || dw2 & TXD_EOP || q->scan - r->taken == TX_MAX_DESCS)
			return true;
	}
	return false;
}

static uint32_t bytes_of(struct i82576_txq *q, uint32_t *buffers)
{
	uint32_t len = 0, n;

	*buffers = 0;
	for (uint32_t nr = q->ring.taken; nr != q->scan; nr++) {
		n = TXD_LEN(dword(q, nr, 2));
		len += n;
		*buffers += n != 0;
	}
	return len;
}

/* ---- the arena: a ring of bytes, each packet in one piece ---- */

static uint32_t arena_size(const struct i82576_tx_packet *p)
{
	uint32_t len = p->len > SHORTEST ? p->len : SHORTEST;

	return p->len ? (TX_HEADROOM + len + ARENA_ALIGN - 1) & ~(ARENA_ALIGN - 1) : 0;
}

static bool arena_fits(const struct i82576_txq *q, uint32_t size, uint32_t *at)
{
	*at = q->arena_tail;
	if (q->arena_tail < q->arena_head)
		return size < q->arena_head - q->arena_tail;
	if (size <= TX_ARENA - q->arena_tail)
		return true;
	*at = 0;
	return size < q->arena_head;
}

static void arena_take(struct i82576_txq *q, struct i82576_tx_packet *p, uint32_t at)
{
	p->off = at + TX_HEADROOM;
	p->arena_end = at + arena_size(p);
	q->arena_tail = p->arena_end;
}

static void arena_put(struct i82576_txq *q, const struct i82576_tx_packet *p)
{
	q->arena_head = p->arena_end;
	/* What was used last is still in the caches: begin there again. */
	if (q->packet_head == q->packet_tail) {
		q->arena_head = 0;
		q->arena_tail = 0;
	}
}

/* ---- buffers ---- */

static void buffer_read(struct ep_dma *d, enum ep_dma_status status)
{
	struct i82576_tx_read *read = container_of(d, struct i82576_tx_read, dma);
	struct i82576_txq *q = read->q;

	q->ring.nic->pkt->reading -= read->len;
	if (!i82576_ring_read_done(&q->ring)) {
		/* Other queues may have waited for it. */
		i82576_turn(q->ring.nic);
		return;
	}
	if (status != EP_DMA_OK) {
		i82576_ring_dma_error(&q->ring, status, "a buffer");
		read->packet->aborted = true;
	}
	if (!--read->packet->waits)
		i82576_turn(q->ring.nic);
}

static void read_buffers(struct i82576_txq *q, struct i82576_tx_packet *p)
{
	uint32_t off = p->off, nr = p->read_first;

	p->waits = p->reads;
	p->aborted = false;
	for (uint32_t i = 0; i < p->count && p->len; i++) {
		union i82576_desc *d = i82576_ring_desc(&q->ring, p->first + i);
		uint32_t len = TXD_LEN(le32toh(d->dw[2]));
		struct i82576_tx_read *read;

		if (!len)
			continue;
		read = &q->read[nr++ % TX_READS];
		read->q = q;
		read->packet = p;
		read->len = len;
		q->ring.reads++;
		q->ring.nic->pkt->reading += len;
		ep_dma_read(&q->ring.nic->func, &read->dma, le64toh(d->q[0]), q->arena + off, len,
			    buffer_read);
		off += len;
	}
}

/* ---- packets ---- */

static uint32_t longest(const struct i82576_tx_packet *p)
{
	return p->cmd & TXD_DEXT && p->cmd & TXD_TSE ? TX_MAX_PACKET : I82576_MAX_FRAME;
}

/*
 * The packet in [taken, scan). What is to be done with it says the first
 * descriptor, or the last of legacy ones.
 */
static void describe(struct i82576_txq *q, struct i82576_tx_packet *p)
{
	uint32_t last = q->scan - 1, first = q->ring.taken;
	uint32_t from = dword(q, last, 2) & TXD_DEXT ? first : last;

	*p = (struct i82576_tx_packet){
		.first = first, .count = q->scan - first,
		.cmd = (dword(q, from, 2) & ~TXD_EOP) | (dword(q, last, 2) & TXD_EOP),
		.olinfo = dword(q, from, 3),
	};
	p->context = q->context[TXD_IDX(p->olinfo)];
	if (!is_data(p->cmd))
		return;
	p->bytes = bytes_of(q, &p->reads);
	p->dropped = q->skipping || !(p->cmd & TXD_EOP) || p->bytes > longest(p);
	if (p->dropped)
		p->reads = 0;
	else
		p->len = p->bytes;
}

/*
 * What the host sends in answer to reads is in the way of its other requests,
 * so all queues together ask for as much as fills the path, and no more.
 */
static bool may_read(const struct i82576_txq *q, const struct i82576_tx_packet *p)
{
	uint32_t reading = q->ring.nic->pkt->reading;

	return !reading || reading + p->len <= TX_READING;
}

static bool room_for(const struct i82576_txq *q, const struct i82576_tx_packet *p, uint32_t *at)
{
	return may_read(q, p) &&
	       q->packet_tail - q->packet_head < TX_PACKETS - 1 &&
	       q->read_tail - q->read_head + p->reads <= TX_READS &&
	       arena_fits(q, arena_size(p), at);
}

/* A descriptor that is not data. */
static void take_other(struct i82576_txq *q, const struct i82576_tx_packet *p)
{
	if (is_context(p->cmd))
		q->context[TXD_IDX(p->olinfo)] = *i82576_ring_desc(&q->ring, p->first);
	else
		i82576_tell(q->ring.nic, I82576_PROBLEM_TX_TYPE,
			    "transmit queue %u: a descriptor of type %u is skipped",
			    q->ring.queue, TXD_DTYP(p->cmd));
}

static void take_data(struct i82576_txq *q, const struct i82576_tx_packet *p)
{
	if (p->dropped) {
		i82576_count(q->ring.nic, I82576_HTDPMC, 1);
		i82576_tell(q->ring.nic, I82576_PROBLEM_TX_LONG,
			    "transmit queue %u: drops a packet: %u bytes, %u descriptors%s",
			    q->ring.queue, p->bytes, p->count, p->cmd & TXD_EOP ? "" : ", no end");
	}
	q->skipping = !(p->cmd & TXD_EOP);
}

/* False: there is no room for the open packet now. */
static bool take_packet(struct i82576_txq *q)
{
	struct i82576_tx_packet *p = &q->packet[q->packet_tail % TX_PACKETS];
	uint32_t at;

	describe(q, p);
	if (!room_for(q, p, &at)) {
		q->scan = q->ring.taken;
		return false;
	}
	if (is_data(p->cmd))
		take_data(q, p);
	else
		take_other(q, p);
	arena_take(q, p, at);
	q->packet_tail++;
	q->ring.taken = q->scan;
	p->read_first = q->read_tail;
	q->read_tail += p->reads;
	read_buffers(q, p);
	return true;
}

static void parse(struct i82576_txq *q)
{
	while (q->ring.running && find_end(q) && take_packet(q))
		;
}

/* ---- write-back ---- */

static bool wants_report(const struct i82576_txq *q, uint32_t nr)
{
	uint32_t dw2 = le32toh(q->ring.desc[nr % RING_WINDOW].dw[2]);

	return is_data(dw2) && dw2 & TXD_RS;
}

static void report_head(struct i82576_txq *q, uint32_t wbal)
{
	struct i82576 *n = q->ring.nic;
	uint64_t addr = (uint64_t)i82576_get(n, I82576_TDWBAH(q->ring.queue)) << 32 | (wbal & ~3u);
	uint32_t head = htole32(q->ring.head);

	ep_dma_write(&n->func, addr, &head, sizeof(head));
}

/*
 * Descriptors [from, to) are done. With bursts (WTHRESH) what lies between two
 * reports is written as it was, which makes one write of many.
 */
static void report_descs(struct i82576_txq *q, uint32_t from, uint32_t to, bool burst)
{
	uint32_t start = from, end = from;

	for (uint32_t nr = from; nr != to; nr++) {
		if (!wants_report(q, nr))
			continue;
		if (start == end || (!burst && nr != end)) {
			i82576_ring_write(&q->ring, start, end - start);
			start = nr;
		}
		i82576_ring_desc(&q->ring, nr)->dw[3] = htole32(TXD_DD);
		end = nr + 1;
	}
	i82576_ring_write(&q->ring, start, end - start);
}

static bool any_report(const struct i82576_txq *q, uint32_t from, uint32_t to)
{
	for (; from != to; from++)
		if (wants_report(q, from))
			return true;
	return false;
}

/* Everything before descriptor @to was sent. */
static void retire(struct i82576_txq *q, uint32_t to)
{
	struct i82576 *n = q->ring.nic;
	uint32_t from = q->ring.retired, wbal = i82576_get(n, I82576_TDWBAL(q->ring.queue));
	bool report = any_report(q, from, to), head = wbal & TDWBAL_HEAD_WB_EN;

	if (report && !head)
		report_descs(q, from, to,
			     XDCTL_WTHRESH(i82576_get(n, I82576_TXDCTL(q->ring.queue))));
	i82576_ring_retire(&q->ring, to);
	if (report && head)
		report_head(q, wbal);
	if (report)
		i82576_irq_tx(n, q->ring.queue);
}

/* ---- the turn ---- */

static void send_packets(struct i82576_txq *q)
{
	uint32_t done = q->ring.retired;

	while (q->ring.running && q->packet_head != q->packet_tail) {
		struct i82576_tx_packet *p = &q->packet[q->packet_head % TX_PACKETS];

		if (p->aborted && !p->waits)
			read_buffers(q, p);
		if (p->waits || (p->len && !i82576_tx_send(q, p)))
			break;
		done = p->first + p->count;
		q->packet_head++;
		q->read_head += p->reads;
		arena_put(q, p);
	}
	if (done != q->ring.retired && q->ring.running)
		retire(q, done);
}

static bool may_send(struct i82576 *n)
{
	bool wire = i82576_link_up(n) && !i82576_tx_paused(n);

	return i82576_get(n, I82576_TCTL) & TCTL_EN && i82576_may_dma(n) &&
	       (wire || i82576_loopback(n)) && !i82576_asleep(n);
}

void i82576_tx_run(struct i82576_txq *q)
{
	struct i82576 *n = q->ring.nic;

	if (!q->ring.running || !may_send(n))
		return;
	send_packets(q);
	/* The next descriptors are on their way while the buffers of these are read. */
	i82576_ring_fetch(&q->ring, RING_WINDOW);
	parse(q);
}

void i82576_tx_tail(struct i82576 *n, unsigned int queue)
{
	(void)queue;
	i82576_turn(n);
}
