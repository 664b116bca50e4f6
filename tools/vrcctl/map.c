// SPDX-License-Identifier: GPL-2.0-only
/*
 * vrcctl map: which station has which BDF and which bus addresses.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "dev.h"
#include "mapfile.h"
#include "vrcctl.h"

#define PLACE_ROW	"%-8s  %-16s  %-17s  %-20s  %s\n"
#define RANGE_ROW	"%-14s  %-4s  %-16s  %-16s  %s\n"

static void flags_text(u32 flags, char *text, size_t size)
{
	snprintf(text, size, "%s%s%s%s",
		 flags & VRC_MAP_SEEN ? "" : "never seen ",
		 flags & VRC_MAP_PRESENT ? "present " : flags & VRC_MAP_SEEN ? "absent " : "",
		 flags & VRC_MAP_PINNED ? "pinned " : "",
		 flags & VRC_MAP_CONFLICT ? "CONFLICT" : "");
}

static void print_place(const struct vrc_map_place *p)
{
	char bd[8], serial[20], mac[18] = "-", flags[64];

	snprintf(bd, sizeof(bd), "%02x:%02x", p->bus, p->device);
	snprintf(serial, sizeof(serial), "%016llx", (unsigned long long)p->serial);
	if (p->flags & VRC_MAP_SEEN)
		mac_name(p->mac, mac);
	flags_text(p->flags, flags, sizeof(flags));
	printf(PLACE_ROW, bd, serial, mac, p->name[0] ? p->name : "-", flags);
}

static void range_bar(const struct vrc_map_range *r, char *text, size_t size)
{
	snprintf(text, size, r->bar == 6 ? "ROM" : "%u", r->bar);
}

static const char *range_kind(const struct vrc_map_range *r)
{
	if (r->flags & VRC_RANGE_ROM)
		return "ROM";
	if (r->flags & VRC_RANGE_IO)
		return "I/O";
	return r->flags & VRC_RANGE_PREFETCH ? "prefetchable" : "memory";
}

static void print_range(unsigned int port, const struct vrc_map_range *r)
{
	char name[FUNC_NAME_LEN], bar[8], from[20], to[20], where[48], mac[18];
	struct func f = { .port = port, .bdf = r->bdf };

	func_name(&f, name);
	range_bar(r, bar, sizeof(bar));
	snprintf(from, sizeof(from), "%llx", (unsigned long long)r->start);
	snprintf(to, sizeof(to), "%llx", (unsigned long long)(r->start + r->size - 1));
	mac_name(r->mac, mac);
	snprintf(where, sizeof(where), "%s, %s", mac, range_kind(r));
	printf(RANGE_ROW, name, bar, from, to, where);
}

static void print_map(unsigned int port, const struct map *map)
{
	unsigned int i;

	printf(PLACE_ROW, "BUS:DEV", "SERIAL", "MAC", "NAME", "");
	for (i = 0; i < map->nr_places; i++)
		print_place(&map->places[i]);
	printf("\n" RANGE_ROW, "FUNCTION", "BAR", "FROM", "TO", "MAC");
	for (i = 0; i < map->nr_ranges; i++)
		print_range(port, &map->ranges[i]);
}

static struct json_object *place_json(const struct vrc_map_place *p)
{
	struct json_object *o = json_object_new_object();
	char place[8], mac[18];

	snprintf(place, sizeof(place), "%02x:%02x", p->bus, p->device);
	mac_name(p->mac, mac);
	json_add_text(o, "place", place);
	json_add_hex(o, "serial", p->serial, 16);
	json_add_hex(o, "instance", p->instance, 16);
	json_add_text(o, "mac", mac);
	json_add_text(o, "name", p->name);
	json_add_u64(o, "max_payload", p->max_payload);
	json_object_object_add(o, "present",
			       json_object_new_boolean(!!(p->flags & VRC_MAP_PRESENT)));
	json_object_object_add(o, "pinned",
			       json_object_new_boolean(!!(p->flags & VRC_MAP_PINNED)));
	json_object_object_add(o, "conflict",
			       json_object_new_boolean(!!(p->flags & VRC_MAP_CONFLICT)));
	json_object_object_add(o, "seen",
			       json_object_new_boolean(!!(p->flags & VRC_MAP_SEEN)));
	return o;
}

static struct json_object *range_json(unsigned int port, const struct vrc_map_range *r)
{
	struct json_object *o = json_object_new_object();
	struct func f = { .port = port, .bdf = r->bdf };
	char name[FUNC_NAME_LEN], mac[18];

	func_name(&f, name);
	mac_name(r->mac, mac);
	json_add_text(o, "function", name);
	json_add_u64(o, "bar", r->bar);
	json_add_hex(o, "start", r->start, 1);
	json_add_u64(o, "size", r->size);
	json_add_text(o, "kind", range_kind(r));
	json_add_text(o, "mac", mac);
	return o;
}

static void print_map_json(unsigned int port, const struct map *map)
{
	struct json_object *o = json_object_new_object();
	struct json_object *places = json_object_new_array(), *ranges = json_object_new_array();
	char name[16];
	unsigned int i;

	snprintf(name, sizeof(name), "vrc%u", port);
	for (i = 0; i < map->nr_places; i++)
		json_object_array_add(places, place_json(&map->places[i]));
	for (i = 0; i < map->nr_ranges; i++)
		json_object_array_add(ranges, range_json(port, &map->ranges[i]));
	json_add_text(o, "port", name);
	json_object_object_add(o, "places", places);
	json_object_object_add(o, "ranges", ranges);
	print_json(o);
}

static int fail_place(const struct vrc_ioctl_place *p, int err)
{
	unsigned long long serial = p->serial;

	switch (-err) {
	case EEXIST:
		return fail(EXIT_BUSY,
			    "%02x:%02x belongs to another station that is pinned or in use:\n"
			    "  \"vrcctl map\" shows it", p->bus, p->device);
	case EBUSY:
		return fail(EXIT_BUSY, "station %016llx is in use and would move:\n"
			    "  \"vrcctl detach\" its functions first", serial);
	case ENOENT:
		return fail(EXIT_NOT_FOUND, "no station has serial %016llx:\n"
			    "  \"vrcctl map\" shows them", serial);
	case ERANGE:
		return fail(EXIT_USAGE, "%02x:%02x: expected bus 01 to ff, device 00 to 1f", p->bus,
			    p->device);
	}
	return fail(exit_code(err), "station %016llx: %s", serial, strerror(-err));
}

/* Serials are hex, as they are shown, with or without 0x. */
static bool parse_serial(const char *text, size_t len, __u64 *serial)
{
	char digits[24];
	u64 value;

	if (len > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
		text += 2;
		len -= 2;
	}
	if (!len || len > 16 || strspn(text, "0123456789abcdefABCDEF") < len)
		return false;
	snprintf(digits, sizeof(digits), "0x%.*s", (int)len, text);
	if (!parse_u64(digits, UINT64_MAX, &value) || !value)
		return false;
	*serial = value;
	return true;
}

