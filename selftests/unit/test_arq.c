// SPDX-License-Identifier: GPL-2.0-only
/* The ARQ, one rule at a time. Times are in microseconds, frames are numbered pointers. */
#include "arq_at.h"
#include "tap.h"

#define US		1000ULL
#define MS		1000000ULL
#define RTT		100	/* us, of the simple path of these tests */

static char frames[1024];
#define FRAME(i)	((void *)&frames[i])

static const struct vrc_arq_config usual = {
	.window = 64, .peer_window = 64, .ack_delay_ns = MS, .peer_ack_delay_ns = MS,
};

static void init(struct vrc_arq *a, u32 window, u32 peer_window)
{
	struct vrc_arq_config cfg = usual;

	cfg.window = window;
	cfg.peer_window = peer_window;
	vrc_arq_init(a, &cfg);
}

/* Sends @nr frames at @us, 1 us apart: frame i is FRAME(i). */
static void send(struct vrc_arq *a, u32 nr, u64 us)
{
	u32 i;

	for (i = 0; i < nr; i++) {
		EXPECT(vrc_arq_can_send(a));
		vrc_arq_send(a, FRAME(a->snd_nxt % 1024), (us + i) * US);
	}
}

static enum vrc_arq_verdict ack_flags(struct vrc_arq *a, u32 ack, u64 sack, u16 flags, u64 us)
{
	struct vrc_frame f = { .kind = VRC_KIND_ACK, .ack = ack, .sack = sack, .window = 64,
			       .flags = flags };

	return vrc_arq_rx(a, &f, NULL, us * US);
}

static enum vrc_arq_verdict ack(struct vrc_arq *a, u32 seq, u64 sack, u64 us)
{
	return ack_flags(a, seq, sack, 0, us);
}

static enum vrc_arq_verdict data_flags(struct vrc_arq *a, u32 seq, u16 flags, u64 us)
{
	struct vrc_frame f = { .kind = VRC_KIND_DATA, .seq = seq, .ack = a->snd_una,
			       .window = 64, .flags = flags };

	return vrc_arq_rx(a, &f, FRAME(seq % 1024), us * US);
}

static enum vrc_arq_verdict data(struct vrc_arq *a, u32 seq, u64 us)
{
	return data_flags(a, seq, 0, us);
}

/* Takes the ack that is due and returns it as the peer sees it. */
static struct vrc_frame take_ack(struct vrc_arq *a)
{
	struct vrc_frame f = { .kind = VRC_KIND_ACK };

	vrc_arq_stamp(a, &f);
	EXPECT(!vrc_arq_ack_due(a));
	return f;
}

static void expect_ready(struct vrc_arq *a, u32 first, u32 nr)
{
	u32 i;

	for (i = 0; i < nr; i++)
		EXPECT(vrc_arq_pop_ready(a) == FRAME((first + i) % 1024));
	EXPECT(!vrc_arq_pop_ready(a));
}

static void expect_acked(struct vrc_arq *a, u32 first, u32 nr)
{
	u32 i;

	for (i = 0; i < nr; i++)
		EXPECT(vrc_arq_pop_acked(a) == FRAME((first + i) % 1024));
	EXPECT(!vrc_arq_pop_acked(a));
}

static void expect_lost(struct vrc_arq *a, u32 want, u64 us)
{
	u32 seq = ~want;

	EXPECT(vrc_arq_pop_lost(a, &seq, us * US) == FRAME(want % 1024));
	EXPECT_EQ(seq, want);
}

static void expect_none_lost(struct vrc_arq *a, u64 us)
{
	u32 seq;

	EXPECT(!vrc_arq_pop_lost(a, &seq, us * US));
}

/* A sender that has measured a round trip of RTT, its next sequence being 1. */
static void init_measured(struct vrc_arq *a)
{
	vrc_arq_init(a, &usual);
	send(a, 1, 0);
	EXPECT_EQ(ack(a, 1, 0, RTT), VRC_ARQ_NO_DATA);
	expect_acked(a, 0, 1);
	EXPECT_EQ(a->srtt, RTT * US);
}

static void in_order_is_delivered_at_once(void)
{
	struct vrc_arq a;
	u32 i;

	vrc_arq_init(&a, &usual);
	for (i = 0; i < 5; i++) {
		EXPECT_EQ(data(&a, i, i), VRC_ARQ_KEPT);
		expect_ready(&a, i, 1);
	}
	EXPECT_EQ(take_ack(&a).ack, 5);
	EXPECT_EQ(a.stats.rx_frames, 5);
	EXPECT_EQ(a.stats.rx_held, 0);
}

