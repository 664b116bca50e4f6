/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Interrupts of a vdev: eventfds that the VMM sets by VFIO_DEVICE_SET_IRQS,
 * signalled from softirq when the function sends an MSI or an INTx message.
 *
 * One of INTx, MSI and MSI-X is in use at a time. Changes are made under
 * vdev->lock and irq->lock; either is enough to look. The function's own MSI
 * capability and MSI-X table are ours: every vector writes its number to VRC_MSI_BASE. A
 * vector without an eventfd is masked in the function's table, where it stays pending.
 *
 * INTx is a level: signalled once and masked until the VMM unmasks, then
 * signalled again if the line is still asserted.
 */
#ifndef VRC_IRQ_H
#define VRC_IRQ_H

#include <linux/spinlock.h>
#include <linux/vfio.h>

#include "proto/tlp.h"

struct vrc_vdev;

struct vrc_irq {
	spinlock_t lock;		/* bottom halves off */
	unsigned int index;		/* VFIO_PCI_*_IRQ_INDEX in use, or VFIO_PCI_NUM_IRQS */
	unsigned int nr;		/* entries of trigger[] */
	unsigned int used;		/* vectors that the VMM has asked for */
	struct eventfd_ctx **trigger;
	struct eventfd_ctx *request;	/* the VMM is asked to let go of the device */
	struct eventfd_ctx *error;	/* the VMM is told that the device has failed */
	bool asserted;			/* INTx: state of the line */
	bool masked;			/* INTx */
	struct virqfd *unmask;		/* INTx, by vfio_virqfd_enable() */
};

void vrc_irq_init(struct vrc_vdev *v);
/* Vectors of an index, 0: none. */
unsigned int vrc_irq_count(struct vrc_vdev *v, unsigned int index);
/* VFIO_DEVICE_SET_IRQS, @hdr validated. Under vdev->lock. */
int vrc_irq_set(struct vrc_vdev *v, const struct vfio_irq_set *hdr, void *data);
/* Under vdev->lock: no eventfd is left. */
void vrc_irq_close(struct vrc_vdev *v);
/* Asks the VMM to release the device; false: it did not say how. */
bool vrc_irq_request(struct vrc_vdev *v);
/* Tells the VMM that the device has failed; false: as above. */
bool vrc_irq_error(struct vrc_vdev *v);

/* Softirq or process context: */
void vrc_irq_msi(struct vrc_vdev *v, const struct vrc_tlp *t);
void vrc_irq_message(struct vrc_vdev *v, const struct vrc_tlp *t);
/* The line is down: the function was reset or its link died. */
void vrc_irq_deassert(struct vrc_vdev *v);
/* Signals INTx if nothing keeps it from being signalled any more. */
void vrc_irq_intx_kick(struct vrc_vdev *v);

/*
 * msi.c: the function's own interrupts, under vdev->lock; while it is DOWN these
 * do nothing, and return 0.
 */
unsigned int vrc_msi_vectors(struct vrc_vdev *v);	/* that it can have */
unsigned int vrc_msix_vectors(struct vrc_vdev *v);
bool vrc_msix_table(struct vrc_vdev *v, unsigned int *bar, u64 *offset, u64 *size);
/* Sets it up for what irq->index says, from any state or from reset. */
int vrc_msi_program(struct vrc_vdev *v);
/* Takes it back to no MSI and MSI-X. */
int vrc_msi_disable(struct vrc_vdev *v);
/* Masks or unmasks vector @i by whether it has an eventfd. */
int vrc_msix_update(struct vrc_vdev *v, unsigned int i);

#endif /* VRC_IRQ_H */
