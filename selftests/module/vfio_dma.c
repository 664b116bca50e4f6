// SPDX-License-Identifier: GPL-2.0-only
/* The function's DMA, into and out of this process's memory. */
#include <errno.h>
#include <linux/pci_regs.h>
#include <linux/userfaultfd.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "absent.h"
#include "vfio_test.h"

#define RW	(VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE)
#define OTHER	0x40000000ull	/* a second mapping */
#define SPAN	(1024u * 1024)	/* what a debug kernel moves in a few seconds */
#define HUGE_IOVA	0x7f00000000ull	/* above 4 GiB: headers of 4 DWs */
#define PAGE		4096u
#define SLOW_PAGES	64u		/* half of them */

static const uint32_t sizes[] = {
	1, 2, 3, 4, 5, 63, 64, 65, 1024, 1025, 4096, 4097, 65536, 1024001
};

static uint32_t device_reads(uint64_t iova, const uint8_t *mem, uint32_t size)
{
	dev_set(&dev, 0, REG_CHECKSUM, 4, test_crc(mem, size));
	return test_run(CMD_READ, iova, 0, size);
}

static void reads(void)
{
	unsigned int i, off;

	test_enable();
	test_fill(dev.mem, DEV_MEM, 1);
	for (i = 0; i < ARRAY_SIZE(sizes); i++)
		for (off = 0; off < 4; off++)
			EXPECT_EQ(device_reads(DEV_IOVA + off, dev.mem + off, sizes[i]),
				  STA_READ_OK);
	test_reset();
}

static void check_write(unsigned int off, uint32_t size)
{
	memset(dev.mem, 0xee, off + size + 16);
	EXPECT_EQ(test_run(CMD_WRITE, 0, DEV_IOVA + off, size), STA_WRITE_OK);
	EXPECT_EQ(dev_get(&dev, 0, REG_CHECKSUM, 4), test_crc(dev.mem + off, size));
	EXPECT(!off || dev.mem[off - 1] == 0xee);
	EXPECT_EQ(dev.mem[off + size], 0xee);
}

static void writes(void)
{
	unsigned int i, off;

	test_enable();
	for (i = 0; i < ARRAY_SIZE(sizes); i++)
		for (off = 0; off < 4; off++)
			check_write(off, sizes[i]);
	test_reset();
}

static void copies(void)
{
	unsigned int i;
	uint8_t *dst = dev.mem + (DEV_MEM / 2) + 3;

	test_enable();
	test_fill(dev.mem, DEV_MEM / 2, 2);
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		memset(dst, 0, sizes[i]);
		EXPECT_EQ(test_run(CMD_COPY, DEV_IOVA + 1, DEV_IOVA + DEV_MEM / 2 + 3, sizes[i]),
			  STA_COPY_OK);
		EXPECT(!memcmp(dst, dev.mem + 1, sizes[i]));
	}
	test_reset();
}

static void above_4g(void)
{
	test_enable();
	EXPECT_EQ(dev_map(&dev, HUGE_IOVA, dev.mem, DEV_MEM, RW), 0);
	test_fill(dev.mem, 10000, 3);
	EXPECT_EQ(device_reads(HUGE_IOVA + 5, dev.mem + 5, 9000), STA_READ_OK);
	EXPECT_EQ(test_run(CMD_WRITE, 0, HUGE_IOVA + 5, 9000), STA_WRITE_OK);
	EXPECT_EQ(dev_get(&dev, 0, REG_CHECKSUM, 4), test_crc(dev.mem + 5, 9000));
	EXPECT_EQ(dev_unmap(&dev, HUGE_IOVA, DEV_MEM), 0);
	test_reset();
}

/* Once the pages are known, nothing needs process context. */
static void fast_path(void)
{
	uint64_t slow, fast;

	test_enable();
	EXPECT_EQ(device_reads(DEV_IOVA, dev.mem, 1 << 20), STA_READ_OK);
	slow = dev_counter(&dev, "dma_slow");
	fast = dev_counter(&dev, "dma_fast");
	EXPECT_EQ(device_reads(DEV_IOVA, dev.mem, 1 << 20), STA_READ_OK);
	EXPECT_EQ(dev_counter(&dev, "dma_slow") - slow, 0);
	EXPECT(dev_counter(&dev, "dma_fast") - fast >= 256);
	test_reset();
}

