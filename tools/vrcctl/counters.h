/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Counters of ports and functions, and the histogram of round trips: stats/ in sysfs.
 */
#ifndef VRCCTL_COUNTERS_H
#define VRCCTL_COUNTERS_H

#include "proto/types.h"
#include "vrcctl.h"

/* Made from Documentation/ABI when vrcctl is built; ends with one without a name. */
struct counter_meaning {
	const char *name, *meaning;
};

extern const struct counter_meaning counter_meanings[];

struct counter {
	char name[32];
	u64 value;
};

struct counters {
	struct counter *list;		/* in the order of names */
	unsigned int nr;
};

/* Those of @parent/@name/stats, as "/sys/class/vrc" and "vrc0"; none if there is no such thing. */
void counters_read(const char *parent, const char *name, struct counters *c);
void counters_free(struct counters *c);
u64 counters_get(const struct counters *c, const char *name);	/* 0: there is none */
const char *counter_meaning(const char *name);			/* or "" */

#define LATENCY_BUCKETS	27

/* Bucket 0: below 1 us; i: from 2^(i-1) us to 2^i us; the last: the rest. */
struct latency {
	u64 bucket[LATENCY_BUCKETS];
	u64 sum_ns;
};

/* Of a function, as "vrc0:01:00.0". False: this module does not count it, or no function. */
bool latency_read(const char *func, struct latency *l);
u64 latency_count(const struct latency *l);
/* What has come since @before. */
void latency_since(struct latency *now, const struct latency *before);
/* us below which @share (0 to 1) of the round trips are, within a bucket by proportion; 0: none. */
double latency_quantile(const struct latency *l, double share);

#endif /* VRCCTL_COUNTERS_H */
