// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host.h"
#include "options-core.h"

#define PATIENCE_MS	5000	/* for anything that must happen */

struct host host;
struct host_disk host_disk;
bool host_refuse_direct;
struct nvme_cqe host_cqe;
char host_error[512];

/* ---- the machine ---- */

struct ep_func *host_create(const char *options)
{
	struct ep_options *o = ep_options_new();
	struct ep_func *f = NULL;
	char text[1024], model[32];

	host_error[0] = '\0';
	snprintf(text, sizeof(text), "nvme%s%s", *options ? "," : "", options);
	if (!ep_options_parse(o, text, model, sizeof(model), host_error, sizeof(host_error)) &&
	    !ep_options_check(o, model, ep_model_nvme.options, host_error, sizeof(host_error)))
		f = ep_model_nvme.create(host.loop, o, host_error, sizeof(host_error));
	ep_options_free(o);
	return f;
}

bool host_open(uint64_t size, const char *options)
{
	char text[512];
	int fd;

	fake_reset();
	memset(&host, 0, sizeof(host));
	memset(&host_disk, 0, sizeof(host_disk));
	host.loop = ep_loop_create();
	host.next_page = MEM_BASE;
	host.block = strstr(options, "block=4096") ? 4096 : 512;
	snprintf(host.image, sizeof(host.image), "%s/nvme-test-%d.img", tap_dir, getpid());
	fd = open(host.image, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (!EXPECT(fd >= 0 && !ftruncate(fd, size)))
		return false;
	close(fd);
	snprintf(text, sizeof(text), "path=%s%s%s", host.image, *options ? "," : "", options);
	host.func = host_create(text);
	if (!host.func)
		tap_note("%s", host_error);
	if (!EXPECT(host.func))
		return false;
	ep_model_nvme.reset(host.func, EP_RESET_CONVENTIONAL);
	return true;
}

void host_close(void)
{
	if (host.func)
		ep_model_nvme.destroy(host.func);
	if (host.loop)
		ep_loop_destroy(host.loop);
	host.func = NULL;
	host.loop = NULL;
	unlink(host.image);
}

static void turn(unsigned int ms)
{
	ep_loop_turn(host.loop, ms * 1000000ull);
	fake_answer_reads();
}

void host_run(unsigned int ms)
{
	for (unsigned int i = 0; i < ms; i++)
		turn(1);
}

uint64_t host_pages(unsigned int n)
{
	uint64_t addr = host.next_page;

	host.next_page += (uint64_t)n * NVME_PAGE;
	if (!fake_mem(addr, n * NVME_PAGE)) {
		fprintf(stderr, "host: out of guest memory\n");
		abort();
	}
	return addr;
}

void *host_mem(uint64_t addr)
{
	return fake_mem(addr, 1);
}

uint64_t host_image_blocks(void)
{
	struct stat st;

	return stat(host.image, &st) ? 0 : st.st_blocks;
}

/* ---- registers ---- */

uint32_t reg(uint64_t off)
{
	nvme_le32 val;

	ep_model_nvme.bar_read(host.func, 0, off, &val, sizeof(val));
	return le32toh(val);
}

void set_reg(uint64_t off, uint32_t val)
{
	nvme_le32 le = htole32(val);

	ep_model_nvme.bar_write(host.func, 0, off, &le, sizeof(le));
}

void set_reg64(uint64_t off, uint64_t val)
{
	nvme_le64 le = htole64(val);

	ep_model_nvme.bar_write(host.func, 0, off, &le, sizeof(le));
}

void doorbell(unsigned int slot, uint32_t val)
{
	set_reg(NVME_REG_DOORBELL + 4 * slot, val);
}

/* ---- the driver ---- */

bool host_wait_csts(uint32_t mask, uint32_t want)
{
	for (unsigned int i = 0; i < PATIENCE_MS; i++) {
		if ((reg(NVME_REG_CSTS) & mask) == want)
			return true;
		turn(1);
	}
	return false;
}

static void queue_init(struct host_queue *q)
{
	q->entries = HOST_ENTRIES;
	q->sq = host_pages(1);
	q->cq = host_pages(1);
	memset(host_mem(q->cq), 0, NVME_PAGE);
	q->tail = 0;
	q->head = 0;
	q->phase = true;
}

void host_set_admin_queues(void)
{
	queue_init(&host.q[0]);
	set_reg(NVME_REG_AQA, (HOST_ENTRIES - 1) << 16 | (HOST_ENTRIES - 1));
	set_reg64(NVME_REG_ASQ, host.q[0].sq);
	set_reg64(NVME_REG_ACQ, host.q[0].cq);
}

bool host_enable(void)
{
	host_set_admin_queues();
	set_reg(NVME_REG_CC, 4 << 20 | 6 << 16 | NVME_CC_EN);
	return EXPECT(host_wait_csts(NVME_CSTS_RDY, NVME_CSTS_RDY));
}

bool host_queue(unsigned int id)
{
	return host_queue_on(id, id);
}

bool host_shadows(void)
{
	struct nvme_sqe e = { .opcode = NVME_ADMIN_DOORBELL_BUFFER };

	host.shadows = host_pages(1);
	host.indexes = host_pages(1);
	memset(host_mem(host.shadows), 0, NVME_PAGE);
	memset(host_mem(host.indexes), 0, NVME_PAGE);
	e.prp1 = htole64(host.shadows);
	e.prp2 = htole64(host.indexes);
	return EXPECT_EQ(host_cmd(0, e), 0);
}

/* As Linux does it: nvme_dbbuf_update_and_check_event(). */
static bool must_ring(unsigned int slot, uint32_t val)
{
	nvme_le32 *shadow, *index;
	uint16_t old, event;

	if (!host.shadows || slot < 2)
		return true;
	shadow = host_mem(host.shadows + 4 * slot);
	index = host_mem(host.indexes + 4 * slot);
	old = le32toh(*shadow);
	event = le32toh(*index);
	*shadow = htole32(val);
	return (uint16_t)(val - event - 1) < (uint16_t)(val - old);
}

static void ring(unsigned int slot, uint32_t val)
{
	if (!must_ring(slot, val))
		return;
	if (slot >= 2)
		host.rings[slot & 1]++;
	doorbell(slot, val);
}

bool host_queue_on(unsigned int id, unsigned int vector)
{
	struct host_queue *q = &host.q[id];
	struct nvme_sqe cq = { .opcode = NVME_ADMIN_CREATE_CQ };
	struct nvme_sqe sq = { .opcode = NVME_ADMIN_CREATE_SQ };

	queue_init(q);
	cq.prp1 = htole64(q->cq);
	cq.cdw10 = htole32((HOST_ENTRIES - 1) << 16 | id);
	cq.cdw11 = htole32(vector << 16 | 3);
	sq.prp1 = htole64(q->sq);
	sq.cdw10 = htole32((HOST_ENTRIES - 1) << 16 | id);
	sq.cdw11 = htole32(id << 16 | 1);
	return EXPECT_EQ(host_cmd(0, cq), 0) && EXPECT_EQ(host_cmd(0, sq), 0);
}

uint16_t host_put(unsigned int q, struct nvme_sqe e)
{
	struct host_queue *hq = &host.q[q];

	e.cid = htole16(host.next_cid);
	memcpy(host_mem(hq->sq + hq->tail * sizeof(e)), &e, sizeof(e));
	hq->tail = (hq->tail + 1) % hq->entries;
	return host.next_cid++;
}

void host_ring(unsigned int q)
{
	ring(2 * q, host.q[q].tail);
}

bool host_poll(unsigned int q, struct nvme_cqe *cqe)
{
	struct host_queue *hq = &host.q[q];

	memcpy(cqe, host_mem(hq->cq + hq->head * sizeof(*cqe)), sizeof(*cqe));
	if ((le16toh(cqe->status) & 1) != hq->phase)
		return false;
	hq->sq_head = le16toh(cqe->sq_head);
	hq->head = (hq->head + 1) % hq->entries;
	if (!hq->head)
		hq->phase = !hq->phase;
	ring(2 * q + 1, hq->head);
	return true;
}

bool host_get(unsigned int q, struct nvme_cqe *cqe)
{
	for (unsigned int i = 0; i < PATIENCE_MS; i++) {
		if (host_poll(q, cqe))
			return true;
		turn(1);
	}
	return false;
}

int host_cmd(unsigned int q, struct nvme_sqe e)
{
	uint16_t cid = host_put(q, e);

	host_ring(q);
	if (!host_get(q, &host_cqe))
		return -1;
	EXPECT_EQ(le16toh(host_cqe.cid), cid);
	EXPECT_EQ(le16toh(host_cqe.sq_id), q);
	return le16toh(host_cqe.status) >> 1 & NVME_SC_MASK;
}

int host_rw(uint8_t opcode, uint64_t slba, unsigned int blocks, uint64_t prp1, uint64_t prp2,
	    uint32_t flags)
{
	struct nvme_sqe e = {
		.opcode = opcode,
		.nsid = htole32(1),
		.prp1 = htole64(prp1),
		.prp2 = htole64(prp2),
		.cdw10 = htole32(slba),
		.cdw11 = htole32(slba >> 32),
		.cdw12 = htole32((blocks - 1) | flags),
	};

	return host_cmd(1, e);
}

int host_identify(unsigned int cns, uint32_t nsid, uint64_t prp1)
{
	struct nvme_sqe e = {
		.opcode = NVME_ADMIN_IDENTIFY,
		.nsid = htole32(nsid),
		.prp1 = htole64(prp1),
		.cdw10 = htole32(cns),
	};

	return host_cmd(0, e);
}

int host_get_log(unsigned int page, uint32_t bytes, uint64_t prp1, uint32_t flags)
{
	struct nvme_sqe e = {
		.opcode = NVME_ADMIN_GET_LOG,
		.nsid = htole32(NVME_NSID_ALL),
		.prp1 = htole64(prp1),
		.cdw10 = htole32((bytes / 4 - 1) << 16 | page | flags),
	};

	return host_cmd(0, e);
}

int host_set_feature(unsigned int id, uint32_t val)
{
	struct nvme_sqe e = {
		.opcode = NVME_ADMIN_SET_FEATURES,
		.cdw10 = htole32(id),
		.cdw11 = htole32(val),
	};

	return host_cmd(0, e);
}

int host_get_feature(unsigned int id, uint32_t dw11)
{
	struct nvme_sqe e = {
		.opcode = NVME_ADMIN_GET_FEATURES,
		.cdw10 = htole32(id),
		.cdw11 = htole32(dw11),
	};

	return host_cmd(0, e);
}

/* ---- the disk ---- */

static struct {
	void (*done)(struct nvme_disk_op *op, int err);
	int err;
} failing;

static void failed(struct nvme_disk_op *op, int err)
{
	(void)err;
	failing.done(op, failing.err);
}

void __wrap_nvme_disk_submit(struct nvme_disk *d, struct nvme_disk_op *op)
{
	host_disk.disk = d;
	if (host_disk.hold) {
		host_disk.held[host_disk.nr_held++] = op;
		return;
	}
	if (host_disk.fail) {
		failing.done = op->done;
		failing.err = host_disk.fail;
		op->done = failed;
		host_disk.fail = 0;
	}
	__real_nvme_disk_submit(d, op);
}

ssize_t __wrap_pread(int fd, void *buf, size_t len, off_t off)
{
	if (!host_refuse_direct)
		return __real_pread(fd, buf, len, off);
	errno = EINVAL;
	return -1;
}

void host_disk_release(void)
{
	host_disk.hold = false;
	for (unsigned int i = 0; i < host_disk.nr_held; i++)
		__real_nvme_disk_submit(host_disk.disk, host_disk.held[i]);
	host_disk.nr_held = 0;
	nvme_disk_kick(host_disk.disk);
}

uint64_t host_disk_count(enum nvme_disk_kind kind)
{
	return host_disk.disk ? nvme_disk_count(host_disk.disk, kind) : 0;
}
