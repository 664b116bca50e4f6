// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which process has an mdev open. VMMs open the IOMMU group (/dev/vfio/N) or the device itself
 * (/dev/vfio/devices/vfioN); /proc tells who has.
 */
#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "names.h"
#include "sysfs.h"

struct search {
	char group[64], device[64];	/* what it would have open */
	const char *pid;
	bool found;
};

static int take_cdev(const char *name, void *arg)
{
	struct search *s = arg;

	snprintf(s->device, sizeof(s->device), "/dev/vfio/devices/%.40s", name);
	return 1;
}

static int check_fd(const char *fd, void *arg)
{
	struct search *s = arg;
	char path[SYSFS_PATH], target[SYSFS_PATH];
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%s/fd/%s", s->pid, fd);
	n = readlink(path, target, sizeof(target) - 1);
	if (n < 0)
		return 0;
	target[n] = '\0';
	s->found = !strcmp(target, s->group) || !strcmp(target, s->device);
	return s->found;
}

static int check_process(const char *pid, void *arg)
{
	struct search *s = arg;
	char path[SYSFS_PATH];

	if (!isdigit((unsigned char)*pid))
		return 0;
	s->pid = pid;
	snprintf(path, sizeof(path), "/proc/%s/fd", pid);
	return sysfs_each(path, check_fd, s);
}

/* sysfs_each() frees the name when it returns: it is copied before. */
struct result {
	struct search search;
	char pid[16];
};

static int keep_process(const char *pid, void *arg)
{
	struct result *r = arg;

	if (!check_process(pid, &r->search))
		return 0;
	snprintf(r->pid, sizeof(r->pid), "%s", pid);
	return 1;
}

/* Its arguments, with NUL between them; the number of bytes. */
static size_t read_arguments(const char *pid, char *text, size_t size)
{
	char path[SYSFS_PATH];
	ssize_t n = -1;
	int fd;

	snprintf(path, sizeof(path), "/proc/%s/cmdline", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		n = read(fd, text, size - 1);
		close(fd);
	}
	n = n < 0 ? 0 : n;
	text[n] = '\0';
	return (size_t)n;
}

/* QEMU's "-name web1" or "-name guest=web1,debug-threads=on". */
static bool name_option(const char *pid, char *name, size_t size)
{
	char args[65536];
	size_t n = read_arguments(pid, args, sizeof(args));
	const char *p, *value;

	for (p = args; p < args + n; p += strlen(p) + 1) {
		value = p + strlen(p) + 1;
		if (strcmp(p, "-name") || value >= args + n)
			continue;
		if (!strncmp(value, "guest=", 6))
			value += 6;
		snprintf(name, size, "%.*s", (int)strcspn(value, ","), value);
		return *name;
	}
	return false;
}

bool vm_name(const char *uuid, char *text, size_t size)
{
	struct result r = { };
	char group[32], name[64], path[SYSFS_PATH];

	if (sysfs_link(group, sizeof(group), SYSFS_MDEVS "/%s/iommu_group", uuid))
		return false;
	snprintf(r.search.group, sizeof(r.search.group), "/dev/vfio/%s", group);
	snprintf(path, sizeof(path), SYSFS_MDEVS "/%s/vfio-dev", uuid);
	sysfs_each(path, take_cdev, &r.search);
	if (!sysfs_each("/proc", keep_process, &r))
		return false;
	if (!name_option(r.pid, name, sizeof(name)) &&
	    sysfs_read(name, sizeof(name), "/proc/%s/comm", r.pid))
		return false;
	snprintf(text, size, "%s (%s)", name, r.pid);
	return true;
}
