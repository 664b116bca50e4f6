// SPDX-License-Identifier: GPL-2.0-only
/*
 * Interrupts of a vdev: INTx, MSI, MSI-X, and the notices to the VMM (irq.h).
 */
#include <linux/eventfd.h>
#include <linux/slab.h>

#include "compat.h"
#include "vdev.h"

#define IRQ_NONE_INDEX	VFIO_PCI_NUM_IRQS

void vrc_irq_init(struct vrc_vdev *v)
{
	spin_lock_init(&v->irq.lock);
	v->irq.index = IRQ_NONE_INDEX;
}

unsigned int vrc_irq_count(struct vrc_vdev *v, unsigned int index)
{
	switch (index) {
	case VFIO_PCI_INTX_IRQ_INDEX:
		return v->func->config[PCI_INTERRUPT_PIN] ? 1 : 0;
	case VFIO_PCI_MSI_IRQ_INDEX:
		return vrc_msi_vectors(v);
	case VFIO_PCI_MSIX_IRQ_INDEX:
		return vrc_msix_vectors(v);
	case VFIO_PCI_ERR_IRQ_INDEX:
	case VFIO_PCI_REQ_IRQ_INDEX:
		return 1;
	}
	return 0;
}

static bool is_message(unsigned int index)
{
	return index == VFIO_PCI_MSI_IRQ_INDEX || index == VFIO_PCI_MSIX_IRQ_INDEX;
}

static int get_trigger(s32 fd, struct eventfd_ctx **ctx)
{
	*ctx = NULL;
	if (fd == -1)
		return 0;
	*ctx = eventfd_ctx_fdget(fd);
	return IS_ERR(*ctx) ? PTR_ERR(*ctx) : 0;
}

/*
 * Puts @ctx in @place and drops what was there; tells whether there is one now
 * that was not, or the reverse.
 */
static bool swap_trigger(struct vrc_vdev *v, struct eventfd_ctx **place, struct eventfd_ctx *ctx)
{
	struct eventfd_ctx *old;

	lockdep_assert_held(&v->lock);
	spin_lock_bh(&v->irq.lock);
	old = *place;
	*place = ctx;
	spin_unlock_bh(&v->irq.lock);
	if (old)
		eventfd_ctx_put(old);
	return !old != !ctx;
}

/* Signals INTx once for a line that is asserted. */
static void intx_update(struct vrc_vdev *v)
{
	struct vrc_irq *irq = &v->irq;

	lockdep_assert_held(&irq->lock);
	if (irq->index != VFIO_PCI_INTX_IRQ_INDEX || !irq->asserted || irq->masked ||
	    vrc_vdev_enabled(v, PCI_COMMAND_INTX_DISABLE))
		return;
	irq->masked = true;
	vrc_func_count(v->func, interrupts);
	if (irq->trigger[0])
		eventfd_signal(irq->trigger[0]);
}

void vrc_irq_intx_kick(struct vrc_vdev *v)
{
	spin_lock_bh(&v->irq.lock);
	intx_update(v);
	spin_unlock_bh(&v->irq.lock);
}

static void intx_mask(struct vrc_vdev *v, bool masked)
{
	spin_lock_bh(&v->irq.lock);
	v->irq.masked = masked;
	intx_update(v);
	spin_unlock_bh(&v->irq.lock);
}

/* In the middle of somebody's eventfd_signal(): too early to signal another. */
static int unmask_handler(void *opaque, void *data)
{
	return 1;
}

static void unmask_thread(void *opaque, void *data)
{
	intx_mask(opaque, false);
}

static int irq_take(struct vrc_vdev *v, unsigned int index)
{
	unsigned int nr = vrc_irq_count(v, index);
	struct eventfd_ctx **trigger;

	lockdep_assert_held(&v->lock);
	trigger = kcalloc(nr, sizeof(*trigger), GFP_KERNEL_ACCOUNT);
	if (!trigger)
		return -ENOMEM;
	spin_lock_bh(&v->irq.lock);
	v->irq.trigger = trigger;
	v->irq.nr = nr;
	v->irq.used = 0;
	v->irq.masked = false;
	v->irq.index = index;
	spin_unlock_bh(&v->irq.lock);
	return 0;
}

