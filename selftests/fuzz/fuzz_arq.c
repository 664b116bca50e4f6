// SPDX-License-Identifier: GPL-2.0-only
/*
 * The input drives two machines and the network between them. The first byte
 * says whether somebody also forges frames. Whatever happens: frames are delivered in
 * order of their sequence and once, no pointer is returned twice, and draining
 * returns the rest. Without forgery, all that was sent arrives as soon as the
 * network behaves.
 */
#include <stdlib.h>

#include "arq.h"
#include "fuzz.h"

#define MAX_FRAMES	4096	/* of one run */
#define MAX_QUEUE	128	/* messages under way to one end */
#define MAX_STEPS	100000	/* until all has arrived */

enum holder { NOBODY, SENDER, RECEIVER };

struct object {			/* a frame, as a caller of the machine has it */
	u32 seq;
	enum holder holder;
};

struct message {
	struct vrc_frame f;
	bool data;
};

struct end {
	struct vrc_arq arq;
	u32 next_ready;		/* the sequence that must be delivered next */
	struct message queue[MAX_QUEUE];
	u32 queued;
};

struct run {
	struct end end[2];
	u64 now;
	const u8 *in;
	size_t left;
	struct object objects[MAX_FRAMES];
	u32 used;
};

static u8 next_byte(struct run *r)
{
	if (!r->left)
		return 0;
	r->left--;
	return *r->in++;
}

static u32 next_u32(struct run *r)
{
	u32 v = next_byte(r);

	v = v << 8 | next_byte(r);
	v = v << 8 | next_byte(r);
	return v << 8 | next_byte(r);
}

static struct object *take_object(struct run *r, u32 seq, enum holder holder)
{
	struct object *o = &r->objects[r->used++];

	o->seq = seq;
	o->holder = holder;
	return o;
}

static void give_back(struct object *o, enum holder holder)
{
	MUST(o->holder == holder);
	o->holder = NOBODY;
}

static void post(struct run *r, int to, const struct vrc_frame *f, bool data)
{
	struct end *e = &r->end[to];

	if (e->queued == MAX_QUEUE)
		return;		/* lost */
	e->queue[e->queued].f = *f;
	e->queue[e->queued].data = data;
	e->queued++;
}

static void transmit(struct run *r, int from, bool data, u32 seq)
{
	struct vrc_frame f = { .kind = data ? VRC_KIND_DATA : VRC_KIND_ACK, .seq = seq };

	vrc_arq_stamp(&r->end[from].arq, &f);
	MUST(f.window <= VRC_MAX_WINDOW);
	post(r, !from, &f, data);
}

static void send_new(struct run *r, int me)
{
	struct vrc_arq *a = &r->end[me].arq;
	struct object *o;

	if (r->used >= MAX_FRAMES / 2 || !vrc_arq_can_send(a))
		return;
	o = take_object(r, a->snd_nxt, SENDER);
	MUST(vrc_arq_send(a, o, r->now) == o->seq);
	transmit(r, me, true, o->seq);
}

static void collect(struct run *r, int me)
{
	struct vrc_arq *a = &r->end[me].arq;
	struct object *o;
	u32 seq;

	while ((o = vrc_arq_pop_acked(a)))
		give_back(o, SENDER);
	while ((o = vrc_arq_pop_lost(a, &seq, r->now))) {
		MUST(o->holder == SENDER && o->seq == seq);
		transmit(r, me, true, seq);
	}
	if (vrc_arq_ack_due(a))
		transmit(r, me, false, 0);
	MUST(!vrc_arq_ack_due(a));
	MUST(a->cwnd >= 1 && a->cwnd <= VRC_MAX_WINDOW);
	MUST(vrc_arq_in_flight(a) <= VRC_MAX_WINDOW);
}

static void take_ready(struct run *r, int me, u32 max)
{
	struct end *e = &r->end[me];
	struct object *o;

	while (max-- && (o = vrc_arq_pop_ready(&e->arq))) {
		MUST(o->seq == e->next_ready++);
		give_back(o, RECEIVER);
	}
}

static void arrive(struct run *r, int me, const struct message *m)
{
	enum vrc_arq_verdict verdict;
	struct object *o = NULL;

	if (m->data) {
		if (r->used == MAX_FRAMES)
			return;
		o = take_object(r, m->f.seq, RECEIVER);
	}
	verdict = vrc_arq_rx(&r->end[me].arq, &m->f, o, r->now);
	MUST(!o == (verdict == VRC_ARQ_NO_DATA) || verdict == VRC_ARQ_BAD_ACK);
	if (o && verdict != VRC_ARQ_KEPT)
		give_back(o, RECEIVER);
}

