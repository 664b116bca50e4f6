// SPDX-License-Identifier: GPL-2.0-only
/*
 * vrcctl set: settings of a function.
 */
#include <errno.h>
#include <string.h>

#include "dev.h"
#include "sysfs.h"
#include "vrcctl.h"

static int set_one(const struct func *f, char *setting)
{
	char name[FUNC_NAME_LEN], now[80] = "";
	char *value = strchr(setting, '=');
	int ret;

	if (!value)
		return usage("\"%s\" is not NAME=VALUE", setting);
	*value++ = '\0';
	func_name(f, name);
	if (strcmp(setting, "policy"))
		return fail(EXIT_USAGE, "%s has no setting \"%s\":\n  policy", name, setting);
	ret = sysfs_write(value, SYSFS_FUNCS "/%s/policy", name);
	if (ret == -EINVAL) {
		sysfs_read(now, sizeof(now), SYSFS_FUNCS "/%s/policy", name);
		return fail(EXIT_USAGE, "%s: policy \"%s\": expected hold, unplug or error;\n"
			    "  it stays %s", name, value, now);
	}
	return ret ? fail_func(f, ret) : EXIT_OK;
}

static int run(int argc, char **argv)
{
	struct func f;
	int i, ret;

	next_option(argc, argv);
	if (!operands_ok(argc, 2, argc))
		return EXIT_USAGE;
	ret = func_find(argv[optind], &f);
	for (i = optind + 1; !ret && i < argc; i++)
		ret = set_one(&f, argv[i]);
	return ret;
}

const struct verb verb_set = {
	.name = "set",
	.operands = { OPERAND_FUNC },
	.run = run,
};
