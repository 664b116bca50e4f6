// SPDX-License-Identifier: GPL-2.0-only
/* Get Log Page, and the error log that failed commands write. */
#include <string.h>

#include "nvme.h"

#define CDW10		offsetof(struct nvme_sqe, cdw10)
#define CDW12		offsetof(struct nvme_sqe, cdw12)
#define RETAIN_EVENT	0x8000u	/* CDW10 */
#define NSEC_PER_MINUTE	60000000000ull

/* ---- error information ---- */

void nvme_log_error(struct nvme_cmd *cmd)
{
	struct nvme_ctrl *c = cmd->ctrl;
	uint64_t count = ++c->stats.errors;
	struct nvme_error_entry *e = &c->errors[count % NVME_ERROR_ENTRIES];

	cmd->status |= NVME_SC_MORE;
	*e = (struct nvme_error_entry){
		.count = htole64(count),
		.sq_id = htole16(cmd->sq->id),
		.cid = cmd->sqe.cid,
		.status = htole16(cmd->status << 1),
		.location = htole16(cmd->location),
		.lba = htole64(cmd->slba),
		.nsid = cmd->sqe.nsid,
	};
}

/* Newest first. */
static size_t error_log(struct nvme_ctrl *c, uint8_t *buf)
{
	struct nvme_error_entry *e = (void *)buf;

	for (uint64_t i = 0; i < NVME_ERROR_ENTRIES && i < c->stats.errors; i++)
		e[i] = c->errors[(c->stats.errors - i) % NVME_ERROR_ENTRIES];
	return sizeof(c->errors);
}

/* ---- health ---- */

uint8_t nvme_critical_warning(const struct nvme_ctrl *c)
{
	const struct nvme_features *f = &c->features;
	uint8_t w = 0;

	if (NVME_TEMPERATURE >= f->over_temperature || NVME_TEMPERATURE <= f->under_temperature)
		w |= NVME_SMART_TEMPERATURE;
	return w;
}

static uint64_t busy_ns(const struct nvme_ctrl *c)
{
	uint64_t now = c->stats.io_in_flight ? ep_now(c->loop) - c->stats.busy_since : 0;

	return c->stats.busy_ns + now;
}

/* Rounded up, as the specification says. */
static uint64_t data_units(uint64_t blocks)
{
	return (blocks + 999) / 1000;
}

static size_t smart_log(struct nvme_ctrl *c, uint8_t *buf)
{
	struct nvme_smart_log *l = (void *)buf;
	const struct nvme_stats *s = &c->stats;
	uint64_t up = ep_now(c->loop) - s->started;

	l->critical_warning = nvme_critical_warning(c);
	l->temperature[0] = NVME_TEMPERATURE & 0xff;
	l->temperature[1] = NVME_TEMPERATURE >> 8;
	l->spare = 100;
	l->spare_threshold = 10;
	l->units_read[0] = htole64(data_units(s->blocks_read));
	l->units_written[0] = htole64(data_units(s->blocks_written));
	l->reads[0] = htole64(s->reads);
	l->writes[0] = htole64(s->writes);
	l->busy_minutes[0] = htole64(busy_ns(c) / NSEC_PER_MINUTE);
	l->power_cycles[0] = htole64(s->power_cycles);
	l->power_on_hours[0] = htole64(up / (60 * NSEC_PER_MINUTE));
	l->unsafe_shutdowns[0] = htole64(s->unsafe_shutdowns);
	l->media_errors[0] = htole64(s->media_errors);
	l->error_entries[0] = htole64(s->errors);
	return sizeof(*l);
}

/* ---- the others ---- */

static size_t firmware_log(struct nvme_ctrl *c, uint8_t *buf)
{
	struct nvme_firmware_log *l = (void *)buf;

	(void)c;
	l->active = 1;
	memset(l->slot[0], ' ', sizeof(l->slot[0]));
	memcpy(l->slot[0], NVME_FIRMWARE, strlen(NVME_FIRMWARE));
	return sizeof(*l);
}

static size_t changed_ns_log(struct nvme_ctrl *c, uint8_t *buf)
{
	nvme_le32 first = htole32(c->ns_changed ? NVME_NSID : 0);

	memcpy(buf, &first, sizeof(first));
	return NVME_PAGE;
}

