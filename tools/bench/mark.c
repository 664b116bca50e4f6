// SPDX-License-Identifier: GPL-2.0-only
/*
 * mark begin|end: what is counted by tools/bench/insns.c begins anew, or ends and is written as a
 * section. For programs that cannot do it themselves, also in a guest.
 */
#include <stdio.h>
#include <string.h>

#include "mark.h"

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "begin")) {
		mark_reset();
		mark_begin();
		return 0;
	}
	if (argc == 2 && !strcmp(argv[1], "end")) {
		mark_end();
		mark_section();
		return 0;
	}
	fputs("usage: mark begin|end\n", stderr);
	return 2;
}
