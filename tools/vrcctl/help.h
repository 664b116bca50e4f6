/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The texts of --help. They are made from the manual pages when vrcctl is built (mk-help).
 */
#ifndef VRCCTL_HELP_H
#define VRCCTL_HELP_H

#include <stdio.h>

struct help {
	const char *verb;
	const char *summary;	/* one line, no full stop */
	const char *synopsis;	/* lines, what follows "vrcctl " */
	const char *text;	/* what the page says; lines end in \n */
};

extern const struct help help_texts[];	/* ends with one without a verb */

/* That of @verb; every verb has one. */
const struct help *help_find(const char *verb);
void help_print_usage(FILE *out, const struct help *h);
void help_print(const struct help *h);

#endif /* VRCCTL_HELP_H */
