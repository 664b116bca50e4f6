// SPDX-License-Identifier: GPL-2.0-only
/* Options, registers and everything that goes over the admin queue. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests.h"

/* ---- options ---- */

static void expect_refused(const char *options, const char *part)
{
	struct ep_func *f = host_create(options);

	if (!EXPECT(!f) || !EXPECT(strstr(host_error, part)))
		tap_note("nvme,%s: message is '%s'", options, host_error);
	if (f)
		ep_model_nvme.destroy(f);
}

void options_are_checked(void)
{
	static const struct {
		const char *option, *part;
	} bad[] = {
		{ "block=1024", "1024" },
		{ "block=0", "block" },
		{ "block=x", "block" },
		{ "queues=0", "queues" },
		{ "queues=65", "65" },
		{ "serial=123456789012345678901", "serial" },
		{ "serial=", "serial" },
		{ "model=0123456789012345678901234567890123456789x", "model" },
		{ "vwc=maybe", "maybe" },
		{ "readonly=2", "2" },
		{ "colour=red", "colour" },
	};
	char text[512];

	if (host_open(1 << 20, "")) {
		ep_model_nvme.destroy(host.func);
		host.func = NULL;
		expect_refused("", "path");
		expect_refused("path=/dev/null", "/dev/null");
		expect_refused("path=/", "path=/");
		for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++) {
			snprintf(text, sizeof(text), "path=%s,%s", host.image, bad[i].option);
			expect_refused(text, bad[i].part);
		}
		EXPECT(!truncate(host.image, 511));
		snprintf(text, sizeof(text), "path=%s", host.image);
		expect_refused(text, "511");
	}
	host_close();
}

void missing_image_is_named_or_created(void)
{
	char text[512];
	struct stat st;

	if (host_open(1 << 20, "")) {
		ep_model_nvme.destroy(host.func);
		unlink(host.image);
		snprintf(text, sizeof(text), "path=%s", host.image);
		expect_refused(text, host.image);
		snprintf(text, sizeof(text), "path=%s,size=6G,readonly=on", host.image);
		expect_refused(text, host.image);
		snprintf(text, sizeof(text), "path=%s,size=6G", host.image);
		host.func = host_create(text);
		EXPECT(host.func);
		EXPECT(!stat(host.image, &st));
		EXPECT_EQ(st.st_size, 6ll << 30);
		EXPECT_EQ(st.st_blocks, 0);
	}
	host_close();
}

void image_in_use_is_refused(void)
{
	char text[512];

	if (host_open(1 << 20, "")) {
		snprintf(text, sizeof(text), "path=%s", host.image);
		expect_refused(text, "in use");
	}
	host_close();
}

/* ---- what it is ---- */

void pci_identity(void)
{
	if (host_open(1 << 20, "queues=64")) {
		EXPECT_EQ(fake.id.class_code, 0x010802);
		EXPECT_EQ(fake.id.vendor, NVME_PCI_VENDOR);
		EXPECT_EQ(fake.vectors, 65);
		EXPECT_EQ(fake.bar_size, 0x4000);
		EXPECT(NVME_REG_DOORBELL + 8 * 65 <= NVME_MSIX_TABLE);
		EXPECT(NVME_MSIX_TABLE + 16 * 65 <= NVME_MSIX_PBA);
		EXPECT(strstr(fake.log, host.image));
		EXPECT(strstr(fake.log, "O_DIRECT"));
	}
	host_close();
}

