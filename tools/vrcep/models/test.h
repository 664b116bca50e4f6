/* SPDX-License-Identifier: GPL-2.0-only */
/* The test device: test.c has its life and BARs, test_cmd.c its commands. */
#ifndef VRCEP_MODELS_TEST_H
#define VRCEP_MODELS_TEST_H

#include "../function.h"
#include "../loop.h"

#define TEST_CHUNK	(64u * 1024)
#define TEST_NR_BARS	6
#define TEST_REGS_LEN	0x40u

/* Registers of BAR0, 32 bits each, little-endian (pci-epf-test.c of the kernel) */
enum {
	REG_MAGIC		= 0x00,
	REG_COMMAND		= 0x04,
	REG_STATUS		= 0x08,
	REG_SRC_LO		= 0x0c,
	REG_SRC_HI		= 0x10,
	REG_DST_LO		= 0x14,
	REG_DST_HI		= 0x18,
	REG_SIZE		= 0x1c,
	REG_CHECKSUM		= 0x20,
	REG_IRQ_TYPE		= 0x24,
	REG_IRQ_NUMBER		= 0x28,
	REG_FLAGS		= 0x2c,
	REG_CAPS		= 0x30,
	REG_DB_BAR		= 0x34,
	REG_DB_OFFSET		= 0x38,
	REG_DB_DATA		= 0x3c,
};

#define DOORBELL_BAR	1
#define DOORBELL_OFFSET	0xff0
#define DOORBELL_DATA	0x5652u

/*
 * Ours, in REG_FLAGS: READ and WRITE only move data, which costs nothing but that: no
 * random bytes, no checksum. In pieces of bits 16 to 25, in units of 64 bytes; 0: TEST_CHUNK.
 */
#define FLAG_BARE		0x80000000u
#define FLAG_PIECE_SHIFT	16
#define FLAG_PIECE_MASK		0x3ffu
#define FLAG_PIECE_UNIT		64u

/* A command that moves data. */
struct transfer {
	uint32_t command, ok, fail;
	bool bare;
	uint32_t piece;
	uint64_t src, dst;
	uint64_t left;
	uint32_t chunk;
	uint32_t crc;
};

struct test {
	struct ep_func f;
	struct ep_loop *loop;
	struct ep_idle start;		/* a command has been written */
	uint8_t regs[TEST_REGS_LEN];
	uint8_t *mem[TEST_NR_BARS];
	uint32_t size[TEST_NR_BARS];
	bool swapped[TEST_NR_BARS];
	bool doorbell;
	uint32_t caps;
	bool busy, stalled;
	struct transfer t;
	struct ep_dma dma;
	uint8_t *buf;
	uint64_t commands;
};

static inline uint32_t test_get(const struct test *t, unsigned int reg)
{
	const uint8_t *p = &t->regs[reg];

	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static inline void test_set(struct test *t, unsigned int reg, uint32_t v)
{
	unsigned int i;

	for (i = 0; i < 4; i++)
		t->regs[reg + i] = (uint8_t)(v >> 8 * i);
}

static inline uint64_t test_get64(const struct test *t, unsigned int lo)
{
	return test_get(t, lo) | (uint64_t)test_get(t, lo + 4) << 32;
}

extern const struct ep_model ep_model_test;

/* Runs what is in the command register. */
void test_run_command(struct test *t);
/* The doorbell's data has been written to its place. */
void test_doorbell_rung(struct test *t);
void test_dma_drained(struct ep_func *f);

/* The kernel's crc32_le(): polynomial 0x04C11DB7 reflected, nothing inverted. */
uint32_t test_crc32(uint32_t crc, const void *buf, size_t len);

#endif /* VRCEP_MODELS_TEST_H */