static void a_hole_holds_back_what_follows(void)
{
	struct vrc_arq a;
	struct vrc_frame f;

	vrc_arq_init(&a, &usual);
	data(&a, 0, 0);
	EXPECT_EQ(data(&a, 2, 1), VRC_ARQ_KEPT);
	EXPECT(vrc_arq_ack_due(&a));		/* at once */
	EXPECT_EQ(data(&a, 4, 2), VRC_ARQ_KEPT);
	expect_ready(&a, 0, 1);
	f = take_ack(&a);
	EXPECT_EQ(f.ack, 1);
	EXPECT_EQ(f.sack, 0x5);			/* 2 and 4 */
	EXPECT_EQ(f.window, 64);
	EXPECT_EQ(data(&a, 1, 3), VRC_ARQ_KEPT);
	EXPECT(vrc_arq_ack_due(&a));
	expect_ready(&a, 1, 2);
	f = take_ack(&a);
	EXPECT_EQ(f.ack, 3);
	EXPECT_EQ(f.sack, 0x1);
	data(&a, 3, 4);
	expect_ready(&a, 3, 2);
	EXPECT_EQ(take_ack(&a).sack, 0);
}

static void the_widest_hole(void)
{
	struct vrc_arq a;
	struct vrc_frame f;
	u32 i;

	vrc_arq_init(&a, &usual);
	for (i = 63; i > 0; i--)
		EXPECT_EQ(data(&a, i, 0), VRC_ARQ_KEPT);
	f = take_ack(&a);
	EXPECT_EQ(f.sack, ~0ULL >> 1);
	EXPECT_EQ(data(&a, 0, 1), VRC_ARQ_KEPT);
	expect_ready(&a, 0, 64);
	EXPECT_EQ(take_ack(&a).ack, 64);
}

static void duplicates_are_told_and_reported(void)
{
	struct vrc_arq a;
	struct vrc_frame f;

	vrc_arq_init(&a, &usual);
	data(&a, 0, 0);
	data(&a, 2, 0);
	take_ack(&a);
	EXPECT_EQ(data(&a, 0, 1), VRC_ARQ_DUPLICATE);	/* before */
	EXPECT(vrc_arq_ack_due(&a));
	f = take_ack(&a);
	EXPECT_EQ(f.flags, VRC_FLAG_DUP);
	EXPECT_EQ(f.seq, 0);
	EXPECT_EQ(data(&a, 2, 2), VRC_ARQ_DUPLICATE);	/* held */
	EXPECT_EQ(take_ack(&a).seq, 2);
	EXPECT_EQ(take_ack(&a).flags, 0);		/* once only */
	EXPECT_EQ(a.stats.rx_dup, 2);
	data(&a, 1, 3);
	expect_ready(&a, 0, 3);
	EXPECT_EQ(data(&a, 1, 4), VRC_ARQ_DUPLICATE);	/* delivered long ago */
}

/* A DATA frame has no room for the report: the ACK stays due. */
static void data_does_not_swallow_the_report(void)
{
	struct vrc_frame f = { .kind = VRC_KIND_DATA };
	struct vrc_arq a;

	vrc_arq_init(&a, &usual);
	data(&a, 0, 0);
	data(&a, 0, 0);
	f.seq = vrc_arq_send(&a, FRAME(0), US);
	vrc_arq_stamp(&a, &f);
	EXPECT(!(f.flags & VRC_FLAG_DUP));
	EXPECT_EQ(f.ack, 1);
	EXPECT(vrc_arq_ack_due(&a));
	EXPECT_EQ(take_ack(&a).flags, VRC_FLAG_DUP);
}

static void beyond_the_window_is_refused(void)
{
	struct vrc_arq a;

	init(&a, 4, 64);
	EXPECT_EQ(data(&a, 4, 0), VRC_ARQ_OUTSIDE);
	EXPECT(vrc_arq_ack_due(&a));
	EXPECT_EQ(take_ack(&a).window, 4);
	EXPECT_EQ(data(&a, 3, 0), VRC_ARQ_KEPT);
	EXPECT_EQ(data(&a, 1000000, 0), VRC_ARQ_OUTSIDE);
	EXPECT_EQ(a.stats.rx_outside, 2);
}

static void the_window_closes_and_reopens(void)
{
	struct vrc_arq a;
	struct vrc_frame f;
	u32 i;

	init(&a, 4, 64);
	for (i = 0; i < 4; i++)
		EXPECT_EQ(data(&a, i, i), VRC_ARQ_KEPT);
	f = take_ack(&a);
	EXPECT_EQ(f.ack, 4);
	EXPECT_EQ(f.window, 0);
	EXPECT_EQ(data(&a, 4, 5), VRC_ARQ_OUTSIDE);
	take_ack(&a);
	EXPECT(vrc_arq_pop_ready(&a) == FRAME(0));
	EXPECT(vrc_arq_ack_due(&a));		/* the peer waits for that */
	EXPECT_EQ(take_ack(&a).window, 1);
	EXPECT_EQ(data(&a, 4, 6), VRC_ARQ_KEPT);
	expect_ready(&a, 1, 4);
	EXPECT_EQ(take_ack(&a).window, 4);
}

