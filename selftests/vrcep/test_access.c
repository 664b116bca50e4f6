// SPDX-License-Identifier: GPL-2.0-only
/* Memory, I/O and ROM, as a driver reaches them; and TLPs that are wrong. */
#include <string.h>

#include <linux/pci_regs.h>

#include "bench.h"

static void open_configured(void)
{
	bench_open(1);
	EXPECT(root_bind_fn(&bench.root, 0));
	root_configure(&bench.root);
}

static void close_configured(void)
{
	root_release(&bench.root);
	bench_close();
}

static void fill(uint8_t *buf, size_t len)
{
	while (len--)
		*buf++ = (uint8_t)tap_random(&bench.random);
}

static void every_width_and_alignment(void)
{
	uint8_t shadow[64], buf[64];
	uint32_t off, len;

	open_configured();
	fill(shadow, sizeof(shadow));
	mem_write(&bench.root, BAR2, shadow, sizeof(shadow));
	for (off = 0; off < 8; off++) {
		for (len = 1; len <= 17; len++) {
			fill(shadow + off, len);
			mem_write(&bench.root, BAR2 + off, shadow + off, len);
			EXPECT_EQ(mem_read(&bench.root, BAR2 + off, buf, len), VRC_CPL_SC);
			EXPECT(!memcmp(buf, shadow + off, len));
		}
	}
	EXPECT_EQ(mem_read(&bench.root, BAR2, buf, sizeof(buf)), VRC_CPL_SC);
	EXPECT(!memcmp(buf, shadow, sizeof(buf)));
	close_configured();
}

static void whole_pages(void)
{
	struct root *r = &bench.root;
	static uint8_t a[4096], b[4096];
	uint32_t i;

	open_configured();
	fill(a, sizeof(a));
	for (i = 0; i < sizeof(a); i += 1024)
		mem_write(r, BAR4 + i, a + i, 1024);
	EXPECT_EQ(mem_read(r, BAR4, b, sizeof(b)), VRC_CPL_SC);
	EXPECT(!memcmp(a, b, sizeof(a)));
	/* Frames of 1464 bytes: as few completions as they allow. */
	EXPECT(r->cpls <= 4);
	EXPECT_EQ(mem_read(r, BAR4 + 1, b, 4095), VRC_CPL_SC);
	EXPECT(!memcmp(a + 1, b, 4095));
	close_configured();
}

static void completions_obey_mps(void)
{
	struct root *r = &bench.root;
	static uint8_t b[4096];
	unsigned int ctl;

	open_configured();
	ctl = find_cap(r, PCI_CAP_ID_EXP) + PCI_EXP_DEVCTL;
	cfg_write(r, ctl, 0, 0x3);
	EXPECT_EQ(mem_read(r, BAR4 + 3, b, 4000), VRC_CPL_SC);
	EXPECT(r->cpl_max <= 128);
	cfg_write(r, ctl, 1 << 5, 0x3);
	EXPECT_EQ(mem_read(r, BAR4, b, 4096), VRC_CPL_SC);
	EXPECT(r->cpl_max <= 256 && r->cpl_max > 128);
	close_configured();
}

static void sparse_byte_enables(void)
{
	struct root *r = &bench.root;
	struct vrc_tlp t = { .type = VRC_TLP_MWR, .addr = BAR1, .len_dw = 1, .first_be = 0x5 };

	open_configured();
	mem_write32(r, BAR1, 0x11223344);
	root_send_tlp(r, &t, "\xaa\xbb\xcc\xdd");
	bench_run();
	EXPECT_EQ(mem_read32(r, BAR1), 0x11cc33aa);
	t = (struct vrc_tlp){ .type = VRC_TLP_MRD, .addr = BAR1, .len_dw = 1, .first_be = 0xa };
	EXPECT_EQ(root_request(r, &t, NULL), VRC_CPL_SC);
	EXPECT_EQ(r->got, 3);
	EXPECT(r->data[0] == 0x33 && r->data[1] == 0 && r->data[2] == 0x11);
	close_configured();
}

