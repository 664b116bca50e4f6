// SPDX-License-Identifier: GPL-2.0-only
/*
 * failnth --iface ETH1 --seed N --count N MODULE.ko [OPERATION]: lets every allocation and every
 * copy from or to user space fail, one at a time, in each of a list of operations, from loading
 * the module MODULE.ko to unloading it. Each must return an error or do what it should all the
 * same, and work the next time. What is read must be right or, where a failure is what it is on
 * a bus, ones; what DMA has copied must be right if the device says so. Other data ends the
 * test at once. Of an operation with more than N places, N are taken, which ones is a matter of
 * the seed; 0: all. With an OPERATION nothing fails in the others.
 *
 * What work items and softirqs allocate is out of reach of fail-nth; there a number of bytes
 * that may be allocated says which one fails.
 *
 * A station with a function "test" is on the Ethernet. Needs a kernel with fault injection.
 */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <linux/vfio.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <vrc.h>

#include "../module/vfio_test.h"
#include "inject.h"
#include "slot.h"

#define MANY		1000000000ul
#define CONFIG		(7ull << 40)	/* offset of a region: its index << 40 */

#define COPY_LEN	(64u << 10)
#define BAR_LEN		4096u		/* of BAR 2 */
#define ID		0xb500104c	/* Device ID and Vendor ID */

/* What an operation returns beside 0 and -errno: data that was called good was not. */
#define WRONG_DATA	1

/* See prepare() */
#define VMALLOC		"__vmalloc_node_range_noprof"
#define KMEM_CACHE	"__kmem_cache_create_args"
#define VFIO_GROUP	"vfio_create_group"

#define MOST_BYTE_PLACES	100
#define MOST_TRIES		10

static const char *ko;
static unsigned int ifindex;
static uint32_t port;
static uint16_t bdf;
static int vrc_fd = -1, event_fd;
static struct slot slot;

/* ---- operations: 0, -errno or WRONG_DATA ---- */

static int load(void)
{
	int fd = open(ko, O_RDONLY | O_CLOEXEC), ret;

	if (fd < 0)
		return -errno;
	ret = syscall(SYS_finit_module, fd, "", 0) ? -errno : 0;
	close(fd);
	return ret;
}

static int unload(void)
{
	return syscall(SYS_delete_module, "vrc", O_NONBLOCK) ? -errno : 0;
}

static int open_dev(void)
{
	vrc_fd = open("/dev/vrc", O_RDWR | O_CLOEXEC);
	return vrc_fd < 0 ? -errno : 0;
}

static int close_dev(void)
{
	close(vrc_fd);
	vrc_fd = -1;
	return 0;
}

static int call(unsigned long cmd, void *arg)
{
	return ioctl(vrc_fd, cmd, arg) ? -errno : 0;
}

/* A debug kernel takes its time. */
static void be_patient(void)
{
	char path[64];

	snprintf(path, sizeof(path), "/sys/class/vrc/vrc%u/completion_timeout_ms", port);
	fire_write(path, "5000");
}

static int find_port(void)
{
	char name[IF_NAMESIZE + 1];
	int ret = -ENODEV;
	size_t i;
	glob_t g;

	if (glob("/sys/class/vrc/vrc*/ifname", 0, NULL, &g))
		return -ENODEV;
	for (i = 0; i < g.gl_pathc && ret; i++)
		if (!fire_read(g.gl_pathv[i], name, sizeof(name)) &&
		    if_nametoindex(name) == ifindex &&
		    sscanf(g.gl_pathv[i], "/sys/class/vrc/vrc%u/", &port) == 1)
			ret = 0;
	globfree(&g);
	return ret;
}

static int add_port(uint32_t flags)
{
	struct vrc_ioctl_port_add a = {
		.argsz = sizeof(a), .ifindex = ifindex, .flags = flags,
	};
	int ret = call(VRC_IOC_PORT_ADD, &a);

	if (ret)
		return ret;
	port = a.port;
	be_patient();
	return 0;
}

