// SPDX-License-Identifier: GPL-2.0-only
/* Submission and completion queues: doorbells, fetching, posting. */
#include <string.h>

#include "nvme.h"

#define POST_RUN 16	/* completions that one DMA write carries */

/* ---- create and delete ---- */

void nvme_queues_create(struct nvme_ctrl *c)
{
	for (unsigned int i = 0; i <= c->queues; i++) {
		c->sq[i].ctrl = c;
		c->sq[i].id = i;
		c->cq[i].ctrl = c;
		c->cq[i].id = i;
		nvme_list_init(&c->cq[i].done);
		ep_timer_init(&c->cq[i].coalesce, nvme_irq_expired);
	}
	nvme_shadows_create(c);
}

void nvme_sq_init(struct nvme_ctrl *c, unsigned int id, uint64_t base, uint32_t size,
		  unsigned int cq_id)
{
	struct nvme_sq *sq = &c->sq[id];

	sq->base = base;
	sq->size = size;
	sq->cq_id = cq_id;
	sq->head = 0;
	sq->tail = 0;
	sq->delete_cmd = NULL;
	nvme_shadow_forget(&sq->shadow);
	c->cq[cq_id].sqs++;
	nvme_kick(c);
}

void nvme_cq_init(struct nvme_ctrl *c, unsigned int id, uint64_t base, uint32_t size,
		  unsigned int vector, bool irq_enabled)
{
	struct nvme_cq *cq = &c->cq[id];

	cq->base = base;
	cq->size = size;
	cq->vector = vector;
	cq->irq_enabled = irq_enabled;
	cq->head = 0;
	cq->tail = 0;
	cq->phase = true;
	cq->unannounced = 0;
	cq->sqs = 0;
	nvme_list_init(&cq->done);
	nvme_shadow_forget(&cq->shadow);
}

void nvme_sq_remove(struct nvme_sq *sq)
{
	sq->ctrl->cq[sq->cq_id].sqs--;
	ep_timer_set(sq->ctrl->loop, &sq->linger, UINT64_MAX);
	nvme_shadow_forget(&sq->shadow);
	sq->size = 0;
	sq->delete_cmd = NULL;
}

void nvme_cq_remove(struct nvme_cq *cq)
{
	ep_timer_set(cq->ctrl->loop, &cq->coalesce, UINT64_MAX);
	nvme_shadow_forget(&cq->shadow);
	cq->size = 0;
	nvme_irq_level(cq->ctrl);
}

void nvme_queues_remove(struct nvme_ctrl *c)
{
	for (unsigned int i = 0; i <= c->queues; i++)
		if (c->sq[i].size)
			nvme_sq_remove(&c->sq[i]);
	for (unsigned int i = 0; i <= c->queues; i++)
		if (c->cq[i].size)
			nvme_cq_remove(&c->cq[i]);
}

void nvme_sq_check_deleted(struct nvme_sq *sq)
{
	struct nvme_cmd *cmd = sq->delete_cmd;

	if (!cmd || sq->in_flight || sq->fetching)
		return;
	nvme_sq_remove(sq);
	nvme_cmd_complete(cmd);
}

/* ---- doorbells ---- */

/* From @from on to @to in a ring. */
static uint32_t distance(uint32_t from, uint32_t to, uint32_t size)
{
	return to >= from ? to - from : to + size - from;
}

uint32_t nvme_sq_waiting(const struct nvme_sq *sq)
{
	return distance(sq->head, sq->tail, sq->size);
}

static void sq_doorbell(struct nvme_sq *sq, uint32_t tail)
{
	if (tail >= sq->size ||
	    nvme_sq_waiting(sq) + distance(sq->tail, tail, sq->size) >= sq->size) {
		nvme_event(sq->ctrl, NVME_EVENT_ERROR, NVME_EVENT_ERROR_DOORBELL_VALUE);
		return;
	}
	if (tail == sq->tail)
		return;
	sq->tail = tail;
	sq->shadow.armed = false;
	nvme_kick(sq->ctrl);
}

static void cq_doorbell(struct nvme_cq *cq, uint32_t head)
{
	if (head >= cq->size || distance(cq->head, head, cq->size) >
	    distance(cq->head, cq->tail, cq->size)) {
		nvme_event(cq->ctrl, NVME_EVENT_ERROR, NVME_EVENT_ERROR_DOORBELL_VALUE);
		return;
	}
	if (head == cq->head)
		return;
	cq->head = head;
	cq->shadow.armed = false;
	nvme_irq_level(cq->ctrl);
	if (cq->done.head || cq->ctrl->shadows)
		nvme_kick(cq->ctrl);
}

void nvme_doorbell(struct nvme_ctrl *c, unsigned int slot, uint32_t val)
{
	unsigned int id = slot / 2;

	if (!nvme_running(c))
		return;
	val &= 0xffff;
	if (id > c->queues || !(slot & 1 ? c->cq[id].size : c->sq[id].size))
		nvme_event(c, NVME_EVENT_ERROR, NVME_EVENT_ERROR_DOORBELL);
	else if (slot & 1)
		cq_doorbell(&c->cq[id], val);
	else
		sq_doorbell(&c->sq[id], val);
}

/* ---- fetching ---- */

