/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the NVM Express Base Specification 1.4 lays down: registers, opcodes,
 * status codes and the structures in guest memory (all little-endian).
 */
#ifndef VRCEP_NVME_SPEC_H
#define VRCEP_NVME_SPEC_H

#include <assert.h>
#include <stdint.h>

typedef uint16_t nvme_le16;
typedef uint32_t nvme_le32;
typedef uint64_t nvme_le64;

/* ---- controller registers (3.1) ---- */

#define NVME_REG_CAP	0x00
#define NVME_REG_VS	0x08
#define NVME_REG_INTMS	0x0c
#define NVME_REG_INTMC	0x10
#define NVME_REG_CC	0x14
#define NVME_REG_CSTS	0x1c
#define NVME_REG_AQA	0x24
#define NVME_REG_ASQ	0x28
#define NVME_REG_ACQ	0x30
#define NVME_REG_DOORBELL 0x1000

#define NVME_VERSION_1_4 0x00010400u

#define NVME_CAP_CQR		0x10000ull	/* queues are contiguous */
#define NVME_CAP_TO(units)	((uint64_t)(units) << 24)	/* of 500 ms */
#define NVME_CAP_CSS_NVM	0x2000000000ull

#define NVME_CC_EN		0x1u
#define NVME_CC_CSS(cc)		((cc) >> 4 & 0x7)
#define NVME_CC_MPS(cc)		((cc) >> 7 & 0xf)
#define NVME_CC_AMS(cc)		((cc) >> 11 & 0x7)
#define NVME_CC_SHN(cc)		((cc) >> 14 & 0x3)
#define NVME_CC_IOSQES(cc)	((cc) >> 16 & 0xf)
#define NVME_CC_IOCQES(cc)	((cc) >> 20 & 0xf)
#define NVME_CC_WRITABLE	0x00fffff1u

#define NVME_CSTS_RDY		0x1u
#define NVME_CSTS_CFS		0x2u
#define NVME_CSTS_SHST_MASK	0xcu
#define NVME_CSTS_SHST_BUSY	0x4u
#define NVME_CSTS_SHST_DONE	0x8u

/* ---- commands ---- */

enum nvme_admin_opcode {
	NVME_ADMIN_DELETE_SQ	= 0x00,
	NVME_ADMIN_CREATE_SQ	= 0x01,
	NVME_ADMIN_GET_LOG	= 0x02,
	NVME_ADMIN_DELETE_CQ	= 0x04,
	NVME_ADMIN_CREATE_CQ	= 0x05,
	NVME_ADMIN_IDENTIFY	= 0x06,
	NVME_ADMIN_ABORT	= 0x08,
	NVME_ADMIN_SET_FEATURES	= 0x09,
	NVME_ADMIN_GET_FEATURES	= 0x0a,
	NVME_ADMIN_ASYNC_EVENT	= 0x0c,
	NVME_ADMIN_DOORBELL_BUFFER = 0x7c,
};

enum nvme_io_opcode {
	NVME_IO_FLUSH		= 0x00,
	NVME_IO_WRITE		= 0x01,
	NVME_IO_READ		= 0x02,
	NVME_IO_COMPARE		= 0x05,
	NVME_IO_WRITE_ZEROES	= 0x08,
	NVME_IO_DSM		= 0x09,
};

struct nvme_sqe {
	uint8_t opcode;
	uint8_t flags;			/* FUSE 1:0, PSDT 7:6 */
	nvme_le16 cid;
	nvme_le32 nsid;
	nvme_le64 reserved;
	nvme_le64 mptr;
	nvme_le64 prp1;
	nvme_le64 prp2;
	nvme_le32 cdw10, cdw11, cdw12, cdw13, cdw14, cdw15;
};

static_assert(sizeof(struct nvme_sqe) == 64, "submission queue entry");

#define NVME_SQE_FUSE		0x03
#define NVME_SQE_PSDT		0xc0

struct nvme_cqe {
	nvme_le32 dw0, dw1;
	nvme_le16 sq_head, sq_id;
	nvme_le16 cid;
	nvme_le16 status;		/* phase tag in bit 0 */
};

static_assert(sizeof(struct nvme_cqe) == 16, "completion queue entry");

#define NVME_NSID_ALL		0xffffffffu

#define NVME_RW_FUA		0x40000000u	/* CDW12 of Read, Write, Write Zeroes, Compare */
#define NVME_WZ_DEAC		0x2000000u
#define NVME_DSM_DEALLOCATE	0x4u	/* CDW11 */

struct nvme_dsm_range {
	nvme_le32 attributes;
	nvme_le32 blocks;
	nvme_le64 slba;
};

static_assert(sizeof(struct nvme_dsm_range) == 16, "DSM range");