static int port_add(void)
{
	return add_port(0);
}

static int port_add_pci(void)
{
	return add_port(VRC_PORT_PCI);
}

/* The copy of the answer to user space may have been what failed. */
static int port_remove(void)
{
	struct vrc_ioctl_port_remove a = { .argsz = sizeof(a) };

	if (find_port())
		return 0;
	a.port = port;
	return call(VRC_IOC_PORT_REMOVE, &a);
}

static int scan(void)
{
	struct vrc_ioctl_scan a = { .argsz = sizeof(a), .port = port, .time_ms = 200 };
	int ret = call(VRC_IOC_SCAN, &a);

	return ret ? ret : a.errors || !a.functions ? -EAGAIN : 0;
}

static int find_test(void)
{
	unsigned int bus, device, fn;
	char path[256], text[16];
	size_t i;
	glob_t g;
	int ret = -ENODEV;

	if (glob("/sys/bus/vrc/devices/*/device", 0, NULL, &g))
		return -ENODEV;
	for (i = 0; i < g.gl_pathc && ret; i++) {
		snprintf(path, sizeof(path), "%s", g.gl_pathv[i]);
		if (fire_read(path, text, sizeof(text)) || strcmp(text, "0xb500"))
			continue;
		if (sscanf(path, "/sys/bus/vrc/devices/vrc%*u:%x:%x.%u", &bus, &device, &fn) != 3)
			continue;
		bdf = (uint16_t)(bus << 8 | device << 3 | fn);
		*strrchr(path, '/') = 0;
		ret = slot_init(&slot, strrchr(path, '/') + 1, 0) ? -ENODEV : 0;
	}
	globfree(&g);
	return ret;
}

static int port_and_scan(void)
{
	int ret = port_add();

	return ret ? ret : scan();
}

static int map(void)
{
	struct vrc_map_place places[8];
	struct vrc_map_range ranges[64];
	struct vrc_ioctl_map a = {
		.argsz = sizeof(a), .port = port, .nr_places = 8, .nr_ranges = 64,
		.places = (uintptr_t)places, .ranges = (uintptr_t)ranges,
	};

	return call(VRC_IOC_MAP, &a);
}

static int func_info(void)
{
	struct vrc_ioctl_func_info a = { .argsz = sizeof(a), .port = port, .bdf = bdf };

	return call(VRC_IOC_FUNC_INFO, &a);
}

static int cfg(void)
{
	struct vrc_ioctl_cfg a = { .argsz = sizeof(a), .port = port, .bdf = bdf, .width = 4 };
	int ret = call(VRC_IOC_CFG, &a);

	return ret ? ret : a.value == ID ? 0 : WRONG_DATA;
}

/* Of a function that is bound for the access: as after a reset. */
static int bar(void)
{
	static const uint8_t zeros[256];
	uint8_t data[sizeof(zeros)];
	struct vrc_ioctl_bar a = {
		.argsz = sizeof(a), .port = port, .bdf = bdf, .bar = 1,
		.data = (uintptr_t)data, .len = sizeof(data),
	};
	int ret;

	memset(data, 0xa5, sizeof(data));
	ret = call(VRC_IOC_BAR, &a);
	return ret ? ret : memcmp(data, zeros, sizeof(data)) ? WRONG_DATA : 0;
}

static int admin_reset(void)
{
	struct vrc_ioctl_reset a = { .argsz = sizeof(a), .port = port, .bdf = bdf };

	return call(VRC_IOC_RESET, &a);
}

static int create(void)
{
	return slot_create(&slot);
}

static int remove_mdev(void)
{
	return slot_exists(&slot) ? slot_remove(&slot) : 0;
}

static int open_group(void)
{
	int ret = slot_open_container(&slot);

	return ret ? ret : slot_open_group(&slot);
}

