// SPDX-License-Identifier: GPL-2.0-only
/* Resets, shutdown and the end, with commands in flight. */
#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests.h"

static struct nvme_sqe io(uint8_t opcode, uint64_t slba, uint64_t page)
{
	return (struct nvme_sqe){
		.opcode = opcode, .nsid = htole32(1), .prp1 = htole64(page),
		.cdw10 = htole32(slba), .cdw12 = htole32(7),
	};
}

/* The completion queue memory of queue @q is as it was before anything was posted. */
static bool nothing_posted(unsigned int q)
{
	return all_zero(host.q[q].cq, 4096);
}

void controller_reset_waits_for_the_disk(void)
{
	if (ready(8, "")) {
		uint64_t page = host_pages(1);

		host_disk.hold = true;
		host_put(1, io(NVME_IO_WRITE, 0, page));
		host_put(1, io(NVME_IO_READ, 8, page));
		host_put(1, (struct nvme_sqe){ .nsid = htole32(1) });
		host_ring(1);
		host_run(5);
		EXPECT_EQ(host_disk.nr_held, 3);
		set_reg(NVME_REG_CC, 0);
		host_run(5);
		EXPECT_EQ(reg(NVME_REG_CSTS) & NVME_CSTS_RDY, NVME_CSTS_RDY);
		host_disk_release();
		EXPECT(host_wait_csts(NVME_CSTS_RDY, 0));
		EXPECT(nothing_posted(1));
		EXPECT(host_enable());
		EXPECT(host_queue(1));
		EXPECT_EQ(host_rw(NVME_IO_READ, 0, 8, page, 0, 0), 0);
		EXPECT_EQ(host_set_feature(NVME_FEAT_EVENTS, 0), 0);
	}
	host_close();
}

void controller_reset_waits_for_dma(void)
{
	if (ready(8, "")) {
		uint64_t page = host_pages(1);

		host_put(1, io(NVME_IO_WRITE, 0, page));
		host_ring(1);
		fake.hold_reads = true;
		host_run(3);
		EXPECT_EQ(fake.nr_pending, 1);	/* the fetch of the entry */
		set_reg(NVME_REG_CC, 0);
		EXPECT_EQ(reg(NVME_REG_CSTS) & NVME_CSTS_RDY, NVME_CSTS_RDY);
		/* A driver that does not wait gets its controller when it can be had. */
		host_set_admin_queues();
		set_reg(NVME_REG_CC, 0x460000 | NVME_CC_EN);
		EXPECT_EQ(reg(NVME_REG_CSTS) & NVME_CSTS_RDY, 0);
		fake.hold_reads = false;
		EXPECT(host_wait_csts(NVME_CSTS_RDY, NVME_CSTS_RDY));
		EXPECT(host_queue(1));
		EXPECT_EQ(host_rw(NVME_IO_WRITE, 0, 8, page, 0, 0), 0);
		EXPECT_EQ(host_disk_count(NVME_DISK_WRITE), 1);
	}
	host_close();
}

static void reset_function(enum ep_reset kind)
{
	ep_model_nvme.reset(host.func, kind);
	fake_drop_reads();
}

