// SPDX-License-Identifier: GPL-2.0-only
/* Interrupts, as a VMM asks for them. */
#include <errno.h>
#include <linux/pci_regs.h>
#include <string.h>
#include <unistd.h>

#include "vfio_test.h"

#define VECTORS	32
#define INTX	VFIO_PCI_INTX_IRQ_INDEX
#define MSI	VFIO_PCI_MSI_IRQ_INDEX
#define MSIX	VFIO_PCI_MSIX_IRQ_INDEX

#define TRIGGER	VFIO_IRQ_SET_ACTION_TRIGGER
#define MASK	VFIO_IRQ_SET_ACTION_MASK
#define UNMASK	VFIO_IRQ_SET_ACTION_UNMASK
#define NONE	VFIO_IRQ_SET_DATA_NONE
#define BOOL	VFIO_IRQ_SET_DATA_BOOL
#define FD	VFIO_IRQ_SET_DATA_EVENTFD

static int32_t fds[VECTORS];

static void open_fds(void)
{
	int i;

	for (i = 0; i < VECTORS; i++)
		fds[i] = new_eventfd();
}

static void close_fds(void)
{
	int i;

	for (i = 0; i < VECTORS; i++)
		close(fds[i]);
}

static void raise_irq(uint32_t command, uint32_t type, uint32_t number)
{
	dev_set(&dev, 0, REG_IRQ_TYPE, 4, type);
	dev_set(&dev, 0, REG_IRQ_NUMBER, 4, number);
	dev_set(&dev, 0, REG_COMMAND, 4, command);
}

static void raise_intx(void)
{
	raise_irq(CMD_INTX, 0, 0);
}

/* The function raises its line and takes it back. The answer to a read comes behind both. */
static void intx_is_down(void)
{
	dev_get(&dev, 0, REG_STATUS, 4);
}

static void raise_msix(uint32_t vector)
{
	raise_irq(CMD_MSIX, 2, vector + 1);
}

/* Each vector reaches its eventfd, once, and no other. */
static void each_vector(uint32_t command, uint32_t type)
{
	int i, j;

	for (i = 0; i < VECTORS; i++) {
		raise_irq(command, type, (uint32_t)i + 1);
		EXPECT_EQ(eventfd_count(fds[i], 5000), 1);
		for (j = 0; j < VECTORS; j++)
			EXPECT_EQ(eventfd_count(fds[j], 0), 0);
	}
}

static void msi(void)
{
	test_enable();
	open_fds();
	EXPECT_EQ(dev_irq_fds(&dev, MSI, 0, VECTORS, fds), 0);
	each_vector(CMD_MSI, 1);
	EXPECT_EQ(dev_irq_fds(&dev, MSI, 0, 0, NULL), 0);
	raise_irq(CMD_MSI, 1, 1);
	EXPECT_EQ(eventfd_count(fds[0], 100), 0);
	close_fds();
	test_reset();
}

/* Fewer vectors than the function could have. */
static void msi_few(void)
{
	test_enable();
	open_fds();
	EXPECT_EQ(dev_irq_fds(&dev, MSI, 0, 3, fds), 0);
	raise_irq(CMD_MSI, 1, 3);
	EXPECT_EQ(eventfd_count(fds[2], 5000), 1);
	EXPECT_EQ(dev_irq_fds(&dev, MSI, 0, 0, NULL), 0);
	close_fds();
	test_reset();
}

static void msix(void)
{
	test_enable();
	open_fds();
	EXPECT_EQ(dev_irq_fds(&dev, MSIX, 0, VECTORS, fds), 0);
	each_vector(CMD_MSIX, 2);
	EXPECT_EQ(dev_irq_fds(&dev, MSIX, 0, 0, NULL), 0);
	close_fds();
	test_reset();
}

/* What QEMU does: enable with nothing, then add vectors beyond, one at a time. */
static void msix_one_by_one(void)
{
	int32_t none = -1;
	uint32_t i;

	test_enable();
	open_fds();
	EXPECT_EQ(dev_irq_fds(&dev, MSIX, 0, 1, &none), 0);
	for (i = 0; i < VECTORS; i++)
		EXPECT_EQ(dev_irq_fds(&dev, MSIX, i, 1, &fds[i]), 0);
	each_vector(CMD_MSIX, 2);
	EXPECT_EQ(dev_irq_fds(&dev, MSIX, 0, 0, NULL), 0);
	close_fds();
	test_reset();
}

