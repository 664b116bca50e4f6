/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef VRCCTL_SYSFS_H
#define VRCCTL_SYSFS_H

#include <stddef.h>

#include "vrcctl.h"

#define SYSFS_PORTS	"/sys/class/vrc"
#define SYSFS_FUNCS	"/sys/bus/vrc/devices"
#define SYSFS_MDEVS	"/sys/bus/mdev/devices"
#define SYSFS_PATH	512

/* Paths are made by printf formats. All return 0 or -errno. */
int sysfs_read(char *text, size_t size, const char *path_fmt, ...)
	__printf(3, 4);	/* without the newline */
int sysfs_write(const char *text, const char *path_fmt, ...)
	__printf(2, 3);
/* Last component of what a link points to. */
int sysfs_link(char *text, size_t size, const char *path_fmt, ...)
	__printf(3, 4);

/* Calls @f for each entry, in the order of names, until it returns non-zero: returns that. */
int sysfs_each(const char *path, int (*f)(const char *name, void *arg), void *arg);

#endif /* VRCCTL_SYSFS_H */
