// SPDX-License-Identifier: GPL-2.0-only
/*
 * What DMA of a function costs: the function "test" moves bytes into and out of this
 * program's memory, which a VMM would give a guest, and then interrupts.
 *
 * usage: dma UUID write|read BYTES PIECE [RUNS]
 *            moves BYTES in pieces of PIECE, a multiple of 64, RUNS times (default 1)
 *        dma UUID interrupt COUNT
 *            COUNT interrupts, each asked for by a posted write
 *        dma UUID span MIB
 *            reads once from each 64 KiB of MIB of memory, and keeps it mapped until it is killed
 *
 * Prints nanoseconds per piece or interrupt, and frames for each, acks included.
 */
#include <linux/pci_regs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "access.h"
#include "mark.h"
#include "packet.h"

#define REG_COMMAND	0x04
#define REG_STATUS	0x08
#define REG_SRC		0x0c
#define REG_DST		0x14
#define REG_SIZE	0x1c
#define REG_IRQ_TYPE	0x24
#define REG_IRQ_NUMBER	0x28
#define REG_FLAGS	0x2c

#define CMD_MSIX	0x04
#define CMD_READ	0x08
#define CMD_WRITE	0x10
#define STA_FAILED	(0x02 | 0x08)
#define IRQ_MSIX	2

/* Documentation/vrcep.rst */
#define FLAG_BARE	0x80000000u
#define PIECE_SHIFT	16
#define PIECE_UNIT	64

#define IRQ_TIMEOUT_MS	30000
#define SPAN_IOVA	0x100000000ull
#define SPAN_STEP	(64u << 10)

static struct dev dev;
static int irq;

static void set(unsigned int reg, uint32_t val)
{
	dev_set(&dev, 0, reg, 4, val);
}

static void wait_interrupt(void)
{
	if (eventfd_count(irq, IRQ_TIMEOUT_MS) == 1)
		return;
	fputs("dma: no interrupt, or more than one\n", stderr);
	exit(1);
}

static void run_command(uint32_t command, uint64_t addr, uint32_t size)
{
	unsigned int reg = command == CMD_READ ? REG_SRC : REG_DST;
	uint32_t status;

	set(reg, (uint32_t)addr);
	set(reg + 4, (uint32_t)(addr >> 32));
	set(REG_SIZE, size);
	set(REG_COMMAND, command);
	wait_interrupt();
	status = dev_get(&dev, 0, REG_STATUS, 4);
	if (!(status & STA_FAILED))
		return;
	fprintf(stderr, "dma: command %#x has failed: status %#x\n", command, status);
	exit(1);
}

static void set_up(uint32_t piece)
{
	dev_mem_enable(&dev);
	irq = new_eventfd();
	if (dev_irq_fds(&dev, VFIO_PCI_MSIX_IRQ_INDEX, 0, 1, &irq)) {
		fputs("dma: no MSI-X\n", stderr);
		exit(1);
	}
	set(REG_IRQ_TYPE, IRQ_MSIX);
	set(REG_IRQ_NUMBER, 1);
	set(REG_FLAGS, FLAG_BARE | piece / PIECE_UNIT << PIECE_SHIFT);
}

static void report(uint64_t ns, uint64_t frames, double operations)
{
	printf("%.1f %.4f\n", (double)ns / operations, (double)frames / operations);
}

static void move(uint32_t command, uint32_t bytes, uint32_t piece, long runs)
{
	uint64_t start, ns, before;
	long i;

	set_up(piece);
	/* Pages are pinned now, not when it counts. */
	run_command(command, DEV_IOVA, bytes);
	settle();
	before = port_frames(&dev);
	mark_begin();
	start = now();
	for (i = 0; i < runs; i++)
		run_command(command, DEV_IOVA, bytes);
	ns = now() - start;
	mark_end();
	mark_section();
	settle();
	report(ns, port_frames(&dev) - before, (double)runs * bytes / piece);
}

static void interrupt(long count)
{
	uint64_t start, ns, before;
	long i;

	set_up(0);
	set(REG_COMMAND, CMD_MSIX);
	wait_interrupt();
	settle();
	before = port_frames(&dev);
	mark_begin();
	start = now();
	for (i = 0; i < count; i++) {
		set(REG_COMMAND, CMD_MSIX);
		wait_interrupt();
	}
	ns = now() - start;
	mark_end();
	mark_section();
	settle();
	report(ns, port_frames(&dev) - before, (double)count);
}

static void span(size_t mib)
{
	size_t len = mib << 20, at;
	uint8_t *mem = mmap(NULL, len, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

	if (mem == MAP_FAILED)
		die("mmap");
	if (dev_map(&dev, SPAN_IOVA, mem, len, VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE)) {
		fputs("dma: the memory cannot be mapped\n", stderr);
		exit(1);
	}
	set_up(0);
	for (at = 0; at < len; at += SPAN_STEP)
		run_command(CMD_READ, SPAN_IOVA + at, 64);
	puts("ready");
	fflush(stdout);
	pause();
}

static int wrong_usage(void)
{
	fputs("usage: dma UUID write|read BYTES PIECE [RUNS]\n"
	      "       dma UUID interrupt COUNT\n"
	      "       dma UUID span MIB\n", stderr);
	return 2;
}

static void parse_move(uint32_t command, int argc, char **argv)
{
	long bytes = parse_number("dma: BYTES", argv[3], PIECE_UNIT, DEV_MEM);
	long piece = parse_number("dma: PIECE", argv[4], PIECE_UNIT, 65536 - PIECE_UNIT);
	long runs = argc == 6 ? parse_number("dma: RUNS", argv[5], 1, 100000) : 1;

	move(command, (uint32_t)bytes, (uint32_t)piece, runs);
}

/* 0, or that the arguments are wrong. */
static int run(int argc, char **argv)
{
	const char *what = argv[2];
	bool moves = argc == 5 || argc == 6;

	if (argc == 4 && !strcmp(what, "interrupt"))
		interrupt(parse_number("dma: COUNT", argv[3], 1, 1000000));
	else if (argc == 4 && !strcmp(what, "span"))
		span((size_t)parse_number("dma: MIB", argv[3], 1, 65536));
	else if (moves && !strcmp(what, "read"))
		parse_move(CMD_READ, argc, argv);
	else if (moves && !strcmp(what, "write"))
		parse_move(CMD_WRITE, argc, argv);
	else
		return wrong_usage();
	return 0;
}

int main(int argc, char **argv)
{
	int ret;

	if (argc < 4)
		return wrong_usage();
	if (dev_open(&dev, argv[1]))
		return 1;
	ret = run(argc, argv);
	dev_close(&dev);
	return ret;
}
