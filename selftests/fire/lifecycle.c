// SPDX-License-Identifier: GPL-2.0-only
/*
 * lifecycle --seed N --count STEPS: everything comes and goes, in an order that the seed
 * gives, much of it at once: ports, NICs, stations, mdevs, VMs, the module. It begins when a VM has
 * transferred something. A step is given to a
 * thread; if it lasts, the next ones run beside it. A step that has not ended
 * after two minutes fails the test. Every tenth time what is down is put up again, with a VM, or
 * hardly anything would be alive after a while.
 *
 * Each step goes to the kernel's log with its number and its random numbers.
 *
 * VRC_MODULE: vrc.ko. LIFE_LOGS: directory for what stations and guests print. LIFE_GUEST_KERNEL:
 * what a guest boots.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "life.h"

#define NR_WORKERS	8
#define STUCK_S		120
#define REVIVE_EVERY	10
#define FIRST_TRIES	60	/* of a second at most */
#define ENOUGH		1000	/* steps, to expect that each kind works once */

static const struct life_step steps[] = {
	{ "add port", 50, port_add },
	{ "remove port", 30, port_remove },
	{ "scan", 100, port_scan },
	{ "scan and forget", 30, port_forget },
	{ "set place", 40, port_place },
	{ "read map", 20, port_map },
	{ "set attributes", 30, port_settings },
	{ "ping", 60, func_ping },
	{ "reset function", 40, func_reset },
	{ "remove PCI device", 40, func_remove_pci },
	{ "NIC up", 50, net_up },
	{ "NIC down", 15, net_down },
	{ "peer up", 40, net_peer_up },
	{ "peer down", 10, net_peer_down },
	{ "rename NIC", 15, net_rename },
	{ "set MTU", 15, net_mtu },
	{ "set address", 10, net_address },
	{ "move NIC", 10, net_move },
	{ "unregister NIC", 10, net_unregister },
	{ "start station", 60, station_start },
	{ "stop station", 10, station_stop },
	{ "kill station", 10, station_kill },
	{ "pause station", 10, station_pause },
	{ "continue station", 30, station_continue },
	{ "create mdev", 130, mdev_create },
	{ "remove mdev", 30, mdev_remove },
	{ "start VM", 110, vm_start },
	{ "reset VM", 40, vm_reset },
	{ "stop VM", 20, vm_stop },
	{ "kill VM", 25, vm_kill },
	{ "start guest", 50, guest_start },
	{ "reset guest", 30, guest_reset },
	{ "kill guest", 20, guest_kill },
	{ "unload module", 15, module_unload },
};

static struct {
	unsigned int worked, failed;
} counts[ARRAY_SIZE(steps)];

static struct worker {
	pthread_t thread;
	unsigned long n;		/* the step it makes, 0: none */
	unsigned int kind;
	struct draw draw;
	time_t since;
	pid_t tid;
} workers[NR_WORKERS];

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;	/* workers, counts */
static pthread_cond_t wanted = PTHREAD_COND_INITIALIZER, finished = PTHREAD_COND_INITIALIZER;
static int kmsg = -1;

void life_die(const char *what)
{
	perror(what);
	exit(2);
}

/* To the kernel's log, so that a complaint there stands behind what caused it. */
static void log_step(unsigned long n, const char *name, const struct draw *r)
{
	if (dprintf(kmsg, "<6>lifecycle: %lu %s %u %u %u\n", n, name, r->a, r->b, r->c) < 0)
		life_die("/dev/kmsg");
}

static unsigned int count_entries(DIR *d)
{
	unsigned int n = 0;
	struct dirent *e;

	while ((e = readdir(d)))
		n += e->d_name[0] != '.';
	return n;
}

int life_choose(const char *dir, uint32_t r, char *name, size_t len)
{
	struct dirent *e = NULL;
	DIR *d = opendir(dir);
	unsigned int n = d ? count_entries(d) : 0;

	if (n) {
		rewinddir(d);
		r %= n;
		/* Others come and go meanwhile */
		while ((e = readdir(d)) && (e->d_name[0] == '.' || r--))
			;
	}
	if (e)
		snprintf(name, len, "%s", e->d_name);
	if (d)
		closedir(d);
	return e ? 0 : -ENOENT;
}