static void a_sender_keeps_to_the_window(void)
{
	struct vrc_frame f = { .kind = VRC_KIND_ACK, .ack = 3, .window = 0 };
	struct vrc_arq a;

	init(&a, 64, 3);
	send(&a, 3, 0);
	EXPECT(!vrc_arq_can_send(&a));
	vrc_arq_rx(&a, &f, NULL, 100 * US);
	expect_acked(&a, 0, 3);
	EXPECT(!vrc_arq_can_send(&a));
	f.window = 1;
	vrc_arq_rx(&a, &f, NULL, 200 * US);
	send(&a, 1, 300);
	EXPECT(!vrc_arq_can_send(&a));
	f.ack = 2;		/* overtaken: it takes nothing back and opens nothing */
	f.window = 64;
	vrc_arq_rx(&a, &f, NULL, 400 * US);
	EXPECT(!vrc_arq_can_send(&a));
}

/* The ack that reopens the window may get lost. */
static void a_closed_window_is_probed(void)
{
	struct vrc_frame f = { .kind = VRC_KIND_ACK, .ack = 2, .window = 0 };
	struct vrc_arq a;
	u64 at, before;
	int i;

	init(&a, 64, 2);
	send(&a, 2, 0);
	vrc_arq_rx(&a, &f, NULL, RTT * US);
	before = RTT * US;
	for (i = 0; i < 3; i++) {
		at = vrc_arq_deadline(&a);
		if (!EXPECT(at != VRC_ARQ_NEVER))
			return;
		EXPECT(at - before >= 2 * MS << i);	/* ever more seldom */
		before = at;
		vrc_arq_timer(&a, at);
		EXPECT(vrc_arq_ack_due(&a));
		EXPECT_EQ(take_ack(&a).flags, VRC_FLAG_ACK_REQ);
		vrc_arq_rx(&a, &f, NULL, at + RTT * US);
	}
	EXPECT_EQ(a.stats.tx_rto, 0);
	f.window = 1;
	vrc_arq_rx(&a, &f, NULL, before + MS);
	EXPECT_EQ(vrc_arq_deadline(&a), VRC_ARQ_NEVER);
	EXPECT(vrc_arq_can_send(&a));
}

static void acks_free_frames_in_order(void)
{
	struct vrc_arq a;

	vrc_arq_init(&a, &usual);
	send(&a, 5, 0);
	EXPECT_EQ(vrc_arq_in_flight(&a), 5);
	ack(&a, 2, 0, 100);
	expect_acked(&a, 0, 2);
	ack(&a, 2, 0x2, 101);		/* 4 has arrived: it is kept until 2 and 3 have */
	expect_acked(&a, 0, 0);
	EXPECT_EQ(vrc_arq_in_flight(&a), 3);
	ack(&a, 5, 0, 102);
	expect_acked(&a, 2, 3);
	EXPECT_EQ(vrc_arq_in_flight(&a), 0);
	EXPECT_EQ(vrc_arq_deadline(&a), VRC_ARQ_NEVER);
}

static void sack_finds_the_lost_frame(void)
{
	struct vrc_arq a;
	u64 due;

	init_measured(&a);
	send(&a, 4, 1000);			/* 1 to 4, and 2 gets lost */
	ack(&a, 2, 0, 1000 + RTT);
	ack(&a, 2, 0x1, 1002 + RTT);
	expect_none_lost(&a, 1002 + RTT);	/* it may still be late */
	due = vrc_arq_deadline(&a);
	EXPECT(due > (1002 + RTT) * US && due <= (1001 + 2 * RTT) * US);
	vrc_arq_timer(&a, due);
	expect_lost(&a, 2, due / US);
	expect_none_lost(&a, due / US);
	EXPECT_EQ(a.stats.tx_fast, 1);
	EXPECT_EQ(a.stats.tx_again, 1);
	EXPECT_EQ(a.stats.tx_rto, 0);
	ack(&a, 5, 0, due / US + RTT);
	expect_acked(&a, 1, 4);
}

/* A retransmission that is lost as well is found by what is sent after it. */
static void a_lost_retransmission_is_found(void)
{
	struct vrc_arq a;
	u64 due;

	init_measured(&a);
	send(&a, 3, 1000);			/* 1 is lost */
	ack(&a, 1, 0x3, 1002 + RTT);
	due = vrc_arq_deadline(&a);
	vrc_arq_timer(&a, due);
	expect_lost(&a, 1, 1200);		/* and again */
	send(&a, 1, 1201);
	ack(&a, 1, 0x7, 1201 + RTT);
	vrc_arq_timer(&a, (1300 + RTT) * US);
	expect_lost(&a, 1, 1300 + RTT);
	EXPECT_EQ(a.stats.tx_fast, 2);
	EXPECT_EQ(a.stats.tx_rto, 0);
}

