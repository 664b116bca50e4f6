// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two ends over bad networks, all in simulated time: every TLP must arrive exactly once,
 * in order and intact, in both directions at once and in bounded time, and
 * reordering must not cost retransmissions.
 *
 *   arq_sim [SEED [TLPS]]
 */
#include <stdio.h>
#include <stdlib.h>

#include "arq_at.h"
#include "channel.h"
#include "tap.h"

#define US		1000ULL
#define MS		1000000ULL
#define DEFAULT_SEED	1
#define DEFAULT_TLPS	40000000
#define MIN_TLPS	1000000	/* fewer say nothing about rates */
#define WARM_UP		500	/* frames until a sender may be taken to know its path */

/* Times in ns */
struct setting {
	const char *name;
	struct channel_config net;
	u32	window;
	u64	ack_delay;
	u64	gap_ns;		/* between new frames of an end; 0: as fast as it can */
	u64	hold_ns;	/* the receiver looks at its frames only so often; 0: at once */
	/* what must hold */
	u64	max_frame_ns;	/* time for each frame of one direction */
	u32	max_again_ppm;	/* retransmissions, and of these */
	u32	max_needless_ppm;	/* those of which an earlier copy was not lost */
	u32	max_again_early;	/* in the warm-up, not counted above */
};

#include "arq_sim_settings.h"

/* A frame of an end, and how many copies of it have not been lost */
struct sent {
	struct pkt pkt;
	u32	number;		/* of this end, from 0 */
	u32	survived;
};

struct end {
	struct vrc_arq arq;
	u64	to_send, to_receive;	/* TLPs */
	u64	sent, received;
	u64	next_new, next_look;	/* times */
	u32	frames, acks;
	u32	again, needless, early;	/* retransmissions, early: in the warm-up */
	u64	bad;			/* TLPs that are not the one expected */
};

struct sim {
	const struct setting *set;
	struct channel *net;
	struct end end[2];
	u64	random, now;
	u64	seed;
};

static u32 alive;	/* frames allocated */

static u64 tlp_value(const struct sim *s, int from, u64 number)
{
	u64 x = s->seed ^ (number * 2 + (u64)from + 1) * 0x9e3779b97f4a7c15ULL;

	return tap_random(&x);
}

static void *get(size_t size)
{
	void *p = calloc(1, size);

	if (!p)
		abort();
	alive++;
	return p;
}

static void put(void *p)
{
	alive--;
	free(p);
}

static void transmit(struct sim *s, int from, struct sent *frame, u32 seq)
{
	struct vrc_frame f = { .kind = frame ? VRC_KIND_DATA : VRC_KIND_ACK, .seq = seq };
	int copies;

	vrc_arq_stamp(&s->end[from].arq, &f);
	copies = channel_send(s->net, !from, &f, frame ? &frame->pkt : NULL, s->now);
	if (frame)
		frame->survived += (u32)copies;
	else
		s->end[from].acks++;
}

static struct sent *new_frame(struct sim *s, int from)
{
	struct end *e = &s->end[from];
	struct sent *frame = get(sizeof(*frame));
	u64 want = 1 + tap_random(&s->random) % PKT_MAX_TLPS;
	u32 i;

	frame->number = e->frames++;
	frame->pkt.nr = (u32)min(want, e->to_send - e->sent);
	for (i = 0; i < frame->pkt.nr; i++)
		frame->pkt.tlp[i] = tlp_value(s, from, e->sent++);
	return frame;
}

static bool wants_to_send(const struct sim *s, const struct end *e)
{
	return e->sent < e->to_send && s->now >= e->next_new;
}

static void send_new(struct sim *s, int me)
{
	struct end *e = &s->end[me];
	struct sent *frame;

	while (wants_to_send(s, e) && vrc_arq_can_send(&e->arq)) {
		frame = new_frame(s, me);
		transmit(s, me, frame, vrc_arq_send(&e->arq, frame, s->now));
		if (s->set->gap_ns)
			e->next_new = s->now + tap_random(&s->random) % (2 * s->set->gap_ns);
	}
}