/* Some commands wait for DMA, some for the disk, when everything is taken away. */
void function_reset_with_io_in_flight(void)
{
	if (ready(8, "")) {
		uint64_t old = host_pages(1), page = host_pages(1);
		const struct nvme_smart_log *smart = host_mem(page);

		pattern(old, 4096, 77);
		pattern(page, 4096, 88);
		host_disk.hold = true;
		host_put(1, io(NVME_IO_WRITE, 0, old));
		host_put(1, io(NVME_IO_READ, 8, old));
		host_ring(1);
		host_run(5);
		EXPECT_EQ(host_disk.nr_held, 2);
		fake.hold_reads = true;
		host_put(1, io(NVME_IO_WRITE, 16, old));
		host_ring(1);
		host_run(3);
		reset_function(EP_RESET_FLR);
		fake.hold_reads = false;
		EXPECT_EQ(reg(NVME_REG_CSTS), 0);
		EXPECT_EQ(reg(NVME_REG_CC), 0);
		/* Enabled anew, but not ready while the old write may still reach the disk. */
		host_set_admin_queues();
		set_reg(NVME_REG_CC, 0x460000 | NVME_CC_EN);
		host_run(5);
		EXPECT_EQ(reg(NVME_REG_CSTS), 0);
		host_disk_release();
		EXPECT(host_wait_csts(NVME_CSTS_RDY, NVME_CSTS_RDY));
		EXPECT(host_queue(1));
		EXPECT_EQ(host_rw(NVME_IO_WRITE, 0, 8, page, 0, 0), 0);
		memset(host_mem(old), 0, 4096);
		EXPECT_EQ(host_rw(NVME_IO_READ, 0, 8, old, 0, 0), 0);
		EXPECT(!memcmp(host_mem(old), host_mem(page), 4096));
		EXPECT_EQ(host_disk_count(NVME_DISK_WRITE), 2);
		EXPECT_EQ(host_get_log(NVME_LOG_SMART, 512, page, 0), 0);
		EXPECT_EQ(le64toh(smart->unsafe_shutdowns[0]), 1);
	}
	host_close();
}

void shutdown_flushes(void)
{
	if (ready(8, "")) {
		uint64_t page = host_pages(1);

		EXPECT_EQ(host_rw(NVME_IO_WRITE, 0, 8, page, 0, 0), 0);
		host_disk.hold = true;
		set_reg(NVME_REG_CC, 0x464000 | NVME_CC_EN);
		host_run(5);
		EXPECT_EQ(reg(NVME_REG_CSTS), NVME_CSTS_RDY | NVME_CSTS_SHST_BUSY);
		EXPECT_EQ(host_disk.nr_held, 1);
		EXPECT_EQ(host_disk.held[0]->kind, NVME_DISK_SYNC);
		host_disk_release();
		EXPECT(host_wait_csts(NVME_CSTS_SHST_MASK, NVME_CSTS_SHST_DONE));
		EXPECT_EQ(host_disk_count(NVME_DISK_SYNC), 1);
		/* No command is taken until the controller has been reset. */
		host_put(1, io(NVME_IO_READ, 0, page));
		host_ring(1);
		host_run(5);
		EXPECT(!host_poll(1, &host_cqe));
		set_reg(NVME_REG_CC, 0);
		EXPECT(host_wait_csts(~0u, 0));
		EXPECT(host_enable());
		EXPECT(host_queue(1));
		EXPECT_EQ(host_rw(NVME_IO_READ, 0, 8, page, 0, 0), 0);
		/* A function reset in the middle of the flush. */
		host_disk.hold = true;
		set_reg(NVME_REG_CC, 0x468000 | NVME_CC_EN);
		host_run(5);
		EXPECT_EQ(host_disk.nr_held, 1);
		reset_function(EP_RESET_CONVENTIONAL);
		set_reg(NVME_REG_CC, 0x4000);
		host_run(5);
		EXPECT_EQ(reg(NVME_REG_CSTS), NVME_CSTS_SHST_BUSY);
		host_disk_release();
		EXPECT(host_wait_csts(~0u, NVME_CSTS_SHST_DONE));
		EXPECT_EQ(host_disk_count(NVME_DISK_SYNC), 3);
	}
	host_close();
}

/* The address sanitizer watches over this one. */
void destroy_with_io_in_flight(void)
{
	if (ready(8, "")) {
		uint64_t page = host_pages(1);

		for (unsigned int i = 0; i < 30; i++)
			host_put(1, io(i % 3 ? NVME_IO_READ : NVME_IO_WRITE, 8 * i, page));
		EXPECT_EQ(host_set_feature(NVME_FEAT_ARBITRATION, 7), 0);
		host_ring(1);
		ep_loop_turn(host.loop, 1000000);
		fake_answer_reads();
		/* The disk has the reads, the core the data of the writes. */
		ep_loop_turn(host.loop, 0);
		EXPECT_EQ(host_disk_count(NVME_DISK_READ), 20);
		EXPECT_EQ(fake.nr_pending, 10);
		fake_drop_reads();
	}
	host_close();
}

