// SPDX-License-Identifier: GPL-2.0-only
/* NVM commands: Read, Write, Flush, Compare, Write Zeroes, Dataset Management. */
#include <string.h>

#include "nvme.h"

#define CDW10	offsetof(struct nvme_sqe, cdw10)
#define CDW12	offsetof(struct nvme_sqe, cdw12)
#define RETRY_NS 100000		/* how soon to look again whether the network takes more */

/* ---- checks ---- */

static uint64_t blocks_of_ns(const struct nvme_ctrl *c)
{
	return nvme_disk_size(c->disk) >> c->block_shift;
}

static uint32_t blocks_of(const struct nvme_cmd *cmd)
{
	return (le32toh(cmd->sqe.cdw12) & 0xffff) + 1;
}

static void check_range(struct nvme_cmd *cmd, uint64_t slba, uint32_t blocks)
{
	uint64_t end = blocks_of_ns(cmd->ctrl);

	if (slba > end || blocks > end - slba)
		nvme_cmd_fail(cmd, NVME_SC_LBA_RANGE, CDW10);
}

static void check_writable(struct nvme_cmd *cmd)
{
	if (cmd->ctrl->readonly)
		nvme_cmd_fail(cmd, NVME_SC_WRITE_PROTECTED, NVME_NO_LOCATION);
}

/* Reads where the blocks are; what moves data also has a length. */
static void take_range(struct nvme_cmd *cmd, bool moves_data)
{
	uint32_t blocks = blocks_of(cmd);

	cmd->slba = le32toh(cmd->sqe.cdw10) | (uint64_t)le32toh(cmd->sqe.cdw11) << 32;
	if (moves_data && (uint64_t)blocks << cmd->ctrl->block_shift > NVME_MAX_DATA)
		nvme_cmd_fail(cmd, NVME_SC_INVALID_FIELD, CDW12);
	else
		check_range(cmd, cmd->slba, blocks);
	if (moves_data && cmd->status == NVME_SC_SUCCESS)
		cmd->len = blocks << cmd->ctrl->block_shift;
}

static uint64_t byte_offset(const struct nvme_cmd *cmd)
{
	return cmd->slba << cmd->ctrl->block_shift;
}

/* Without a volatile write cache every write is durable before it completes. */
static bool wants_durable(const struct nvme_cmd *cmd)
{
	return le32toh(cmd->sqe.cdw12) & NVME_RW_FUA || !cmd->ctrl->features.write_cache;
}

/* True: the command has failed, and is over now. */
static bool over(struct nvme_cmd *cmd)
{
	cmd->may_abort = false;
	if (cmd->abort)
		nvme_cmd_fail(cmd, NVME_SC_ABORT_REQUESTED, NVME_NO_LOCATION);
	if (cmd->status == NVME_SC_SUCCESS)
		return false;
	nvme_cmd_complete(cmd);
	return true;
}

/* ---- read ---- */

static void read_done(struct nvme_cmd *cmd)
{
	if (over(cmd))
		return;
	nvme_list_add(&cmd->ctrl->link, cmd);
	nvme_kick(cmd->ctrl);
}

/* The disk reads while PRP lists are still on their way. */
static void io_read(struct nvme_cmd *cmd)
{
	take_range(cmd, true);
	if (over(cmd))
		return;
	nvme_prp_resolve(cmd);
	cmd->op.buf = cmd->data;
	nvme_cmd_disk(cmd, NVME_DISK_READ, byte_offset(cmd), cmd->len);
	nvme_cmd_then(cmd, read_done);
}

void nvme_io_send(struct nvme_ctrl *c)
{
	struct nvme_cmd *cmd;

	while (c->link.head && ep_dma_backlog(&c->func) < NVME_LINK_BACKLOG) {
		cmd = nvme_list_take(&c->link);
		nvme_prp_write(cmd, cmd->data);
		nvme_cmd_complete(cmd);
	}
	if (c->link.head)
		ep_timer_set(c->loop, &c->retry, ep_now(c->loop) + RETRY_NS);
}

/* ---- write ---- */

static void write_store(struct nvme_cmd *cmd)
{
	if (over(cmd))
		return;
	cmd->op.buf = cmd->data;
	cmd->op.durable = wants_durable(cmd);
	nvme_cmd_disk(cmd, NVME_DISK_WRITE, byte_offset(cmd), cmd->len);
	nvme_cmd_then(cmd, nvme_cmd_complete);
}

