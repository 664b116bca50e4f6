/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vrcctl: what all subcommands ("verbs") share.
 */
#ifndef VRCCTL_H
#define VRCCTL_H

#include <getopt.h>
#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define __printf(fmt, args)	__attribute__((__format__(printf, fmt, args)))

/* Exit codes; Documentation/man/vrcctl.8.rst names them. */
enum vrcctl_exit {
	EXIT_OK		= 0,
	EXIT_FAILED	= 1,
	EXIT_USAGE	= 2,
	EXIT_NOT_FOUND	= 3,
	EXIT_BUSY	= 4,	/* in use here, owned by another root, not allowed */
	EXIT_NO_ANSWER	= 5,	/* the station or the network does not answer */
	EXIT_NO_MODULE	= 6,	/* no /dev/vrc, or no permission to use it */
};

struct verb {
	const char *name;
	const char *args;	/* after "vrcctl NAME" in the usage line */
	const char *summary;	/* one line, no full stop */
	const char *help;	/* options, then an example; lines end in \n */
	int (*run)(int argc, char **argv);
};

extern const struct verb verb_attach, verb_decode, verb_detach, verb_encode,
			 verb_list, verb_map, verb_monitor, verb_ping,
			 verb_port, verb_read, verb_reset, verb_scan,
			 verb_set, verb_show, verb_stats, verb_write;

extern const struct verb *verb;	/* the one that runs */
extern bool json_output;	/* --json */

#define OPTION_JSON	{ "json", no_argument, NULL, 'j' }
#define OPTION_HELP	{ "help", no_argument, NULL, 'h' }

/*
 * getopt_long() that deals with --json, --help (exits 0) and with bad options
 * (exits EXIT_USAGE) itself. -1 at the end.
 */
int next_option(int argc, char **argv, const char *letters, const struct option *options);

/* Prints "vrcctl VERB: MESSAGE" to stderr and returns @code. */
int fail(enum vrcctl_exit code, const char *fmt, ...) __printf(2, 3);
/* As fail(EXIT_USAGE), with the usage line. */
int usage(const char *fmt, ...) __printf(1, 2);
/* Checks that between @min and @max operands are left; says what is wrong if not. */
bool operands_ok(int argc, int min, int max);

/* Whole text as a number, decimal, 0x hex or 0 octal, up to @max. */
bool parse_u64(const char *text, uint64_t max, uint64_t *value);
/* Seconds with a fraction, 0 to @max. */
bool parse_seconds(const char *text, double max, double *value);

/* Prints @object and drops it. */
void print_json(struct json_object *object);
void json_add_text(struct json_object *object, const char *key, const char *text);
void json_add_u64(struct json_object *object, const char *key, uint64_t value);
/* "0x" and at least @digits digits */
void json_add_hex(struct json_object *object, const char *key, uint64_t value, int digits);

/* malloc() and realloc() that end the program when there is no memory. */
void *xrealloc(void *p, size_t size);
void *xzalloc(size_t size);

#endif /* VRCCTL_H */
