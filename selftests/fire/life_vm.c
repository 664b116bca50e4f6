// SPDX-License-Identifier: GPL-2.0-only
/*
 * A VM here is a child process that has the vfio device of its mdev open, with memory, Bus
 * Master Enable and interrupts, and is never still: registers, DMA that the device does and
 * that is compared, memory that is mapped anew. It lives for some seconds at most. When an mdev
 * that it uses is to be removed it lets go of it, as QEMU does - or does not, as a guest that
 * does not let go makes QEMU do.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/vfio.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../module/vfio_test.h"
#include "life.h"
#include "slot.h"

#define NR_VMS		4
#define VECTORS		4
#define MOST_BYTES	(8u << 10)
#define PATIENCE_MS	3000	/* with a transfer; then a reset ends it */
#define FUNCTIONS	"/sys/bus/vrc/devices"
#define MDEVS		"/sys/bus/mdev/devices"

/* What all VMs together did; shared with the children. */
struct tally {
	atomic_ulong opened, transfers, wrong, interrupts, resets, let_go;
};

static struct tally *tally;

static struct vm {
	char uuid[40];
	/*
	 * Held while its mdev is made or removed: one whose removal is asked for while it is
	 * being created cannot be removed by anybody any more, says vfio-device.rst.
	 */
	pthread_mutex_t turn;
	pthread_mutex_t lock;	/* pid */
	pid_t pid;		/* 0: none */
} vms[NR_VMS];

void vm_init(void)
{
	unsigned int i;

	tally = mmap(NULL, sizeof(*tally), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		     -1, 0);
	if (tally == MAP_FAILED)
		life_die("mmap");
	for (i = 0; i < NR_VMS; i++) {
		snprintf(vms[i].uuid, sizeof(vms[i].uuid), "f17e0000-0000-4000-8000-%012x",
			 0xa00 + i);
		pthread_mutex_init(&vms[i].turn, NULL);
		pthread_mutex_init(&vms[i].lock, NULL);
	}
}

/* ---- mdevs ---- */

static bool mdev_exists(const struct vm *vm)
{
	char path[128];

	snprintf(path, sizeof(path), MDEVS "/%.36s", vm->uuid);
	return !access(path, F_OK);
}

static int create_mdev(struct vm *vm, uint32_t function)
{
	char path[384], func[64], type[64];
	int ret = life_choose(FUNCTIONS, function, func, sizeof(func));

	snprintf(path, sizeof(path), FUNCTIONS "/%s/mdev_supported_types", func);
	if (!ret)
		ret = life_choose(path, 0, type, sizeof(type));
	if (ret)
		return ret;
	snprintf(path, sizeof(path), FUNCTIONS "/%s/mdev_supported_types/%s/create", func, type);
	if (pthread_mutex_trylock(&vm->turn))
		return -EBUSY;
	ret = fire_write(path, vm->uuid);
	pthread_mutex_unlock(&vm->turn);
	return ret;
}

/* Of functions, the first that is free; sometimes with a UUID that is taken. */
int mdev_create(const struct draw *r)
{
	struct vm *vm = &vms[r->b % NR_VMS];
	unsigned int i;
	int ret = -ENOENT;

	for (i = 0; r->c % 4 && i < NR_VMS && mdev_exists(vm); i++)
		vm = &vms[(r->b + i) % NR_VMS];
	for (i = 0; ret && i < 4; i++)
		ret = create_mdev(vm, r->a + i);
	return ret;
}

static int remove_mdev(struct vm *vm)
{
	char path[128];
	int ret;

	if (pthread_mutex_trylock(&vm->turn))
		return -EBUSY;
	snprintf(path, sizeof(path), MDEVS "/%.36s/remove", vm->uuid);
	ret = fire_write(path, "1");
	pthread_mutex_unlock(&vm->turn);
	return ret;
}

int mdev_remove(const struct draw *r)
{
	unsigned int i;
	int ret = -ENOENT;

	for (i = 0; ret == -ENOENT && i < NR_VMS; i++)
		ret = remove_mdev(&vms[(r->b + i) % NR_VMS]);
	return ret;
}

/* ---- what a VM does ---- */

static atomic_bool ending, resetting;	/* lock-free, so signal handlers may set them */

static void on_signal(int sig)
{
	if (sig == SIGUSR1)
		atomic_store(&resetting, true);
	else
		atomic_store(&ending, true);
}

static bool put(struct slot *s, uint32_t off, uint32_t val)
{
	return pwrite(s->fd, &val, sizeof(val), off) == sizeof(val);
}