/* Writes and says so, then lives on until it is killed. */
static void write_until_killed(int ready_fd, bool fua)
{
	struct nvme_sqe flush = { .opcode = NVME_IO_FLUSH, .nsid = htole32(1) };
	uint64_t page;

	if (!ready(8, ""))
		_exit(1);
	page = host_pages(1);
	pattern(page, 4096, 123);
	if (host_rw(NVME_IO_WRITE, 64, 8, page, 0, fua ? NVME_RW_FUA : 0))
		_exit(1);
	if (!fua && host_cmd(1, flush))
		_exit(1);
	if (write(ready_fd, "", 1) != 1)
		_exit(1);
	pause();
	_exit(1);
}

static void expect_survives_kill(bool fua)
{
	uint8_t got[4096], want[4096];
	char image[256], byte;
	uint64_t seed = 123;
	int fds[2], fd;
	pid_t child;

	if (!EXPECT_EQ(pipe(fds), 0))
		return;
	child = fork();
	if (!child)
		write_until_killed(fds[1], fua);
	close(fds[1]);
	EXPECT_EQ(read(fds[0], &byte, 1), 1);
	close(fds[0]);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	for (unsigned int i = 0; i < sizeof(want); i++)
		want[i] = tap_random(&seed) >> 56;
	snprintf(image, sizeof(image), "%s/nvme-test-%d.img", tap_dir, child);
	fd = open(image, O_RDONLY | O_CLOEXEC);
	EXPECT_EQ(pread(fd, got, sizeof(got), 64 * 512), sizeof(got));
	EXPECT(!memcmp(got, want, sizeof(got)));
	close(fd);
	unlink(image);
}

void acknowledged_writes_survive_kill(void)
{
	expect_survives_kill(true);
	expect_survives_kill(false);
}

void bus_mastering_comes_back(void)
{
	struct nvme_cqe cqe;

	if (ready(8, "")) {
		uint64_t page = host_pages(1);

		host_disk.hold = true;
		host_put(1, (struct nvme_sqe){ .nsid = htole32(1) });
		host_ring(1);
		host_run(3);
		fake.no_bus_master = true;
		host_disk_release();
		host_put(1, io(NVME_IO_READ, 0, page));
		host_ring(1);
		host_run(5);
		EXPECT(!host_poll(1, &cqe));
		fake.no_bus_master = false;
		ep_model_nvme.state_changed(host.func);
		EXPECT(host_get(1, &cqe));
		EXPECT_EQ(le16toh(cqe.status) >> 1, 0);
		EXPECT(host_get(1, &cqe));
		EXPECT_EQ(le16toh(cqe.status) >> 1, 0);
		/* Switched off while an entry is on its way: it is asked for again. */
		host_put(1, io(NVME_IO_READ, 0, page));
		host_ring(1);
		ep_loop_turn(host.loop, 1000000);
		EXPECT_EQ(fake.nr_pending, 1);
		fake.no_bus_master = true;
		host_run(3);
		fake.no_bus_master = false;
		ep_model_nvme.state_changed(host.func);
		EXPECT(host_get(1, &cqe));
		EXPECT_EQ(le16toh(cqe.status) >> 1, 0);
	}
	host_close();
}

void delete_queue_waits_for_commands(void)
{
	struct nvme_cqe cqe;

	if (ready(8, "")) {
		host_disk.hold = true;
		host_put(1, (struct nvme_sqe){ .nsid = htole32(1) });
		host_ring(1);
		host_run(3);
		host_put(0, (struct nvme_sqe){
			.opcode = NVME_ADMIN_DELETE_SQ, .cdw10 = htole32(1),
		});
		host_ring(0);
		host_run(5);
		EXPECT(!host_poll(0, &cqe));
		host_disk_release();
		EXPECT(host_get(0, &cqe));
		EXPECT_EQ(le16toh(cqe.status) >> 1, 0);
		EXPECT(host_poll(1, &cqe));
		EXPECT_EQ(le16toh(cqe.status) >> 1, 0);
	}
	host_close();
}

/* Valid enough to get far, wrong in all ways: nothing may crash, leak or hang. */
static struct nvme_sqe random_command(uint64_t *random, bool admin)
{
	static const uint32_t interesting[] = { 0, 1, 2, 7, 8, 63, 0xffff, 0x10000, ~0u };
	struct nvme_sqe e;
	uint32_t *dw = (uint32_t *)&e;