void registers(void)
{
	uint8_t bytes[64];
	uint16_t half;

	if (host_open(1 << 20, "")) {
		EXPECT_EQ(reg(NVME_REG_CAP) & 0xffff, NVME_QUEUE_ENTRIES - 1);
		EXPECT(reg(NVME_REG_CAP) & 1 << 16);
		EXPECT(reg(NVME_REG_CAP) >> 24 >= 10);
		EXPECT_EQ(reg(NVME_REG_CAP + 4) >> 5 & 0xff, 1);
		EXPECT_EQ(reg(NVME_REG_VS), 0x10400);
		EXPECT_EQ(reg(NVME_REG_CSTS), 0);
		ep_model_nvme.bar_read(host.func, 0, 0, bytes, sizeof(bytes));
		EXPECT_EQ(bytes[NVME_REG_VS + 1], 4);
		ep_model_nvme.bar_read(host.func, 0, NVME_REG_VS + 1, &half, sizeof(half));
		EXPECT_EQ(half, 0x0104);
		set_reg(NVME_REG_CAP, 0xffffffff);
		set_reg(NVME_REG_VS, 0xffffffff);
		set_reg(NVME_REG_CSTS, 0xffffffff);
		EXPECT_EQ(reg(NVME_REG_VS), 0x10400);
		EXPECT_EQ(reg(NVME_REG_CSTS), 0);
		set_reg64(NVME_REG_ASQ, 0x123456789abcdefull);
		EXPECT_EQ(reg(NVME_REG_ASQ), 0x89abc000);
		EXPECT_EQ(reg(NVME_REG_ASQ + 4), 0x1234567);
		set_reg(NVME_REG_AQA, 0xffffffff);
		EXPECT_EQ(reg(NVME_REG_AQA), 0x0fff0fff);
		set_reg(NVME_REG_INTMS, 5);
		set_reg(NVME_REG_INTMC, 4);
		EXPECT_EQ(reg(NVME_REG_INTMS), 1);
		ep_model_nvme.reset(host.func, EP_RESET_FLR);
		EXPECT_EQ(reg(NVME_REG_AQA), 0);
		EXPECT_EQ(reg(NVME_REG_ASQ), 0);
		EXPECT_EQ(reg(NVME_REG_INTMS), 0);
		EXPECT(host_enable());
		set_reg(NVME_REG_AQA, 0x00010001);
		EXPECT_EQ(reg(NVME_REG_AQA), 0x003f003f);
	}
	host_close();
}

static void check_controller(const struct nvme_id_ctrl *id)
{
	EXPECT_EQ(le16toh(id->vid), NVME_PCI_VENDOR);
	EXPECT(!memcmp(id->sn, "abc-1               ", 20));
	EXPECT(!memcmp(id->mn, "VRC NVMe                                ", 40));
	EXPECT_EQ(id->mdts, NVME_MDTS);
	EXPECT_EQ(le32toh(id->ver), 0x10400);
	EXPECT_EQ(id->cntrltype, 1);
	EXPECT_EQ(id->sqes, 0x66);
	EXPECT_EQ(id->cqes, 0x44);
	EXPECT_EQ(le32toh(id->nn), 1);
	EXPECT_EQ(id->vwc, 7);
	EXPECT_EQ(le32toh(id->sgls), 0);
	EXPECT(!strncmp(id->subnqn, "nqn.2014-08.org.nvmexpress:uuid:", 32));
	EXPECT_EQ(strlen(id->subnqn), 68);
}

static void check_namespace(const struct nvme_id_ns *id)
{
	EXPECT_EQ(le64toh(id->nsze), (8 << 20) / 512);
	EXPECT_EQ(le64toh(id->ncap), (8 << 20) / 512);
	EXPECT_EQ(id->nlbaf, 0);
	EXPECT_EQ(id->lbaf[0].lbads, 9);
	EXPECT_EQ(le16toh(id->lbaf[0].ms), 0);
	EXPECT_EQ(le16toh(id->npdg), 7);
	EXPECT_EQ(id->nsattr, 0);
	EXPECT_EQ(id->dlfeat & 7, 1);
}

