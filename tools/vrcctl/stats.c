// SPDX-License-Identifier: GPL-2.0-only
/*
 * vrcctl stats: the counters of ports and functions.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "color.h"
#include "counters.h"
#include "dev.h"
#include "metrics.h"
#include "sysfs.h"

static bool all;	/* counters that are 0 too */

static void print_counter(const struct counter *c)
{
	const char *meaning = counter_meaning(c->name);

	if (verbose)
		printf("  %-24s %-12llu  %s\n", c->name, (unsigned long long)c->value, meaning);
	else
		printf("  %-24s %llu\n", c->name, (unsigned long long)c->value);
}

static void print_latency(const struct latency *l)
{
	u64 n = latency_count(l);

	if (n)
		printf("  %-24s p50 %.0f, p95 %.0f, p99 %.0f us of %llu\n", "round trips",
		       latency_quantile(l, 0.5), latency_quantile(l, 0.95),
		       latency_quantile(l, 0.99), (unsigned long long)n);
}

static struct json_object *latency_json(const struct latency *l)
{
	struct json_object *array = json_object_new_array();
	unsigned int i;

	for (i = 0; i < LATENCY_BUCKETS; i++)
		json_object_array_add(array, json_object_new_uint64(l->bucket[i]));
	return array;
}

static struct json_object *counters_json(const struct counters *c)
{
	struct json_object *o = json_object_new_object();
	unsigned int i;

	for (i = 0; i < c->nr; i++)
		json_add_u64(o, c->list[i].name, c->list[i].value);
	return o;
}

/* The counters of @parent/@name. False: there are none. */
static bool show(const char *parent, const char *name, struct json_object *json)
{
	struct counters c;
	struct latency l;
	unsigned int i;
	bool found;

	counters_read(parent, name, &c);
	found = c.nr;
	if (json && found) {
		struct json_object *o = counters_json(&c);

		if (latency_read(name, &l))
			json_object_object_add(o, "latency_log2_us", latency_json(&l));
		json_object_object_add(json, name, o);
	} else if (found) {
		printf("%s%s%s\n", color_begin(COLOR_BOLD), name, color_end(COLOR_BOLD));
		for (i = 0; i < c.nr; i++)
			if (c.list[i].value || all)
				print_counter(&c.list[i]);
		if (latency_read(name, &l))
			print_latency(&l);
	}
	counters_free(&c);
	return found;
}

static int show_port(const char *name, void *arg)
{
	show(SYSFS_PORTS, name, arg);
	return 0;
}

static int show_func(const char *name, void *arg)
{
	show(SYSFS_FUNCS, name, arg);
	return 0;
}

static int show_one(const char *text, struct json_object *json)
{
	struct port port;
	struct func f;
	char name[FUNC_NAME_LEN];
	int ret;

	if (port_lookup(text, &port)) {
		snprintf(name, sizeof(name), "vrc%u", port.id);
		show(SYSFS_PORTS, name, json);
		return EXIT_OK;
	}
	ret = func_find(text, &f);
	if (ret)
		return ret;
	func_name(&f, name);
	return show(SYSFS_FUNCS, name, json) ? EXIT_OK : fail_func(&f, -ENODEV);
}

enum format { TEXT, JSON, OPENMETRICS };

static bool parse_format(const char *text, enum format *format)
{
	if (!strcmp(text, "text"))
		*format = TEXT;
	else if (!strcmp(text, "json"))
		*format = JSON;
	else if (!strcmp(text, "openmetrics"))
		*format = OPENMETRICS;
	else
		return false;
	return true;
}

static int print_all(const char *one)
{
	struct json_object *json = json_output ? json_object_new_object() : NULL;
	int ret = EXIT_OK;

	dev_fd();
	if (one) {
		ret = show_one(one, json);
	} else {
		sysfs_each(SYSFS_PORTS, show_port, json);
		sysfs_each(SYSFS_FUNCS, show_func, json);
	}
	if (json && !ret)
		print_json(json);
	return ret;
}

static int run(int argc, char **argv)
{
	enum format format = TEXT;
	int c;

	while ((c = next_option(argc, argv)) != -1) {
		if (c == 'a')
			all = true;
		else if (!parse_format(optarg, &format))
			return usage("--format \"%s\": expected text, json or openmetrics", optarg);
	}
	if (!operands_ok(argc, 0, format == OPENMETRICS ? 0 : 1))
		return EXIT_USAGE;
	if (format == OPENMETRICS)
		return metrics_print();
	json_output |= format == JSON;
	return print_all(optind < argc ? argv[optind] : NULL);
}

static const struct verb_option stats_options[] = {
	OPTION("all", 'a'),
	OPTION_VALUE("format", 'f', OPERAND_FORMAT),
	{ }
};

const struct verb verb_stats = {
	.name = "stats",
	.options = stats_options,
	.operands = { OPERAND_PORT_OR_FUNC },
	.run = run,
};
