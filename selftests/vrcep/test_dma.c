// SPDX-License-Identifier: GPL-2.0-only
/* The device masters the bus: the test device's commands, and answers that are wrong. */
#include <string.h>

#include <linux/pci_regs.h>

#include "bench.h"
#include "models/test.h"

#define CMD_READ	0x08
#define CMD_WRITE	0x10
#define CMD_COPY	0x20
#define SRC		(MEM_BASE + 0x1000)
#define DST		(MEM_BASE + 0x200000)
#define REG(off)	(BAR0 + (off))

static const uint32_t sizes[] = { 0, 1, 3, 1024, 1025, 4097, 1024000, 1024001 };

#define NR_SIZES	ARRAY_SIZE(sizes)

static void open_ready(void)
{
	uint32_t i;

	bench_open(1);
	EXPECT(root_bind_fn(&bench.root, 0));
	root_configure(&bench.root);
	for (i = 0; i < MEM_SIZE; i++)
		bench.mem[i] = (uint8_t)(tap_random(&bench.random) >> 32);
}

static void close_ready(void)
{
	root_release(&bench.root);
	bench_close();
}

static void set_transfer(uint64_t src, uint64_t dst, uint32_t size)
{
	struct root *r = &bench.root;

	mem_write32(r, REG(0x0c), (uint32_t)src);
	mem_write32(r, REG(0x10), (uint32_t)(src >> 32));
	mem_write32(r, REG(0x14), (uint32_t)dst);
	mem_write32(r, REG(0x18), (uint32_t)(dst >> 32));
	mem_write32(r, REG(0x1c), size);
}

static void reads(void)
{
	unsigned int i;

	open_ready();
	for (i = 0; i < NR_SIZES; i++) {
		uint8_t *mem = bench.mem + (SRC - MEM_BASE) + i;

		set_transfer(SRC + i, 0, sizes[i]);
		mem_write32(&bench.root, REG(0x20), test_crc32(~0u, mem, sizes[i]));
		EXPECT_EQ(test_command(&bench.root, CMD_READ), 0x41);
	}
	/* And a sum that is wrong. */
	mem_write32(&bench.root, REG(0x20), 0);
	EXPECT_EQ(test_command(&bench.root, CMD_READ), 0x42);
	close_ready();
}

/* Data moves as it does otherwise, in pieces of the size asked for, and nothing is made of it. */
static void bare(void)
{
	static const uint32_t pieces[] = { 0, 1, 64 };
	uint8_t *mem;
	unsigned int i;

	open_ready();
	mem_write32(&bench.root, REG(0x20), 0x1234);
	for (i = 0; i < ARRAY_SIZE(pieces); i++) {
		mem_write32(&bench.root, REG(0x2c), FLAG_BARE | pieces[i] << FLAG_PIECE_SHIFT);
		mem = bench.mem + (DST - MEM_BASE);
		memset(mem, 0xaa, 100000);
		set_transfer(SRC, DST, 99999);
		EXPECT_EQ(test_command(&bench.root, CMD_WRITE), 0x44);
		EXPECT(!mem[0] && !memcmp(mem, mem + 1, 99998) && mem[99999] == 0xaa);
	}
	EXPECT_EQ(test_command(&bench.root, CMD_READ), 0x41);
	EXPECT_EQ(mem_read32(&bench.root, REG(0x20)), 0x1234);
	close_ready();
}

/* What one owner has read the next one does not get. */
static void bare_after_reset(void)
{
	uint8_t *mem;

	open_ready();
	mem_write32(&bench.root, REG(0x2c), FLAG_BARE);
	set_transfer(SRC, DST, 65536);
	EXPECT_EQ(test_command(&bench.root, CMD_READ), 0x41);
	root_release(&bench.root);
	EXPECT(root_bind_fn(&bench.root, 0));
	root_configure(&bench.root);
	mem_write32(&bench.root, REG(0x2c), FLAG_BARE);
	mem = bench.mem + (DST - MEM_BASE);
	memset(mem, 0xaa, 65536);
	set_transfer(SRC, DST, 65536);
	EXPECT_EQ(test_command(&bench.root, CMD_WRITE), 0x44);
	EXPECT(!mem[0] && !memcmp(mem, mem + 1, 65535));
	close_ready();
}

