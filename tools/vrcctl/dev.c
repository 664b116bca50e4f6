// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ioctls of /dev/vrc, and what their errors mean to people.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "dev.h"
#include "vrcctl.h"

int dev_fd(void)
{
	static int fd = -1;

	if (fd >= 0)
		return fd;
	fd = open("/dev/vrc", O_RDWR | O_CLOEXEC);
	if (fd >= 0)
		return fd;
	if (errno == EACCES || errno == EPERM)
		exit(fail_see(EXIT_NO_MODULE, "no-permission", "/dev/vrc: %m: run it as root"));
	exit(fail_see(EXIT_NO_MODULE, "no-module",
		      "/dev/vrc: %m: load the module with \"modprobe vrc\""));
}

int dev_ioctl(unsigned long cmd, void *arg)
{
	return ioctl(dev_fd(), cmd, arg) < 0 ? -errno : 0;
}

enum vrcctl_exit exit_code(int err)
{
	switch (-err) {
	case ENODEV:
	case ENOENT:
		return EXIT_NOT_FOUND;
	case EBUSY:
	case EEXIST:
	case EACCES:
		return EXIT_BUSY;
	case ETIMEDOUT:
	case EIO:
	case ENETDOWN:
	case ESTALE:
		return EXIT_NO_ANSWER;
	case EPERM:
		return EXIT_NO_MODULE;
	}
	return EXIT_FAILED;
}

static int fail_busy(const char *name, const struct vrc_ioctl_func_info *info)
{
	if (info->refusal_reason == VRC_REFUSED_OWNED)
		return fail_see(EXIT_BUSY, "owned",
				"%s: owned by root %s (id %016llx), label \"%s\":\n"
				"  release it there, or wait for its lease to end", name,
				info->refusal_owner_name,
				(unsigned long long)info->refusal_owner, info->refusal_label);
	if (info->label[0])
		return fail(EXIT_BUSY, "%s: in use here by %s: \"vrcctl detach %s\" gives it back",
			    name, info->label, name);
	return fail(EXIT_BUSY, "%s: in use: \"vrcctl show %s\" says by whom", name, name);
}

int fail_func(const struct func *f, int err)
{
	struct vrc_ioctl_func_info info = { };
	char name[FUNC_NAME_LEN];

	func_name(f, name);
	func_info(f, &info);
	switch (-err) {
	case EBUSY:
		return fail_busy(name, &info);
	case ENODEV:
		return fail(EXIT_NOT_FOUND, "%s: no such function:\n"
			    "  \"vrcctl list\" shows those that there are", name);
	case EACCES:
		if (!info.refusal_reason)
			return fail_see(EXIT_BUSY, "not-allowed",
					"%s: station \"%s\" is not on the list of vrc%u:\n"
					"  see allow in \"vrcctl port list --json\"",
					name, info.name, f->port);
		return fail_see(EXIT_BUSY, "not-allowed",
				"%s: station \"%s\" does not allow this root:\n"
				"  see its option allow=", name, info.name);
	case ESTALE:
	case ENOENT:
		return fail(EXIT_NO_ANSWER, "%s: station \"%s\" has restarted or changed:\n"
			    "  scan again", name, info.name);
	case ETIMEDOUT:
		return fail_see(EXIT_NO_ANSWER, "no-station", "%s: no answer from station \"%s\":\n"
				"  is vrcep running there, is the cable in?", name, info.name);
	case EIO:
		return fail_see(EXIT_NO_ANSWER, "down", "%s: it is down: %s", name,
				info.reason[0] ? info.reason : "no session");
	case ENETDOWN:
		return fail(EXIT_NO_ANSWER, "%s: the interface of vrc%u is gone or down:\n"
			    "  see \"vrcctl port list\"", name, f->port);
	case EREMOTEIO:
		return fail(EXIT_FAILED, "%s: it answered Unsupported Request", name);
	case ECONNABORTED:
		return fail(EXIT_FAILED, "%s: it answered Completer Abort or poisoned data",
			    name);
	}
	return fail(exit_code(err), "%s: %s", name, strerror(-err));
}

int func_info(const struct func *f, struct vrc_ioctl_func_info *info)
{
	memset(info, 0, sizeof(*info));
	info->argsz = sizeof(*info);
	info->port = f->port;
	info->bdf = f->bdf;
	return dev_ioctl(VRC_IOC_FUNC_INFO, info);
}

/* The map may grow between two calls: once more then. */
int map_read(unsigned int port, struct map *map)
{
	struct vrc_ioctl_map m;
	int ret;

	*map = (struct map){ .nr_places = 64, .nr_ranges = 256 };
	for (;;) {
		map->places = xrealloc(map->places, map->nr_places * sizeof(*map->places));
		map->ranges = xrealloc(map->ranges, map->nr_ranges * sizeof(*map->ranges));
		m = (struct vrc_ioctl_map){
			.argsz = sizeof(m), .port = port,
			.nr_places = map->nr_places, .places = (uintptr_t)map->places,
			.nr_ranges = map->nr_ranges, .ranges = (uintptr_t)map->ranges,
		};
		ret = dev_ioctl(VRC_IOC_MAP, &m);
		if (ret || (m.nr_places <= map->nr_places && m.nr_ranges <= map->nr_ranges))
			break;
		map->nr_places = m.nr_places + 16;
		map->nr_ranges = m.nr_ranges + 16;
	}
	map->nr_places = ret ? 0 : m.nr_places;
	map->nr_ranges = ret ? 0 : m.nr_ranges;
	return ret;
}

void map_free(struct map *map)
{
	free(map->places);
	free(map->ranges);
	*map = (struct map){ };
}

const char *state_name(u32 state)
{
	static const char *const names[] = {
		[VRC_STATE_READY] = "ready", [VRC_STATE_UP] = "up", [VRC_STATE_DOWN] = "down",
		[VRC_STATE_CHANGED] = "changed", [VRC_STATE_GONE] = "gone",
		[VRC_STATE_UNKNOWN] = "unknown", [VRC_STATE_ABSENT] = "absent",
	};

	return state < ARRAY_SIZE(names) ? names[state] : "unknown";
}

void mac_name(const u8 *mac, char *text)
{
	snprintf(text, 18, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3],
		 mac[4], mac[5]);
}