static void write_fetch(struct nvme_cmd *cmd)
{
	if (over(cmd))
		return;
	cmd->may_abort = true;
	nvme_prp_read(cmd);
	nvme_cmd_then(cmd, write_store);
}

static void io_write(struct nvme_cmd *cmd)
{
	check_writable(cmd);
	take_range(cmd, true);
	if (over(cmd))
		return;
	cmd->may_abort = true;
	nvme_prp_resolve(cmd);
	nvme_cmd_then(cmd, write_fetch);
}

/* ---- flush ---- */

static void io_flush(struct nvme_cmd *cmd)
{
	nvme_cmd_disk(cmd, NVME_DISK_SYNC, 0, 0);
	nvme_cmd_then(cmd, nvme_cmd_complete);
}

/* ---- compare ---- */

static void compare_done(struct nvme_cmd *cmd)
{
	if (over(cmd))
		return;
	if (memcmp(cmd->data, cmd->disk_data, cmd->len))
		nvme_cmd_fail(cmd, NVME_SC_COMPARE_FAILURE, NVME_NO_LOCATION);
	nvme_cmd_complete(cmd);
}

static void compare_fetch(struct nvme_cmd *cmd)
{
	if (over(cmd))
		return;
	nvme_prp_read(cmd);
	nvme_cmd_then(cmd, compare_done);
}

static void io_compare(struct nvme_cmd *cmd)
{
	take_range(cmd, true);
	if (over(cmd))
		return;
	nvme_prp_resolve(cmd);
	cmd->op.buf = cmd->disk_data;
	nvme_cmd_disk(cmd, NVME_DISK_READ, byte_offset(cmd), cmd->len);
	nvme_cmd_then(cmd, compare_fetch);
}

/* ---- write zeroes ---- */

static uint64_t zeroes_len(const struct nvme_cmd *cmd)
{
	return (uint64_t)blocks_of(cmd) << cmd->ctrl->block_shift;
}

static void zeroes_sync(struct nvme_cmd *cmd)
{
	if (over(cmd))
		return;
	if (!wants_durable(cmd)) {
		nvme_cmd_complete(cmd);
		return;
	}
	nvme_cmd_disk(cmd, NVME_DISK_SYNC, 0, 0);
	nvme_cmd_then(cmd, nvme_cmd_complete);
}

/* The disk knows neither kind of fallocate: real zeroes, a buffer at a time. */
static void zeroes_write(struct nvme_cmd *cmd)
{
	uint64_t off = cmd->op.off + cmd->op.len, end = byte_offset(cmd) + zeroes_len(cmd);
	uint64_t len = end - off < NVME_MAX_DATA ? end - off : NVME_MAX_DATA;

	if (over(cmd))
		return;
	if (!len) {
		zeroes_sync(cmd);
		return;
	}
	cmd->op.buf = cmd->data;
	cmd->op.durable = false;
	nvme_cmd_disk(cmd, NVME_DISK_WRITE, off, len);
	nvme_cmd_then(cmd, zeroes_write);
}

static void zeroes_punched(struct nvme_cmd *cmd)
{
	if (!cmd->unsupported) {
		zeroes_sync(cmd);
		return;
	}
	memset(cmd->data, 0, NVME_MAX_DATA);
	cmd->op.off = byte_offset(cmd);
	cmd->op.len = 0;
	zeroes_write(cmd);
}

/* tmpfs punches holes but has no zeroed ranges. */
static void zeroes_done(struct nvme_cmd *cmd)
{
	if (!cmd->unsupported) {
		zeroes_sync(cmd);
		return;
	}
	cmd->unsupported = false;
	nvme_cmd_disk(cmd, NVME_DISK_PUNCH, byte_offset(cmd), zeroes_len(cmd));
	nvme_cmd_then(cmd, zeroes_punched);
}

static void io_write_zeroes(struct nvme_cmd *cmd)
{
	bool deallocate = le32toh(cmd->sqe.cdw12) & NVME_WZ_DEAC;

	check_writable(cmd);
	take_range(cmd, false);
	if (over(cmd))
		return;
	nvme_cmd_disk(cmd, deallocate ? NVME_DISK_PUNCH : NVME_DISK_ZERO, byte_offset(cmd),
		      zeroes_len(cmd));
	nvme_cmd_then(cmd, deallocate ? zeroes_punched : zeroes_done);
}