static int open_device(void)
{
	return slot_open_device(&slot);
}

static int close_device(void)
{
	slot_close(&slot.fd);
	return 0;
}

static int close_all(void)
{
	slot_close_all(&slot);
	return 0;
}

static int open_all(void)
{
	int ret = open_group();

	if (!ret)
		ret = open_device();
	return ret ? ret : slot_map(&slot, 0, SLOT_MEM);
}

static int put(uint64_t off, const void *p, size_t len)
{
	return pwrite(slot.fd, p, len, (off_t)off) == (ssize_t)len ? 0 : -errno;
}

static int put32(uint64_t off, uint32_t val)
{
	return put(off, &val, sizeof(val));
}

static uint32_t get32(uint64_t off)
{
	uint32_t val = ~0u;

	pread(slot.fd, &val, sizeof(val), (off_t)off);
	return val;
}

static int enable(void)
{
	return slot_enable(&slot);
}

/* Times that the function was bound: each is a reset. */
static unsigned long bound(void)
{
	char path[256], text[32] = "";

	snprintf(path, sizeof(path), "/sys/bus/vrc/devices/%s/stats/sessions", slot.func);
	fire_read(path, text, sizeof(text));
	return strtoul(text, NULL, 0);
}

/* Of a function that has been bound anew since @before, what it had is gone. */
static int wrong_unless_reset(unsigned long before)
{
	return bound() == before ? WRONG_DATA : -EIO;
}

static uint8_t pattern(size_t i)
{
	return (uint8_t)(1 + i % 251);
}

/* Each byte of BAR 2 is as fill_bar() has left it; ones are those of a read that failed. */
static int big_read(void)
{
	unsigned long before = bound();
	uint8_t buf[BAR_LEN];
	bool ones = false;
	size_t i;

	memset(buf, 0, sizeof(buf));
	if (pread(slot.fd, buf, sizeof(buf), 2ll << 40) != sizeof(buf))
		return -EIO;
	for (i = 0; i < sizeof(buf); i++) {
		if (buf[i] == 0xff)
			ones = true;
		else if (buf[i] != pattern(i))
			return wrong_unless_reset(before);
	}
	return ones ? -EIO : 0;
}

static int fill_bar(void)
{
	uint8_t out[BAR_LEN], in[BAR_LEN] = { 0 };
	size_t i;

	for (i = 0; i < sizeof(out); i++)
		out[i] = pattern(i);
	put(2ull << 40, out, sizeof(out));
	if (pread(slot.fd, in, sizeof(in), 2ll << 40) != sizeof(in))
		return -EIO;
	return memcmp(in, out, sizeof(in)) ? -EIO : 0;
}

/* A posted write that has not been refused arrives: nobody would ever know that it has not. */
static uint32_t posted;
static unsigned long posted_in;
static int refused;

static int bar_write(void)
{
	posted++;
	posted_in = bound();
	refused = put32(REG_SRC, posted);
	return refused;
}

static int bar_written(void)
{
	uint32_t val = get32(REG_SRC);

	if (refused || val == posted)
		return 0;
	return val == ~0u ? -EIO : wrong_unless_reset(posted_in);
}

static int config_read(void)
{
	uint8_t buf[256] = { 0 };
	uint32_t id;

	if (pread(slot.fd, buf, sizeof(buf), CONFIG) != sizeof(buf))
		return -EIO;
	memcpy(&id, buf, sizeof(id));
	return id == ID ? 0 : id == ~0u ? -EIO : WRONG_DATA;
}

static int reset(void)
{
	return ioctl(slot.fd, VFIO_DEVICE_RESET) ? -errno : 0;
}

static int reset_enable(void)
{
	int ret = reset();

	return ret ? ret : enable();
}

