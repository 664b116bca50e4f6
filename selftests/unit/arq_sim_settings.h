/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The networks that arq_sim runs over, and what must hold on each. Bounds are
 * about twice what is measured. "Reordering only" means that nothing is lost: there, once
 * the path is known, not one frame in 100000 may be sent again for nothing.
 */
#define USUAL		.window = 64, .ack_delay = MS
#define LAN		.delay_ns = 20 * US, .frame_ns = 1 * US
#define REORDERING_ONLY	.max_needless_ppm = 10, .max_again_early = 200

static const struct setting settings[] = {
	{ .name = "clean LAN", USUAL, .net = { LAN },
	  .max_frame_ns = 2 * US },
	{ .name = "clean LAN, seldom a frame", USUAL, .net = { LAN }, .gap_ns = 300 * US,
	  .max_frame_ns = 400 * US },
	{ .name = "no delayed acks, loss 0.1 %", .window = 64,
	  .net = { LAN, .loss_ppm = 1000 },
	  .max_frame_ns = 4 * US, .max_again_ppm = 2000, .max_needless_ppm = 100 },

	{ .name = "reordering only: jitter below a round trip", USUAL, REORDERING_ONLY,
	  .net = { .delay_ns = 50 * US, .jitter_ns = 50 * US, .frame_ns = 1 * US },
	  .max_frame_ns = 6 * US },
	{ .name = "reordering only: jitter of ten round trips", USUAL, REORDERING_ONLY,
	  .net = { LAN, .jitter_ns = 400 * US },
	  .max_frame_ns = 16 * US },
	{ .name = "reordering only: bond of unequal ways", USUAL, REORDERING_ONLY,
	  .net = { LAN, .bond_ns = 100 * US },
	  .max_frame_ns = 5 * US },
	{ .name = "reordering only: bond of very unequal ways", USUAL, REORDERING_ONLY,
	  .net = { LAN, .bond_ns = 600 * US },
	  .max_frame_ns = 24 * US },
	{ .name = "reordering only: bond, seldom a frame", USUAL, REORDERING_ONLY,
	  .net = { LAN, .bond_ns = 100 * US }, .gap_ns = 50 * US,
	  .max_frame_ns = 80 * US },
	{ .name = "reordering only: copies 20 %, jitter", USUAL, REORDERING_ONLY,
	  .net = { LAN, .jitter_ns = 20 * US, .dup_ppm = 200000 },
	  .max_frame_ns = 5 * US },

	{ .name = "loss 0.1 %", USUAL, .net = { LAN, .loss_ppm = 1000 },
	  .max_frame_ns = 4 * US, .max_again_ppm = 2000, .max_needless_ppm = 100 },
	{ .name = "loss 1 %", USUAL, .net = { LAN, .loss_ppm = 10000 },
	  .max_frame_ns = 8 * US, .max_again_ppm = 15000, .max_needless_ppm = 100 },
	{ .name = "loss 10 %", USUAL, .net = { LAN, .loss_ppm = 100000 },
	  .max_frame_ns = 30 * US, .max_again_ppm = 150000, .max_needless_ppm = 1000 },
	{ .name = "loss 30 %", USUAL, .net = { LAN, .loss_ppm = 300000 },
	  .max_frame_ns = 1500 * US, .max_again_ppm = 600000, .max_needless_ppm = 60000 },
	{ .name = "loss in bursts of 50 us", USUAL,
	  .net = { LAN, .loss_ppm = 1000, .burst_ns = 50 * US },
	  .max_frame_ns = 6 * US, .max_again_ppm = 60000, .max_needless_ppm = 1000 },
	{ .name = "loss 1 %, jitter, copies", USUAL,
	  .net = { .delay_ns = 50 * US, .jitter_ns = 200 * US, .frame_ns = 1 * US,
		   .loss_ppm = 10000, .dup_ppm = 10000 },
	  .max_frame_ns = 40 * US, .max_again_ppm = 15000, .max_needless_ppm = 500 },
	{ .name = "narrow wire with a short queue", USUAL,
	  .net = { .delay_ns = 20 * US, .frame_ns = 12 * US, .queue = 20 },
	  .max_frame_ns = 20 * US, .max_again_ppm = 15000, .max_needless_ppm = 100 },
	{ .name = "20 ms away, jitter, loss 0.5 %", USUAL,
	  .net = { .delay_ns = 10 * MS, .jitter_ns = 2 * MS, .frame_ns = 1 * US,
		   .loss_ppm = 5000 },
	  .max_frame_ns = 2 * MS, .max_again_ppm = 10000, .max_needless_ppm = 100,
	  .max_again_early = 200 },

	/* Each ack lost costs an RTO there: nothing behind it tells the same */
	{ .name = "window of 1, loss 1 %", .window = 1, .ack_delay = MS,
	  .net = { LAN, .loss_ppm = 10000 },
	  .max_frame_ns = 160 * US, .max_again_ppm = 30000, .max_needless_ppm = 15000 },
	{ .name = "window of 5, jitter, loss 1 %", .window = 5, .ack_delay = MS,
	  .net = { LAN, .jitter_ns = 20 * US, .loss_ppm = 10000 },
	  .max_frame_ns = 30 * US, .max_again_ppm = 15000, .max_needless_ppm = 1000 },
	{ .name = "window closes: the receiver sleeps, loss 1 %", .window = 32, .ack_delay = MS,
	  .net = { LAN, .loss_ppm = 10000 }, .hold_ns = 5 * MS,
	  .max_frame_ns = 300 * US, .max_again_ppm = 15000, .max_needless_ppm = 1000 },
};

#define NR_SETTINGS	ARRAY_SIZE(settings)
