/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vrcctl: what all subcommands ("verbs") share.
 */
#ifndef VRCCTL_H
#define VRCCTL_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "verb.h"

#define __noreturn		__attribute__((__noreturn__))
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

extern bool json_output;	/* --json */
extern bool verbose;		/* --verbose */

/*
 * The letter of the next option of the verb, -1 at the end. Deals with the options that all
 * verbs have, and with bad ones (exits EXIT_USAGE), itself. optarg and optind are getopt's.
 */
int next_option(int argc, char **argv);

/* Prints "vrcctl VERB: MESSAGE" to stderr and returns @code. */
int fail(enum vrcctl_exit code, const char *fmt, ...) __printf(2, 3);
/* As fail(), and says which entry of vrc-troubleshooting(7) has more. */
int fail_see(enum vrcctl_exit code, const char *entry, const char *fmt, ...) __printf(3, 4);
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