static size_t effects_log(struct nvme_ctrl *c, uint8_t *buf)
{
	static const uint8_t admin[] = {
		NVME_ADMIN_DELETE_SQ, NVME_ADMIN_CREATE_SQ, NVME_ADMIN_GET_LOG,
		NVME_ADMIN_DELETE_CQ, NVME_ADMIN_CREATE_CQ, NVME_ADMIN_IDENTIFY,
		NVME_ADMIN_ABORT, NVME_ADMIN_SET_FEATURES, NVME_ADMIN_GET_FEATURES,
		NVME_ADMIN_ASYNC_EVENT, NVME_ADMIN_DOORBELL_BUFFER,
	};
	static const uint8_t reading[] = { NVME_IO_FLUSH, NVME_IO_READ, NVME_IO_COMPARE };
	static const uint8_t writing[] = { NVME_IO_WRITE, NVME_IO_WRITE_ZEROES, NVME_IO_DSM };
	struct nvme_effects_log *l = (void *)buf;

	(void)c;
	for (size_t i = 0; i < sizeof(admin); i++)
		l->admin[admin[i]] = htole32(NVME_EFFECT_SUPPORTED);
	for (size_t i = 0; i < sizeof(reading); i++)
		l->io[reading[i]] = htole32(NVME_EFFECT_SUPPORTED);
	for (size_t i = 0; i < sizeof(writing); i++)
		l->io[writing[i]] = htole32(NVME_EFFECT_SUPPORTED | NVME_EFFECT_LBA_CHANGE);
	return sizeof(*l);
}

/* ---- Get Log Page ---- */

static size_t (*const pages[])(struct nvme_ctrl *c, uint8_t *buf) = {
	[NVME_LOG_ERROR]	= error_log,
	[NVME_LOG_SMART]	= smart_log,
	[NVME_LOG_FIRMWARE]	= firmware_log,
	[NVME_LOG_CHANGED_NS]	= changed_ns_log,
	[NVME_LOG_EFFECTS]	= effects_log,
};

/* Having read the page, the driver is to hear of the next event. */
static void release_event(struct nvme_ctrl *c, uint32_t page)
{
	if (page == NVME_LOG_ERROR) {
		nvme_event_unmask(c, NVME_EVENT_ERROR);
	} else if (page == NVME_LOG_SMART) {
		nvme_event_unmask(c, NVME_EVENT_SMART);
	} else if (page == NVME_LOG_CHANGED_NS) {
		c->ns_changed = false;
		nvme_event_unmask(c, NVME_EVENT_NOTICE);
	}
}

/* Bytes that are asked for; 0: more than a command can move. */
static uint32_t length(const struct nvme_cmd *cmd)
{
	uint64_t dwords = (le32toh(cmd->sqe.cdw10) >> 16 |
			   (uint64_t)(le32toh(cmd->sqe.cdw11) & 0xffff) << 16) + 1;

	return dwords * 4 > NVME_MAX_DATA ? 0 : dwords * 4;
}

static void check(struct nvme_cmd *cmd, uint32_t page)
{
	uint32_t nsid = le32toh(cmd->sqe.nsid);

	if (page >= ARRAY_SIZE(pages) || !pages[page])
		nvme_cmd_fail(cmd, NVME_SC_INVALID_LOG_PAGE, CDW10);
	else if (!length(cmd))
		nvme_cmd_fail(cmd, NVME_SC_INVALID_FIELD, CDW10 + 2);
	else if (page == NVME_LOG_SMART && nsid && nsid != NVME_NSID_ALL)
		nvme_cmd_fail(cmd, NVME_SC_INVALID_FIELD, offsetof(struct nvme_sqe, nsid));
}

static void deliver(struct nvme_cmd *cmd)
{
	uint32_t dw10 = le32toh(cmd->sqe.cdw10);

	if (cmd->status == NVME_SC_SUCCESS)
		nvme_prp_write(cmd, cmd->data);
	if (cmd->status == NVME_SC_SUCCESS && !(dw10 & RETAIN_EVENT))
		release_event(cmd->ctrl, dw10 & 0xff);
	nvme_cmd_complete(cmd);
}

/* Bytes past the end of the page are zero. */
void nvme_get_log(struct nvme_cmd *cmd)
{
	uint64_t offset = le32toh(cmd->sqe.cdw12) | (uint64_t)le32toh(cmd->sqe.cdw13) << 32;
	uint32_t page = le32toh(cmd->sqe.cdw10) & 0xff;
	size_t size;

	check(cmd, page);
	if (cmd->status != NVME_SC_SUCCESS) {
		nvme_cmd_complete(cmd);
		return;
	}
	cmd->len = length(cmd);
	memset(cmd->data, 0, cmd->len + NVME_PAGE);
	size = pages[page](cmd->ctrl, cmd->data);
	if (offset & 3 || offset > size) {
		nvme_cmd_fail(cmd, NVME_SC_INVALID_FIELD, CDW12);
		nvme_cmd_complete(cmd);
		return;
	}
	if (offset) {
		memmove(cmd->data, cmd->data + offset, size - offset);
		memset(cmd->data + size - offset, 0, offset);
	}
	nvme_prp_resolve(cmd);
	nvme_cmd_then(cmd, deliver);
}
