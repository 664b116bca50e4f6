// SPDX-License-Identifier: GPL-2.0-only
/* What is illegal gets the status that the specification names. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "tests.h"

#define OUTSIDE	0x1000ull	/* an address that is not the guest's */

struct illegal {
	const char *what;
	struct nvme_sqe e;
	int status;
	unsigned int location;	/* of the error log entry; 0: not looked at */
};

/* PAGE stands for a page of guest memory. */
#define PAGE 0xfffffffffffff000ull

static struct nvme_sqe with_page(struct nvme_sqe e, uint64_t page)
{
	if ((e.prp1 & PAGE) == PAGE)
		e.prp1 = htole64(page + (e.prp1 & 0xfff));
	if ((e.prp2 & PAGE) == PAGE)
		e.prp2 = htole64(page + (e.prp2 & 0xfff));
	return e;
}

static void expect_illegal(unsigned int q, const struct illegal *t, unsigned int n)
{
	uint64_t page = host_pages(2), log = host_pages(1);
	const struct nvme_error_entry *entry = host_mem(log);

	for (unsigned int i = 0; i < n; i++) {
		int status = host_cmd(q, with_page(t[i].e, page));
		uint16_t field = le16toh(host_cqe.status) >> 1;
		uint16_t cid = le16toh(host_cqe.cid);

		if (!EXPECT_EQ(status, t[i].status) || !EXPECT(field & NVME_SC_MORE) ||
		    !EXPECT_EQ(!!(field & NVME_SC_DNR), t[i].status != NVME_SC_DATA_TRANSFER))
			tap_note("%s", t[i].what);
		EXPECT_EQ(host_get_log(NVME_LOG_ERROR, 64, log, 0), 0);
		EXPECT_EQ(le16toh(entry->cid), cid);
		EXPECT_EQ(le16toh(entry->sq_id), q);
		EXPECT_EQ(le16toh(entry->status) >> 1, field);
		if (t[i].location && !EXPECT_EQ(le16toh(entry->location), t[i].location))
			tap_note("%s", t[i].what);
	}
}

#define QUEUE(op, qid, size, dw11)	\
	{ .opcode = NVME_ADMIN_ ## op, .prp1 = PAGE, .cdw10 = (uint32_t)(size) << 16 | (qid), \
	  .cdw11 = (dw11) }