static void writes(void)
{
	unsigned int i;

	open_ready();
	for (i = 0; i < NR_SIZES; i++) {
		uint8_t *mem = bench.mem + (DST - MEM_BASE) + i;
		uint8_t before = mem[-1], after = mem[sizes[i]];

		set_transfer(0, DST + i, sizes[i]);
		EXPECT_EQ(test_command(&bench.root, CMD_WRITE), 0x44);
		EXPECT_EQ(mem_read32(&bench.root, REG(0x20)), test_crc32(~0u, mem, sizes[i]));
		EXPECT(mem[-1] == before && mem[sizes[i]] == after);
	}
	close_ready();
}

static void copies(void)
{
	unsigned int i;

	open_ready();
	for (i = 0; i < NR_SIZES; i++) {
		set_transfer(SRC + i, DST + 3 * i, sizes[i]);
		EXPECT_EQ(test_command(&bench.root, CMD_COPY), 0x50);
		EXPECT(!memcmp(bench.mem + (SRC - MEM_BASE) + i,
			       bench.mem + (DST - MEM_BASE) + 3 * i, sizes[i]));
	}
	close_ready();
}

static void copies_over_a_bad_network(void)
{
	open_ready();
	bench.loss_ppm = 30000;
	set_transfer(SRC + 1, DST + 2, 300000);
	EXPECT_EQ(test_command(&bench.root, CMD_COPY), 0x50);
	EXPECT(!memcmp(bench.mem + (SRC - MEM_BASE) + 1, bench.mem + (DST - MEM_BASE) + 2,
		       300000));
	EXPECT(func(0)->session.arq.stats.tx_again > 0);
	bench.loss_ppm = 0;
	close_ready();
}

/* A megabyte of 1464-byte frames: how many it takes is what the network pays. */
static void frames_are_filled(void)
{
	uint32_t before, frames;

	open_ready();
	set_transfer(0, DST, 1024000);
	before = bench.root.data_frames;
	EXPECT_EQ(test_command(&bench.root, CMD_WRITE), 0x44);
	frames = bench.root.data_frames - before;
	tap_note("%u frames of at most 1464 bytes for 1024000", frames);
	EXPECT(frames < 1024000 / 1400 + 30);
	close_ready();
}

static void small_mrrs_and_few_tags(void)
{
	struct root *r = &bench.root;
	uint32_t before;

	open_ready();
	/* MPS 128, MRRS 128, 32 tags */
	cfg_write(r, find_cap(r, PCI_CAP_ID_EXP) + PCI_EXP_DEVCTL, 0, 0x3);
	before = r->requests;
	set_transfer(SRC + 5, DST, 60000);
	EXPECT_EQ(test_command(r, CMD_COPY), 0x50);
	EXPECT_EQ(r->requests - before, (60000 + 5 + 127) / 128);
	EXPECT(!memcmp(bench.mem + (SRC - MEM_BASE) + 5, bench.mem + (DST - MEM_BASE), 60000));
	close_ready();
}

static void tags_are_few_without_extended_tags(void)
{
	struct root *r = &bench.root;

	open_ready();
	cfg_write(r, find_cap(r, PCI_CAP_ID_EXP) + PCI_EXP_DEVCTL, 0, 0x3);
	r->dma = DMA_IGNORE;
	set_transfer(SRC, DST, 100000);
	mem_write32(r, REG(4), CMD_READ);
	bench_pass(10 * MS);
	EXPECT_EQ(r->requests, 32);
	EXPECT_EQ(func(0)->dma.nr_used, 32);
	close_ready();
}

static void needs_bus_mastering(void)
{
	struct root *r = &bench.root;

	open_ready();
	cfg_write(r, PCI_COMMAND, PCI_COMMAND_MEMORY, 0x3);
	set_transfer(SRC, DST, 4096);
	EXPECT_EQ(test_command(r, CMD_READ), 0x40 | 0x2 | 0x80);
	EXPECT_EQ(test_command(r, CMD_WRITE), 0x40 | 0x8 | 0x100);
	EXPECT_EQ(r->requests, 0);
	close_ready();
}

