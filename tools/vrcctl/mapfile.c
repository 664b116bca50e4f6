// SPDX-License-Identifier: GPL-2.0-only
/*
 * vrcctl map --save and --restore.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mapfile.h"
#include "vrcctl.h"

static int put_places(FILE *f, const struct map *map)
{
	unsigned int i;

	for (i = 0; i < map->nr_places; i++) {
		const struct vrc_map_place *p = &map->places[i];

		fprintf(f, "%016llx=%02x:%02x%s%s\n", (unsigned long long)p->serial, p->bus,
			p->device, p->name[0] ? "	# " : "", p->name);
	}
	return ferror(f) || fflush(f) ? -errno : 0;
}

/* Beside the file, then in its place: who is interrupted leaves what there was. */
int mapfile_save(const char *path, const struct map *map)
{
	char temp[4096];
	FILE *f;
	int err;

	if (!strcmp(path, "-")) {
		err = put_places(stdout, map);
		return err ? fail(EXIT_FAILED, "standard output: %s", strerror(-err)) : EXIT_OK;
	}
	if (snprintf(temp, sizeof(temp), "%s.new", path) >= (int)sizeof(temp))
		return usage("--save \"%s\": the name is too long", path);
	f = fopen(temp, "w");
	if (!f)
		return fail(EXIT_FAILED, "%s: %s", temp, strerror(errno));
	err = put_places(f, map);
	if (fclose(f) && !err)
		err = -errno;
	if (!err && rename(temp, path))
		err = -errno;
	if (!err)
		return EXIT_OK;
	remove(temp);
	return fail(EXIT_FAILED, "%s: %s", path, strerror(-err));
}

static char *strip(char *line)
{
	char *end;

	line[strcspn(line, "#\n")] = '\0';
	line += strspn(line, " \t");
	end = line + strlen(line);
	while (end > line && strchr(" \t\r", end[-1]))
		*--end = '\0';
	return line;
}

/* The number of places, or below 0 if it has said what is wrong. */
static int read_places(FILE *f, const char *path, struct vrc_ioctl_place **places)
{
	struct vrc_ioctl_place *list = NULL;
	char line[256], *text;
	int nr = 0, nr_line = 0;

	while (fgets(line, sizeof(line), f)) {
		nr_line++;
		text = strip(line);
		if (!*text)
			continue;
		list = reallocarray(list, nr + 1, sizeof(*list));
		if (!list) {
			fail(EXIT_FAILED, "%s: %s", path, strerror(ENOMEM));
			return -1;
		}
		list[nr] = (struct vrc_ioctl_place){ .argsz = sizeof(*list),
						     .flags = VRC_PLACE_PIN };
		if (!map_parse_pin(text, &list[nr++])) {
			usage("%s:%d: \"%s\": expected SERIAL=BUS:DEVICE, as 1ab=02:00", path,
			      nr_line, text);
			free(list);
			return -1;
		}
	}
	*places = list;
	return nr;
}

int mapfile_restore(const char *path, unsigned int port)
{
	FILE *f = strcmp(path, "-") ? fopen(path, "r") : stdin;
	struct vrc_ioctl_place *places = NULL;
	int nr, ret;

	if (!f)
		return fail(EXIT_NOT_FOUND, "%s: %s", path, strerror(errno));
	nr = read_places(f, path, &places);
	if (f != stdin)
		fclose(f);
	if (nr < 0)
		return EXIT_USAGE;
	ret = map_change_places(port, places, nr);
	free(places);
	return ret;
}
