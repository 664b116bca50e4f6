// SPDX-License-Identifier: GPL-2.0-only
/*
 * vrcctl: control of PCIe devices on the Ethernet. Picks the verb; each verb
 * is a file of its own.
 */
#include <stdio.h>
#include <string.h>

#include "proto/types.h"
#include "vrcctl.h"

static const struct verb *const verbs[] = {
	&verb_scan, &verb_list, &verb_show, &verb_map, &verb_port,
	&verb_attach, &verb_detach, &verb_set, &verb_ping, &verb_reset, &verb_stats,
	&verb_read, &verb_write, &verb_monitor, &verb_decode, &verb_encode,
};

static void print_usage(FILE *out)
{
	size_t i;

	fputs("usage: vrcctl VERB [ARGUMENTS]\n\n", out);
	for (i = 0; i < ARRAY_SIZE(verbs); i++)
		fprintf(out, "  %-8s  %s\n", verbs[i]->name, verbs[i]->summary);
	fputs("\n\"vrcctl VERB --help\" explains a verb. FUNC is vrc0:01:00.0, 01:00.0 (if there\n"
	      "is one port), STATION.0 (station name and function) or the UUID of its mdev.\n"
	      "Exit codes: 0 done, 1 failed, 2 usage, 3 not found, 4 in use or not allowed,\n"
	      "5 no answer, 6 no vrc.ko or no permission.\n", out);
}

static const struct verb *find_verb(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(verbs); i++)
		if (!strcmp(verbs[i]->name, name))
			return verbs[i];
	return NULL;
}

int main(int argc, char **argv)
{
	int ret;

	if (argc < 2) {
		print_usage(stderr);
		return EXIT_USAGE;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help")) {
		print_usage(stdout);
		return EXIT_OK;
	}
	verb = find_verb(argv[1]);
	if (!verb) {
		fprintf(stderr, "vrcctl: no verb \"%s\": \"vrcctl --help\" lists them\n", argv[1]);
		return EXIT_USAGE;
	}
	ret = verb->run(argc - 1, argv + 1);
	/* A full disk or a closed pipe must not look like success. */
	if (fflush(stdout) || ferror(stdout))
		return ret ? ret : fail(EXIT_FAILED, "cannot write the output: %m");
	return ret;
}