/* Frames 1 and 2 change places: the second arrives 20 us behind the third. */
static void small_reordering_costs_nothing(void)
{
	struct vrc_arq a;

	init_measured(&a);
	send(&a, 3, 1000);
	ack(&a, 1, 0x2, 1002 + RTT);
	ack(&a, 2, 0x1, 1003 + RTT);
	ack(&a, 4, 0, 1020 + RTT);
	expect_none_lost(&a, 1020 + RTT);
	vrc_arq_timer(&a, (1050 + RTT) * US);
	expect_none_lost(&a, 1050 + RTT);
	EXPECT_EQ(a.stats.tx_again, 0);
	EXPECT(a.reo_wnd >= 20 * US);		/* learnt */
}

/*
 * The first time a path is slower than we know, a retransmission is for nothing. The
 * peer's report widens the window and gives cwnd back: the second time it is not.
 */
static void needless_retransmissions_teach(void)
{
	struct vrc_frame f = { .kind = VRC_KIND_ACK, .ack = 3, .window = 64,
			       .flags = VRC_FLAG_DUP, .seq = 1 };
	struct vrc_arq a;
	u32 cwnd;

	init_measured(&a);
	cwnd = a.cwnd;
	send(&a, 2, 1000);
	ack(&a, 1, 0x1, 1001 + RTT);
	vrc_arq_timer(&a, (1030 + RTT) * US);
	expect_lost(&a, 1, 1030 + RTT);
	EXPECT(a.cwnd < cwnd);
	ack(&a, 3, 0, 1300 + RTT);		/* the first one, 300 us late */
	ack_flags(&a, 3, 0, VRC_FLAG_DUP, 1301 + RTT);	/* seq 0: sent once */
	EXPECT_EQ(a.stats.spurious, 0);
	vrc_arq_rx(&a, &f, NULL, (1310 + RTT) * US);
	EXPECT_EQ(a.stats.spurious, 1);
	vrc_arq_rx(&a, &f, NULL, (1311 + RTT) * US);	/* the network copied it */
	EXPECT_EQ(a.stats.spurious, 1);
	EXPECT(a.cwnd >= cwnd);
	EXPECT(a.reo_wnd >= 300 * US);
	send(&a, 2, 2000);
	ack(&a, 3, 0x1, 2001 + RTT);
	vrc_arq_timer(&a, (2290 + RTT) * US);
	expect_none_lost(&a, 2290 + RTT);
	ack(&a, 5, 0, 2300 + RTT);
	EXPECT_EQ(a.stats.tx_again, 1);
}

/* Question and answer, one at a time: each answer acks, and nobody has to ask for more. */
static void a_lonely_frame_asks_for_no_ack(void)
{
	struct vrc_frame f;
	struct vrc_arq a;
	static int frame;
	u32 seq, i;

	init_measured(&a);
	for (i = 0; i < 3 * VRC_ARQ_SLOTS; i++) {
		seq = vrc_arq_send(&a, &frame, (10000 + i * 1000) * US);
		f = (struct vrc_frame){ .kind = VRC_KIND_DATA, .seq = seq };
		vrc_arq_stamp(&a, &f);
		EXPECT(!(f.flags & VRC_FLAG_ACK_REQ));
		ack(&a, seq + 1, 0, 10000 + i * 1000 + RTT);
		vrc_arq_pop_acked(&a);
	}
}

/*
 * A peer whose delayed acks come late gives no samples; the first needless expiry
 * of the RTO must make the next one wait for as long as it took.
 */
static void needless_expiry_teaches_rto(void)
{
	struct vrc_frame f = { .kind = VRC_KIND_ACK, .ack = 2, .window = 64,
			       .flags = VRC_FLAG_DUP, .seq = 1 };
	struct vrc_arq a;

	init_measured(&a);
	send(&a, 1, 10000);
	vrc_arq_timer(&a, 15000 * US);
	expect_lost(&a, 1, 15000);
	ack_flags(&a, 2, 0, VRC_FLAG_ACK_DELAYED, 18000);
	vrc_arq_rx(&a, &f, NULL, 18010 * US);
	EXPECT_EQ(a.stats.spurious, 1);
	EXPECT(a.rto >= 8000 * US);
	send(&a, 1, 20000);
	vrc_arq_timer(&a, 28000 * US);
	expect_none_lost(&a, 28000);
}

