// SPDX-License-Identifier: GPL-2.0-only
/* In place of nvme_disk.c: memory. What is submitted is done at the next kick, last first. */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "nvme_disk.h"

#define SIZE	(256 * 1024)

struct nvme_disk {
	struct nvme_disk_op *head;
	uint64_t counts[NVME_DISK_KINDS];
	uint8_t data[SIZE];
};

struct nvme_disk *nvme_disk_open(struct ep_loop *loop, const struct nvme_disk_params *p,
				 char *err, size_t err_len)
{
	(void)loop;
	(void)p;
	(void)err;
	(void)err_len;
	return calloc(1, sizeof(struct nvme_disk));
}

bool nvme_disk_close(struct nvme_disk *d)
{
	free(d);
	return true;
}

void nvme_disk_submit(struct nvme_disk *d, struct nvme_disk_op *op)
{
	d->counts[op->kind]++;
	op->next = d->head;
	d->head = op;
}

/* The model has promised that what it asks for is on the disk. */
static void run(struct nvme_disk *d, const struct nvme_disk_op *op)
{
	if (op->kind == NVME_DISK_SYNC)
		return;
	MUST(op->off <= SIZE && op->len <= SIZE - op->off);
	if (op->kind == NVME_DISK_READ)
		memcpy(op->buf, d->data + op->off, op->len);
	else if (op->kind == NVME_DISK_WRITE)
		memcpy(d->data + op->off, op->buf, op->len);
	else
		memset(d->data + op->off, 0, op->len);
}

bool nvme_disk_kick(struct nvme_disk *d)
{
	struct nvme_disk_op *op;

	while ((op = d->head)) {
		d->head = op->next;
		run(d, op);
		op->done(op, 0);
	}
	return true;
}

uint64_t nvme_disk_size(const struct nvme_disk *d)
{
	(void)d;
	return SIZE;
}

bool nvme_disk_resized(struct nvme_disk *d)
{
	(void)d;
	return false;
}

const char *nvme_disk_describe(const struct nvme_disk *d)
{
	(void)d;
	return "memory";
}

uint64_t nvme_disk_count(const struct nvme_disk *d, enum nvme_disk_kind kind)
{
	return d->counts[kind];
}
