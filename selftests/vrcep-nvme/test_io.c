// SPDX-License-Identifier: GPL-2.0-only
/* Commands that move data, checked against the image and against a mirror in memory. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests.h"

static bool image_is(uint64_t off, uint64_t addr, size_t len)
{
	uint8_t *buf = malloc(len);
	int fd = open(host.image, O_RDONLY | O_CLOEXEC);
	bool same = pread(fd, buf, len, off) == (ssize_t)len &&
		    !memcmp(buf, fake_mem(addr, len), len);

	close(fd);
	free(buf);
	return same;
}

void write_and_read_back(void)
{
	if (ready(8, "")) {
		uint64_t out = host_pages(2), in = host_pages(2);

		pattern(out, 8192, 1);
		EXPECT_EQ(host_rw(NVME_IO_WRITE, 100, 16, out, out + 4096, 0), 0);
		EXPECT(image_is(100 * 512, out, 8192));
		EXPECT_EQ(host_rw(NVME_IO_READ, 100, 16, in, in + 4096, 0), 0);
		EXPECT(!memcmp(host_mem(in), host_mem(out), 8192));
		/* One block, within a page. */
		EXPECT_EQ(host_rw(NVME_IO_READ, 103, 1, in + 512, 0, 0), 0);
		EXPECT(!memcmp(host_mem(in + 512), host_mem(out + 3 * 512), 512));
		/* Across a page boundary: PRP 1 has an offset. */
		EXPECT_EQ(host_rw(NVME_IO_READ, 100, 8, in + 2048, in + 4096, 0), 0);
		EXPECT(!memcmp(host_mem(in + 2048), host_mem(out), 4096));
		EXPECT_EQ(fake.msi[1], 4);
	}
	host_close();
}

/*
 * A list of the pages of [@data, @data + @len) in random order of memory, which
 * starts @entry entries into its page and goes on in more pages as needed.
 */
struct scatter {
	uint64_t page[NVME_MAX_PRPS];
	unsigned int pages;
	uint64_t prp2;
};

static void make_scatter(struct scatter *s, unsigned int pages, unsigned int entry)
{
	uint64_t all = host_pages(pages), list = host_pages(1);
	nvme_le64 *at = host_mem(list + entry * 8);

	s->pages = pages;
	for (unsigned int i = 0; i < pages; i++)
		s->page[i] = all + (uint64_t)i * 4096;
	for (unsigned int i = pages - 1; i; i--) {
		unsigned int j = tap_random(&fake.random) % (i + 1);
		uint64_t t = s->page[i];

		s->page[i] = s->page[j];
		s->page[j] = t;
	}
	s->prp2 = list + entry * 8;
	for (unsigned int i = 1; i < pages; i++, at++, entry++) {
		if (entry == 511 && i + 1 < pages) {
			uint64_t next = host_pages(1);

			*at = htole64(next);
			at = host_mem(next);
			entry = 0;
		}
		*at = htole64(s->page[i]);
	}
}

static void scatter_pattern(const struct scatter *s, uint64_t seed)
{
	for (unsigned int i = 0; i < s->pages; i++)
		pattern(s->page[i], 4096, seed + i);
}

/* Bytes @off.. of the image are the scattered pages from @skip bytes into them. */
static bool image_is_scatter(uint64_t off, const struct scatter *s, unsigned int skip, size_t len)
{
	for (size_t done = 0; done < len;) {
		size_t in_page = (skip + done) % 4096;
		size_t n = 4096 - in_page < len - done ? 4096 - in_page : len - done;

		if (!image_is(off + done, s->page[(skip + done) / 4096] + in_page, n))
			return false;
		done += n;
	}
	return true;
}