static void no_bus_master(void)
{
	uint64_t before = dev_counter(&dev, "dma_no_bus_master");

	cfg_set(&dev, PCI_COMMAND, 2, PCI_COMMAND_MEMORY);
	memset(dev.mem, 0xaa, 4096);
	EXPECT(!(test_run(CMD_READ, DEV_IOVA, 0, 4096) & STA_READ_OK));
	test_run(CMD_WRITE, 0, DEV_IOVA, 4096);
	EXPECT(dev.mem[0] == 0xaa && dev.mem[4095] == 0xaa);
	/* A function that honours the bit does not even try. */
	tap_note("dropped by the root: %llu",
		 (unsigned long long)(dev_counter(&dev, "dma_no_bus_master") - before));
	test_reset();
}

static void outside_the_map(void)
{
	uint64_t faults = dev_counter(&dev, "dma_fault");

	test_enable();
	EXPECT(test_run(CMD_READ, DEV_IOVA + DEV_MEM, 0, 64) & STA_READ_FAIL);
	EXPECT(test_run(CMD_READ, DEV_IOVA + DEV_MEM - 64, 0, 128) & STA_READ_FAIL);
	EXPECT(test_run(CMD_READ, 0, 0, 64) & STA_READ_FAIL);
	test_run(CMD_WRITE, 0, DEV_IOVA + DEV_MEM, 64);
	EXPECT(dev_counter(&dev, "dma_fault") - faults >= 4);
	EXPECT_EQ(device_reads(DEV_IOVA, dev.mem, 64), STA_READ_OK);
	test_reset();
}

static uint8_t *map_other(size_t len, uint32_t flags)
{
	uint8_t *mem = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	EXPECT(mem != MAP_FAILED);
	EXPECT_EQ(dev_map(&dev, OTHER, mem, len, flags), 0);
	return mem;
}

static void read_only_memory(void)
{
	uint8_t *mem = map_other(65536, VFIO_DMA_MAP_FLAG_READ);
	uint64_t faults = dev_counter(&dev, "dma_fault");

	test_enable();
	test_fill(mem, 65536, 4);
	EXPECT_EQ(device_reads(OTHER, mem, 65536), STA_READ_OK);
	EXPECT_EQ(dev_counter(&dev, "dma_fault"), faults);
	memset(mem, 0x11, 65536);
	test_run(CMD_WRITE, 0, OTHER, 4096);
	EXPECT(dev_counter(&dev, "dma_fault") > faults);
	EXPECT(mem[0] == 0x11 && mem[4095] == 0x11);
	EXPECT_EQ(dev_unmap(&dev, OTHER, 65536), 0);
	munmap(mem, 65536);
	test_reset();
}

/* No pin outlives its mapping: the same address leads to other memory at once. */
static void remap(void)
{
	uint8_t *mem;
	int i;

	test_enable();
	for (i = 0; i < 20; i++) {
		mem = map_other(1 << 20, RW);
		test_fill(mem, 1 << 20, (uint64_t)i + 10);
		EXPECT_EQ(device_reads(OTHER, mem, 20000), STA_READ_OK);
		EXPECT_EQ(dev_unmap(&dev, OTHER, 1 << 20), 0);
		munmap(mem, 1 << 20);
		EXPECT(test_run(CMD_READ, OTHER, 0, 64) & STA_READ_FAIL);
	}
	test_reset();
}

/* A map with holes: what is pinned in blocks elsewhere is pinned page by page here. */
static void holes(void)
{
	uint8_t *mem = dev.mem;
	unsigned int i;

	test_enable();
	for (i = 0; i < 32; i += 2)
		EXPECT_EQ(dev_map(&dev, OTHER + i * 4096, mem + i * 4096, 4096, RW), 0);
	test_fill(mem, 32 * 4096, 5);
	for (i = 0; i < 32; i += 2) {
		EXPECT_EQ(device_reads(OTHER + i * 4096, mem + i * 4096, 4096), STA_READ_OK);
		EXPECT(test_run(CMD_READ, OTHER + (i + 1) * 4096, 0, 64) & STA_READ_FAIL);
	}
	for (i = 0; i < 32; i += 2)
		EXPECT_EQ(dev_unmap(&dev, OTHER + i * 4096, 4096), 0);
	test_reset();
}

