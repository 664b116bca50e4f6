// SPDX-License-Identifier: GPL-2.0-only
/*
 * The test device: register-compatible with the kernel's PCI endpoint test
 * function, so that pci_endpoint_test and its kselftest run against it.
 *
 *   BAR0    memory, 32 bits: registers, MSI-X table and PBA
 *   BAR1    memory, 32 bits, 4 KiB
 *   BAR2    memory, 64 bits, prefetchable, 4 KiB
 *   BAR4    memory, 32 bits, 4 KiB
 *   BAR5    I/O, 256 bytes (unless io=off)
 *   ROM     2 KiB, a PCI expansion ROM with no code in it
 *
 * A command that is written while another runs waits in the register.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../container.h"
#include "test.h"

#define BAR_SIZE	4096u
#define IO_SIZE		256u
#define MSI_VECTORS	32
#define MSIX_VECTORS	32

enum {
	CAP_UNALIGNED		= 1 << 0,
	CAP_MSI			= 1 << 1,
	CAP_MSIX		= 1 << 2,
	CAP_INTX		= 1 << 3,
	CAP_SUBRANGE		= 1 << 4,
	CAP_DYNAMIC_INBOUND	= 1 << 5,
	CAP_BAR5_RESERVED	= 1 << 11,	/* the driver maps no I/O BAR */
};

/* In the turn that wrote the command: other registers may have come behind it in one TLP. */
static void start(struct ep_idle *i)
{
	struct test *t = container_of(i, struct test, start);

	if (!t->busy && test_get(t, REG_COMMAND))
		test_run_command(t);
}

/* ---- BARs ---- */

static void regs_read(const struct test *t, uint64_t off, uint8_t *buf, size_t len)
{
	for (; len; len--, off++)
		*buf++ = off < TEST_REGS_LEN ? t->regs[off] : 0;
}

static void regs_write(struct test *t, uint64_t off, const uint8_t *buf, size_t len)
{
	uint64_t i;

	for (i = off; i < off + len && i < TEST_REGS_LEN; i++)
		if (i / 4 != REG_CAPS / 4)
			t->regs[i] = buf[i - off];
	if (off < REG_COMMAND + 4 && off + len > REG_COMMAND && test_get(t, REG_COMMAND))
		ep_idle_queue(t->loop, &t->start);
}

/* Where byte @off of BAR @bar is kept. */
static uint8_t *byte_at(const struct test *t, unsigned int bar, uint64_t off)
{
	uint32_t half = t->size[bar] / 2;

	return t->mem[bar] + (t->swapped[bar] ? off ^ half : off);
}

static void test_bar_read(struct ep_func *f, unsigned int bar, uint64_t off, void *buf, size_t len)
{
	struct test *t = container_of(f, struct test, f);
	uint8_t *p = buf;

	if (!bar)
		regs_read(t, off, p, len);
	else if (!t->swapped[bar])
		memcpy(p, t->mem[bar] + off, len);
	else
		for (; len; len--)
			*p++ = *byte_at(t, bar, off++);
}

static bool rings(const struct test *t, unsigned int bar, uint64_t off, const uint8_t *buf,
		  size_t len)
{
	return t->doorbell && bar == DOORBELL_BAR && off == DOORBELL_OFFSET && len == 4 &&
	       (buf[0] | buf[1] << 8) == DOORBELL_DATA && !buf[2] && !buf[3];
}

static void test_bar_write(struct ep_func *f, unsigned int bar, uint64_t off, const void *buf,
			   size_t len)
{
	struct test *t = container_of(f, struct test, f);
	const uint8_t *p = buf;

	if (!bar)
		regs_write(t, off, p, len);
	else if (rings(t, bar, off, p, len))
		test_doorbell_rung(t);
	else if (!t->swapped[bar])
		memcpy(t->mem[bar] + off, p, len);
	else
		for (; len; len--)
			*byte_at(t, bar, off++) = *p++;
}

/* ---- life ---- */

static void test_reset(struct ep_func *f, enum ep_reset kind)
{
	struct test *t = container_of(f, struct test, f);
	unsigned int i;

	(void)kind;
	ep_idle_cancel(t->loop, &t->start);
	t->busy = false;
	t->stalled = false;
	t->doorbell = false;
	memset(t->swapped, 0, sizeof(t->swapped));
	memset(t->regs, 0, sizeof(t->regs));
	test_set(t, REG_CAPS, t->caps);
	test_set(t, REG_DB_BAR, ~0u);
	/* The next owner does not see what this one has left. */
	memset(t->buf, 0, TEST_CHUNK);
	for (i = 0; i < TEST_NR_BARS; i++)
		if (t->mem[i])
			memset(t->mem[i], 0, t->size[i]);
}

static void test_status(struct ep_func *f, char *buf, size_t len)
{
	struct test *t = container_of(f, struct test, f);

	snprintf(buf, len, "%llu commands%s", (unsigned long long)t->commands,
		 t->busy ? ", one is running" : "");
}

