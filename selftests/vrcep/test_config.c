// SPDX-License-Identifier: GPL-2.0-only
/* Configuration space, as enumeration sees it. */
#include <string.h>

#include <linux/pci_regs.h>

#include "bench.h"
#include "models/test.h"

static void open_bound(unsigned int functions)
{
	bench_open(functions);
	EXPECT(root_bind_fn(&bench.root, 0));
}

static void close_bound(void)
{
	root_release(&bench.root);
	bench_close();
}

static void identifies(void)
{
	struct root *r = &bench.root;

	open_bound(1);
	EXPECT_EQ(cfg_read(r, PCI_VENDOR_ID), 0xb500104c);
	EXPECT_EQ(cfg_read(r, PCI_CLASS_REVISION), 0xff000000);
	EXPECT_EQ(cfg_read(r, PCI_CACHE_LINE_SIZE) >> 16 & 0xff, 0);
	EXPECT_EQ(cfg_read(r, PCI_INTERRUPT_LINE) >> 8 & 0xff, 1);
	/* What cannot be written stays. */
	EXPECT_EQ(cfg_write(r, PCI_VENDOR_ID, 0, 0xf), VRC_CPL_SC);
	EXPECT_EQ(cfg_read(r, PCI_VENDOR_ID), 0xb500104c);
	EXPECT_EQ(cfg_read(r, 0x100), 0);
	EXPECT_EQ(cfg_read(r, 0xffc), 0);
	close_bound();
}

static void says_multifunction(void)
{
	open_bound(2);
	EXPECT_EQ(cfg_read(&bench.root, PCI_CACHE_LINE_SIZE) >> 16 & 0xff, 0x80);
	close_bound();
}

static void has_capabilities(void)
{
	struct root *r = &bench.root;
	unsigned int msix;

	open_bound(1);
	EXPECT(find_cap(r, PCI_CAP_ID_PM));
	EXPECT(find_cap(r, PCI_CAP_ID_EXP));
	EXPECT(find_cap(r, PCI_CAP_ID_MSI));
	msix = find_cap(r, PCI_CAP_ID_MSIX);
	EXPECT(msix);
	EXPECT_EQ(cfg_read(r, msix) >> 16 & 0x7ff, 31);
	EXPECT_EQ(cfg_read(r, msix + 4), 0x800);
	EXPECT_EQ(cfg_read(r, msix + 8), 0x400);
	EXPECT(cfg_read(r, find_cap(r, PCI_CAP_ID_EXP) + PCI_EXP_DEVCAP) & PCI_EXP_DEVCAP_FLR);
	close_bound();
}

static void expect_size(unsigned int reg, uint32_t want)
{
	cfg_write(&bench.root, reg, ~0u, 0xf);
	EXPECT_EQ(cfg_read(&bench.root, reg), want);
	cfg_write(&bench.root, reg, 0, 0xf);
}

static void sizes_bars(void)
{
	open_bound(1);
	expect_size(PCI_BASE_ADDRESS_0, 0xfffff000);
	expect_size(PCI_BASE_ADDRESS_1, 0xfffff000);
	expect_size(PCI_BASE_ADDRESS_2, 0xfffff00c);
	expect_size(PCI_BASE_ADDRESS_3, 0xffffffff);
	expect_size(PCI_BASE_ADDRESS_4, 0xfffff000);
	expect_size(PCI_BASE_ADDRESS_5, 0xffffff01);
	expect_size(PCI_ROM_ADDRESS, 0xfffff801);
	close_bound();
}

static void writes_single_bytes(void)
{
	struct root *r = &bench.root;

	open_bound(1);
	cfg_write(r, PCI_BASE_ADDRESS_1, 0x12345678, 0xf);
	EXPECT_EQ(cfg_read(r, PCI_BASE_ADDRESS_1), 0x12345000);
	cfg_write(r, PCI_BASE_ADDRESS_1, 0xaabbccdd, 0x4);
	EXPECT_EQ(cfg_read(r, PCI_BASE_ADDRESS_1), 0x12bb5000);
	cfg_write(r, PCI_INTERRUPT_LINE, 0x2a, 0x1);
	EXPECT_EQ(cfg_read(r, PCI_INTERRUPT_LINE) & 0xffff, 0x012a);
	/* No byte enabled: nothing is written, but it is answered. */
	EXPECT_EQ(cfg_write(r, PCI_INTERRUPT_LINE, 0, 0), VRC_CPL_SC);
	EXPECT_EQ(cfg_read(r, PCI_INTERRUPT_LINE) & 0xff, 0x2a);
	close_bound();
}

