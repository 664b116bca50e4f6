// SPDX-License-Identifier: GPL-2.0-only
/* Admin commands: queues, Abort, and the dispatch of the others. */
#include "nvme.h"

#define CDW10	offsetof(struct nvme_sqe, cdw10)
#define CDW11	offsetof(struct nvme_sqe, cdw11)
#define PRP1	offsetof(struct nvme_sqe, prp1)

#define QUEUE_CONTIGUOUS	1u
#define QUEUE_IRQ		2u

static uint32_t low16(nvme_le32 dw)
{
	return le32toh(dw) & 0xffff;
}

static uint32_t high16(nvme_le32 dw)
{
	return le32toh(dw) >> 16;
}

/* ---- create ---- */

/* What both kinds of queue ask for: size, place and contiguity. */
static bool queue_place_ok(struct nvme_cmd *cmd, bool entry_size_ok)
{
	const struct nvme_sqe *e = &cmd->sqe;
	uint32_t size = high16(e->cdw10);

	if (!size || size >= NVME_QUEUE_ENTRIES || !entry_size_ok)
		nvme_cmd_fail(cmd, NVME_SC_INVALID_QSIZE, CDW10 + 2);
	else if (!(le32toh(e->cdw11) & QUEUE_CONTIGUOUS))
		nvme_cmd_fail(cmd, NVME_SC_INVALID_FIELD, CDW11);
	else if (le64toh(e->prp1) & (NVME_PAGE - 1))
		nvme_cmd_fail(cmd, NVME_SC_INVALID_PRP_OFFSET, PRP1);
	return cmd->status == NVME_SC_SUCCESS;
}

static void create_cq(struct nvme_cmd *cmd)
{
	struct nvme_ctrl *c = cmd->ctrl;
	const struct nvme_sqe *e = &cmd->sqe;
	uint32_t id = low16(e->cdw10), vector = high16(e->cdw11);
	unsigned int vectors = ep_msix_enabled(&c->func) ? c->vectors : 1;
	bool irq = le32toh(e->cdw11) & QUEUE_IRQ;

	if (!id || id > c->queues || c->cq[id].size)
		nvme_cmd_fail(cmd, NVME_SC_INVALID_QID, CDW10);
	else if (queue_place_ok(cmd, NVME_CC_IOCQES(c->cc) == 4) && irq && vector >= vectors)
		nvme_cmd_fail(cmd, NVME_SC_INVALID_VECTOR, CDW11 + 2);
	if (cmd->status == NVME_SC_SUCCESS)
		nvme_cq_init(c, id, le64toh(e->prp1), high16(e->cdw10) + 1, vector, irq);
	nvme_cmd_complete(cmd);
}

static void create_sq(struct nvme_cmd *cmd)
{
	struct nvme_ctrl *c = cmd->ctrl;
	const struct nvme_sqe *e = &cmd->sqe;
	uint32_t id = low16(e->cdw10), cq_id = high16(e->cdw11);

	if (!id || id > c->queues || c->sq[id].size)
		nvme_cmd_fail(cmd, NVME_SC_INVALID_QID, CDW10);
	else if (!cq_id || cq_id > c->queues)
		nvme_cmd_fail(cmd, NVME_SC_INVALID_QID, CDW11 + 2);
	else if (!c->cq[cq_id].size)
		nvme_cmd_fail(cmd, NVME_SC_CQ_INVALID, CDW11 + 2);
	else if (queue_place_ok(cmd, NVME_CC_IOSQES(c->cc) == 6))
		nvme_sq_init(c, id, le64toh(e->prp1), high16(e->cdw10) + 1, cq_id);
	nvme_cmd_complete(cmd);
}

/* ---- delete ---- */

static void delete_sq(struct nvme_cmd *cmd)
{
	struct nvme_ctrl *c = cmd->ctrl;
	uint32_t id = low16(cmd->sqe.cdw10);

	if (!id || id > c->queues || !c->sq[id].size || c->sq[id].delete_cmd) {
		nvme_cmd_fail(cmd, NVME_SC_INVALID_QID, CDW10);
		nvme_cmd_complete(cmd);
		return;
	}
	c->sq[id].delete_cmd = cmd;
	nvme_sq_check_deleted(&c->sq[id]);
}

static void delete_cq(struct nvme_cmd *cmd)
{
	struct nvme_ctrl *c = cmd->ctrl;
	uint32_t id = low16(cmd->sqe.cdw10);

	if (!id || id > c->queues || !c->cq[id].size)
		nvme_cmd_fail(cmd, NVME_SC_INVALID_QID, CDW10);
	else if (c->cq[id].sqs)
		nvme_cmd_fail(cmd, NVME_SC_INVALID_Q_DELETION, CDW10);
	else
		nvme_cq_remove(&c->cq[id]);
	nvme_cmd_complete(cmd);
}

/* ---- abort ---- */

/*
 * A command that still waits for its data from the guest is ended before it
 * reaches the disk. One that the disk has begun cannot be taken back.
 */
static bool abort_cmd(struct nvme_ctrl *c, unsigned int sq_id, uint16_t cid)
{
	if (!sq_id)
		return nvme_event_abort(c, cid);
	for (unsigned int i = 0; i < c->n_cmds; i++) {
		struct nvme_cmd *cmd = &c->cmds[i];

		if (cmd->sq != &c->sq[sq_id] || cmd->dead || le16toh(cmd->sqe.cid) != cid)
			continue;
		cmd->abort = cmd->may_abort && cmd->dma_waits && !cmd->disk_waits;
		return cmd->abort;
	}
	return false;
}

static void abort_command(struct nvme_cmd *cmd)
{
	struct nvme_ctrl *c = cmd->ctrl;
	uint32_t sq_id = low16(cmd->sqe.cdw10);

	cmd->dw0 = 1;		/* not aborted */
	if (++c->aborts > NVME_ABORT_LIMIT)
		nvme_cmd_fail(cmd, NVME_SC_ABORT_LIMIT, NVME_NO_LOCATION);
	else if (sq_id > c->queues || !c->sq[sq_id].size)
		nvme_cmd_fail(cmd, NVME_SC_INVALID_FIELD, CDW10);
	else if (abort_cmd(c, sq_id, high16(cmd->sqe.cdw10)))
		cmd->dw0 = 0;
	nvme_cmd_complete(cmd);
}

void nvme_admin_run(struct nvme_cmd *cmd)
{
	switch (cmd->sqe.opcode) {
	case NVME_ADMIN_DELETE_SQ:
		return delete_sq(cmd);
	case NVME_ADMIN_CREATE_SQ:
		return create_sq(cmd);
	case NVME_ADMIN_GET_LOG:
		return nvme_get_log(cmd);
	case NVME_ADMIN_DELETE_CQ:
		return delete_cq(cmd);
	case NVME_ADMIN_CREATE_CQ:
		return create_cq(cmd);
	case NVME_ADMIN_IDENTIFY:
		return nvme_identify(cmd);
	case NVME_ADMIN_ABORT:
		return abort_command(cmd);
	case NVME_ADMIN_SET_FEATURES:
		return nvme_set_features(cmd);
	case NVME_ADMIN_GET_FEATURES:
		return nvme_get_features(cmd);
	case NVME_ADMIN_ASYNC_EVENT:
		return nvme_event_request(cmd);
	case NVME_ADMIN_DOORBELL_BUFFER:
		return nvme_shadows_config(cmd);
	default:
		nvme_cmd_fail(cmd, NVME_SC_INVALID_OPCODE, offsetof(struct nvme_sqe, opcode));
		nvme_cmd_complete(cmd);
	}
}
