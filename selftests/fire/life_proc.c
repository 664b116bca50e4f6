// SPDX-License-Identifier: GPL-2.0-only
/* What runs as a program of its own. Its output goes to files in $LIFE_LOGS. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "life.h"

#define NR_STATIONS	3	/* with two serials: two may claim the same */
#define GUEST_LIFE_S	50

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;	/* the following */
static pid_t stations[NR_STATIONS];	/* 0: none */
static struct {
	pid_t pid;
	int monitor;		/* its standard input */
	char mdev[40];
} guest = { .monitor = -1 };

int life_kill(pid_t pid)
{
	if (kill(pid, SIGKILL))
		return -errno;
	return waitpid(pid, NULL, 0) == pid ? 0 : -errno;
}

/* ---- what a child does before it executes a program ---- */

static void log_to(const char *name)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", getenv("LIFE_LOGS"), name);
	fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	dup2(fd, 1);
	dup2(fd, 2);
}

static void run_station(unsigned int n)
{
	char name[16], serial[16];

	snprintf(name, sizeof(name), "s%u", n);
	snprintf(serial, sizeof(serial), "0x%x", 0x78 + n % 2);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	log_to("stations");
	if (net_enter_device())
		_exit(1);
	execlp("vrcep", "vrcep", "-i", "lb", "--name", name, "--serial", serial,
	       "--function", "test", "--function", "test", NULL);
	_exit(127);
}

static void run_guest(const char *mdev, int monitor)
{
	char device[128];

	snprintf(device, sizeof(device), "vfio-pci,sysfsdev=/sys/bus/mdev/devices/%s", mdev);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	dup2(monitor, 0);
	log_to("guest");
	alarm(GUEST_LIFE_S);
	execlp("qemu-system-x86_64", "qemu-system-x86_64", "-M", "q35,sata=off,smbus=off,i8042=off",
	       "-accel", "tcg", "-m", "96", "-nodefaults", "-no-user-config", "-display", "none",
	       "-monitor", "stdio", "-serial", "null", "-kernel", getenv("LIFE_GUEST_KERNEL"),
	       "-device", device, NULL);
	_exit(127);
}

/* ---- stations ---- */

static bool alive(pid_t *pid)
{
	if (*pid && waitpid(*pid, NULL, WNOHANG) == *pid)
		*pid = 0;
	return *pid;
}

static int start(unsigned int n)
{
	if (alive(&stations[n]))
		return -EBUSY;
	stations[n] = fork();
	if (!stations[n])
		run_station(n);
	if (stations[n] > 0)
		return 0;
	stations[n] = 0;
	return -errno;
}

int station_start(const struct draw *r)
{
	int ret;

	pthread_mutex_lock(&lock);
	ret = start(r->a % 8 ? r->a % 2 : 2);
	pthread_mutex_unlock(&lock);
	return ret;
}

/* One that is alive, if there is one. */
static int signal_station(const struct draw *r, int sig)
{
	unsigned int i, n;
	int ret = -ESRCH;

	pthread_mutex_lock(&lock);
	for (i = 0; ret && i < NR_STATIONS; i++) {
		n = (r->a + i) % NR_STATIONS;
		if (alive(&stations[n]))
			ret = kill(stations[n], sig) ? -errno : 0;
	}
	pthread_mutex_unlock(&lock);
	return ret;
}

int station_stop(const struct draw *r)
{
	return signal_station(r, SIGTERM);
}

int station_kill(const struct draw *r)
{
	return signal_station(r, SIGKILL);
}

int station_pause(const struct draw *r)
{
	return signal_station(r, SIGSTOP);
}

int station_continue(const struct draw *r)
{
	return signal_station(r, SIGCONT);
}

/* None is stopped, and one runs. */
int stations_revive(void)
{
	unsigned int n, running = 0;
	int ret = 0;

	pthread_mutex_lock(&lock);
	for (n = 0; n < NR_STATIONS; n++)
		if (alive(&stations[n]) && !kill(stations[n], SIGCONT))
			running++;
	if (!running)
		ret = start(0);
	pthread_mutex_unlock(&lock);
	return ret;
}

/* ---- the guest ---- */

static int start_guest(const char *mdev)
{
	int fds[2];

	if (alive(&guest.pid))
		return -EBUSY;
	if (pipe2(fds, O_CLOEXEC))
		return -errno;
	if (guest.monitor >= 0)
		close(guest.monitor);
	guest.monitor = fds[1];
	snprintf(guest.mdev, sizeof(guest.mdev), "%s", mdev);
	guest.pid = fork();
	if (!guest.pid)
		run_guest(mdev, fds[0]);
	close(fds[0]);
	if (guest.pid > 0)
		return 0;
	guest.pid = 0;
	return -errno;
}

/* With an mdev that no VM has: QEMU ends at once if it is in use. */
int guest_start(const struct draw *r)
{
	char mdev[40];
	int ret = vm_spare_mdev(r->a, mdev, sizeof(mdev));

	if (ret)
		return ret;
	pthread_mutex_lock(&lock);
	ret = start_guest(mdev);
	pthread_mutex_unlock(&lock);
	return ret;
}

bool guest_has(const char *uuid)
{
	bool has;

	pthread_mutex_lock(&lock);
	has = alive(&guest.pid) && !strcmp(guest.mdev, uuid);
	pthread_mutex_unlock(&lock);
	return has;
}

int guest_reset(const struct draw *r)
{
	static const char line[] = "system_reset\n";
	int ret = -ESRCH;

	(void)r;
	pthread_mutex_lock(&lock);
	if (alive(&guest.pid))
		ret = write(guest.monitor, line, sizeof(line) - 1) < 0 ? -errno : 0;
	pthread_mutex_unlock(&lock);
	return ret;
}

int guest_kill(const struct draw *r)
{
	int ret = -ESRCH;

	(void)r;
	pthread_mutex_lock(&lock);
	if (alive(&guest.pid)) {
		ret = life_kill(guest.pid);
		guest.pid = 0;
	}
	pthread_mutex_unlock(&lock);
	return ret;
}

void programs_end(void)
{
	const struct draw none = { 0 };
	unsigned int n;

	guest_kill(&none);
	for (n = 0; n < NR_STATIONS; n++)
		if (alive(&stations[n]))
			life_kill(stations[n]);
}