/* Status field without the phase tag: SC 7:0, SCT 10:8, M 13, DNR 14 (figure 124 on). */
enum nvme_status {
	NVME_SC_SUCCESS			= 0x000,
	NVME_SC_INVALID_OPCODE		= 0x001,
	NVME_SC_INVALID_FIELD		= 0x002,
	NVME_SC_CID_CONFLICT		= 0x003,
	NVME_SC_DATA_TRANSFER		= 0x004,
	NVME_SC_ABORT_REQUESTED		= 0x007,
	NVME_SC_INVALID_NS		= 0x00b,
	NVME_SC_SEQUENCE		= 0x00c,
	NVME_SC_INVALID_PRP_OFFSET	= 0x013,
	NVME_SC_WRITE_PROTECTED		= 0x020,
	NVME_SC_LBA_RANGE		= 0x080,
	NVME_SC_CAPACITY		= 0x081,
	NVME_SC_CQ_INVALID		= 0x100,
	NVME_SC_INVALID_QID		= 0x101,
	NVME_SC_INVALID_QSIZE		= 0x102,
	NVME_SC_ABORT_LIMIT		= 0x103,
	NVME_SC_AER_LIMIT		= 0x105,
	NVME_SC_INVALID_VECTOR		= 0x108,
	NVME_SC_INVALID_LOG_PAGE	= 0x109,
	NVME_SC_INVALID_Q_DELETION	= 0x10c,
	NVME_SC_NOT_SAVEABLE		= 0x10d,
	NVME_SC_NOT_CHANGEABLE		= 0x10e,
	NVME_SC_WRITE_FAULT		= 0x280,
	NVME_SC_READ_ERROR		= 0x281,
	NVME_SC_COMPARE_FAILURE		= 0x285,
	NVME_SC_MASK			= 0x7ff,
	NVME_SC_MORE			= 0x2000,
	NVME_SC_DNR			= 0x4000,
};

/* ---- asynchronous events (5.2) ---- */

enum nvme_event_type {
	NVME_EVENT_ERROR,
	NVME_EVENT_SMART,
	NVME_EVENT_NOTICE,
	NVME_EVENT_TYPES,
};

#define NVME_EVENT_ERROR_DOORBELL	0x00	/* write to a register of no queue */
#define NVME_EVENT_ERROR_DOORBELL_VALUE	0x01
#define NVME_EVENT_SMART_TEMPERATURE	0x01
#define NVME_EVENT_NOTICE_NS_CHANGED	0x00

/* Of OAES and of Asynchronous Event Configuration. */
#define NVME_AEC_NS_CHANGED		0x100u

/* ---- features (5.21) ---- */

enum nvme_feature {
	NVME_FEAT_ARBITRATION	= 0x01,
	NVME_FEAT_POWER		= 0x02,
	NVME_FEAT_TEMPERATURE	= 0x04,
	NVME_FEAT_ERROR_RECOVERY = 0x05,
	NVME_FEAT_WRITE_CACHE	= 0x06,
	NVME_FEAT_QUEUES	= 0x07,
	NVME_FEAT_COALESCING	= 0x08,
	NVME_FEAT_VECTOR	= 0x09,
	NVME_FEAT_ATOMICITY	= 0x0a,
	NVME_FEAT_EVENTS	= 0x0b,
	NVME_FEAT_TIMESTAMP	= 0x0e,
};

/* ---- log pages (5.14) ---- */

enum nvme_log_page {
	NVME_LOG_ERROR		= 0x01,
	NVME_LOG_SMART		= 0x02,
	NVME_LOG_FIRMWARE	= 0x03,
	NVME_LOG_CHANGED_NS	= 0x04,
	NVME_LOG_EFFECTS	= 0x05,
};

struct nvme_error_entry {
	nvme_le64 count;
	nvme_le16 sq_id;
	nvme_le16 cid;
	nvme_le16 status;		/* as in the completion queue entry, phase 0 */
	nvme_le16 location;		/* byte of the command 7:0, bit 10:8; ffff: none */
	nvme_le64 lba;
	nvme_le32 nsid;
	uint8_t vendor_page;
	uint8_t transport;
	uint8_t reserved[2];
	nvme_le64 specific;
	nvme_le16 transport_specific;
	uint8_t reserved2[22];
};

static_assert(sizeof(struct nvme_error_entry) == 64, "error information log entry");

struct nvme_smart_log {
	uint8_t critical_warning;
	uint8_t temperature[2];		/* K, unaligned */
	uint8_t spare;
	uint8_t spare_threshold;
	uint8_t used;
	uint8_t reserved[26];
	nvme_le64 units_read[2];	/* of 1000 x 512 bytes; 128 bits each from here on */
	nvme_le64 units_written[2];
	nvme_le64 reads[2];
	nvme_le64 writes[2];
	nvme_le64 busy_minutes[2];
	nvme_le64 power_cycles[2];
	nvme_le64 power_on_hours[2];
	nvme_le64 unsafe_shutdowns[2];
	nvme_le64 media_errors[2];
	nvme_le64 error_entries[2];
	uint8_t reserved2[320];
};

