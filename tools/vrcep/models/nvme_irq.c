// SPDX-License-Identifier: GPL-2.0-only
/* Interrupts of completion queues: MSI-X, the pin, and coalescing. */
#include "nvme.h"

/*
 * The pin is asserted while a queue that wants interrupts has entries which the
 * driver has not taken. Under MSI-X it is never asserted.
 */
void nvme_irq_level(struct nvme_ctrl *c)
{
	bool level = false;

	if (!ep_msix_enabled(&c->func) && !(c->intms & 1))
		for (unsigned int i = 0; i <= c->queues && !level; i++)
			level = c->cq[i].size && c->cq[i].irq_enabled &&
				c->cq[i].head != c->cq[i].tail;
	ep_intx_set(&c->func, level);
}

static void announce(struct nvme_cq *cq)
{
	ep_timer_set(cq->ctrl->loop, &cq->coalesce, UINT64_MAX);
	cq->unannounced = 0;
	if (!ep_msi_notify(&cq->ctrl->func, cq->vector))
		nvme_irq_level(cq->ctrl);
}

/* Entries to wait for, from the Interrupt Coalescing feature; 1: do not wait. */
static unsigned int threshold(const struct nvme_cq *cq)
{
	const struct nvme_features *f = &cq->ctrl->features;
	unsigned int entries = f->coalescing & 0xff, time = f->coalescing >> 8 & 0xff;

	if (!cq->id || !time || !ep_msix_enabled(&cq->ctrl->func) ||
	    f->no_coalescing[cq->vector / 64] >> (cq->vector % 64) & 1)
		return 1;
	return entries + 1;
}

static uint64_t patience_ns(const struct nvme_cq *cq)
{
	return (cq->ctrl->features.coalescing >> 8 & 0xff) * 100000ull;
}

void nvme_irq_posted(struct nvme_cq *cq, unsigned int entries)
{
	struct ep_loop *loop = cq->ctrl->loop;

	if (!cq->irq_enabled)
		return;
	if (!cq->unannounced && entries < threshold(cq))
		ep_timer_set(loop, &cq->coalesce, ep_now(loop) + patience_ns(cq));
	cq->unannounced += entries;
	if (cq->unannounced >= threshold(cq))
		announce(cq);
}

void nvme_irq_expired(struct ep_timer *t)
{
	struct nvme_cq *cq = container_of(t, struct nvme_cq, coalesce);

	if (cq->unannounced)
		announce(cq);
}