void prp_lists(void)
{
	static const struct {
		unsigned int pages, skip, blocks, entry;
	} cases[] = {
		{ 3, 0, 24, 0 },	/* the smallest list */
		{ 3, 512, 16, 0 },
		{ 3, 3584, 10, 0 },	/* one block in the first page, one in the last */
		{ 128, 0, 1024, 0 },	/* the largest transfer */
		{ 129, 2048, 1024, 0 },	/* and over one page more */
		{ 3, 0, 24, 510 },	/* ends with the list's page */
		{ 4, 0, 32, 510 },	/* one entry, then the pointer to the next list */
		{ 4, 0, 32, 511 },	/* nothing but the pointer */
		{ 129, 4, 1024, 500 },	/* at an offset that is no block boundary */
	};
	struct scatter out, in;

	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++) {
		unsigned int skip = cases[i].skip, blocks = cases[i].blocks;

		if (ready(8, "")) {
			make_scatter(&out, cases[i].pages, cases[i].entry);
			make_scatter(&in, cases[i].pages, cases[i].entry);
			scatter_pattern(&out, 7 + i);
			EXPECT_EQ(host_rw(NVME_IO_WRITE, 9, blocks, out.page[0] + skip, out.prp2,
					  0), 0);
			EXPECT(image_is_scatter(9 * 512, &out, skip, blocks * 512));
			EXPECT_EQ(host_rw(NVME_IO_READ, 9, blocks, in.page[0] + skip, in.prp2,
					  0), 0);
			EXPECT(image_is_scatter(9 * 512, &in, skip, blocks * 512));
		}
		host_close();
	}
}

/* PRP 2 is a page, not a list, when there are only two. */
static int scatter_rw(uint8_t opcode, uint64_t slba, unsigned int blocks, const struct scatter *s,
		      unsigned int skip)
{
	unsigned int pages = (skip + blocks * 512 + 4095) / 4096;

	return host_rw(opcode, slba, blocks, s->page[0] + skip, pages == 2 ? s->page[1] : s->prp2,
		       0);
}

static uint8_t scatter_byte(const struct scatter *s, unsigned int i)
{
	return *(uint8_t *)host_mem(s->page[i / 4096] + i % 4096);
}

static void random_one(uint8_t *mirror, uint64_t *random, unsigned int blocks_all,
		       const struct scatter *s)
{
	unsigned int blocks = tap_random(random) % 64 + 1;
	uint64_t slba = tap_random(random) % (blocks_all - blocks);
	unsigned int skip = tap_random(random) % 8 * 512;

	if (tap_random(random) % 2) {
		scatter_pattern(s, tap_random(random) | 1);
		EXPECT_EQ(scatter_rw(NVME_IO_WRITE, slba, blocks, s, skip), 0);
		for (unsigned int i = 0; i < blocks * 512; i++)
			mirror[slba * 512 + i] = scatter_byte(s, skip + i);
		return;
	}
	EXPECT_EQ(scatter_rw(NVME_IO_READ, slba, blocks, s, skip), 0);
	for (unsigned int i = 0; i < blocks * 512; i++)
		if (!EXPECT(mirror[slba * 512 + i] == scatter_byte(s, skip + i)))
			return;
}

void random_io_against_a_mirror(void)
{
	uint8_t *mirror = calloc(1, 1 << 20);
	uint64_t random = 42;
	struct scatter s;

	if (ready(1, "")) {
		make_scatter(&s, 9, 0);
		for (unsigned int i = 0; i < 400; i++)
			random_one(mirror, &random, (1 << 20) / 512, &s);
	}
	host_close();
	free(mirror);
}

void blocks_of_4096(void)
{
	if (ready(8, "block=4096")) {
		uint64_t page = host_pages(1);
		const struct nvme_id_ns *id = host_mem(page);

		EXPECT_EQ(host_identify(NVME_CNS_NAMESPACE, 1, page), 0);
		EXPECT_EQ(le64toh(id->nsze), (8 << 20) / 4096);
		EXPECT_EQ(id->lbaf[0].lbads, 12);
		EXPECT_EQ(le16toh(id->npdg), 0);
		pattern(page, 4096, 3);
		EXPECT_EQ(host_rw(NVME_IO_WRITE, 2047, 1, page, 0, 0), 0);
		EXPECT(image_is(2047 * 4096, page, 4096));
		EXPECT_EQ(host_rw(NVME_IO_WRITE, 2048, 1, page, 0, 0), NVME_SC_LBA_RANGE);
	}
	host_close();
}

