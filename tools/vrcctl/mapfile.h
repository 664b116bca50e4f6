/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The map as a file: a line "SERIAL=BUS:DEVICE" for each station, as --pin takes it; from "#" on a
 * line is comment.
 */
#ifndef VRCCTL_MAPFILE_H
#define VRCCTL_MAPFILE_H

#include "dev.h"

/* Both say what is wrong, and where, and return an exit code. "-": standard output and input. */
int mapfile_save(const char *path, const struct map *map);
/* Pins everything that is in the file, which is read to its end before anything is changed. */
int mapfile_restore(const char *path, unsigned int port);

/* map.c: "SERIAL=BUS:DEVICE" */
bool map_parse_pin(const char *text, struct vrc_ioctl_place *p);
int map_change_places(unsigned int port, struct vrc_ioctl_place *changes, int nr);

#endif /* VRCCTL_MAPFILE_H */