static void test_destroy(struct ep_func *f)
{
	struct test *t = container_of(f, struct test, f);
	unsigned int i;

	ep_idle_cancel(t->loop, &t->start);
	for (i = 0; i < TEST_NR_BARS; i++)
		free(t->mem[i]);
	free(t->buf);
	free(t);
}

static bool add_bar(struct test *t, unsigned int bar, enum ep_bar_type type, uint32_t size)
{
	t->mem[bar] = calloc(1, size);
	t->size[bar] = size;
	if (t->mem[bar])
		ep_config_bar(&t->f, bar, type, size);
	return t->mem[bar];
}

/* PCI Firmware Specification: header, PCI data structure, one image of an unknown kind. */
static void add_rom(struct test *t, const struct ep_config_id *id)
{
	uint8_t rom[64] = { [0] = 0x55, [1] = 0xaa, [2] = 4, [0x18] = 0x1c };
	uint8_t *pcir = rom + 0x1c;

	memcpy(pcir, "PCIR", 4);
	pcir[4] = (uint8_t)id->vendor;
	pcir[5] = (uint8_t)(id->vendor >> 8);
	pcir[6] = (uint8_t)id->device;
	pcir[7] = (uint8_t)(id->device >> 8);
	pcir[10] = 24;				/* its length */
	pcir[13] = (uint8_t)id->class_code;
	pcir[14] = (uint8_t)(id->class_code >> 8);
	pcir[15] = (uint8_t)(id->class_code >> 16);
	pcir[16] = 4;				/* of the image, in 512 bytes */
	pcir[20] = 0xff;			/* code type: none that firmware runs */
	pcir[21] = 0x80;			/* last image */
	ep_config_rom(&t->f, rom, sizeof(rom));
}

static void add_interrupts(struct test *t, unsigned int msix)
{
	/* The upper half of BAR0 holds the table, the quarter before it the PBA. */
	uint32_t size = BAR_SIZE;

	while (size < msix * 16 * 2)
		size *= 2;
	ep_config_bar(&t->f, 0, EP_BAR_MEM32, size);
	ep_config_intx(&t->f);
	ep_config_msi(&t->f, MSI_VECTORS);
	ep_config_msix(&t->f, msix, 0, size / 2, size / 4);
	t->caps = CAP_UNALIGNED | CAP_MSI | CAP_MSIX | CAP_INTX | CAP_SUBRANGE |
		  CAP_DYNAMIC_INBOUND;
}

static bool set_up(struct test *t, bool io, unsigned int msix)
{
	static const struct ep_config_id id = {
		.vendor = 0x104c, .device = 0xb500,
		.subsystem_vendor = 0x104c, .subsystem = 0xb500,
		.class_code = 0xff0000,
	};

	ep_config_init(&t->f, &ep_model_test, &id);
	add_interrupts(t, msix);
	add_rom(t, &id);
	t->start.run = start;
	t->buf = malloc(TEST_CHUNK);
	if (!t->buf || !add_bar(t, 1, EP_BAR_MEM32, BAR_SIZE) ||
	    !add_bar(t, 2, EP_BAR_MEM64_PREFETCH, BAR_SIZE) ||
	    !add_bar(t, 4, EP_BAR_MEM32, BAR_SIZE))
		return false;
	if (!io)
		return true;
	t->caps |= CAP_BAR5_RESERVED;
	return add_bar(t, 5, EP_BAR_IO, IO_SIZE);
}

static struct ep_func *test_create(struct ep_loop *loop, const struct ep_options *opts, char *err,
				   size_t err_len)
{
	uint64_t msix = MSIX_VECTORS;
	struct test *t;
	bool io = true;

	if (ep_options_number(opts, "msix", 1, 2048, &msix, err, err_len) ||
	    ep_options_bool(opts, "io", &io, err, err_len))
		return NULL;
	t = calloc(1, sizeof(*t));
	if (!t) {
		snprintf(err, err_len, "out of memory");
		return NULL;
	}
	t->loop = loop;
	if (!set_up(t, io, (unsigned int)msix)) {
		snprintf(err, err_len, "out of memory");
		test_destroy(&t->f);
		return NULL;
	}
	return &t->f;
}

static const struct ep_option test_options[] = {
	{ "io", "on or off: BAR5, an I/O BAR (default on)" },
	{ "msix", "MSI-X vectors, 1 to 2048 (default 32)" },
	{ NULL, NULL },
};

const struct ep_model ep_model_test = {
	.name = "test",
	.options = test_options,
	.create = test_create,
	.destroy = test_destroy,
	.reset = test_reset,
	.bar_read = test_bar_read,
	.bar_write = test_bar_write,
	.dma_drained = test_dma_drained,
	.status = test_status,
};