static void run(struct nvme_sq *sq, const struct nvme_sqe *sqe)
{
	struct nvme_cmd *cmd = nvme_cmd_get(sq, sqe);

	if (sqe->flags & (NVME_SQE_FUSE | NVME_SQE_PSDT))
		nvme_cmd_fail(cmd, NVME_SC_INVALID_FIELD, offsetof(struct nvme_sqe, flags));
	if (cmd->status != NVME_SC_SUCCESS)
		nvme_cmd_complete(cmd);
	else if (sq->id)
		nvme_io_run(cmd);
	else
		nvme_admin_run(cmd);
}

static void fetched(struct ep_dma *d, enum ep_dma_status status)
{
	struct nvme_sq *sq = container_of(d, struct nvme_sq, fetch);
	struct nvme_ctrl *c = sq->ctrl;
	uint32_t n = sq->fetched;

	sq->fetching = false;
	nvme_pool_of(sq)->promised -= n;
	c->dma_waits--;
	if (!nvme_running(c)) {
		nvme_settle(c);
	} else if (status == EP_DMA_ERROR) {
		nvme_fatal(c, "the guest refused the read of a submission queue");
	} else if (sq->delete_cmd) {
		nvme_sq_check_deleted(sq);
	} else if (status == EP_DMA_OK) {
		nvme_shadow_fetched(c, ep_now(c->loop) - sq->fetch_began);
		sq->head = (sq->head + n) % sq->size;
		/* A command of the batch may end the life of the queue. */
		for (uint32_t i = 0; i < n && sq->size; i++)
			run(sq, &sq->entries[i]);
		nvme_kick(c);
	}
}

static uint32_t at_most(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

static uint32_t burst(const struct nvme_ctrl *c)
{
	unsigned int ab = c->features.arbitration & 7;

	return ab == 7 ? NVME_FETCH : at_most(1u << ab, NVME_FETCH);
}

/* One read for the run of new entries up to the end of the ring; the rest follows it. */
static void sq_fetch(struct nvme_sq *sq)
{
	struct nvme_ctrl *c = sq->ctrl;
	struct nvme_pool *pool = nvme_pool_of(sq);
	uint32_t n;

	if (!sq->size || sq->head == sq->tail || sq->fetching || sq->delete_cmd)
		return;
	n = sq->tail > sq->head ? sq->tail - sq->head : sq->size - sq->head;
	n = at_most(at_most(n, sq->id ? burst(c) : NVME_FETCH), pool->count - pool->promised);
	if (!n)
		return;
	sq->fetching = true;
	sq->fetch_began = ep_now(c->loop);
	sq->fetched = n;
	pool->promised += n;
	c->dma_waits++;
	ep_dma_read(&c->func, &sq->fetch, sq->base + sq->head * sizeof(struct nvme_sqe),
		    sq->entries, n * sizeof(struct nvme_sqe), fetched);
}

/* The admin queue first, the others round robin when commands are short. */
void nvme_queues_fetch(struct nvme_ctrl *c)
{
	if (!nvme_running(c) || !ep_bus_master(&c->func))
		return;
	sq_fetch(&c->sq[0]);
	for (unsigned int i = 0; i < c->queues; i++)
		sq_fetch(&c->sq[(c->next_sq + i) % c->queues + 1]);
	c->next_sq = (c->next_sq + 1) % c->queues;
}

/* ---- posting ---- */

static void fill(struct nvme_cqe *cqe, const struct nvme_cmd *cmd, bool phase)
{
	cqe->dw0 = htole32(cmd->dw0);
	cqe->dw1 = 0;
	cqe->sq_head = htole16(cmd->sq->head);
	cqe->sq_id = htole16(cmd->sq->id);
	cqe->cid = cmd->sqe.cid;
	cqe->status = htole16(cmd->status << 1 | phase);
}

static void posted(struct nvme_cq *cq)
{
	struct nvme_cmd *cmd = nvme_list_take(&cq->done);
	struct nvme_sq *sq = cmd->sq;

	if (!sq->id && cmd->sqe.opcode == NVME_ADMIN_ABORT)
		cq->ctrl->aborts--;
	sq->posted = true;
	nvme_cmd_put(cmd);
	nvme_sq_check_deleted(sq);
}

/* Entries that go to adjacent slots in one write; 0: nothing to post, or no room or bus. */
static unsigned int post_run(struct nvme_cq *cq)
{
	uint32_t room = cq->size - 1 - distance(cq->head, cq->tail, cq->size);
	struct nvme_cqe run[POST_RUN];
	struct nvme_cmd *cmd = cq->done.head;
	unsigned int n = 0;

	room = at_most(at_most(room, cq->size - cq->tail), POST_RUN);
	for (; cmd && n < room; cmd = cmd->next)
		fill(&run[n++], cmd, cq->phase);
	if (!n || !ep_dma_write(&cq->ctrl->func, cq->base + cq->tail * sizeof(run[0]), run,
				n * sizeof(run[0])))
		return 0;
	cq->tail += n;
	if (cq->tail == cq->size) {
		cq->tail = 0;
		cq->phase = !cq->phase;
	}
	for (unsigned int i = 0; i < n; i++)
		posted(cq);
	return n;
}

static void cq_post(struct nvme_cq *cq)
{
	unsigned int n, all = 0;

	if (!cq->size || !cq->done.head)
		return;
	while ((n = post_run(cq)))
		all += n;
	if (all)
		nvme_irq_posted(cq, all);
}

void nvme_queues_post(struct nvme_ctrl *c)
{
	if (c->state != NVME_READY)
		return;
	for (unsigned int i = 0; i <= c->queues; i++)
		cq_post(&c->cq[i]);
}