static void reordering_never_outlasts_the_rto(void)
{
	struct vrc_arq a;
	u64 us = 1000;
	u32 i, next;

	init_measured(&a);
	for (i = 0; i < 200; i++) {		/* always as late as it goes */
		next = a.snd_nxt;
		send(&a, 2, us);
		ack(&a, next, 0x1, us + RTT);
		ack(&a, next + 2, 0, us + RTT + a.rto / US / 2 - 1);
		while (vrc_arq_pop_acked(&a))
			;
		us += 100000;
		EXPECT(a.reo_wnd <= a.rto / 2);
	}
	EXPECT_EQ(a.stats.tx_again, 0);
}

static void the_last_frame_waits_for_the_rto(void)
{
	struct vrc_arq a;
	u64 at, sent = 1000;
	int i;

	init_measured(&a);
	send(&a, 1, sent);
	for (i = 0; i < 5; i++) {
		at = vrc_arq_deadline(&a);
		EXPECT(at >= sent * US + (2 * MS << i));
		EXPECT(at <= sent * US + (3 * MS << i));
		vrc_arq_timer(&a, at - 1);
		expect_none_lost(&a, at / US);
		vrc_arq_timer(&a, at);
		sent = at / US;
		expect_lost(&a, 1, sent);
		EXPECT_EQ(a.cwnd, 1);
	}
	EXPECT_EQ(a.stats.tx_rto, 5);
	ack(&a, 2, 0, sent + RTT);
	expect_acked(&a, 1, 1);
	EXPECT_EQ(a.backoff, 0);
	EXPECT_EQ(vrc_arq_deadline(&a), VRC_ARQ_NEVER);
}

static void the_rto_has_bounds(void)
{
	struct vrc_arq_config cfg = usual;
	struct vrc_arq a;
	u32 i;

	cfg.rto_max_ns = 12500000;		/* a lease of 100 ms */
	vrc_arq_init(&a, &cfg);
	EXPECT_EQ(a.rto, cfg.rto_max_ns);
	send(&a, 1, 0);
	for (i = 0; i < 40; i++) {
		u64 at = vrc_arq_deadline(&a);
		u32 seq;

		vrc_arq_timer(&a, at);
		vrc_arq_pop_lost(&a, &seq, at);
		EXPECT_EQ(vrc_arq_deadline(&a) - at, cfg.rto_max_ns);
	}
	cfg.peer_ack_delay_ns = 0;
	cfg.rto_max_ns = 0;
	vrc_arq_init(&a, &cfg);
	EXPECT_EQ(a.rto, 20 * MS);
	send(&a, 1, 0);
	ack(&a, 1, 0, 1);
	EXPECT_EQ(a.rto, 2 * MS);
}

/* Nothing is known of a round trip that includes an ack delay, or two transmissions. */
static void doubtful_round_trips_are_no_samples(void)
{
	struct vrc_arq a;
	u64 at;

	init_measured(&a);
	send(&a, 1, 1000);
	ack_flags(&a, 2, 0, VRC_FLAG_ACK_DELAYED, 1000 + 10 * RTT);
	EXPECT_EQ(a.srtt, RTT * US);
	send(&a, 1, 5000);
	at = vrc_arq_deadline(&a);
	vrc_arq_timer(&a, at);
	expect_lost(&a, 2, at / US);
	ack(&a, 3, 0, at / US + 5 * RTT);
	EXPECT_EQ(a.srtt, RTT * US);
}

static void loss_halves_cwnd_once_a_window(void)
{
	struct vrc_arq a;
	u32 seq, lost = 0;

	init_measured(&a);
	a.cwnd = 32;
	a.ssthresh = 32;
	send(&a, 20, 1000);			/* 1 to 20; of these 1, 3 and 5 are lost */
	ack(&a, 1, 0x7fff5, 1019 + RTT);
	vrc_arq_timer(&a, (1100 + RTT) * US);
	EXPECT_EQ(a.stats.tx_fast, 3);
	EXPECT_EQ(a.cwnd, 16);
	while (vrc_arq_pop_lost(&a, &seq, (1100 + RTT) * US))
		lost++;
	EXPECT_EQ(lost, 3);
	EXPECT_EQ(a.stats.tx_again, 3);
	ack(&a, 21, 0, 1200 + 2 * RTT);
	EXPECT(a.cwnd >= 16 && a.cwnd <= 17);
	while (vrc_arq_pop_acked(&a))
		;
	send(&a, 2, 5000);			/* the next window: 21 is lost */
	ack(&a, 21, 0x1, 5001 + RTT);
	vrc_arq_timer(&a, (5100 + RTT) * US);
	EXPECT_EQ(a.cwnd, 8);
}