void beyond_4_gib(void)
{
	uint64_t slba = (5ull << 40) / 512 + 1;

	if (ready(6 << 20, "")) {
		uint64_t out = host_pages(1), in = host_pages(1);
		const struct nvme_id_ns *id = host_mem(in);

		EXPECT_EQ(host_identify(NVME_CNS_NAMESPACE, 1, in), 0);
		EXPECT_EQ(le64toh(id->nsze), (6ull << 40) / 512);
		pattern(out, 4096, 5);
		EXPECT_EQ(host_rw(NVME_IO_WRITE, slba, 8, out, 0, 0), 0);
		EXPECT(image_is(slba * 512, out, 4096));
		EXPECT_EQ(host_rw(NVME_IO_READ, slba, 8, in, 0, 0), 0);
		EXPECT(!memcmp(host_mem(in), host_mem(out), 4096));
		EXPECT_EQ(host_rw(NVME_IO_READ, slba & 0xffffffff, 8, in, 0, 0), 0);
		EXPECT(all_zero(in, 4096));
		EXPECT_EQ(host_rw(NVME_IO_READ, (6ull << 40) / 512 - 7, 8, in, 0, 0),
			  NVME_SC_LBA_RANGE);
		EXPECT_EQ(host_rw(NVME_IO_READ, UINT64_MAX - 3, 8, in, 0, 0), NVME_SC_LBA_RANGE);
	}
	host_close();
}

void buffered_where_direct_is_refused(void)
{
	bool opened;

	host_refuse_direct = true;
	opened = ready(8, "");
	host_refuse_direct = false;
	if (opened) {
		uint64_t out = host_pages(1), in = host_pages(1);

		EXPECT(strstr(fake.log, "buffered"));
		EXPECT(strstr(fake.log, "Invalid argument"));
		pattern(out, 4096, 15);
		EXPECT_EQ(host_rw(NVME_IO_WRITE, 3, 8, out, 0, NVME_RW_FUA), 0);
		EXPECT_EQ(host_rw(NVME_IO_READ, 3, 8, in, 0, 0), 0);
		EXPECT(!memcmp(host_mem(in), host_mem(out), 4096));
	}
	host_close();
}

/* ---- durability ---- */

void flush_and_fua(void)
{
	if (ready(8, "")) {
		uint64_t page = host_pages(1);

		EXPECT_EQ(host_rw(NVME_IO_WRITE, 0, 8, page, 0, 0), 0);
		EXPECT_EQ(host_disk_count(NVME_DISK_SYNC), 0);
		EXPECT_EQ(host_cmd(1, (struct nvme_sqe){ .nsid = htole32(1) }), 0);
		EXPECT_EQ(host_disk_count(NVME_DISK_SYNC), 1);
		EXPECT_EQ(host_cmd(1, (struct nvme_sqe){ .nsid = htole32(NVME_NSID_ALL) }), 0);
		EXPECT_EQ(host_disk_count(NVME_DISK_SYNC), 2);
		EXPECT_EQ(host_rw(NVME_IO_WRITE, 0, 8, page, 0, NVME_RW_FUA), 0);
		EXPECT_EQ(host_disk_count(NVME_DISK_SYNC), 3);
		EXPECT_EQ(host_rw(NVME_IO_WRITE_ZEROES, 0, 8, 0, 0, NVME_RW_FUA), 0);
		EXPECT_EQ(host_disk_count(NVME_DISK_SYNC), 4);
		/* A flush completes only after the disk has answered. */
		host_disk.hold = true;
		host_put(1, (struct nvme_sqe){ .nsid = htole32(1) });
		host_ring(1);
		host_run(10);
		EXPECT_EQ(host_disk.nr_held, 1);
		EXPECT_EQ(host_disk.held[0]->kind, NVME_DISK_SYNC);
		EXPECT(!host_poll(1, &host_cqe));
		host_disk_release();
		EXPECT(host_get(1, &host_cqe));
		EXPECT_EQ(le16toh(host_cqe.status) >> 1, 0);
	}
	host_close();
}