static void a_flush_is_answered(void)
{
	struct vrc_tlp t = { .type = VRC_TLP_MRD, .addr = BAR1, .len_dw = 1 };

	open_configured();
	EXPECT_EQ(root_request(&bench.root, &t, NULL), VRC_CPL_SC);
	close_configured();
}

static void io_space(void)
{
	struct root *r = &bench.root;
	struct vrc_tlp t = { .type = VRC_TLP_IOWR, .len_dw = 1, .first_be = 0xf,
			     .addr = BAR5 + 8 };

	open_configured();
	EXPECT_EQ(root_request(r, &t, "\1\2\3\4"), VRC_CPL_SC);
	t.type = VRC_TLP_IORD;
	EXPECT_EQ(root_request(r, &t, NULL), VRC_CPL_SC);
	EXPECT(!memcmp(r->data, "\1\2\3\4", 4));
	/* Memory requests do not reach it. */
	EXPECT_EQ(mem_read32(r, BAR5 + 8), ~0u);
	EXPECT_EQ(r->status, VRC_CPL_UR);
	cfg_write(r, PCI_COMMAND, PCI_COMMAND_MEMORY, 0x3);
	EXPECT_EQ(root_request(r, &t, NULL), VRC_CPL_UR);
	close_configured();
}

static void rom_shows_when_enabled(void)
{
	struct root *r = &bench.root;
	uint8_t rom[64];

	open_configured();
	EXPECT_EQ(mem_read(r, ROM, rom, sizeof(rom)), VRC_CPL_UR);
	cfg_write(r, PCI_ROM_ADDRESS, ROM | PCI_ROM_ADDRESS_ENABLE, 0xf);
	EXPECT_EQ(mem_read(r, ROM, rom, sizeof(rom)), VRC_CPL_SC);
	EXPECT(rom[0] == 0x55 && rom[1] == 0xaa);
	EXPECT(!memcmp(rom + (rom[0x18] | rom[0x19] << 8), "PCIR\x4c\x10\x00\xb5", 8));
	mem_write32(r, ROM, 0);
	EXPECT_EQ(mem_read(r, ROM, rom, 2), VRC_CPL_SC);
	EXPECT(rom[0] == 0x55 && rom[1] == 0xaa);
	close_configured();
}

static void nothing_decodes_when_off(void)
{
	struct root *r = &bench.root;

	open_configured();
	cfg_write(r, PCI_COMMAND, 0, 0x3);
	EXPECT_EQ(mem_read32(r, BAR1), ~0u);
	EXPECT_EQ(r->status, VRC_CPL_UR);
	mem_write32(r, BAR1, 1);
	EXPECT_EQ(func(0)->stats.posted_dropped, 1);
	close_configured();
}

static void outside_of_bars(void)
{
	struct root *r = &bench.root;
	uint8_t b[8];

	open_configured();
	EXPECT_EQ(mem_read(r, BAR1 + 4096, b, 4), VRC_CPL_UR);
	EXPECT_EQ(mem_read(r, BAR2 - 4, b, 4), VRC_CPL_UR);
	EXPECT_EQ(mem_read(r, 0, b, 4), VRC_CPL_UR);
	EXPECT_EQ(mem_read(r, BAR2 + 4092, b, 4), VRC_CPL_SC);
	close_configured();
}