static_assert(sizeof(struct nvme_smart_log) == 512, "SMART log");

#define NVME_SMART_TEMPERATURE	0x2u

struct nvme_firmware_log {
	uint8_t active;
	uint8_t reserved[7];
	char slot[7][8];
	uint8_t reserved2[448];
};

static_assert(sizeof(struct nvme_firmware_log) == 512, "firmware slot log");

struct nvme_effects_log {
	nvme_le32 admin[256];
	nvme_le32 io[256];
	uint8_t reserved[2048];
};

static_assert(sizeof(struct nvme_effects_log) == 4096, "commands supported and effects log");

#define NVME_EFFECT_SUPPORTED	0x1u
#define NVME_EFFECT_LBA_CHANGE	0x2u

/* ---- Identify (5.15) ---- */

enum nvme_cns {
	NVME_CNS_NAMESPACE	= 0x00,
	NVME_CNS_CONTROLLER	= 0x01,
	NVME_CNS_ACTIVE_LIST	= 0x02,
	NVME_CNS_DESCRIPTORS	= 0x03,
};

struct nvme_power_state {
	nvme_le16 max_power;		/* 10 mW */
	uint8_t reserved[30];
};

struct nvme_id_ctrl {
	nvme_le16 vid, ssvid;
	char sn[20], mn[40], fr[8];
	uint8_t rab, ieee[3], cmic, mdts;
	nvme_le16 cntlid;
	nvme_le32 ver, rtd3r, rtd3e, oaes, ctratt;
	nvme_le16 rrls;
	uint8_t reserved102[9];
	uint8_t cntrltype;
	uint8_t fguid[16];
	nvme_le16 crdt[3];
	uint8_t reserved134[122];
	nvme_le16 oacs;			/* 256 */
	uint8_t acl, aerl, frmw, lpa, elpe, npss, avscc, apsta;
	nvme_le16 wctemp, cctemp, mtfa;
	nvme_le32 hmpre, hmmin;
	uint8_t tnvmcap[16], unvmcap[16];
	nvme_le32 rpmbs;
	nvme_le16 edstt;
	uint8_t dsto, fwug;
	nvme_le16 kas, hctma, mntmt, mxtmt;
	nvme_le32 sanicap;
	uint8_t reserved332[180];
	uint8_t sqes, cqes;		/* 512 */
	nvme_le16 maxcmd;
	nvme_le32 nn;
	nvme_le16 oncs, fuses;
	uint8_t fna, vwc;
	nvme_le16 awun, awupf;
	uint8_t icsvscc, nwpc;
	nvme_le16 acwu;
	uint8_t reserved534[2];
	nvme_le32 sgls, mnan;
	uint8_t reserved544[224];
	char subnqn[256];		/* 768 */
	uint8_t reserved1024[1024];
	struct nvme_power_state psd[32];
	uint8_t vendor[1024];
};

static_assert(sizeof(struct nvme_id_ctrl) == 4096, "Identify controller");

struct nvme_lba_format {
	nvme_le16 ms;
	uint8_t lbads, rp;
};

struct nvme_id_ns {
	nvme_le64 nsze, ncap, nuse;
	uint8_t nsfeat, nlbaf, flbas, mc, dpc, dps, nmic, rescap, fpi, dlfeat;
	nvme_le16 nawun, nawupf, nacwu, nabsn, nabo, nabspf, noiob;
	uint8_t nvmcap[16];
	nvme_le16 npwg, npwa, npdg, npda, nows;
	uint8_t reserved74[18];
	nvme_le32 anagrpid;
	uint8_t reserved96[3];
	uint8_t nsattr;
	nvme_le16 nvmsetid, endgid;
	uint8_t nguid[16], eui64[8];
	struct nvme_lba_format lbaf[16];
	uint8_t reserved192[192];
	uint8_t vendor[3712];
};

static_assert(sizeof(struct nvme_id_ns) == 4096, "Identify namespace");

struct nvme_ns_descriptor {
	uint8_t type, len, reserved[2];
	uint8_t id[16];
};

#define NVME_NIDT_UUID		3

#define NVME_OACS_DOORBELL_BUFFER 0x100u
#define NVME_ONCS_COMPARE	0x1u
#define NVME_ONCS_DSM		0x4u
#define NVME_ONCS_WRITE_ZEROES	0x8u
#define NVME_ONCS_SELECT	0x10u
#define NVME_ONCS_TIMESTAMP	0x40u

#endif /* VRCEP_NVME_SPEC_H */
