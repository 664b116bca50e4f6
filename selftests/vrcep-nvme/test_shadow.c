// SPDX-License-Identifier: GPL-2.0-only
/* Doorbell Buffer Config: what the driver need not ring is found all the same. */
#include <string.h>

#include "tests.h"

static struct nvme_sqe config(uint64_t shadows, uint64_t indexes)
{
	return (struct nvme_sqe){
		.opcode = NVME_ADMIN_DOORBELL_BUFFER,
		.prp1 = htole64(shadows), .prp2 = htole64(indexes),
	};
}

static struct nvme_sqe read4k(uint64_t slba, uint64_t prp1)
{
	return (struct nvme_sqe){
		.opcode = NVME_IO_READ, .nsid = htole32(1), .prp1 = htole64(prp1),
		.cdw10 = htole32(slba), .cdw12 = htole32(7),
	};
}

/* As a driver does it: before there are I/O queues. */
static bool open_with_shadows(void)
{
	return host_open(8 << 20, "") && host_enable() && host_shadows() && host_queue(1);
}

void shadow_config(void)
{
	uint64_t page, other;
	struct nvme_id_ctrl *id;

	if (!host_open(8 << 20, "") || !host_enable())
		goto out;
	page = host_pages(1);
	other = host_pages(1);
	EXPECT_EQ(host_identify(NVME_CNS_CONTROLLER, 0, page), 0);
	id = host_mem(page);
	EXPECT(le16toh(id->oacs) & NVME_OACS_DOORBELL_BUFFER);
	EXPECT_EQ(host_cmd(0, config(0, other)), NVME_SC_INVALID_FIELD);
	EXPECT_EQ(host_cmd(0, config(page, 0)), NVME_SC_INVALID_FIELD);
	EXPECT_EQ(host_cmd(0, config(page + 4, other)), NVME_SC_INVALID_FIELD);
	EXPECT_EQ(host_cmd(0, config(page, other + 4)), NVME_SC_INVALID_FIELD);
	EXPECT_EQ(host_cmd(0, config(page, other)), 0);
out:
	host_close();
}

/*
 * One command at a time: the driver rings for each, and never for a completion but when the
 * queue wraps.
 */
void shadow_one_at_a_time(void)
{
	unsigned int i, n = 10 * HOST_ENTRIES;
	uint64_t page;

	if (!open_with_shadows())
		goto out;
	page = host_pages(1);
	for (i = 0; i < n; i++) {
		if (!EXPECT_EQ(host_cmd(1, read4k(8 * (i % 64), page)), 0))
			break;
	}
	EXPECT_EQ(host.rings[0], n);
	EXPECT(host.rings[1] <= n / HOST_ENTRIES + 1);
out:
	host_close();
}

/* While commands are under way the driver may submit more without a sound. */
void shadow_found_without_doorbell(void)
{
	struct nvme_cqe cqe;
	uint64_t page;

	if (!open_with_shadows())
		goto out;
	page = host_pages(1);
	host_disk.hold = true;
	for (unsigned int i = 0; i < 2; i++)
		host_put(1, read4k(8 * i, page));
	host_ring(1);
	ep_loop_turn(host.loop, 0);
	EXPECT_EQ(host.rings[0], 1);
	host_put(1, read4k(16, page));
	host_ring(1);
	EXPECT_EQ(host.rings[0], 1);
	/* The disk stands still, and the third is found nevertheless. */
	host_run(10);
	EXPECT_EQ(host_disk.nr_held, 3);
	host_disk_release();
	for (unsigned int i = 0; i < 3; i++)
		EXPECT(host_get(1, &cqe));
out:
	host_close();
}

static unsigned int submit_some(uint64_t *seed, unsigned int most, uint64_t page)
{
	unsigned int n = tap_random(seed) % (most + 1);

	for (unsigned int i = 0; i < n; i++) {
		host_put(1, read4k(8 * (tap_random(seed) % 64), page));
		host_ring(1);
	}
	return n;
}

/* Whenever the driver submits and takes, nothing is forgotten. */
void shadow_nothing_is_forgotten(void)
{
	unsigned int submitted = 0, done = 0, open;
	struct nvme_cqe cqe;
	uint64_t seed = 31, page;

	if (!open_with_shadows())
		goto out;
	page = host_pages(1);
	while (done < 5000) {
		open = submitted - done;
		submitted += submit_some(&seed, open < 40 ? 40 - open : 0, page);
		for (unsigned int i = tap_random(&seed) % 4; i; i--)
			ep_loop_turn(host.loop, tap_random(&seed) % 2 ? 0 : 100000);
		if (tap_random(&seed) % 2)
			fake_answer_reads();
		while (host_poll(1, &cqe))
			done++;
		if (tap_random(&seed) % 16)
			continue;
		for (; done < submitted; done++)
			if (!EXPECT(host_get(1, &cqe)))
				goto out;
	}
	EXPECT(host.rings[0] < submitted);
	EXPECT(host.rings[1] < done / 4);
out:
	host_close();
}

