// SPDX-License-Identifier: GPL-2.0-only
/*
 * The list of functions, as "list" and "scan" print it.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "listing.h"
#include "names.h"
#include "proto/frame.h"
#include "table.h"
#include "vrcctl.h"

const char *listing_state(const struct vrc_map_place *place,
			  const struct vrc_ioctl_func_info *info)
{
	if (!(place->flags & VRC_MAP_PRESENT) &&
	    (info->state == VRC_STATE_READY || info->state == VRC_STATE_UNKNOWN))
		return "absent";
	return state_name(info->state);
}

void listing_user(const struct vrc_ioctl_func_info *info, char *text, size_t size)
{
	if (info->label[0] && !vm_name(info->label, text, size))
		snprintf(text, size, "%s", info->label);
	else if (info->label[0])
		return;
	else if (info->refusal_reason == VRC_REFUSED_OWNED && info->refusal_owner_name[0])
		snprintf(text, size, "root %s", info->refusal_owner_name);
	else if (info->owner)
		snprintf(text, size, "root %016llx", (unsigned long long)info->owner);
	else if (info->state == VRC_STATE_UNKNOWN && info->error)
		snprintf(text, size, "- (%s)", info->reason[0] ? info->reason :
			 strerror((int)info->error));
	else
		snprintf(text, size, "-");
}

static void json_add_owner(struct json_object *o, const struct vrc_ioctl_func_info *info)
{
	char uuid[UUID_LEN + 1], vm[NAME_LEN];
	struct func f = { .port = info->port, .bdf = info->bdf };

	json_add_text(o, "label", info->label);
	if (info->label[0] && vm_name(info->label, vm, sizeof(vm)))
		json_add_text(o, "vm", vm);
	if (info->owner)
		json_add_hex(o, "owner", info->owner, 16);
	else
		json_object_object_add(o, "owner", NULL);
	if (func_mdev(&f, uuid))
		json_add_text(o, "mdev", uuid);
	else
		json_object_object_add(o, "mdev", NULL);
}

static void json_add_refusal(struct json_object *o, const struct vrc_ioctl_func_info *info)
{
	struct json_object *r = json_object_new_object();
	const char *name = vrc_refusal_name((u16)info->refusal_reason);

	json_object_object_add(o, "refusal", r);
	json_add_text(r, "reason", name ? name : "unknown");
	json_add_hex(r, "owner", info->refusal_owner, 16);
	json_add_text(r, "owner_name", info->refusal_owner_name);
	json_add_text(r, "label", info->refusal_label);
}

static void json_add_identity(struct json_object *o, const struct vrc_ioctl_func_info *info)
{
	char name[NAME_LEN];

	json_add_hex(o, "vendor", info->vendor, 4);
	json_add_hex(o, "device", info->device, 4);
	json_add_hex(o, "subsystem_vendor", info->subsystem_vendor, 4);
	json_add_hex(o, "subsystem_device", info->subsystem_device, 4);
	json_add_hex(o, "class", info->class_code, 6);
	json_add_hex(o, "revision", info->revision, 2);
	if (info->state == VRC_STATE_UNKNOWN)
		return;
	class_name(info, name);
	json_add_text(o, "class_name", name);
	device_name(info, name);
	json_add_text(o, "device_name", name);
}

struct json_object *listing_json(const struct func *f, const struct vrc_map_place *place,
				 const struct vrc_ioctl_func_info *info)
{
	struct json_object *o = json_object_new_object();
	char name[FUNC_NAME_LEN], mac[18];

	func_name(f, name);
	mac_name(place->mac, mac);
	json_add_text(o, "function", name);
	json_add_text(o, "station", place->name);
	json_add_u64(o, "number", f->bdf & 7);
	json_add_hex(o, "serial", place->serial, 16);
	json_add_text(o, "mac", mac);
	json_object_object_add(o, "present",
			       json_object_new_boolean(!!(place->flags & VRC_MAP_PRESENT)));
	json_add_text(o, "state", state_name(info->state));
	json_add_text(o, "reason", info->reason);
	json_add_u64(o, "error", info->error);
	json_add_identity(o, info);
	json_add_owner(o, info);
	if (info->refusal_reason)
		json_add_refusal(o, info);
	return o;
}

/* Where the functions go: rows of a table, or objects in an array. */
struct sink {
	struct table *table;
	struct json_object *array;
};

static void add_row(struct table *t, const struct func *f, const struct vrc_map_place *place,
		    const struct vrc_ioctl_func_info *info)
{
	char name[FUNC_NAME_LEN], mac[18], what[NAME_LEN] = "-", user[NAME_LEN];
	bool known = info->state != VRC_STATE_UNKNOWN;
	enum color color = color_of_state(place->flags & VRC_MAP_PRESENT ? info->state :
					  (u32)VRC_STATE_ABSENT);

	func_name(f, name);
	listing_user(info, user, sizeof(user));
	if (known)
		short_name(info, what);
	table_add(t, COLOR_NONE, "%s", name);
	table_add(t, COLOR_NONE, "%s.%u", place->name, f->bdf & 7u);
	table_add(t, color, "%s", listing_state(place, info));
	table_add(t, COLOR_NONE, "%s", what);
	if (verbose) {
		mac_name(place->mac, mac);
		table_add(t, COLOR_NONE, known ? "%04x:%04x" : "-", info->vendor, info->device);
		table_add(t, COLOR_NONE, "%s", mac);
		table_add(t, COLOR_NONE, info->payload ? "%u" : "-", info->payload);
	}
	table_add(t, COLOR_NONE, "%s", user);
}

static void add_func(const struct func *f, const struct vrc_map_place *place,
		     const struct vrc_ioctl_func_info *info, void *arg)
{
	struct sink *sink = arg;

	if (sink->array)
		json_object_array_add(sink->array, listing_json(f, place, info));
	else
		add_row(sink->table, f, place, info);
}

void each_func_of(unsigned int port, const struct vrc_map_place *place, func_visitor visit,
		  void *arg)
{
	struct vrc_ioctl_func_info info;
	struct func f = { .port = port };
	unsigned int number;

	for (number = 0; number < VRC_MAX_FUNCTIONS; number++) {
		f.bdf = VRC_BDF(place->bus, place->device, number);
		/* It may have gone since the map was read. */
		if (place->functions & 1 << number && !func_info(&f, &info))
			visit(&f, place, &info, arg);
	}
}

int each_func(unsigned int port, func_visitor visit, void *arg)
{
	struct map map;
	unsigned int i;
	int ret = map_read(port, &map);

	for (i = 0; i < map.nr_places; i++)
		each_func_of(port, &map.places[i], visit, arg);
	map_free(&map);
	if (ret)
		return fail(exit_code(ret), "cannot read the map of vrc%u: %s", port,
			    strerror(-ret));
	return EXIT_OK;
}

int listing_print(const struct port *ports, unsigned int nr)
{
	struct sink sink = { };
	unsigned int i;
	int ret = EXIT_OK;

	if (json_output)
		sink.array = json_object_new_array();
	else
		sink.table = table_new(verbose ?
			"FUNCTION|STATION|STATE|DEVICE|ID|MAC|>FRAME|USED BY" :
			"FUNCTION|STATION|STATE|DEVICE|USED BY");
	for (i = 0; i < nr && ret == EXIT_OK; i++)
		ret = each_func(ports[i].id, add_func, &sink);
	if (json_output)
		print_json(sink.array);
	else
		table_print(sink.table);
	return ret;
}
