// SPDX-License-Identifier: GPL-2.0-only
/*
 * hold --seed N FUNCTION...: has the mdevs of the FUNCTIONs open, with memory, Bus
 * Master Enable and interrupts on, so that what stations send gets as far as it can, and
 * reads and writes their registers. Ends by SIGTERM.
 */
#include <linux/vfio.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "slot.h"

#define MOST_SLOTS	8
#define VECTORS		4

static bool ended(const sigset_t *term)
{
	const struct timespec now = { 0 };

	return sigtimedwait(term, NULL, &now) == SIGTERM;
}

static void interrupts(struct slot *s, uint32_t index)
{
	struct {
		struct vfio_irq_set set;
		int32_t fds[VECTORS];
	} a = {
		.set = {
			.argsz = sizeof(a), .index = index,
			.count = index == VFIO_PCI_INTX_IRQ_INDEX ? 1 : VECTORS,
			.flags = VFIO_IRQ_SET_ACTION_TRIGGER | VFIO_IRQ_SET_DATA_EVENTFD,
		},
	};
	unsigned int i;

	for (i = 0; i < VECTORS; i++)
		a.fds[i] = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	a.set.argsz = (uint32_t)(sizeof(a.set) + a.set.count * sizeof(a.fds[0]));
	if (ioctl(s->fd, VFIO_DEVICE_SET_IRQS, &a))
		perror("# VFIO_DEVICE_SET_IRQS");
	for (i = 0; i < VECTORS; i++)
		close(a.fds[i]);
}

/* The cache of pinned memory is to be filled again and again. */
static void remap(struct slot *s, uint64_t *r)
{
	uint64_t off = (uint64_t)fire_below(r, SLOT_MEM / 4096) * 4096;

	slot_unmap(s, 0, SLOT_MEM);
	slot_map(s, 0, off);
	slot_map(s, off, SLOT_MEM - off);
}

static void use(struct slot *s, uint64_t *r)
{
	uint32_t val = fire_below(r, 256);
	off_t off = (off_t)(fire_below(r, 64) * 4ull);

	if (fire_percent(r, 50))
		pwrite(s->fd, &val, sizeof(val), off);
	else
		pread(s->fd, &val, sizeof(val), off);
	if (fire_percent(r, 10))
		slot_enable(s);
	if (fire_percent(r, 5))
		remap(s, r);
	/* Seldom: a function without FLR needs a new session for it */
	if (!fire_below(r, 500)) {
		ioctl(s->fd, VFIO_DEVICE_RESET);
		slot_enable(s);
	}
}

int main(int argc, char **argv)
{
	struct fire_options o = { .seed = 1 };
	static struct slot slots[MOST_SLOTS];
	sigset_t term;
	uint64_t random;
	int i, ret;

	fire_parse(&o, argc, argv);
	random = fire_stream(o.seed, 0);
	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	sigprocmask(SIG_BLOCK, &term, NULL);
	if (!o.nr_args || o.nr_args > MOST_SLOTS)
		return 2;
	for (i = 0; i < o.nr_args; i++) {
		if (slot_init(&slots[i], o.args[i], 100 + (unsigned int)i))
			return 1;
		ret = slot_create(&slots[i]);
		if (!ret)
			ret = slot_open(&slots[i]);
		if (ret) {
			printf("# %s: %s\n", o.args[i], strerror(-ret));
			return 1;
		}
		interrupts(&slots[i], i & 1 ? VFIO_PCI_INTX_IRQ_INDEX : VFIO_PCI_MSIX_IRQ_INDEX);
		slot_enable(&slots[i]);
	}
	printf("open\n");
	while (!ended(&term)) {
		use(&slots[fire_below(&random, (uint32_t)o.nr_args)], &random);
		usleep(2000);
	}
	ret = 0;
	for (i = 0; i < o.nr_args; i++) {
		slot_close_all(&slots[i]);
		ret |= slot_remove(&slots[i]);
	}
	return !!ret;
}
