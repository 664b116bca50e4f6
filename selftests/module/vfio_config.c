// SPDX-License-Identifier: GPL-2.0-only
/* The config space that a guest sees. */
#include <linux/pci_regs.h>
#include <string.h>

#include "vfio_test.h"

static void header(void)
{
	EXPECT_EQ(cfg_get(&dev, PCI_VENDOR_ID, 4), 0xb500104c);
	EXPECT_EQ(cfg_get(&dev, PCI_HEADER_TYPE, 1), 0);
	cfg_set(&dev, PCI_VENDOR_ID, 4, 0);
	EXPECT_EQ(cfg_get(&dev, PCI_VENDOR_ID, 4), 0xb500104c);
	cfg_set(&dev, PCI_INTERRUPT_LINE, 1, 0x5a);
	EXPECT_EQ(cfg_get(&dev, PCI_INTERRUPT_LINE, 1), 0x5a);
	EXPECT_EQ(cfg_get(&dev, PCI_INTERRUPT_PIN, 1), 1);
	test_reset();
}

/* What cannot change costs no frame. */
static void shadow(void)
{
	uint64_t reads = dev_counter(&dev, "cfg_shadow_reads"), sent = dev_counter(&dev, "tlp_tx");
	int i;

	for (i = 0; i < 100; i++)
		cfg_get(&dev, PCI_VENDOR_ID, 4);
	EXPECT_EQ(dev_counter(&dev, "cfg_shadow_reads") - reads, 100);
	EXPECT_EQ(dev_counter(&dev, "tlp_tx") - sent, 0);
	cfg_get(&dev, PCI_STATUS, 2);
	EXPECT_EQ(dev_counter(&dev, "tlp_tx") - sent, 1);
}

static void size_bar(uint16_t reg, uint32_t mask, uint32_t flags)
{
	cfg_set(&dev, reg, 4, ~0u);
	EXPECT_EQ(cfg_get(&dev, reg, 4), mask | flags);
	cfg_set(&dev, reg, 4, 0xe0000000);
	EXPECT_EQ(cfg_get(&dev, reg, 4), (0xe0000000 & mask) | flags);
}

static void bar_sizing(void)
{
	size_bar(PCI_BASE_ADDRESS_0, 0xfffff000, 0);
	size_bar(PCI_BASE_ADDRESS_1, 0xfffff000, 0);
	size_bar(PCI_BASE_ADDRESS_2, 0xfffff000, 0xc);
	size_bar(PCI_BASE_ADDRESS_3, 0xffffffff, 0);
	size_bar(PCI_BASE_ADDRESS_4, 0xfffff000, 0);
	size_bar(PCI_BASE_ADDRESS_5, 0xffffff00, 1);
	cfg_set(&dev, PCI_ROM_ADDRESS, 4, PCI_ROM_ADDRESS_MASK);
	EXPECT_EQ(cfg_get(&dev, PCI_ROM_ADDRESS, 4), 0xfffff800);
	/* Where the guest puts them is its own affair. */
	test_enable();
	dev_set(&dev, 1, 0, 4, 0x12345678);
	EXPECT_EQ(dev_get(&dev, 1, 0, 4), 0x12345678);
	test_reset();
	EXPECT_EQ(cfg_get(&dev, PCI_BASE_ADDRESS_0, 4), 0);
}

static void bytes_and_words(void)
{
	uint8_t all[256];
	unsigned int i;

	EXPECT_EQ(dev_read(&dev, VFIO_PCI_CONFIG_REGION_INDEX, 0, all, 256), 256);
	for (i = 0; i < 4; i++)
		EXPECT_EQ(cfg_get(&dev, i, 1), all[i]);
	EXPECT_EQ(cfg_get(&dev, 2, 2), 0xb500);
	cfg_set(&dev, PCI_BASE_ADDRESS_1 + 3, 1, 0xab);
	EXPECT_EQ(cfg_get(&dev, PCI_BASE_ADDRESS_1, 4), 0xab000000);
	cfg_set(&dev, PCI_BASE_ADDRESS_1 + 2, 2, 0x1234);
	EXPECT_EQ(cfg_get(&dev, PCI_BASE_ADDRESS_1, 4), 0x12340000);
	test_reset();
}

static void command(void)
{
	cfg_set(&dev, PCI_COMMAND, 2, 0xffff);
	EXPECT_EQ(cfg_get(&dev, PCI_COMMAND, 2), 0x0547);
	cfg_set(&dev, PCI_COMMAND, 2, 0);
	EXPECT_EQ(cfg_get(&dev, PCI_COMMAND, 2), 0);
}