static int set_irqs(void)
{
	struct {
		struct vfio_irq_set set;
		int32_t fds[4];
	} a = {
		.set = {
			.argsz = sizeof(a), .index = VFIO_PCI_MSIX_IRQ_INDEX, .count = 4,
			.flags = VFIO_IRQ_SET_ACTION_TRIGGER | VFIO_IRQ_SET_DATA_EVENTFD,
		},
		.fds = { event_fd, event_fd, event_fd, event_fd },
	};

	return ioctl(slot.fd, VFIO_DEVICE_SET_IRQS, &a) ? -errno : 0;
}

static int no_irqs(void)
{
	struct vfio_irq_set set = {
		.argsz = sizeof(set), .index = VFIO_PCI_MSIX_IRQ_INDEX,
		.flags = VFIO_IRQ_SET_ACTION_TRIGGER | VFIO_IRQ_SET_DATA_NONE,
	};

	/* EINVAL: they are off already */
	return ioctl(slot.fd, VFIO_DEVICE_SET_IRQS, &set) && errno != EINVAL ? -errno : 0;
}

static const struct {
	uint32_t reg, val;
} copy_regs[] = {
	{ REG_IRQ_TYPE, 3 },
	{ REG_SRC, SLOT_IOVA },
	{ REG_SRC + 4, 0 },
	{ REG_DST, SLOT_IOVA + COPY_LEN },
	{ REG_DST + 4, 0 },
	{ REG_SIZE, COPY_LEN },
	{ REG_STATUS, 0 },
};

/* A write may be lost, and then it is something else that the function copies. */
static int set_up_copy(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(copy_regs); i++)
		put32(copy_regs[i].reg, copy_regs[i].val);
	for (i = 0; i < ARRAY_SIZE(copy_regs); i++)
		if (get32(copy_regs[i].reg) != copy_regs[i].val)
			return -EIO;
	return 0;
}

static void fill_memory(void)
{
	static uint8_t turn;
	size_t i;

	turn++;
	for (i = 0; i < COPY_LEN; i++)
		slot.mem[i] = pattern(i + turn);
	memset(slot.mem + COPY_LEN, 0, COPY_LEN);
}

/* The function copies memory. If it says that it has, it has. */
static int copy(void)
{
	unsigned long before = bound();
	time_t end = time(NULL) + 20;
	uint32_t status = 0;
	int ret;

	fill_memory();
	ret = set_up_copy();
	if (ret)
		return ret;
	put32(REG_COMMAND, CMD_COPY);
	while (time(NULL) < end && !(status & STA_DONE)) {
		usleep(2000);
		status = get32(REG_STATUS);
		if (status == ~0u)
			return -EIO;
	}
	if (!(status & STA_COPY_OK))
		return -EIO;
	return memcmp(slot.mem, slot.mem + COPY_LEN, COPY_LEN) ? wrong_unless_reset(before) : 0;
}

/* The cache of pinned pages is empty: the first DMA needs the worker. */
static int fresh_memory(void)
{
	slot_unmap(&slot, 0, SLOT_MEM);
	return slot_map(&slot, 0, SLOT_MEM);
}

static int unmap(void)
{
	return slot_unmap(&slot, 0, SLOT_MEM);
}

static int map_again(void)
{
	slot_map(&slot, 0, SLOT_MEM);
	return copy();
}

static int nothing(void)
{
	return 0;
}

/* ---- the list ---- */

struct point {
	const char *name;
	int (*before)(void);	/* must succeed, nothing fails in it */
	int (*run)(void);
	int (*after)(void);	/* makes it undone, whether it has succeeded or not */
	bool init;		/* of the module: its addresses are not known before */
	bool others;		/* what matters runs in work items and softirqs */
	int (*next)(void);	/* makes it done, for the points that follow */
	const char *spare;	/* instead of VMALLOC; see prepare() */
};

static int unload_if_loaded(void)
{
	int ret = unload();

	return ret == -ENOENT ? 0 : ret;
}

