/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a verb is. Each is a file of its own.
 */
#ifndef VRCCTL_VERB_H
#define VRCCTL_VERB_H

#include <getopt.h>
#include <stdbool.h>

/* What an operand or the value of an option can be, for completion. */
enum operand {
	OPERAND_NONE,		/* nothing to offer */
	OPERAND_FUNC,
	OPERAND_PORT,
	OPERAND_PORT_OR_FUNC,
	OPERAND_IFACE,
	OPERAND_BAR,
	OPERAND_FILE,
	OPERAND_FORMAT,
	OPERAND_COLOR,
	OPERAND_PORT_COMMAND,
	OPERAND_OF_PORT_COMMAND,
	OPERAND_LAYER,
};

#define MAX_OPERANDS	4

struct verb_option {
	const char *name;
	char letter;
	bool has_value;
	enum operand value;
};

#define OPTION(n, l)		{ .name = (n), .letter = (l) }
#define OPTION_VALUE(n, l, v)	{ .name = (n), .letter = (l), .has_value = true, .value = (v) }

struct verb {
	const char *name;
	const struct verb_option *options;	/* beside those that all verbs have */
	enum operand operands[MAX_OPERANDS];
	int (*run)(int argc, char **argv);
};

extern const struct verb verb_attach, verb_capture, verb_decode, verb_detach, verb_doctor,
			 verb_encode, verb_list, verb_map, verb_monitor, verb_ping, verb_port,
			 verb_read, verb_reset, verb_scan, verb_set, verb_show, verb_stats,
			 verb_top, verb_tree, verb_write;

/* In the order in which they are listed; ends with NULL. */
extern const struct verb *const verbs[];
extern const struct verb *verb;			/* the one that runs */

/* What every verb takes: --json, --verbose, --color, --help. Ends with one without a name. */
extern const struct verb_option common_options[];

#endif /* VRCCTL_VERB_H */