void identify(void)
{
	if (ready(8, "serial=abc-1")) {
		uint64_t page = host_pages(2);
		const struct nvme_ns_descriptor *d = host_mem(page);
		const nvme_le32 *list = host_mem(page);

		EXPECT_EQ(host_identify(NVME_CNS_CONTROLLER, 0, page), 0);
		check_controller(host_mem(page));
		EXPECT_EQ(host_identify(NVME_CNS_NAMESPACE, 1, page), 0);
		check_namespace(host_mem(page));
		EXPECT_EQ(host_identify(NVME_CNS_ACTIVE_LIST, 0, page), 0);
		EXPECT_EQ(le32toh(list[0]), 1);
		EXPECT(all_zero(page + 4, 4092));
		EXPECT_EQ(host_identify(NVME_CNS_ACTIVE_LIST, 1, page), 0);
		EXPECT(all_zero(page, 4096));
		EXPECT_EQ(host_identify(NVME_CNS_DESCRIPTORS, 1, page), 0);
		EXPECT_EQ(d->type, NVME_NIDT_UUID);
		EXPECT_EQ(d->len, 16);
		EXPECT_EQ(d->id[6] >> 4, 8);
		EXPECT_EQ(d->id[8] >> 6, 2);
		EXPECT(all_zero(page + 20, 4096 - 20));
		EXPECT_EQ(fake.msi[1], 0);
		EXPECT(fake.msi[0] >= 5);
	}
	host_close();
}

/* ---- features and logs ---- */

void features(void)
{
	static const struct {
		unsigned int id;
		uint32_t set, select, get, standard;
	} f[] = {
		{ NVME_FEAT_ARBITRATION, 0x01020305, 0, 0x01020305, 3 },
		{ NVME_FEAT_POWER, 0x20, 0, 0x20, 0 },
		{ NVME_FEAT_TEMPERATURE, 0x00000200, 0, 0x200, 0xffff },
		{ NVME_FEAT_TEMPERATURE, 0x00100010, 0x00100000, 0x10, 0 },
		{ NVME_FEAT_COALESCING, 0x0203, 0, 0x0203, 0 },
		{ NVME_FEAT_VECTOR, 0x10003, 3, 0x10003, 3 },
		{ NVME_FEAT_ATOMICITY, 1, 0, 1, 0 },
		{ NVME_FEAT_EVENTS, 0x101, 0, 0x101, 0 },
	};
	struct nvme_sqe e = {
		.opcode = NVME_ADMIN_SET_FEATURES, .cdw10 = htole32(NVME_FEAT_TIMESTAMP),
	};
	nvme_le64 *time;

	if (!ready(8, ""))
		goto out;
	for (unsigned int i = 0; i < ARRAY_SIZE(f); i++) {
		EXPECT_EQ(host_get_feature(f[i].id, f[i].select), 0);
		EXPECT_EQ(le32toh(host_cqe.dw0), f[i].standard);
		EXPECT_EQ(host_set_feature(f[i].id, f[i].set), 0);
		EXPECT_EQ(host_get_feature(f[i].id, f[i].select), 0);
		EXPECT_EQ(le32toh(host_cqe.dw0), f[i].get);
		EXPECT_EQ(host_get_feature(f[i].id | 1 << 8, f[i].select), 0);
		EXPECT_EQ(le32toh(host_cqe.dw0), f[i].standard);
		EXPECT_EQ(host_get_feature(f[i].id | 3 << 8, f[i].select), 0);
		EXPECT_EQ(le32toh(host_cqe.dw0), 4);
	}
	EXPECT_EQ(host_get_feature(NVME_FEAT_QUEUES, 0), 0);
	EXPECT_EQ(le32toh(host_cqe.dw0), 0x00070007);
	EXPECT_EQ(host_set_feature(NVME_FEAT_QUEUES, 0x00030003), NVME_SC_SEQUENCE);

	e.prp1 = htole64(host_pages(1));
	time = host_mem(le64toh(e.prp1));
	*time = htole64(0x123456789ab);
	EXPECT_EQ(host_cmd(0, e), 0);
	*time = 0;
	e.opcode = NVME_ADMIN_GET_FEATURES;
	EXPECT_EQ(host_cmd(0, e), 0);
	EXPECT((le64toh(*time) & 0xffffffffffff) - 0x123456789ab < 60000);
	EXPECT_EQ(le64toh(*time) >> 48, 2);
out:
	host_close();
}

