// SPDX-License-Identifier: GPL-2.0-only
/*
 * control --iface ETH1 --seed N --count N: ioctls of /dev/vrc with arguments that are right,
 * nearly right and wrong, reads of its events, and reads and writes of every attribute of
 * ports and functions. The port may be removed and its stations forgotten on the way; at
 * the end there is one, with the attributes that it had.
 *
 * Who has no CAP_NET_ADMIN must be refused what needs it: that is asked with each ioctl.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <vrc.h>

#include "fire.h"

#define NR_IOCTLS	9
#define MOST_ATTRS	1024

union arg {
	struct {
		__u32 argsz, flags, port;
	};
	struct vrc_ioctl_port_add add;
	struct vrc_ioctl_scan scan;
	struct vrc_ioctl_place place;
	struct vrc_ioctl_map map;
	struct vrc_ioctl_func_info info;
	struct vrc_ioctl_reset reset;
	struct vrc_ioctl_cfg cfg;
	struct vrc_ioctl_bar bar;
	uint8_t bytes[1024];
};

static const uint32_t sizes[NR_IOCTLS] = {
	sizeof(struct vrc_ioctl_port_add), sizeof(struct vrc_ioctl_port_remove),
	sizeof(struct vrc_ioctl_scan), sizeof(struct vrc_ioctl_place),
	sizeof(struct vrc_ioctl_map), sizeof(struct vrc_ioctl_func_info),
	sizeof(struct vrc_ioctl_reset), sizeof(struct vrc_ioctl_cfg),
	sizeof(struct vrc_ioctl_bar),
};

static uint64_t rnd;
static int dev, events;
static unsigned int ifindex;
static uint32_t port;		/* of the interface, as far as we know */
static uint16_t bdfs[32];
static unsigned int nr_bdfs;
static uint8_t *edge;
static size_t page;
static unsigned long answered[2];	/* ioctls that succeeded, that failed */
static char *attrs[MOST_ATTRS];
static unsigned int nr_attrs;

/* ---- what there is ---- */

static void learn_map(void)
{
	static struct vrc_map_place places[32];
	struct vrc_ioctl_map m = {
		.argsz = sizeof(m), .port = port, .nr_places = ARRAY_SIZE(places),
		.places = (uintptr_t)places,
	};
	unsigned int i, f;

	nr_bdfs = 0;
	if (ioctl(dev, VRC_IOC_MAP, &m))
		return;
	for (i = 0; i < m.nr_places && i < ARRAY_SIZE(places); i++)
		for (f = 0; f < 8 && nr_bdfs < ARRAY_SIZE(bdfs); f++)
			if (places[i].functions >> f & 1)
				bdfs[nr_bdfs++] = (uint16_t)(places[i].bus << 8 |
							     places[i].device << 3 | f);
}

static bool port_is(unsigned int n)
{
	char path[64], name[IF_NAMESIZE + 1];

	snprintf(path, sizeof(path), "/sys/class/vrc/vrc%u/ifname", n);
	return !fire_read(path, name, sizeof(name)) && if_nametoindex(name) == ifindex;
}

static void find_port(void)
{
	unsigned int n;
	struct dirent *e;
	DIR *d = opendir("/sys/class/vrc");

	while (d && (e = readdir(d)))
		if (sscanf(e->d_name, "vrc%u", &n) == 1 && port_is(n))
			port = n;
	if (d)
		closedir(d);
}

static void add_port(void)
{
	struct vrc_ioctl_port_add a = { .argsz = sizeof(a), .ifindex = ifindex };

	if (!ioctl(dev, VRC_IOC_PORT_ADD, &a))
		port = a.port;
	else if (errno == EEXIST)
		find_port();
}

static int scan(void)
{
	struct vrc_ioctl_scan a = { .argsz = sizeof(a), .port = port, .time_ms = 100 };
	int ret = ioctl(dev, VRC_IOC_SCAN, &a) ? -errno : 0;

	learn_map();
	return ret;
}

