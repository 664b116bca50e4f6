// SPDX-License-Identifier: GPL-2.0-only
/*
 * order --seed N --count STEPS --threads N FUNCTION...: threads that create, open, use,
 * reset, close and remove the mdevs of the FUNCTIONs in whatever order their random
 * numbers say, all on the same ones, after one round in which all must work. What the kernel
 * answers then does not matter, only that it does: a thread that makes no step for two minutes
 * fails the test, as does an mdev that cannot be removed in the end. It says how many of
 * each kind of step have worked.
 */
#include <errno.h>
#include <linux/vfio.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "order.h"

#define MOST_SLOTS	8
#define MOST_THREADS	8
#define NR_EVENTFDS	16
#define STUCK_S		120
#define COMING_US	200000	/* for an mdev that is being made, or opened */

/* What a step returns beside 0 and -errno: its thread will count it. */
#define LATER		1

struct worker {
	pthread_t thread;
	uint64_t random;
	atomic_ulong left;
	atomic_ulong done;
	atomic_uint doing;	/* index into ops[] */
};

static struct slot slots[MOST_SLOTS];
static unsigned int nr_slots;
static struct worker workers[MOST_THREADS];
static int eventfds[NR_EVENTFDS];
static uint8_t *edge;		/* one page, behind it is nothing */
static size_t page;

/* One removal at a time, in a thread of its own: it waits until the device is closed. */
static atomic_bool removing;
static pthread_t remover;
static bool remover_started;
static pthread_mutex_t remover_lock = PTHREAD_MUTEX_INITIALIZER;

/*
 * An mdev whose removal is asked for while it is being created cannot be removed by anybody any
 * more: the kernel's mdev core deletes the attribute "remove" before it says EAGAIN. So these
 * two take turns.
 */
static pthread_rwlock_t turns[MOST_SLOTS];

static void count_removal(int ret);

static pthread_rwlock_t *turn_of(const struct slot *s)
{
	return &turns[s - slots];
}

static int create(struct slot *s, uint64_t *r)
{
	int ret;

	(void)r;
	if (pthread_rwlock_tryrdlock(turn_of(s)))
		return -EBUSY;
	ret = slot_create(s);
	pthread_rwlock_unlock(turn_of(s));
	return ret;
}

static void *remove_thread(void *arg)
{
	struct slot *s = arg;
	int ret = -EBUSY;

	if (!pthread_rwlock_trywrlock(turn_of(s))) {
		ret = slot_remove(s);
		pthread_rwlock_unlock(turn_of(s));
	}
	count_removal(ret);
	atomic_store(&removing, false);
	return NULL;
}

static int remove_mdev(struct slot *s, uint64_t *r)
{
	(void)r;
	if (atomic_exchange(&removing, true))
		return -EBUSY;
	pthread_mutex_lock(&remover_lock);
	if (remover_started)
		pthread_join(remover, NULL);
	remover_started = !pthread_create(&remover, NULL, remove_thread, s);
	if (!remover_started)
		atomic_store(&removing, false);
	pthread_mutex_unlock(&remover_lock);
	return remover_started ? LATER : -EAGAIN;
}

static int open_all(struct slot *s, uint64_t *r)
{
	int ret = slot_open(s);

	/* What is left of another life may be in the way */
	if (ret == -ENODEV || (ret && fire_percent(r, 30)))
		slot_close_all(s);
	return ret;
}

static int open_some(struct slot *s, uint64_t *r)
{
	switch (fire_below(r, 4)) {
	case 0:
		return slot_open_container(s);
	case 1:
		return slot_open_group(s);
	case 2:
		return slot_open_device(s);
	default:
		return ioctl(s->group, VFIO_GROUP_UNSET_CONTAINER) ? -errno : 0;
	}
}

static int close_some(struct slot *s, uint64_t *r)
{
	atomic_int * const fds[] = { &s->container, &s->group, &s->fd };
	unsigned int i = fire_below(r, 4);
	int ret;

	if (i < ARRAY_SIZE(fds)) {
		ret = *fds[i] < 0 ? -EBADF : 0;
		slot_close(fds[i]);
	} else {
		ret = s->fd < 0 ? -EBADF : 0;
		slot_close_all(s);
	}
	return ret;
}

