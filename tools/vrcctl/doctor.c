// SPDX-License-Identifier: GPL-2.0-only
/*
 * vrcctl doctor: what was found, printed; the checks are in doctor_*.c.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "color.h"
#include "doctor.h"

static struct json_object *all, *last;	/* with --json */
static unsigned int nr[WRONG + 1];
static bool shown;			/* the last finding is printed */

void found(enum verdict v, const char *topic, const char *fmt, ...)
{
	static const char *const words[] = { "ok", "warning", "problem" };
	static const enum color colors[] = { COLOR_GOOD, COLOR_WARN, COLOR_BAD };
	char text[300];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	nr[v]++;
	shown = v != GOOD || verbose;
	if (all) {
		last = json_object_new_object();
		json_add_text(last, "verdict", words[v]);
		json_add_text(last, "topic", topic);
		json_add_text(last, "found", text);
		json_object_array_add(all, last);
	} else if (shown) {
		printf("%s%-8s%s %-12s %s\n", color_begin(colors[v]), words[v],
		       color_end(colors[v]), topic, text);
	}
}

void advise(const char *entry, const char *fmt, ...)
{
	char text[300];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	if (all) {
		json_add_text(last, "advice", text);
		json_add_text(last, "entry", entry);
	} else if (shown) {
		printf("%9sdo: %s\n%9smore in vrc-troubleshooting(7): %s\n", "", text, "",
		       entry);
	}
}

static void look_at_ports(void)
{
	struct port *ports;
	unsigned int i, n = ports_read(&ports);

	for (i = 0; i < n; i++) {
		doctor_interface(ports[i].ifname);
		doctor_port(&ports[i]);
		doctor_functions(&ports[i]);
	}
	free(ports);
	if (!n && !access("/dev/vrc", F_OK)) {
		found(DUBIOUS, "port", "no interface is a port");
		advise("no-port", "vrcctl scan INTERFACE");
	}
}

static void print_total(void)
{
	printf("%u checks, %u warning%s, %u problem%s\n", nr[GOOD] + nr[DUBIOUS] + nr[WRONG],
	       nr[DUBIOUS], nr[DUBIOUS] == 1 ? "" : "s", nr[WRONG], nr[WRONG] == 1 ? "" : "s");
}

static int run(int argc, char **argv)
{
	next_option(argc, argv);
	if (!operands_ok(argc, 0, 1))
		return EXIT_USAGE;
	if (optind < argc && !if_nametoindex(argv[optind]))
		return fail(EXIT_NOT_FOUND, "no interface \"%s\":\n"
			    "  \"ip link\" lists those of this network namespace", argv[optind]);
	if (json_output)
		all = json_object_new_array();
	doctor_host();
	if (optind < argc)
		doctor_interface(argv[optind]);
	else
		look_at_ports();
	if (all)
		print_json(all);
	else
		print_total();
	return nr[WRONG] ? EXIT_FAILED : EXIT_OK;
}

const struct verb verb_doctor = {
	.name = "doctor",
	.operands = { OPERAND_IFACE },
	.run = run,
};