static void msix_swap(void)
{
	test_enable();
	open_fds();
	EXPECT_EQ(dev_irq_fds(&dev, MSIX, 0, 2, fds), 0);
	EXPECT_EQ(dev_irq_fds(&dev, MSIX, 1, 1, &fds[5]), 0);
	raise_msix(1);
	EXPECT_EQ(eventfd_count(fds[5], 5000), 1);
	EXPECT_EQ(eventfd_count(fds[1], 0), 0);
	close_fds();
	test_reset();
	EXPECT_EQ(dev_irq_fds(&dev, MSIX, 0, 0, NULL), 0);
}

/* A vector without an eventfd is masked: its interrupt waits in the function. */
static void msix_pending(void)
{
	int32_t none = -1;

	test_enable();
	open_fds();
	EXPECT_EQ(dev_irq_fds(&dev, MSIX, 0, 2, fds), 0);
	EXPECT_EQ(dev_irq_fds(&dev, MSIX, 1, 1, &none), 0);
	raise_msix(1);
	EXPECT_EQ(eventfd_count(fds[1], 100), 0);
	EXPECT_EQ(dev_irq_fds(&dev, MSIX, 1, 1, &fds[1]), 0);
	EXPECT_EQ(eventfd_count(fds[1], 5000), 1);
	EXPECT_EQ(dev_irq_fds(&dev, MSIX, 0, 0, NULL), 0);
	close_fds();
	test_reset();
}

/* The line is signalled once, then masked until the VMM says so. */
static void intx(void)
{
	int32_t fd = new_eventfd();

	test_enable();
	EXPECT_EQ(dev_irq_fds(&dev, INTX, 0, 1, &fd), 0);
	raise_intx();
	EXPECT_EQ(eventfd_count(fd, 5000), 1);
	raise_intx();
	EXPECT_EQ(eventfd_count(fd, 100), 0);
	intx_is_down();
	EXPECT_EQ(dev_irqs(&dev, INTX, UNMASK | NONE, 0, 1, NULL), 0);
	EXPECT_EQ(eventfd_count(fd, 100), 0);
	raise_intx();
	EXPECT_EQ(eventfd_count(fd, 5000), 1);
	EXPECT_EQ(dev_irq_fds(&dev, INTX, 0, 0, NULL), 0);
	close(fd);
	test_reset();
}

static void intx_mask(void)
{
	int32_t fd = new_eventfd();
	uint8_t yes = 1;

	test_enable();
	EXPECT_EQ(dev_irq_fds(&dev, INTX, 0, 1, &fd), 0);
	EXPECT_EQ(dev_irqs(&dev, INTX, MASK | BOOL, 0, 1, &yes), 0);
	raise_intx();
	EXPECT_EQ(eventfd_count(fd, 100), 0);
	intx_is_down();
	EXPECT_EQ(dev_irqs(&dev, INTX, UNMASK | BOOL, 0, 1, &yes), 0);
	raise_intx();
	EXPECT_EQ(eventfd_count(fd, 5000), 1);
	intx_is_down();
	EXPECT_EQ(dev_irqs(&dev, INTX, UNMASK | NONE, 0, 1, NULL), 0);
	cfg_set(&dev, PCI_COMMAND, 2, 7 | PCI_COMMAND_INTX_DISABLE);
	raise_intx();
	EXPECT_EQ(eventfd_count(fd, 100), 0);
	EXPECT_EQ(dev_irq_fds(&dev, INTX, 0, 0, NULL), 0);
	close(fd);
	test_reset();
}

static void intx_unmask_by_eventfd(void)
{
	int32_t fd = new_eventfd(), unmask = new_eventfd();
	uint64_t one = 1;
	int i;

	test_enable();
	EXPECT_EQ(dev_irq_fds(&dev, INTX, 0, 1, &fd), 0);
	EXPECT_EQ(dev_irqs(&dev, INTX, UNMASK | FD, 0, 1, &unmask), 0);
	for (i = 0; i < 3; i++) {
		raise_intx();
		EXPECT_EQ(eventfd_count(fd, 5000), 1);
		intx_is_down();
		EXPECT_EQ(write(unmask, &one, sizeof(one)), sizeof(one));
		usleep(50000);
	}
	EXPECT_EQ(dev_irq_fds(&dev, INTX, 0, 0, NULL), 0);
	close(fd);
	close(unmask);
	test_reset();
}