static int reset(struct slot *s, uint64_t *r)
{
	(void)r;
	return ioctl(s->fd, VFIO_DEVICE_RESET) ? -errno : 0;
}

static int info(struct slot *s, uint64_t *r)
{
	static const unsigned long cmds[] = {
		VFIO_DEVICE_GET_INFO, VFIO_DEVICE_GET_REGION_INFO, VFIO_DEVICE_GET_IRQ_INFO,
		VFIO_DEVICE_GET_PCI_HOT_RESET_INFO, VFIO_DEVICE_FEATURE,
	};
	uint32_t buf[64];

	fire_bytes(r, buf, sizeof(buf));
	buf[0] = fire_percent(r, 80) ? sizeof(buf) : (uint32_t)fire_odd(r);
	buf[2] = fire_percent(r, 80) ? fire_below(r, 12) : (uint32_t)fire_odd(r);
	if (ioctl(s->fd, fire_percent(r, 95) ? cmds[fire_below(r, ARRAY_SIZE(cmds))] :
					       fire_random(r) & 0xffffffff,
		  fire_percent(r, 95) ? (void *)buf : edge + page - 4))
		return -errno;
	return 0;
}

/* What a VMM would ask for: a few vectors of a kind, or none. */
static void plain_irqs(struct vfio_irq_set *set, uint64_t *r)
{
	set->start = 0;
	set->index = fire_below(r, 3);
	set->count = set->index == VFIO_PCI_INTX_IRQ_INDEX ? 1 : 1 + fire_below(r, 4);
	set->flags = VFIO_IRQ_SET_ACTION_TRIGGER | VFIO_IRQ_SET_DATA_EVENTFD;
	if (fire_percent(r, 40)) {
		set->count = 0;
		set->flags = VFIO_IRQ_SET_ACTION_TRIGGER | VFIO_IRQ_SET_DATA_NONE;
	}
}

static int irqs(struct slot *s, uint64_t *r)
{
	struct {
		struct vfio_irq_set set;
		int32_t fds[64];
	} a;
	unsigned int i;

	a.set.flags = 1u << fire_below(r, 3) | 8u << fire_below(r, 3);
	if (fire_percent(r, 5))
		a.set.flags = (uint32_t)fire_odd(r);
	a.set.index = fire_percent(r, 95) ? fire_below(r, 6) : (uint32_t)fire_odd(r);
	a.set.start = fire_percent(r, 60) ? 0 : fire_below(r, 10);
	a.set.count = fire_percent(r, 90) ? fire_below(r, 10) : (uint32_t)fire_odd(r);
	for (i = 0; i < ARRAY_SIZE(a.fds); i++)
		a.fds[i] = fire_percent(r, 80) ? eventfds[fire_below(r, NR_EVENTFDS)] : -1;
	if (fire_percent(r, 5))
		a.fds[0] = (int32_t)fire_odd(r);
	if (fire_percent(r, 50))
		plain_irqs(&a.set, r);
	a.set.argsz = fire_percent(r, 95) ? sizeof(a) : (uint32_t)fire_odd(r);
	return ioctl(s->fd, VFIO_DEVICE_SET_IRQS, &a) ? -errno : 0;
}

static int region(struct slot *s, uint64_t *r)
{
	uint64_t off = (uint64_t)fire_below(r, 10) << 40;
	uint8_t buf[8192];
	void *p = buf;
	size_t len = 1u << fire_below(r, 4);
	ssize_t ret;

	off += fire_percent(r, 90) ? fire_below(r, 4096) & -(uint32_t)len : fire_odd(r);
	if (fire_percent(r, 10))
		len = fire_below(r, sizeof(buf));
	if (fire_percent(r, 2)) {
		p = edge + page - 2;
		len = 4;
	}
	if (fire_percent(r, 50)) {
		fire_bytes(r, buf, len < 16 ? len : 16);
		ret = pwrite(s->fd, p, len, (off_t)off);
	} else {
		ret = pread(s->fd, p, len, (off_t)off);
	}
	return ret < 0 ? -errno : ret ? 0 : -ENODATA;
}

