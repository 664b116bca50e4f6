// SPDX-License-Identifier: GPL-2.0-only
/*
 * vfio_test UUID SUBJECT: tests of the vfio device of the mdev UUID, as TAP.
 * SUBJECT is info, config, region, dma, irq, reset, remove, "traffic SECONDS"; "link STOP START",
 * "restart STOP START" or "killed STOP START", where STOP and START are shell commands that stop
 * and start the station; or hostile, where UUID is that of selftests/hostile's function.
 */
#include <linux/pci_regs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "vfio_test.h"

/* Seconds for a command; a debug kernel on a busy machine has taken 10. */
#define TEST_WAIT	60

struct dev dev;

void test_enable(void)
{
	cfg_set(&dev, PCI_COMMAND, 2, PCI_COMMAND_IO | PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
}

void test_reset(void)
{
	EXPECT_EQ(dev_reset(&dev), 0);
}

static void set_reg64(uint64_t off, uint64_t val)
{
	dev_set(&dev, 0, off, 4, (uint32_t)val);
	dev_set(&dev, 0, off + 4, 4, (uint32_t)(val >> 32));
}

void test_start(uint32_t command, uint64_t src, uint64_t dst, uint32_t size)
{
	dev_set(&dev, 0, REG_STATUS, 4, 0);
	set_reg64(REG_SRC, src);
	set_reg64(REG_DST, dst);
	dev_set(&dev, 0, REG_SIZE, 4, size);
	dev_set(&dev, 0, REG_COMMAND, 4, command);
}

uint32_t test_wait(void)
{
	struct timespec ms = { .tv_nsec = 1000000 };
	time_t end = time(NULL) + TEST_WAIT;
	uint32_t status;

	do {
		status = dev_get(&dev, 0, REG_STATUS, 4);
		/* Ones: the read itself has failed. */
		if (!EXPECT(status != ~0u))
			return 0;
		if (status & STA_DONE)
			return status & ~STA_DONE;
		nanosleep(&ms, NULL);
	} while (time(NULL) <= end);
	return 0;
}

uint32_t test_run(uint32_t command, uint64_t src, uint64_t dst, uint32_t size)
{
	/* A type that there is not: no interrupt. */
	dev_set(&dev, 0, REG_IRQ_TYPE, 4, 3);
	test_start(command, src, dst, size);
	return test_wait();
}

uint32_t test_crc(const uint8_t *p, size_t len)
{
	uint32_t crc = ~0u;
	int bit;

	while (len--) {
		crc ^= *p++;
		for (bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
	}
	return crc;
}

void test_fill(uint8_t *p, size_t len, uint64_t seed)
{
	while (len--)
		*p++ = (uint8_t)(tap_random(&seed) >> 32);
}

static const struct {
	const char *name;
	const struct tap_test *tests;
	const unsigned int *nr;
} subjects[] = {
	{ "info", info_tests, &nr_info_tests },
	{ "config", config_tests, &nr_config_tests },
	{ "region", region_tests, &nr_region_tests },
	{ "dma", dma_tests, &nr_dma_tests },
	{ "irq", irq_tests, &nr_irq_tests },
	{ "reset", reset_tests, &nr_reset_tests },
	{ "hostile", hostile_tests, &nr_hostile_tests },
};

static int run_subject(int argc, char **argv)
{
	size_t i;

	if (!strcmp(argv[2], "link") && argc == 5)
		return link_tests_run(argv[3], argv[4]);
	if (!strcmp(argv[2], "restart") && argc == 5)
		return restart_test_run(argv[3], argv[4]);
	if (!strcmp(argv[2], "killed") && argc == 5)
		return killed_tests_run(argv[3], argv[4]);
	if (!strcmp(argv[2], "traffic") && argc == 4)
		return traffic_test_run(argv[3]);
	if (!strcmp(argv[2], "remove"))
		return remove_test_run();
	for (i = 0; i < ARRAY_SIZE(subjects); i++)
		if (!strcmp(argv[2], subjects[i].name))
			return tap_run(subjects[i].tests, *subjects[i].nr);
	fprintf(stderr, "vfio_test: no subject '%s'\n", argv[2]);
	return 2;
}

int main(int argc, char **argv)
{
	int ret;

	if (argc < 3) {
		fprintf(stderr, "usage: vfio_test UUID SUBJECT\n");
		return 2;
	}
	if (dev_open(&dev, argv[1])) {
		printf("1..1\nnot ok 1 - open %s\n", argv[1]);
		return 1;
	}
	ret = run_subject(argc, argv);
	dev_close(&dev);
	return ret;
}
