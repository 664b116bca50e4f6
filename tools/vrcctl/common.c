// SPDX-License-Identifier: GPL-2.0-only
/*
 * Options, messages, numbers, JSON: what every verb needs.
 */
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vrcctl.h"

const struct verb *verb;
bool json_output;

static void print_message(const char *fmt, va_list args)
{
	fflush(stdout);
	fprintf(stderr, "vrcctl %s: ", verb->name);
	vfprintf(stderr, fmt, args);
	fputc('\n', stderr);
}

int fail(enum vrcctl_exit code, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	print_message(fmt, args);
	va_end(args);
	return code;
}

static void print_usage_line(FILE *out)
{
	fprintf(out, "usage: vrcctl %s %s\n", verb->name, verb->args);
}

int usage(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	print_message(fmt, args);
	va_end(args);
	print_usage_line(stderr);
	fprintf(stderr, "\"vrcctl %s --help\" explains it\n", verb->name);
	return EXIT_USAGE;
}

static void print_help(void)
{
	print_usage_line(stdout);
	printf("%s.\n\n%s", verb->summary, verb->help);
}

int next_option(int argc, char **argv, const char *letters, const struct option *options)
{
	int c;

	opterr = 0;
	c = getopt_long(argc, argv, letters, options, NULL);
	switch (c) {
	case 'j':
		json_output = true;
		return next_option(argc, argv, letters, options);
	case 'h':
		print_help();
		exit(EXIT_OK);
	case ':':
		exit(usage("option %s needs a value", argv[optind - 1]));
	case '?':
		exit(usage("bad option \"%s\"", argv[optind - 1]));
	}
	return c;
}

bool operands_ok(int argc, int min, int max)
{
	int left = argc - optind;

	if (left >= min && left <= max)
		return true;
	usage(left < min ? "an argument is missing" : "too many arguments");
	return false;
}

bool parse_u64(const char *text, uint64_t max, uint64_t *value)
{
	char *end;

	if (!*text || strchr(" \t\n+-", *text))
		return false;
	errno = 0;
	*value = strtoull(text, &end, 0);
	return !errno && !*end && *value <= max;
}

bool parse_seconds(const char *text, double max, double *value)
{
	char *end;

	errno = 0;
	*value = strtod(text, &end);
	return !errno && end != text && !*end && isfinite(*value) && *value >= 0 &&
	       *value <= max;
}

void print_json(struct json_object *object)
{
	puts(json_object_to_json_string_ext(object, JSON_C_TO_STRING_PRETTY |
					    JSON_C_TO_STRING_SPACED |
					    JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(object);
}

void json_add_text(struct json_object *object, const char *key, const char *text)
{
	json_object_object_add(object, key, json_object_new_string(text));
}

void json_add_u64(struct json_object *object, const char *key, uint64_t value)
{
	json_object_object_add(object, key, json_object_new_uint64(value));
}

void json_add_hex(struct json_object *object, const char *key, uint64_t value, int digits)
{
	char text[20];

	snprintf(text, sizeof(text), "0x%0*llx", digits, (unsigned long long)value);
	json_add_text(object, key, text);
}

void *xrealloc(void *p, size_t size)
{
	p = realloc(p, size);
	if (!p && size)
		exit(fail(EXIT_FAILED, "no memory for %zu bytes", size));
	return p;
}

void *xzalloc(size_t size)
{
	return memset(xrealloc(NULL, size), 0, size);
}