static void add_attr(const char *dir, const char *name)
{
	char path[512];

	/* Removal is order's business, and an uevent more would only cost time */
	if (!strcmp(name, "create") || !strcmp(name, "remove") || !strcmp(name, "uevent") ||
	    nr_attrs == MOST_ATTRS)
		return;
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	attrs[nr_attrs++] = strdup(path);
}

static void find_attrs(const char *dir, unsigned int depth)
{
	char path[512];
	struct dirent *e;
	DIR *d = opendir(dir);

	if (!d)
		return;
	while ((e = readdir(d))) {
		if (e->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", dir, e->d_name);
		if (e->d_type == DT_REG)
			add_attr(dir, e->d_name);
		else if (depth && (e->d_type == DT_DIR || depth == 3))
			find_attrs(path, depth - 1);
	}
	closedir(d);
}

static void learn_attrs(void)
{
	while (nr_attrs)
		free(attrs[--nr_attrs]);
	find_attrs("/sys/class/vrc", 3);
	find_attrs("/sys/bus/vrc/devices", 3);
}

/* ---- ioctls ---- */

static uint16_t some_bdf(void)
{
	return nr_bdfs && fire_percent(&rnd, 90) ? bdfs[fire_below(&rnd, nr_bdfs)] :
						   (uint16_t)fire_random(&rnd);
}

static void fill_add(struct vrc_ioctl_port_add *a)
{
	a->ifindex = fire_percent(&rnd, 70) ? ifindex : fire_below(&rnd, 8);
	a->flags = fire_below(&rnd, 4);		/* VRC_PORT_NUMBER, VRC_PORT_PCI */
	a->port = fire_percent(&rnd, 80) ? fire_below(&rnd, 8) : (uint32_t)fire_odd(&rnd);
	if (fire_percent(&rnd, 20))
		a->ethertype = (uint16_t)fire_below(&rnd, 0x700);
}

static void fill_place(struct vrc_ioctl_place *a)
{
	a->flags = 1u << fire_below(&rnd, 3);
	a->bus = (uint8_t)fire_below(&rnd, 4);
	a->device = (uint8_t)fire_below(&rnd, 34);
	a->serial = fire_percent(&rnd, 50) ? 0x78 : fire_below(&rnd, 16);
	/* A station is wanted again soon */
	if (a->flags == VRC_PLACE_FORGET && fire_percent(&rnd, 80))
		a->serial = fire_odd(&rnd);
}

static void fill_map(struct vrc_ioctl_map *a, void *room)
{
	a->nr_places = fire_percent(&rnd, 80) ? fire_below(&rnd, 20) : (uint32_t)fire_odd(&rnd);
	a->nr_ranges = fire_percent(&rnd, 80) ? fire_below(&rnd, 20) : (uint32_t)fire_odd(&rnd);
	a->places = (uintptr_t)room;
	a->ranges = (uintptr_t)room;
	if (fire_percent(&rnd, 10))
		a->places = fire_percent(&rnd, 50) ? fire_odd(&rnd) : (uintptr_t)(edge + page - 8);
}

static void fill_cfg(struct vrc_ioctl_cfg *a)
{
	a->bdf = some_bdf();
	a->width = 1u << fire_below(&rnd, 3);
	a->offset = (uint16_t)(fire_below(&rnd, 4096) & -a->width);
	a->value = (uint32_t)fire_odd(&rnd);
	a->flags = fire_percent(&rnd, 30);
}

static void fill_bar(struct vrc_ioctl_bar *a, void *room)
{
	a->bdf = some_bdf();
	a->bar = (uint8_t)fire_below(&rnd, 8);
	a->flags = fire_percent(&rnd, 40);
	a->offset = fire_percent(&rnd, 80) ? fire_below(&rnd, 128) : fire_odd(&rnd);
	a->len = fire_percent(&rnd, 80) ? 1u << fire_below(&rnd, 7) : (uint32_t)fire_odd(&rnd);
	a->data = fire_percent(&rnd, 95) ? (uintptr_t)room : (uintptr_t)(edge + page - 2);
}

static void fill(union arg *a, unsigned int nr)
{
	static uint8_t room[64 << 10];

	memset(a, 0, sizeof(*a));
	a->argsz = sizes[nr];
	a->port = port;
	if (nr == 0)
		fill_add(&a->add);
	else if (nr == 2)
		a->scan.time_ms = fire_percent(&rnd, 80) ? 50 : fire_below(&rnd, 100);
	else if (nr == 3)
		fill_place(&a->place);
	else if (nr == 4)
		fill_map(&a->map, room);
	else if (nr == 5)
		a->info.bdf = some_bdf();
	else if (nr == 6)
		a->reset.bdf = some_bdf(), a->flags = fire_percent(&rnd, 50);
	else if (nr == 7)
		fill_cfg(&a->cfg);
	else if (nr == 8)
		fill_bar(&a->bar, room);
}

static void spoil(union arg *a, unsigned int nr)
{
	unsigned int at = fire_below(&rnd, sizes[nr] / 4) * 4;
	uint32_t val = (uint32_t)fire_odd(&rnd);

	switch (fire_below(&rnd, 4)) {
	case 0:
		a->argsz = (uint32_t)fire_odd(&rnd);
		break;
	case 1:
		a->argsz = sizes[nr] + fire_below(&rnd, 64);
		break;
	case 2:
		a->argsz = fire_below(&rnd, sizes[nr] + 1);
		break;
	default:
		memcpy(a->bytes + at, &val, sizeof(val));
		break;
	}
}

/* With a number of its own, on the PCI bus, ...; the others want the plain one back. */
static void other_port(void)
{
	struct vrc_ioctl_port_remove gone = { .argsz = sizeof(gone), .port = port };
	union arg a;

	if (ioctl(dev, VRC_IOC_PORT_REMOVE, &gone))
		return;
	fill(&a, 0);
	a.add.ifindex = ifindex;
	if (!ioctl(dev, VRC_IOC_PORT_ADD, &a)) {
		port = a.port;
		scan();
		gone.port = port;
		ioctl(dev, VRC_IOC_PORT_REMOVE, &gone);
	}
	add_port();
}

static void one_ioctl(void)
{
	static const uint8_t often[] = { 4, 5, 7, 7, 8, 8, 5, 4, 3, 6 };
	unsigned int nr = often[fire_below(&rnd, sizeof(often))];
	unsigned long cmd;
	union arg a, *p = &a;

	/* The slow ones, and those that take away what the others need */
	if (fire_percent(&rnd, 3))
		nr = fire_below(&rnd, 3);
	fill(&a, nr);
	if (fire_percent(&rnd, 25))
		spoil(&a, nr);
	cmd = _IO(VRC_IOC_MAGIC, nr);
	if (fire_percent(&rnd, 2))
		cmd = (unsigned long)fire_odd(&rnd) & 0xffffffff;
	if (fire_percent(&rnd, 3)) {
		p = (void *)(edge + page - fire_below(&rnd, 64));
		memcpy(p, &a, (size_t)(edge + page - (uint8_t *)p));
	}
	answered[!!ioctl(dev, cmd, p)]++;
	if (nr == 0)
		other_port();
	if (nr == 1)
		add_port();
	if (nr <= 3)
		scan();
}

/* ---- who may not ---- */

static int drop_capabilities(void)
{
	struct __user_cap_header_struct h = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct d[2] = { 0 };

	return (int)syscall(SYS_capset, &h, d);
}

/* In a child: every ioctl that changes something is refused, and the others are not for that. */
static int refused(void)
{
	static const bool admin[NR_IOCTLS] = { 1, 1, 1, 1, 0, 0, 1, 1, 1 };
	unsigned int nr, i;
	union arg a;
	bool eperm;

	if (drop_capabilities())
		return 2;
	for (i = 0; i < 50; i++) {
		nr = fire_below(&rnd, NR_IOCTLS);
		fill(&a, nr);
		eperm = ioctl(dev, _IO(VRC_IOC_MAGIC, nr), &a) && errno == EPERM;
		if (eperm != admin[nr]) {
			printf("not ok - ioctl %u without CAP_NET_ADMIN: %s\n", nr,
			       eperm ? "refused" : "not refused");
			return 1;
		}
	}
	return 0;
}

static bool unprivileged(void)
{
	int status = -1;
	pid_t pid = fork();

	if (!pid) {
		status = refused();
		fflush(stdout);
		_exit(status);
	}
	waitpid(pid, &status, 0);
	/* The child has drawn from its own copy */
	fire_random(&rnd);
	return !status;
}

/* ---- events and attributes ---- */

static void one_read(void)
{
	struct pollfd p = { .fd = events, .events = POLLIN };
	uint8_t buf[4096];
	size_t len = fire_percent(&rnd, 70) ? sizeof(buf) : fire_below(&rnd, sizeof(buf));

	poll(&p, 1, 0);
	read(events, fire_percent(&rnd, 95) ? buf : edge + page - 8, len);
	if (fire_percent(&rnd, 2)) {
		close(events);
		events = open("/dev/vrc", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	}
}

static void odd_text(char *text, size_t len)
{
	static const char * const texts[] = { "", "0", "-1", "1", "\n", "0x10", "99999999999999999",
					      "1 1", "yes", "%s%n", "200", "1000" };

	if (fire_percent(&rnd, 70)) {
		snprintf(text, len, "%s", texts[fire_below(&rnd, ARRAY_SIZE(texts))]);
	} else if (fire_percent(&rnd, 50)) {
		snprintf(text, len, "%llu", (unsigned long long)fire_odd(&rnd));
	} else {
		fire_bytes(&rnd, text, len);
		text[fire_below(&rnd, (uint32_t)len)] = 0;
	}
}

static void one_attr(void)
{
	char buf[8192], text[64];
	const char *path;
	int fd;

	if (!nr_attrs || fire_percent(&rnd, 1))
		learn_attrs();
	if (!nr_attrs)
		return;
	path = attrs[fire_below(&rnd, nr_attrs)];
	if (fire_percent(&rnd, 30)) {
		odd_text(text, sizeof(text));
		fire_write(path, text);
		return;
	}
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	pread(fd, buf, fire_below(&rnd, sizeof(buf)), fire_percent(&rnd, 80) ? 0 :
	      (off_t)(fire_odd(&rnd) >> 1));
	close(fd);
}

/* A lease of minutes or a time-out of a minute would stop everything else. */
static void restore(void)
{
	static const struct {
		const char *name, *value;
	} good[] = {
		{ "lease_ms", "2000" },
		{ "completion_timeout_ms", "500" },
		{ "max_stations", "64" },
	};
	char path[128];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(good); i++) {
		snprintf(path, sizeof(path), "/sys/class/vrc/vrc%u/%s", port, good[i].name);
		fire_write(path, good[i].value);
	}
}

static bool step(unsigned long n)
{
	uint32_t kind = fire_below(&rnd, 100);

	if (kind < 60)
		one_ioctl();
	else if (kind < 70)
		one_read();
	else
		one_attr();
	if (!(n % 20))
		restore();
	return n % 500 || unprivileged();
}

int main(int argc, char **argv)
{
	struct fire_options o = { .seed = 1, .count = 10000, .iface = "eth1" };
	unsigned long i;
	bool good = true;

	fire_parse(&o, argc, argv);
	rnd = fire_stream(o.seed, 0);
	page = (size_t)sysconf(_SC_PAGESIZE);
	edge = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	mprotect(edge + page, page, PROT_NONE);
	ifindex = if_nametoindex(o.iface);
	dev = open("/dev/vrc", O_RDWR | O_CLOEXEC);
	events = open("/dev/vrc", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (dev < 0 || events < 0 || !ifindex) {
		perror("/dev/vrc");
		return 1;
	}
	add_port();
	scan();
	restore();
	for (i = 0; i < o.count && good; i++)
		good = step(i);
	add_port();
	restore();
	printf("# %lu ioctls succeeded, %lu failed\n", answered[0], answered[1]);
	printf("steps %lu\n", i);
	/* If none succeeds any more, the fuzzer has become blunt */
	return !good || scan() || !answered[0] || !answered[1];
}