static void loopback(void)
{
	uint8_t bools[4] = { 0, 1, 0, 1 };

	open_fds();
	EXPECT_EQ(dev_irq_fds(&dev, MSIX, 0, 4, fds), 0);
	EXPECT_EQ(dev_irqs(&dev, MSIX, TRIGGER | NONE, 2, 1, NULL), 0);
	EXPECT_EQ(eventfd_count(fds[2], 0), 1);
	EXPECT_EQ(dev_irqs(&dev, MSIX, TRIGGER | BOOL, 0, 4, bools), 0);
	EXPECT_EQ(eventfd_count(fds[0], 0), 0);
	EXPECT_EQ(eventfd_count(fds[1], 0), 1);
	EXPECT_EQ(eventfd_count(fds[3], 0), 1);
	EXPECT_EQ(dev_irq_fds(&dev, MSIX, 0, 0, NULL), 0);
	close_fds();
}

static void nonsense(void)
{
	int32_t bad = 12345, none = -1, file = dev.fd;

	open_fds();
	EXPECT_EQ(dev_irq_fds(&dev, MSIX, 31, 2, fds), -EINVAL);
	EXPECT_EQ(dev_irq_fds(&dev, MSIX, 32, 1, fds), -EINVAL);
	EXPECT_EQ(dev_irq_fds(&dev, INTX, 0, 2, fds), -EINVAL);
	EXPECT_EQ(dev_irq_fds(&dev, VFIO_PCI_ERR_IRQ_INDEX, 1, 1, fds), -EINVAL);
	EXPECT_EQ(dev_irq_fds(&dev, VFIO_PCI_NUM_IRQS, 0, 1, fds), -EINVAL);
	EXPECT_EQ(dev_irq_fds(&dev, MSIX, 0, 1, &bad), -EBADF);
	EXPECT_EQ(dev_irq_fds(&dev, MSIX, 0, 1, &file), -EINVAL);
	EXPECT_EQ(dev_irqs(&dev, INTX, UNMASK | NONE, 0, 1, NULL), -EINVAL);
	EXPECT_EQ(dev_irqs(&dev, MSIX, MASK | NONE, 0, 1, NULL), -ENOTTY);
	EXPECT_EQ(dev_irqs(&dev, MSIX, TRIGGER | NONE, 0, 1, NULL), -EINVAL);
	EXPECT_EQ(dev_irqs(&dev, MSIX, 0x1000, 0, 1, NULL), -EINVAL);
	EXPECT_EQ(dev_irq_fds(&dev, MSI, 0, 1, fds), 0);
	EXPECT_EQ(dev_irq_fds(&dev, MSIX, 0, 1, fds), -EINVAL);
	EXPECT_EQ(dev_irq_fds(&dev, INTX, 0, 1, fds), -EINVAL);
	EXPECT_EQ(dev_irq_fds(&dev, MSI, 0, 1, &none), 0);
	EXPECT_EQ(dev_irq_fds(&dev, MSI, 0, 0, NULL), 0);
	close_fds();
}

/* Thousands, from one vector to the next: none is lost, none too many. */
static void many(void)
{
	uint64_t before = dev_counter(&dev, "interrupts"), got = 0;
	uint32_t i;

	test_enable();
	open_fds();
	EXPECT_EQ(dev_irq_fds(&dev, MSIX, 0, VECTORS, fds), 0);
	for (i = 0; i < 500; i++) {
		raise_msix(i % VECTORS);
		got += eventfd_count(fds[i % VECTORS], 5000);
	}
	EXPECT_EQ(got, 500);
	EXPECT_EQ(dev_counter(&dev, "interrupts") - before, 500);
	EXPECT_EQ(dev_irq_fds(&dev, MSIX, 0, 0, NULL), 0);
	close_fds();
	test_reset();
}

const struct tap_test irq_tests[] = {
	TAP_TEST(msi),
	TAP_TEST(msi_few),
	TAP_TEST(msix),
	TAP_TEST(msix_one_by_one),
	TAP_TEST(msix_swap),
	TAP_TEST(msix_pending),
	TAP_TEST(intx),
	TAP_TEST(intx_mask),
	TAP_TEST(intx_unmask_by_eventfd),
	TAP_TEST(loopback),
	TAP_TEST(nonsense),
	TAP_TEST(many),
};

const unsigned int nr_irq_tests = ARRAY_SIZE(irq_tests);
