// SPDX-License-Identifier: GPL-2.0-only
/*
 * vrcctl stats: the counters of ports and functions.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dev.h"
#include "sysfs.h"
#include "vrcctl.h"

static bool all;	/* counters that are 0 too */

struct source {
	const char *dir;
	struct json_object *json;	/* or NULL: print */
	unsigned int found;
};

static int add_counter(const char *name, void *arg)
{
	struct source *s = arg;
	char text[32];
	u64 value;

	if (sysfs_read(text, sizeof(text), "%s/%s", s->dir, name) ||
	    !parse_u64(text, UINT64_MAX, &value))
		return 0;
	s->found++;
	if (s->json)
		json_add_u64(s->json, name, value);
	else if (value || all)
		printf("  %-24s %llu\n", name, (unsigned long long)value);
	return 0;
}

/* The counters in @parent/@name/stats. False: there are none. */
static bool show(const char *parent, const char *name, struct json_object *json)
{
	char dir[SYSFS_PATH];
	struct source s = { .dir = dir };

	snprintf(dir, sizeof(dir), "%s/%s/stats", parent, name);
	if (json) {
		s.json = json_object_new_object();
		json_object_object_add(json, name, s.json);
	} else {
		printf("%s\n", name);
	}
	sysfs_each(dir, add_counter, &s);
	return s.found;
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

static int run(int argc, char **argv)
{
	static const struct option options[] = {
		{ "all", no_argument, NULL, 'a' },
		OPTION_JSON, OPTION_HELP, { }
	};
	struct json_object *json;
	int ret = EXIT_OK;

	while (next_option(argc, argv, ":ajh", options) != -1)
		all = true;
	if (!operands_ok(argc, 0, 1))
		return EXIT_USAGE;
	json = json_output ? json_object_new_object() : NULL;
	dev_fd();
	if (optind < argc) {
		ret = show_one(argv[optind], json);
	} else {
		sysfs_each(SYSFS_PORTS, show_port, json);
		sysfs_each(SYSFS_FUNCS, show_func, json);
	}
	if (json && !ret)
		print_json(json);
	return ret;
}

const struct verb verb_stats = {
	.name = "stats",
	.args = "[FUNC | PORT] [--all] [--json]",
	.summary = "Show counters",
	.help =
	"  -a, --all   those that are 0 too\n"
	"  -j, --json  as JSON, all of them\n"
	"Documentation/troubleshooting.rst says what they tell.\n\n"
	"  $ vrcctl stats vrc0:01:00.0\n",
	.run = run,
};
