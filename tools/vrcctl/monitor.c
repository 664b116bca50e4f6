// SPDX-License-Identifier: GPL-2.0-only
/*
 * vrcctl monitor: prints events as they come.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "dev.h"
#include "vrcctl.h"

static const char *event_name(u32 type)
{
	static const char *const names[] = {
		[VRC_EVENT_OVERFLOW] = "overflow",
		[VRC_EVENT_PORT_ADDED] = "port-added",
		[VRC_EVENT_PORT_REMOVED] = "port-removed",
		[VRC_EVENT_PORT_LINK] = "port-link",
		[VRC_EVENT_STATION_NEW] = "station-new",
		[VRC_EVENT_STATION_RESTARTED] = "station-restarted",
		[VRC_EVENT_STATION_MOVED] = "station-moved",
		[VRC_EVENT_STATION_ABSENT] = "station-absent",
		[VRC_EVENT_STATION_CONFLICT] = "station-conflict",
		[VRC_EVENT_STATION_GONE] = "station-gone",
		[VRC_EVENT_FUNC_ADDED] = "function-added",
		[VRC_EVENT_FUNC_REMOVED] = "function-removed",
		[VRC_EVENT_FUNC_STATE] = "function-state",
		[VRC_EVENT_FUNC_ERROR] = "function-error",
		[VRC_EVENT_SCAN_DONE] = "scan-done",
	};

	return type < ARRAY_SIZE(names) ? names[type] : "unknown";
}

static void where(const struct vrc_event *e, char *text)
{
	struct func f = { .port = e->port, .bdf = e->bdf };

	if (e->bdf)
		func_name(&f, text);
	else
		snprintf(text, FUNC_NAME_LEN, "vrc%u", e->port);
}

static void print_event_json(const struct vrc_event *e, const char *place)
{
	struct json_object *o = json_object_new_object();

	json_object_object_add(o, "time", json_object_new_double((double)e->timestamp / 1e9));
	json_add_text(o, "where", place);
	json_add_text(o, "event", event_name(e->type));
	json_add_u64(o, "arg", e->arg);
	if (e->type == VRC_EVENT_FUNC_STATE)
		json_add_text(o, "state", state_name((u32)e->arg));
	json_add_text(o, "text", e->text);
	puts(json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN));
	json_object_put(o);
}

static void print_event(const struct vrc_event *e)
{
	time_t s = (time_t)(e->timestamp / 1000000000);
	char place[FUNC_NAME_LEN], text[32];
	struct tm tm;

	where(e, place);
	if (json_output) {
		print_event_json(e, place);
		return;
	}
	localtime_r(&s, &tm);
	strftime(text, sizeof(text), "%F %T", &tm);
	printf("%s.%06llu  %-14s  %-18s  %s%s%s\n", text,
	       (unsigned long long)(e->timestamp % 1000000000 / 1000), place,
	       event_name(e->type),
	       e->type == VRC_EVENT_FUNC_STATE ? state_name((u32)e->arg) : "",
	       e->type == VRC_EVENT_FUNC_STATE && e->text[0] ? ": " : "", e->text);
}

/* Prints up to *@left (0: all) of the records in @buf. A newer kernel's may be longer. */
static bool print_events(const char *buf, size_t n, u64 *left)
{
	struct vrc_event e;
	u32 size;

	while (n >= sizeof(size)) {
		memcpy(&size, buf, sizeof(size));
		if (size < offsetof(struct vrc_event, text) || size > n)
			break;
		memset(&e, 0, sizeof(e));
		memcpy(&e, buf, size < sizeof(e) ? size : sizeof(e));
		e.text[sizeof(e.text) - 1] = '\0';
		print_event(&e);
		if (*left && !--*left)
			return false;
		buf += size;
		n -= size;
	}
	fflush(stdout);
	return !ferror(stdout);
}

static int monitor(u64 count)
{
	char buf[64 * sizeof(struct vrc_event)];
	ssize_t n;

	for (;;) {
		n = read(dev_fd(), buf, sizeof(buf));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fail(EXIT_FAILED, "/dev/vrc: %m");
		if (!n || !print_events(buf, (size_t)n, &count))
			return EXIT_OK;
	}
}

static int run(int argc, char **argv)
{
	u64 count = 0;

	while (next_option(argc, argv) != -1)
		if (!parse_u64(optarg, UINT64_MAX, &count) || !count)
			return usage("-c \"%s\": expected a number from 1", optarg);
	if (!operands_ok(argc, 0, 0))
		return EXIT_USAGE;
	return monitor(count);
}

static const struct verb_option monitor_options[] = {
	OPTION_VALUE("count", 'c', OPERAND_NONE),
	{ }
};

const struct verb verb_monitor = {
	.name = "monitor",
	.options = monitor_options,
	.run = run,
};
