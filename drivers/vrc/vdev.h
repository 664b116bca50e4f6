/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The vfio device of a VM: a mediated device with exactly one function behind it.
 *
 * vdev.c is its life, vioctl.c what the VMM asks of it, vregion.c its BARs and ROM,
 * vconfig.c its config space, irq.c its interrupts and msi.c those of the real
 * function, dma.c and pin.c its DMA.
 *
 * Locks, outermost first, continuing the list in port.h:
 *   vdev->lock     (mutex: virtual config space, interrupt set-up, reset)
 *   func->lock     (vrc_func_reset())
 *   cache->lock    (pin.h; rwlock, bottom halves off)
 *   session->lock
 * irq->lock (irq.h) is taken under vdev->lock or from softirq, and nothing of
 * ours is taken under it. vrc_func_unclaim() waits for link_change(), which takes
 * vdev->lock. Reads and writes of BARs take no lock.
 */
#ifndef VRC_VDEV_H
#define VRC_VDEV_H

#include <linux/mutex.h>
#include <linux/pci_regs.h>
#include <linux/vfio.h>

#include "dma.h"
#include "func.h"
#include "irq.h"
#include "vconfig.h"

struct vrc_vdev {
	struct vfio_device vfio;	/* first: vfio_alloc_device() demands it */
	struct vrc_client client;
	struct vrc_func *func;

	struct mutex lock;		/* virtual config space, interrupt set-up, reset */
	bool open;
	bool clean;			/* under lock: the function is as after a reset */
	u16 enabled;			/* what of Command is in force; read without lock */
	u32 real_command;		/* under lock: what the function's Command was set to */
	struct vrc_vconfig config;
	struct vrc_irq irq;
	struct vrc_dma dma;
};

#define to_vrc_vdev(d)	container_of(d, struct vrc_vdev, vfio)

/* Has the guest set @bit of PCI_COMMAND, and is the function in D0? */
static inline bool vrc_vdev_enabled(const struct vrc_vdev *v, u16 bit)
{
	return READ_ONCE(v->enabled) & bit;
}

static inline bool vrc_vdev_is_up(const struct vrc_vdev *v)
{
	return READ_ONCE(v->func->state) == VRC_FUNC_UP;
}

/*
 * Resets the function and the virtual state, which is reset even if the function is DOWN;
 * interrupts stay as SET_IRQS has left them. Under vdev->lock.
 */
int vrc_vdev_reset(struct vrc_vdev *v);

/* Brings the function's Command, and what is in force, in line with the virtual one. Locked. */
int vrc_vdev_sync_command(struct vrc_vdev *v);

/* vioctl.c */
long vrc_vdev_ioctl(struct vfio_device *vfio, unsigned int cmd, unsigned long arg);
int vrc_vdev_region_info(struct vfio_device *vfio, struct vfio_region_info *info,
			 struct vfio_info_cap *caps);

/* vregion.c */
#define VRC_REGION_SHIFT	40
#define vrc_region_offset(index)	((u64)(index) << VRC_REGION_SHIFT)
ssize_t vrc_vdev_read(struct vfio_device *vfio, char __user *buf, size_t count, loff_t *ppos);
ssize_t vrc_vdev_write(struct vfio_device *vfio, const char __user *buf, size_t count,
		       loff_t *ppos);

/* For func.c and main.c */
extern struct mdev_driver vrc_mdev_driver;
int vrc_vdev_init(void);
void vrc_vdev_exit(void);

#endif /* VRC_VDEV_H */