static void irq_drop(struct vrc_vdev *v)
{
	struct eventfd_ctx **trigger;
	unsigned int i, nr;

	lockdep_assert_held(&v->lock);
	spin_lock_bh(&v->irq.lock);
	trigger = v->irq.trigger;
	nr = v->irq.nr;
	v->irq.trigger = NULL;
	v->irq.nr = 0;
	v->irq.index = IRQ_NONE_INDEX;
	spin_unlock_bh(&v->irq.lock);
	for (i = 0; i < nr; i++)
		if (trigger[i])
			eventfd_ctx_put(trigger[i]);
	kfree(trigger);
}

static int irq_disable(struct vrc_vdev *v)
{
	int ret = 0;

	lockdep_assert_held(&v->lock);
	if (is_message(v->irq.index))
		ret = vrc_msi_disable(v);
	else
		vfio_virqfd_disable(&v->irq.unmask);
	irq_drop(v);
	return vrc_vdev_sync_command(v) ?: ret;
}

static int irq_enable(struct vrc_vdev *v)
{
	int ret = vrc_msi_program(v);

	return ret ?: vrc_vdev_sync_command(v);
}

/* Signals what the VMM asks for, to test its own side. */
static void loopback(struct vrc_vdev *v, const struct vfio_irq_set *hdr, const u8 *flags)
{
	unsigned int i;

	spin_lock_bh(&v->irq.lock);
	for (i = 0; i < hdr->count; i++) {
		struct eventfd_ctx *ctx = v->irq.trigger[hdr->start + i];

		if (ctx && (!flags || flags[i]))
			eventfd_signal(ctx);
	}
	spin_unlock_bh(&v->irq.lock);
}

static int set_vectors(struct vrc_vdev *v, unsigned int start, unsigned int count, const s32 *fds,
		       bool update)
{
	struct eventfd_ctx *ctx;
	unsigned int i;
	int ret;

	for (i = 0; i < count; i++) {
		ret = get_trigger(fds[i], &ctx);
		if (ret)
			return ret;
		if (swap_trigger(v, &v->irq.trigger[start + i], ctx) && update) {
			ret = vrc_msix_update(v, start + i);
			if (ret)
				return ret;
		}
	}
	return 0;
}

/* The VMM gets all the vectors of a call or none. */
static void clear_vectors(struct vrc_vdev *v, unsigned int start, unsigned int count, bool update)
{
	unsigned int i;

	for (i = start; i < start + count; i++)
		if (swap_trigger(v, &v->irq.trigger[i], NULL) && update)
			vrc_msix_update(v, i);
}

static int set_message_fds(struct vrc_vdev *v, const struct vfio_irq_set *hdr, const s32 *fds)
{
	bool fresh = v->irq.index == IRQ_NONE_INDEX, more;
	bool update = !fresh && hdr->index == VFIO_PCI_MSIX_IRQ_INDEX;
	int ret;

	if (fresh) {
		ret = irq_take(v, hdr->index);
		if (ret)
			return ret;
	}
	more = hdr->start + hdr->count > v->irq.used;
	if (more)
		v->irq.used = hdr->start + hdr->count;
	ret = set_vectors(v, hdr->start, hdr->count, fds, update);
	if (!ret && (fresh || (more && !update)))
		ret = irq_enable(v);
	if (ret && fresh)
		irq_disable(v);
	else if (ret)
		clear_vectors(v, hdr->start, hdr->count, update);
	return ret;
}

static int set_message(struct vrc_vdev *v, const struct vfio_irq_set *hdr, void *data)
{
	if (v->irq.index != hdr->index && v->irq.index != IRQ_NONE_INDEX)
		return -EINVAL;
	if (hdr->flags & VFIO_IRQ_SET_DATA_EVENTFD)
		return set_message_fds(v, hdr, data);
	if (v->irq.index != hdr->index)
		return -EINVAL;
	if (!hdr->count && hdr->flags & VFIO_IRQ_SET_DATA_NONE)
		return irq_disable(v);
	loopback(v, hdr, hdr->flags & VFIO_IRQ_SET_DATA_BOOL ? data : NULL);
	return 0;
}