void write_cache_feature(void)
{
	if (ready(8, "")) {
		EXPECT_EQ(host_get_feature(NVME_FEAT_WRITE_CACHE, 0), 0);
		EXPECT_EQ(le32toh(host_cqe.dw0), 1);
		EXPECT_EQ(host_rw(NVME_IO_WRITE, 0, 8, host_pages(1), 0, 0), 0);
		EXPECT_EQ(host_disk_count(NVME_DISK_SYNC), 0);
		EXPECT_EQ(host_set_feature(NVME_FEAT_WRITE_CACHE, 0), 0);
		EXPECT_EQ(host_disk_count(NVME_DISK_SYNC), 1);
		EXPECT_EQ(host_rw(NVME_IO_WRITE, 0, 8, host_pages(1), 0, 0), 0);
		EXPECT_EQ(host_disk_count(NVME_DISK_SYNC), 2);
		EXPECT_EQ(host_get_feature(NVME_FEAT_WRITE_CACHE, 0), 0);
		EXPECT_EQ(le32toh(host_cqe.dw0), 0);
	}
	host_close();
}

void log_pages(void)
{
	if (ready(8, "")) {
		uint64_t page = host_pages(1);
		const struct nvme_smart_log *smart = host_mem(page);
		const struct nvme_firmware_log *fw = host_mem(page);
		const struct nvme_effects_log *effects = host_mem(page);
		uint64_t data = host_pages(1);
		struct nvme_sqe part = {
			.opcode = NVME_ADMIN_GET_LOG, .prp1 = htole64(page),
			.cdw10 = htole32((3 << 16) | NVME_LOG_FIRMWARE), .cdw12 = htole32(8),
		};

		for (unsigned int i = 0; i < 4; i++) {
			EXPECT_EQ(host_rw(NVME_IO_WRITE, 0, 8, data, 0, 0), 0);
			EXPECT_EQ(host_rw(NVME_IO_READ, 0, 8, data, 0, 0), 0);
		}
		EXPECT_EQ(host_rw(NVME_IO_READ, 1 << 30, 8, data, 0, 0), NVME_SC_LBA_RANGE);
		EXPECT_EQ(host_get_log(NVME_LOG_SMART, 512, page, 0), 0);
		EXPECT_EQ(smart->temperature[0] | smart->temperature[1] << 8, NVME_TEMPERATURE);
		EXPECT_EQ(le64toh(smart->reads[0]), 4);
		EXPECT_EQ(le64toh(smart->writes[0]), 4);
		EXPECT_EQ(le64toh(smart->units_read[0]), 1);
		EXPECT_EQ(le64toh(smart->power_cycles[0]), 1);
		EXPECT_EQ(le64toh(smart->error_entries[0]), 1);
		EXPECT_EQ(smart->critical_warning, 0);
		EXPECT_EQ(host_get_log(NVME_LOG_FIRMWARE, 512, page, 0), 0);
		EXPECT_EQ(fw->active, 1);
		EXPECT(!memcmp(fw->slot[0], "1.0     ", 8));
		memset(host_mem(page), 0xee, 4096);
		EXPECT_EQ(host_cmd(0, part), 0);
		EXPECT(!memcmp(host_mem(page), "1.0     ", 8));
		EXPECT_EQ(host_get_log(NVME_LOG_CHANGED_NS, 4096, page, 0), 0);
		EXPECT(all_zero(page, 4096));
		EXPECT_EQ(host_get_log(NVME_LOG_EFFECTS, 4096, page, 0), 0);
		EXPECT_EQ(le32toh(effects->io[NVME_IO_WRITE]), 3);
		EXPECT_EQ(le32toh(effects->io[NVME_IO_READ]), 1);
		EXPECT_EQ(le32toh(effects->admin[NVME_ADMIN_IDENTIFY]), 1);
		EXPECT_EQ(le32toh(effects->admin[0x80]), 0);
	}
	host_close();
}

/* ---- events ---- */

static struct nvme_sqe event_request(void)
{
	return (struct nvme_sqe){ .opcode = NVME_ADMIN_ASYNC_EVENT };
}

