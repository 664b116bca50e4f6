// SPDX-License-Identifier: GPL-2.0-only
/* Set Features and Get Features. */
#include <string.h>

#include "nvme.h"

#define CDW10		offsetof(struct nvme_sqe, cdw10)
#define CDW11		offsetof(struct nvme_sqe, cdw11)
#define SAVE		0x80000000u	/* CDW10 of Set Features */

enum select {
	SELECT_CURRENT,
	SELECT_DEFAULT,
	SELECT_SAVED,		/* nothing can be saved: the same as the default */
	SELECT_CAPABILITIES,
};

#define CAPABLE_NAMESPACE	0x2u
#define CAPABLE_CHANGE		0x4u

#define POWER_STATE(v)		((v) & 0x1f)
#define TEMPERATURE_SENSOR(v)	((v) >> 16 & 0xf)
#define TEMPERATURE_UNDER(v)	((v) >> 20 & 0x3)
#define ALL_SENSORS		0xf
#define VECTOR_NO_COALESCING	0x10000u

#define BURST_OF_8		3u	/* Arbitration Burst, as a power of two */
#define NO_THRESHOLD		0xffff

struct feature {
	uint32_t capabilities;		/* 0: there is no such feature */
	/* NVME_SC_SUCCESS or why not; NULL: cannot be changed. */
	enum nvme_status (*set)(struct nvme_cmd *cmd, uint32_t cdw11);
};

static void set_defaults(const struct nvme_ctrl *c, struct nvme_features *f)
{
	*f = (struct nvme_features){
		.arbitration = BURST_OF_8,
		.over_temperature = NO_THRESHOLD,
		.write_cache = c->has_write_cache,
	};
}

/* The clock is the only one that outlives a reset of the controller. */
void nvme_features_reset(struct nvme_ctrl *c)
{
	struct nvme_features old = c->features;

	set_defaults(c, &c->features);
	c->features.timestamp = old.timestamp;
	c->features.timestamp_set = old.timestamp_set;
}

static uint32_t number_of_queues(const struct nvme_ctrl *c)
{
	return (c->queues - 1) | (c->queues - 1) << 16;
}

static uint32_t vector_config(const struct nvme_features *f, uint32_t vector)
{
	uint64_t off = f->no_coalescing[vector / 64] >> (vector % 64) & 1;

	return vector | (off ? VECTOR_NO_COALESCING : 0);
}

/* The value of feature @id in @f; where there are several, @cdw11 says which. */
static uint32_t value(const struct nvme_ctrl *c, const struct nvme_features *f, uint32_t id,
		      uint32_t cdw11)
{
	switch (id) {
	case NVME_FEAT_ARBITRATION:
		return f->arbitration;
	case NVME_FEAT_POWER:
		return f->power;
	case NVME_FEAT_TEMPERATURE:
		return TEMPERATURE_UNDER(cdw11) ? f->under_temperature : f->over_temperature;
	case NVME_FEAT_WRITE_CACHE:
		return f->write_cache;
	case NVME_FEAT_QUEUES:
		return number_of_queues(c);
	case NVME_FEAT_COALESCING:
		return f->coalescing;
	case NVME_FEAT_VECTOR:
		return vector_config(f, cdw11 & 0xffff);
	case NVME_FEAT_ATOMICITY:
		return f->atomicity;
	case NVME_FEAT_EVENTS:
		return f->events;
	default:	/* Error Recovery: neither TLER nor DULBE */
		return 0;
	}
}

/* ---- what setting them does ---- */

static enum nvme_status set_arbitration(struct nvme_cmd *cmd, uint32_t val)
{
	cmd->ctrl->features.arbitration = val & 0xffffff07;
	return NVME_SC_SUCCESS;
}

static enum nvme_status set_power(struct nvme_cmd *cmd, uint32_t val)
{
	if (POWER_STATE(val))
		return NVME_SC_INVALID_FIELD;
	cmd->ctrl->features.power = val & 0xe0;
	return NVME_SC_SUCCESS;
}

/* Only the composite temperature has thresholds: there are no sensors besides it. */
static enum nvme_status set_temperature(struct nvme_cmd *cmd, uint32_t val)
{
	struct nvme_ctrl *c = cmd->ctrl;
	uint8_t before = nvme_critical_warning(c);

	if ((TEMPERATURE_SENSOR(val) && TEMPERATURE_SENSOR(val) != ALL_SENSORS) ||
	    TEMPERATURE_UNDER(val) > 1)
		return NVME_SC_INVALID_FIELD;
	if (TEMPERATURE_UNDER(val))
		c->features.under_temperature = val;
	else
		c->features.over_temperature = val;
	if (nvme_critical_warning(c) & ~before & c->features.events & NVME_SMART_TEMPERATURE)
		nvme_event(c, NVME_EVENT_SMART, NVME_EVENT_SMART_TEMPERATURE);
	return NVME_SC_SUCCESS;
}

