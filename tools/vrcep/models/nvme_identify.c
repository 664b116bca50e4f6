// SPDX-License-Identifier: GPL-2.0-only
/* Identify: the controller, the namespace, and what names them. */
#include <stdio.h>
#include <string.h>

#include "nvme.h"

#define WARNING_TEMPERATURE	343	/* K */
#define CRITICAL_TEMPERATURE	353

/* Identify strings are ASCII, left-justified, padded with spaces. */
static void pad(char *dst, size_t len, const char *src)
{
	size_t n = strlen(src);

	memset(dst, ' ', len);
	memcpy(dst, src, n < len ? n : len);
}

/* ---- names that stay the same as long as serial and model do ---- */

/* FNV-1a, 64 bits. */
static uint64_t hash(uint64_t h, const char *s)
{
	while (*s)
		h = (h ^ (uint8_t)*s++) * 0x100000001b3ull;
	return h;
}

/* A version 8 UUID (RFC 9562): made of the serial number and the model by a rule of our own. */
static void make_uuid(const struct nvme_ctrl *c, uint8_t uuid[16])
{
	uint64_t half[2];

	half[0] = hash(hash(0xcbf29ce484222325ull, c->product), c->serial);
	half[1] = hash(hash(half[0], c->serial), "vrc");
	memcpy(uuid, half, 16);
	uuid[6] = (uuid[6] & 0x0f) | 0x80;
	uuid[8] = (uuid[8] & 0x3f) | 0x80;
}

static void make_nqn(const struct nvme_ctrl *c, char *nqn)
{
	uint8_t uuid[16];

	make_uuid(c, uuid);
	nqn += sprintf(nqn, "nqn.2014-08.org.nvmexpress:uuid:");
	for (unsigned int i = 0; i < sizeof(uuid); i++)
		nqn += sprintf(nqn, "%s%02x", i >= 4 && i <= 10 && i % 2 == 0 ? "-" : "", uuid[i]);
}

/* ---- the structures ---- */

static void controller_names(const struct nvme_ctrl *c, struct nvme_id_ctrl *id)
{
	id->vid = htole16(NVME_PCI_VENDOR);
	id->ssvid = htole16(NVME_PCI_VENDOR);
	pad(id->sn, sizeof(id->sn), c->serial);
	pad(id->mn, sizeof(id->mn), c->product);
	pad(id->fr, sizeof(id->fr), NVME_FIRMWARE);
	make_nqn(c, id->subnqn);
}

static void identify_controller(struct nvme_cmd *cmd)
{
	const struct nvme_ctrl *c = cmd->ctrl;
	struct nvme_id_ctrl *id = (void *)cmd->data;

	controller_names(c, id);
	id->rab = 3;			/* commands that arbitration takes at once: 8 */
	id->mdts = NVME_MDTS;
	id->ver = htole32(NVME_VERSION_1_4);
	id->oaes = htole32(NVME_AEC_NS_CHANGED);
	id->cntrltype = 1;		/* I/O controller */
	id->oacs = htole16(NVME_OACS_DOORBELL_BUFFER);
	id->acl = NVME_ABORT_LIMIT - 1;
	id->aerl = NVME_AER_LIMIT - 1;
	id->frmw = 1 << 1 | 1;		/* one slot, read-only */
	id->lpa = 1 << 1 | 1 << 2;	/* effects log, offsets and 32-bit lengths */
	id->elpe = NVME_ERROR_ENTRIES - 1;
	id->wctemp = htole16(WARNING_TEMPERATURE);
	id->cctemp = htole16(CRITICAL_TEMPERATURE);
	id->sqes = 6 << 4 | 6;
	id->cqes = 4 << 4 | 4;
	id->nn = htole32(1);
	id->oncs = htole16(NVME_ONCS_COMPARE | NVME_ONCS_DSM | NVME_ONCS_WRITE_ZEROES |
			   NVME_ONCS_SELECT | NVME_ONCS_TIMESTAMP);
	id->vwc = 3 << 1 | c->has_write_cache;	/* Flush takes NSID FFFFFFFFh */
	id->psd[0].max_power = htole16(2500);
	nvme_cmd_answer(cmd, sizeof(*id));
}

static void identify_namespace(struct nvme_cmd *cmd)
{
	const struct nvme_ctrl *c = cmd->ctrl;
	struct nvme_id_ns *id = (void *)cmd->data;
	uint16_t granularity = NVME_PAGE / c->block - 1;

	id->nsze = htole64(nvme_disk_size(c->disk) >> c->block_shift);
	id->ncap = id->nsze;
	id->nuse = id->nsze;
	id->nsfeat = 1 << 4;		/* the preferred granularities below */
	id->npwg = htole16(granularity);
	id->npwa = id->npwg;
	id->npdg = id->npwg;
	id->npda = id->npwg;
	id->dlfeat = 1 << 3 | 1;	/* Write Zeroes deallocates; deallocated reads as zeroes */
	id->nsattr = c->readonly;
	id->lbaf[0].lbads = c->block_shift;
	nvme_cmd_answer(cmd, sizeof(*id));
}

static void identify_active_list(struct nvme_cmd *cmd)
{
	nvme_le32 *list = (void *)cmd->data;

	if (le32toh(cmd->sqe.nsid) >= NVME_NSID_ALL - 1) {
		nvme_cmd_fail(cmd, NVME_SC_INVALID_NS, offsetof(struct nvme_sqe, nsid));
		nvme_cmd_complete(cmd);
		return;
	}
	if (le32toh(cmd->sqe.nsid) < NVME_NSID)
		list[0] = htole32(NVME_NSID);
	nvme_cmd_answer(cmd, NVME_PAGE);
}

static void identify_descriptors(struct nvme_cmd *cmd)
{
	struct nvme_ns_descriptor *d = (void *)cmd->data;

	d->type = NVME_NIDT_UUID;
	d->len = sizeof(d->id);
	make_uuid(cmd->ctrl, d->id);
	nvme_cmd_answer(cmd, NVME_PAGE);
}

static void invalid(struct nvme_cmd *cmd, enum nvme_status status, unsigned int location)
{
	nvme_cmd_fail(cmd, status, location);
	nvme_cmd_complete(cmd);
}

void nvme_identify(struct nvme_cmd *cmd)
{
	uint32_t cns = le32toh(cmd->sqe.cdw10) & 0xff, nsid = le32toh(cmd->sqe.nsid);
	bool of_namespace = cns == NVME_CNS_NAMESPACE || cns == NVME_CNS_DESCRIPTORS;

	if (of_namespace && nsid != NVME_NSID)
		return invalid(cmd, NVME_SC_INVALID_NS, offsetof(struct nvme_sqe, nsid));
	memset(cmd->data, 0, NVME_PAGE);
	switch (cns) {
	case NVME_CNS_NAMESPACE:
		return identify_namespace(cmd);
	case NVME_CNS_CONTROLLER:
		return identify_controller(cmd);
	case NVME_CNS_ACTIVE_LIST:
		return identify_active_list(cmd);
	case NVME_CNS_DESCRIPTORS:
		return identify_descriptors(cmd);
	default:
		return invalid(cmd, NVME_SC_INVALID_FIELD, offsetof(struct nvme_sqe, cdw10));
	}
}