/* The head of a completion queue is looked up when there is no room. */
void shadow_completions_wait_for_room(void)
{
	struct nvme_cqe cqe;
	uint64_t page;

	if (!open_with_shadows())
		goto out;
	page = host_pages(1);
	for (unsigned int pass = 0; pass < 5; pass++) {
		for (unsigned int i = 0; i < HOST_ENTRIES - 1; i++)
			host_put(1, read4k(8 * i, page));
		host_ring(1);
		host_run(10);
		for (unsigned int i = 0; i < HOST_ENTRIES - 1; i++)
			EXPECT(host_get(1, &cqe));
	}
	EXPECT(host.rings[1] <= 20);
out:
	host_close();
}

/* Without messages the pin tells of what the driver has not taken, so its doorbells count. */
void shadow_and_the_pin(void)
{
	struct nvme_cqe cqe;
	uint64_t page;

	if (!host_open(8 << 20, ""))
		goto out;
	fake.no_msix = true;
	if (!host_enable() || !host_shadows() || !host_queue_on(1, 0))
		goto out;
	page = host_pages(1);
	for (unsigned int i = 0; i < 3 * HOST_ENTRIES; i++) {
		host_put(1, read4k(0, page));
		host_put(1, read4k(8, page));
		host_ring(1);
		host_run(3);
		EXPECT(fake.intx);
		EXPECT(host_get(1, &cqe));
		EXPECT(host_get(1, &cqe));
		host_run(3);
		if (!EXPECT(!fake.intx))
			break;
	}
out:
	host_close();
}

/* Queues that were used before begin with what is known of them. */
void shadow_of_a_used_queue(void)
{
	uint64_t page;

	if (!ready(8, ""))
		goto out;
	page = host_pages(1);
	for (unsigned int i = 0; i < 5; i++)
		EXPECT_EQ(host_cmd(1, read4k(0, page)), 0);
	EXPECT(host_shadows());
	for (unsigned int i = 0; i < 100; i++)
		if (!EXPECT_EQ(host_cmd(1, read4k(0, page)), 0))
			break;
out:
	host_close();
}

void shadow_is_forgotten_by_a_reset(void)
{
	uint64_t page;

	if (!open_with_shadows())
		goto out;
	page = host_pages(1);
	EXPECT_EQ(host_cmd(1, read4k(0, page)), 0);
	set_reg(NVME_REG_CC, 0);
	EXPECT(host_wait_csts(NVME_CSTS_RDY, 0));
	memset(host_mem(host.shadows), 0xff, NVME_PAGE);
	memset(host_mem(host.indexes), 0xff, NVME_PAGE);
	host.shadows = 0;
	if (!host_enable() || !host_queue(1))
		goto out;
	for (unsigned int i = 0; i < 3; i++)
		EXPECT_EQ(host_cmd(1, read4k(0, page)), 0);
	host_run(5);
	EXPECT_EQ(*(uint32_t *)host_mem(host.indexes + 8), 0xffffffff);
out:
	host_close();
}

/* A value that cannot be is reported as that of a doorbell is, and not used. */
void shadow_of_nonsense(void)
{
	struct nvme_cqe cqe;
	uint64_t page;

	if (!open_with_shadows())
		goto out;
	page = host_pages(1);
	host_put(0, (struct nvme_sqe){ .opcode = NVME_ADMIN_ASYNC_EVENT });
	host_ring(0);
	host_put(1, read4k(0, page));
	doorbell(2, 1);
	*(nvme_le32 *)host_mem(host.shadows + 8) = htole32(HOST_ENTRIES + 5);
	EXPECT(host_get(1, &cqe));
	EXPECT(host_get(0, &cqe));
	EXPECT_EQ(le32toh(cqe.dw0) >> 8 & 0xff, NVME_EVENT_ERROR_DOORBELL_VALUE);
out:
	host_close();
}

/* The buffers lie where the guest refuses DMA. */
void shadow_unreadable(void)
{
	if (!host_open(8 << 20, "") || !host_enable())
		goto out;
	EXPECT_EQ(host_cmd(0, config(0x1000, 0x2000)), 0);
	host_queue(1);
	host_run(10);
	EXPECT(reg(NVME_REG_CSTS) & NVME_CSTS_CFS);
	EXPECT(strstr(fake.log, "shadow doorbell"));
out:
	host_close();
}

void shadow_function_reset_while_looking(void)
{
	uint64_t page;

	if (!open_with_shadows())
		goto out;
	page = host_pages(1);
	fake.hold_reads = true;
	host_put(1, read4k(0, page));
	host_ring(1);
	ep_loop_turn(host.loop, 0);
	ep_model_nvme.reset(host.func, EP_RESET_FLR);
	fake_drop_reads();
	fake.hold_reads = false;
	if (host_enable() && host_shadows() && host_queue(1))
		EXPECT_EQ(host_cmd(1, read4k(0, page)), 0);
out:
	host_close();
}
