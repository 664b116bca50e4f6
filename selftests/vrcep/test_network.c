// SPDX-License-Identifier: GPL-2.0-only
/* Paths that drop large frames, and frames that nobody should send. */
#include <stdlib.h>
#include <string.h>

#include "bench.h"

static void probes_the_path(void)
{
	bench_open(1);
	EXPECT(root_bind_fn(&bench.root, 0));
	EXPECT_EQ(func(0)->session.payload, 1464);
	root_release(&bench.root);
	bench_close();
}

static void finds_a_black_hole(void)
{
	bench_open(1);
	bench.drop_above = 1400;
	EXPECT(root_bind_fn(&bench.root, 0));
	bench_pass(800 * MS);
	EXPECT_EQ(func(0)->session.payload, 1244);
	EXPECT_EQ(func(0)->session.stats.black_holes, 1);
	EXPECT_EQ(cfg_read(&bench.root, 0), 0xb500104c);
	root_release(&bench.root);
	bench_close();
}

static void the_smallest_path_works(void)
{
	static uint8_t buf[4096];

	bench_open(1);
	bench.drop_above = 14 + 32 + 576 + 4;
	EXPECT(root_bind_fn(&bench.root, 0));
	bench_pass(1200 * MS);
	EXPECT_EQ(func(0)->session.payload, 576);
	EXPECT_EQ(func(0)->session.stats.black_holes, 1);
	root_configure(&bench.root);
	EXPECT_EQ(mem_read(&bench.root, BAR1, buf, sizeof(buf)), VRC_CPL_SC);
	root_release(&bench.root);
	bench_close();
}

static void tries_again_later(void)
{
	struct root *r = &bench.root;
	unsigned int i;

	bench_open(1);
	bench.drop_above = 1400;
	EXPECT(root_bind_fn(r, 0));
	bench_pass(400 * MS);
	bench.drop_above = 0;
	for (i = 0; i < 130; i++) {
		cfg_read(r, 0);
		bench_pass(500 * MS);
	}
	EXPECT_EQ(func(0)->session.payload, 1464);
	root_release(r);
	bench_close();
}

static void takes_no_more_than_the_root(void)
{
	struct bind_args a;

	bench_open(1);
	a = root_bind_args(0);
	a.payload = 800;
	EXPECT(root_bind(&bench.root, &a));
	EXPECT_EQ(func(0)->session.payload, 800);
	root_release(&bench.root);
	bench_close();
}

static void answers_probes(void)
{
	uint8_t p[1000] = { 1000 >> 8, 1000 & 0xff, 0x12, 0x34 };
	struct vrc_frame f = { .kind = VRC_KIND_PROBE, .length = sizeof(p) };
	const struct seen *s;

	bench_open(1);
	EXPECT(root_bind_fn(&bench.root, 0));
	f.session = bench.root.peer;
	bench_send(bench.root.mac, bench.st->cfg.mac, &f, p);
	bench_run();
	s = bench_seen(VRC_KIND_PROBED);
	if (EXPECT(s))
		EXPECT(!memcmp(s->payload, p, 4));
	root_release(&bench.root);
	bench_close();
}

/* Acks pass, data does not, for longer than the lease. */
static void leaves_a_path_that_shrank(void)
{
	struct root *r = &bench.root;
	unsigned int i;

	bench_open(1);
	EXPECT(root_bind_fn(r, 0));
	root_configure(r);
	bench_run();
	bench.drop_above = 500;
	mem_write32(r, BAR0 + 0x14, 0);
	mem_write32(r, BAR0 + 0x18, 1);
	mem_write32(r, BAR0 + 0x1c, 4096);
	mem_write32(r, BAR0 + 4, 1 << 4);
	for (i = 0; i < 40 && func(0)->session.id; i++) {
		struct vrc_frame f = { .kind = VRC_KIND_ACK, .flags = VRC_FLAG_ACK_REQ,
				       .session = r->peer };

		bench_pass(200 * MS);
		vrc_arq_stamp(&r->arq, &f);
		bench_send(r->mac, bench.st->cfg.mac, &f, NULL);
	}
	EXPECT_EQ(func(0)->session.id, 0);
	EXPECT_EQ(func(0)->session.stats.stuck, 1);
	bench.drop_above = 0;
	root_release(r);
	bench_close();
}