	for (unsigned int i = 0; i < 16; i++)
		dw[i] = tap_random(random) % 2 ? interesting[tap_random(random) % 9] :
			tap_random(random) >> (tap_random(random) % 60);
	e.opcode = tap_random(random) % (admin ? 14 : 11);
	if (tap_random(random) % 8)
		e.flags = 0;
	if (tap_random(random) % 8)
		e.nsid = htole32(1);
	if (tap_random(random) % 8)
		e.prp1 = htole64(MEM_BASE + (tap_random(random) % 8192) * 4096);
	if (tap_random(random) % 8)
		e.prp2 = htole64(MEM_BASE + (tap_random(random) % 8192) * 4096);
	return e;
}

void random_commands_do_no_harm(void)
{
	uint64_t random = 4711;

	if (!host_open(8 << 20, ""))
		goto out;
	for (unsigned int round = 0; round < 100; round++) {
		reset_function(EP_RESET_FLR);
		memset(fake.mem, 0, 16 * 4096);
		host.next_page = MEM_BASE;
		if (!host_enable() || !host_queue(1))
			goto out;
		for (unsigned int i = 0; i < 40; i++) {
			host_put(0, random_command(&random, true));
			host_put(1, random_command(&random, false));
		}
		host_ring(0);
		host_ring(1);
		host_run(1);
		for (unsigned int i = 0; i < 20; i++)
			set_reg(tap_random(&random) % 0x460 * 4, tap_random(&random));
		host_run(1);
	}
	reset_function(EP_RESET_CONVENTIONAL);
	host.next_page = MEM_BASE;
	memset(fake.mem, 0, 16 * 4096);
	EXPECT(host_enable());
	EXPECT(host_queue(1));
	EXPECT_EQ(host_rw(NVME_IO_READ, 0, 8, host_pages(1), 0, 0), 0);
out:
	host_close();
}

void many_resets_under_load(void)
{
	uint64_t page, random = 99;

	if (!host_open(8 << 20, ""))
		goto out;
	page = host_pages(8);
	for (unsigned int round = 0; round < 60; round++) {
		host.next_page = page + 8 * 4096;
		if (!host_enable() || !host_queue(1))
			goto out;
		for (unsigned int i = 0; i < 40; i++)
			host_put(1, io(tap_random(&random) % 3, tap_random(&random) % 1000 * 8,
				       page + tap_random(&random) % 8 * 4096));
		host_ring(1);
		for (unsigned int i = tap_random(&random) % 5; i; i--)
			host_run(1);
		if (round % 3) {
			set_reg(NVME_REG_CC, 0);
			EXPECT(host_wait_csts(NVME_CSTS_RDY, 0));
		} else {
			reset_function(round % 2 ? EP_RESET_FLR : EP_RESET_CONVENTIONAL);
		}
	}
out:
	host_close();
}

/* The descriptor of the model's ring, -1: none is open */
static int find_ring(void)
{
	char path[32], name[64];

	for (int fd = 3; fd < 64; fd++) {
		ssize_t n;

		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		n = readlink(path, name, sizeof(name) - 1);
		name[n > 0 ? n : 0] = '\0';
		if (strstr(name, "io_uring"))
			return fd;
	}
	return -1;
}

/* The sandbox does not see what a ring does: it must be closed itself. */
void ring_is_for_disks(void)
{
	int ring, event = eventfd(0, EFD_CLOEXEC);

	if (!host_open(8 << 20, ""))
		goto out;
	ring = find_ring();
	EXPECT(ring >= 0);
	EXPECT_EQ(syscall(SYS_io_uring_register, ring, IORING_REGISTER_EVENTFD, &event, 1), -1);
	EXPECT_EQ(errno, EACCES);
	EXPECT_EQ(syscall(SYS_io_uring_register, ring, IORING_REGISTER_RESTRICTIONS, NULL, 0), -1);
	EXPECT(host_enable() && host_queue(1));
	EXPECT_EQ(host_rw(NVME_IO_WRITE, 0, 8, host_pages(1), 0, 0), 0);
out:
	host_close();
	close(event);
}
