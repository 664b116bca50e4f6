// SPDX-License-Identifier: GPL-2.0-only
/* Asynchronous events: what happened meets the requests that wait for it. */
#include "nvme.h"

/* The log page that tells more about the events of a type. */
static const uint8_t event_log[NVME_EVENT_TYPES] = {
	[NVME_EVENT_ERROR]	= NVME_LOG_ERROR,
	[NVME_EVENT_SMART]	= NVME_LOG_SMART,
	[NVME_EVENT_NOTICE]	= NVME_LOG_CHANGED_NS,
};

static void report(struct nvme_ctrl *c, unsigned int type)
{
	struct nvme_events *e = &c->events;
	struct nvme_cmd *cmd = nvme_list_take(&e->requests);
	unsigned int info = __builtin_ctz(e->pending[type]);

	e->count--;
	e->pending[type] &= ~(1u << info);
	e->masked[type] = true;
	cmd->dw0 = type | info << 8 | (uint32_t)event_log[type] << 16;
	nvme_cmd_complete(cmd);
}

static void pump(struct nvme_ctrl *c)
{
	struct nvme_events *e = &c->events;

	for (unsigned int type = 0; type < NVME_EVENT_TYPES; type++)
		if (e->pending[type] && !e->masked[type] && e->requests.head)
			report(c, type);
}

void nvme_event(struct nvme_ctrl *c, enum nvme_event_type type, unsigned int info)
{
	c->events.pending[type] |= 1u << info;
	pump(c);
}

void nvme_event_request(struct nvme_cmd *cmd)
{
	struct nvme_events *e = &cmd->ctrl->events;

	if (e->count == NVME_AER_LIMIT) {
		nvme_cmd_fail(cmd, NVME_SC_AER_LIMIT, NVME_NO_LOCATION);
		nvme_cmd_complete(cmd);
		return;
	}
	e->count++;
	nvme_list_add(&e->requests, cmd);
	pump(cmd->ctrl);
}

void nvme_event_unmask(struct nvme_ctrl *c, enum nvme_event_type type)
{
	c->events.masked[type] = false;
	pump(c);
}

/* Takes the request with @cid out; false: there is none. */
bool nvme_event_abort(struct nvme_ctrl *c, uint16_t cid)
{
	struct nvme_list all = c->events.requests;
	struct nvme_cmd *cmd, *found = NULL;

	if (!all.head)
		return false;
	nvme_list_init(&c->events.requests);
	while ((cmd = nvme_list_take(&all))) {
		if (!found && le16toh(cmd->sqe.cid) == cid)
			found = cmd;
		else
			nvme_list_add(&c->events.requests, cmd);
	}
	if (!found)
		return false;
	c->events.count--;
	nvme_cmd_fail(found, NVME_SC_ABORT_REQUESTED, NVME_NO_LOCATION);
	nvme_cmd_complete(found);
	return true;
}

/* The requests themselves have died with all other commands. */
void nvme_events_reset(struct nvme_ctrl *c)
{
	c->events = (struct nvme_events){ 0 };
	nvme_list_init(&c->events.requests);
	c->ns_changed = false;
}