void async_events(void)
{
	struct nvme_cqe cqe;
	uint64_t page;
	uint16_t cid[4], abort_cid;

	if (!ready(8, ""))
		goto out;
	page = host_pages(1);
	for (unsigned int i = 0; i < 4; i++)
		cid[i] = host_put(0, event_request());
	host_ring(0);
	host_run(5);
	EXPECT(!host_poll(0, &cqe));
	EXPECT_EQ(host_cmd(0, event_request()), NVME_SC_AER_LIMIT);

	doorbell(2 * 5, 1);
	EXPECT(host_get(0, &cqe));
	EXPECT_EQ(le16toh(cqe.cid), cid[0]);
	EXPECT_EQ(le32toh(cqe.dw0), 0x010000);
	/* The next of the type waits until the log page has been read. */
	doorbell(2 * 1, HOST_ENTRIES);
	host_run(5);
	EXPECT(!host_poll(0, &cqe));
	EXPECT_EQ(host_get_log(NVME_LOG_ERROR, 64, page, 1 << 15), 0);
	host_run(5);
	EXPECT(!host_poll(0, &cqe));
	host_put(0, (struct nvme_sqe){
		.opcode = NVME_ADMIN_GET_LOG, .nsid = htole32(NVME_NSID_ALL),
		.prp1 = htole64(page), .cdw10 = htole32(15 << 16 | NVME_LOG_ERROR),
	});
	host_ring(0);
	EXPECT(host_get(0, &cqe));
	EXPECT_EQ(le32toh(cqe.dw0), 0x010100);
	EXPECT_EQ(le16toh(cqe.cid), cid[1]);
	EXPECT(host_get(0, &cqe));
	/* Aborting takes the third back. */
	abort_cid = host_put(0, (struct nvme_sqe){
		.opcode = NVME_ADMIN_ABORT, .cdw10 = htole32((uint32_t)cid[2] << 16),
	});
	host_ring(0);
	EXPECT(host_get(0, &cqe));
	EXPECT_EQ(le16toh(cqe.cid), cid[2]);
	EXPECT_EQ(le16toh(cqe.status) >> 1, NVME_SC_ABORT_REQUESTED);
	EXPECT(host_get(0, &cqe));
	EXPECT_EQ(le16toh(cqe.cid), abort_cid);
	EXPECT_EQ(le32toh(cqe.dw0), 0);
out:
	host_close();
}

void temperature_event(void)
{
	struct nvme_cqe cqe;

	if (ready(8, "")) {
		uint64_t page = host_pages(1);
		const struct nvme_smart_log *smart = host_mem(page);

		EXPECT_EQ(host_set_feature(NVME_FEAT_EVENTS, 0xff), 0);
		host_put(0, event_request());
		EXPECT_EQ(host_set_feature(NVME_FEAT_TEMPERATURE, NVME_TEMPERATURE + 1), 0);
		EXPECT(!host_poll(0, &cqe));
		host_put(0, (struct nvme_sqe){
			.opcode = NVME_ADMIN_SET_FEATURES,
			.cdw10 = htole32(NVME_FEAT_TEMPERATURE),
			.cdw11 = htole32(NVME_TEMPERATURE),
		});
		host_ring(0);
		EXPECT(host_get(0, &cqe));
		EXPECT_EQ(le32toh(cqe.dw0), 0x020101);
		EXPECT(host_get(0, &cqe));
		EXPECT_EQ(host_get_log(NVME_LOG_SMART, 512, page, 0), 0);
		EXPECT_EQ(smart->critical_warning, 2);
	}
	host_close();
}