static int cfg_to(uint16_t target, enum vrc_tlp_type type)
{
	struct vrc_tlp t = { .type = type, .len_dw = 1, .first_be = 0xf, .target = target };

	return root_request(&bench.root, &t, "\0\0\0");
}

static void captures_its_number(void)
{
	struct root *r = &bench.root;

	open_bound(1);
	EXPECT_EQ(cfg_to(VRC_BDF(9, 3, 0), VRC_TLP_CFGRD0), VRC_CPL_SC);
	EXPECT_EQ(r->completer, 0);
	EXPECT_EQ(cfg_to(VRC_BDF(9, 3, 0), VRC_TLP_CFGWR0), VRC_CPL_SC);
	EXPECT_EQ(r->completer, VRC_BDF(9, 3, 0));
	close_bound();
}

static void refuses_other_functions(void)
{
	open_bound(2);
	EXPECT_EQ(cfg_to(VRC_BDF(1, 0, 1), VRC_TLP_CFGRD0), VRC_CPL_UR);
	EXPECT_EQ(cfg_to(VRC_BDF(1, 0, 1), VRC_TLP_CFGWR0), VRC_CPL_UR);
	EXPECT_EQ(cfg_to(VRC_BDF(1, 0, 0), VRC_TLP_CFGRD1), VRC_CPL_UR);
	EXPECT_EQ(cfg_to(VRC_BDF(1, 0, 0), VRC_TLP_CFGWR1), VRC_CPL_UR);
	EXPECT_EQ(func(0)->stats.ur, 4);
	close_bound();
}

static void notes_unsupported_requests(void)
{
	struct root *r = &bench.root;
	unsigned int sta;

	open_bound(1);
	sta = find_cap(r, PCI_CAP_ID_EXP) + PCI_EXP_DEVCTL;
	EXPECT_EQ(mem_read32(r, BAR0), ~0u);
	EXPECT_EQ(r->status, VRC_CPL_UR);
	EXPECT_EQ(cfg_read(r, sta) >> 16, PCI_EXP_DEVSTA_URD | PCI_EXP_DEVSTA_NFED);
	/* Writing 1 clears, writing 0 does not. */
	cfg_write(r, sta, 0, 0xc);
	EXPECT(cfg_read(r, sta) >> 16);
	cfg_write(r, sta, 0xffffu << 16, 0xc);
	EXPECT_EQ(cfg_read(r, sta) >> 16, 0);
	close_bound();
}

static void power_states(void)
{
	struct root *r = &bench.root;
	unsigned int pm;

	open_bound(1);
	root_configure(r);
	pm = find_cap(r, PCI_CAP_ID_PM);
	mem_write32(r, BAR1, 0x55);
	cfg_write(r, pm + PCI_PM_CTRL, 3, 0x3);
	EXPECT_EQ(mem_read32(r, BAR1), ~0u);
	EXPECT(!ep_bus_master(func(0)->f));
	cfg_write(r, pm + PCI_PM_CTRL, 0, 0x3);
	EXPECT_EQ(mem_read32(r, BAR1), 0x55);
	EXPECT(ep_bus_master(func(0)->f));
	close_bound();
}

static void function_level_reset(void)
{
	struct root *r = &bench.root;
	unsigned int ctl;
	uint64_t id;

	open_bound(1);
	root_configure(r);
	id = func(0)->session.id;
	mem_write32(r, BAR1, 0x1234);
	ctl = find_cap(r, PCI_CAP_ID_EXP) + PCI_EXP_DEVCTL;
	EXPECT_EQ(cfg_write(r, ctl, 0x8000 | (cfg_read(r, ctl) & 0xffff), 0x3), VRC_CPL_SC);
	EXPECT_EQ(func(0)->session.id, id);
	EXPECT_EQ(cfg_read(r, PCI_COMMAND) & 7, 0);
	EXPECT_EQ(cfg_read(r, PCI_BASE_ADDRESS_0), 0);
	EXPECT_EQ(cfg_read(r, ctl) & PCI_EXP_DEVCTL_PAYLOAD, 5 << 5);
	EXPECT_EQ(r->completer, VRC_BDF(5, 0, 0));
	root_configure(r);
	EXPECT_EQ(mem_read32(r, BAR1), 0);
	close_bound();
}

/* ---- what only some models have ---- */

#define AER	0x100
#define DSN	0x12c