static int config(struct slot *s, uint64_t *r)
{
	static const uint16_t offs[] = {
		0x04, 0x04, 0x06, 0x0c, 0x10, 0x14, 0x18, 0x20, 0x30, 0x3c, 0x42, 0x44, 0x4c,
		0x52, 0x68, 0x48, 0x58, 0x70, 0xa8, 0x100, 0xffc,
	};
	unsigned int off = fire_percent(r, 80) ? offs[fire_below(r, ARRAY_SIZE(offs))] :
						 fire_below(r, 4096);
	uint64_t val;

	if (fire_percent(r, 40))
		return pread(s->fd, &val, 1u << fire_below(r, 3), (off_t)(7ull << 40) + off) < 0 ?
		       -errno : 0;
	val = fire_odd(r);
	pwrite(s->fd, &val, 1u << fire_below(r, 3), (off_t)(7ull << 40) + off);
	/* Else nothing would get through after the first odd value */
	return slot_enable(s);
}

static uint64_t some_page(uint64_t *r)
{
	return (uint64_t)fire_below(r, SLOT_MEM / 4096) * 4096;
}

static uint64_t some_len(uint64_t *r, uint64_t off)
{
	uint64_t len = (1 + fire_below(r, 512)) * 4096ull;

	return len < SLOT_MEM - off ? len : SLOT_MEM - off;
}

static int dma_map(struct slot *s, uint64_t *r)
{
	uint64_t off = some_page(r);

	switch (fire_below(r, 3)) {
	case 0:
		slot_unmap(s, 0, SLOT_MEM);
		return slot_map(s, 0, SLOT_MEM);
	case 1:
		slot_unmap(s, 0, SLOT_MEM);
		slot_map(s, 0, off);
		return slot_map(s, off, SLOT_MEM - off);
	default:
		return slot_map(s, off, some_len(r, off));
	}
}

static int dma_unmap(struct slot *s, uint64_t *r)
{
	uint64_t off = some_page(r);

	return fire_percent(r, 30) ? slot_unmap(s, 0, SLOT_MEM) :
				     slot_unmap(s, off, some_len(r, off));
}

static int enable(struct slot *s, uint64_t *r)
{
	(void)r;
	return slot_enable(s);
}

static int no_mmap(struct slot *s, uint64_t *r)
{
	return slot_refuses_mmap(s, fire_below(r, 10));
}

/* Who is killed in the middle of it must die: every wait in the kernel is killable. */
static int killed(struct slot *s, uint64_t *r)
{
	bool may_create = !pthread_rwlock_tryrdlock(turn_of(s));
	uint64_t seed = fire_random(r) | 1;
	pid_t pid = fork();

	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;) {
			region(s, &seed);
			config(s, &seed);
			if (fire_percent(&seed, 5))
				reset(s, &seed);
			if (may_create && fire_percent(&seed, 5))
				slot_create(s);
		}
	}
	if (pid > 0) {
		usleep(fire_below(r, 50000));
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
	if (may_create)
		pthread_rwlock_unlock(turn_of(s));
	return pid > 0 ? 0 : -EAGAIN;
}

enum { CREATE, REMOVE, OPEN };	/* of ops[], those that are named */

static const struct {
	const char *name;
	unsigned int weight;
	int (*run)(struct slot *s, uint64_t *r);
} ops[] = {
	[CREATE] = { "create", 40, create },
	[REMOVE] = { "remove", 5, remove_mdev },
	[OPEN] = { "open", 80, open_all },
	{ "open-part", 20, open_some },
	{ "close", 12, close_some },
	{ "reset", 40, reset },
	{ "info", 80, info },
	{ "irqs", 200, irqs },
	{ "region", 170, region },
	{ "config", 150, config },
	{ "map", 80, dma_map },
	{ "unmap", 40, dma_unmap },
	{ "no-mmap", 10, no_mmap },
	{ "killed", 4, killed },
	{ "enable", 69, enable },
};

static atomic_ulong worked[ARRAY_SIZE(ops)], failed[ARRAY_SIZE(ops)];

static void count(unsigned int i, int ret)
{
	if (ret != LATER)
		atomic_fetch_add(ret ? &failed[i] : &worked[i], 1);
}

static void count_removal(int ret)
{
	count(REMOVE, ret);
}

static void report(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ops); i++)
		printf("%s %lu worked, %lu could not\n", ops[i].name, worked[i], failed[i]);
}

