// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/types.h>
#include <vrc.h>

#include "color.h"

static const char *const codes[] = {
	[COLOR_NONE] = "", [COLOR_GOOD] = "\033[32m", [COLOR_WARN] = "\033[33m",
	[COLOR_BAD] = "\033[31m", [COLOR_DIM] = "\033[2m", [COLOR_BOLD] = "\033[1m",
};

static enum { AUTO, ALWAYS, NEVER } when = AUTO;

bool color_set(const char *text)
{
	if (!strcmp(text, "auto"))
		when = AUTO;
	else if (!strcmp(text, "always"))
		when = ALWAYS;
	else if (!strcmp(text, "never"))
		when = NEVER;
	else
		return false;
	return true;
}

static bool colored(void)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	if (when != AUTO)
		return when == ALWAYS;
	return isatty(STDOUT_FILENO) && !(no && *no) && term && strcmp(term, "dumb");
}

const char *color_begin(enum color c)
{
	return colored() ? codes[c] : "";
}

const char *color_end(enum color c)
{
	return c != COLOR_NONE && colored() ? "\033[0m" : "";
}

enum color color_of_state(unsigned int state)
{
	switch (state) {
	case VRC_STATE_UP:
		return COLOR_GOOD;
	case VRC_STATE_DOWN:
	case VRC_STATE_CHANGED:
		return COLOR_BAD;
	case VRC_STATE_UNKNOWN:
		return COLOR_WARN;
	case VRC_STATE_ABSENT:
	case VRC_STATE_GONE:
		return COLOR_DIM;
	}
	return COLOR_NONE;
}
