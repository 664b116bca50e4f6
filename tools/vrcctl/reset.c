// SPDX-License-Identifier: GPL-2.0-only
/*
 * vrcctl reset: resets a function.
 */
#include <errno.h>

#include "dev.h"
#include "vrcctl.h"

static int run(int argc, char **argv)
{
	static const struct option options[] = {
		{ "force", no_argument, NULL, 'f' },
		OPTION_JSON, OPTION_HELP, { }
	};
	struct vrc_ioctl_reset reset = { .argsz = sizeof(reset) };
	char name[FUNC_NAME_LEN];
	struct func f;
	int ret;

	while (next_option(argc, argv, ":fjh", options) != -1)
		reset.flags = VRC_RESET_FORCE;
	if (!operands_ok(argc, 1, 1))
		return EXIT_USAGE;
	ret = func_find(argv[optind], &f);
	if (ret)
		return ret;
	reset.port = f.port;
	reset.bdf = f.bdf;
	ret = dev_ioctl(VRC_IOC_RESET, &reset);
	if (ret == -EBUSY && !reset.flags) {
		func_name(&f, name);
		fail_func(&f, ret);
		return fail(EXIT_BUSY, "--force resets %s under a user on this host", name);
	}
	return ret ? fail_func(&f, ret) : EXIT_OK;
}

const struct verb verb_reset = {
	.name = "reset",
	.args = "FUNC [--force]",
	.summary = "Reset a function",
	.help =
	"  -f, --force  even though it is in use: its user sees what it would see if the\n"
	"               station had restarted\n\n"
	"  # vrcctl reset vrc0:01:00.0\n",
	.run = run,
};