void namespace_grows(void)
{
	struct nvme_cqe cqe;

	if (ready(8, "")) {
		uint64_t page = host_pages(1);
		const struct nvme_id_ns *id = host_mem(page);
		const nvme_le32 *list = host_mem(page);

		EXPECT_EQ(host_set_feature(NVME_FEAT_EVENTS, 0x100), 0);
		host_put(0, event_request());
		host_ring(0);
		EXPECT(!truncate(host.image, 16 << 20));
		EXPECT(host_get(0, &cqe));
		EXPECT_EQ(le32toh(cqe.dw0), 0x040002);
		EXPECT_EQ(host_get_log(NVME_LOG_CHANGED_NS, 4096, page, 0), 0);
		EXPECT_EQ(le32toh(list[0]), 1);
		EXPECT_EQ(host_get_log(NVME_LOG_CHANGED_NS, 4096, page, 0), 0);
		EXPECT_EQ(le32toh(list[0]), 0);
		EXPECT_EQ(host_identify(NVME_CNS_NAMESPACE, 1, page), 0);
		EXPECT_EQ(le64toh(id->nsze), (16 << 20) / 512);
		EXPECT_EQ(host_rw(NVME_IO_WRITE, (12 << 20) / 512, 8, page, 0, 0), 0);
	}
	host_close();
}

/* ---- abort ---- */

void abort_limits(void)
{
	struct nvme_sqe e = { .opcode = NVME_ADMIN_ABORT, .cdw10 = htole32(0x12340001) };
	struct nvme_cqe cqe;

	if (ready(8, "")) {
		EXPECT_EQ(host_cmd(0, e), 0);
		EXPECT_EQ(le32toh(host_cqe.dw0), 1);
		for (unsigned int i = 0; i < NVME_ABORT_LIMIT + 1; i++)
			host_put(0, e);
		host_ring(0);
		for (unsigned int i = 0; i < NVME_ABORT_LIMIT + 1; i++) {
			EXPECT(host_get(0, &cqe));
			EXPECT_EQ(le16toh(cqe.status) >> 1 & NVME_SC_MASK,
				  i < NVME_ABORT_LIMIT ? 0 : NVME_SC_ABORT_LIMIT);
		}
		EXPECT_EQ(host_cmd(0, e), 0);
		e.cdw10 = htole32(7);
		EXPECT_EQ(host_cmd(0, e), NVME_SC_INVALID_FIELD);
	}
	host_close();
}

void abort_stops_a_write_without_data(void)
{
	struct nvme_cqe cqe;

	if (ready(8, "")) {
		uint64_t page = host_pages(1);
		struct nvme_sqe w = {
			.opcode = NVME_IO_WRITE, .nsid = htole32(1), .prp1 = htole64(page),
		};
		struct nvme_sqe abort = {
			.opcode = NVME_ADMIN_ABORT,
			.cdw10 = htole32((uint32_t)host_put(1, w) << 16 | 1),
		};
		struct ep_dma *data;

		host_ring(1);
		ep_loop_turn(host.loop, 1000000);	/* the entry is asked for */
		fake_answer_reads();			/* and the data, from here on */
		EXPECT_EQ(fake.nr_pending, 1);
		data = fake.pending[0];
		fake_drop_reads();
		EXPECT_EQ(host_cmd(0, abort), 0);
		EXPECT_EQ(le32toh(host_cqe.dw0), 0);
		data->done(data, EP_DMA_OK);
		EXPECT(host_get(1, &cqe));
		EXPECT_EQ(le16toh(cqe.status) >> 1 & NVME_SC_MASK, NVME_SC_ABORT_REQUESTED);
		EXPECT_EQ(host_disk_count(NVME_DISK_WRITE), 0);
	}
	host_close();
}

/* ---- queues and interrupts ---- */

static int delete_queue(uint8_t opcode, unsigned int id)
{
	return host_cmd(0, (struct nvme_sqe){ .opcode = opcode, .cdw10 = htole32(id) });
}

