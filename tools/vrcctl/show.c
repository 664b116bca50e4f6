// SPDX-License-Identifier: GPL-2.0-only
/*
 * vrcctl show: all about one function.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "color.h"
#include "hex.h"
#include "listing.h"
#include "names.h"
#include "proto/frame.h"
#include "sysfs.h"
#include "vrcctl.h"

#define POLICY_LEN	16

static void __printf(2, 3) line(const char *name, const char *fmt, ...)
{
	va_list args;

	printf("%-12s ", name);
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	putchar('\n');
}

static const char *bar_kind(u32 flags)
{
	if (flags & VRC_RANGE_ROM)
		return "expansion ROM";
	if (flags & VRC_RANGE_IO)
		return "I/O";
	if (flags & VRC_RANGE_64)
		return flags & VRC_RANGE_PREFETCH ? "memory, 64 bits, prefetchable" :
						    "memory, 64 bits";
	return flags & VRC_RANGE_PREFETCH ? "memory, 32 bits, prefetchable" : "memory, 32 bits";
}

static void show_bars(const struct vrc_ioctl_func_info *info)
{
	const struct vrc_func_bar *bar;
	char name[8];
	int i;

	for (i = 0; i < 7; i++) {
		bar = &info->bar[i];
		if (!bar->size)
			continue;
		snprintf(name, sizeof(name), i == 6 ? "ROM" : "BAR %d", i);
		line(name, "0x%llx, %llu bytes, %s", (unsigned long long)bar->addr,
		     (unsigned long long)bar->size, bar_kind(bar->flags));
	}
}

static void show_identity(const struct vrc_ioctl_func_info *info)
{
	char name[NAME_LEN];

	if (info->state == VRC_STATE_UNKNOWN)
		return;
	if (device_name(info, name))
		line("device", "%s", name);
	class_name(info, name);
	line("class", "%06x, %s", info->class_code, name);
	line("id", "%04x:%04x, subsystem %04x:%04x, revision %02x", info->vendor, info->device,
	     info->subsystem_vendor, info->subsystem_device, info->revision);
	if (verbose && info->session)
		line("session", "%016llx here, %016llx at the station",
		     (unsigned long long)info->session, (unsigned long long)info->peer_session);
	line("sizes", "payload of a TLP %u, read request %u, frame %u", info->mps, info->mrrs,
	     info->payload);
	show_bars(info);
}

static bool read_policy(const struct func *f, char *policy)
{
	char name[FUNC_NAME_LEN];

	func_name(f, name);
	return !sysfs_read(policy, POLICY_LEN, SYSFS_FUNCS "/%s/policy", name);
}

static void show_owner(const struct func *f, const struct vrc_ioctl_func_info *info)
{
	const char *refusal = vrc_refusal_name((u16)info->refusal_reason);
	char uuid[UUID_LEN + 1], vm[NAME_LEN], policy[POLICY_LEN];

	if (func_mdev(f, uuid))
		line("mdev", "%s", uuid);
	if (read_policy(f, policy))
		line("policy", "%s when its station is gone", policy);
	if (info->label[0])
		line("used by", "%s", vm_name(info->label, vm, sizeof(vm)) ? vm : info->label);
	if (info->owner)
		line("owner", "root id %016llx", (unsigned long long)info->owner);
	if (refusal)
		line("refused", "%s; root \"%s\" (id %016llx), label \"%s\"", refusal,
		     info->refusal_owner_name, (unsigned long long)info->refusal_owner,
		     info->refusal_label);
	if (info->error)
		line("error", "%s", strerror((int)info->error));
}

static int show_config(const struct func *f)
{
	char name[FUNC_NAME_LEN], path[SYSFS_PATH];
	unsigned char buf[4096];
	ssize_t n;
	int fd;

	func_name(f, name);
	snprintf(path, sizeof(path), SYSFS_FUNCS "/%s/config", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? -1 : read(fd, buf, sizeof(buf));
	if (n < 0)
		return fail(EXIT_NOT_FOUND, "%s: %m: has it been enumerated?", path);
	close(fd);
	hex_dump(buf, (size_t)n, 0);
	return EXIT_OK;
}

static struct json_object *bars_json(const struct vrc_ioctl_func_info *info)
{
	struct json_object *array = json_object_new_array(), *o;
	int i;

	for (i = 0; i < 7; i++) {
		if (!info->bar[i].size)
			continue;
		o = json_object_new_object();
		json_object_array_add(array, o);
		json_add_u64(o, "bar", i);
		json_add_hex(o, "address", info->bar[i].addr, 1);
		json_add_u64(o, "size", info->bar[i].size);
		json_add_text(o, "kind", bar_kind(info->bar[i].flags));
	}
	return array;
}

static void show_json(const struct func *f, const struct vrc_map_place *place,
		      const struct vrc_ioctl_func_info *info)
{
	struct json_object *o = listing_json(f, place, info);
	char policy[POLICY_LEN];

	if (read_policy(f, policy))
		json_add_text(o, "policy", policy);
	json_add_u64(o, "mps", info->mps);
	json_add_u64(o, "mrrs", info->mrrs);
	json_add_u64(o, "payload", info->payload);
	if (info->session) {
		json_add_hex(o, "session", info->session, 16);
		json_add_hex(o, "peer_session", info->peer_session, 16);
	}
	json_object_object_add(o, "bars", bars_json(info));
	print_json(o);
}

static void show_text(const struct func *f, const struct vrc_map_place *place,
		      const struct vrc_ioctl_func_info *info)
{
	char name[FUNC_NAME_LEN], mac[18];
	enum color color;

	func_name(f, name);
	mac_name(place->mac, mac);
	line("function", "%s", name);
	line("station", "%s, function %u, serial %016llx, MAC %s%s%s", place->name, f->bdf & 7u,
	     (unsigned long long)place->serial, mac,
	     place->flags & VRC_MAP_PINNED ? ", pinned here" : "",
	     place->flags & VRC_MAP_CONFLICT ? ", ANOTHER MAC HAS THE SAME SERIAL" : "");
	color = color_of_state(info->state);
	line("state", "%s%s%s%s%s", color_begin(color), listing_state(place, info),
	     color_end(color), info->reason[0] ? ": " : "", info->reason);
	show_owner(f, info);
	show_identity(info);
}

static bool find_place(const struct func *f, struct vrc_map_place *place)
{
	struct map map;
	unsigned int i;
	bool found = false;

	map_read(f->port, &map);
	for (i = 0; i < map.nr_places && !found; i++) {
		*place = map.places[i];
		found = VRC_BDF(place->bus, place->device, 0) == (f->bdf & ~7);
	}
	map_free(&map);
	return found;
}

static int run(int argc, char **argv)
{
	struct vrc_ioctl_func_info info;
	struct vrc_map_place place;
	bool config = false;
	struct func f;
	int ret;

	while (next_option(argc, argv) != -1)
		config = true;
	if (!operands_ok(argc, 1, 1))
		return EXIT_USAGE;
	ret = func_find(argv[optind], &f);
	if (ret)
		return ret;
	ret = func_info(&f, &info);
	if (!ret && !find_place(&f, &place))
		ret = -ENODEV;
	if (ret)
		return fail_func(&f, ret);
	if (json_output)
		show_json(&f, &place, &info);
	else
		show_text(&f, &place, &info);
	return config ? show_config(&f) : EXIT_OK;
}

static const struct verb_option show_options[] = {
	OPTION("config", 'x'),
	{ }
};

const struct verb verb_show = {
	.name = "show",
	.options = show_options,
	.operands = { OPERAND_FUNC },
	.run = run,
};
