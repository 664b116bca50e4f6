// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "sweep.h"

#define SERIAL		0x4242ull	/* of a station that there is not */
#define ID		0xb500104cu	/* Device ID and Vendor ID of "test" */
#define NOWHERE		8ull		/* an address that is not mapped */
#define UNKNOWN_FLAG	0x80000000u
#define NO_BDF		0xffffu
#define NO_PORT		0x7fffffffu
#define LEN		16u		/* of an access to a BAR */
#define TRIES		10

const char * const ioctl_names[NR_IOCTLS] = {
	[PORT_ADD] = "PORT_ADD", [PORT_REMOVE] = "PORT_REMOVE", [SCAN] = "SCAN",
	[PLACE] = "PLACE", [MAP] = "MAP", [FUNC_INFO] = "FUNC_INFO", [RESET] = "RESET",
	[CFG] = "CFG", [BAR] = "BAR",
};

const uint32_t ioctl_sizes[NR_IOCTLS] = {
	[PORT_ADD] = sizeof(struct vrc_ioctl_port_add),
	[PORT_REMOVE] = sizeof(struct vrc_ioctl_port_remove),
	[SCAN] = sizeof(struct vrc_ioctl_scan),
	[PLACE] = sizeof(struct vrc_ioctl_place),
	[MAP] = sizeof(struct vrc_ioctl_map),
	[FUNC_INFO] = sizeof(struct vrc_ioctl_func_info),
	[RESET] = sizeof(struct vrc_ioctl_reset),
	[CFG] = sizeof(struct vrc_ioctl_cfg),
	[BAR] = sizeof(struct vrc_ioctl_bar),
};

static struct vrc_map_place places[8];
static struct vrc_map_range ranges[64];
static uint8_t data[LEN];

static void plain(const struct sweep *w, unsigned int nr, union arg *a)
{
	memset(a, 0, sizeof(*a));
	a->argsz = ioctl_sizes[nr];
	a->port = w->port;
	switch (nr) {
	case PORT_ADD:
		a->add.ifindex = w->ifindex;
		/* Means something with VRC_PORT_NUMBER only */
		a->add.port = VRC_PORT_MAX + 1;
		break;
	case SCAN:
		a->scan.time_ms = 200;
		break;
	case PLACE:
		a->place = (struct vrc_ioctl_place){ .argsz = a->argsz, .port = w->port,
			.flags = VRC_PLACE_PIN, .bus = 200, .device = 3, .serial = SERIAL };
		break;
	case MAP:
		a->map.nr_places = ARRAY_SIZE(places);
		a->map.nr_ranges = ARRAY_SIZE(ranges);
		a->map.places = (uintptr_t)places;
		a->map.ranges = (uintptr_t)ranges;
		break;
	case FUNC_INFO:
		a->info.bdf = w->bdf;
		break;
	case RESET:
		a->reset.bdf = w->bdf;
		break;
	case CFG:
		a->cfg.bdf = w->bdf;
		a->cfg.width = 4;
		break;
	case BAR:
		a->bar = (struct vrc_ioctl_bar){ .argsz = a->argsz, .port = w->port,
			.bdf = w->bdf, .bar = 1, .data = (uintptr_t)data, .len = LEN };
		break;
	}
}

/* 0 or errno */
static int call(struct sweep *w, unsigned int nr, void *arg)
{
	int err = ioctl(w->dev, _IO(VRC_IOC_MAGIC, nr), arg) ? errno : 0;

	if (nr < NR_IOCTLS && err)
		w->bad[nr]++;
	else if (nr < NR_IOCTLS)
		w->good[nr]++;
	return err;
}

/* ---- right ---- */

/* What the answer must have in it. */
static bool answer_is_right(const struct sweep *w, unsigned int nr, const union arg *a)
{
	switch (nr) {
	case SCAN:
		return a->scan.functions && !a->scan.errors;
	case MAP:
		return a->map.nr_places && a->map.nr_ranges && places[0].functions;
	case FUNC_INFO:
		return a->info.vendor == (ID & 0xffff) && a->info.device == ID >> 16;
	case CFG:
		return a->flags || a->cfg.value == ID;
	default:
		return a->argsz == ioctl_sizes[nr] && (nr == PORT_ADD || a->port == w->port);
	}
}

/* A time-out on a busy machine is no fault here; what else it says must be right at once. */
static int right(struct sweep *w, unsigned int nr, uint32_t flags, union arg *a)
{
	unsigned int tries = TRIES;
	int err;

	do {
		plain(w, nr, a);
		a->flags |= flags;
		if (nr == PLACE)
			a->flags = flags;
		err = call(w, nr, a);
		if (!err && answer_is_right(w, nr, a))
			return 0;
		usleep(300000);
	} while (tries-- && (!err || err == ETIMEDOUT || err == EBUSY));
	printf("not ok - %s, flags %x: %s\n", ioctl_names[nr], flags,
	       err ? strerror(err) : "the answer is wrong");
	return -1;
}

