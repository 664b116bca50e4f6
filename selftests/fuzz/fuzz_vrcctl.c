// SPDX-License-Identifier: GPL-2.0-only
/*
 * vrcctl encode and decode, as they are called. The first byte says which, and how:
 * 'e' encode; 't', 'f' and 'n' decode TLPs, a frame and what is on the network, in
 * capitals as JSON. The rest is the arguments, a line each.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fuzz.h"
#include "help.h"
#include "vrcctl.h"

/* Its state is its own: a program runs it once. */
#include "decode.c"

#define MAX_ARGS	64

/* What the manual says of them is not of interest here. */
const struct help help_texts[] = {
	{ "decode", "", "", "" },
	{ "encode", "", "", "" },
	{ }
};

static unsigned int split(char *text, char **argv)
{
	unsigned int nr = 0;
	char *arg;

	while (nr < MAX_ARGS && (arg = strsep(&text, "\n")))
		if (*arg)
			argv[nr++] = arg;
	return nr;
}

static void call(const struct verb *v, const char *option, char *text)
{
	char *argv[MAX_ARGS + 4] = { (char *)v->name };
	int argc = 1;

	if (option)
		argv[argc++] = (char *)option;
	argv[argc++] = (char *)"--";
	argc += (int)split(text, argv + argc);
	/* Without operands it would read standard input. */
	if (!strcmp(argv[argc - 1], "--"))
		return;
	verb = v;
	optind = 0;
	v->run(argc, argv);
}

static void quiet(void)
{
	static bool done;

	if (done)
		return;
	done = true;
	/* libFuzzer has its own way to standard error: it writes to the descriptor. */
	if (!freopen("/dev/null", "w", stdout))
		abort();
	stderr = fopen("/dev/null", "w");
}

int fuzz_one(const u8 *data, size_t size)
{
	char *text;
	u8 what;

	if (!size)
		return 0;
	quiet();
	what = data[0];
	text = strndup((const char *)data + 1, size - 1);
	json_output = what == 'T' || what == 'F' || what == 'N';
	short_output = what == 's';
	if (what == 'e')
		call(&verb_encode, NULL, text);
	else if (what == 'f' || what == 'F')
		call(&verb_decode, "--frame", text);
	else if (what == 'n' || what == 'N')
		call(&verb_decode, "--ether", text);
	else
		call(&verb_decode, NULL, text);
	free(text);
	return 0;
}