/* ---- dataset management ---- */

static const struct nvme_dsm_range *dsm_range(const struct nvme_cmd *cmd, uint32_t i)
{
	return (const struct nvme_dsm_range *)cmd->data + i;
}

/* One range after the other. A disk that cannot give space back may keep it: it is a hint. */
static void dsm_next(struct nvme_cmd *cmd)
{
	uint32_t shift = cmd->ctrl->block_shift;
	const struct nvme_dsm_range *r;

	if (over(cmd))
		return;
	while (cmd->range < cmd->ranges && !dsm_range(cmd, cmd->range)->blocks)
		cmd->range++;
	if (cmd->range == cmd->ranges || cmd->unsupported) {
		zeroes_sync(cmd);
		return;
	}
	r = dsm_range(cmd, cmd->range++);
	nvme_cmd_disk(cmd, NVME_DISK_PUNCH, le64toh(r->slba) << shift,
		      (uint64_t)le32toh(r->blocks) << shift);
	nvme_cmd_then(cmd, dsm_next);
}

/* All ranges are checked before the first is touched. */
static void dsm_check(struct nvme_cmd *cmd)
{
	if (over(cmd))
		return;
	for (uint32_t i = 0; i < cmd->ranges; i++)
		check_range(cmd, le64toh(dsm_range(cmd, i)->slba),
			    le32toh(dsm_range(cmd, i)->blocks));
	if (le32toh(cmd->sqe.cdw11) & NVME_DSM_DEALLOCATE)
		dsm_next(cmd);
	else
		nvme_cmd_complete(cmd);
}

static void dsm_fetch(struct nvme_cmd *cmd)
{
	if (over(cmd))
		return;
	cmd->may_abort = true;
	nvme_prp_read(cmd);
	nvme_cmd_then(cmd, dsm_check);
}

static void io_dsm(struct nvme_cmd *cmd)
{
	check_writable(cmd);
	if (over(cmd))
		return;
	cmd->ranges = (le32toh(cmd->sqe.cdw10) & 0xff) + 1;
	cmd->range = 0;
	cmd->len = cmd->ranges * sizeof(struct nvme_dsm_range);
	nvme_prp_resolve(cmd);
	nvme_cmd_then(cmd, dsm_fetch);
}

/* ---- all of them ---- */

/* Health counters of a command that has ended. */
void nvme_io_account(struct nvme_cmd *cmd)
{
	struct nvme_stats *s = &cmd->ctrl->stats;

	if (cmd->status != NVME_SC_SUCCESS)
		return;
	switch (cmd->sqe.opcode) {
	case NVME_IO_READ:
	case NVME_IO_COMPARE:
		s->reads++;
		s->blocks_read += cmd->len / 512;
		break;
	case NVME_IO_WRITE:
		s->writes++;
		s->blocks_written += cmd->len / 512;
		break;
	}
}

static bool namespace_ok(const struct nvme_cmd *cmd)
{
	uint32_t nsid = le32toh(cmd->sqe.nsid);

	return nsid == NVME_NSID || (nsid == NVME_NSID_ALL && cmd->sqe.opcode == NVME_IO_FLUSH);
}

void nvme_io_run(struct nvme_cmd *cmd)
{
	static void (*const commands[])(struct nvme_cmd *cmd) = {
		[NVME_IO_FLUSH]		= io_flush,
		[NVME_IO_WRITE]		= io_write,
		[NVME_IO_READ]		= io_read,
		[NVME_IO_COMPARE]	= io_compare,
		[NVME_IO_WRITE_ZEROES]	= io_write_zeroes,
		[NVME_IO_DSM]		= io_dsm,
	};
	unsigned int opcode = cmd->sqe.opcode;

	if (opcode >= ARRAY_SIZE(commands) || !commands[opcode])
		nvme_cmd_fail(cmd, NVME_SC_INVALID_OPCODE, offsetof(struct nvme_sqe, opcode));
	else if (!namespace_ok(cmd))
		nvme_cmd_fail(cmd, NVME_SC_INVALID_NS, offsetof(struct nvme_sqe, nsid));
	if (!over(cmd))
		commands[opcode](cmd);
}