static void write_cache_off(struct nvme_cmd *cmd)
{
	if (cmd->status == NVME_SC_SUCCESS)
		cmd->ctrl->features.write_cache = false;
	nvme_cmd_complete(cmd);
}

/* What the cache holds when it is switched off is written first. */
static enum nvme_status set_write_cache(struct nvme_cmd *cmd, uint32_t val)
{
	if (val & 1) {
		cmd->ctrl->features.write_cache = true;
	} else {
		nvme_cmd_disk(cmd, NVME_DISK_SYNC, 0, 0);
		cmd->step = write_cache_off;
	}
	return NVME_SC_SUCCESS;
}

static bool has_io_queues(const struct nvme_ctrl *c)
{
	for (unsigned int i = 1; i <= c->queues; i++)
		if (c->sq[i].size || c->cq[i].size)
			return true;
	return false;
}

/* All queues are there whatever is asked for, as the specification allows. */
static enum nvme_status set_queues(struct nvme_cmd *cmd, uint32_t val)
{
	if (has_io_queues(cmd->ctrl))
		return NVME_SC_SEQUENCE;
	if ((val & 0xffff) == 0xffff || val >> 16 == 0xffff)
		return NVME_SC_INVALID_FIELD;
	cmd->dw0 = number_of_queues(cmd->ctrl);
	return NVME_SC_SUCCESS;
}

static enum nvme_status set_coalescing(struct nvme_cmd *cmd, uint32_t val)
{
	cmd->ctrl->features.coalescing = val & 0xffff;
	return NVME_SC_SUCCESS;
}

static enum nvme_status set_vector(struct nvme_cmd *cmd, uint32_t val)
{
	struct nvme_ctrl *c = cmd->ctrl;
	uint32_t vector = val & 0xffff;
	uint64_t bit = 1ull << (vector % 64);

	if (vector >= c->vectors)
		return NVME_SC_INVALID_FIELD;
	if (val & VECTOR_NO_COALESCING)
		c->features.no_coalescing[vector / 64] |= bit;
	else
		c->features.no_coalescing[vector / 64] &= ~bit;
	return NVME_SC_SUCCESS;
}

static enum nvme_status set_atomicity(struct nvme_cmd *cmd, uint32_t val)
{
	cmd->ctrl->features.atomicity = val & 1;
	return NVME_SC_SUCCESS;
}

static enum nvme_status set_events(struct nvme_cmd *cmd, uint32_t val)
{
	cmd->ctrl->features.events = val & (0xff | NVME_AEC_NS_CHANGED);
	return NVME_SC_SUCCESS;
}

/* ---- the timestamp: 8 bytes of data ---- */

#define TIMESTAMP_SET_BY_HOST	0x2u	/* byte 6, bits 3:1 */

static uint64_t timestamp_now(const struct nvme_ctrl *c)
{
	uint64_t ns = ep_now(c->loop) - c->features.timestamp_set;

	return (c->features.timestamp + ns / 1000000) & 0xffffffffffffull;
}

static void timestamp_arrived(struct nvme_cmd *cmd)
{
	struct nvme_features *f = &cmd->ctrl->features;
	nvme_le64 val;

	if (cmd->status == NVME_SC_SUCCESS) {
		memcpy(&val, cmd->data, sizeof(val));
		f->timestamp = le64toh(val) & 0xffffffffffffull;
		f->timestamp_set = ep_now(cmd->ctrl->loop);
	}
	nvme_cmd_complete(cmd);
}

static void timestamp_fetch(struct nvme_cmd *cmd)
{
	if (cmd->status == NVME_SC_SUCCESS)
		nvme_prp_read(cmd);
	nvme_cmd_then(cmd, timestamp_arrived);
}

static enum nvme_status set_timestamp(struct nvme_cmd *cmd, uint32_t val)
{
	(void)val;
	cmd->len = sizeof(nvme_le64);
	nvme_prp_resolve(cmd);
	cmd->step = timestamp_fetch;
	return NVME_SC_SUCCESS;
}

static void answer_timestamp(struct nvme_cmd *cmd, enum select select)
{
	const struct nvme_ctrl *c = cmd->ctrl;
	nvme_le64 val = select == SELECT_CURRENT ? htole64(timestamp_now(c)) : 0;

	memcpy(cmd->data, &val, sizeof(val));
	if (select == SELECT_CURRENT && c->features.timestamp_set)
		cmd->data[6] = TIMESTAMP_SET_BY_HOST;
	nvme_cmd_answer(cmd, sizeof(val));
}

/* ---- all of them ---- */

