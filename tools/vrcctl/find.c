// SPDX-License-Identifier: GPL-2.0-only
/*
 * From the names that people use to ports and functions.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dev.h"
#include "sysfs.h"
#include "vrcctl.h"

struct port_list {
	struct port *ports;
	unsigned int nr;
};

static int add_port(const char *name, void *arg)
{
	struct port_list *list = arg;
	struct port *p;
	int end = -1;

	list->ports = xrealloc(list->ports, (list->nr + 1) * sizeof(*list->ports));
	p = &list->ports[list->nr];
	memset(p, 0, sizeof(*p));
	if (sscanf(name, "vrc%u%n", &p->id, &end) != 1 || name[end])
		return 0;
	if (!sysfs_read(p->ifname, sizeof(p->ifname), SYSFS_PORTS "/%s/ifname", name))
		list->nr++;
	return 0;
}

unsigned int ports_read(struct port **ports)
{
	struct port_list list = { };

	sysfs_each(SYSFS_PORTS, add_port, &list);
	*ports = list.ports;
	return list.nr;
}

static bool port_is(const struct port *p, const char *text)
{
	char name[16];

	snprintf(name, sizeof(name), "vrc%u", p->id);
	return !strcmp(text, name) || !strcmp(text, p->ifname);
}

static int no_port(const char *text, unsigned int nr)
{
	if (text)
		return fail(EXIT_NOT_FOUND, "no port \"%s\":\n"
			    "  \"vrcctl port list\" shows all, \"vrcctl scan INTERFACE\" makes one",
			    text);
	if (nr)
		return fail(EXIT_USAGE, "there are %u ports: say which, as vrc0", nr);
	return fail_see(EXIT_NOT_FOUND, "no-port",
			"there is no port: \"vrcctl scan INTERFACE\" makes one");
}

static unsigned int lookup(const char *text, struct port *port, bool *found)
{
	struct port *ports;
	unsigned int i, nr;

	dev_fd();
	nr = ports_read(&ports);
	*found = false;
	for (i = 0; i < nr && !*found; i++) {
		*found = text ? port_is(&ports[i], text) : nr == 1;
		if (*found)
			*port = ports[i];
	}
	free(ports);
	return nr;
}

bool port_lookup(const char *text, struct port *port)
{
	bool found;

	lookup(text, port, &found);
	return found;
}

int port_find(const char *text, struct port *port)
{
	bool found;
	unsigned int nr = lookup(text, port, &found);

	return found ? EXIT_OK : no_port(text, nr);
}

bool is_uuid(const char *text)
{
	size_t i;

	for (i = 0; i < UUID_LEN; i++) {
		if (i == 8 || i == 13 || i == 18 || i == 23) {
			if (text[i] != '-')
				return false;
		} else if (!isxdigit((unsigned char)text[i])) {
			return false;
		}
	}
	return !text[i];
}

void func_name(const struct func *f, char *name)
{
	snprintf(name, FUNC_NAME_LEN, "vrc%u:%02x:%02x.%x", f->port, f->bdf >> 8,
		 f->bdf >> 3 & 0x1f, f->bdf & 7);
}

static bool parse_func_name(const char *text, struct func *f)
{
	int end = -1;

	return sscanf(text, "vrc%u:%n", &f->port, &end) == 1 && end > 0 &&
	       parse_bdf(text + end, &f->bdf);
}

struct mdev_search {
	const char *parent;
	char *uuid;
};

static int check_mdev(const char *name, void *arg)
{
	struct mdev_search *s = arg;

	/* Devices are directories of their parent's; only mdevs have UUIDs for names. */
	if (!is_uuid(name))
		return 0;
	memcpy(s->uuid, name, UUID_LEN + 1);
	return 1;
}

bool func_mdev(const struct func *f, char *uuid)
{
	struct mdev_search s = { .uuid = uuid };
	char name[FUNC_NAME_LEN], path[SYSFS_PATH];

	func_name(f, name);
	snprintf(path, sizeof(path), SYSFS_FUNCS "/%s/", name);
	if (sysfs_each(path, check_mdev, &s))
		return true;
	/* Of a port made with --pci it is below the host's PCI device. */
	snprintf(path, sizeof(path), SYSFS_FUNCS "/%s/pci/", name);
	return sysfs_each(path, check_mdev, &s);
}

static int func_by_uuid(const char *uuid, struct func *f)
{
	char target[SYSFS_PATH], *parent, *end, name[FUNC_NAME_LEN];

	snprintf(target, sizeof(target), SYSFS_MDEVS "/%s", uuid);
	parent = realpath(target, NULL);
	if (!parent)
		return fail(EXIT_NOT_FOUND, "no mdev %s:\n"
			    "  \"vrcctl list\" shows those that there are", uuid);
	end = strrchr(parent, '/');
	*end = '\0';
	if (sysfs_link(name, sizeof(name), "%s/vrc", parent)) {
		end = strrchr(parent, '/');
		snprintf(name, sizeof(name), "%s", end ? end + 1 : "");
	}
	if (!parse_func_name(name, f)) {
		fail(EXIT_NOT_FOUND, "mdev %s is not of vrc but of %s", uuid, parent);
		free(parent);
		return EXIT_NOT_FOUND;
	}
	free(parent);
	return EXIT_OK;
}

/* "NAME.F" or "NAME", which is function 0; a name may have dots. */
static u8 split_station(const char *text, char *name, size_t size)
{
	size_t len = strlen(text);

	snprintf(name, size, "%s", text);
	if (len > 2 && text[len - 2] == '.' && text[len - 1] >= '0' && text[len - 1] <= '7') {
		name[len - 2 < size ? len - 2 : size - 1] = '\0';
		return (u8)(text[len - 1] - '0');
	}
	return 0;
}

/* Counts the stations called @name on @port; the last one found goes to *@f. */
static unsigned int match_stations(unsigned int port, const char *name, u8 number, struct func *f)
{
	unsigned int i, found = 0;
	struct map map;

	if (map_read(port, &map))
		return 0;
	for (i = 0; i < map.nr_places; i++) {
		if (strcmp(map.places[i].name, name))
			continue;
		f->port = port;
		f->bdf = VRC_BDF(map.places[i].bus, map.places[i].device, number);
		found++;
	}
	map_free(&map);
	return found;
}

static int func_by_station(const char *text, struct func *f)
{
	char name[VRC_UAPI_NAME + 4];
	u8 number = split_station(text, name, sizeof(name));
	unsigned int i, nr, found = 0;
	struct port *ports;

	dev_fd();
	nr = ports_read(&ports);
	for (i = 0; i < nr; i++)
		found += match_stations(ports[i].id, name, number, f);
	free(ports);
	if (found == 1)
		return EXIT_OK;
	if (found)
		return fail(EXIT_NOT_FOUND, "%u stations are called \"%s\":\n"
			    "  name the function by its BDF, see \"vrcctl list\"", found, name);
	return fail(EXIT_NOT_FOUND,
		    "no function \"%s\": no BDF as vrc0:01:00.0, no UUID, no station:\n"
		    "  see \"vrcctl list\"", text);
}

int func_find(const char *text, struct func *f)
{
	struct port port;
	u16 bdf;
	int ret;

	if (parse_func_name(text, f))
		return EXIT_OK;
	if (is_uuid(text))
		return func_by_uuid(text, f);
	if (!parse_bdf(text, &bdf))
		return func_by_station(text, f);
	ret = port_find(NULL, &port);
	if (ret)
		return ret;
	f->port = port.id;
	f->bdf = bdf;
	return EXIT_OK;
}