static int load_if_unloaded(void)
{
	int ret = load();

	return ret == -EEXIST ? 0 : ret;
}

static int close_and_remove(void)
{
	close_all();
	return remove_mdev();
}

static const struct point points[] = {
	{ "load", nothing, load, unload_if_loaded, .init = true, .next = load,
	  .spare = KMEM_CACHE },
	{ "open /dev/vrc", nothing, open_dev, close_dev, .next = open_dev },
	{ "port add", nothing, port_add, port_remove },
	{ "port remove", port_add, port_remove, port_remove },
	{ "scan", port_add, scan, port_remove },
	{ "scan, on the PCI bus", port_add_pci, scan, port_remove },
	{ "scan, others", nothing, port_and_scan, port_remove, .others = true,
	  .next = port_and_scan },
	{ "scan again", find_test, scan, nothing },
	{ "map", nothing, map, nothing },
	{ "func_info", nothing, func_info, nothing },
	{ "cfg", nothing, cfg, nothing },
	{ "bar", nothing, bar, nothing },
	{ "admin reset", nothing, admin_reset, nothing },
	{ "mdev create", nothing, create, remove_mdev, .spare = VFIO_GROUP },
	{ "mdev create, others", nothing, create, remove_mdev, .others = true,
	  .spare = VFIO_GROUP },
	{ "mdev remove", create, remove_mdev, remove_mdev, .next = create },
	{ "open device", open_group, open_device, close_all },
	{ "close device", open_all, close_device, close_all, .next = open_all },
	{ "config read", nothing, config_read, nothing },
	{ "enable", reset, enable, nothing, .next = enable },
	{ "bar read", fill_bar, big_read, nothing },
	{ "bar write", nothing, bar_write, bar_written },
	{ "set irqs", no_irqs, set_irqs, no_irqs },
	{ "no irqs", set_irqs, no_irqs, no_irqs },
	{ "first DMA", fresh_memory, copy, reset_enable },
	{ "first DMA, others", fresh_memory, copy, reset_enable, .others = true },
	{ "unmap", map_again, unmap, fresh_memory },
	{ "reset", nothing, reset, reset_enable },
	{ "reset, others", nothing, reset, reset_enable, .others = true,
	  .next = close_and_remove },
	{ "mdev teardown", create, remove_mdev, remove_mdev, .others = true,
	  .next = port_remove },
	{ "unload", close_dev, unload, load_if_unloaded },
};

static struct {
	unsigned long places, errors, recovered;
} sum;

static int failed(const struct point *p, const char *what, unsigned long n, int ret)
{
	printf("not ok - %s, place %lu: %s: %s\n", p->name, n, what,
	       ret == WRONG_DATA ? "data was wrong, and reported as good" : strerror(-ret));
	return -1;
}

/* One more try: a time-out on a busy machine is none of the module's business here. */
static int insist(int (*fn)(void))
{
	unsigned int tries = MOST_TRIES;
	int ret = fn();

	while (ret && ret != WRONG_DATA && tries--) {
		usleep(300000);
		ret = fn();
	}
	return ret;
}

/* Runs @p with a failure at @n (a place, or a number of bytes); *@left as inject_end() has it. */
static int run_once(const struct point *p, unsigned long n, unsigned long *left, bool *hit)
{
	int ret;

	if (p->others) {
		inject_begin_bytes(n);
		ret = p->run();
		*left = inject_end_bytes(hit);
	} else {
		inject_begin(n);
		ret = p->run();
		*left = inject_end();
		*hit = !*left;
	}
	return ret;
}

/*
 * A complaint of the kernel ends the test, and three of its functions complain by themselves when
 * they get no memory: those that vmalloc() and kmem_cache_create() are, which leave a call trace,
 * and that which makes a vfio group, which warns when it lets go of half a group
 * (vfio_group_release(), 7.3).
 */
