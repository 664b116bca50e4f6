// SPDX-License-Identifier: GPL-2.0-only
/*
 * The list of functions, as "list" and "scan" print it.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "listing.h"
#include "proto/frame.h"
#include "vrcctl.h"

#define ROW	"%-14s  %-12s  %-17s  %-9s  %-20s  %-7s  %s\n"

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
	if (info->label[0])
		snprintf(text, size, "%s", info->label);
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
	char uuid[UUID_LEN + 1];
	struct func f = { .port = info->port, .bdf = info->bdf };

	json_add_text(o, "label", info->label);
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
	json_add_hex(o, "vendor", info->vendor, 4);
	json_add_hex(o, "device", info->device, 4);
	json_add_hex(o, "subsystem_vendor", info->subsystem_vendor, 4);
	json_add_hex(o, "subsystem_device", info->subsystem_device, 4);
	json_add_hex(o, "class", info->class_code, 6);
	json_add_text(o, "class_name", class_name(info->class_code));
	json_add_hex(o, "revision", info->revision, 2);
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

static void print_row(const struct func *f, const struct vrc_map_place *place,
		      const struct vrc_ioctl_func_info *info)
{
	char name[FUNC_NAME_LEN], mac[18], station[VRC_UAPI_NAME + 4], id[12] = "-";
	char user[VRC_UAPI_NAME + VRC_UAPI_LABEL];
	bool known = info->state != VRC_STATE_UNKNOWN;

	func_name(f, name);
	mac_name(place->mac, mac);
	snprintf(station, sizeof(station), "%s.%u", place->name, f->bdf & 7u);
	if (known)
		snprintf(id, sizeof(id), "%04x:%04x", info->vendor, info->device);
	listing_user(info, user, sizeof(user));
	printf(ROW, name, station, mac, id, known ? class_name(info->class_code) : "-",
	       listing_state(place, info), user);
}

static void list_place(unsigned int port, const struct vrc_map_place *place,
		       struct json_object *array)
{
	struct vrc_ioctl_func_info info;
	struct func f = { .port = port };
	unsigned int number;

	for (number = 0; number < VRC_MAX_FUNCTIONS; number++) {
		if (!(place->functions & 1 << number))
			continue;
		f.bdf = VRC_BDF(place->bus, place->device, number);
		if (func_info(&f, &info))
			continue;	/* gone since the map was read */
		if (array)
			json_object_array_add(array, listing_json(&f, place, &info));
		else
			print_row(&f, place, &info);
	}
}

static int list_port(const struct port *port, struct json_object *array)
{
	struct map map;
	unsigned int i;
	int ret = map_read(port->id, &map);

	if (!ret)
		for (i = 0; i < map.nr_places; i++)
			list_place(port->id, &map.places[i], array);
	map_free(&map);
	if (ret)
		return fail(exit_code(ret), "cannot read the map of vrc%u: %s", port->id,
			    strerror(-ret));
	return EXIT_OK;
}

int listing_print(const struct port *ports, unsigned int nr)
{
	struct json_object *array = json_output ? json_object_new_array() : NULL;
	unsigned int i;
	int ret = EXIT_OK;

	if (!array)
		printf(ROW, "FUNCTION", "STATION", "MAC", "ID", "CLASS", "STATE", "USED BY");
	for (i = 0; i < nr && ret == EXIT_OK; i++)
		ret = list_port(&ports[i], array);
	if (array)
		print_json(array);
	return ret;
}