/* The test model with extended capabilities, which can wake. */
static struct ep_func *create_more(struct ep_loop *loop, const struct ep_options *opts, char *err,
				   size_t err_len)
{
	struct ep_func *f = ep_model_test.create(loop, opts, err, err_len);

	ep_config_aer(f);
	ep_config_dsn(f, 0x0123456789abcdefull);
	ep_config_pme(f);
	return f;
}

static void open_more(void)
{
	static struct ep_model more;

	more = ep_model_test;
	more.create = create_more;
	bench_open(0);
	bench_add(&more);
	EXPECT(root_bind_fn(&bench.root, 0));
}

static void extended_capabilities(void)
{
	struct root *r = &bench.root;

	open_more();
	EXPECT_EQ(cfg_read(r, AER), PCI_EXT_CAP_ID_ERR | 1 << 16 | (uint32_t)DSN << 20);
	EXPECT_EQ(cfg_read(r, DSN), PCI_EXT_CAP_ID_DSN | 1 << 16);
	EXPECT_EQ(cfg_read(r, DSN + 4), 0x89abcdef);
	EXPECT_EQ(cfg_read(r, DSN + 8), 0x01234567);
	cfg_write(r, DSN + 4, 0, 0xf);
	EXPECT_EQ(cfg_read(r, DSN + 4), 0x89abcdef);
	cfg_write(r, AER + PCI_ERR_UNCOR_MASK, ~0u, 0xf);
	EXPECT_EQ(cfg_read(r, AER + PCI_ERR_UNCOR_MASK), 0x001ff010 & ~PCI_ERR_UNC_ECRC);
	close_bound();
}

static void error_report(void)
{
	struct root *r = &bench.root;

	open_more();
	EXPECT_EQ(cfg_read(r, AER + PCI_ERR_UNCOR_STATUS), 0);
	EXPECT_EQ(mem_read32(r, BAR0), ~0u);
	EXPECT_EQ(cfg_read(r, AER + PCI_ERR_UNCOR_STATUS), PCI_ERR_UNC_UNSUP);
	cfg_write(r, AER + PCI_ERR_UNCOR_STATUS, PCI_ERR_UNC_POISON_TLP, 0xf);
	EXPECT_EQ(cfg_read(r, AER + PCI_ERR_UNCOR_STATUS), PCI_ERR_UNC_UNSUP);
	cfg_write(r, AER + PCI_ERR_UNCOR_STATUS, PCI_ERR_UNC_UNSUP, 0xf);
	EXPECT_EQ(cfg_read(r, AER + PCI_ERR_UNCOR_STATUS), 0);
	close_bound();
}

static void wakes(void)
{
	struct root *r = &bench.root;
	unsigned int pm;

	open_more();
	pm = find_cap(r, PCI_CAP_ID_PM);
	EXPECT_EQ(cfg_read(r, pm) >> 16 & PCI_PM_CAP_PME_MASK,
		  PCI_PM_CAP_PME_D0 | PCI_PM_CAP_PME_D3hot);
	/* Not enabled: only the status says it. */
	ep_pme(func(0)->f);
	bench_run();
	EXPECT_EQ(r->nr_pme, 0);
	EXPECT(cfg_read(r, pm + PCI_PM_CTRL) & PCI_PM_CTRL_PME_STATUS);
	cfg_write(r, pm + PCI_PM_CTRL, PCI_PM_CTRL_PME_STATUS | PCI_PM_CTRL_PME_ENABLE | 3, 0x3);
	EXPECT(!ep_in_d0(func(0)->f));
	EXPECT(ep_pme_enabled(func(0)->f));
	ep_pme(func(0)->f);
	ep_pme(func(0)->f);
	bench_run();
	EXPECT_EQ(r->nr_pme, 1);
	EXPECT(cfg_read(r, pm + PCI_PM_CTRL) & PCI_PM_CTRL_PME_STATUS);
	close_bound();
}

const struct tap_test config_tests[] = {
	TAP_TEST(identifies),
	TAP_TEST(says_multifunction),
	TAP_TEST(has_capabilities),
	TAP_TEST(sizes_bars),
	TAP_TEST(writes_single_bytes),
	TAP_TEST(captures_its_number),
	TAP_TEST(refuses_other_functions),
	TAP_TEST(notes_unsupported_requests),
	TAP_TEST(power_states),
	TAP_TEST(function_level_reset),
	TAP_TEST(extended_capabilities),
	TAP_TEST(error_report),
	TAP_TEST(wakes),
	{ NULL, NULL },
};
