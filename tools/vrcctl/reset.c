// SPDX-License-Identifier: GPL-2.0-only
/*
 * vrcctl reset: resets a function.
 */
#include <errno.h>

#include "dev.h"
#include "progress.h"
#include "vrcctl.h"

static int reset_job(void *arg)
{
	return dev_ioctl(VRC_IOC_RESET, arg);
}

static int run(int argc, char **argv)
{
	struct vrc_ioctl_reset reset = { .argsz = sizeof(reset) };
	char name[FUNC_NAME_LEN];
	struct func f;
	int ret;

	while (next_option(argc, argv) != -1)
		reset.flags = VRC_RESET_FORCE;
	if (!operands_ok(argc, 1, 1))
		return EXIT_USAGE;
	ret = func_find(argv[optind], &f);
	if (ret)
		return ret;
	reset.port = f.port;
	reset.bdf = f.bdf;
	ret = with_progress("resetting", reset_job, &reset);
	if (ret == -EBUSY && !reset.flags) {
		func_name(&f, name);
		fail_func(&f, ret);
		return fail(EXIT_BUSY, "--force resets %s under a user on this host", name);
	}
	return ret ? fail_func(&f, ret) : EXIT_OK;
}

static const struct verb_option reset_options[] = {
	OPTION("force", 'f'),
	{ }
};

const struct verb verb_reset = {
	.name = "reset",
	.options = reset_options,
	.operands = { OPERAND_FUNC },
	.run = run,
};