/* Sequences far behind look like those ahead: the mark of the last loss must not stay there. */
static void the_mark_of_a_loss_moves_along(void)
{
	struct vrc_arq a;

	init_measured(&a);
	EXPECT_EQ(a.recover, 1);
	send(&a, 3, 1000);
	ack(&a, 4, 0, 1002 + RTT);
	EXPECT_EQ(a.recover, 4);
}

static void cwnd_grows_only_when_used(void)
{
	struct vrc_arq a;
	u64 us;
	u32 i, n;

	vrc_arq_init(&a, &usual);
	for (i = 0, us = 0; i < 50; i++, us += 1000) {
		send(&a, 1, us);
		ack(&a, a.snd_nxt, 0, us + RTT);
		vrc_arq_pop_acked(&a);
	}
	EXPECT_EQ(a.cwnd, 16);
	for (i = 0; i < 10; i++, us += 1000) {
		for (n = 0; vrc_arq_can_send(&a); n++)
			vrc_arq_send(&a, FRAME(n), us * US);
		ack(&a, a.snd_nxt, 0, us + RTT);
		while (vrc_arq_pop_acked(&a))
			;
	}
	EXPECT_EQ(a.cwnd, 64);
	EXPECT_EQ(n, 64);
}

static void the_lost_go_before_the_new(void)
{
	struct vrc_arq a;
	u64 due;

	init_measured(&a);
	a.cwnd = 4;
	a.ssthresh = 4;
	send(&a, 4, 1000);
	EXPECT(!vrc_arq_can_send(&a));
	ack(&a, 1, 0x7, 1003 + RTT);		/* 1 is lost */
	due = vrc_arq_deadline(&a);
	vrc_arq_timer(&a, due);
	a.cwnd = 1;
	EXPECT(!vrc_arq_can_send(&a));
	expect_lost(&a, 1, due / US);
	EXPECT(!vrc_arq_can_send(&a));		/* it fills cwnd */
}

static void slots_are_not_reused_before_they_are_free(void)
{
	struct vrc_arq a;
	u32 i;

	vrc_arq_init(&a, &usual);
	a.cwnd = 64;
	send(&a, 64, 0);
	ack(&a, 64, 0, 200);
	EXPECT(!vrc_arq_can_send(&a));		/* nobody has taken the acked ones yet */
	for (i = 0; i < 64; i++)
		EXPECT(vrc_arq_pop_acked(&a) == FRAME(i));
	EXPECT(vrc_arq_can_send(&a));
}

static void acks_of_what_was_never_sent_are_refused(void)
{
	struct vrc_arq a, was;

	vrc_arq_init(&a, &usual);
	send(&a, 5, 0);
	was = a;
	EXPECT_EQ(ack(&a, 6, 0, 100), VRC_ARQ_BAD_ACK);
	EXPECT_EQ(ack(&a, 0x7fffffff, 0, 100), VRC_ARQ_BAD_ACK);
	EXPECT_EQ(ack(&a, 5, 0x1, 100), VRC_ARQ_BAD_ACK);
	EXPECT_EQ(ack(&a, 0, 0x10, 100), VRC_ARQ_BAD_ACK);	/* 5 is next */
	EXPECT_EQ(ack(&a, 0, 1ULL << 63, 100), VRC_ARQ_BAD_ACK);
	EXPECT(!memcmp(&a, &was, sizeof(a)));
	EXPECT_EQ(ack(&a, 0, 0x8, 100), VRC_ARQ_NO_DATA);
	EXPECT_EQ(ack(&a, (u32)-5, 0, 100), VRC_ARQ_NO_DATA);	/* old */
	EXPECT_EQ(vrc_arq_in_flight(&a), 5);
}

static void a_bad_ack_leaves_the_data_alone(void)
{
	struct vrc_frame f = { .kind = VRC_KIND_DATA, .ack = 1 };
	struct vrc_arq a;

	vrc_arq_init(&a, &usual);
	EXPECT_EQ(vrc_arq_rx(&a, &f, FRAME(0), 0), VRC_ARQ_BAD_ACK);
	EXPECT(!vrc_arq_pop_ready(&a));
	EXPECT_EQ(data(&a, 0, 1), VRC_ARQ_KEPT);
}

