// SPDX-License-Identifier: GPL-2.0-only
/*
 * vrcctl list: the functions that earlier scans have found.
 */
#include <stdlib.h>

#include "listing.h"
#include "vrcctl.h"

static int run(int argc, char **argv)
{
	struct port *ports = NULL, one;
	unsigned int nr = 1;
	int ret;

	next_option(argc, argv);
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
	.operands = { OPERAND_PORT },
	.run = run,
};