void no_write_cache(void)
{
	if (ready(8, "vwc=off")) {
		uint64_t page = host_pages(1);
		const struct nvme_id_ctrl *id = host_mem(page);

		EXPECT_EQ(host_identify(NVME_CNS_CONTROLLER, 0, page), 0);
		EXPECT_EQ(id->vwc & 1, 0);
		EXPECT_EQ(host_get_feature(NVME_FEAT_WRITE_CACHE, 0), NVME_SC_INVALID_FIELD);
		EXPECT_EQ(host_rw(NVME_IO_WRITE, 0, 8, page, 0, 0), 0);
		EXPECT_EQ(host_disk_count(NVME_DISK_SYNC), 1);
		EXPECT_EQ(host_rw(NVME_IO_WRITE_ZEROES, 0, 8, 0, 0, 0), 0);
		EXPECT_EQ(host_disk_count(NVME_DISK_SYNC), 2);
	}
	host_close();
}

/* ---- zeroes and holes ---- */

/* 4 MiB of data from block 0 on; true when the image occupies them. */
static bool fill_4_mib(struct scatter *s)
{
	make_scatter(s, 128, 0);
	scatter_pattern(s, 11);
	for (unsigned int i = 0; i < 8; i++)
		EXPECT_EQ(host_rw(NVME_IO_WRITE, i * 1024, 1024, s->page[0], s->prp2, 0), 0);
	EXPECT_EQ(host_cmd(1, (struct nvme_sqe){ .nsid = htole32(1) }), 0);
	return EXPECT(host_image_blocks() >= 8192);
}

void write_zeroes(void)
{
	struct scatter s;

	if (ready(8, "") && fill_4_mib(&s)) {
		uint64_t in = host_pages(1);

		/* Neither end is at a block of the file system. */
		EXPECT_EQ(host_rw(NVME_IO_WRITE_ZEROES, 3, 4000, 0, 0, 0), 0);
		EXPECT_EQ(host_rw(NVME_IO_READ, 3, 8, in, 0, 0), 0);
		EXPECT(all_zero(in, 4096));
		EXPECT_EQ(host_rw(NVME_IO_READ, 3995, 8, in, 0, 0), 0);
		EXPECT(all_zero(in, 4096));
		EXPECT(image_is(0, s.page[0], 3 * 512));
		EXPECT(image_is_scatter(4003 * 512, &s, 931 * 512, 512));
		EXPECT(host_image_blocks() >= 8192);
		EXPECT_EQ(host_rw(NVME_IO_WRITE_ZEROES, 0, 8192, 0, 0, NVME_WZ_DEAC), 0);
		EXPECT(host_image_blocks() < 1000);
		EXPECT_EQ(host_disk_count(NVME_DISK_ZERO), 1);
		EXPECT_EQ(host_disk_count(NVME_DISK_PUNCH), 1);
		EXPECT_EQ(host_rw(NVME_IO_READ, 8000, 8, in, 0, 0), 0);
		EXPECT(all_zero(in, 4096));
	}
	host_close();

	/* A disk that can do neither gets real zeroes. */
	if (ready(8, "") && fill_4_mib(&s)) {
		uint64_t in = host_pages(1);

		host_disk.fail = -95;		/* EOPNOTSUPP, of the zeroed range only */
		EXPECT_EQ(host_rw(NVME_IO_WRITE_ZEROES, 5, 3000, 0, 0, 0), 0);
		EXPECT_EQ(host_disk_count(NVME_DISK_PUNCH), 1);
		host_disk.fail = -95;
		EXPECT_EQ(host_rw(NVME_IO_WRITE_ZEROES, 3005, 3000, 0, 0, NVME_WZ_DEAC), 0);
		EXPECT_EQ(host_disk_count(NVME_DISK_WRITE), 8 + 3);
		for (unsigned int slba = 5; slba + 8 <= 6005; slba += 8) {
			EXPECT_EQ(host_rw(NVME_IO_READ, slba, 8, in, 0, 0), 0);
			EXPECT(all_zero(in, 4096));
		}
		EXPECT(image_is(0, s.page[0], 5 * 512));
		EXPECT(image_is_scatter(6005 * 512, &s, 885 * 512, 512));
	}
	host_close();
}

static int deallocate_ranges(uint64_t prp1, unsigned int n)
{
	return host_cmd(1, (struct nvme_sqe){
		.opcode = NVME_IO_DSM, .nsid = htole32(1), .prp1 = htole64(prp1),
		.cdw10 = htole32(n - 1), .cdw11 = htole32(NVME_DSM_DEALLOCATE),
	});
}

