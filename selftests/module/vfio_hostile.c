// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a hostile function (selftests/hostile) does on the bus, seen by who holds it: nothing of
 * it arrives, each attempt is counted, and what is allowed goes on working.
 */
#include <linux/pci_regs.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "../hostile/orders.h"
#include "vfio_test.h"

#define RW		(VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE)
#define PAGE		4096u
#define MSI_WINDOW	0xfee00000ull
#define FLOOD		20000u
#define UNSUPPORTED	1u	/* completion status UR */

static uint32_t order_u32(uint32_t order, uint64_t addr, uint32_t len, uint32_t count)
{
	dev_set(&dev, 0, REG_ADDR_LO, 4, (uint32_t)addr);
	dev_set(&dev, 0, REG_ADDR_HI, 4, (uint32_t)(addr >> 32));
	dev_set(&dev, 0, REG_LEN, 4, len);
	dev_set(&dev, 0, REG_COUNT, 4, count);
	dev_set(&dev, 0, REG_ORDER, 4, order);
	/* Its answer is behind what it has sent. */
	return dev_get(&dev, 0, REG_ALIVE, 4);
}

static void order(uint32_t order, uint64_t addr, uint32_t len)
{
	EXPECT_EQ(order_u32(order, addr, len, 1), ALIVE);
}

/* How a read that was ordered has ended. */
static uint32_t result(void)
{
	struct timespec ms = { .tv_nsec = 1000000 };
	time_t end = time(NULL) + 20;
	uint32_t r;

	do {
		r = dev_get(&dev, 0, REG_RESULT, 4);
		if (r != RESULT_NONE)
			return r;
		nanosleep(&ms, NULL);
	} while (time(NULL) <= end);
	return RESULT_NONE;
}

static bool untouched(const uint8_t *p, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (p[i] != 0x5a)
			return false;
	return true;
}

static uint8_t *pages(size_t nr)
{
	uint8_t *p = mmap(NULL, nr * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			  -1, 0);

	EXPECT(p != MAP_FAILED);
	memset(p, 0x5a, nr * PAGE);
	return p;
}

static uint64_t counted(const char *counter, uint64_t since)
{
	return dev_counter(&dev, counter) - since;
}

/* So that a test that fails says something about the protection, not about the tool. */
static void dma_that_is_allowed_works(void)
{
	test_enable();
	memset(dev.mem, 0x5a, PAGE);
	order(ORDER_WRITE, DEV_IOVA + 64, 64);
	EXPECT(dev.mem[64] == PATTERN && dev.mem[127] == PATTERN);
	EXPECT(untouched(dev.mem, 64) && untouched(dev.mem + 128, 64));
	order(ORDER_READ, DEV_IOVA, 64);
	EXPECT_EQ(result(), RESULT_DATA);
	test_reset();
}

static void dma_outside_the_map(void)
{
	static const uint64_t iova = 0x70000000;
	uint64_t before = dev_counter(&dev, "dma_fault");
	uint8_t *p = pages(3);

	test_enable();
	/* The page between its neighbours, in a block that is pinned with it. */
	EXPECT_EQ(dev_map(&dev, iova + PAGE, p + PAGE, PAGE, RW), 0);
	order(ORDER_WRITE, iova + PAGE, 4);
	EXPECT_EQ(p[PAGE], PATTERN);
	memset(p, 0x5a, 3 * PAGE);
	order(ORDER_WRITE, iova + PAGE - 64, 64);
	order(ORDER_WRITE, iova + 2 * PAGE, 64);
	order(ORDER_WRITE, 0, 64);
	order(ORDER_WRITE, ~0ull - 63, 64);
	EXPECT(untouched(p, 3 * PAGE));
	order(ORDER_READ, iova + PAGE - 64, 64);
	EXPECT_EQ(result(), UNSUPPORTED);
	order(ORDER_READ, iova + 2 * PAGE, 64);
	EXPECT_EQ(result(), UNSUPPORTED);
	EXPECT_EQ(counted("dma_fault", before), 6);
	/* And where it has been, once it is gone. */
	EXPECT_EQ(dev_unmap(&dev, iova + PAGE, PAGE), 0);
	order(ORDER_WRITE, iova + PAGE, 64);
	EXPECT(untouched(p, 3 * PAGE));
	EXPECT_EQ(counted("dma_fault", before), 7);
	munmap(p, 3 * PAGE);
	test_reset();
}

static void dma_without_bus_master(void)
{
	uint64_t before = dev_counter(&dev, "dma_no_bus_master");
	int fd = new_eventfd();

	test_enable();
	EXPECT_EQ(dev_irq_fds(&dev, VFIO_PCI_MSI_IRQ_INDEX, 0, 1, &fd), 0);
	/* The page is known, so nothing but the bit stands between. */
	order(ORDER_WRITE, DEV_IOVA, 64);
	memset(dev.mem, 0x5a, PAGE);
	cfg_set(&dev, PCI_COMMAND, 2, PCI_COMMAND_MEMORY);
	order(ORDER_WRITE, DEV_IOVA, 64);
	EXPECT(untouched(dev.mem, PAGE));
	order(ORDER_READ, DEV_IOVA, 64);
	EXPECT_EQ(result(), UNSUPPORTED);
	order(ORDER_MSI, MSI_WINDOW, 0);
	EXPECT_EQ(eventfd_count(fd, 0), 0);
	EXPECT_EQ(counted("dma_no_bus_master", before), 3);
	test_enable();
	order(ORDER_MSI, MSI_WINDOW, 0);
	EXPECT_EQ(eventfd_count(fd, 1000), 1);
	EXPECT_EQ(dev_irq_fds(&dev, VFIO_PCI_MSI_IRQ_INDEX, 0, 0, NULL), 0);
	close(fd);
	test_reset();
}

