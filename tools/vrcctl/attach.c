// SPDX-License-Identifier: GPL-2.0-only
/*
 * vrcctl attach and detach: the mdev of a function.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "dev.h"
#include "progress.h"
#include "sysfs.h"
#include "vrcctl.h"

static int new_uuid(char *uuid)
{
	int ret = sysfs_read(uuid, UUID_LEN + 1, "/proc/sys/kernel/random/uuid");

	if (ret || !is_uuid(uuid))
		return fail(EXIT_FAILED, "cannot make a UUID: give one with --uuid");
	return EXIT_OK;
}

/* The only type that a function has. */
static int copy_name(const char *name, void *arg)
{
	snprintf(arg, 64, "%s", name);
	return 1;
}

static int fail_attach(const struct func *f, const char *uuid, int err)
{
	char name[FUNC_NAME_LEN], path[SYSFS_PATH], used[UUID_LEN + 1];
	char parent[SYSFS_PATH];

	func_name(f, name);
	snprintf(path, sizeof(path), SYSFS_MDEVS "/%s", uuid);
	if (!sysfs_link(parent, sizeof(parent), "%s", path))
		return fail(EXIT_BUSY, "UUID %s is in use by another mdev:\n"
			    "  take another, or \"vrcctl detach %s\"", uuid, uuid);
	if (func_mdev(f, used))
		return fail(EXIT_BUSY, "%s has the mdev %s already:\n"
			    "  use that, or \"vrcctl detach %s\" first", name, used, name);
	return fail_func(f, err);
}

static void print_attached(const struct func *f, const char *uuid)
{
	struct json_object *o;
	char name[FUNC_NAME_LEN], qemu[160];

	func_name(f, name);
	snprintf(qemu, sizeof(qemu), "-device vfio-pci,sysfsdev=" SYSFS_MDEVS "/%s", uuid);
	if (!json_output) {
		puts(qemu);
		return;
	}
	o = json_object_new_object();
	json_add_text(o, "function", name);
	json_add_text(o, "uuid", uuid);
	json_add_text(o, "qemu", qemu);
	print_json(o);
}

/* Making and removing an mdev waits for the station, and for who uses it. */
struct write {
	const char *path, *text;
};

static int write_job(void *arg)
{
	const struct write *w = arg;

	return sysfs_write(w->text, "%s", w->path);
}

static int attach(const struct func *f, const char *uuid)
{
	char name[FUNC_NAME_LEN], types[SYSFS_PATH - 80], type[64], path[SYSFS_PATH];
	int ret;

	func_name(f, name);
	snprintf(types, sizeof(types), SYSFS_FUNCS "/%s/mdev_supported_types", name);
	if (!sysfs_each(types, copy_name, type))
		return fail_func(f, -ENODEV);
	snprintf(path, sizeof(path), "%s/%s/create", types, type);
	ret = with_progress("binding", write_job, &(struct write){ path, uuid });
	if (ret)
		return fail_attach(f, uuid, ret);
	print_attached(f, uuid);
	return EXIT_OK;
}

static int run_attach(int argc, char **argv)
{
	char uuid[UUID_LEN + 1] = "";
	struct func f;
	int ret;

	while (next_option(argc, argv) != -1) {
		if (!is_uuid(optarg))
			return usage("--uuid \"%s\": expected 8-4-4-4-12 hex digits", optarg);
		memcpy(uuid, optarg, sizeof(uuid));
	}
	if (!operands_ok(argc, 1, 1))
		return EXIT_USAGE;
	ret = func_find(argv[optind], &f);
	if (!ret && !*uuid)
		ret = new_uuid(uuid);
	return ret ? ret : attach(&f, uuid);
}

static int run_detach(int argc, char **argv)
{
	char uuid[UUID_LEN + 1], name[FUNC_NAME_LEN], path[SYSFS_PATH];
	struct func f;
	int ret;

	next_option(argc, argv);
	if (!operands_ok(argc, 1, 1))
		return EXIT_USAGE;
	ret = func_find(argv[optind], &f);
	if (ret)
		return ret;
	func_name(&f, name);
	if (!func_mdev(&f, uuid))
		return fail(EXIT_NOT_FOUND, "%s has no mdev", name);
	snprintf(path, sizeof(path), SYSFS_MDEVS "/%s/remove", uuid);
	ret = with_progress("detaching", write_job, &(struct write){ path, "1" });
	if (ret == -EAGAIN || ret == -EBUSY)
		return fail(EXIT_BUSY, "mdev %s is held:\n"
			    "  end the virtual machine that uses it", uuid);
	if (ret)
		return fail(exit_code(ret), "mdev %s: %s", uuid, strerror(-ret));
	return EXIT_OK;
}

static const struct verb_option attach_options[] = {
	OPTION_VALUE("uuid", 'u', OPERAND_NONE),
	{ }
};

const struct verb verb_attach = {
	.name = "attach",
	.options = attach_options,
	.operands = { OPERAND_FUNC },
	.run = run_attach,
};

const struct verb verb_detach = {
	.name = "detach",
	.operands = { OPERAND_FUNC },
	.run = run_detach,
};