static void count(unsigned int kind, int ret)
{
	if (ret)
		counts[kind].failed++;
	else
		counts[kind].worked++;
}

/* ---- threads ---- */

static void *work(void *arg)
{
	struct worker *w = arg;
	int ret;

	w->tid = gettid();
	pthread_mutex_lock(&lock);
	for (;;) {
		while (!w->n)
			pthread_cond_wait(&wanted, &lock);
		pthread_mutex_unlock(&lock);
		ret = steps[w->kind].run(&w->draw);
		pthread_mutex_lock(&lock);
		count(w->kind, ret);
		w->n = 0;
		pthread_cond_broadcast(&finished);
	}
	return NULL;
}

static void show_stack(pid_t tid)
{
	char path[64], text[4096];
	ssize_t len;
	int fd;

	snprintf(path, sizeof(path), "/proc/self/task/%d/stack", tid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	len = read(fd, text, sizeof(text) - 1);
	text[len > 0 ? len : 0] = 0;
	printf("%s", text);
	close(fd);
}

/* With the lock held, a second at most. Ends the program when a step is stuck. */
static void wait_finished(void)
{
	struct timespec until;
	unsigned int i;
	bool stuck = false;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec++;
	pthread_cond_timedwait(&finished, &lock, &until);
	for (i = 0; i < NR_WORKERS; i++) {
		if (!workers[i].n || time(NULL) - workers[i].since <= STUCK_S)
			continue;
		printf("not ok - step %lu is stuck: %s\n", workers[i].n,
		       steps[workers[i].kind].name);
		show_stack(workers[i].tid);
		stuck = true;
	}
	if (stuck)
		_exit(1);
}

static struct worker *idle_worker(void)
{
	unsigned int i;

	for (;;) {
		for (i = 0; i < NR_WORKERS; i++)
			if (!workers[i].n)
				return &workers[i];
		wait_finished();
	}
}

static void wait_all(void)
{
	unsigned int i;

	pthread_mutex_lock(&lock);
	for (i = 0; i < NR_WORKERS; i++)
		while (workers[i].n)
			wait_finished();
	pthread_mutex_unlock(&lock);
}

/* ---- steps ---- */

/* A quarter of a second at most: what lasts longer goes on beside the next steps. */
static struct timespec give_time(uint32_t ms)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += (long)ms * 1000000;
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	return until;
}

static struct draw draw(uint64_t *random)
{
	struct draw r;

	r.a = (uint32_t)fire_random(random) >> 8;
	r.b = (uint32_t)fire_random(random) >> 8;
	r.c = (uint32_t)fire_random(random) >> 8;
	return r;
}

static void make_step(unsigned long n, uint64_t *random)
{
	unsigned int kind = fire_pick(random, &steps[0].weight, sizeof(steps[0]),
				      ARRAY_SIZE(steps));
	struct draw r = draw(random);
	struct timespec until;
	struct worker *w;

	pthread_mutex_lock(&lock);
	w = idle_worker();
	log_step(n, steps[kind].name, &r);
	w->kind = kind;
	w->draw = r;
	w->since = time(NULL);
	w->n = n;
	pthread_cond_broadcast(&wanted);
	until = give_time(fire_below(random, 250));
	/* Also when it has ended: what it has begun should get somewhere */
	while (!pthread_cond_timedwait(&finished, &lock, &until))
		;
	pthread_mutex_unlock(&lock);
}

/* A port is mostly added here: it counts as one that a step of its own has added. */
static void add_port(const struct draw *r)
{
	int ret = port_add(r);
	unsigned int i;

	pthread_mutex_lock(&lock);
	for (i = 0; i < ARRAY_SIZE(steps); i++)
		if (steps[i].run == port_add)
			count(i, ret);
	pthread_mutex_unlock(&lock);
}