static void dma_as_another_function(void)
{
	uint64_t before = dev_counter(&dev, "requests_unsupported");

	test_enable();
	order(ORDER_WRITE, DEV_IOVA, 64);
	memset(dev.mem, 0x5a, PAGE);
	order(ORDER_WRITE_AS_ANOTHER, DEV_IOVA, 64);
	EXPECT(untouched(dev.mem, PAGE));
	order(ORDER_READ_AS_ANOTHER, DEV_IOVA, 64);
	EXPECT_EQ(result(), UNSUPPORTED);
	EXPECT_EQ(counted("requests_unsupported", before), 2);
	test_reset();
}

/* Where interrupts are is no memory, whatever the map says. */
static void writes_into_the_msi_window(void)
{
	uint64_t before = dev_counter(&dev, "interrupts_bad");
	uint8_t *p = pages(1);

	test_enable();
	EXPECT_EQ(dev_map(&dev, MSI_WINDOW, p, PAGE, RW), 0);
	order(ORDER_WRITE, MSI_WINDOW, 64);
	order(ORDER_WRITE, MSI_WINDOW, 4);
	order(ORDER_WRITE, MSI_WINDOW + 64, 4);
	EXPECT(untouched(p, PAGE));
	EXPECT_EQ(counted("interrupts_bad", before), 3);
	EXPECT_EQ(dev_unmap(&dev, MSI_WINDOW, PAGE), 0);
	munmap(p, PAGE);
	test_reset();
}

static void vectors_out_of_range(void)
{
	static const uint32_t bad[] = { 2, 3, 4, 31, 2047, 0x10000, 0x80000000, ~0u };
	uint64_t before = dev_counter(&dev, "interrupts_bad");
	int fds[2] = { new_eventfd(), new_eventfd() };
	size_t i;

	test_enable();
	/* Nothing is enabled. */
	order(ORDER_MSI, MSI_WINDOW, 0);
	EXPECT_EQ(dev_irq_fds(&dev, VFIO_PCI_MSI_IRQ_INDEX, 0, 2, fds), 0);
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		order(ORDER_MSI, MSI_WINDOW, bad[i]);
	/* A vector, but not where vectors are written. */
	order(ORDER_MSI, MSI_WINDOW + 4, 0);
	order(ORDER_MSI, MSI_WINDOW + 0xffffc, 0);
	EXPECT_EQ(counted("interrupts_bad", before), ARRAY_SIZE(bad) + 3);
	EXPECT_EQ(eventfd_count(fds[0], 0) + eventfd_count(fds[1], 0), 0);
	order(ORDER_MSI, MSI_WINDOW, 1);
	EXPECT_EQ(eventfd_count(fds[1], 1000), 1);
	EXPECT_EQ(dev_irq_fds(&dev, VFIO_PCI_MSI_IRQ_INDEX, 0, 0, NULL), 0);
	close(fds[0]);
	close(fds[1]);
	test_reset();
}

/* Waits until the counter stops where it must. */
static uint64_t settled(const char *counter, uint64_t before, uint64_t until)
{
	time_t end = time(NULL) + 60;
	uint64_t n;

	do {
		n = counted(counter, before);
	} while (n < until && time(NULL) <= end);
	return n;
}

static void interrupt_floods(void)
{
	uint64_t before = dev_counter(&dev, "interrupts"), heard;
	int fd = new_eventfd();

	test_enable();
	EXPECT_EQ(dev_irq_fds(&dev, VFIO_PCI_MSI_IRQ_INDEX, 0, 1, &fd), 0);
	/* The host answers while it goes on, and none is lost or comes twice. */
	EXPECT_EQ(order_u32(ORDER_MSI, MSI_WINDOW, 0, FLOOD), ALIVE);
	EXPECT_EQ(settled("interrupts", before, FLOOD), FLOOD);
	heard = eventfd_count(fd, 1000);
	EXPECT_EQ(heard, FLOOD);
	EXPECT_EQ(dev_irq_fds(&dev, VFIO_PCI_MSI_IRQ_INDEX, 0, 0, NULL), 0);
	close(fd);
	test_reset();
}

/* A level is signalled once and masked, however often it is asserted. */
static void intx_floods(void)
{
	uint64_t before = dev_counter(&dev, "messages");
	int fd = new_eventfd();

	test_enable();
	EXPECT_EQ(dev_irq_fds(&dev, VFIO_PCI_INTX_IRQ_INDEX, 0, 1, &fd), 0);
	EXPECT_EQ(order_u32(ORDER_INTX, 0, 0, FLOOD), ALIVE);
	EXPECT_EQ(settled("messages", before, FLOOD), FLOOD);
	EXPECT_EQ(eventfd_count(fd, 1000), 1);
	EXPECT_EQ(dev_irq_fds(&dev, VFIO_PCI_INTX_IRQ_INDEX, 0, 0, NULL), 0);
	close(fd);
	test_reset();
}

const struct tap_test hostile_tests[] = {
	TAP_TEST(dma_that_is_allowed_works),
	TAP_TEST(dma_outside_the_map),
	TAP_TEST(dma_without_bus_master),
	TAP_TEST(dma_as_another_function),
	TAP_TEST(writes_into_the_msi_window),
	TAP_TEST(vectors_out_of_range),
	TAP_TEST(interrupt_floods),
	TAP_TEST(intx_floods),
};

const unsigned int nr_hostile_tests = ARRAY_SIZE(hostile_tests);