void queues_come_and_go(void)
{
	if (host_open(8 << 20, "queues=64") && host_enable()) {
		EXPECT_EQ(host_set_feature(NVME_FEAT_QUEUES, 0x00ff00ff), 0);
		EXPECT_EQ(le32toh(host_cqe.dw0), 0x003f003f);
		for (unsigned int round = 0; round < 2; round++) {
			for (unsigned int id = 1; id <= 64; id++)
				EXPECT(host_queue(id));
			EXPECT_EQ(delete_queue(NVME_ADMIN_DELETE_CQ, 3),
				  NVME_SC_INVALID_Q_DELETION);
			for (unsigned int id = 1; id <= 64; id++) {
				EXPECT_EQ(delete_queue(NVME_ADMIN_DELETE_SQ, id), 0);
				EXPECT_EQ(delete_queue(NVME_ADMIN_DELETE_CQ, id), 0);
			}
			EXPECT_EQ(delete_queue(NVME_ADMIN_DELETE_SQ, 3), NVME_SC_INVALID_QID);
		}
		EXPECT(host_queue(1));
		EXPECT_EQ(host_rw(NVME_IO_READ, 0, 8, host_pages(1), 0, 0), 0);
	}
	host_close();
}

static struct nvme_sqe read_of(uint64_t page)
{
	return (struct nvme_sqe){
		.opcode = NVME_IO_READ, .nsid = htole32(1), .prp1 = htole64(page),
	};
}

void coalesced_interrupts(void)
{
	struct nvme_cqe cqe;

	if (ready(8, "")) {
		uint64_t page = host_pages(1);

		/* Four completions or 20 ms, whatever comes first. */
		EXPECT_EQ(host_set_feature(NVME_FEAT_COALESCING, 200 << 8 | 3), 0);
		fake.msi[1] = 0;
		for (unsigned int i = 0; i < 3; i++) {
			host_put(1, read_of(page));
			host_ring(1);
			EXPECT(host_get(1, &cqe));
		}
		EXPECT_EQ(fake.msi[1], 0);
		host_put(1, read_of(page));
		host_ring(1);
		EXPECT(host_get(1, &cqe));
		EXPECT_EQ(fake.msi[1], 1);
		host_put(1, read_of(page));
		host_ring(1);
		EXPECT(host_get(1, &cqe));
		EXPECT_EQ(fake.msi[1], 1);
		host_run(40);
		EXPECT_EQ(fake.msi[1], 2);
		EXPECT_EQ(host_set_feature(NVME_FEAT_VECTOR, 0x10001), 0);
		host_put(1, read_of(page));
		host_ring(1);
		EXPECT(host_get(1, &cqe));
		EXPECT_EQ(fake.msi[1], 3);
	}
	host_close();
}

void pin_interrupt(void)
{
	struct nvme_sqe e = {
		.opcode = NVME_ADMIN_CREATE_CQ,
		.cdw10 = htole32(15 << 16 | 1), .cdw11 = htole32(1 << 16 | 3),
	};
	struct nvme_cqe cqe;

	if (host_open(8 << 20, "")) {
		fake.no_msix = true;
		if (!host_enable())
			goto out;
		host_put(0, (struct nvme_sqe){ .opcode = 0xff });
		host_ring(0);
		host_run(5);
		EXPECT(fake.intx);
		set_reg(NVME_REG_INTMS, 1);
		EXPECT(!fake.intx);
		set_reg(NVME_REG_INTMC, 1);
		EXPECT(fake.intx);
		EXPECT(host_get(0, &cqe));
		EXPECT(!fake.intx);
		EXPECT_EQ(fake.intx_edges, 2);
		/* Only vector 0 exists without MSI-X. */
		e.prp1 = htole64(host_pages(1));
		EXPECT_EQ(host_cmd(0, e), NVME_SC_INVALID_VECTOR);
		e.cdw11 = htole32(3);
		EXPECT_EQ(host_cmd(0, e), 0);
	}
out:
	host_close();
}

void doorbells_out_of_range(void)
{
	struct nvme_cqe cqe;

	if (ready(8, "")) {
		doorbell(0x3ff, 1);
		doorbell(2 * 1, HOST_ENTRIES);
		doorbell(2 * 1 + 1, 5);
		host_run(5);
		EXPECT(!host_poll(1, &cqe));
		EXPECT_EQ(host_rw(NVME_IO_READ, 0, 8, host_pages(1), 0, 0), 0);
	}
	host_close();
}