static void a_refused_read_fails(void)
{
	open_ready();
	bench.root.dma = DMA_UR;
	set_transfer(SRC, DST, 100000);
	EXPECT_EQ(test_command(&bench.root, CMD_READ), 0x40 | 0x2 | 0x80);
	EXPECT_EQ(func(0)->dma.nr_used, 0);
	bench.root.dma = DMA_POISON;
	EXPECT_EQ(test_command(&bench.root, CMD_COPY), 0x40 | 0x20 | 0x80);
	EXPECT(func(0)->stats.poisoned > 0);
	close_ready();
}

static void silence_fails_in_time(void)
{
	struct root *r = &bench.root;
	uint64_t start;

	open_ready();
	r->dma = DMA_IGNORE;
	set_transfer(SRC, DST, 64);
	start = bench_time;
	EXPECT_EQ(test_command(r, CMD_READ), 0x40 | 0x2 | 0x80);
	EXPECT(bench_time - start > 2000 * MS && bench_time - start < 3000 * MS);
	EXPECT_EQ(func(0)->stats.dma_timeouts, 1);
	/* The tag stays out of use for a while, then returns. */
	EXPECT_EQ(func(0)->dma.nr_used, 1);
	for (start = 0; start < 200; start++) {
		bench_pass(100 * MS);
		cfg_read(r, 0);
	}
	EXPECT_EQ(func(0)->dma.nr_used, 0);
	close_ready();
}

static void late_answers_are_dropped(void)
{
	static const uint8_t data[64] = { 0 };
	struct root *r = &bench.root;
	struct vrc_tlp cpl;

	open_ready();
	r->dma = DMA_IGNORE;
	set_transfer(SRC, DST, 64);
	EXPECT_EQ(test_command(r, CMD_READ), 0x40 | 0x2 | 0x80);
	r->dma = DMA_ANSWER;
	vrc_tlp_init_cpl(&cpl, &r->held, 0, VRC_CPL_SC);
	vrc_tlp_cpl_chunk(&cpl, &r->held, 0, 64, 64);
	root_send_tlp(r, &cpl, data);
	bench_run();
	EXPECT_EQ(func(0)->stats.unexpected, 1);
	/* A new read does not get the tag that is in quarantine. */
	mem_write32(r, REG(0x20), test_crc32(~0u, bench.mem + 0x1000, 64));
	EXPECT_EQ(test_command(r, CMD_READ), 0x41);
	close_ready();
}

static void wrong_answers_do_not_count(void)
{
	struct root *r = &bench.root;
	struct vrc_tlp cpl = { .type = VRC_TLP_CPLD, .len_dw = 1, .byte_count = 4, .tag = 200,
			       .requester = VRC_BDF(5, 0, 0) };

	open_ready();
	root_send_tlp(r, &cpl, "\0\0\0");
	bench_run();
	EXPECT_EQ(func(0)->stats.unexpected, 1);
	r->dma = DMA_WRONG_COUNT;
	set_transfer(SRC, DST, 64);
	EXPECT_EQ(test_command(r, CMD_READ), 0x40 | 0x2 | 0x80);
	EXPECT_EQ(func(0)->stats.unexpected, 2);
	EXPECT_EQ(func(0)->stats.dma_timeouts, 1);
	close_ready();
}

/* The cable is out for longer than the completion timeout, but not for the lease. */
static void a_cable_pulled_fails_nothing(void)
{
	struct root *r = &bench.root;
	struct bind_args a;
	unsigned int i;

	open_ready();
	a = root_bind_args(0);
	a.lease_ms = 10000;
	EXPECT(root_bind(r, &a));
	root_configure(r);
	set_transfer(SRC, DST, 100000);
	mem_write32(r, REG(0x20), test_crc32(~0u, bench.mem + 0x1000, 100000));
	bench.cut = true;
	mem_write32(r, REG(4), CMD_READ);
	bench_pass(2 * MS);
	bench.cut = false;
	bench_pass(60 * MS);
	bench.cut = true;
	bench_pass(6000 * MS);
	bench.cut = false;
	for (i = 0; i < 3000 && !(mem_read32(r, REG(8)) & 0x40); i++)
		bench_pass(MS);
	EXPECT_EQ(mem_read32(r, REG(8)), 0x41);
	EXPECT_EQ(func(0)->stats.dma_timeouts, 0);
	close_ready();
}