static void poison_is_dropped(void)
{
	struct root *r = &bench.root;
	struct vrc_tlp t = { .type = VRC_TLP_MWR, .ep = true };

	open_configured();
	mem_write32(r, BAR1, 0x1111);
	vrc_tlp_set_range(&t, BAR1, 4);
	root_send_tlp(r, &t, "\2\2\2\2");
	bench_run();
	EXPECT_EQ(mem_read32(r, BAR1), 0x1111);
	EXPECT_EQ(func(0)->stats.poisoned, 1);
	t = (struct vrc_tlp){ .type = VRC_TLP_CFGWR0, .ep = true, .len_dw = 1, .first_be = 0xf,
			      .target = VRC_BDF(5, 0, 0), .reg = PCI_COMMAND };
	EXPECT_EQ(root_request(r, &t, "\0\0\0"), VRC_CPL_UR);
	EXPECT_EQ(cfg_read(r, PCI_COMMAND) & 7, 7);
	EXPECT(cfg_read(r, PCI_COMMAND) >> 16 & PCI_STATUS_DETECTED_PARITY);
	close_configured();
}

static void ecrc_is_checked(void)
{
	struct root *r = &bench.root;
	struct vrc_tlp t = { .type = VRC_TLP_MWR, .td = true };
	uint8_t buf[64];

	open_configured();
	vrc_tlp_set_range(&t, BAR1, 4);
	memcpy(vrc_tlp_build(buf, &t), "\1\2\3\4", 4);
	vrc_tlp_seal(buf, &t);
	root_send_data(r, buf, (uint32_t)vrc_tlp_len(&t));
	bench_run();
	EXPECT_EQ(mem_read32(r, BAR1), 0x04030201);
	buf[vrc_tlp_hdr_len(&t)] = 9;
	root_send_data(r, buf, (uint32_t)vrc_tlp_len(&t));
	bench_run();
	EXPECT_EQ(mem_read32(r, BAR1), 0x04030201);
	EXPECT_EQ(func(0)->session.stats.bad_ecrc, 1);
	close_configured();
}

/* Good, bad, good in one frame: what follows the bad one cannot be trusted. */
static void a_bad_tlp_ends_its_frame(void)
{
	struct root *r = &bench.root;
	struct vrc_tlp t = { .type = VRC_TLP_MWR };
	uint8_t buf[64];

	open_configured();
	vrc_tlp_set_range(&t, BAR1, 4);
	memcpy(vrc_tlp_build(buf, &t), "\1\0\0\0", 4);
	memset(buf + 16, 0xff, 16);
	vrc_tlp_set_range(&t, BAR1 + 4, 4);
	memcpy(vrc_tlp_build(buf + 32, &t), "\2\0\0\0", 4);
	root_send_data(r, buf, 48);
	bench_run();
	EXPECT_EQ(mem_read32(r, BAR1), 1);
	EXPECT_EQ(mem_read32(r, BAR1 + 4), 0);
	EXPECT_EQ(func(0)->session.stats.bad_tlps, 1);
	close_configured();
}

static void many_tlps_in_a_frame(void)
{
	struct root *r = &bench.root;
	uint8_t buf[1600], *p = buf;
	uint32_t i;

	open_configured();
	for (i = 0; i < 90; i++, p += 16) {
		struct vrc_tlp t = { .type = VRC_TLP_MWR };

		vrc_tlp_set_range(&t, BAR1 + 4 * i, 4);
		memset(vrc_tlp_build(p, &t), (int)i, 4);
	}
	root_send_data(r, buf, (uint32_t)(p - buf));
	bench_run();
	EXPECT_EQ(mem_read32(r, BAR1 + 4 * 89), 0x59595959);
	close_configured();
}

const struct tap_test access_tests[] = {
	TAP_TEST(every_width_and_alignment),
	TAP_TEST(whole_pages),
	TAP_TEST(completions_obey_mps),
	TAP_TEST(sparse_byte_enables),
	TAP_TEST(a_flush_is_answered),
	TAP_TEST(io_space),
	TAP_TEST(rom_shows_when_enabled),
	TAP_TEST(nothing_decodes_when_off),
	TAP_TEST(outside_of_bars),
	TAP_TEST(poison_is_dropped),
	TAP_TEST(ecrc_is_checked),
	TAP_TEST(a_bad_tlp_ends_its_frame),
	TAP_TEST(many_tlps_in_a_frame),
	{ NULL, NULL },
};