void deallocate(void)
{
	struct scatter s;

	if (ready(8, "") && fill_4_mib(&s)) {
		uint64_t page = host_pages(1), in = host_pages(1);
		struct nvme_dsm_range *r = host_mem(page);
		uint64_t before = host_image_blocks();

		for (unsigned int i = 0; i < 256; i++) {
			r[i].slba = htole64(i * 32);
			r[i].blocks = htole32(i % 2 ? 0 : 16);
		}
		EXPECT_EQ(deallocate_ranges(page, 256), 0);
		/* All of it, but for what the file system needs to remember the holes. */
		EXPECT(host_image_blocks() <= before - 128 * 16 + 64);
		EXPECT_EQ(host_disk_count(NVME_DISK_PUNCH), 128);
		EXPECT_EQ(host_rw(NVME_IO_READ, 8, 8, in, 0, 0), 0);
		EXPECT(all_zero(in, 4096));
		EXPECT(image_is_scatter(16 * 512, &s, 16 * 512, 8192));
		/* One bad range, and none is touched. */
		r[0].slba = htole64(32);
		r[0].blocks = htole32(16);
		r[1].slba = htole64(16384);
		r[1].blocks = htole32(1);
		EXPECT_EQ(deallocate_ranges(page, 2), NVME_SC_LBA_RANGE);
		EXPECT(image_is_scatter(48 * 512, &s, 48 * 512, 8192));
		EXPECT_EQ(host_disk_count(NVME_DISK_PUNCH), 128);
		/* A disk without holes keeps the data; it is a hint. */
		host_disk.fail = -95;
		r[0].slba = htole64(48);
		EXPECT_EQ(deallocate_ranges(page, 1), 0);
	}
	host_close();
}

void compare(void)
{
	if (ready(8, "")) {
		uint64_t out = host_pages(2);

		pattern(out, 8192, 9);
		EXPECT_EQ(host_rw(NVME_IO_WRITE, 40, 16, out, out + 4096, 0), 0);
		EXPECT_EQ(host_rw(NVME_IO_COMPARE, 40, 16, out, out + 4096, 0), 0);
		*(uint8_t *)host_mem(out + 8191) ^= 1;
		EXPECT_EQ(host_rw(NVME_IO_COMPARE, 40, 16, out, out + 4096, 0),
			  NVME_SC_COMPARE_FAILURE);
		EXPECT_EQ(host_rw(NVME_IO_COMPARE, 40, 15, out, out + 4096, 0), 0);
	}
	host_close();
}

/* ---- many at once ---- */

static struct nvme_sqe io(uint8_t opcode, uint64_t slba, unsigned int blocks, uint64_t prp1)
{
	return (struct nvme_sqe){
		.opcode = opcode, .nsid = htole32(1), .prp1 = htole64(prp1),
		.cdw10 = htole32(slba), .cdw12 = htole32(blocks - 1),
	};
}

void batches(void)
{
	struct nvme_cqe cqe;

	if (ready(8, "")) {
		uint64_t pages = host_pages(32);

		/* Eight is what Arbitration Burst says; 7 is no limit. */
		EXPECT_EQ(host_set_feature(NVME_FEAT_ARBITRATION, 7), 0);
		fake.reads = 0;
		fake.writes = 0;
		fake.msi[1] = 0;
		host_disk.hold = true;
		for (unsigned int i = 0; i < 32; i++)
			host_put(1, io(NVME_IO_READ, 8 * i, 8, pages + 4096 * i));
		host_ring(1);
		host_run(5);
		EXPECT_EQ(host_disk.nr_held, 32);
		EXPECT_EQ(fake.reads, 1);	/* all entries */
		host_disk_release();
		for (unsigned int i = 0; i < 32; i++)
			EXPECT(host_get(1, &cqe));
		EXPECT(fake.msi[1] <= 16);	/* interrupts are shared as the disk answers */
		EXPECT(fake.writes <= 32 + fake.msi[1] + 2);
	}
	host_close();
}