static int prepare(const struct point *p, unsigned long n)
{
	int ret = insist(p->before);

	if (ret)
		return failed(p, "it cannot be prepared", n, ret);
	if (inject_spare(p->spare ? p->spare : VMALLOC))
		return -1;
	return inject_only(p->init ? INJECT_INIT : INJECT_MODULE);
}

/* As it is without a failure: it works; tells how many places there are. */
static int measure(const struct point *p, unsigned long *places)
{
	unsigned long left;
	unsigned int tries;
	int ret = -1, end;
	bool hit;

	for (tries = 0; tries < MOST_TRIES && ret && ret != WRONG_DATA; tries++) {
		if (prepare(p, 0))
			return -1;
		ret = run_once(p, MANY, &left, &hit);
		*places = MANY - left;
		end = insist(p->after);
		if (end)
			return failed(p, "it cannot be undone", 0, end);
	}
	return ret ? failed(p, "it does not work without a failure", 0, ret) : 0;
}

static int one_place(const struct point *p, unsigned long n)
{
	unsigned long left;
	bool hit;
	int ret;

	if (prepare(p, n))
		return -1;
	ret = run_once(p, n, &left, &hit);
	if (ret == WRONG_DATA)
		return failed(p, "with this failure", n, ret);
	if (hit) {
		sum.places++;
		if (ret)
			sum.errors++;
		else
			sum.recovered++;
	}
	ret = insist(p->after);
	return ret ? failed(p, "it cannot be undone", n, ret) : 0;
}

/* It works again, and stays done if others need it. */
static int finish(const struct point *p)
{
	int ret;

	if (prepare(p, 0))
		return -1;
	ret = insist(p->run);
	if (ret)
		return failed(p, "it does not work afterwards", 0, ret);
	ret = insist(p->after);
	if (!ret && p->next)
		ret = insist(p->next);
	return ret ? failed(p, "what follows does not work", 0, ret) : 0;
}

static int one_point(const struct point *p, unsigned long most, uint64_t *random)
{
	unsigned long places, n, at, i;

	if (measure(p, &places))
		return -1;
	n = most && places > most ? most : places;
	if (p->others && n > MOST_BYTE_PLACES)
		n = MOST_BYTE_PLACES;
	for (i = 0; i < n; i++) {
		/* One of each of n parts of the same size */
		at = places * i / n;
		at += 1 + fire_below(random, (uint32_t)(places * (i + 1) / n - at));
		if (one_place(p, p->others ? at - 1 : at))
			return -1;
	}
	if (finish(p))
		return -1;
	printf("ok - %s: %lu %s, %lu failed: %lu errors, %lu recovered\n", p->name, places,
	       p->others ? "bytes" : "places", sum.places, sum.errors, sum.recovered);
	return 0;
}

int main(int argc, char **argv)
{
	struct fire_options o = { .seed = 1, .iface = "eth1" };
	unsigned long total = 0;
	uint64_t random;
	size_t i;
	int ret;

	fire_parse(&o, argc, argv);
	if (o.nr_args < 1 || o.nr_args > 2) {
		fprintf(stderr,
			"usage: failnth [--seed N] [--count N] [--iface ETH1] MODULE.ko [OPERATION]\n");
		return 2;
	}
	ko = o.args[0];
	random = fire_stream(o.seed, 0);
	ifindex = if_nametoindex(o.iface);
	event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (!ifindex || event_fd < 0 || inject_init() || unload_if_loaded())
		return 1;
	for (i = 0; i < ARRAY_SIZE(points); i++) {
		memset(&sum, 0, sizeof(sum));
		if (o.nr_args == 2 && strcmp(o.args[1], points[i].name))
			ret = finish(&points[i]);
		else
			ret = one_point(&points[i], o.count, &random);
		if (ret)
			return 1;
		total += sum.places;
	}
	inject_only(INJECT_ALL);
	printf("places %lu\n", total);
	return 0;
}
