// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "counters.h"
#include "sysfs.h"

struct reader {
	const char *dir;
	struct counters *counters;
};

/* Files with more than one number are none. */
static int read_counter(const char *name, void *arg)
{
	struct reader *r = arg;
	struct counters *c = r->counters;
	char text[32];
	u64 value;

	if (sysfs_read(text, sizeof(text), "%s/%s", r->dir, name) ||
	    !parse_u64(text, UINT64_MAX, &value))
		return 0;
	if (!(c->nr & 31))
		c->list = xrealloc(c->list, (c->nr + 32) * sizeof(*c->list));
	snprintf(c->list[c->nr].name, sizeof(c->list->name), "%s", name);
	c->list[c->nr++].value = value;
	return 0;
}

void counters_read(const char *parent, const char *name, struct counters *c)
{
	char dir[SYSFS_PATH];
	struct reader r = { dir, c };

	*c = (struct counters){ };
	snprintf(dir, sizeof(dir), "%s/%s/stats", parent, name);
	sysfs_each(dir, read_counter, &r);
}

void counters_free(struct counters *c)
{
	free(c->list);
	*c = (struct counters){ };
}

u64 counters_get(const struct counters *c, const char *name)
{
	unsigned int i;

	for (i = 0; i < c->nr; i++)
		if (!strcmp(c->list[i].name, name))
			return c->list[i].value;
	return 0;
}

const char *counter_meaning(const char *name)
{
	const struct counter_meaning *m;

	for (m = counter_meanings; m->name; m++)
		if (!strcmp(m->name, name))
			return m->meaning;
	return "";
}

bool latency_read(const char *func, struct latency *l)
{
	char text[LATENCY_BUCKETS * 22], *p = text, *end;
	unsigned int i;

	*l = (struct latency){ };
	if (sysfs_read(text, sizeof(text), SYSFS_FUNCS "/%s/stats/latency_log2_us", func))
		return false;
	for (i = 0; i < LATENCY_BUCKETS; i++, p = end) {
		l->bucket[i] = strtoull(p, &end, 10);
		if (end == p)
			return false;
	}
	if (sysfs_read(text, sizeof(text), SYSFS_FUNCS "/%s/stats/latency_ns", func))
		return false;
	return parse_u64(text, UINT64_MAX, &l->sum_ns);
}

u64 latency_count(const struct latency *l)
{
	u64 n = 0;
	unsigned int i;

	for (i = 0; i < LATENCY_BUCKETS; i++)
		n += l->bucket[i];
	return n;
}

void latency_since(struct latency *now, const struct latency *before)
{
	unsigned int i;

	for (i = 0; i < LATENCY_BUCKETS; i++)
		now->bucket[i] -= before->bucket[i];
	now->sum_ns -= before->sum_ns;
}

double latency_quantile(const struct latency *l, double share)
{
	double left = share * (double)latency_count(l), low, high;
	unsigned int i;

	if (!latency_count(l))
		return 0;
	for (i = 0; i < LATENCY_BUCKETS - 1 && left > (double)l->bucket[i]; i++)
		left -= (double)l->bucket[i];
	low = i ? (double)(1ull << (i - 1)) : 0;
	high = (double)(1ull << i);
	return low + (high - low) * (l->bucket[i] ? left / (double)l->bucket[i] : 1);
}
