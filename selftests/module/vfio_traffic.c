// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a driver does, for a time and without rest: registers, DMA both ways, an interrupt for
 * each command. Whatever the network does meanwhile, every byte is right, and every interrupt
 * comes once.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "vfio_test.h"

#define MOST	(256u * 1024)
#define LEAST	8	/* rounds: a thousand frames, so that what befalls 1 % does happen */
#define PATIENCE_MS	60000	/* for an interrupt: longer than any fault that is to be survived */

static unsigned int seconds;
static uint64_t seed;

/* What is read back must be what was written, in spite of all that is on its way meanwhile. */
static bool registers(void)
{
	uint32_t val[16];
	unsigned int i;
	bool ok = true;

	for (i = 0; i < ARRAY_SIZE(val); i++) {
		val[i] = (uint32_t)tap_random(&seed);
		dev_set(&dev, 1, i * 4, 4, val[i]);
	}
	for (i = 0; i < ARRAY_SIZE(val); i++)
		ok &= EXPECT_EQ(dev_get(&dev, 1, i * 4, 4), val[i]);
	return ok;
}

static bool command(uint32_t cmd, uint32_t want, uint32_t src, uint32_t dst, uint32_t size, int fd)
{
	dev_set(&dev, 0, REG_IRQ_TYPE, 4, 2);
	dev_set(&dev, 0, REG_IRQ_NUMBER, 4, 1);
	test_start(cmd, DEV_IOVA + src, DEV_IOVA + dst, size);
	return EXPECT_EQ(eventfd_count(fd, PATIENCE_MS), 1) &&
	       EXPECT_EQ(dev_get(&dev, 0, REG_STATUS, 4), want | STA_DONE);
}

static bool transfer(int fd)
{
	uint32_t size = 1 + (uint32_t)tap_random(&seed) % MOST;
	uint32_t src = (uint32_t)tap_random(&seed) % (DEV_MEM / 2 - MOST);
	uint32_t dst = DEV_MEM / 2 + (uint32_t)tap_random(&seed) % (DEV_MEM / 2 - MOST - 1);

	test_fill(dev.mem + src, size, tap_random(&seed) | 1);
	memset(dev.mem + dst, 0x5a, size + 1);
	if (!command(CMD_COPY, STA_COPY_OK, src, dst, size, fd))
		return false;
	return EXPECT(!memcmp(dev.mem + src, dev.mem + dst, size)) &&
	       EXPECT_EQ(dev.mem[dst + size], 0x5a);
}

static void traffic(void)
{
	time_t end = time(NULL) + seconds;
	unsigned int rounds = 0;
	int32_t fd = new_eventfd();

	seed = getenv("SEED") ? strtoull(getenv("SEED"), NULL, 0) | 1 : 0x5eed;
	test_enable();
	EXPECT_EQ(dev_irq_fds(&dev, VFIO_PCI_MSIX_IRQ_INDEX, 0, 1, &fd), 0);
	do {
		if (!registers() || !transfer(fd))
			break;
		rounds++;
	} while (rounds < LEAST || time(NULL) < end);
	tap_note("%u rounds", rounds);
	EXPECT(rounds >= LEAST);
	EXPECT_EQ(eventfd_count(fd, 0), 0);
	EXPECT_EQ(dev_irq_fds(&dev, VFIO_PCI_MSIX_IRQ_INDEX, 0, 0, NULL), 0);
	close(fd);
	test_reset();
}

int traffic_test_run(const char *duration)
{
	static const struct tap_test tests[] = { TAP_TEST(traffic) };

	seconds = (unsigned int)atoi(duration);
	return tap_run(tests, 1);
}
