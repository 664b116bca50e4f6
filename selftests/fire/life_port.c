// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <vrc.h>

#include "life.h"

#define PORTS		"/sys/class/vrc"
#define FUNCTIONS	"/sys/bus/vrc/devices"

/* The file is closed in between, or the module could never go. */
static int vrc_ioctl(unsigned long cmd, void *arg)
{
	int fd = open("/dev/vrc", O_RDWR | O_CLOEXEC), ret;

	if (fd < 0)
		return -errno;
	ret = ioctl(fd, cmd, arg) ? -errno : 0;
	close(fd);
	return ret;
}

static int some_port(uint32_t r, uint32_t *port)
{
	char name[64];
	int ret = life_choose(PORTS, r, name, sizeof(name));

	if (!ret && sscanf(name, "vrc%u", port) != 1)
		ret = -ENOENT;
	return ret;
}

static int some_function(uint32_t r, uint32_t *port, uint16_t *bdf)
{
	unsigned int bus, device, function;
	char name[64];
	int ret = life_choose(FUNCTIONS, r, name, sizeof(name));

	if (ret)
		return ret;
	if (sscanf(name, "vrc%u:%x:%x.%u", port, &bus, &device, &function) != 4)
		return -ENOENT;
	*bdf = (uint16_t)(bus << 8 | device << 3 | function);
	return 0;
}

int port_add(const struct draw *r)
{
	struct vrc_ioctl_port_add a = {
		.argsz = sizeof(a), .ifindex = net_ifindex(),
		.flags = r->a % 2 ? VRC_PORT_PCI : 0,
	};

	return vrc_ioctl(VRC_IOC_PORT_ADD, &a);
}

/* It must fail while anything is in use; one time in two nothing of ours is. */
int port_remove(const struct draw *r)
{
	struct vrc_ioctl_port_remove a = { .argsz = sizeof(a) };
	int ret = r->b % 2 ? vms_end() : 0;

	if (!ret)
		ret = some_port(r->a, &a.port);
	return ret ? ret : vrc_ioctl(VRC_IOC_PORT_REMOVE, &a);
}

static int scan(uint32_t r, uint32_t ms, uint32_t flags)
{
	struct vrc_ioctl_scan a = { .argsz = sizeof(a), .time_ms = ms, .flags = flags };
	int ret = some_port(r, &a.port);

	return ret ? ret : vrc_ioctl(VRC_IOC_SCAN, &a);
}

int port_scan(const struct draw *r)
{
	return scan(r->a, 50 + r->b % 150, 0);
}

int port_forget(const struct draw *r)
{
	return scan(r->a, 50, VRC_SCAN_FORGET);
}

/* Pins, most often; unpins, forgets. */
int port_place(const struct draw *r)
{
	struct vrc_ioctl_place a = {
		.argsz = sizeof(a), .serial = 0x78 + r->c % 2, .bus = (uint8_t)(1 + r->b % 4),
		.flags = r->b % 8 < 6 ? VRC_PLACE_PIN :
			 r->b % 8 < 7 ? VRC_PLACE_UNPIN : VRC_PLACE_FORGET,
	};
	int ret = some_port(r->a, &a.port);

	if (a.flags != VRC_PLACE_PIN)
		a.bus = 0;
	return ret ? ret : vrc_ioctl(VRC_IOC_PLACE, &a);
}

int port_map(const struct draw *r)
{
	struct vrc_map_place places[4];
	struct vrc_map_range ranges[8];
	struct vrc_ioctl_map a = {
		.argsz = sizeof(a),
		.nr_places = ARRAY_SIZE(places), .nr_ranges = ARRAY_SIZE(ranges),
		.places = (uintptr_t)places, .ranges = (uintptr_t)ranges,
	};
	int ret = some_port(r->a, &a.port);

	return ret ? ret : vrc_ioctl(VRC_IOC_MAP, &a);
}

static int set(uint32_t port, const char *attr, const char *value)
{
	char path[128];

	snprintf(path, sizeof(path), PORTS "/vrc%u/%s", port, attr);
	return fire_write(path, value);
}

/* A station that is gone ends its requests by its lease. */
int port_settings(const struct draw *r)
{
	static const char * const lease[] = { "1000", "3000", "10000" };
	static const char * const timeout[] = { "500", "2000", "5000" };
	uint32_t port;
	int ret = some_port(r->a, &port);

	if (!ret)
		ret = set(port, "lease_ms", lease[r->b % 3]);
	return ret ? ret : set(port, "completion_timeout_ms", timeout[r->c % 3]);
}

/* Registers of config space, and of a BAR. */
int func_ping(const struct draw *r)
{
	uint8_t data[64];
	struct vrc_ioctl_cfg cfg = { .argsz = sizeof(cfg), .width = 4 };
	struct vrc_ioctl_bar bar = {
		.argsz = sizeof(bar), .data = (uintptr_t)data, .len = 1 + r->b % sizeof(data),
	};
	unsigned int i;
	int ret = some_function(r->a, &cfg.port, &cfg.bdf);

	bar.port = cfg.port;
	bar.bdf = cfg.bdf;
	for (i = 0; !ret && i < 1 + r->c % 4; i++)
		ret = vrc_ioctl(VRC_IOC_CFG, &cfg);
	return ret ? ret : vrc_ioctl(VRC_IOC_BAR, &bar);
}

int func_reset(const struct draw *r)
{
	struct vrc_ioctl_reset a = { .argsz = sizeof(a), .flags = r->b % 3 ? VRC_RESET_FORCE : 0 };
	int ret = some_function(r->a, &a.port, &a.bdf);

	return ret ? ret : vrc_ioctl(VRC_IOC_RESET, &a);
}

/* Of a port that was made with VRC_PORT_PCI: as administrators do it on the PCI bus. */
int func_remove_pci(const struct draw *r)
{
	char name[64], path[160];
	int ret = life_choose(FUNCTIONS, r->a, name, sizeof(name));

	snprintf(path, sizeof(path), FUNCTIONS "/%s/pci/remove", name);
	return ret ? ret : fire_write(path, "1");
}

/* VRC_MODULE is the file. */
static int module_load(void)
{
	int fd = open(getenv("VRC_MODULE"), O_RDONLY | O_CLOEXEC), ret;

	if (fd < 0)
		return -errno;
	ret = syscall(SYS_finit_module, fd, "", 0) ? -errno : 0;
	close(fd);
	return ret;
}

/* As with a port. */
int module_unload(const struct draw *r)
{
	int ret = r->a % 2 ? vms_end() : 0;

	if (!ret && syscall(SYS_delete_module, "vrc", O_NONBLOCK))
		ret = -errno;
	return ret ? ret : module_load();
}

int module_revive(void)
{
	return access("/dev/vrc", F_OK) ? module_load() : 0;
}

/* The NICs of some may be gone: of one scan at least something comes. */
int ports_revive(void)
{
	int ret = -ENETDOWN;
	uint32_t n;

	for (n = 0; ret && n < 4; n++) {
		port_settings(&(struct draw){ .a = n, .b = 1, .c = 1 });
		ret = scan(n, 150, 0);
	}
	return ret;
}

int ports_remove(void)
{
	const struct draw none = { 0 };
	int ret;

	do {
		ret = port_remove(&none);
	} while (!ret);
	return ret == -ENOENT ? 0 : ret;
}