void all_queues_at_once(void)
{
	struct nvme_cqe cqe;
	uint64_t out, in;

	if (!ready(8, "queues=8"))
		goto done;
	out = host_pages(8 * 60);
	in = host_pages(8 * 60);
	pattern(out, 8 * 60 * 4096, 21);
	for (unsigned int q = 2; q <= 8; q++)
		host_queue(q);
	for (unsigned int pass = 0; pass < 2; pass++) {
		for (unsigned int i = 0; i < 8 * 60; i++)
			host_put(i % 8 + 1, io(pass ? NVME_IO_READ : NVME_IO_WRITE, 8 * i, 8,
					       (pass ? in : out) + 4096ull * i));
		for (unsigned int q = 1; q <= 8; q++)
			host_ring(q);
		for (unsigned int i = 0; i < 8 * 60; i++) {
			if (!EXPECT(host_get(i % 8 + 1, &cqe)))
				goto done;
			EXPECT_EQ(le16toh(cqe.status) >> 1, 0);
		}
	}
	EXPECT(!memcmp(host_mem(in), host_mem(out), 8 * 60 * 4096));
	for (unsigned int q = 1; q <= 8; q++)
		EXPECT(fake.msi[q] >= 2);
done:
	host_close();
}

/* A queue pair that completes into 4 slots gets no fifth completion before a slot is free. */
void completions_wait_for_room(void)
{
	struct nvme_sqe cq = {
		.opcode = NVME_ADMIN_CREATE_CQ, .cdw10 = htole32(3 << 16 | 1),
		.cdw11 = htole32(1 << 16 | 3),
	};
	struct nvme_sqe sq = {
		.opcode = NVME_ADMIN_CREATE_SQ, .cdw10 = htole32(15 << 16 | 1),
		.cdw11 = htole32(1 << 16 | 1),
	};
	struct nvme_cqe cqe;
	uint64_t page;

	if (!host_open(8 << 20, "") || !host_enable())
		goto out;
	page = host_pages(1);
	host.q[1] = (struct host_queue){
		.sq = host_pages(1), .cq = host_pages(1), .entries = 4, .phase = true,
	};
	cq.prp1 = htole64(host.q[1].cq);
	sq.prp1 = htole64(host.q[1].sq);
	EXPECT_EQ(host_cmd(0, cq), 0);
	EXPECT_EQ(host_cmd(0, sq), 0);
	host.q[1].entries = 16;
	for (unsigned int i = 0; i < 10; i++)
		host_put(1, io(NVME_IO_READ, 0, 8, page));
	host_ring(1);
	host.q[1].entries = 4;
	host_run(10);
	for (unsigned int i = 0; i < 3; i++)
		EXPECT(host_poll(1, &cqe));
	for (unsigned int i = 3; i < 10; i++)
		EXPECT(host_get(1, &cqe));
	host_run(5);
	EXPECT(!host_poll(1, &cqe));
out:
	host_close();
}

void reads_wait_for_the_link(void)
{
	struct nvme_cqe cqe;

	if (ready(8, "")) {
		uint64_t page = host_pages(1);

		fake.backlog = NVME_LINK_BACKLOG;
		host_put(1, io(NVME_IO_READ, 0, 8, page));
		host_ring(1);
		host_run(20);
		EXPECT(!host_poll(1, &cqe));
		fake.backlog = 0;
		EXPECT(host_get(1, &cqe));
		EXPECT_EQ(le16toh(cqe.status) >> 1, 0);
	}
	host_close();
}

void read_only(void)
{
	if (ready(8, "readonly=on")) {
		uint64_t page = host_pages(1);
		const struct nvme_id_ns *id = host_mem(page);

		EXPECT_EQ(host_identify(NVME_CNS_NAMESPACE, 1, page), 0);
		EXPECT_EQ(id->nsattr, 1);
		EXPECT_EQ(host_rw(NVME_IO_READ, 0, 8, page, 0, 0), 0);
		EXPECT_EQ(host_rw(NVME_IO_WRITE, 0, 8, page, 0, 0), NVME_SC_WRITE_PROTECTED);
		EXPECT_EQ(host_rw(NVME_IO_WRITE_ZEROES, 0, 8, 0, 0, 0), NVME_SC_WRITE_PROTECTED);
		EXPECT_EQ(deallocate_ranges(page, 1), NVME_SC_WRITE_PROTECTED);
		EXPECT_EQ(host_cmd(1, (struct nvme_sqe){ .nsid = htole32(1) }), 0);
	}
	host_close();
}
