// SPDX-License-Identifier: GPL-2.0-only
/*
 * Doorbell Buffer Config: the driver keeps the values of the I/O doorbells in
 * memory, too. It writes a doorbell only when the value passes the event index
 * that stands beside it: every write is an exit of the virtual machine, and a frame.
 *
 * A queue is armed when the index has the value that we know and memory was looked at
 * after that: then the driver rings at the next change. A completion queue
 * is armed when it has no room, for nothing else needs its head; and
 * while the pin is used, whose level depends on it.
 *
 * A submission queue with at most one command is armed in the frame that fetches
 * it. One with more is not: the driver goes on without ringing, and memory is
 * looked at when completions leave anyway. This lasts twice the time of a fetch at
 * most, so what is submitted meanwhile does not wait for a slow disk.
 */
#include "nvme.h"

#define FETCH_NS	50000	/* how long one takes, before the first is measured */

static void init(struct nvme_shadow *s, struct nvme_ctrl *c, unsigned int slot)
{
	s->ctrl = c;
	s->slot = slot;
}

static bool in_use(const struct nvme_shadow *s)
{
	return s->ctrl->shadows && s->slot >= 2 && nvme_running(s->ctrl);
}

/* ---- looking ---- */

static void look(struct nvme_shadow *s);

static void looked(struct ep_dma *d, enum ep_dma_status status)
{
	struct nvme_shadow *s = container_of(d, struct nvme_shadow, dma);
	struct nvme_ctrl *c = s->ctrl;
	bool valid = status == EP_DMA_OK && !s->stale;

	s->reading = false;
	s->stale = false;
	c->dma_waits--;
	if (!nvme_running(c)) {
		nvme_settle(c);
		return;
	}
	if (status == EP_DMA_ERROR)
		nvme_fatal(c, "the guest refused the read of a shadow doorbell");
	else if (valid)
		nvme_doorbell(c, s->slot, le32toh(s->value));
	else
		s->armed = false;
	if (s->again)
		look(s);
	nvme_kick(c);
}

static void look(struct nvme_shadow *s)
{
	struct nvme_ctrl *c = s->ctrl;

	if (!in_use(s))
		return;
	s->again = s->reading;
	if (s->reading)
		return;
	s->reading = true;
	s->looked_at = ep_now(c->loop);
	c->dma_waits++;
	ep_dma_read(&c->func, &s->dma, c->shadows + 4 * s->slot, &s->value, sizeof(s->value),
		    looked);
}

static void arm(struct nvme_shadow *s, uint32_t known)
{
	nvme_le32 index = htole32(known);

	if (s->armed || !in_use(s) ||
	    !ep_dma_write(&s->ctrl->func, s->ctrl->event_indexes + 4 * s->slot, &index,
			  sizeof(index)))
		return;
	s->armed = true;
	look(s);
}

/* ---- when ---- */

static void linger(struct nvme_sq *sq)
{
	struct nvme_ctrl *c = sq->ctrl;

	ep_timer_set(c->loop, &sq->linger, ep_now(c->loop) + 2 * c->fetch_ns);
}

static void lingered(struct ep_timer *t)
{
	struct nvme_sq *sq = container_of(t, struct nvme_sq, linger);

	if (sq->size)
		arm(&sq->shadow, sq->tail);
}

static void watch_sq(struct nvme_sq *sq)
{
	struct nvme_ctrl *c = sq->ctrl;
	struct nvme_shadow *s = &sq->shadow;

	if (!sq->size || s->armed)
		return;
	if (sq->in_flight + nvme_sq_waiting(sq) <= 1) {
		ep_timer_set(c->loop, &sq->linger, UINT64_MAX);
		arm(s, sq->tail);
	} else if (sq->linger.at == UINT64_MAX) {
		linger(sq);
	} else if (sq->posted && !s->reading && ep_now(c->loop) - s->looked_at >= c->fetch_ns) {
		look(s);
		linger(sq);
	}
	sq->posted = false;
}

static void watch_cq(struct nvme_cq *cq)
{
	bool level = cq->irq_enabled && !ep_msix_enabled(&cq->ctrl->func);

	if (cq->size && (level || cq->done.head))
		arm(&cq->shadow, cq->head);
}

void nvme_shadows_watch(struct nvme_ctrl *c)
{
	if (!c->shadows || !nvme_running(c) || !ep_bus_master(&c->func))
		return;
	for (unsigned int i = 1; i <= c->queues; i++) {
		watch_sq(&c->sq[i]);
		watch_cq(&c->cq[i]);
	}
}

void nvme_shadow_fetched(struct nvme_ctrl *c, uint64_t ns)
{
	c->fetch_ns = c->fetch_ns - c->fetch_ns / 8 + ns / 8;
}

/* ---- the command, and the end ---- */

static void tell(struct nvme_shadow *s, uint32_t known)
{
	nvme_le32 value = htole32(known);

	ep_dma_write(&s->ctrl->func, s->ctrl->shadows + 4 * s->slot, &value, sizeof(value));
	s->armed = false;
}

/* Queues that are there begin with the value that we know. */
void nvme_shadows_config(struct nvme_cmd *cmd)
{
	uint64_t shadows = le64toh(cmd->sqe.prp1), indexes = le64toh(cmd->sqe.prp2);
	struct nvme_ctrl *c = cmd->ctrl;

	if (!shadows || shadows & (NVME_PAGE - 1))
		nvme_cmd_fail(cmd, NVME_SC_INVALID_FIELD, offsetof(struct nvme_sqe, prp1));
	else if (!indexes || indexes & (NVME_PAGE - 1))
		nvme_cmd_fail(cmd, NVME_SC_INVALID_FIELD, offsetof(struct nvme_sqe, prp2));
	if (cmd->status == NVME_SC_SUCCESS) {
		c->shadows = shadows;
		c->event_indexes = indexes;
		for (unsigned int i = 1; i <= c->queues; i++) {
			if (c->sq[i].size)
				tell(&c->sq[i].shadow, c->sq[i].tail);
			if (c->cq[i].size)
				tell(&c->cq[i].shadow, c->cq[i].head);
		}
	}
	nvme_cmd_complete(cmd);
}

void nvme_shadow_forget(struct nvme_shadow *s)
{
	s->armed = false;
	s->again = false;
	s->stale = s->reading;
}

void nvme_shadows_create(struct nvme_ctrl *c)
{
	c->fetch_ns = FETCH_NS;
	for (unsigned int i = 0; i <= c->queues; i++) {
		init(&c->sq[i].shadow, c, 2 * i);
		init(&c->cq[i].shadow, c, 2 * i + 1);
		ep_timer_init(&c->sq[i].linger, lingered);
	}
}

void nvme_shadows_reset(struct nvme_ctrl *c, bool dma_gone)
{
	c->shadows = 0;
	c->event_indexes = 0;
	for (unsigned int i = 0; i <= c->queues && dma_gone; i++) {
		c->sq[i].shadow.reading = false;
		c->sq[i].shadow.stale = false;
		c->cq[i].shadow.reading = false;
		c->cq[i].shadow.stale = false;
	}
}
