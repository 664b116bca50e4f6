// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "tap.h"

#define MAX_REPORTS	10	/* of one test: a loop may fail a million times */

static unsigned int failures;
static const char *skipped;

bool tap_expect(bool held, const char *file, int line, const char *what)
{
	if (!held && failures++ < MAX_REPORTS)
		printf("# %s:%d: does not hold: %s\n", file, line, what);
	return held;
}

bool tap_expect_eq(long long got, long long want, const char *file, int line, const char *what)
{
	if (got != want && failures++ < MAX_REPORTS)
		printf("# %s:%d: %s is %lld (0x%llx), expected %lld (0x%llx)\n",
		       file, line, what, got, got, want, want);
	return got == want;
}

void tap_skip(const char *why)
{
	skipped = why;
}

int tap_run(const struct tap_test *tests, unsigned int nr)
{
	unsigned int i, failed = 0;

	printf("KTAP version 1\n1..%u\n", nr);
	for (i = 0; i < nr; i++) {
		failures = 0;
		skipped = NULL;
		tests[i].run();
		failed += failures > 0;
		printf("%s %u - %s%s%s\n", failures ? "not ok" : "ok", i + 1, tests[i].name,
		       skipped ? " # SKIP " : "", skipped ? skipped : "");
		fflush(stdout);
	}
	return failed ? 1 : 0;
}

const char *tap_dir = ".";

int tap_main(int argc, char **argv, const struct tap_test *tests, unsigned int nr)
{
	if (argc > 1)
		tap_dir = argv[1];
	if (argc <= 2)
		return tap_run(tests, nr);
	for (unsigned int i = 0; i < nr; i++)
		if (!strcmp(tests[i].name, argv[2]))
			return tap_run(&tests[i], 1);
	return 2;
}
