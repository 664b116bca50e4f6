// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counters in the text format of OpenMetrics 1.0. Only what the older format of Prometheus
 * has too, so that node_exporter's textfile collector takes it.
 *
 * The samples of one metric stand together: everything is read first.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "counters.h"
#include "listing.h"
#include "metrics.h"
#include "sysfs.h"
#include "vrcctl.h"

#define MAX_VALUE	80	/* bytes of the value of a label */

struct subject {
	char labels[200];
	char info[300];			/* more labels, which may change while it exists */
	bool up;
	struct counters counters;
	struct latency latency;
	bool has_latency;
};

struct subjects {
	const char *prefix;		/* of the names of metrics */
	struct subject *list;
	unsigned int nr;
};

static struct subject *add_subject(struct subjects *all)
{
	if (!(all->nr & 15))
		all->list = xrealloc(all->list, (all->nr + 16) * sizeof(*all->list));
	memset(&all->list[all->nr], 0, sizeof(*all->list));
	return &all->list[all->nr++];
}

/* The value of a label: backslash, quote and newline are escaped. */
static const char *escaped(const char *value)
{
	static char text[4][2 * MAX_VALUE + 1];
	static unsigned int next;
	char *p = text[next = (next + 1) % 4], *begin = p;

	for (; *value && p < begin + 2 * MAX_VALUE - 1; value++) {
		if (strchr("\\\"", *value))
			*p++ = '\\';
		*p++ = *value == '\n' ? ' ' : *value;
	}
	*p = '\0';
	return begin;
}

static int add_port(const char *name, void *arg)
{
	struct subject *s = add_subject(arg);
	char ifname[40], state[16];

	sysfs_read(ifname, sizeof(ifname), SYSFS_PORTS "/%s/ifname", name);
	sysfs_read(state, sizeof(state), SYSFS_PORTS "/%s/state", name);
	snprintf(s->labels, sizeof(s->labels), "port=\"%s\",interface=\"%s\"", name,
		 escaped(ifname));
	snprintf(s->info, sizeof(s->info), "state=\"%s\"", escaped(state));
	s->up = !strcmp(state, "up");
	counters_read(SYSFS_PORTS, name, &s->counters);
	return 0;
}

static int add_func(const char *name, void *arg)
{
	struct subject *s = add_subject(arg);
	char station[80], state[16], label[64], vendor[16], device[16];

	sysfs_read(station, sizeof(station), SYSFS_FUNCS "/%s/station", name);
	sysfs_read(state, sizeof(state), SYSFS_FUNCS "/%s/state", name);
	sysfs_read(label, sizeof(label), SYSFS_FUNCS "/%s/label", name);
	sysfs_read(vendor, sizeof(vendor), SYSFS_FUNCS "/%s/vendor", name);
	sysfs_read(device, sizeof(device), SYSFS_FUNCS "/%s/device", name);
	snprintf(s->labels, sizeof(s->labels), "function=\"%s\",station=\"%s\"", name,
		 escaped(station));
	snprintf(s->info, sizeof(s->info),
		 "state=\"%s\",vendor=\"%s\",device=\"%s\",label=\"%s\"", escaped(state), vendor,
		 device, escaped(label));
	s->up = !strcmp(state, "up");
	counters_read(SYSFS_FUNCS, name, &s->counters);
	s->has_latency = latency_read(name, &s->latency);
	return 0;
}

static void print_gauges(const struct subjects *all)
{
	unsigned int i;

	printf("# TYPE %s_info gauge\n# HELP %s_info What it is, and its state; always 1.\n",
	       all->prefix, all->prefix);
	for (i = 0; i < all->nr; i++)
		printf("%s_info{%s,%s} 1\n", all->prefix, all->list[i].labels, all->list[i].info);
	printf("# TYPE %s_up gauge\n# HELP %s_up Whether its state is up.\n", all->prefix,
	       all->prefix);
	for (i = 0; i < all->nr; i++)
		printf("%s_up{%s} %d\n", all->prefix, all->list[i].labels, all->list[i].up);
}

/* All subjects have the same counters. */
static void print_counters(const struct subjects *all)
{
	const char *name;
	unsigned int i, k;

	for (k = 0; all->nr && k < all->list[0].counters.nr; k++) {
		name = all->list[0].counters.list[k].name;
		if (!strcmp(name, "latency_ns"))
			continue;	/* the histogram has it */
		printf("# TYPE %s_%s counter\n# HELP %s_%s %s.\n", all->prefix, name, all->prefix,
		       name, counter_meaning(name));
		for (i = 0; i < all->nr; i++)
			printf("%s_%s_total{%s} %llu\n", all->prefix, name, all->list[i].labels,
			       (unsigned long long)counters_get(&all->list[i].counters, name));
	}
}

static void print_histogram(const char *prefix, const struct subject *s)
{
	u64 sum = 0;
	unsigned int i;

	for (i = 0; i < LATENCY_BUCKETS - 1; i++) {
		sum += s->latency.bucket[i];
		printf("%s_bucket{%s,le=\"%g\"} %llu\n", prefix, s->labels,
		       (double)(1ull << i) / 1e6, (unsigned long long)sum);
	}
	sum += s->latency.bucket[i];
	printf("%s_bucket{%s,le=\"+Inf\"} %llu\n", prefix, s->labels, (unsigned long long)sum);
	printf("%s_sum{%s} %.9f\n", prefix, s->labels, (double)s->latency.sum_ns / 1e9);
	printf("%s_count{%s} %llu\n", prefix, s->labels, (unsigned long long)sum);
}

static void print_histograms(const struct subjects *all)
{
	static const char name[] = "vrc_function_round_trip_seconds";
	unsigned int i;

	printf("# TYPE %s histogram\n# UNIT %s seconds\n"
	       "# HELP %s From a request of the root to its completion.\n", name, name, name);
	for (i = 0; i < all->nr; i++)
		if (all->list[i].has_latency)
			print_histogram(name, &all->list[i]);
}

static void free_subjects(struct subjects *all)
{
	unsigned int i;

	for (i = 0; i < all->nr; i++)
		counters_free(&all->list[i].counters);
	free(all->list);
}

int metrics_print(void)
{
	struct subjects ports = { .prefix = "vrc_port" }, funcs = { .prefix = "vrc_function" };

	sysfs_each(SYSFS_PORTS, add_port, &ports);
	sysfs_each(SYSFS_FUNCS, add_func, &funcs);
	print_gauges(&ports);
	print_counters(&ports);
	print_gauges(&funcs);
	print_counters(&funcs);
	print_histograms(&funcs);
	puts("# EOF");
	free_subjects(&ports);
	free_subjects(&funcs);
	return EXIT_OK;
}
