// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../unit/tap.h"
#include "fire.h"

static unsigned long parse_ul(const char *name, const char *text)
{
	char *end;
	unsigned long val = strtoul(text, &end, 0);

	if (*text && !*end)
		return val;
	fprintf(stderr, "--%s is '%s', expected a number\n", name, text);
	exit(2);
}

void fire_parse(struct fire_options *o, int argc, char **argv)
{
	static const struct option options[] = {
		{ "seed", required_argument, NULL, 's' },
		{ "count", required_argument, NULL, 'c' },
		{ "iface", required_argument, NULL, 'i' },
		{ "threads", required_argument, NULL, 't' },
		{ "seconds", required_argument, NULL, 'l' },
		{ 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "+", options, NULL)) != -1) {
		if (c == 's')
			o->seed = parse_ul("seed", optarg);
		else if (c == 'c')
			o->count = parse_ul("count", optarg);
		else if (c == 't')
			o->threads = (unsigned int)parse_ul("threads", optarg);
		else if (c == 'l')
			o->seconds = (unsigned int)parse_ul("seconds", optarg);
		else if (c == 'i')
			o->iface = optarg;
		else
			exit(2);
	}
	o->args = argv + optind;
	o->nr_args = argc - optind;
	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("# %s --seed %llu --count %lu\n", argv[0], (unsigned long long)o->seed, o->count);
}

uint64_t fire_stream(uint64_t seed, uint64_t n)
{
	uint64_t state = (seed + 1) * 0x9e3779b97f4a7c15ull ^ (n + 1) * 0xd1b54a32d192ed03ull;

	if (!state)
		state = 1;
	tap_random(&state);
	return state;
}

uint64_t fire_random(uint64_t *state)
{
	return tap_random(state);
}

uint32_t fire_below(uint64_t *state, uint32_t below)
{
	return (uint32_t)((tap_random(state) >> 32) * below >> 32);
}

bool fire_percent(uint64_t *state, unsigned int percent)
{
	return fire_below(state, 100) < percent;
}

void fire_bytes(uint64_t *state, void *buf, size_t len)
{
	uint8_t *p = buf;

	while (len--)
		*p++ = (uint8_t)(tap_random(state) >> 56);
}

static unsigned int weight_of(const unsigned int *weight, size_t stride, unsigned int i)
{
	return *(const unsigned int *)((const char *)weight + i * stride);
}

unsigned int fire_pick(uint64_t *state, const unsigned int *weight, size_t stride, unsigned int nr)
{
	unsigned int sum = 0, n, i;

	for (i = 0; i < nr; i++)
		sum += weight_of(weight, stride, i);
	n = fire_below(state, sum);
	for (i = 0; n >= weight_of(weight, stride, i); i++)
		n -= weight_of(weight, stride, i);
	return i;
}

uint64_t fire_odd(uint64_t *state)
{
	uint64_t power = 1ull << fire_below(state, 64);

	switch (fire_below(state, 6)) {
	case 0:
		return fire_below(state, 8);
	case 1:
		return power;
	case 2:
		return power - 1;
	case 3:
		return power + fire_below(state, 9) - 4;
	case 4:
		return ~0ull - fire_below(state, 4);
	default:
		return tap_random(state);
	}
}

int fire_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), ret = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		ret = -errno;
	close(fd);
	return ret;
}

int fire_read(const char *path, char *buf, size_t len)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), ret = 0;
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = read(fd, buf, len - 1);
	if (n < 0)
		ret = -errno;
	buf[n > 0 ? n : 0] = 0;
	buf[strcspn(buf, "\n")] = 0;
	close(fd);
	return ret;
}
