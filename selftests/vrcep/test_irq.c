// SPDX-License-Identifier: GPL-2.0-only
/* Interrupts, and what of the test device needs no DMA. */
#include <string.h>

#include <linux/pci_regs.h>

#include "bench.h"

#define TABLE	(BAR0 + 0x800)
#define PBA	(BAR0 + 0x400)

static void open_ready(void)
{
	bench_open(1);
	EXPECT(root_bind_fn(&bench.root, 0));
	root_configure(&bench.root);
}

static void close_ready(void)
{
	root_release(&bench.root);
	bench_close();
}

/* Command, type and number of RAISE commands and others */
static uint32_t command(uint32_t cmd, uint32_t type, uint32_t number)
{
	mem_write32(&bench.root, BAR0 + 0x24, type);
	mem_write32(&bench.root, BAR0 + 0x28, number);
	return test_command(&bench.root, cmd);
}

static unsigned int enable_msi(unsigned int log2)
{
	struct root *r = &bench.root;
	unsigned int msi = find_cap(r, PCI_CAP_ID_MSI);

	cfg_write(r, msi + PCI_MSI_ADDRESS_LO, MSI_BASE + 0x40, 0xf);
	cfg_write(r, msi + PCI_MSI_ADDRESS_HI, 0, 0xf);
	cfg_write(r, msi + PCI_MSI_DATA_64, 0x4420, 0x3);
	cfg_write(r, msi, (PCI_MSI_FLAGS_ENABLE | log2 << 4) << 16, 0xc);
	return msi;
}

static void msi(void)
{
	struct root *r = &bench.root;
	unsigned int i;

	open_ready();
	enable_msi(5);
	for (i = 1; i <= 32; i++) {
		r->nr_msi = 0;
		EXPECT_EQ(command(2, 1, i), 0x40);
		EXPECT_EQ(r->nr_msi, 1);
		EXPECT_EQ(r->msi[0].addr, MSI_BASE + 0x40);
		EXPECT_EQ(r->msi[0].data, 0x4420 + i - 1);
	}
	r->nr_msi = 0;
	command(2, 1, 33);
	command(4, 2, 1);
	EXPECT_EQ(r->nr_msi, 0);
	close_ready();
}

static void msi_masked(void)
{
	struct root *r = &bench.root;
	unsigned int cap;

	open_ready();
	cap = enable_msi(2);
	cfg_write(r, cap + PCI_MSI_MASK_64, 1 << 3, 0xf);
	command(2, 1, 4);
	EXPECT_EQ(r->nr_msi, 0);
	EXPECT_EQ(cfg_read(r, cap + PCI_MSI_PENDING_64), 1 << 3);
	cfg_write(r, cap + PCI_MSI_MASK_64, 0, 0xf);
	EXPECT_EQ(r->nr_msi, 1);
	EXPECT_EQ(r->msi[0].data, 0x4423);
	EXPECT_EQ(cfg_read(r, cap + PCI_MSI_PENDING_64), 0);
	close_ready();
}

static void set_vector(unsigned int i, uint32_t data, uint32_t mask)
{
	mem_write32(&bench.root, TABLE + 16 * i, MSI_BASE + 4 * i);
	mem_write32(&bench.root, TABLE + 16 * i + 4, 0);
	mem_write32(&bench.root, TABLE + 16 * i + 8, data);
	mem_write32(&bench.root, TABLE + 16 * i + 12, mask);
}

static void enable_msix(uint32_t flags)
{
	unsigned int cap = find_cap(&bench.root, PCI_CAP_ID_MSIX);

	cfg_write(&bench.root, cap, flags << 16, 0xc);
}

static void msix(void)
{
	struct root *r = &bench.root;
	unsigned int i;

	open_ready();
	EXPECT_EQ(mem_read32(r, TABLE + 12), 1);
	for (i = 0; i < 32; i++)
		set_vector(i, 100 + i, 0);
	enable_msix(PCI_MSIX_FLAGS_ENABLE);
	for (i = 1; i <= 32; i++) {
		r->nr_msi = 0;
		EXPECT_EQ(command(4, 2, i), 0x40);
		EXPECT_EQ(r->nr_msi, 1);
		EXPECT_EQ(r->msi[0].addr, MSI_BASE + 4 * (i - 1));
		EXPECT_EQ(r->msi[0].data, 100 + i - 1);
	}
	EXPECT_EQ(mem_read32(r, TABLE + 16 * 7 + 8), 107);
	close_ready();
}

static void msix_masked(void)
{
	struct root *r = &bench.root;

	open_ready();
	set_vector(5, 55, 1);
	set_vector(6, 66, 0);
	enable_msix(PCI_MSIX_FLAGS_ENABLE);
	command(4, 2, 6);
	command(4, 2, 6);
	EXPECT_EQ(r->nr_msi, 0);
	EXPECT_EQ(mem_read32(r, PBA), 1 << 5);
	mem_write32(r, TABLE + 16 * 5 + 12, 0);
	EXPECT_EQ(r->nr_msi, 1);
	EXPECT_EQ(r->msi[0].data, 55);
	EXPECT_EQ(mem_read32(r, PBA), 0);
	/* Function mask: the same for all. */
	enable_msix(PCI_MSIX_FLAGS_ENABLE | PCI_MSIX_FLAGS_MASKALL);
	command(4, 2, 7);
	EXPECT_EQ(r->nr_msi, 1);
	enable_msix(PCI_MSIX_FLAGS_ENABLE);
	EXPECT_EQ(r->nr_msi, 2);
	EXPECT_EQ(r->msi[1].data, 66);
	/* The PBA cannot be written. */
	mem_write32(r, PBA, ~0u);
	EXPECT_EQ(mem_read32(r, PBA), 0);
	close_ready();
}