static int all_right(struct sweep *w)
{
	static const struct {
		unsigned int nr;
		uint32_t flags;
	} order[] = {
		{ SCAN, VRC_SCAN_FORGET }, { PLACE, VRC_PLACE_PIN }, { PLACE, VRC_PLACE_UNPIN },
		{ PLACE, VRC_PLACE_FORGET }, { MAP, 0 }, { FUNC_INFO, 0 }, { RESET, 0 },
		{ RESET, VRC_RESET_FORCE }, { CFG, 0 }, { BAR, VRC_ACCESS_WRITE }, { BAR, 0 },
	};
	unsigned int i;
	union arg a;
	int ret;

	ret = right(w, PORT_REMOVE, 0, &a);
	if (!ret)
		ret = right(w, PORT_ADD, 0, &a);
	if (ret)
		return ret;
	w->port = a.add.port;
	for (i = 0; i < ARRAY_SIZE(order); i++)
		ret |= right(w, order[i].nr, order[i].flags, &a);
	return ret;
}

/* ---- odd ---- */

#define ODD(nr, type, member, val, err)					\
	{								\
		nr, offsetof(struct vrc_ioctl_##type, member),		\
		sizeof(((struct vrc_ioctl_##type *)0)->member), #member, val, err \
	}

/* All else is right, and this is what vrc.h says of it. */
static const struct odd {
	uint8_t nr;
	uint16_t off;
	uint8_t size;
	const char *name;
	uint64_t val;
	int err;
} odds[] = {
	ODD(PORT_ADD, port_add, ifindex, 0x7fffffff, ENODEV),
	ODD(PORT_ADD, port_add, ethertype, 0x5ff, EINVAL),
	ODD(PORT_ADD, port_add, reserved, 1, EINVAL),
	ODD(PORT_ADD, port_add, flags, VRC_PORT_NUMBER, ERANGE),
	ODD(PORT_ADD, port_add, flags, VRC_PORT_NUMBER | VRC_PORT_PCI, ERANGE),
	ODD(PORT_ADD, port_add, flags, 0, EEXIST),
	ODD(SCAN, scan, time_ms, VRC_SCAN_TIME_MIN_MS - 1, ERANGE),
	ODD(SCAN, scan, time_ms, VRC_SCAN_TIME_MAX_MS + 1, ERANGE),
	ODD(PLACE, place, flags, 0, EINVAL),
	ODD(PLACE, place, flags, VRC_PLACE_PIN | VRC_PLACE_FORGET, EINVAL),
	ODD(PLACE, place, flags, VRC_PLACE_UNPIN, ENOENT),
	ODD(PLACE, place, flags, VRC_PLACE_FORGET, ENOENT),
	ODD(PLACE, place, bus, 0, ERANGE),
	ODD(PLACE, place, device, 32, ERANGE),
	ODD(PLACE, place, reserved, 1, EINVAL),
	ODD(PLACE, place, serial, 0, EINVAL),
	ODD(MAP, map, reserved, 1, EINVAL),
	ODD(MAP, map, places, 0, EFAULT),
	ODD(MAP, map, places, NOWHERE, EFAULT),
	ODD(MAP, map, ranges, NOWHERE, EFAULT),
	ODD(MAP, map, ranges, ~0ull, EFAULT),
	ODD(FUNC_INFO, func_info, bdf, NO_BDF, ENODEV),
	ODD(FUNC_INFO, func_info, reserved0, 1, EINVAL),
	ODD(RESET, reset, bdf, NO_BDF, ENODEV),
	ODD(RESET, reset, reserved, 1, EINVAL),
	ODD(CFG, cfg, bdf, NO_BDF, ENODEV),
	ODD(CFG, cfg, width, 0, EINVAL),
	ODD(CFG, cfg, width, 3, EINVAL),
	ODD(CFG, cfg, width, 8, EINVAL),
	ODD(CFG, cfg, offset, 2, EINVAL),
	ODD(CFG, cfg, offset, 4096, EINVAL),
	ODD(BAR, bar, bdf, NO_BDF, ENODEV),
	ODD(BAR, bar, bar, 3, EINVAL),
	ODD(BAR, bar, bar, 7, EINVAL),
	ODD(BAR, bar, reserved, 1, EINVAL),
	ODD(BAR, bar, reserved1, 1, EINVAL),
	ODD(BAR, bar, len, 0, EINVAL),
	ODD(BAR, bar, len, VRC_BAR_MAX_LEN + 1, EINVAL),
	ODD(BAR, bar, len, ~0u, EINVAL),
	ODD(BAR, bar, offset, 4096 - LEN + 1, EINVAL),
	ODD(BAR, bar, offset, ~0ull, EINVAL),
	ODD(BAR, bar, data, 0, EFAULT),
	ODD(BAR, bar, data, NOWHERE, EFAULT),
};

static int expect(struct sweep *w, unsigned int nr, void *arg, int err, const char *what)
{
	unsigned int tries = TRIES;
	int got;

	do {
		got = call(w, nr, arg);
	} while (got == ETIMEDOUT && tries--);
	if (got == err)
		return 0;
	printf("not ok - %s, %s: %s, expected: %s\n", nr < NR_IOCTLS ? ioctl_names[nr] : "?", what,
	       got ? strerror(got) : "it worked", strerror(err));
	return -1;
}

static int odd_fields(struct sweep *w)
{
	const struct odd *o;
	char what[64];
	union arg a;
	int ret = 0;

	for (o = odds; o < odds + ARRAY_SIZE(odds); o++) {
		plain(w, o->nr, &a);
		memcpy(a.bytes + o->off, &o->val, o->size);
		snprintf(what, sizeof(what), "%s %#llx", o->name, (unsigned long long)o->val);
		ret |= expect(w, o->nr, &a, o->err, what);
	}
	return ret;
}

static int odd_sizes(struct sweep *w, unsigned int nr)
{
	uint32_t size = ioctl_sizes[nr];
	union arg a, *end = (void *)(w->edge + w->page - size);
	int ret;

	plain(w, nr, &a);
	a.argsz = 0;
	ret = expect(w, nr, &a, EINVAL, "argsz 0");
	plain(w, nr, &a);
	a.argsz = sizeof(a.argsz) + sizeof(a.flags);
	ret |= expect(w, nr, &a, EINVAL, "argsz below the first version's");
	plain(w, nr, &a);
	a.argsz = size + 8;
	a.bytes[size + 7] = 1;
	ret |= expect(w, nr, &a, E2BIG, "a tail that is not zero");
	plain(w, nr, &a);
	a.argsz = ~0u;
	memcpy(end, &a, size);
	return ret | expect(w, nr, end, EFAULT, "the largest argsz");
}

/* A pointer to nothing, one behind which it soon ends, and one to which no answer can go. */
static int odd_pointers(struct sweep *w, unsigned int nr)
{
	uint8_t *end = w->edge + w->page;
	union arg a;
	int ret;

	plain(w, nr, &a);
	ret = expect(w, nr, NULL, EFAULT, "no pointer");
	ret |= expect(w, nr, end, EFAULT, "a pointer to what is not mapped");
	ret |= expect(w, nr, end - 2, EFAULT, "a pointer to half of argsz");
	memcpy(end - 8, &a, 8);
	return ret | expect(w, nr, end - 8, EFAULT, "a pointer to argsz and flags only");
}

static int odd_common(struct sweep *w, unsigned int nr)
{
	union arg a;
	int ret;

	ret = odd_sizes(w, nr) | odd_pointers(w, nr);
	plain(w, nr, &a);
	a.flags |= UNKNOWN_FLAG;
	ret |= expect(w, nr, &a, EINVAL, "an unknown flag");
	if (nr == PORT_ADD)
		return ret;
	plain(w, nr, &a);
	a.port = NO_PORT;
	return ret | expect(w, nr, &a, ENODEV, "no such port");
}

/* Neither the next number, nor with a direction and size, nor of another type. */
static int unknown_ioctls(struct sweep *w)
{
	const unsigned long cmds[] = {
		_IO(VRC_IOC_MAGIC, NR_IOCTLS), _IO(VRC_IOC_MAGIC, 255),
		_IO(VRC_IOC_MAGIC + 1, MAP), _IOWR(VRC_IOC_MAGIC, MAP, struct vrc_ioctl_map),
	};
	unsigned int i;
	union arg a;
	int ret = 0;

	for (i = 0; i < ARRAY_SIZE(cmds); i++) {
		plain(w, MAP, &a);
		if (ioctl(w->dev, cmds[i], &a) && errno == ENOTTY)
			continue;
		printf("not ok - ioctl %#lx is not unknown\n", cmds[i]);
		ret = -1;
	}
	return ret;
}

/* From a kernel that knows less: a longer structure with nothing in what is new. */
static int zero_tail(struct sweep *w)
{
	union arg a;

	plain(w, FUNC_INFO, &a);
	a.argsz += 64;
	return expect(w, FUNC_INFO, &a, 0, "a tail of zeros");
}

int sweep_ioctls(struct sweep *w)
{
	unsigned int nr;
	int ret = all_right(w);

	if (ret)
		return ret;
	for (nr = 0; nr < NR_IOCTLS; nr++)
		ret |= odd_common(w, nr);
	ret |= odd_fields(w);
	ret |= zero_tail(w);
	return ret | unknown_ioctls(w);
}
