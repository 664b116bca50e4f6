// SPDX-License-Identifier: GPL-2.0-only
/*
 * The commands of the test device. They are named from its side: COMMAND_READ reads
 * guest memory. A transfer runs in pieces of the buffer's size, whatever SIZE says.
 */
#include <string.h>
#include <sys/random.h>

#include "../container.h"
#include "test.h"

enum {
	CMD_INTX		= 1 << 0,
	CMD_MSI			= 1 << 1,
	CMD_MSIX		= 1 << 2,
	CMD_READ		= 1 << 3,
	CMD_WRITE		= 1 << 4,
	CMD_COPY		= 1 << 5,
	CMD_DOORBELL_ON		= 1 << 6,
	CMD_DOORBELL_OFF	= 1 << 7,
	CMD_SUBRANGE_SETUP	= 1 << 8,
	CMD_SUBRANGE_CLEAR	= 1 << 9,
};

enum {
	STA_READ_OK		= 1 << 0,
	STA_READ_FAIL		= 1 << 1,
	STA_WRITE_OK		= 1 << 2,
	STA_WRITE_FAIL		= 1 << 3,
	STA_COPY_OK		= 1 << 4,
	STA_COPY_FAIL		= 1 << 5,
	STA_IRQ_RAISED		= 1 << 6,
	STA_SRC_INVALID		= 1 << 7,
	STA_DST_INVALID		= 1 << 8,
	STA_DOORBELL		= 1 << 9,
	STA_DOORBELL_ON_OK	= 1 << 10,
	STA_DOORBELL_OFF_OK	= 1 << 12,
	STA_DOORBELL_OFF_FAIL	= 1 << 13,
	STA_SUBRANGE_OK		= 1 << 14,
	STA_SUBRANGE_FAIL	= 1 << 15,
	STA_SUBRANGE_CLEAR_OK	= 1 << 16,
	STA_SUBRANGE_CLEAR_FAIL	= 1 << 17,
};

enum { IRQ_INTX, IRQ_MSI, IRQ_MSIX };

static void next_chunk(struct test *t);

/* ---- interrupts ---- */

static void raise_vector(struct test *t, bool msix, uint32_t number)
{
	bool enabled = msix ? ep_msix_enabled(&t->f) : ep_msi_enabled(&t->f);

	if (enabled && number >= 1 && number <= ep_msi_vectors(&t->f))
		ep_msi_notify(&t->f, number - 1);
	else
		ep_func_log(&t->f, "interrupt %u by %s: there are %u", number,
			    msix ? "MSI-X" : "MSI", enabled ? ep_msi_vectors(&t->f) : 0);
}

/* The interrupt handler of the driver reads the status: it must be right before. */
static void finish(struct test *t, uint32_t status)
{
	test_set(t, REG_STATUS, test_get(t, REG_STATUS) | status | STA_IRQ_RAISED);
	switch (test_get(t, REG_IRQ_TYPE)) {
	case IRQ_INTX:
		/* A pulse: the driver has no register to take it back with. */
		ep_intx_set(&t->f, true);
		ep_intx_set(&t->f, false);
		break;
	case IRQ_MSI:
	case IRQ_MSIX:
		raise_vector(t, test_get(t, REG_IRQ_TYPE) == IRQ_MSIX, test_get(t, REG_IRQ_NUMBER));
		break;
	}
}

/* ---- transfers ---- */

static void transfer_over(struct test *t, bool ok, uint32_t extra)
{
	t->busy = false;
	finish(t, (ok ? t->t.ok : t->t.fail) | extra);
	if (test_get(t, REG_COMMAND))
		ep_idle_queue(t->loop, &t->start);
}

static void advance(struct test *t)
{
	t->t.src += t->t.chunk;
	t->t.dst += t->t.chunk;
	t->t.left -= t->t.chunk;
	next_chunk(t);
}

static bool write_chunk(struct test *t)
{
	if (ep_dma_write(&t->f, t->t.dst, t->buf, t->t.chunk))
		return true;
	transfer_over(t, false, STA_DST_INVALID);
	return false;
}

static void chunk_read(struct ep_dma *d, enum ep_dma_status status)
{
	struct test *t = container_of(d, struct test, dma);

	if (status != EP_DMA_OK) {
		transfer_over(t, false, STA_SRC_INVALID);
		return;
	}
	if (t->t.command == CMD_READ && !t->t.bare)
		t->t.crc = test_crc32(t->t.crc, t->buf, t->t.chunk);
	else if (t->t.command == CMD_COPY && !write_chunk(t))
		return;
	advance(t);
}

static void fill_random(uint8_t *buf, size_t len)
{
	while (len) {
		ssize_t n = getrandom(buf, len < 256 ? len : 256, 0);

		if (n > 0) {
			buf += n;
			len -= (size_t)n;
		}
	}
}

static void produce_chunk(struct test *t)
{
	if (!t->t.bare) {
		fill_random(t->buf, t->t.chunk);
		t->t.crc = test_crc32(t->t.crc, t->buf, t->t.chunk);
	}
	if (write_chunk(t))
		advance(t);
}

