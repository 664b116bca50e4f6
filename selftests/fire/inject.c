// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "inject.h"

#define DEBUGFS	"/sys/kernel/debug/"

struct range {
	unsigned long long start, end;
};

static const char * const kinds[] = { "failslab", "fail_page_alloc", "fail_usercopy" };
static int nth_fd = -1;
static struct range init_range;	/* of do_one_initcall() */
static char spared[64];

static int set(const char *kind, const char *name, const char *value)
{
	char path[128];
	int ret;

	snprintf(path, sizeof(path), DEBUGFS "%s/%s", kind, name);
	ret = fire_write(path, value);
	if (ret)
		printf("# %s: %s\n", path, strerror(-ret));
	return ret;
}

static unsigned long get(const char *kind, const char *name)
{
	char path[128], text[32] = "";

	snprintf(path, sizeof(path), DEBUGFS "%s/%s", kind, name);
	fire_read(path, text, sizeof(text));
	return strtoul(text, NULL, 0);
}

/* "vrc SIZE USERS USED-BY Live 0xADDRESS" */
static int module_range(struct range *r)
{
	char line[256];
	unsigned long size;
	int ret = -1;
	FILE *f = fopen("/proc/modules", "r");

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "vrc %lu %*s %*s %*s %llx", &size, &r->start) == 2) {
			r->end = r->start + size;
			ret = 0;
		}
	if (f)
		fclose(f);
	return ret;
}

/* A function of the kernel: to the next one. */
static int symbol_range(const char *name, struct range *r)
{
	char line[256], symbol[128];
	unsigned long long addr;
	FILE *f = fopen("/proc/kallsyms", "r");

	memset(r, 0, sizeof(*r));
	while (f && fgets(line, sizeof(line), f) && !r->end) {
		if (sscanf(line, "%llx %*c %127s", &addr, symbol) != 2)
			continue;
		if (r->start && addr > r->start)
			r->end = addr;
		else if (!strcmp(symbol, name))
			r->start = addr;
	}
	if (f)
		fclose(f);
	return r->end ? 0 : -1;
}

static int set_range(const char *start_name, const char *end_name, const struct range *r)
{
	char start[32], end[32];
	unsigned int i;

	snprintf(start, sizeof(start), "0x%llx", r->start);
	snprintf(end, sizeof(end), "0x%llx", r->end);
	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		if (set(kinds[i], start_name, start) || set(kinds[i], end_name, end))
			return -1;
	return 0;
}

int inject_only(enum inject_scope scope)
{
	struct range r = { 0, ~0ull };

	if (scope == INJECT_INIT) {
		r = init_range;
	} else if (scope == INJECT_MODULE && module_range(&r)) {
		printf("# no address of vrc\n");
		return -1;
	}
	return set_range("require-start", "require-end", &r);
}

int inject_spare(const char *symbol)
{
	struct range r;

	if (!strcmp(symbol, spared))
		return 0;
	if (symbol_range(symbol, &r)) {
		printf("# no address of %s\n", symbol);
		return -1;
	}
	snprintf(spared, sizeof(spared), "%s", symbol);
	return set_range("reject-start", "reject-end", &r);
}

int inject_init(void)
{
	unsigned int i;

	nth_fd = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	if (nth_fd < 0) {
		perror("# /proc/thread-self/fail-nth");
		return -1;
	}
	/* Each failure would leave a call trace, which is what complaints look like */
	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		if (set(kinds[i], "verbose", "0"))
			return -1;
	if (set("failslab", "ignore-gfp-wait", "N") ||
	    set("fail_page_alloc", "ignore-gfp-wait", "N") ||
	    set("fail_page_alloc", "ignore-gfp-highmem", "N") ||
	    set("fail_page_alloc", "min-order", "0"))
		return -1;
	if (symbol_range("do_one_initcall", &init_range)) {
		printf("# no address of do_one_initcall\n");
		return -1;
	}
	return 0;
}

static void write_nth(unsigned long nth)
{
	char text[32];
	int len = snprintf(text, sizeof(text), "%lu", nth);

	if (pwrite(nth_fd, text, (size_t)len, 0) != len) {
		perror("fail-nth");
		exit(1);
	}
}

void inject_begin(unsigned long nth)
{
	write_nth(nth);
}

unsigned long inject_end(void)
{
	char text[32] = "";

	if (pread(nth_fd, text, sizeof(text) - 1, 0) <= 0)
		perror("fail-nth");
	write_nth(0);
	return strtoul(text, NULL, 0);
}

void inject_begin_bytes(unsigned long bytes)
{
	char text[32];

	snprintf(text, sizeof(text), "%lu", bytes);
	set("failslab", "space", text);
	set("failslab", "times", "1");
	set("failslab", "probability", "100");
}

unsigned long inject_end_bytes(bool *failed)
{
	set("failslab", "probability", "0");
	*failed = !get("failslab", "times");
	return get("failslab", "space");
}