static void acks_are_delayed_while_nothing_is_wrong(void)
{
	struct vrc_arq a;
	struct vrc_frame f;
	u32 i;

	vrc_arq_init(&a, &usual);
	data(&a, 0, 0);
	data(&a, 1, 10);
	vrc_arq_pop_ready(&a);
	vrc_arq_pop_ready(&a);
	EXPECT(!vrc_arq_ack_due(&a));
	EXPECT_EQ(vrc_arq_deadline(&a), MS);	/* counted from the first */
	vrc_arq_timer(&a, MS - 1);
	EXPECT(!vrc_arq_ack_due(&a));
	vrc_arq_timer(&a, MS);
	EXPECT(vrc_arq_ack_due(&a));
	f = take_ack(&a);
	EXPECT_EQ(f.flags, VRC_FLAG_ACK_DELAYED);
	EXPECT_EQ(f.ack, 2);
	EXPECT_EQ(vrc_arq_deadline(&a), VRC_ARQ_NEVER);
	for (i = 2; i < 17; i++) {
		data(&a, i, 2000);
		vrc_arq_pop_ready(&a);
		EXPECT(!vrc_arq_ack_due(&a));
	}
	data(&a, 17, 2000);
	EXPECT(vrc_arq_ack_due(&a));		/* every 16 */
	EXPECT_EQ(take_ack(&a).flags, 0);
}

/* A frame that comes between the timer and the ack makes a round trip that can be measured. */
static void a_fresh_frame_makes_the_ack_timely(void)
{
	struct vrc_arq a;

	vrc_arq_init(&a, &usual);
	data(&a, 0, 0);
	vrc_arq_timer(&a, MS);
	data(&a, 1, 1000);
	EXPECT(vrc_arq_ack_due(&a));
	EXPECT_EQ(take_ack(&a).flags, 0);
	data(&a, 2, 2000);
	vrc_arq_timer(&a, 3 * MS);
	EXPECT_EQ(ack_flags(&a, 0, 0, VRC_FLAG_ACK_REQ, 3000), VRC_ARQ_NO_DATA);
	EXPECT_EQ(take_ack(&a).flags, 0);
}

static void ack_req_is_answered_at_once(void)
{
	struct vrc_arq a;

	vrc_arq_init(&a, &usual);
	data_flags(&a, 0, VRC_FLAG_ACK_REQ, 0);
	EXPECT(vrc_arq_ack_due(&a));
	EXPECT_EQ(take_ack(&a).flags, 0);
	EXPECT_EQ(ack_flags(&a, 0, 0, VRC_FLAG_ACK_REQ, 5), VRC_ARQ_NO_DATA);
	EXPECT(vrc_arq_ack_due(&a));
}

static void data_carries_the_ack(void)
{
	struct vrc_frame f = { .kind = VRC_KIND_DATA, .flags = 0xffff };
	struct vrc_arq a;

	vrc_arq_init(&a, &usual);
	data(&a, 0, 0);
	expect_ready(&a, 0, 1);
	f.seq = vrc_arq_send(&a, FRAME(9), US);
	vrc_arq_stamp(&a, &f);
	EXPECT_EQ(f.ack, 1);
	EXPECT_EQ(f.window, 64);
	EXPECT_EQ(f.flags, VRC_FLAG_ACK_REQ);	/* what the caller asks for stays, no more */
	EXPECT(!vrc_arq_ack_due(&a));
	EXPECT_EQ(vrc_arq_deadline(&a), a.rto_at);
}

static void senders_ask_for_acks_in_time(void)
{
	struct vrc_frame f = { .kind = VRC_KIND_DATA };
	struct vrc_arq a;
	u32 i, asked = 0;
	u64 due;

	init_measured(&a);
	a.cwnd = 8;
	a.ssthresh = 8;
	for (i = 0; i < 8; i++) {
		f.flags = 0;
		f.seq = vrc_arq_send(&a, FRAME(1 + i), (1000 + i) * US);
		vrc_arq_stamp(&a, &f);
		asked += !!(f.flags & VRC_FLAG_ACK_REQ);
	}
	EXPECT_EQ(asked, 2);			/* every half window */
	ack(&a, 1, 0x7f, 1007 + RTT);
	due = vrc_arq_deadline(&a);
	vrc_arq_timer(&a, due);
	f.flags = 0;
	EXPECT(vrc_arq_pop_lost(&a, &f.seq, due));
	vrc_arq_stamp(&a, &f);
	EXPECT_EQ(f.flags, VRC_FLAG_ACK_REQ);	/* a retransmission always does */
}

