// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where the data of a command is in guest memory: PRP entries and lists.
 *
 * The pages end up in cmd->transfer->prp[]. A list is read straight into it;
 * when more pages follow than the list's page has room for, its last entry
 * points to the next list, which is read over that entry.
 */
#include "nvme.h"

#define PRP1 offsetof(struct nvme_sqe, prp1)
#define PRP2 offsetof(struct nvme_sqe, prp2)

static uint32_t page_offset(uint64_t addr)
{
	return addr & (NVME_PAGE - 1);
}

static uint32_t pages_for(const struct nvme_cmd *cmd)
{
	uint32_t offset = page_offset(le64toh(cmd->sqe.prp1));

	return (offset + cmd->len + NVME_PAGE - 1) / NVME_PAGE;
}

static void list_arrived(struct nvme_cmd *cmd);

static void read_list(struct nvme_cmd *cmd, uint64_t addr)
{
	uint32_t room = (NVME_PAGE - page_offset(addr)) / sizeof(nvme_le64);
	uint32_t missing = cmd->prps - cmd->prps_known;

	cmd->prps_reading = room < missing ? room : missing;
	nvme_cmd_dma_read(cmd, &cmd->transfer->dma[0], addr,
			  &cmd->transfer->prp[cmd->prps_known],
			  cmd->prps_reading * sizeof(nvme_le64), list_arrived);
}

static void check_pages(struct nvme_cmd *cmd)
{
	for (uint32_t i = 1; i < cmd->prps; i++)
		if (page_offset(le64toh(cmd->transfer->prp[i])))
			nvme_cmd_fail(cmd, NVME_SC_INVALID_PRP_OFFSET, PRP2);
}

/* Only the first list may start within a page. */
static void list_arrived(struct nvme_cmd *cmd)
{
	uint64_t next;

	cmd->prps_known += cmd->prps_reading;
	if (cmd->prps_known == cmd->prps) {
		check_pages(cmd);
		return;
	}
	cmd->prps_known--;
	next = le64toh(cmd->transfer->prp[cmd->prps_known]);
	if (page_offset(next))
		nvme_cmd_fail(cmd, NVME_SC_INVALID_PRP_OFFSET, PRP2);
	else
		read_list(cmd, next);
}

void nvme_prp_resolve(struct nvme_cmd *cmd)
{
	uint64_t prp1 = le64toh(cmd->sqe.prp1), prp2 = le64toh(cmd->sqe.prp2);

	cmd->prps = pages_for(cmd);
	cmd->prps_known = 1;
	cmd->transfer->prp[0] = cmd->sqe.prp1;
	if (prp1 & 3) {
		nvme_cmd_fail(cmd, NVME_SC_INVALID_PRP_OFFSET, PRP1);
	} else if (cmd->prps == 2) {
		cmd->prps_known = 2;
		cmd->transfer->prp[1] = cmd->sqe.prp2;
		check_pages(cmd);
	} else if (cmd->prps > 2) {
		if (prp2 & 7)
			nvme_cmd_fail(cmd, NVME_SC_INVALID_PRP_OFFSET, PRP2);
		else
			read_list(cmd, prp2);
	}
}

/* ---- the data ---- */

struct extent {
	uint64_t addr;
	uint32_t len;
};

/* The extent of adjacent pages from page *@page on, @done bytes into the data. */
static struct extent next_extent(const struct nvme_cmd *cmd, uint32_t *page, uint32_t done)
{
	const nvme_le64 *prp = cmd->transfer->prp;
	struct extent e = { .addr = le64toh(prp[*page]) };

	e.len = NVME_PAGE - page_offset(e.addr);
	while (++*page < cmd->prps && le64toh(prp[*page]) == e.addr + e.len)
		e.len += NVME_PAGE;
	if (e.len > cmd->len - done)
		e.len = cmd->len - done;
	return e;
}

void nvme_prp_read(struct nvme_cmd *cmd)
{
	uint32_t page = 0, done = 0;

	for (unsigned int i = 0; done < cmd->len; i++) {
		struct extent e = next_extent(cmd, &page, done);

		nvme_cmd_dma_read(cmd, &cmd->transfer->dma[i], e.addr, cmd->data + done, e.len,
				  NULL);
		done += e.len;
	}
}

void nvme_prp_write(struct nvme_cmd *cmd, const void *buf)
{
	uint32_t page = 0, done = 0;

	while (done < cmd->len) {
		struct extent e = next_extent(cmd, &page, done);

		if (!ep_dma_write(&cmd->ctrl->func, e.addr, (const uint8_t *)buf + done, e.len)) {
			nvme_cmd_fail(cmd, NVME_SC_DATA_TRANSFER, NVME_NO_LOCATION);
			return;
		}
		done += e.len;
	}
}

static void answer(struct nvme_cmd *cmd)
{
	if (cmd->status == NVME_SC_SUCCESS)
		nvme_prp_write(cmd, cmd->data);
	nvme_cmd_complete(cmd);
}

void nvme_cmd_answer(struct nvme_cmd *cmd, uint32_t len)
{
	cmd->len = len;
	nvme_prp_resolve(cmd);
	nvme_cmd_then(cmd, answer);
}
