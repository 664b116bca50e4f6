// SPDX-License-Identifier: GPL-2.0-only
/*
 * control --iface ETH1 --seed N --count N [sweep]: ioctls of /dev/vrc with arguments that are
 * right, nearly right and wrong, reads of its events, and reads and writes of every attribute of
 * ports, functions, mdevs, bus and module. The port may be removed and its stations forgotten on
 * the way; at the end there is one, with the attributes that it had.
 *
 * With "sweep", nobody else uses the port: all of them are gone through once before, in order,
 * and what is answered is compared with what is documented. Each ioctl must have worked and failed.
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

#include "attrs.h"
#include "slot.h"
#include "sweep.h"

static uint64_t rnd;
static int dev, events;
static unsigned int ifindex;
static uint32_t port;		/* of the interface, as far as we know */
static uint16_t bdfs[32];
static unsigned int nr_bdfs;
static uint8_t *edge;
static size_t page;
static unsigned long answered[NR_IOCTLS][2];	/* that succeeded, that failed */
static struct sweep sweep;

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
	a->argsz = ioctl_sizes[nr];
	a->port = port;
	if (nr == PORT_ADD)
		fill_add(&a->add);
	else if (nr == SCAN)
		a->scan.time_ms = fire_percent(&rnd, 80) ? 50 : fire_below(&rnd, 100);
	else if (nr == PLACE)
		fill_place(&a->place);
	else if (nr == MAP)
		fill_map(&a->map, room);
	else if (nr == FUNC_INFO)
		a->info.bdf = some_bdf();
	else if (nr == RESET)
		a->reset.bdf = some_bdf(), a->flags = fire_percent(&rnd, 50);
	else if (nr == CFG)
		fill_cfg(&a->cfg);
	else if (nr == BAR)
		fill_bar(&a->bar, room);
}

static void spoil(union arg *a, unsigned int nr)
{
	unsigned int at = fire_below(&rnd, ioctl_sizes[nr] / 4) * 4;
	uint32_t val = (uint32_t)fire_odd(&rnd);

	switch (fire_below(&rnd, 4)) {
	case 0:
		a->argsz = (uint32_t)fire_odd(&rnd);
		break;
	case 1:
		a->argsz = ioctl_sizes[nr] + fire_below(&rnd, 64);
		break;
	case 2:
		a->argsz = fire_below(&rnd, ioctl_sizes[nr] + 1);
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
	fill(&a, PORT_ADD);
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
	static const uint8_t often[] = {
		MAP, FUNC_INFO, CFG, CFG, BAR, BAR, FUNC_INFO, MAP, PLACE, RESET,
	};
	unsigned int nr = often[fire_below(&rnd, sizeof(often))];
	int ret;
	unsigned long cmd;
	union arg a, *p = &a;

	/* The slow ones, and those that take away what the others need */
	if (fire_percent(&rnd, 3))
		nr = fire_below(&rnd, SCAN + 1);
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
	ret = ioctl(dev, cmd, p);
	if (cmd == _IO(VRC_IOC_MAGIC, nr))
		answered[nr][!!ret]++;
	if (nr == PORT_ADD)
		other_port();
	if (nr == PORT_REMOVE)
		add_port();
	if (nr <= PLACE)
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

/* ---- all of it once ---- */

/* So that there is an mdev, too. */
static int sweep_attrs(void)
{
	char func[64];
	struct slot s;
	int ret;

	snprintf(func, sizeof(func), "vrc%u:%02x:%02x.%x", port, bdfs[0] >> 8, bdfs[0] >> 3 & 31,
		 bdfs[0] & 7);
	if (slot_init(&s, func, 200))
		return -1;
	ret = slot_create(&s);
	if (ret) {
		printf("not ok - no mdev of %s: %s\n", func, strerror(-ret));
		return ret;
	}
	ret = attrs_sweep(port);
	attrs_restore(port);
	return slot_remove(&s) ? -1 : ret;
}

static int sweep_all(void)
{
	int ret;

	if (!nr_bdfs) {
		printf("not ok - no function\n");
		return -1;
	}
	sweep = (struct sweep){
		.dev = dev, .ifindex = ifindex, .port = port, .bdf = bdfs[0], .edge = edge,
		.page = page,
	};
	ret = sweep_ioctls(&sweep);
	port = sweep.port;
	attrs_restore(port);
	learn_map();
	return ret ? ret : sweep_attrs();
}

/* ---- what came of it ---- */

static void report(void)
{
	unsigned int i;

	for (i = 0; i < NR_IOCTLS; i++)
		printf("# %-11s in order: %lu worked, %lu failed; at random: %lu, %lu\n",
		       ioctl_names[i], sweep.good[i], sweep.bad[i], answered[i][0], answered[i][1]);
}

/* Else the fuzzer has become blunt. Of ports and scans there are few at random. */
static bool sharp(void)
{
	unsigned int i;
	bool good = true;

	for (i = 0; i < NR_IOCTLS; i++) {
		if (sweep.good[i] && sweep.bad[i] &&
		    (i <= SCAN || (answered[i][0] && answered[i][1])))
			continue;
		printf("not ok - %s has not both worked and failed\n", ioctl_names[i]);
		good = false;
	}
	return good;
}

/* Who is not allowed is forgotten. */
static void one_attr(void)
{
	if (!attrs_one(&rnd, port))
		return;
	attrs_restore(port);
	scan();
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
		attrs_restore(port);
	return n % 500 || unprivileged();
}

int main(int argc, char **argv)
{
	struct fire_options o = { .seed = 1, .count = 10000, .iface = "eth1" };
	unsigned long i;
	bool good, swept;

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
	attrs_restore(port);
	swept = o.nr_args && !strcmp(o.args[0], "sweep");
	good = !swept || !sweep_all();
	for (i = 0; i < o.count && good; i++)
		good = step(i);
	add_port();
	attrs_restore(port);
	report();
	printf("steps %lu\n", i);
	good = good && (!swept || sharp());
	return !good || scan();
}