#define FEATURE(op, id, dw11)	\
	{ .opcode = NVME_ADMIN_ ## op ## _FEATURES, .cdw10 = (id), .cdw11 = (dw11) }
#define LOG(page, ns, last, off)	\
	{ .opcode = NVME_ADMIN_GET_LOG, .nsid = (ns), .prp1 = PAGE, \
	  .cdw10 = (last) << 16 | (page), .cdw12 = (off) }
#define IDENTIFY(cns, ns)	\
	{ .opcode = NVME_ADMIN_IDENTIFY, .nsid = (ns), .prp1 = PAGE, .cdw10 = (cns) }

/* Queue pair 1 and completion queue 2 exist. */
static const struct illegal admin[] = {
	{ "opcode 3", { .opcode = 0x03 }, NVME_SC_INVALID_OPCODE, 0 },
	{ "vendor opcode", { .opcode = 0xff }, NVME_SC_INVALID_OPCODE, 0 },
	{ "Format NVM", { .opcode = 0x80, .nsid = 1 }, NVME_SC_INVALID_OPCODE, 0 },
	{ "Firmware Commit", { .opcode = 0x10 }, NVME_SC_INVALID_OPCODE, 0 },
	{ "fused", { .opcode = 0x06, .flags = 1, .prp1 = PAGE, .cdw10 = 1 },
	  NVME_SC_INVALID_FIELD, 1 },
	{ "SGL", { .opcode = 0x06, .flags = 0x40, .prp1 = PAGE, .cdw10 = 1 },
	  NVME_SC_INVALID_FIELD, 1 },

	{ "CQ 0", QUEUE(CREATE_CQ, 0, 63, 3), NVME_SC_INVALID_QID, 40 },
	{ "CQ beyond the last", QUEUE(CREATE_CQ, 9, 63, 3), NVME_SC_INVALID_QID, 40 },
	{ "CQ exists", QUEUE(CREATE_CQ, 1, 63, 3), NVME_SC_INVALID_QID, 40 },
	{ "CQ of 1 entry", QUEUE(CREATE_CQ, 3, 0, 3), NVME_SC_INVALID_QSIZE, 42 },
	{ "CQ too big", QUEUE(CREATE_CQ, 3, 1024, 3), NVME_SC_INVALID_QSIZE, 42 },
	{ "CQ not contiguous", QUEUE(CREATE_CQ, 3, 63, 2), NVME_SC_INVALID_FIELD, 44 },
	{ "CQ vector", QUEUE(CREATE_CQ, 3, 63, 9 << 16 | 3), NVME_SC_INVALID_VECTOR, 46 },
	{ "CQ offset", { .opcode = NVME_ADMIN_CREATE_CQ, .prp1 = PAGE | 8, .cdw10 = 63 << 16 | 3,
	  .cdw11 = 3 }, NVME_SC_INVALID_PRP_OFFSET, 24 },
	{ "SQ 0", QUEUE(CREATE_SQ, 0, 63, 1 << 16 | 1), NVME_SC_INVALID_QID, 40 },
	{ "SQ beyond the last", QUEUE(CREATE_SQ, 9, 63, 1 << 16 | 1), NVME_SC_INVALID_QID, 40 },
	{ "SQ exists", QUEUE(CREATE_SQ, 1, 63, 1 << 16 | 1), NVME_SC_INVALID_QID, 40 },
	{ "SQ on CQ 0", QUEUE(CREATE_SQ, 3, 63, 1), NVME_SC_INVALID_QID, 46 },
	{ "SQ on CQ beyond", QUEUE(CREATE_SQ, 3, 63, 9 << 16 | 1), NVME_SC_INVALID_QID, 46 },
	{ "SQ without CQ", QUEUE(CREATE_SQ, 3, 63, 5 << 16 | 1), NVME_SC_CQ_INVALID, 46 },
	{ "SQ of 1 entry", QUEUE(CREATE_SQ, 3, 0, 2 << 16 | 1), NVME_SC_INVALID_QSIZE, 42 },
	{ "SQ too big", QUEUE(CREATE_SQ, 3, 65535, 2 << 16 | 1), NVME_SC_INVALID_QSIZE, 42 },
	{ "SQ not contiguous", QUEUE(CREATE_SQ, 3, 63, 2 << 16), NVME_SC_INVALID_FIELD, 44 },
	{ "delete SQ 0", QUEUE(DELETE_SQ, 0, 0, 0), NVME_SC_INVALID_QID, 40 },
	{ "delete no SQ", QUEUE(DELETE_SQ, 7, 0, 0), NVME_SC_INVALID_QID, 40 },
	{ "delete SQ 65535", QUEUE(DELETE_SQ, 65535, 0, 0), NVME_SC_INVALID_QID, 40 },
	{ "delete CQ 0", QUEUE(DELETE_CQ, 0, 0, 0), NVME_SC_INVALID_QID, 40 },
	{ "delete no CQ", QUEUE(DELETE_CQ, 7, 0, 0), NVME_SC_INVALID_QID, 40 },
	{ "delete CQ in use", QUEUE(DELETE_CQ, 1, 0, 0), NVME_SC_INVALID_Q_DELETION, 40 },

	{ "CNS 10h", IDENTIFY(0x10, 1), NVME_SC_INVALID_FIELD, 40 },
	{ "CNS 04h", IDENTIFY(0x04, 0), NVME_SC_INVALID_FIELD, 40 },
	{ "namespace 0", IDENTIFY(0, 0), NVME_SC_INVALID_NS, 4 },
	{ "namespace 2", IDENTIFY(0, 2), NVME_SC_INVALID_NS, 4 },
	{ "all namespaces", IDENTIFY(0, NVME_NSID_ALL), NVME_SC_INVALID_NS, 4 },
	{ "descriptors of 2", IDENTIFY(3, 2), NVME_SC_INVALID_NS, 4 },
	{ "list from ffffffff", IDENTIFY(2, NVME_NSID_ALL), NVME_SC_INVALID_NS, 4 },
	{ "identify odd PRP", { .opcode = NVME_ADMIN_IDENTIFY, .prp1 = PAGE | 2, .cdw10 = 1 },
	  NVME_SC_INVALID_PRP_OFFSET, 24 },
	{ "identify PRP 2 offset", { .opcode = NVME_ADMIN_IDENTIFY, .prp1 = PAGE | 512,
	  .prp2 = PAGE | 16, .cdw10 = 1 }, NVME_SC_INVALID_PRP_OFFSET, 32 },

	{ "log 0", LOG(0x00, 0, 15, 0), NVME_SC_INVALID_LOG_PAGE, 40 },
	{ "log 6", LOG(0x06, 0, 15, 0), NVME_SC_INVALID_LOG_PAGE, 40 },
	{ "log 80h", LOG(0x80, 0, 15, 0), NVME_SC_INVALID_LOG_PAGE, 40 },
	{ "log too long", { .opcode = NVME_ADMIN_GET_LOG, .prp1 = PAGE, .cdw10 = 0xffff0001,
	  .cdw11 = 3 }, NVME_SC_INVALID_FIELD, 42 },
	{ "log offset", LOG(0x02, 0, 15, 516), NVME_SC_INVALID_FIELD, 48 },
	{ "log odd offset", LOG(0x02, 0, 15, 2), NVME_SC_INVALID_FIELD, 48 },
	{ "SMART of a namespace", LOG(0x02, 1, 127, 0), NVME_SC_INVALID_FIELD, 4 },

	{ "feature 0", FEATURE(GET, 0, 0), NVME_SC_INVALID_FIELD, 40 },
	{ "feature 0Ch", FEATURE(SET, 0x0c, 1), NVME_SC_INVALID_FIELD, 40 },
	{ "feature 80h", FEATURE(GET, 0x80, 0), NVME_SC_INVALID_FIELD, 40 },
	{ "select 4", FEATURE(GET, 4 << 8 | 1, 0), NVME_SC_INVALID_FIELD, 41 },
	{ "save", FEATURE(SET, 1u << 31 | 1, 0), NVME_SC_NOT_SAVEABLE, 43 },
	{ "power state 1", FEATURE(SET, 2, 1), NVME_SC_INVALID_FIELD, 44 },
	{ "sensor 1", FEATURE(SET, 4, 1 << 16 | 300), NVME_SC_INVALID_FIELD, 44 },
	{ "threshold type", FEATURE(SET, 4, 2 << 20 | 300), NVME_SC_INVALID_FIELD, 44 },
	{ "error recovery", { .opcode = NVME_ADMIN_SET_FEATURES, .nsid = 1, .cdw10 = 5,
	  .cdw11 = 1 }, NVME_SC_NOT_CHANGEABLE, 40 },
	{ "error recovery of 7", { .opcode = NVME_ADMIN_GET_FEATURES, .nsid = 7, .cdw10 = 5 },
	  NVME_SC_INVALID_NS, 4 },
	{ "queues late", FEATURE(SET, 7, 0x00070007), NVME_SC_SEQUENCE, 44 },
	{ "vector 9", FEATURE(SET, 9, 9), NVME_SC_INVALID_FIELD, 44 },
	{ "get vector 9", FEATURE(GET, 9, 9), NVME_SC_INVALID_FIELD, 44 },
	{ "abort of no queue", { .opcode = NVME_ADMIN_ABORT, .cdw10 = 5 }, NVME_SC_INVALID_FIELD,
	  40 },
};

void illegal_admin_commands(void)
{
	if (ready(8, "")) {
		EXPECT(host_queue(2));
		EXPECT_EQ(host_cmd(0, (struct nvme_sqe)QUEUE(DELETE_SQ, 2, 0, 0)), 0);
		expect_illegal(0, admin, ARRAY_SIZE(admin));
		EXPECT_EQ(host_identify(NVME_CNS_CONTROLLER, 0, host_pages(1)), 0);
	}
	host_close();
	/* Only while no I/O queue exists is ffffh looked at. */
	if (host_open(8 << 20, "") && host_enable()) {
		EXPECT_EQ(host_set_feature(NVME_FEAT_QUEUES, 0xffff0000), NVME_SC_INVALID_FIELD);
		EXPECT_EQ(host_set_feature(NVME_FEAT_QUEUES, 0x0000ffff), NVME_SC_INVALID_FIELD);
	}
	host_close();
}

#define RW(op, ns, slba, blocks, prp_1, prp_2)	\
	{ .opcode = NVME_IO_ ## op, .nsid = (ns), .prp1 = (prp_1), .prp2 = (prp_2), \
	  .cdw10 = (slba), .cdw12 = (blocks) - 1 }

/* The namespace has 16384 blocks of 512 bytes. */
static const struct illegal nvm[] = {
	{ "opcode 3", { .opcode = 0x03, .nsid = 1 }, NVME_SC_INVALID_OPCODE, 0 },
	{ "Write Uncorrectable", { .opcode = 0x04, .nsid = 1 }, NVME_SC_INVALID_OPCODE, 0 },
	{ "Reservation Register", { .opcode = 0x0d, .nsid = 1 }, NVME_SC_INVALID_OPCODE, 0 },
	{ "vendor opcode", { .opcode = 0x80, .nsid = 1 }, NVME_SC_INVALID_OPCODE, 0 },
	{ "fused", { .opcode = NVME_IO_COMPARE, .flags = 1, .nsid = 1, .prp1 = PAGE },
	  NVME_SC_INVALID_FIELD, 1 },
	{ "SGL", { .opcode = NVME_IO_READ, .flags = 0x80, .nsid = 1, .prp1 = PAGE },
	  NVME_SC_INVALID_FIELD, 1 },
	{ "read of namespace 0", RW(READ, 0, 0, 8, PAGE, 0), NVME_SC_INVALID_NS, 4 },
	{ "read of namespace 2", RW(READ, 2, 0, 8, PAGE, 0), NVME_SC_INVALID_NS, 4 },
	{ "read of all", RW(READ, NVME_NSID_ALL, 0, 8, PAGE, 0), NVME_SC_INVALID_NS, 4 },
	{ "flush of namespace 0", { .opcode = NVME_IO_FLUSH }, NVME_SC_INVALID_NS, 4 },
	{ "read past the end", RW(READ, 1, 16377, 8, PAGE, 0), NVME_SC_LBA_RANGE, 40 },
	{ "read at the end", RW(READ, 1, 16384, 1, PAGE, 0), NVME_SC_LBA_RANGE, 40 },
	{ "read around", { .opcode = NVME_IO_READ, .nsid = 1, .prp1 = PAGE, .cdw10 = ~0u,
	  .cdw11 = ~0u, .cdw12 = 1 }, NVME_SC_LBA_RANGE, 40 },
	{ "read far", { .opcode = NVME_IO_READ, .nsid = 1, .prp1 = PAGE, .cdw11 = 1 },
	  NVME_SC_LBA_RANGE, 40 },
	{ "write past the end", RW(WRITE, 1, 16377, 8, PAGE, 0), NVME_SC_LBA_RANGE, 40 },
	{ "compare past the end", RW(COMPARE, 1, 16377, 8, PAGE, 0), NVME_SC_LBA_RANGE, 40 },
	{ "zeroes past the end", RW(WRITE_ZEROES, 1, 1, 16384, 0, 0), NVME_SC_LBA_RANGE, 40 },
	{ "read beyond MDTS", RW(READ, 1, 0, 1025, PAGE, PAGE), NVME_SC_INVALID_FIELD, 48 },
	{ "write beyond MDTS", RW(WRITE, 1, 0, 65536, PAGE, PAGE), NVME_SC_INVALID_FIELD, 48 },
	{ "odd PRP 1", RW(READ, 1, 0, 1, PAGE | 1, 0), NVME_SC_INVALID_PRP_OFFSET, 24 },
	{ "write odd PRP 1", RW(WRITE, 1, 0, 1, PAGE | 2, 0), NVME_SC_INVALID_PRP_OFFSET, 24 },
	{ "PRP 2 offset", RW(READ, 1, 0, 16, PAGE, PAGE | 512), NVME_SC_INVALID_PRP_OFFSET, 32 },
	{ "list offset", RW(WRITE, 1, 0, 24, PAGE, PAGE | 4), NVME_SC_INVALID_PRP_OFFSET, 32 },
	{ "PRP list not there", RW(READ, 1, 0, 24, PAGE, OUTSIDE), NVME_SC_DATA_TRANSFER, 0 },
	{ "data not there", RW(WRITE, 1, 0, 8, OUTSIDE, 0), NVME_SC_DATA_TRANSFER, 0 },
	{ "compare not there", RW(COMPARE, 1, 0, 8, OUTSIDE, 0), NVME_SC_DATA_TRANSFER, 0 },
	{ "DSM odd PRP", { .opcode = NVME_IO_DSM, .nsid = 1, .prp1 = PAGE | 3,
	  .cdw11 = NVME_DSM_DEALLOCATE }, NVME_SC_INVALID_PRP_OFFSET, 24 },
	{ "DSM not there", { .opcode = NVME_IO_DSM, .nsid = 1, .prp1 = OUTSIDE,
	  .cdw11 = NVME_DSM_DEALLOCATE }, NVME_SC_DATA_TRANSFER, 0 },
};

void illegal_io_commands(void)
{
	if (ready(8, "")) {
		expect_illegal(1, nvm, ARRAY_SIZE(nvm));
		EXPECT_EQ(host_disk_count(NVME_DISK_WRITE), 0);
		EXPECT_EQ(host_rw(NVME_IO_READ, 16376, 8, host_pages(1), 0, 0), 0);
	}
	host_close();
}

void data_transfer_errors(void)
{
	if (ready(8, "")) {
		uint64_t list = host_pages(1), page = host_pages(1);
		nvme_le64 *prp = host_mem(list);

		for (unsigned int i = 0; i < 127; i++)
			prp[i] = htole64(page);
		EXPECT_EQ(host_rw(NVME_IO_WRITE, 0, 1024, page, list, 0), 0);
		prp[77] = htole64(OUTSIDE);
		EXPECT_EQ(host_rw(NVME_IO_WRITE, 0, 1024, page, list, 0),
			  NVME_SC_DATA_TRANSFER);
		prp[77] = htole64(page + 8);
		EXPECT_EQ(host_rw(NVME_IO_WRITE, 0, 1024, page, list, 0),
			  NVME_SC_INVALID_PRP_OFFSET);
		EXPECT_EQ(host_disk_count(NVME_DISK_WRITE), 1);
		/* A chain of lists that leads nowhere. */
		memcpy(host_mem(list + 4088), &(nvme_le64){ htole64(OUTSIDE) }, 8);
		EXPECT_EQ(host_rw(NVME_IO_READ, 0, 24, page, list + 4088, 0),
			  NVME_SC_DATA_TRANSFER);
		memcpy(host_mem(list + 4088), &(nvme_le64){ htole64(page + 64) }, 8);
		EXPECT_EQ(host_rw(NVME_IO_READ, 0, 24, page, list + 4088, 0),
			  NVME_SC_INVALID_PRP_OFFSET);
		/* A chain that leads back to itself ends, with what it says. */
		memcpy(host_mem(list + 4088), &(nvme_le64){ htole64(list) }, 8);
		prp[77] = htole64(page);
		EXPECT_EQ(host_rw(NVME_IO_READ, 0, 1024, page, list + 4088, 0), 0);
	}
	host_close();
}

void disk_errors(void)
{
	static const struct {
		uint8_t opcode;
		int err, status;
	} t[] = {
		{ NVME_IO_READ, -EIO, NVME_SC_READ_ERROR },
		{ NVME_IO_COMPARE, -EIO, NVME_SC_READ_ERROR },
		{ NVME_IO_WRITE, -EIO, NVME_SC_WRITE_FAULT },
		{ NVME_IO_WRITE, -ENOSPC, NVME_SC_CAPACITY },
		{ NVME_IO_FLUSH, -EIO, NVME_SC_WRITE_FAULT },
		{ NVME_IO_WRITE_ZEROES, -ENOSPC, NVME_SC_CAPACITY },
	};

	if (ready(8, "")) {
		uint64_t page = host_pages(1);
		const struct nvme_smart_log *smart = host_mem(page);

		for (unsigned int i = 0; i < ARRAY_SIZE(t); i++) {
			host_disk.fail = t[i].err;
			EXPECT_EQ(host_rw(t[i].opcode, 0, 8, page, 0, 0), t[i].status);
			EXPECT_EQ(host_rw(t[i].opcode, 0, 8, page, 0, 0), 0);
		}
		EXPECT_EQ(host_get_log(NVME_LOG_SMART, 512, page, 0), 0);
		EXPECT_EQ(le64toh(smart->media_errors[0]), ARRAY_SIZE(t));
		EXPECT(strstr(fake.log, "Input/output error"));
		/* The image is cut short under the controller, which has not looked yet. */
		EXPECT(!truncate(host.image, 1 << 20));
		EXPECT_EQ(host_rw(NVME_IO_READ, 16000, 8, page, 0, 0), NVME_SC_READ_ERROR);
	}
	host_close();
}

void error_log_entries(void)
{
	if (ready(8, "")) {
		uint64_t log = host_pages(1);
		const struct nvme_error_entry *e = host_mem(log);

		for (unsigned int i = 0; i < 70; i++)
			EXPECT_EQ(host_rw(NVME_IO_READ, 100000 + i, 1, log, 0, 0),
				  NVME_SC_LBA_RANGE);
		EXPECT_EQ(host_get_log(NVME_LOG_ERROR, 4096, log, 0), 0);
		for (unsigned int i = 0; i < 64; i++) {
			EXPECT_EQ(le64toh(e[i].count), 70 - i);
			EXPECT_EQ(le64toh(e[i].lba), 100000 + 69 - i);
			EXPECT_EQ(le32toh(e[i].nsid), 1);
		}
	}
	host_close();
}

void cid_conflict(void)
{
	struct nvme_sqe e = { .opcode = NVME_IO_FLUSH, .nsid = htole32(1) };
	struct nvme_cqe cqe;

	if (ready(8, "")) {
		host_disk.hold = true;
		host_put(1, e);
		host.next_cid--;
		host_put(1, e);
		host_ring(1);
		EXPECT(host_get(1, &cqe));
		EXPECT_EQ(le16toh(cqe.status) >> 1 & NVME_SC_MASK, NVME_SC_CID_CONFLICT);
		host_disk_release();
		EXPECT(host_get(1, &cqe));
		EXPECT_EQ(le16toh(cqe.status) >> 1, 0);
		EXPECT_EQ(host_cmd(1, e), 0);
	}
	host_close();
}

void bad_enable_is_fatal(void)
{
	static const uint32_t bad[] = { 1 << 4, 1 << 7, 1 << 11 };

	if (host_open(8 << 20, "")) {
		for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++) {
			host_set_admin_queues();
			set_reg(NVME_REG_CC, 0x460000 | bad[i] | NVME_CC_EN);
			EXPECT_EQ(reg(NVME_REG_CSTS), NVME_CSTS_CFS);
			set_reg(NVME_REG_CC, 0);
			EXPECT_EQ(reg(NVME_REG_CSTS), 0);
		}
		set_reg(NVME_REG_AQA, 0);
		set_reg(NVME_REG_CC, 0x460000 | NVME_CC_EN);
		EXPECT_EQ(reg(NVME_REG_CSTS), NVME_CSTS_CFS);
		set_reg(NVME_REG_CC, 0);
		EXPECT(host_enable());
		EXPECT_EQ(host_identify(NVME_CNS_CONTROLLER, 0, host_pages(1)), 0);
	}
	host_close();
}

void unreadable_queue_is_fatal(void)
{
	if (host_open(8 << 20, "")) {
		host_set_admin_queues();
		set_reg64(NVME_REG_ASQ, OUTSIDE);
		set_reg(NVME_REG_CC, 0x460000 | NVME_CC_EN);
		EXPECT(host_wait_csts(NVME_CSTS_RDY, NVME_CSTS_RDY));
		doorbell(0, 1);
		EXPECT(host_wait_csts(NVME_CSTS_CFS, NVME_CSTS_CFS));
		set_reg(NVME_REG_CC, 0);
		EXPECT(host_wait_csts(NVME_CSTS_CFS | NVME_CSTS_RDY, 0));
		EXPECT(host_enable());
		EXPECT_EQ(host_identify(NVME_CNS_CONTROLLER, 0, host_pages(1)), 0);
	}
	host_close();
}