static int set_intx_fd(struct vrc_vdev *v, s32 fd)
{
	struct eventfd_ctx *ctx;
	int ret = get_trigger(fd, &ctx);

	if (ret)
		return ret;
	if (v->irq.index == IRQ_NONE_INDEX) {
		ret = irq_take(v, VFIO_PCI_INTX_IRQ_INDEX);
		if (ret) {
			if (ctx)
				eventfd_ctx_put(ctx);
			return ret;
		}
	}
	swap_trigger(v, &v->irq.trigger[0], ctx);
	ret = vrc_vdev_sync_command(v);
	vrc_irq_intx_kick(v);
	return ret;
}

static int set_intx(struct vrc_vdev *v, const struct vfio_irq_set *hdr, void *data)
{
	if (v->irq.index != VFIO_PCI_INTX_IRQ_INDEX && v->irq.index != IRQ_NONE_INDEX)
		return -EINVAL;
	if (!hdr->count && hdr->flags & VFIO_IRQ_SET_DATA_NONE)
		return v->irq.index == VFIO_PCI_INTX_IRQ_INDEX ? irq_disable(v) : 0;
	if (hdr->count != 1)
		return -EINVAL;
	if (hdr->flags & VFIO_IRQ_SET_DATA_EVENTFD)
		return set_intx_fd(v, *(s32 *)data);
	if (v->irq.index != VFIO_PCI_INTX_IRQ_INDEX)
		return -EINVAL;
	loopback(v, hdr, hdr->flags & VFIO_IRQ_SET_DATA_BOOL ? data : NULL);
	return 0;
}

static int set_intx_mask(struct vrc_vdev *v, const struct vfio_irq_set *hdr, void *data)
{
	if (v->irq.index != VFIO_PCI_INTX_IRQ_INDEX || hdr->count != 1)
		return -EINVAL;
	if (hdr->flags & VFIO_IRQ_SET_DATA_EVENTFD)
		return -ENOTTY;
	if (hdr->flags & VFIO_IRQ_SET_DATA_NONE || *(u8 *)data)
		intx_mask(v, true);
	return 0;
}

static int set_intx_unmask(struct vrc_vdev *v, const struct vfio_irq_set *hdr, void *data)
{
	s32 fd;

	if (v->irq.index != VFIO_PCI_INTX_IRQ_INDEX || hdr->count != 1)
		return -EINVAL;
	if (hdr->flags & VFIO_IRQ_SET_DATA_EVENTFD) {
		fd = *(s32 *)data;
		vfio_virqfd_disable(&v->irq.unmask);
		if (fd < 0)
			return 0;
		return vfio_virqfd_enable(v, unmask_handler, unmask_thread, NULL,
					  &v->irq.unmask, fd);
	}
	if (hdr->flags & VFIO_IRQ_SET_DATA_NONE || *(u8 *)data)
		intx_mask(v, false);
	return 0;
}

static bool notify(struct vrc_vdev *v, struct eventfd_ctx **place)
{
	bool taken;

	spin_lock_bh(&v->irq.lock);
	taken = *place;
	if (taken)
		eventfd_signal(*place);
	spin_unlock_bh(&v->irq.lock);
	return taken;
}

bool vrc_irq_request(struct vrc_vdev *v)
{
	return notify(v, &v->irq.request);
}

bool vrc_irq_error(struct vrc_vdev *v)
{
	return notify(v, &v->irq.error);
}

