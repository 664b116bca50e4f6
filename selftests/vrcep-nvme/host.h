/* SPDX-License-Identifier: GPL-2.0-only */
/* A small NVMe driver, as far as the tests need one, and the disk that tests can hold back. */
#ifndef NVME_HOST_H
#define NVME_HOST_H

#include <sys/types.h>

#include "fake_ep.h"
#include "nvme.h"
#include "tap.h"

#define HOST_ENTRIES	64	/* of every queue that host_enable() and host_queue() make */
#define HOST_QUEUES	66

struct host_queue {
	uint64_t sq, cq;
	unsigned int entries, tail, head;
	bool phase;
	uint16_t sq_head;	/* as the last completion said */
};

struct host {
	struct ep_loop *loop;
	struct ep_func *func;
	struct host_queue q[HOST_QUEUES];
	uint64_t next_page;
	uint16_t next_cid;
	unsigned int block;
	char image[256];
	uint64_t shadows, indexes;	/* of Doorbell Buffer Config; 0: not configured */
	unsigned int rings[2];		/* of I/O queues: submission, completion */
};

extern struct host host;

/* ---- the machine ---- */

/* Where images are made; set by main(). */
/* Makes an image of @size bytes and a model on it with @options ("" or "block=4096,..."). */
bool host_open(uint64_t size, const char *options);
/* As it would come from the command line; the model's message stays in host_error. */
struct ep_func *host_create(const char *options);
extern char host_error[512];
void host_close(void);
/* The loop runs until nothing happens any more for @ms. */
void host_run(unsigned int ms);
uint64_t host_pages(unsigned int n);
void *host_mem(uint64_t addr);
uint64_t host_image_blocks(void);	/* of 512 bytes that the image occupies */

/* ---- registers ---- */

uint32_t reg(uint64_t off);
void set_reg(uint64_t off, uint32_t val);
void set_reg64(uint64_t off, uint64_t val);
void doorbell(unsigned int slot, uint32_t val);

/* ---- the driver ---- */

bool host_enable(void);
void host_set_admin_queues(void);
bool host_wait_csts(uint32_t mask, uint32_t want);
/* Makes I/O queue pair @id with vector @id, or with @vector. */
bool host_queue(unsigned int id);
bool host_queue_on(unsigned int id, unsigned int vector);
/* Doorbell Buffer Config: from now on doorbells are written as the event indexes say. */
bool host_shadows(void);
/* Puts @e into the queue without ringing; returns its command identifier. */
uint16_t host_put(unsigned int q, struct nvme_sqe e);
void host_ring(unsigned int q);
/* The next completion; false: there is none within the time. */
bool host_get(unsigned int q, struct nvme_cqe *cqe);
bool host_poll(unsigned int q, struct nvme_cqe *cqe);
/* One command from start to end: its status without More and DNR; -1 if nothing came. */
int host_cmd(unsigned int q, struct nvme_sqe e);
extern struct nvme_cqe host_cqe;	/* of the last host_cmd() */
int host_rw(uint8_t opcode, uint64_t slba, unsigned int blocks, uint64_t prp1, uint64_t prp2,
	    uint32_t flags);
int host_identify(unsigned int cns, uint32_t nsid, uint64_t prp1);
int host_get_log(unsigned int page, uint32_t bytes, uint64_t prp1, uint32_t flags);
int host_set_feature(unsigned int id, uint32_t val);
int host_get_feature(unsigned int id, uint32_t dw11);

/* ---- the disk ---- */

/* The linker puts the first in the place of nvme_disk_submit(), which is the second. */
void __wrap_nvme_disk_submit(struct nvme_disk *d, struct nvme_disk_op *op);
void __real_nvme_disk_submit(struct nvme_disk *d, struct nvme_disk_op *op);
ssize_t __wrap_pread(int fd, void *buf, size_t len, off_t off);
ssize_t __real_pread(int fd, void *buf, size_t len, off_t off);

struct host_disk {
	bool hold;			/* operations are kept back */
	int fail;			/* the next operation ends with this -errno */
	struct nvme_disk_op *held[64];
	unsigned int nr_held;
	struct nvme_disk *disk;
};

extern struct host_disk host_disk;
extern bool host_refuse_direct;		/* reads of the model's own end with EINVAL */
void host_disk_release(void);
uint64_t host_disk_count(enum nvme_disk_kind kind);

#endif /* NVME_HOST_H */