static uint32_t get(struct slot *s, uint32_t off)
{
	uint32_t val = 0;

	return pread(s->fd, &val, sizeof(val), off) == sizeof(val) ? val : 0;
}

static void set_irqs(struct slot *s, uint32_t index, uint32_t count, const int32_t *fds)
{
	struct {
		struct vfio_irq_set set;
		int32_t fds[VECTORS];
	} a = {
		.set = {
			.index = index, .count = count,
			.argsz = (uint32_t)(sizeof(a.set) + count * sizeof(*fds)),
			.flags = VFIO_IRQ_SET_ACTION_TRIGGER | VFIO_IRQ_SET_DATA_EVENTFD,
		},
	};

	memcpy(a.fds, fds, count * sizeof(*fds));
	ioctl(s->fd, VFIO_DEVICE_SET_IRQS, &a);
}

static void reset(struct slot *s)
{
	if (!ioctl(s->fd, VFIO_DEVICE_RESET))
		atomic_fetch_add(&tally->resets, 1);
	slot_enable(s);
}

static bool start_copy(struct slot *s, uint32_t src, uint32_t dst, uint32_t size)
{
	return put(s, REG_STATUS, 0) && put(s, REG_SRC, (uint32_t)SLOT_IOVA + src) &&
	       put(s, REG_SRC + 4, 0) && put(s, REG_DST, (uint32_t)SLOT_IOVA + dst) &&
	       put(s, REG_DST + 4, 0) && put(s, REG_SIZE, size) && put(s, REG_IRQ_TYPE, 2) &&
	       put(s, REG_IRQ_NUMBER, 1) && put(s, REG_COMMAND, CMD_COPY);
}

/* Whatever befalls it: if the device says that it has copied, it has. */
static void transfer(struct slot *s, uint64_t *random)
{
	uint32_t size = 1 + fire_below(random, MOST_BYTES), status = 0;
	uint32_t src = fire_below(random, SLOT_MEM / 2 - MOST_BYTES);
	uint32_t dst = SLOT_MEM / 2 + fire_below(random, SLOT_MEM / 2 - MOST_BYTES);
	unsigned int ms;

	fire_bytes(random, s->mem + src, size);
	memset(s->mem + dst, 0x5a, size);
	if (!start_copy(s, src, dst, size))
		return reset(s);
	for (ms = 0; ms < PATIENCE_MS && !ending && !resetting && !(status & STA_DONE); ms += 2) {
		usleep(2000);
		status = get(s, REG_STATUS);
	}
	if (status != (STA_COPY_OK | STA_DONE))
		return reset(s);
	atomic_fetch_add(&tally->transfers, 1);
	if (memcmp(s->mem + src, s->mem + dst, size))
		atomic_fetch_add(&tally->wrong, 1);
}

static void remap(struct slot *s, uint64_t *random)
{
	uint64_t off = (uint64_t)fire_below(random, SLOT_MEM / 4096) * 4096;

	slot_unmap(s, 0, SLOT_MEM);
	if (off)
		slot_map(s, 0, off);
	slot_map(s, off, SLOT_MEM - off);
}

/* True: there was something */
static bool drain(int fd, atomic_ulong *count)
{
	uint64_t val;

	if (read(fd, &val, sizeof(val)) != sizeof(val))
		return false;
	atomic_fetch_add(count, val);
	return true;
}

static void use(struct slot *s, uint64_t *random, bool lets_go)
{
	int32_t fds[VECTORS], request = eventfd(0, EFD_NONBLOCK);
	unsigned int i;

	for (i = 0; i < VECTORS; i++)
		fds[i] = eventfd(0, EFD_NONBLOCK);
	set_irqs(s, VFIO_PCI_MSIX_IRQ_INDEX, VECTORS, fds);
	set_irqs(s, VFIO_PCI_REQ_IRQ_INDEX, 1, &request);
	reset(s);
	while (!ending) {
		transfer(s, random);
		if (fire_percent(random, 20))
			remap(s, random);
		if (atomic_exchange(&resetting, false) || fire_percent(random, 2))
			reset(s);
		for (i = 0; i < VECTORS; i++)
			drain(fds[i], &tally->interrupts);
		if (lets_go && drain(request, &tally->let_go))
			break;
	}
}