static void all_moved(struct test *t)
{
	bool ok = t->t.command != CMD_READ || t->t.bare || t->t.crc == test_get(t, REG_CHECKSUM);

	if (t->t.command == CMD_WRITE && !t->t.bare)
		test_set(t, REG_CHECKSUM, t->t.crc);
	transfer_over(t, ok, 0);
}

static void next_chunk(struct test *t)
{
	struct transfer *x = &t->t;

	x->chunk = x->left < x->piece ? (uint32_t)x->left : x->piece;
	if (!x->chunk) {
		all_moved(t);
		return;
	}
	/* dma_drained() goes on. */
	t->stalled = x->command != CMD_READ && ep_dma_backlog(&t->f) > TEST_CHUNK;
	if (t->stalled)
		return;
	if (x->command == CMD_WRITE)
		produce_chunk(t);
	else
		ep_dma_read(&t->f, &t->dma, x->src, t->buf, x->chunk, chunk_read);
}

void test_dma_drained(struct ep_func *f)
{
	struct test *t = container_of(f, struct test, f);

	if (t->stalled)
		next_chunk(t);
}

static uint32_t piece_of(uint32_t flags)
{
	uint32_t piece = (flags >> FLAG_PIECE_SHIFT & FLAG_PIECE_MASK) * FLAG_PIECE_UNIT;

	return flags & FLAG_BARE && piece ? piece : TEST_CHUNK;
}

static void start_transfer(struct test *t, uint32_t command, uint32_t ok, uint32_t fail)
{
	uint32_t flags = test_get(t, REG_FLAGS);

	t->busy = true;
	t->t = (struct transfer){
		.command = command, .ok = ok, .fail = fail,
		.bare = flags & FLAG_BARE, .piece = piece_of(flags),
		.src = test_get64(t, REG_SRC_LO), .dst = test_get64(t, REG_DST_LO),
		.left = test_get(t, REG_SIZE), .crc = ~0u,
	};
	next_chunk(t);
}

/* ---- commands without data ---- */

static void doorbell_on(struct test *t)
{
	t->doorbell = true;
	test_set(t, REG_DB_BAR, DOORBELL_BAR);
	test_set(t, REG_DB_OFFSET, DOORBELL_OFFSET);
	test_set(t, REG_DB_DATA, DOORBELL_DATA);
	finish(t, STA_DOORBELL_ON_OK);
}

void test_doorbell_rung(struct test *t)
{
	finish(t, STA_DOORBELL);
}

static void doorbell_off(struct test *t)
{
	bool was = t->doorbell;

	t->doorbell = false;
	test_set(t, REG_DB_BAR, ~0u);
	finish(t, was ? STA_DOORBELL_OFF_OK : STA_DOORBELL_OFF_FAIL);
}

/* The halves change places, and each is filled with a byte that tells which it is. */
static void subrange_setup(struct test *t)
{
	uint32_t bar = test_get(t, REG_SIZE), half;

	if (!bar || bar >= TEST_NR_BARS || !t->mem[bar]) {
		finish(t, STA_SUBRANGE_FAIL);
		return;
	}
	half = t->size[bar] / 2;
	t->swapped[bar] = true;
	memset(t->mem[bar] + half, (int)(0x50 + bar * 8), half);
	memset(t->mem[bar], (int)(0x50 + bar * 8 + 1), half);
	finish(t, STA_SUBRANGE_OK);
}

static void subrange_clear(struct test *t)
{
	uint32_t bar = test_get(t, REG_SIZE);
	bool was = bar < TEST_NR_BARS && t->swapped[bar];

	if (was)
		t->swapped[bar] = false;
	finish(t, was ? STA_SUBRANGE_CLEAR_OK : STA_SUBRANGE_CLEAR_FAIL);
}

void test_run_command(struct test *t)
{
	uint32_t command = test_get(t, REG_COMMAND);

	test_set(t, REG_COMMAND, 0);
	test_set(t, REG_STATUS, 0);
	t->commands++;
	switch (command) {
	case CMD_INTX:
	case CMD_MSI:
	case CMD_MSIX:
		finish(t, 0);
		break;
	case CMD_READ:
		start_transfer(t, command, STA_READ_OK, STA_READ_FAIL);
		break;
	case CMD_WRITE:
		start_transfer(t, command, STA_WRITE_OK, STA_WRITE_FAIL);
		break;
	case CMD_COPY:
		start_transfer(t, command, STA_COPY_OK, STA_COPY_FAIL);
		break;
	case CMD_DOORBELL_ON:
		doorbell_on(t);
		break;
	case CMD_DOORBELL_OFF:
		doorbell_off(t);
		break;
	case CMD_SUBRANGE_SETUP:
		subrange_setup(t);
		break;
	case CMD_SUBRANGE_CLEAR:
		subrange_clear(t);
		break;
	default:
		ep_func_log(&t->f, "command %#x is unknown", command);
	}
}