/* The function goes on while its memory is taken away: nothing hangs, nothing is written there. */
static void unmap_while_it_runs(void)
{
	uint8_t *mem;
	unsigned int i;

	test_enable();
	dev_set(&dev, 0, REG_IRQ_TYPE, 4, 3);
	for (i = 0; i < 15; i++) {
		struct timespec delay = { .tv_nsec = (long)i * 500000 };

		mem = map_other(SPAN, RW);
		test_start(CMD_COPY, DEV_IOVA, OTHER, SPAN);
		nanosleep(&delay, NULL);
		EXPECT_EQ(dev_unmap(&dev, OTHER, SPAN), 0);
		memset(mem, 0x77, SPAN);
		EXPECT(test_wait());
		EXPECT(mem[0] == 0x77 && !memcmp(mem, mem + 1, SPAN - 1));
		munmap(mem, SPAN);
	}
	EXPECT_EQ(device_reads(DEV_IOVA, dev.mem, 4096), STA_READ_OK);
	test_reset();
}

/* A process that gives to this one each page that it waits for, one after the other. */
static pid_t start_pager(int uffd, useconds_t delay)
{
	pid_t pid = fork();
	struct uffd_msg msg;

	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (read(uffd, &msg, sizeof(msg)) == (ssize_t)sizeof(msg)) {
		struct uffdio_zeropage zero = {
			.range = { msg.arg.pagefault.address & ~(PAGE - 1ull), PAGE },
		};

		usleep(delay);
		ioctl(uffd, UFFDIO_ZEROPAGE, &zero);
	}
	_exit(1);
}

/* Every second page is there, the others come when somebody asks. */
static void unmap_while_pages_come(useconds_t delay)
{
	uint8_t *mem = map_other(SLOW_PAGES * PAGE, RW), *last = mem + (SLOW_PAGES - 2) * PAGE;
	unsigned int i;
	pid_t pager;
	int uffd;

	for (i = 0; i < SLOW_PAGES; i += 2)
		mem[i * PAGE] = 1;
	uffd = absent_pages(mem, SLOW_PAGES * PAGE, 0);
	if (uffd < 0) {
		EXPECT_EQ(dev_unmap(&dev, OTHER, SLOW_PAGES * PAGE), 0);
		munmap(mem, SLOW_PAGES * PAGE);
		return;
	}
	pager = start_pager(uffd, delay);
	test_enable();
	dev_set(&dev, 0, REG_IRQ_TYPE, 4, 3);
	test_start(CMD_WRITE, 0, OTHER, SLOW_PAGES * PAGE);
	usleep(2 * delay);
	EXPECT_EQ(dev_unmap(&dev, OTHER, SLOW_PAGES * PAGE), 0);
	memset(last, 0x77, PAGE);
	EXPECT(test_wait());
	EXPECT(last[0] == 0x77 && !memcmp(last, last + 1, PAGE - 1));
	EXPECT(test_run(CMD_READ, OTHER, 0, 64) & STA_READ_FAIL);
	EXPECT_EQ(kill(pager, SIGKILL), 0);
	EXPECT_EQ(waitpid(pager, NULL, 0), pager);
	close(uffd);
	munmap(mem, SLOW_PAGES * PAGE);
	test_reset();
}

/*
 * Pages for which vfio has to wait, and pages that can be pinned between them: type1 gives up with
 * a BUG() when pins are there eleven times. The delays are shorter and longer than an unmap waits.
 */
static void unmap_while_pages_come_slowly(void)
{
	unmap_while_pages_come(60000);
	unmap_while_pages_come(300000);
}

static void close_while_it_runs(void)
{
	char uuid[sizeof(dev.uuid)];
	int i;

	memcpy(uuid, dev.uuid, sizeof(uuid));
	for (i = 0; i < 5; i++) {
		test_enable();
		dev_set(&dev, 0, REG_IRQ_TYPE, 4, 3);
		test_start(CMD_COPY, DEV_IOVA, DEV_IOVA + DEV_MEM / 2, DEV_MEM / 2);
		dev_close(&dev);
		if (!EXPECT_EQ(dev_open(&dev, uuid), 0))
			return;
	}
	test_enable();
	test_fill(dev.mem, 4096, 6);
	EXPECT_EQ(device_reads(DEV_IOVA, dev.mem, 4096), STA_READ_OK);
	test_reset();
}

const struct tap_test dma_tests[] = {
	TAP_TEST(reads),
	TAP_TEST(writes),
	TAP_TEST(copies),
	TAP_TEST(above_4g),
	TAP_TEST(fast_path),
	TAP_TEST(no_bus_master),
	TAP_TEST(outside_the_map),
	TAP_TEST(read_only_memory),
	TAP_TEST(remap),
	TAP_TEST(holes),
	TAP_TEST(unmap_while_it_runs),
	TAP_TEST(unmap_while_pages_come_slowly),
	TAP_TEST(close_while_it_runs),
};

const unsigned int nr_dma_tests = ARRAY_SIZE(dma_tests);