static void other_versions_are_told_ours(void)
{
	uint8_t p[sizeof(struct vrc_wire_discover)] = { 0 };
	struct vrc_frame f = { .version = 9, .kind = VRC_KIND_DISCOVER, .length = sizeof(p) };

	bench_open(1);
	bench_send(bench.root.mac, bench.st->cfg.mac, &f, p);
	bench_pass(1001 * MS);
	EXPECT_EQ(bench_count(VRC_KIND_ADVERTISE), 1);
	EXPECT_EQ(bench.port.stats.rx_version, 1);
	bench_close();
}

static void odd_frames_are_counted(void)
{
	uint8_t frame[64] = { 0 };
	struct vrc_frame f = { .kind = VRC_KIND_BOUND, .session = 1, .length = 24 };
	uint8_t bound[24] = { 0 };
	unsigned int len;

	bench_open(1);
	memcpy(frame, bench.st->cfg.mac, 6);
	memcpy(frame + 6, bench.root.mac, 6);
	for (len = 0; len < 46; len++)
		bench_send_raw(frame, len);
	EXPECT_EQ(bench.port.stats.rx_other, 14);
	EXPECT_EQ(bench.port.stats.rx_malformed + bench.port.stats.rx_version, 32);
	/* From a multicast address, to one, and to another station */
	frame[6] = 1;
	bench_send_raw(frame, 60);
	frame[6] = 2;
	frame[0] = 1;
	bench_send_raw(frame, 60);
	frame[0] = 2;
	frame[5] = 99;
	bench_send_raw(frame, 60);
	EXPECT_EQ(bench.port.stats.rx_other, 17);
	/* What only roots receive */
	vrc_put64(bound, 5);
	vrc_put32(bound + 8, 1000);
	vrc_put16(bound + 12, 1468);
	vrc_put16(bound + 14, 64);
	bench_send(bench.root.mac, bench.st->cfg.mac, &f, bound);
	EXPECT_EQ(bench.st->stats.rx_kind, 1);
	bench_run();
	EXPECT_EQ(bench.port.stats.tx_frames, 0);
	bench_close();
}

static void mutate(uint8_t *p, size_t len)
{
	unsigned int n = 1 + tap_random(&bench.random) % 4;

	while (n--)
		p[tap_random(&bench.random) % len] = (uint8_t)tap_random(&bench.random);
}

/* The header right, its session known, and any TLPs behind it. */
static void noise_in_a_session(void)
{
	struct root *r = &bench.root;
	uint8_t buf[256];
	unsigned int i, j;

	bench_open(1);
	EXPECT(root_bind_fn(r, 0));
	for (i = 0; i < 20000 && func(0)->session.id; i++) {
		struct vrc_tlp t = { .type = i % VRC_TLP_NR_TYPES, .len_dw = 1, .first_be = 0xf,
				     .addr = BAR1, .byte_count = 4, .target = VRC_BDF(5, 0, 0) };

		for (j = 0; j < sizeof(buf); j++)
			buf[j] = (uint8_t)tap_random(&bench.random);
		vrc_tlp_build(buf, &t);
		mutate(buf, 24);
		root_send_data(r, buf, 4 * (uint32_t)(3 + tap_random(&bench.random) % 60));
		bench_run();
		bench_time += MS;
	}
	EXPECT(func(0)->session.stats.bad_tlps > 1000);
	root_release(r);
	bench_close();
}

const struct tap_test network_tests[] = {
	TAP_TEST(probes_the_path),
	TAP_TEST(finds_a_black_hole),
	TAP_TEST(the_smallest_path_works),
	TAP_TEST(tries_again_later),
	TAP_TEST(takes_no_more_than_the_root),
	TAP_TEST(answers_probes),
	TAP_TEST(leaves_a_path_that_shrank),
	TAP_TEST(other_versions_are_told_ours),
	TAP_TEST(odd_frames_are_counted),
	TAP_TEST(noise_in_a_session),
	{ NULL, NULL },
};