static const struct feature features[] = {
	[NVME_FEAT_ARBITRATION]	= { CAPABLE_CHANGE, set_arbitration },
	[NVME_FEAT_POWER]	= { CAPABLE_CHANGE, set_power },
	[NVME_FEAT_TEMPERATURE]	= { CAPABLE_CHANGE, set_temperature },
	[NVME_FEAT_ERROR_RECOVERY] = { CAPABLE_NAMESPACE, NULL },
	[NVME_FEAT_WRITE_CACHE]	= { CAPABLE_CHANGE, set_write_cache },
	[NVME_FEAT_QUEUES]	= { CAPABLE_CHANGE, set_queues },
	[NVME_FEAT_COALESCING]	= { CAPABLE_CHANGE, set_coalescing },
	[NVME_FEAT_VECTOR]	= { CAPABLE_CHANGE, set_vector },
	[NVME_FEAT_ATOMICITY]	= { CAPABLE_CHANGE, set_atomicity },
	[NVME_FEAT_EVENTS]	= { CAPABLE_CHANGE, set_events },
	[NVME_FEAT_TIMESTAMP]	= { CAPABLE_CHANGE, set_timestamp },
};

/* NULL, and the command has failed: there is no such feature, here or for this namespace. */
static const struct feature *find(struct nvme_cmd *cmd)
{
	uint32_t id = le32toh(cmd->sqe.cdw10) & 0xff, nsid = le32toh(cmd->sqe.nsid);
	const struct feature *f;

	if (id >= ARRAY_SIZE(features) || !features[id].capabilities ||
	    (id == NVME_FEAT_WRITE_CACHE && !cmd->ctrl->has_write_cache)) {
		nvme_cmd_fail(cmd, NVME_SC_INVALID_FIELD, CDW10);
		return NULL;
	}
	f = &features[id];
	if (f->capabilities & CAPABLE_NAMESPACE && nsid != NVME_NSID && nsid != NVME_NSID_ALL) {
		nvme_cmd_fail(cmd, NVME_SC_INVALID_NS, offsetof(struct nvme_sqe, nsid));
		return NULL;
	}
	return f;
}

void nvme_set_features(struct nvme_cmd *cmd)
{
	const struct feature *f = find(cmd);
	enum nvme_status status;

	if (f && le32toh(cmd->sqe.cdw10) & SAVE) {
		nvme_cmd_fail(cmd, NVME_SC_NOT_SAVEABLE, CDW10 + 3);
	} else if (f && !f->set) {
		nvme_cmd_fail(cmd, NVME_SC_NOT_CHANGEABLE, CDW10);
	} else if (f) {
		status = f->set(cmd, le32toh(cmd->sqe.cdw11));
		if (status != NVME_SC_SUCCESS)
			nvme_cmd_fail(cmd, status, CDW11);
	}
	nvme_cmd_then(cmd, cmd->step ? cmd->step : nvme_cmd_complete);
}

static uint32_t selected(struct nvme_cmd *cmd, const struct feature *f, enum select select)
{
	uint32_t id = le32toh(cmd->sqe.cdw10) & 0xff, cdw11 = le32toh(cmd->sqe.cdw11);
	struct nvme_features defaults;

	if (select == SELECT_CAPABILITIES)
		return f->capabilities;
	if (select == SELECT_CURRENT)
		return value(cmd->ctrl, &cmd->ctrl->features, id, cdw11);
	set_defaults(cmd->ctrl, &defaults);
	return value(cmd->ctrl, &defaults, id, cdw11);
}

static bool select_ok(struct nvme_cmd *cmd)
{
	uint32_t dw10 = le32toh(cmd->sqe.cdw10), vector = le32toh(cmd->sqe.cdw11) & 0xffff;

	if ((dw10 >> 8 & 0x7) > SELECT_CAPABILITIES)
		nvme_cmd_fail(cmd, NVME_SC_INVALID_FIELD, CDW10 + 1);
	else if ((dw10 & 0xff) == NVME_FEAT_VECTOR && vector >= cmd->ctrl->vectors)
		nvme_cmd_fail(cmd, NVME_SC_INVALID_FIELD, CDW11);
	return cmd->status == NVME_SC_SUCCESS;
}

void nvme_get_features(struct nvme_cmd *cmd)
{
	const struct feature *f = find(cmd);
	enum select select = le32toh(cmd->sqe.cdw10) >> 8 & 0x7;

	if (f && select_ok(cmd)) {
		if (f == &features[NVME_FEAT_TIMESTAMP] && select != SELECT_CAPABILITIES) {
			answer_timestamp(cmd, select);
			return;
		}
		cmd->dw0 = selected(cmd, f, select);
	}
	nvme_cmd_complete(cmd);
}
