// SPDX-License-Identifier: GPL-2.0-only
/* BARs and ROM, at every width and alignment. */
#include <errno.h>
#include <string.h>

#include "vfio_test.h"

static bool check_span(unsigned int bar, const uint8_t *want, unsigned int off, unsigned int len)
{
	uint8_t got[64];
	unsigned int i;

	EXPECT_EQ(dev_read(&dev, bar, off, got, len), len);
	for (i = 0; i < len; i++)
		if (!EXPECT_EQ(got[i], want[off + i])) {
			tap_note("byte %u of %u read at %u of BAR%u", i, len, off, bar);
			return false;
		}
	return true;
}

static void every_width(unsigned int bar)
{
	uint8_t mem[256];
	unsigned int off, len;

	test_fill(mem, sizeof(mem), bar + 1);
	EXPECT_EQ(dev_write(&dev, bar, 0, mem, sizeof(mem)), sizeof(mem));
	for (off = 0; off < 5; off++)
		for (len = 1; len <= 12; len++)
			if (!check_span(bar, mem, off, len))
				return;
	for (off = 0; off < 5; off++)
		for (len = 1; len <= 9; len++) {
			test_fill(mem + off, len, off * 16 + len);
			EXPECT_EQ(dev_write(&dev, bar, off, mem + off, len), len);
			if (!check_span(bar, mem, 0, 32)) {
				tap_note("after %u bytes were written at %u", len, off);
				return;
			}
		}
}

static void memory_bars(void)
{
	test_enable();
	every_width(1);
	every_width(2);
	every_width(4);
	test_reset();
}

static void io_bar(void)
{
	test_enable();
	every_width(5);
	test_reset();
}

static void whole_bar(void)
{
	static uint8_t want[4096], got[4096];

	test_enable();
	test_fill(want, sizeof(want), 77);
	EXPECT_EQ(dev_write(&dev, 2, 0, want, sizeof(want)), sizeof(want));
	EXPECT_EQ(dev_read(&dev, 2, 0, got, sizeof(got)), sizeof(got));
	EXPECT(!memcmp(want, got, sizeof(got)));
	EXPECT_EQ(dev_read(&dev, 2, 1, got, sizeof(got)), sizeof(got) - 1);
	EXPECT(!memcmp(want + 1, got, sizeof(got) - 1));
	test_reset();
}

/* The table of MSI-X is not the guest's to see: it is behind BAR0's first half. */
static void msix_table(void)
{
	uint8_t got[64];
	unsigned int i;

	test_enable();
	dev_set(&dev, 0, 2048, 4, 0);
	EXPECT_EQ(dev_get(&dev, 0, 2048, 4), 0xffffffff);
	EXPECT_EQ(dev_read(&dev, 0, 2048 - 32, got, 64), 64);
	for (i = 0; i < 64; i++)
		EXPECT_EQ(got[i], i < 32 ? 0 : 0xff);
	test_reset();
}

static void rom(void)
{
	uint8_t image[2048], zero = 0;

	EXPECT_EQ(dev_read(&dev, VFIO_PCI_ROM_REGION_INDEX, 0, image, sizeof(image)),
		  sizeof(image));
	EXPECT(image[0] == 0x55 && image[1] == 0xaa);
	EXPECT(!memcmp(image + image[0x18], "PCIR", 4));
	EXPECT_EQ(dev_write(&dev, VFIO_PCI_ROM_REGION_INDEX, 0, &zero, 1), 1);
	EXPECT_EQ(dev_get(&dev, VFIO_PCI_ROM_REGION_INDEX, 0, 1), 0x55);
	EXPECT_EQ(dev_read(&dev, VFIO_PCI_ROM_REGION_INDEX, 2048, image, 1), -EINVAL);
}

/* A posted write is one TLP and a read is one, whatever is around them. */
static void frames(void)
{
	uint64_t sent;
	int i;

	test_enable();
	sent = dev_counter(&dev, "tlp_tx");
	for (i = 0; i < 50; i++) {
		dev_set(&dev, 1, 0, 4, (uint32_t)i);
		EXPECT_EQ(dev_get(&dev, 1, 0, 4), i);
	}
	EXPECT_EQ(dev_counter(&dev, "tlp_tx") - sent, 100);
	test_reset();
}

const struct tap_test region_tests[] = {
	TAP_TEST(memory_bars),
	TAP_TEST(io_bar),
	TAP_TEST(whole_bar),
	TAP_TEST(msix_table),
	TAP_TEST(rom),
	TAP_TEST(frames),
};

const unsigned int nr_region_tests = ARRAY_SIZE(region_tests);
