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

#include "color.h"
#include "help.h"
#include "vrcctl.h"

const struct verb *verb;
bool json_output, verbose;

const struct verb_option common_options[] = {
	OPTION("json", 'j'),
	OPTION("verbose", 'v'),
	OPTION_VALUE("color", 'C', OPERAND_COLOR),
	OPTION("help", 'h'),
	{ }
};

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

int fail_see(enum vrcctl_exit code, const char *entry, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	print_message(fmt, args);
	va_end(args);
	fprintf(stderr, "  more in vrc-troubleshooting(7): %s\n", entry);
	return code;
}

int usage(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	print_message(fmt, args);
	va_end(args);
	help_print_usage(stderr, help_find(verb->name));
	fprintf(stderr, "\"vrcctl %s --help\" explains it\n", verb->name);
	return EXIT_USAGE;
}

#define MAX_OPTIONS	16

/* Adds @list to what getopt_long() wants: an array, and ":" with the letters. */
static void add_options(const struct verb_option *list, struct option *longs, char *letters)
{
	char *end;

	while (longs->name)
		longs++;
	for (; list && list->name; list++) {
		*longs++ = (struct option){ list->name, list->has_value, NULL, list->letter };
		end = letters + strlen(letters);
		snprintf(end, 3, "%c%s", list->letter, list->has_value ? ":" : "");
	}
}

static int any_option(int argc, char **argv)
{
	char letters[2 * MAX_OPTIONS + 2] = ":";
	struct option longs[MAX_OPTIONS] = { };

	add_options(verb->options, longs, letters);
	add_options(common_options, longs, letters);
	opterr = 0;
	return getopt_long(argc, argv, letters, longs, NULL);
}

int next_option(int argc, char **argv)
{
	int c;

	for (;;) {
		c = any_option(argc, argv);
		switch (c) {
		case 'j':
			json_output = true;
			break;
		case 'v':
			verbose = true;
			break;
		case 'C':
			if (!color_set(optarg))
				exit(usage("--color \"%s\": expected auto, always or never",
					   optarg));
			break;
		case 'h':
			help_print(help_find(verb->name));
			exit(EXIT_OK);
		case ':':
			exit(usage("option %s needs a value", argv[optind - 1]));
		case '?':
			exit(usage("bad option \"%s\"", argv[optind - 1]));
		default:
			return c;
		}
	}
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