bool map_parse_pin(const char *text, struct vrc_ioctl_place *p)
{
	const char *eq = strchr(text, '=');
	unsigned int bus, device;
	int end = -1;

	if (!eq || !parse_serial(text, eq - text, &p->serial))
		return false;
	if (sscanf(eq + 1, "%2x:%2x%n", &bus, &device, &end) != 2 || eq[1 + end])
		return false;
	p->bus = (u8)bus;
	p->device = (u8)device;
	return true;
}

static int parse_place(int c, const char *text, struct vrc_ioctl_place *p)
{
	*p = (struct vrc_ioctl_place){ .argsz = sizeof(*p) };
	if (c == 'p') {
		p->flags = VRC_PLACE_PIN;
		if (!map_parse_pin(text, p))
			return usage("--pin \"%s\": expected SERIAL=BUS:DEVICE, as 1ab=02:00",
				     text);
		return EXIT_OK;
	}
	p->flags = c == 'u' ? VRC_PLACE_UNPIN : VRC_PLACE_FORGET;
	if (!parse_serial(text, strlen(text), &p->serial))
		return usage("serial \"%s\": expected 1 to 16 hex digits, not 0", text);
	return EXIT_OK;
}

int map_change_places(unsigned int port, struct vrc_ioctl_place *changes, int nr)
{
	int i, ret;

	for (i = 0; i < nr; i++) {
		changes[i].port = port;
		ret = dev_ioctl(VRC_IOC_PLACE, &changes[i]);
		if (ret)
			return fail_place(&changes[i], ret);
	}
	return EXIT_OK;
}

/* @save: the file that it goes to, NULL: it is shown */
static int show_map(const struct port *port, const char *save)
{
	struct map map;
	int ret = map_read(port->id, &map), status = EXIT_OK;

	if (ret)
		status = fail(exit_code(ret), "vrc%u: %s", port->id, strerror(-ret));
	else if (save)
		status = mapfile_save(save, &map);
	else if (json_output)
		print_map_json(port->id, &map);
	else
		print_map(port->id, &map);
	map_free(&map);
	return status;
}

static int run(int argc, char **argv)
{
	const char *save = NULL, *restore = NULL;
	struct vrc_ioctl_place changes[64];
	struct port port;
	int c, nr = 0, ret;

	while ((c = next_option(argc, argv)) != -1) {
		if (c == 's' || c == 'r') {
			*(c == 's' ? &save : &restore) = optarg;
			continue;
		}
		if (nr == 64)
			return usage("more than 64 changes at once");
		ret = parse_place(c, optarg, &changes[nr++]);
		if (ret)
			return ret;
	}
	if (!operands_ok(argc, 0, 1))
		return EXIT_USAGE;
	ret = port_find(optind < argc ? argv[optind] : NULL, &port);
	if (!ret && restore)
		ret = mapfile_restore(restore, port.id);
	if (!ret && nr)
		ret = map_change_places(port.id, changes, nr);
	if (ret || ((nr || restore) && !save))
		return ret;
	return show_map(&port, save);
}

static const struct verb_option map_options[] = {
	OPTION_VALUE("pin", 'p', OPERAND_NONE),
	OPTION_VALUE("unpin", 'u', OPERAND_NONE),
	OPTION_VALUE("forget", 'f', OPERAND_NONE),
	OPTION_VALUE("restore", 'r', OPERAND_FILE),
	OPTION_VALUE("save", 's', OPERAND_FILE),
	{ }
};

const struct verb verb_map = {
	.name = "map",
	.options = map_options,
	.operands = { OPERAND_PORT },
	.run = run,
};