/* Any message may be the next one, once, twice or never. */
static void from_queue(struct run *r, int me, u32 index, bool deliver, bool keep)
{
	struct end *e = &r->end[me];
	struct message m;

	if (!e->queued)
		return;
	index %= e->queued;
	m = e->queue[index];
	if (!keep) {
		e->queued--;
		memmove(&e->queue[index], &e->queue[index + 1],
			(e->queued - index) * sizeof(e->queue[0]));
	}
	if (deliver)
		arrive(r, me, &m);
}

static void pass_time(struct run *r, u64 ns)
{
	int i;

	r->now += ns;
	for (i = 0; i < 2; i++)
		if (r->now >= vrc_arq_deadline(&r->end[i].arq))
			vrc_arq_timer(&r->end[i].arq, r->now);
}

static void forge(struct run *r, int to)
{
	struct vrc_arq *a = &r->end[to].arq;
	struct message m = { .data = next_byte(r) & 1 };

	m.f.kind = m.data ? VRC_KIND_DATA : VRC_KIND_ACK;
	m.f.flags = next_byte(r);
	m.f.window = next_byte(r);
	m.f.ack = a->snd_una + (next_byte(r) & 1 ? next_u32(r) : next_byte(r) % 70 - 3U);
	m.f.seq = a->rcv_nxt + (next_byte(r) & 1 ? next_u32(r) : next_byte(r) % 80 - 10U);
	m.f.sack = (u64)next_u32(r) << 32 | next_u32(r);
	if (next_byte(r) & 1)
		m.f.sack >>= next_byte(r) & 63;
	arrive(r, to, &m);
}

static void step(struct run *r, bool forgery)
{
	u8 op = next_byte(r);
	int me = op >> 7;

	switch (op >> 3 & 7) {
	case 0:
		for (op &= 7; op != 0xff; op--)
			send_new(r, me);
		break;
	case 1:
		from_queue(r, me, op & 7, true, false);
		break;
	case 2:
		from_queue(r, me, next_byte(r), op & 1, op & 2);
		break;
	case 3:
		pass_time(r, 1000ULL << (op & 7) * 2);
		break;
	case 4:
		take_ready(r, me, op & 7);
		break;
	case 5:
		pass_time(r, (u64)next_byte(r) << (op & 7) * 3);
		break;
	case 6:
		if (forgery)
			forge(r, me);
		break;
	case 7:
		from_queue(r, me, 0, true, false);
		take_ready(r, me, 64);
		break;
	}
	collect(r, me);
}

static bool settled(const struct run *r)
{
	int i;

	for (i = 0; i < 2; i++)
		if (vrc_arq_in_flight(&r->end[i].arq) || r->end[i].queued ||
		    r->end[i].next_ready != r->end[!i].arq.snd_nxt)
			return false;
	return true;
}

/* The network behaves from now on: everything arrives at once. */
static void settle(struct run *r)
{
	u32 steps = 0;
	u64 at;
	int i;

	while (!settled(r) && r->used < MAX_FRAMES) {
		MUST(++steps < MAX_STEPS);
		for (i = 0; i < 2; i++) {
			from_queue(r, i, 0, true, false);
			take_ready(r, i, 64);
			collect(r, i);
		}
		if (r->end[0].queued || r->end[1].queued || settled(r))
			continue;
		at = min(vrc_arq_deadline(&r->end[0].arq), vrc_arq_deadline(&r->end[1].arq));
		MUST(at != VRC_ARQ_NEVER);
		pass_time(r, at > r->now ? at - r->now : 0);
		collect(r, 0);
		collect(r, 1);
	}
}

static void finish(struct run *r)
{
	struct object *o;
	u32 i;

	for (i = 0; i < 2; i++) {
		while ((o = vrc_arq_drain(&r->end[i].arq))) {
			MUST(o->holder != NOBODY);
			o->holder = NOBODY;
		}
		MUST(vrc_arq_deadline(&r->end[i].arq) == VRC_ARQ_NEVER);
		MUST(!vrc_arq_can_send(&r->end[i].arq));
	}
	for (i = 0; i < r->used; i++)
		MUST(r->objects[i].holder == NOBODY);
}

static void start(struct run *r)
{
	struct vrc_arq_config cfg[2] = { 0 };
	int i;

	for (i = 0; i < 2; i++) {
		cfg[i].window = 1 + next_byte(r) % VRC_MAX_WINDOW;
		cfg[i].ack_delay_ns = next_byte(r) * 10000U;
		cfg[!i].peer_window = cfg[i].window;
		cfg[!i].peer_ack_delay_ns = cfg[i].ack_delay_ns;
	}
	for (i = 0; i < 2; i++)
		vrc_arq_init(&r->end[i].arq, &cfg[i]);
}

int fuzz_one(const u8 *data, size_t size)
{
	struct run *r = calloc(1, sizeof(*r));
	bool forgery;

	r->in = data;
	r->left = size;
	forgery = next_byte(r) & 1;
	start(r);
	while (r->left && r->used < MAX_FRAMES)
		step(r, forgery);
	if (!forgery)
		settle(r);
	finish(r);
	free(r);
	return 0;
}