static void step(struct worker *w)
{
	unsigned int i = fire_pick(&w->random, &ops[0].weight, sizeof(ops[0]), ARRAY_SIZE(ops));
	struct slot *s = &slots[fire_below(&w->random, nr_slots)];
	/* With a device that is not open hardly anything can be done */
	bool wanted = s->fd < 0 && fire_percent(&w->random, 50);
	int ret;

	if (wanted)
		i = slot_exists(s) ? OPEN : CREATE;
	w->doing = i;
	ret = ops[i].run(s, &w->random);
	count(i, ret);
	w->done++;
	/* Another thread is at it, and what fails at once would use up all steps meanwhile */
	if (wanted && ret)
		usleep(COMING_US);
}

static void *work(void *arg)
{
	struct worker *w = arg;

	for (; w->left; w->left--)
		step(w);
	return NULL;
}

static bool all_done(unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		if (workers[i].left)
			return false;
	return true;
}

/* Makes one look a second; false: it has made no progress for too long. */
static bool look(struct worker *w, unsigned long *seen, unsigned int *quiet)
{
	*quiet = w->left && *seen == w->done ? *quiet + 1 : 0;
	*seen = w->done;
	if (*quiet <= STUCK_S)
		return true;
	printf("not ok - a thread is stuck in %s\n", ops[w->doing].name);
	return false;
}

static bool watch(unsigned int nr)
{
	unsigned long seen[MOST_THREADS] = { 0 };
	unsigned int quiet[MOST_THREADS] = { 0 }, i;

	while (!all_done(nr)) {
		sleep(1);
		for (i = 0; i < nr; i++)
			if (!look(&workers[i], &seen[i], &quiet[i]))
				return false;
	}
	return true;
}

/* One that is being created or removed yet says EAGAIN. */
static int remove_slot(struct slot *s)
{
	unsigned int tries;
	int ret = 0;

	for (tries = 0; tries < 50 && slot_exists(s); tries++) {
		ret = slot_remove(s);
		if (ret)
			usleep(100000);
	}
	if (!slot_exists(s))
		return 0;
	printf("not ok - %s cannot be removed: %s\n", s->uuid, strerror(-ret));
	return 1;
}

static int clean_up(void)
{
	unsigned int i;
	int bad = 0;

	for (i = 0; i < nr_slots; i++)
		slot_close_all(&slots[i]);
	if (remover_started)
		pthread_join(remover, NULL);
	for (i = 0; i < nr_slots; i++)
		bad |= remove_slot(&slots[i]);
	return bad;
}

static int first_round(void)
{
	unsigned int i;

	for (i = 0; i < nr_slots; i++)
		if (order_round(&slots[i]))
			return -1;
	printf("round 1\n");
	return 0;
}

static void prepare(void)
{
	unsigned int i;

	page = (size_t)sysconf(_SC_PAGESIZE);
	edge = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	mprotect(edge + page, page, PROT_NONE);
	for (i = 0; i < NR_EVENTFDS; i++)
		eventfds[i] = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	for (i = 0; i < MOST_SLOTS; i++)
		pthread_rwlock_init(&turns[i], NULL);
}

int main(int argc, char **argv)
{
	struct fire_options o = { .seed = 1, .count = 10000, .threads = 4 };
	unsigned long total = 0;
	unsigned int i;
	bool alive;

	fire_parse(&o, argc, argv);
	if (o.nr_args < 1 || o.nr_args > MOST_SLOTS || !o.threads || o.threads > MOST_THREADS) {
		fprintf(stderr,
			"usage: order [--seed N] [--count N] [--threads 1..8] FUNCTION...\n");
		return 2;
	}
	prepare();
	for (i = 0; i < (unsigned int)o.nr_args; i++)
		if (slot_init(&slots[i], o.args[i], i))
			return 1;
	nr_slots = (unsigned int)o.nr_args;
	if (first_round()) {
		clean_up();
		return 1;
	}
	for (i = 0; i < o.threads; i++) {
		workers[i].random = fire_stream(o.seed, 1 + i);
		workers[i].left = o.count / o.threads;
		pthread_create(&workers[i].thread, NULL, work, &workers[i]);
	}
	alive = watch(o.threads);
	if (!alive)
		_exit(1);
	for (i = 0; i < o.threads; i++) {
		pthread_join(workers[i].thread, NULL);
		total += workers[i].done;
	}
	i = (unsigned int)clean_up();
	report();
	printf("steps %lu\n", total);
	return (int)i;
}