static void memory_disabled(void)
{
	test_enable();
	dev_set(&dev, 1, 16, 4, 0xfeedbeef);
	cfg_set(&dev, PCI_COMMAND, 2, PCI_COMMAND_IO);
	EXPECT_EQ(dev_get(&dev, 1, 16, 4), 0xffffffff);
	dev_set(&dev, 1, 16, 4, 0);
	cfg_set(&dev, PCI_COMMAND, 2, PCI_COMMAND_MEMORY);
	EXPECT_EQ(dev_get(&dev, 1, 16, 4), 0xfeedbeef);
	EXPECT_EQ(dev_get(&dev, 5, 0, 4), 0xffffffff);
	test_reset();
}

static void capabilities(void)
{
	uint8_t msi = cfg_cap(&dev, PCI_CAP_ID_MSI), msix = cfg_cap(&dev, PCI_CAP_ID_MSIX);
	uint8_t exp = cfg_cap(&dev, PCI_CAP_ID_EXP);

	EXPECT(msi && msix && exp && cfg_cap(&dev, PCI_CAP_ID_PM));
	/* The guest's copies: what it writes is what it reads. */
	cfg_set(&dev, msi + PCI_MSI_ADDRESS_LO, 4, 0xfee01000);
	EXPECT_EQ(cfg_get(&dev, msi + PCI_MSI_ADDRESS_LO, 4), 0xfee01000);
	cfg_set(&dev, msix + PCI_MSIX_FLAGS, 2, 0xffff);
	EXPECT_EQ(cfg_get(&dev, msix + PCI_MSIX_FLAGS, 2), 0xc000 | 31);
	EXPECT(cfg_get(&dev, exp + PCI_EXP_DEVCAP, 4) & PCI_EXP_DEVCAP_FLR);
	cfg_set(&dev, exp + PCI_EXP_DEVCTL, 2, 0x5000);
	EXPECT_EQ(cfg_get(&dev, exp + PCI_EXP_DEVCTL, 2) & 0x7000, 0x5000);
	test_reset();
	EXPECT_EQ(cfg_get(&dev, msi + PCI_MSI_ADDRESS_LO, 4), 0);
	EXPECT_EQ(cfg_get(&dev, msix + PCI_MSIX_FLAGS, 2), 31);
}

static void power(void)
{
	uint8_t pm = cfg_cap(&dev, PCI_CAP_ID_PM);

	test_enable();
	dev_set(&dev, 1, 0, 4, 0x600dcafe);
	cfg_set(&dev, pm + PCI_PM_CTRL, 2, 3);
	EXPECT_EQ(cfg_get(&dev, pm + PCI_PM_CTRL, 2) & 3, 3);
	EXPECT_EQ(dev_get(&dev, 1, 0, 4), 0xffffffff);
	cfg_set(&dev, pm + PCI_PM_CTRL, 2, 0);
	EXPECT_EQ(cfg_get(&dev, pm + PCI_PM_CTRL, 2) & 3, 0);
	/* Without No_Soft_Reset, coming back is a reset. */
	if (cfg_get(&dev, pm + PCI_PM_CTRL, 2) & PCI_PM_CTRL_NO_SOFT_RESET) {
		EXPECT_EQ(dev_get(&dev, 1, 0, 4), 0x600dcafe);
	} else {
		EXPECT_EQ(cfg_get(&dev, PCI_COMMAND, 2), 0);
		test_enable();
		EXPECT_EQ(dev_get(&dev, 1, 0, 4), 0);
	}
	test_reset();
}

/* Extended capabilities: those we show only, in a list that ends. */
static void extended(void)
{
	unsigned int pos = 0x100, i;
	uint32_t header;

	if (dev.region_size[VFIO_PCI_CONFIG_REGION_INDEX] < 4096)
		return;
	for (i = 0; i < 64 && pos; i++) {
		header = cfg_get(&dev, pos, 4);
		switch (PCI_EXT_CAP_ID(header)) {
		case 0:
		case PCI_EXT_CAP_ID_ERR:
		case PCI_EXT_CAP_ID_VC:
		case PCI_EXT_CAP_ID_DSN:
		case PCI_EXT_CAP_ID_PWR:
		case PCI_EXT_CAP_ID_VNDR:
		case PCI_EXT_CAP_ID_LTR:
		case PCI_EXT_CAP_ID_DVSEC:
			break;
		default:
			EXPECT_EQ(PCI_EXT_CAP_ID(header), 0);
		}
		pos = PCI_EXT_CAP_NEXT(header);
	}
	EXPECT_EQ(pos, 0);
}

const struct tap_test config_tests[] = {
	TAP_TEST(header),
	TAP_TEST(shadow),
	TAP_TEST(bar_sizing),
	TAP_TEST(bytes_and_words),
	TAP_TEST(command),
	TAP_TEST(memory_disabled),
	TAP_TEST(capabilities),
	TAP_TEST(power),
	TAP_TEST(extended),
};

const unsigned int nr_config_tests = ARRAY_SIZE(config_tests);
