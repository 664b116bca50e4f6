// SPDX-License-Identifier: GPL-2.0-only
/*
 * vrcctl tree: ports, stations and their functions, as "lspci -tv" draws it.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "color.h"
#include "listing.h"
#include "names.h"
#include "sysfs.h"
#include "vrcctl.h"

struct branch {
	struct json_object *array;	/* or NULL: draw */
	const char *stem;		/* what is drawn left of the functions */
	unsigned int left;		/* functions that are still to come */
};

static void draw_func(const struct func *f, const struct vrc_map_place *place,
		      const struct vrc_ioctl_func_info *info, void *arg)
{
	struct branch *b = arg;
	char name[NAME_LEN] = "?", user[NAME_LEN];
	enum color color = color_of_state(info->state);

	if (b->array) {
		json_object_array_add(b->array, listing_json(f, place, info));
		return;
	}
	if (info->state != VRC_STATE_UNKNOWN)
		short_name(info, name);
	listing_user(info, user, sizeof(user));
	printf("%s%s-%u  %s  %s%s%s%s%s\n", b->stem, --b->left ? "+" : "\\", f->bdf & 7u, name,
	       color_begin(color), listing_state(place, info), color_end(color),
	       strcmp(user, "-") ? ": " : "", strcmp(user, "-") ? user : "");
}

static struct json_object *place_json(const struct vrc_map_place *place, struct branch *b)
{
	struct json_object *o = json_object_new_object();
	char text[20];

	snprintf(text, sizeof(text), "%02x:%02x", place->bus, place->device);
	json_add_text(o, "place", text);
	json_add_text(o, "station", place->name);
	json_add_hex(o, "serial", place->serial, 16);
	mac_name(place->mac, text);
	json_add_text(o, "mac", text);
	b->array = json_object_new_array();
	json_object_object_add(o, "functions", b->array);
	return o;
}

static void draw_place(const struct port *port, const struct vrc_map_place *place, bool last,
		       struct json_object *array)
{
	struct branch b = { .stem = last ? "          " : " |        " };
	char mac[18];

	b.left = (unsigned int)__builtin_popcount(place->functions);
	if (array) {
		json_object_array_add(array, place_json(place, &b));
	} else {
		mac_name(place->mac, mac);
		printf(" %s-[%02x:%02x]  %s  %s%s\n", last ? "\\" : "+", place->bus, place->device,
		       place->name[0] ? place->name : "-",
		       place->flags & VRC_MAP_SEEN ? mac : "never seen",
		       place->flags & VRC_MAP_CONFLICT ? "  CONFLICT" : "");
	}
	each_func_of(port->id, place, draw_func, &b);
}

static int draw_port(const struct port *port, struct json_object *ports)
{
	struct json_object *o = NULL, *array = NULL;
	char name[16], state[32];
	struct map map;
	unsigned int i;
	int ret = map_read(port->id, &map);

	if (ret)
		return fail(exit_code(ret), "cannot read the map of vrc%u: %s", port->id,
			    strerror(-ret));
	snprintf(name, sizeof(name), "vrc%u", port->id);
	sysfs_read(state, sizeof(state), SYSFS_PORTS "/%s/state", name);
	if (ports) {
		o = json_object_new_object();
		array = json_object_new_array();
		json_add_text(o, "port", name);
		json_add_text(o, "interface", port->ifname);
		json_add_text(o, "state", state);
		json_object_object_add(o, "stations", array);
		json_object_array_add(ports, o);
	} else {
		printf("-[%s]  %s  %s\n", name, port->ifname, state);
	}
	for (i = 0; i < map.nr_places; i++)
		draw_place(port, &map.places[i], i == map.nr_places - 1, array);
	map_free(&map);
	return EXIT_OK;
}

static int run(int argc, char **argv)
{
	struct json_object *array = NULL;
	struct port *ports = NULL, one;
	unsigned int nr, i;
	int ret = EXIT_OK;

	next_option(argc, argv);
	if (!operands_ok(argc, 0, 1))
		return EXIT_USAGE;
	if (optind < argc) {
		ret = port_find(argv[optind], &one);
		nr = ret ? 0 : 1;
	} else {
		dev_fd();
		nr = ports_read(&ports);
	}
	if (json_output && !ret)
		array = json_object_new_array();
	for (i = 0; !ret && i < nr; i++)
		ret = draw_port(ports ? &ports[i] : &one, array);
	free(ports);
	if (array)
		print_json(array);
	return ret;
}

const struct verb verb_tree = {
	.name = "tree",
	.operands = { OPERAND_PORT },
	.run = run,
};