static void count_again(struct end *e, const struct sent *frame)
{
	e->again++;
	e->needless += frame->survived > 0;
}

static void send_again(struct sim *s, int me)
{
	struct end *e = &s->end[me];
	struct sent *frame;
	u32 seq;

	while ((frame = vrc_arq_pop_lost(&e->arq, &seq, s->now))) {
		if (s->set->max_again_early && frame->number < WARM_UP)
			e->early++;
		else
			count_again(e, frame);
		transmit(s, me, frame, seq);
	}
}

static void take_ready(struct sim *s, int me)
{
	struct end *e = &s->end[me];
	struct pkt *pkt;
	u32 i;

	if (s->now < e->next_look)
		return;
	if (s->set->hold_ns)
		e->next_look = s->now + s->set->hold_ns;
	while ((pkt = vrc_arq_pop_ready(&e->arq))) {
		for (i = 0; i < pkt->nr; i++)
			e->bad += pkt->tlp[i] != tlp_value(s, !me, e->received++);
		put(pkt);
	}
}

static void work(struct sim *s, int me)
{
	struct end *e = &s->end[me];
	void *frame;

	if (s->now >= vrc_arq_deadline(&e->arq))
		vrc_arq_timer(&e->arq, s->now);
	while ((frame = vrc_arq_pop_acked(&e->arq)))
		put(frame);
	take_ready(s, me);
	send_again(s, me);
	send_new(s, me);
	if (vrc_arq_ack_due(&e->arq))
		transmit(s, me, NULL, 0);
}

static void receive(struct sim *s)
{
	enum vrc_arq_verdict verdict;
	struct pkt *copy = NULL;
	struct message m;

	channel_receive(s->net, &m);
	if (m.has_data) {
		copy = get(sizeof(*copy));
		*copy = m.data;
	}
	verdict = vrc_arq_rx(&s->end[m.to].arq, &m.f, copy, s->now);
	if (copy && verdict != VRC_ARQ_KEPT)
		put(copy);
	EXPECT(verdict != VRC_ARQ_BAD_ACK);
	work(s, m.to);
}

/* When the end has something to do without a message */
static u64 wakes(const struct sim *s, const struct end *e)
{
	u64 at = vrc_arq_deadline(&e->arq);

	if (s->set->gap_ns && e->sent < e->to_send && vrc_arq_can_send(&e->arq))
		at = min(at, e->next_new);
	if (s->set->hold_ns && e->received < e->to_receive)
		at = min(at, e->next_look);
	return at;
}

static bool step(struct sim *s)
{
	u64 at = channel_next(s->net);
	u64 wake0 = wakes(s, &s->end[0]);
	u64 wake1 = wakes(s, &s->end[1]);

	if (min(at, min(wake0, wake1)) == VRC_ARQ_NEVER)
		return false;
	s->now = max(s->now, min(at, min(wake0, wake1)));
	if (at <= s->now)
		receive(s);
	else
		work(s, wake1 < wake0);
	return true;
}

static bool finished(const struct end *e)
{
	return e->received == e->to_receive && e->sent == e->to_send &&
	       !vrc_arq_in_flight(&e->arq);
}

static void start(struct sim *s, const struct setting *set, u64 seed, u64 tlps)
{
	struct vrc_arq_config cfg = {
		.window = set->window, .peer_window = set->window,
		.ack_delay_ns = (u32)set->ack_delay, .peer_ack_delay_ns = (u32)set->ack_delay,
	};
	u32 first[2] = { (u32)-5000, (u32)-70000 };	/* the sequences wrap soon */
	int i;

	memset(s, 0, sizeof(*s));
	s->set = set;
	s->seed = seed;
	s->random = seed * 2 + 1;
	s->net = channel_create(&set->net, seed * 4 + 3);
	for (i = 0; i < 2; i++) {
		vrc_arq_init(&s->end[i].arq, &cfg);
		arq_start_at(&s->end[i].arq, first[i], first[!i]);
		s->end[i].to_send = tlps / 2;
		s->end[i].to_receive = tlps / 2;
	}
}