/* Two machines, joined without a network, across the end of the sequence space. */
static void sequences_wrap(void)
{
	struct vrc_frame f = { .kind = VRC_KIND_DATA };
	struct vrc_arq a, b;
	u32 first = (u32)-40, popped = first, i, at;
	void *frame;
	u64 now = 0;

	vrc_arq_init(&a, &usual);
	vrc_arq_init(&b, &usual);
	arq_start_at(&a, first, 0);
	arq_start_at(&b, 0, first);
	for (i = 0; i < 100; i++, now += 50 * US) {
		at = first + i;
		f.flags = 0;
		EXPECT(vrc_arq_can_send(&a));
		f.seq = vrc_arq_send(&a, FRAME(at % 1024), now);
		EXPECT_EQ(f.seq, at);
		vrc_arq_stamp(&a, &f);
		if (i % 10 == 4)
			continue;		/* lost */
		EXPECT_EQ(vrc_arq_rx(&b, &f, FRAME(at % 1024), now), VRC_ARQ_KEPT);
		if (vrc_arq_ack_due(&b)) {
			struct vrc_frame back = take_ack(&b);

			EXPECT_EQ(vrc_arq_rx(&a, &back, NULL, now + 10 * US), VRC_ARQ_NO_DATA);
			vrc_arq_timer(&a, now + 40 * US);
		}
		while (vrc_arq_pop_lost(&a, &f.seq, now + 40 * US)) {
			f.flags = 0;
			vrc_arq_stamp(&a, &f);
			vrc_arq_rx(&b, &f, FRAME(f.seq % 1024), now + 45 * US);
		}
		while (vrc_arq_pop_acked(&a))
			;
		while ((frame = vrc_arq_pop_ready(&b)))
			EXPECT(frame == FRAME(popped++ % 1024));
	}
	EXPECT_EQ(popped - first, 100);
	EXPECT_EQ(a.stats.tx_again, 10);
	EXPECT_EQ(b.stats.rx_dup, 0);
}

static void drain_returns_every_frame_once(void)
{
	struct vrc_arq a;
	bool seen[1024] = { false };
	char *frame;
	u32 i, nr = 0;

	vrc_arq_init(&a, &usual);
	send(&a, 10, 0);			/* FRAME(0) to FRAME(9) */
	ack(&a, 4, 0x1, 100);			/* 0 to 3 acked, of which two are taken back */
	vrc_arq_pop_acked(&a);
	vrc_arq_pop_acked(&a);
	arq_start_at(&a, 0, 500);
	data(&a, 500, 0);			/* ready, never popped */
	data(&a, 502, 0);			/* held */
	while ((frame = vrc_arq_drain(&a)) && nr < 100) {
		EXPECT(!seen[frame - frames]);
		seen[frame - frames] = true;
		nr++;
	}
	EXPECT_EQ(nr, 10);
	for (i = 2; i < 10; i++)
		EXPECT(seen[i]);
	EXPECT(seen[500] && seen[502]);
	EXPECT_EQ(vrc_arq_deadline(&a), VRC_ARQ_NEVER);
	EXPECT(!vrc_arq_can_send(&a));
	EXPECT(!vrc_arq_pop_acked(&a));
	EXPECT(!vrc_arq_pop_ready(&a));
	expect_none_lost(&a, 0);
}

int main(void)
{
	static const struct tap_test tests[] = {
		TAP_TEST(in_order_is_delivered_at_once),
		TAP_TEST(a_hole_holds_back_what_follows),
		TAP_TEST(the_widest_hole),
		TAP_TEST(duplicates_are_told_and_reported),
		TAP_TEST(data_does_not_swallow_the_report),
		TAP_TEST(beyond_the_window_is_refused),
		TAP_TEST(the_window_closes_and_reopens),
		TAP_TEST(a_sender_keeps_to_the_window),
		TAP_TEST(a_closed_window_is_probed),
		TAP_TEST(acks_free_frames_in_order),
		TAP_TEST(sack_finds_the_lost_frame),
		TAP_TEST(a_lost_retransmission_is_found),
		TAP_TEST(small_reordering_costs_nothing),
		TAP_TEST(needless_retransmissions_teach),
		TAP_TEST(needless_expiry_teaches_rto),
		TAP_TEST(a_lonely_frame_asks_for_no_ack),
		TAP_TEST(reordering_never_outlasts_the_rto),
		TAP_TEST(the_last_frame_waits_for_the_rto),
		TAP_TEST(the_rto_has_bounds),
		TAP_TEST(doubtful_round_trips_are_no_samples),
		TAP_TEST(loss_halves_cwnd_once_a_window),
		TAP_TEST(the_mark_of_a_loss_moves_along),
		TAP_TEST(cwnd_grows_only_when_used),
		TAP_TEST(the_lost_go_before_the_new),
		TAP_TEST(slots_are_not_reused_before_they_are_free),
		TAP_TEST(acks_of_what_was_never_sent_are_refused),
		TAP_TEST(a_bad_ack_leaves_the_data_alone),
		TAP_TEST(acks_are_delayed_while_nothing_is_wrong),
		TAP_TEST(a_fresh_frame_makes_the_ack_timely),
		TAP_TEST(ack_req_is_answered_at_once),
		TAP_TEST(data_carries_the_ack),
		TAP_TEST(senders_ask_for_acks_in_time),
		TAP_TEST(sequences_wrap),
		TAP_TEST(drain_returns_every_frame_once),
	};

	return tap_run(tests, ARRAY_SIZE(tests));
}
