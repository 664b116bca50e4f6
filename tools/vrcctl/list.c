// SPDX-License-Identifier: GPL-2.0-only
/*
 * vrcctl list: the functions that earlier scans have found.
 */
#include <stdlib.h>

#include "listing.h"
#include "vrcctl.h"

static int run(int argc, char **argv)
{
	static const struct option options[] = { OPTION_JSON, OPTION_HELP, { } };
	struct port *ports = NULL, one;
	unsigned int nr = 1;
	int ret;

	next_option(argc, argv, ":jh", options);
	if (!operands_ok(argc, 0, 1))
		return EXIT_USAGE;
	if (optind < argc) {
		ret = port_find(argv[optind], &one);
		return ret ? ret : listing_print(&one, 1);
	}
	dev_fd();
	nr = ports_read(&ports);
	ret = listing_print(ports, nr);
	free(ports);
	return ret;
}

const struct verb verb_list = {
	.name = "list",
	.args = "[--json] [PORT | IFACE]",
	.summary = "List the functions found by earlier scans",
	.help =
	"  -j, --json  as JSON\n"
	"States: ready (usable), up (in use here), down (in use here, the station does not\n"
	"answer or refuses), changed (it came back as another device), unknown (owned by another\n"
	"root, or could not be read), absent (did not answer the last scan).\n\n"
	"  $ vrcctl list\n"
	"  $ vrcctl list --json | jq -r '.[] | select(.state == \"ready\") | .function'\n",
	.run = run,
};
