// SPDX-License-Identifier: GPL-2.0-only
/* Controller registers, and with them enabling, resetting and shutting down the controller. */
#include <string.h>
#include <sys/mman.h>

#include "nvme.h"

#define READY_TIMEOUT 60	/* of 500 ms: CSTS.RDY may wait for a slow disk */

/* ---- the life of the controller ---- */

static void shutdown_synced(struct nvme_disk_op *op, int err)
{
	struct nvme_ctrl *c = container_of(op, struct nvme_ctrl, sync);

	if (err)
		ep_func_log(&c->func, "%s: flush at shutdown: %s", nvme_disk_describe(c->disk),
			    strerror(-err));
	c->disk_waits--;
	c->syncing = false;
	if (!c->sync_stale)
		c->csts = (c->csts & ~NVME_CSTS_SHST_MASK) | NVME_CSTS_SHST_DONE;
	c->sync_stale = false;
	nvme_settle(c);
}

static void shutdown_sync(struct nvme_ctrl *c)
{
	c->syncing = true;
	c->disk_waits++;
	c->sync.kind = NVME_DISK_SYNC;
	c->sync.done = shutdown_synced;
	nvme_disk_submit(c->disk, &c->sync);
	nvme_kick(c);
}

static void become_ready(struct nvme_ctrl *c)
{
	nvme_cq_init(c, 0, c->acq, (c->aqa >> 16 & 0xfff) + 1, 0, true);
	nvme_sq_init(c, 0, c->asq, (c->aqa & 0xfff) + 1, 0);
	c->state = NVME_READY;
	c->csts |= NVME_CSTS_RDY;
}

static void become_disabled(struct nvme_ctrl *c)
{
	c->state = NVME_DISABLED;
	c->csts = 0;
	madvise(c->arena, c->arena_len, MADV_DONTNEED);
}

void nvme_settle(struct nvme_ctrl *c)
{
	if (c->dma_waits || c->disk_waits)
		return;
	if (c->state == NVME_DISABLING)
		become_disabled(c);
	else if (c->state == NVME_ENABLING)
		become_ready(c);
	if ((c->csts & NVME_CSTS_SHST_MASK) == NVME_CSTS_SHST_BUSY)
		shutdown_sync(c);
}

/* What a reset of the controller and one of the function have in common. */
static void end_life(struct nvme_ctrl *c, bool dma_gone)
{
	nvme_cmds_kill(c, dma_gone);
	nvme_queues_remove(c);
	nvme_shadows_reset(c, dma_gone);
	nvme_events_reset(c);
	nvme_features_reset(c);
	c->aborts = 0;
	c->sync_stale = c->syncing;
	c->csts = 0;
}

static const char *enable_error(const struct nvme_ctrl *c)
{
	if (NVME_CC_CSS(c->cc))
		return "CC.CSS is not the NVM command set";
	if (NVME_CC_MPS(c->cc))
		return "CC.MPS is not 4 KiB";
	if (NVME_CC_AMS(c->cc))
		return "CC.AMS is not round robin";
	if (!(c->aqa & 0xfff) || !(c->aqa >> 16 & 0xfff))
		return "AQA has an admin queue of less than 2 entries";
	return NULL;
}

static void enable(struct nvme_ctrl *c)
{
	const char *why = enable_error(c);

	c->csts = 0;
	if (why) {
		c->state = NVME_DISABLED;
		nvme_fatal(c, why);
		return;
	}
	c->state = NVME_ENABLING;
	nvme_settle(c);
}

static void disable(struct nvme_ctrl *c)
{
	uint32_t ready = c->csts & NVME_CSTS_RDY;

	end_life(c, false);
	c->csts = ready;	/* until nothing is in flight any more */
	c->state = NVME_DISABLING;
	nvme_settle(c);
}