/* And what lives gets a second at most, without steps. */
static void revive(unsigned long n, uint64_t *random)
{
	struct draw errors, r = draw(random);

	errors.a = (uint32_t)-net_revive();
	errors.b = (uint32_t)-stations_revive();
	errors.c = (uint32_t)-module_revive();
	log_step(n, "follows what puts up NIC, stations, module; errors:", &errors);
	add_port(&r);
	ports_revive();
	vms_revive(&r);
	/* A guest needs an mdev that no VM has */
	if (r.c % 2 && !mdev_create(&r))
		guest_start(&r);
	usleep(fire_below(random, 1000000));
}

/* Before anything goes everything works: what VMs have transferred. */
static unsigned long begin(uint64_t *random)
{
	unsigned int tries = FIRST_TRIES;

	while (!vms_transferred() && tries--)
		revive(0, random);
	return vms_transferred();
}

/* How many steps have worked */
static unsigned int report(time_t took, unsigned long made)
{
	unsigned int i, worked = 0;

	for (i = 0; i < ARRAY_SIZE(steps); i++) {
		printf("# %-17s %4u worked, %4u could not\n", steps[i].name, counts[i].worked,
		       counts[i].failed);
		worked += counts[i].worked;
	}
	printf("# %lu steps in %ld s, %u of them worked\n", made, (long)took, worked);
	return worked;
}

/*
 * A quarter of the steps has worked; every kind of them has, and there was traffic, which of few
 * steps cannot be expected.
 */
static bool sharp(unsigned long made, unsigned int worked, unsigned long transfers)
{
	bool ok = worked >= made / 4;
	unsigned int i;

	if (!ok)
		printf("not ok - hardly a step has worked\n");
	if (made >= ENOUGH && !transfers) {
		printf("not ok - no VM has transferred anything\n");
		ok = false;
	}
	for (i = 0; made >= ENOUGH && i < ARRAY_SIZE(steps); i++) {
		if (counts[i].worked)
			continue;
		printf("not ok - no step '%s' has worked\n", steps[i].name);
		ok = false;
	}
	return ok;
}

/* What is left of all that goes; an mdev that is being removed says EAGAIN. */
static bool clean_up(void)
{
	unsigned int tries;
	int ret;

	for (tries = 0; tries < 50; tries++) {
		ret = vms_end();
		if (!ret)
			break;
		usleep(100000);
	}
	if (ret)
		printf("not ok - an mdev cannot be removed: %s\n", strerror(-ret));
	programs_end();
	if (net_revive())
		printf("# no NIC in the end\n");
	if (!ret)
		ret = ports_remove();
	if (ret)
		printf("not ok - a port cannot be removed: %s\n", strerror(-ret));
	return !ret;
}

int main(int argc, char **argv)
{
	struct fire_options o = { .seed = 1, .count = 1000 };
	time_t began = time(NULL);
	uint64_t random, other;
	unsigned long n, first, transfers;
	unsigned int i;
	bool good;

	fire_parse(&o, argc, argv);
	if (!getenv("VRC_MODULE") || !getenv("LIFE_LOGS") || !getenv("LIFE_GUEST_KERNEL")) {
		fprintf(stderr, "VRC_MODULE, LIFE_LOGS and LIFE_GUEST_KERNEL have to be set\n");
		return 2;
	}
	kmsg = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);
	random = fire_stream(o.seed, 0);
	other = fire_stream(o.seed, 1);
	signal(SIGPIPE, SIG_IGN);
	net_init();
	vm_init();
	for (i = 0; i < NR_WORKERS; i++)
		if (pthread_create(&workers[i].thread, NULL, work, &workers[i]))
			life_die("pthread_create");
	first = begin(&other);
	if (!first)
		printf("not ok - no VM transfers anything, although nothing has gone yet\n");
	for (n = 1; first && n <= o.count; n++) {
		if (n % REVIVE_EVERY == 1)
			revive(n, &random);
		make_step(n, &random);
	}
	wait_all();
	good = clean_up();
	i = report(time(NULL) - began, n - 1);
	good &= vm_report(&transfers);
	return !(sharp(n - 1, i, transfers - first) && good && first);
}
