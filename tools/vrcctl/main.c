// SPDX-License-Identifier: GPL-2.0-only
/*
 * vrcctl: control of PCIe devices on the Ethernet. Picks the verb; each verb
 * is a file of its own.
 */
#include <stdio.h>
#include <string.h>

#include "complete.h"
#include "help.h"
#include "vrcctl.h"

const struct verb *const verbs[] = {
	&verb_scan, &verb_list, &verb_tree, &verb_show, &verb_map, &verb_port,
	&verb_attach, &verb_detach, &verb_set, &verb_reset, &verb_ping, &verb_read, &verb_write,
	&verb_top, &verb_stats, &verb_monitor, &verb_capture, &verb_doctor,
	&verb_decode, &verb_encode, NULL
};

static void print_usage(FILE *out)
{
	const struct verb *const *v;

	fputs("usage: vrcctl [OPTIONS] VERB [ARGUMENTS]\n\n", out);
	for (v = verbs; *v; v++)
		fprintf(out, "  %-8s  %s\n", (*v)->name, help_find((*v)->name)->summary);
	fputs("\n\"vrcctl VERB --help\" explains a verb, which may be shortened as long as it is\n"
	      "the only one that begins so. OPTIONS are --json, --verbose and --color WHEN, before\n"
	      "the verb or after it. FUNC is vrc0:01:00.0, 01:00.0 (if there is one port),\n"
	      "STATION.0 (station name and function) or the UUID of its mdev.\n"
	      "Exit codes: 0 done, 1 failed, 2 usage, 3 not found, 4 in use or not allowed,\n"
	      "5 no answer, 6 no vrc.ko or no permission. The manual: vrcctl(8)\n", out);
}

/* By its name, or by the beginning of it that no other verb has. */
static const struct verb *find_verb(const char *name)
{
	const struct verb *found = NULL;
	const struct verb *const *v;
	unsigned int nr = 0;

	for (v = verbs; *v; v++) {
		if (!strcmp((*v)->name, name))
			return *v;
		if (!strncmp((*v)->name, name, strlen(name))) {
			found = *v;
			nr++;
		}
	}
	return nr == 1 ? found : NULL;
}

static bool is_help(const char *arg)
{
	return !strcmp(arg, "--help") || !strcmp(arg, "-h") || !strcmp(arg, "help");
}

/* Options before the verb go behind it, where the verb looks for them. */
static int verb_first(int argc, char **argv)
{
	int i = 1, n;

	while (i < argc && argv[i][0] == '-' && !is_help(argv[i]))
		i += !strcmp(argv[i], "--color") || !strcmp(argv[i], "-C") ? 2 : 1;
	if (i >= argc)
		return -1;
	argv[0] = argv[i];
	for (n = i; n > 1; n--)
		argv[n] = argv[n - 1];
	argv[1] = argv[0];
	return 0;
}

static int no_verb(const char *name)
{
	const struct verb *const *v;
	const char *sep = ": ";

	fprintf(stderr, "vrcctl: no verb \"%s\"", name);
	for (v = verbs; *v; v++) {
		if (strncmp((*v)->name, name, strlen(name)))
			continue;
		fprintf(stderr, "%s%s", sep, (*v)->name);
		sep = " or ";
	}
	fputs(*sep == ' ' ? "?\n" : ": \"vrcctl --help\" lists them\n", stderr);
	return EXIT_USAGE;
}

int main(int argc, char **argv)
{
	int ret;

	if (argc > 1 && !strcmp(argv[1], "--complete"))
		return complete(argc - 2, argv + 2);
	if (verb_first(argc, argv)) {
		print_usage(stderr);
		return EXIT_USAGE;
	}
	if (is_help(argv[1])) {
		print_usage(stdout);
		return EXIT_OK;
	}
	verb = find_verb(argv[1]);
	if (!verb)
		return no_verb(argv[1]);
	ret = verb->run(argc - 1, argv + 1);
	/* A full disk or a closed pipe must not look like success. */
	if (fflush(stdout) || ferror(stdout))
		return ret ? ret : fail(EXIT_FAILED, "cannot write the output: %m");
	return ret;
}
