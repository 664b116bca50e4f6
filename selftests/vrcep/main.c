// SPDX-License-Identifier: GPL-2.0-only
/* vrcep's core without a network: every test in one list. */
#include <stdlib.h>
#include <string.h>

#include "bench.h"

#define MAX_TESTS	128

static const struct tap_test *const groups[] = {
	session_tests, config_tests, access_tests, dma_tests, irq_tests, network_tests, conf_tests,
};

int main(void)
{
	static struct tap_test tests[MAX_TESTS];
	unsigned int i, nr = 0;
	const struct tap_test *t;

	for (i = 0; i < ARRAY_SIZE(groups); i++)
		for (t = groups[i]; t->name; t++)
			if (nr < MAX_TESTS)
				tests[nr++] = *t;
	return tap_run(tests, nr);
}
