// SPDX-License-Identifier: GPL-2.0-only
/*
 * vrcctl VERB --help.
 */
#include <stdlib.h>
#include <string.h>

#include "help.h"

const struct help *help_find(const char *verb)
{
	const struct help *h;

	for (h = help_texts; h->verb; h++)
		if (!strcmp(h->verb, verb))
			return h;
	/* The Makefile takes the pages of all verbs; 13-vrcctl.sh tries every one. */
	abort();
}

void help_print_usage(FILE *out, const struct help *h)
{
	const char *line, *end;

	for (line = h->synopsis; *line; line = end + 1) {
		end = strchr(line, '\n');
		fprintf(out, "%s vrcctl %.*s\n", line == h->synopsis ? "usage:" : "      ",
			(int)(end - line), line);
	}
}

void help_print(const struct help *h)
{
	help_print_usage(stdout, h);
	printf("%s.\n\n%s\nThe manual: vrcctl-%s(8)\n", h->summary, h->text, h->verb);
}