void nvme_function_reset(struct nvme_ctrl *c)
{
	if (c->state == NVME_READY && (c->csts & NVME_CSTS_SHST_MASK) != NVME_CSTS_SHST_DONE)
		c->stats.unsafe_shutdowns++;
	end_life(c, true);
	for (unsigned int i = 0; i <= c->queues; i++)
		c->sq[i].fetching = false;
	c->admin_pool.promised = 0;
	c->io_pool.promised = 0;
	c->state = NVME_DISABLED;
	c->cc = 0;
	c->aqa = 0;
	c->intms = 0;
	c->asq = 0;
	c->acq = 0;
}

void nvme_fatal(struct nvme_ctrl *c, const char *why)
{
	ep_func_log(&c->func, "controller fatal status: %s", why);
	c->csts |= NVME_CSTS_CFS;
}

static void write_cc(struct nvme_ctrl *c, uint32_t val)
{
	uint32_t old = c->cc;

	c->cc = val & NVME_CC_WRITABLE;
	if (c->cc & ~old & NVME_CC_EN)
		enable(c);
	else if (old & ~c->cc & NVME_CC_EN)
		disable(c);
	if (NVME_CC_SHN(c->cc) && !(c->csts & NVME_CSTS_SHST_MASK)) {
		c->csts |= NVME_CSTS_SHST_BUSY;
		nvme_settle(c);
	}
}

/* ---- access ---- */

static uint64_t capabilities(void)
{
	return (NVME_QUEUE_ENTRIES - 1) | NVME_CAP_CQR | NVME_CAP_TO(READY_TIMEOUT) |
	       NVME_CAP_CSS_NVM;
}

uint32_t nvme_reg_read(struct nvme_ctrl *c, uint64_t off)
{
	switch (off) {
	case NVME_REG_CAP:
		return capabilities();
	case NVME_REG_CAP + 4:
		return capabilities() >> 32;
	case NVME_REG_VS:
		return NVME_VERSION_1_4;
	case NVME_REG_INTMS:
	case NVME_REG_INTMC:
		return c->intms;
	case NVME_REG_CC:
		return c->cc;
	case NVME_REG_CSTS:
		return c->csts;
	case NVME_REG_AQA:
		return c->aqa;
	case NVME_REG_ASQ:
		return c->asq;
	case NVME_REG_ASQ + 4:
		return c->asq >> 32;
	case NVME_REG_ACQ:
		return c->acq;
	case NVME_REG_ACQ + 4:
		return c->acq >> 32;
	default:
		return 0;
	}
}

static uint64_t low_half(uint64_t reg, uint32_t val)
{
	return (reg & ~0xffffffffull) | (val & ~(NVME_PAGE - 1));
}

static uint64_t high_half(uint64_t reg, uint32_t val)
{
	return (uint32_t)reg | (uint64_t)val << 32;
}

/* Where the admin queues are is fixed while the controller is enabled. */
static void write_admin_queue(struct nvme_ctrl *c, uint64_t off, uint32_t val)
{
	if (c->cc & NVME_CC_EN)
		return;
	switch (off) {
	case NVME_REG_AQA:
		c->aqa = val & 0x0fff0fff;
		break;
	case NVME_REG_ASQ:
		c->asq = low_half(c->asq, val);
		break;
	case NVME_REG_ASQ + 4:
		c->asq = high_half(c->asq, val);
		break;
	case NVME_REG_ACQ:
		c->acq = low_half(c->acq, val);
		break;
	case NVME_REG_ACQ + 4:
		c->acq = high_half(c->acq, val);
		break;
	}
}

void nvme_reg_write(struct nvme_ctrl *c, uint64_t off, uint32_t val)
{
	if (off >= NVME_REG_DOORBELL) {
		nvme_doorbell(c, (off - NVME_REG_DOORBELL) / 4, val);
		return;
	}
	switch (off) {
	case NVME_REG_INTMS:
		c->intms |= val;
		nvme_irq_level(c);
		break;
	case NVME_REG_INTMC:
		c->intms &= ~val;
		nvme_irq_level(c);
		break;
	case NVME_REG_CC:
		write_cc(c, val);
		break;
	default:
		write_admin_queue(c, off, val);
		break;
	}
}
