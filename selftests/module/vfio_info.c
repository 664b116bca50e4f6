// SPDX-License-Identifier: GPL-2.0-only
/* What the device says about itself, and what it says to nonsense. */
#include <errno.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "vfio_test.h"

static void device_info(void)
{
	struct vfio_device_info info = { .argsz = sizeof(info) };

	EXPECT_EQ(ioctl(dev.fd, VFIO_DEVICE_GET_INFO, &info), 0);
	EXPECT(info.flags & VFIO_DEVICE_FLAGS_PCI);
	EXPECT(info.flags & VFIO_DEVICE_FLAGS_RESET);
	EXPECT_EQ(info.num_regions, VFIO_PCI_NUM_REGIONS);
	EXPECT_EQ(info.num_irqs, VFIO_PCI_NUM_IRQS);
}

static void region_info(void)
{
	static const uint64_t sizes[] = { 4096, 4096, 4096, 0, 4096, 256, 2048 };
	unsigned int i;

	for (i = 0; i < 7; i++)
		EXPECT_EQ(dev.region_size[i], sizes[i]);
	EXPECT(dev.region_flags[0] == (VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_WRITE));
	EXPECT_EQ(dev.region_flags[3], 0);
	EXPECT_EQ(dev.region_flags[VFIO_PCI_ROM_REGION_INDEX], VFIO_REGION_INFO_FLAG_READ);
	EXPECT(dev.region_size[VFIO_PCI_CONFIG_REGION_INDEX] == 256 ||
	       dev.region_size[VFIO_PCI_CONFIG_REGION_INDEX] == 4096);
}

static int irq_info(uint32_t index, struct vfio_irq_info *info)
{
	*info = (struct vfio_irq_info){ .argsz = sizeof(*info), .index = index };
	return ioctl(dev.fd, VFIO_DEVICE_GET_IRQ_INFO, info) ? -errno : 0;
}

static void irq_counts(void)
{
	static const uint32_t counts[] = { 1, 32, 32 };
	struct vfio_irq_info info;
	uint32_t i;

	for (i = 0; i < 3; i++) {
		EXPECT_EQ(irq_info(i, &info), 0);
		EXPECT_EQ(info.count, counts[i]);
		EXPECT(info.flags & VFIO_IRQ_INFO_EVENTFD);
		EXPECT(!(info.flags & VFIO_IRQ_INFO_NORESIZE));
	}
	EXPECT_EQ(irq_info(VFIO_PCI_INTX_IRQ_INDEX, &info), 0);
	EXPECT(info.flags & VFIO_IRQ_INFO_MASKABLE && info.flags & VFIO_IRQ_INFO_AUTOMASKED);
	EXPECT_EQ(irq_info(VFIO_PCI_REQ_IRQ_INDEX, &info), 0);
	EXPECT_EQ(info.count, 1);
	EXPECT_EQ(irq_info(VFIO_PCI_ERR_IRQ_INDEX, &info), 0);
	EXPECT_EQ(info.count, 1);
	EXPECT_EQ(irq_info(VFIO_PCI_NUM_IRQS, &info), -EINVAL);
}

static void bad_arguments(void)
{
	struct vfio_region_info region = { .argsz = sizeof(region) };
	struct vfio_device_info info = { .argsz = 4 };

	EXPECT(ioctl(dev.fd, VFIO_DEVICE_GET_INFO, &info) == -1 && errno == EINVAL);
	region.index = VFIO_PCI_VGA_REGION_INDEX;
	EXPECT(ioctl(dev.fd, VFIO_DEVICE_GET_REGION_INFO, &region) == -1 && errno == EINVAL);
	region.index = 1000;
	EXPECT(ioctl(dev.fd, VFIO_DEVICE_GET_REGION_INFO, &region) == -1 && errno == EINVAL);
	region.argsz = 8;
	region.index = 0;
	EXPECT(ioctl(dev.fd, VFIO_DEVICE_GET_REGION_INFO, &region) == -1 && errno == EINVAL);
	EXPECT(ioctl(dev.fd, VFIO_DEVICE_GET_PCI_HOT_RESET_INFO, &info) == -1 && errno == ENOTTY);
	EXPECT(ioctl(dev.fd, VFIO_DEVICE_GET_INFO, NULL) == -1 && errno == EFAULT);
}

static void bad_offsets(void)
{
	void *unmapped = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uint8_t b[8];

	test_enable();
	EXPECT_EQ(dev_read(&dev, 0, dev.region_size[0], b, 1), -EINVAL);
	EXPECT_EQ(dev_read(&dev, 0, dev.region_size[0] - 4, b, 8), 4);
	EXPECT_EQ(dev_read(&dev, VFIO_PCI_BAR3_REGION_INDEX, 0, b, 1), -EINVAL);
	EXPECT_EQ(dev_write(&dev, VFIO_PCI_BAR3_REGION_INDEX, 0, b, 1), -EINVAL);
	EXPECT_EQ(dev_read(&dev, VFIO_PCI_CONFIG_REGION_INDEX, 4096, b, 1), -EINVAL);
	EXPECT(pread(dev.fd, b, 1, 1ll << 50) == -1 && errno == EINVAL);
	EXPECT_EQ(dev_read(&dev, 0, 0, unmapped, 4), -EFAULT);
	munmap(unmapped, 4096);
	test_reset();
}

const struct tap_test info_tests[] = {
	TAP_TEST(device_info),
	TAP_TEST(region_info),
	TAP_TEST(irq_counts),
	TAP_TEST(bad_arguments),
	TAP_TEST(bad_offsets),
};

const unsigned int nr_info_tests = ARRAY_SIZE(info_tests);
