// SPDX-License-Identifier: GPL-2.0-only
/* Commands in flight: their pools, what they wait for, how they end. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "nvme.h"

/* ---- pools ---- */

static size_t transfer_stride(void)
{
	return (sizeof(struct nvme_transfer) + NVME_PAGE - 1) & ~(size_t)(NVME_PAGE - 1);
}

static void pool_put(struct nvme_pool *p, struct nvme_cmd *cmd)
{
	cmd->next = p->free;
	p->free = cmd;
	p->count++;
}

struct nvme_pool *nvme_pool_of(struct nvme_sq *sq)
{
	return sq->id ? &sq->ctrl->io_pool : &sq->ctrl->admin_pool;
}

/*
 * Address space only: pages come when a command first uses them, and the
 * commands that were used last are used first.
 */
bool nvme_cmds_create(struct nvme_ctrl *c)
{
	size_t stride = 2 * NVME_MAX_DATA + transfer_stride();
	uint8_t *at;

	c->n_cmds = NVME_ADMIN_CMDS + NVME_IO_CMDS_PER_QUEUE * c->queues;
	c->arena_len = c->n_cmds * stride;
	c->cmds = calloc(c->n_cmds, sizeof(*c->cmds));
	c->arena = mmap(NULL, c->arena_len, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (!c->cmds || c->arena == MAP_FAILED)
		return false;

	at = c->arena;
	for (unsigned int i = 0; i < c->n_cmds; i++, at += stride) {
		struct nvme_cmd *cmd = &c->cmds[i];

		cmd->ctrl = c;
		cmd->data = at;
		cmd->disk_data = at + NVME_MAX_DATA;
		cmd->transfer = (void *)(at + 2 * NVME_MAX_DATA);
		pool_put(i < NVME_ADMIN_CMDS ? &c->admin_pool : &c->io_pool, cmd);
	}
	return true;
}

void nvme_cmds_destroy(struct nvme_ctrl *c)
{
	if (c->arena != MAP_FAILED && c->arena)
		munmap(c->arena, c->arena_len);
	free(c->cmds);
}

static bool own_cid(struct nvme_sq *sq, uint16_t cid)
{
	uint64_t bit = 1ull << (cid % 64);

	if (sq->cids[cid / 64] & bit)
		return false;
	sq->cids[cid / 64] |= bit;
	return true;
}

static void busy_begin(struct nvme_ctrl *c)
{
	if (!c->stats.io_in_flight++)
		c->stats.busy_since = ep_now(c->loop);
}

static void busy_end(struct nvme_ctrl *c)
{
	if (!--c->stats.io_in_flight)
		c->stats.busy_ns += ep_now(c->loop) - c->stats.busy_since;
}

struct nvme_cmd *nvme_cmd_get(struct nvme_sq *sq, const struct nvme_sqe *sqe)
{
	struct nvme_pool *p = nvme_pool_of(sq);
	struct nvme_cmd *cmd = p->free;

	p->free = cmd->next;
	p->count--;
	cmd->sqe = *sqe;
	cmd->sq = sq;
	cmd->step = NULL;
	cmd->dead = false;
	cmd->may_abort = false;
	cmd->abort = false;
	cmd->unsupported = false;
	cmd->status = NVME_SC_SUCCESS;
	cmd->location = NVME_NO_LOCATION;
	cmd->dw0 = 0;
	cmd->slba = 0;
	cmd->len = 0;
	sq->in_flight++;
	if (sq->id)
		busy_begin(sq->ctrl);
	cmd->owns_cid = own_cid(sq, le16toh(sqe->cid));
	if (!cmd->owns_cid)
		nvme_cmd_fail(cmd, NVME_SC_CID_CONFLICT, offsetof(struct nvme_sqe, cid));
	return cmd;
}

void nvme_cmd_put(struct nvme_cmd *cmd)
{
	struct nvme_sq *sq = cmd->sq;
	uint16_t cid = le16toh(cmd->sqe.cid);

	if (cmd->owns_cid)
		sq->cids[cid / 64] &= ~(1ull << (cid % 64));
	if (sq->id)
		busy_end(sq->ctrl);
	sq->in_flight--;
	cmd->sq = NULL;
	pool_put(nvme_pool_of(sq), cmd);
}

/* ---- the end ---- */

/* Without Do Not Retry: what may work the next time. */
static bool may_retry(enum nvme_status status)
{
	switch (status) {
	case NVME_SC_DATA_TRANSFER:
	case NVME_SC_ABORT_REQUESTED:
	case NVME_SC_READ_ERROR:
	case NVME_SC_WRITE_FAULT:
		return true;
	default:
		return false;
	}
}

void nvme_cmd_fail(struct nvme_cmd *cmd, enum nvme_status status, unsigned int location)
{
	if (cmd->status != NVME_SC_SUCCESS)
		return;
	cmd->status = status | (may_retry(status) ? 0 : NVME_SC_DNR);
	cmd->location = location;
}

void nvme_cmd_complete(struct nvme_cmd *cmd)
{
	struct nvme_ctrl *c = cmd->ctrl;

	cmd->step = NULL;
	if (cmd->status != NVME_SC_SUCCESS &&
	    (cmd->status & NVME_SC_MASK) != NVME_SC_ABORT_REQUESTED)
		nvme_log_error(cmd);
	if (cmd->sq->id)
		nvme_io_account(cmd);
	nvme_list_add(&c->cq[cmd->sq->cq_id].done, cmd);
	nvme_kick(c);
}

/* ---- waiting ---- */

static void go_on(struct nvme_cmd *cmd)
{
	if (cmd->dma_waits || cmd->disk_waits)
		return;
	if (cmd->dead)
		nvme_cmd_put(cmd);
	else if (cmd->step)
		cmd->step(cmd);
}

void nvme_cmd_then(struct nvme_cmd *cmd, void (*step)(struct nvme_cmd *cmd))
{
	cmd->step = step;
	go_on(cmd);
}

static void disk_done(struct nvme_disk_op *op, int err)
{
	struct nvme_cmd *cmd = container_of(op, struct nvme_cmd, op);
	struct nvme_ctrl *c = cmd->ctrl;

	if (err == -EOPNOTSUPP && (op->kind == NVME_DISK_PUNCH || op->kind == NVME_DISK_ZERO)) {
		cmd->unsupported = true;
	} else if (err) {
		c->stats.media_errors++;
		ep_func_log(&c->func, "%s at byte %llu: %s", nvme_disk_describe(c->disk),
			    (unsigned long long)op->off, strerror(-err));
		nvme_cmd_fail(cmd, err == -ENOSPC || err == -EDQUOT ? NVME_SC_CAPACITY :
			      op->kind == NVME_DISK_READ ? NVME_SC_READ_ERROR :
			      NVME_SC_WRITE_FAULT, NVME_NO_LOCATION);
	}
	cmd->disk_waits--;
	c->disk_waits--;
	go_on(cmd);
	nvme_settle(c);
}

void nvme_cmd_disk(struct nvme_cmd *cmd, enum nvme_disk_kind kind, uint64_t off, uint64_t len)
{
	struct nvme_ctrl *c = cmd->ctrl;

	cmd->op.kind = kind;
	cmd->op.off = off;
	cmd->op.len = len;
	cmd->op.done = disk_done;
	cmd->disk_waits++;
	c->disk_waits++;
	nvme_disk_submit(c->disk, &cmd->op);
	nvme_kick(c);
}

static void dma_done(struct ep_dma *d, enum ep_dma_status status)
{
	struct nvme_dma *dma = container_of(d, struct nvme_dma, dma);
	struct nvme_cmd *cmd = dma->cmd;
	struct nvme_ctrl *c = cmd->ctrl;

	if (status != EP_DMA_OK)
		nvme_cmd_fail(cmd, NVME_SC_DATA_TRANSFER, NVME_NO_LOCATION);
	else if (dma->arrived && !cmd->dead)
		dma->arrived(cmd);
	cmd->dma_waits--;
	c->dma_waits--;
	go_on(cmd);
	nvme_settle(c);
}

void nvme_cmd_dma_read(struct nvme_cmd *cmd, struct nvme_dma *d, uint64_t addr, void *buf,
		       size_t len, void (*arrived)(struct nvme_cmd *cmd))
{
	d->cmd = cmd;
	d->arrived = arrived;
	cmd->dma_waits++;
	cmd->ctrl->dma_waits++;
	ep_dma_read(&cmd->ctrl->func, &d->dma, addr, buf, len, dma_done);
}

void nvme_cmds_kill(struct nvme_ctrl *c, bool dma_gone)
{
	for (unsigned int i = 0; i < c->n_cmds; i++) {
		struct nvme_cmd *cmd = &c->cmds[i];

		if (!cmd->sq)
			continue;
		cmd->dead = true;
		if (dma_gone)
			cmd->dma_waits = 0;
		go_on(cmd);
	}
	if (dma_gone)
		c->dma_waits = 0;
	nvme_list_init(&c->link);
}