static int set_notice(struct vrc_vdev *v, struct eventfd_ctx **place,
		      const struct vfio_irq_set *hdr, void *data)
{
	struct eventfd_ctx *ctx = NULL;
	int ret;

	if (hdr->flags & VFIO_IRQ_SET_DATA_EVENTFD) {
		if (!hdr->count)
			return -EINVAL;
		ret = get_trigger(*(s32 *)data, &ctx);
		if (ret)
			return ret;
		swap_trigger(v, place, ctx);
		return 0;
	}
	if (!*place)
		return -EINVAL;
	if (!hdr->count)
		swap_trigger(v, place, NULL);
	else if (hdr->flags & VFIO_IRQ_SET_DATA_NONE || *(u8 *)data)
		notify(v, place);
	return 0;
}

int vrc_irq_set(struct vrc_vdev *v, const struct vfio_irq_set *hdr, void *data)
{
	u32 action = hdr->flags & VFIO_IRQ_SET_ACTION_TYPE_MASK;

	lockdep_assert_held(&v->lock);
	switch (hdr->index) {
	case VFIO_PCI_INTX_IRQ_INDEX:
		if (action == VFIO_IRQ_SET_ACTION_TRIGGER)
			return set_intx(v, hdr, data);
		if (action == VFIO_IRQ_SET_ACTION_MASK)
			return set_intx_mask(v, hdr, data);
		if (action == VFIO_IRQ_SET_ACTION_UNMASK)
			return set_intx_unmask(v, hdr, data);
		break;
	case VFIO_PCI_MSI_IRQ_INDEX:
	case VFIO_PCI_MSIX_IRQ_INDEX:
		if (action == VFIO_IRQ_SET_ACTION_TRIGGER)
			return set_message(v, hdr, data);
		break;
	case VFIO_PCI_REQ_IRQ_INDEX:
		if (action == VFIO_IRQ_SET_ACTION_TRIGGER)
			return set_notice(v, &v->irq.request, hdr, data);
		break;
	case VFIO_PCI_ERR_IRQ_INDEX:
		if (action == VFIO_IRQ_SET_ACTION_TRIGGER)
			return set_notice(v, &v->irq.error, hdr, data);
		break;
	}
	return -ENOTTY;
}

void vrc_irq_close(struct vrc_vdev *v)
{
	if (v->irq.index != IRQ_NONE_INDEX)
		irq_disable(v);
	swap_trigger(v, &v->irq.request, NULL);
	swap_trigger(v, &v->irq.error, NULL);
}

/* What msi.c has told the function to write: its vector's number, as one DW. */
static bool signal_vector(struct vrc_vdev *v, const struct vrc_tlp *t)
{
	struct eventfd_ctx *ctx = NULL;
	u32 vector;

	if (t->addr != VRC_MSI_BASE || t->len_dw != 1 || t->first_be != 0xf)
		return false;
	vector = get_unaligned_le32(t->data);
	spin_lock_bh(&v->irq.lock);
	if (is_message(v->irq.index) && vector < v->irq.nr)
		ctx = v->irq.trigger[vector];
	if (ctx) {
		/* Before: who is woken may look. */
		vrc_func_count(v->func, interrupts);
		eventfd_signal(ctx);
	}
	spin_unlock_bh(&v->irq.lock);
	return ctx;
}

void vrc_irq_msi(struct vrc_vdev *v, const struct vrc_tlp *t)
{
	if (!vrc_vdev_enabled(v, PCI_COMMAND_MASTER)) {
		vrc_func_count(v->func, dma_no_bus_master);
		return;
	}
	if (!signal_vector(v, t))
		vrc_func_count(v->func, interrupts_bad);
}

void vrc_irq_message(struct vrc_vdev *v, const struct vrc_tlp *t)
{
	vrc_func_count(v->func, messages);
	if (t->msg_code < VRC_MSG_ASSERT_INTA || t->msg_code > VRC_MSG_DEASSERT_INTA + 3)
		return;
	spin_lock_bh(&v->irq.lock);
	v->irq.asserted = t->msg_code < VRC_MSG_DEASSERT_INTA;
	intx_update(v);
	spin_unlock_bh(&v->irq.lock);
}

void vrc_irq_deassert(struct vrc_vdev *v)
{
	spin_lock_bh(&v->irq.lock);
	v->irq.asserted = false;
	spin_unlock_bh(&v->irq.lock);
}