static void reset_forgets_reads(void)
{
	struct root *r = &bench.root;
	unsigned int ctl;

	open_ready();
	r->dma = DMA_IGNORE;
	set_transfer(SRC, DST, 64);
	mem_write32(r, REG(4), CMD_READ);
	bench_pass(MS);
	ctl = find_cap(r, PCI_CAP_ID_EXP) + PCI_EXP_DEVCTL;
	cfg_write(r, ctl, 0x8000, 0x3);
	r->dma = DMA_ANSWER;
	EXPECT_EQ(func(0)->dma.nr_used, 1);
	root_configure(r);
	EXPECT_EQ(mem_read32(r, REG(8)), 0);
	set_transfer(SRC, DST, 64);
	EXPECT_EQ(test_command(r, CMD_COPY), 0x50);
	close_ready();
}

/* Reads of 4 KiB that nobody acks: the answers must not fill our memory. */
static void a_flood_is_held_back(void)
{
	struct root *r = &bench.root;
	struct vrc_tlp t = { .type = VRC_TLP_MRD };
	uint8_t buf[1468];
	uint32_t i, n = 0;

	open_ready();
	bench_pass(50 * MS);
	vrc_tlp_set_range(&t, BAR1, 4096);
	for (i = 0; i + 12 <= sizeof(buf); i += 12)
		vrc_tlp_build(buf + i, &t);
	bench.drop_above = 200;	/* answers get lost, acks do not */
	for (n = 0; n < 64; n++) {
		struct vrc_frame f = { .kind = VRC_KIND_DATA, .session = r->peer, .length = 1464,
				       .seq = r->arq.snd_nxt + n, .ack = r->arq.rcv_nxt };
		bench.drop_above = 0;
		bench_send(r->mac, bench.st->cfg.mac, &f, buf);
		bench.drop_above = 200;
	}
	ep_loop_turn(bench.loop, 0);
	EXPECT(func(0)->session.backlog < EP_BACKLOG_HIGH + 8192);
	EXPECT(bench.port.pool.total < 2000);
	bench.drop_above = 0;
	close_ready();
}

/* A read waits behind what was written before it: that must not be a second's worth. */
static void writes_wait_for_the_network(void)
{
	open_ready();
	set_transfer(SRC, DST, 2u << 20);
	bench.drop_above = 200;
	mem_write32(&bench.root, REG(4), CMD_WRITE);
	bench_pass(MS);
	EXPECT(func(0)->session.backlog > 0);
	EXPECT(func(0)->session.backlog < 160u * 1024);
	bench.drop_above = 0;
	close_ready();
}

const struct tap_test dma_tests[] = {
	TAP_TEST(reads),
	TAP_TEST(writes),
	TAP_TEST(bare),
	TAP_TEST(bare_after_reset),
	TAP_TEST(copies),
	TAP_TEST(copies_over_a_bad_network),
	TAP_TEST(frames_are_filled),
	TAP_TEST(small_mrrs_and_few_tags),
	TAP_TEST(tags_are_few_without_extended_tags),
	TAP_TEST(needs_bus_mastering),
	TAP_TEST(a_refused_read_fails),
	TAP_TEST(silence_fails_in_time),
	TAP_TEST(late_answers_are_dropped),
	TAP_TEST(wrong_answers_do_not_count),
	TAP_TEST(a_cable_pulled_fails_nothing),
	TAP_TEST(reset_forgets_reads),
	TAP_TEST(a_flood_is_held_back),
	TAP_TEST(writes_wait_for_the_network),
	{ NULL, NULL },
};