static u32 ppm(u64 part, u64 whole)
{
	return whole ? (u32)(part * 1000000 / whole) : 0;
}

static void report(const struct sim *s)
{
	const struct end *a = &s->end[0], *b = &s->end[1];
	unsigned long long us = s->now / US, frames = (u64)a->frames + b->frames;
	unsigned long long rto = a->arq.stats.tx_rto + b->arq.stats.tx_rto;

	tap_note("%llu frames, %llu us, %llu ns a frame and direction", frames, us,
		 us * US * 2 / frames);
	tap_note("sent again %u ppm, needless %u ppm, early %u; RTO %llu; ACK frames %llu %%",
		 ppm(a->again + b->again, frames), ppm(a->needless + b->needless, frames),
		 a->early + b->early, rto, ((u64)a->acks + b->acks) * 100 / frames);
	tap_note("cwnd %u, srtt %u us, reordering window %u us", a->arq.cwnd,
		 (u32)(a->arq.srtt / US), (u32)(a->arq.reo_wnd / US));
}

static void judge_end(const struct end *e)
{
	const struct vrc_arq_stats *stats = &e->arq.stats;

	EXPECT_EQ(e->received, e->to_receive);
	EXPECT_EQ(e->bad, 0);
	EXPECT(finished(e));
	EXPECT_EQ(stats->tx_frames, e->frames);
	EXPECT_EQ(stats->tx_again, e->again + e->early);
}

static void judge(struct sim *s)
{
	const struct setting *set = s->set;
	struct end *a = &s->end[0], *b = &s->end[1];
	u64 frames = (u64)a->frames + b->frames;

	judge_end(a);
	judge_end(b);
	EXPECT(!vrc_arq_drain(&a->arq));
	EXPECT(!vrc_arq_drain(&b->arq));
	EXPECT_EQ(alive, 0);
	EXPECT(s->now <= frames / 2 * set->max_frame_ns + 20 * MS);
	EXPECT(ppm(a->again + b->again, frames) <= max(set->max_again_ppm, set->max_needless_ppm));
	EXPECT(ppm(a->needless + b->needless, frames) <= set->max_needless_ppm);
	EXPECT(a->early + b->early <= set->max_again_early);
}

static void run_setting(const struct setting *set, u64 seed, u64 tlps)
{
	struct sim s;
	u64 limit = tlps * set->max_frame_ns + 1000 * MS;

	start(&s, set, seed, tlps);
	work(&s, 0);
	work(&s, 1);
	while (!(finished(&s.end[0]) && finished(&s.end[1])) && s.now < limit)
		if (!step(&s))
			break;
	report(&s);
	judge(&s);
	channel_destroy(s.net);
}

static u64 seed = DEFAULT_SEED;
static u64 tlps = DEFAULT_TLPS;
static const struct setting *next_setting = settings;

static void run_next(void)
{
	run_setting(next_setting++, seed, tlps / NR_SETTINGS);
}

int main(int argc, char **argv)
{
	struct tap_test tests[NR_SETTINGS];
	u32 i;

	if (argc > 1)
		seed = strtoull(argv[1], NULL, 0);
	if (argc > 2)
		tlps = strtoull(argv[2], NULL, 0);
	if (!seed || tlps < MIN_TLPS) {
		fprintf(stderr, "arq_sim: SEED must not be 0, TLPS at least %d\n", MIN_TLPS);
		return 2;
	}
	tap_note("seed %llu, %llu TLPs", (unsigned long long)seed, (unsigned long long)tlps);
	for (i = 0; i < NR_SETTINGS; i++) {
		tests[i].name = settings[i].name;
		tests[i].run = run_next;
	}
	return tap_run(tests, NR_SETTINGS);
}