static void intx(void)
{
	struct root *r = &bench.root;

	open_ready();
	EXPECT_EQ(command(1, 0, 1), 0x40);
	EXPECT_EQ(r->nr_intx, 2);
	EXPECT_EQ(r->intx, 0);
	ep_intx_set(func(0)->f, true);
	bench_run();
	EXPECT_EQ(r->intx, 1);
	EXPECT(cfg_read(r, PCI_COMMAND) >> 16 & PCI_STATUS_INTERRUPT);
	/* Disabled: the level is there, the message is taken back. */
	cfg_write(r, PCI_COMMAND, PCI_COMMAND_MEMORY | PCI_COMMAND_INTX_DISABLE, 0x3);
	EXPECT_EQ(r->intx, 0);
	EXPECT(cfg_read(r, PCI_COMMAND) >> 16 & PCI_STATUS_INTERRUPT);
	cfg_write(r, PCI_COMMAND, PCI_COMMAND_MEMORY, 0x3);
	EXPECT_EQ(r->intx, 1);
	enable_msi(0);
	EXPECT_EQ(r->intx, 0);
	close_ready();
}

static void reset_takes_intx_back(void)
{
	struct root *r = &bench.root;

	open_ready();
	ep_intx_set(func(0)->f, true);
	bench_run();
	cfg_write(r, find_cap(r, PCI_CAP_ID_EXP) + PCI_EXP_DEVCTL, 0x8000, 0x3);
	EXPECT_EQ(r->intx, 0);
	EXPECT_EQ(r->nr_intx, 2);
	close_ready();
}

static void data_arrives_before_its_interrupt(void)
{
	struct root *r = &bench.root;
	uint64_t dst = MEM_BASE + 0x1000;

	open_ready();
	enable_msi(0);
	mem_write32(r, BAR0 + 0x14, (uint32_t)dst);
	mem_write32(r, BAR0 + 0x18, dst >> 32);
	mem_write32(r, BAR0 + 0x1c, 100);
	mem_write32(r, BAR0 + 0x24, 1);
	mem_write32(r, BAR0 + 0x28, 1);
	bench_forget();
	mem_write32(r, BAR0 + 4, 1 << 4);
	EXPECT_EQ(r->nr_msi, 1);
	/* In one frame with it, too. */
	EXPECT_EQ(bench_count(VRC_KIND_DATA), 1);
	EXPECT_EQ(bench_seen(VRC_KIND_DATA)->f.length, 16 + 100 + 12 + 4);
	close_ready();
}

static void doorbell(void)
{
	struct root *r = &bench.root;
	uint32_t data, off;

	open_ready();
	EXPECT_EQ(command(1 << 6, 0, 1), 0x440);
	EXPECT_EQ(mem_read32(r, BAR0 + 0x34), 1);
	off = mem_read32(r, BAR0 + 0x38);
	data = mem_read32(r, BAR0 + 0x3c);
	mem_write32(r, BAR0 + 8, 0);
	mem_write32(r, BAR1 + off, data + 1);
	EXPECT_EQ(mem_read32(r, BAR0 + 8), 0);
	mem_write32(r, BAR1 + off, data);
	EXPECT_EQ(mem_read32(r, BAR0 + 8), 0x240);
	EXPECT_EQ(command(1 << 7, 0, 1), 0x1040);
	EXPECT_EQ(command(1 << 7, 0, 1), 0x2040);
	close_ready();
}

static void subranges(void)
{
	struct root *r = &bench.root;

	open_ready();
	mem_write32(r, BAR0 + 0x1c, 4);
	EXPECT_EQ(command(1 << 8, 0, 1), 0x4040);
	EXPECT_EQ(mem_read32(r, BAR4), 0x70707070);
	EXPECT_EQ(mem_read32(r, BAR4 + 2048), 0x71717171);
	mem_write32(r, BAR4, 0xa0a0a0a0);
	EXPECT_EQ(mem_read32(r, BAR4), 0xa0a0a0a0);
	EXPECT_EQ(command(1 << 9, 0, 1), 0x10040);
	EXPECT_EQ(mem_read32(r, BAR4 + 2048), 0xa0a0a0a0);
	EXPECT_EQ(command(1 << 9, 0, 1), 0x20040);
	mem_write32(r, BAR0 + 0x1c, 99);
	EXPECT_EQ(command(1 << 8, 0, 1), 0x8040);
	close_ready();
}

const struct tap_test irq_tests[] = {
	TAP_TEST(msi),
	TAP_TEST(msi_masked),
	TAP_TEST(msix),
	TAP_TEST(msix_masked),
	TAP_TEST(intx),
	TAP_TEST(reset_takes_intx_back),
	TAP_TEST(data_arrives_before_its_interrupt),
	TAP_TEST(doorbell),
	TAP_TEST(subranges),
	{ NULL, NULL },
};