/* In a child that has nothing of its parent's files. */
static int live(const struct vm *vm, const struct draw *r)
{
	struct sigaction act = { .sa_handler = on_signal };
	struct slot s = { .container = -1, .group = -1, .fd = -1 };
	uint64_t random = fire_stream(r->c, r->b);

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	close_range(3, ~0u, 0);
	sigaction(SIGTERM, &act, NULL);
	sigaction(SIGUSR1, &act, NULL);
	alarm(1 + r->b % 20);
	memcpy(s.uuid, vm->uuid, sizeof(s.uuid));
	s.mem = mmap(NULL, SLOT_MEM, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (s.mem == MAP_FAILED || slot_open(&s))
		return 1;
	atomic_fetch_add(&tally->opened, 1);
	use(&s, &random, r->c % 3);
	slot_close_all(&s);
	return 0;
}

/* ---- its steps; with vm->lock held ---- */

static bool alive(struct vm *vm)
{
	if (vm->pid && waitpid(vm->pid, NULL, WNOHANG) == vm->pid)
		vm->pid = 0;
	return vm->pid;
}

static int start(struct vm *vm, const struct draw *r)
{
	if (alive(vm) || guest_has(vm->uuid))
		return -EBUSY;
	if (!mdev_exists(vm))
		return -ENOENT;
	vm->pid = fork();
	if (!vm->pid)
		_exit(live(vm, r));
	if (vm->pid > 0)
		return 0;
	vm->pid = 0;
	return -errno;
}

static int end(struct vm *vm, const struct draw *r)
{
	int ret;

	(void)r;
	if (!alive(vm))
		return -ESRCH;
	ret = life_kill(vm->pid);
	vm->pid = 0;
	return ret;
}

static int tell_reset(struct vm *vm, const struct draw *r)
{
	(void)r;
	return !alive(vm) ? -ESRCH : kill(vm->pid, SIGUSR1) ? -errno : 0;
}

static int tell_end(struct vm *vm, const struct draw *r)
{
	(void)r;
	return !alive(vm) ? -ESRCH : kill(vm->pid, SIGTERM) ? -errno : 0;
}

static int with(struct vm *vm, int (*step)(struct vm *vm, const struct draw *r),
		const struct draw *r)
{
	int ret;

	pthread_mutex_lock(&vm->lock);
	ret = step(vm, r);
	pthread_mutex_unlock(&vm->lock);
	return ret;
}

/* One that has an mdev, or lives, if there is one. */
static int with_any(int (*step)(struct vm *vm, const struct draw *r), const struct draw *r)
{
	unsigned int i;
	int ret = -ENOENT;

	for (i = 0; ret && i < NR_VMS; i++)
		ret = with(&vms[(r->a + i) % NR_VMS], step, r);
	return ret;
}

int vm_start(const struct draw *r)
{
	return with_any(start, r);
}

int vm_reset(const struct draw *r)
{
	return with_any(tell_reset, r);
}

int vm_stop(const struct draw *r)
{
	return with_any(tell_end, r);
}

int vm_kill(const struct draw *r)
{
	return with_any(end, r);
}

static int is_alive(struct vm *vm, const struct draw *r)
{
	(void)r;
	return alive(vm) ? 0 : -ESRCH;
}

int vms_revive(const struct draw *r)
{
	if (!with_any(is_alive, r) || !vm_start(r))
		return 0;
	mdev_create(r);
	return vm_start(r);
}

int vm_spare_mdev(uint32_t r, char *uuid, size_t len)
{
	struct vm *vm;
	unsigned int i;

	for (i = 0; i < NR_VMS; i++) {
		vm = &vms[(r + i) % NR_VMS];
		if (mdev_exists(vm) && with(vm, is_alive, NULL)) {
			snprintf(uuid, len, "%s", vm->uuid);
			return 0;
		}
	}
	return -ENOENT;
}

int vms_end(void)
{
	const struct draw none = { 0 };
	unsigned int i;
	int ret = 0, err;

	guest_kill(&none);
	for (i = 0; i < NR_VMS; i++) {
		with(&vms[i], end, &none);
		err = mdev_exists(&vms[i]) ? remove_mdev(&vms[i]) : 0;
		if (err && err != -ENOENT)
			ret = err;
	}
	return ret;
}

unsigned long vms_transferred(void)
{
	return tally->transfers;
}

bool vm_report(unsigned long *transfers)
{
	*transfers = tally->transfers;
	printf("# VMs: %lu opened, %lu transfers, %lu resets, %lu interrupts, %lu let go\n",
	       tally->opened, tally->transfers, tally->resets, tally->interrupts, tally->let_go);
	if (tally->wrong)
		printf("not ok - %lu of the transfers were wrong\n", tally->wrong);
	return !tally->wrong;
}
