// SPDX-License-Identifier: GPL-2.0-only
/*
 * What an access to a BAR costs who makes it: 4 bytes at the begin of BAR1 of the function
 * "test", which is plain memory there, by pread() and pwrite() on the vfio device.
 *
 * usage: mmio UUID read COUNT	COUNT reads, one after the other
 *        mmio UUID write COUNT	COUNT writes, each to an idle link, timed from call to return
 *        mmio UUID burst COUNT	COUNT writes, one after the other, and a read behind them
 *
 * Prints nanoseconds per access, and frames per access, acks included.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "access.h"
#include "mark.h"
#include "packet.h"

#define BAR		1
#define MAX_COUNT	10000000

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

static struct dev dev;

static void access_failed(const char *what, long ret)
{
	fprintf(stderr, "mmio: %s of BAR%d: %s\n", what, BAR,
		ret < 0 ? strerror((int)-ret) : "not the 4 bytes that were asked for");
	exit(1);
}

static uint32_t read_bar(void)
{
	uint32_t val;
	long ret = dev_read(&dev, BAR, 0, &val, sizeof(val));

	if (ret != sizeof(val))
		access_failed("read", ret);
	return val;
}

static void write_bar(uint32_t val)
{
	long ret = dev_write(&dev, BAR, 0, &val, sizeof(val));

	if (ret != sizeof(val))
		access_failed("write", ret);
}

/* A dead function reads as ones and swallows writes, fast: that is not what is measured. */
static void check_bar(uint32_t want)
{
	uint32_t got = read_bar();

	if (got == want)
		return;
	fprintf(stderr, "mmio: BAR%d holds %#x, expected %#x\n", BAR, got, want);
	exit(1);
}

static uint64_t time_reads(uint32_t count)
{
	uint64_t start = now();
	uint32_t i;

	mark_begin();
	for (i = 0; i < count; i++)
		read_bar();
	mark_end();
	return now() - start;
}

static uint64_t time_writes(uint32_t count)
{
	uint64_t start, sum = 0;
	uint32_t i;

	for (i = 1; i <= count; i++) {
		start = now();
		mark_begin();
		write_bar(i);
		mark_end();
		sum += now() - start;
		settle();
	}
	return sum;
}

static uint64_t time_burst(uint32_t count)
{
	uint64_t start = now();
	uint32_t i;

	mark_begin();
	for (i = 1; i <= count; i++)
		write_bar(i);
	read_bar();
	mark_end();
	return now() - start;
}

static const struct mode {
	const char *name;
	uint64_t (*time)(uint32_t count);
} modes[] = {
	{ "read", time_reads },
	{ "write", time_writes },
	{ "burst", time_burst },
};

static const struct mode *find_mode(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(modes); i++)
		if (!strcmp(modes[i].name, name))
			return &modes[i];
	fprintf(stderr, "mmio: '%s': expected read, write or burst\n", name);
	exit(2);
}

static void measure(const struct mode *mode, uint32_t count)
{
	uint64_t before, ns;

	write_bar(count);
	mode->time(count / 10 + 1);
	settle();
	mark_reset();
	before = port_frames(&dev);
	ns = mode->time(count);
	mark_section();
	settle();
	printf("%.1f %.4f\n", (double)ns / count, (double)(port_frames(&dev) - before) / count);
	/* Every mode leaves COUNT there. */
	check_bar(count);
}

int main(int argc, char **argv)
{
	const struct mode *mode;
	uint32_t count;

	if (argc != 4) {
		fprintf(stderr, "usage: mmio UUID read|write|burst COUNT\n");
		return 2;
	}
	mode = find_mode(argv[2]);
	count = (uint32_t)parse_number("mmio: COUNT", argv[3], 1, MAX_COUNT);
	if (dev_open(&dev, argv[1]))
		return 1;
	dev_mem_enable(&dev);
	measure(mode, count);
	dev_close(&dev);
	return 0;
}
