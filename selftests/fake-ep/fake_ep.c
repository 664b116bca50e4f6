// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake_ep.h"
#include "tap.h"

struct fake fake;

void fake_reset(void)
{
	free(fake.mem);
	memset(&fake, 0, sizeof(fake));
	fake.mem = calloc(1, MEM_SIZE);
	fake.random = 0x5eed;
}

void *fake_mem(uint64_t addr, size_t len)
{
	if (addr < MEM_BASE || addr - MEM_BASE > MEM_SIZE || len > MEM_SIZE - (addr - MEM_BASE))
		return NULL;
	return fake.mem + (addr - MEM_BASE);
}

/* ---- configuration space ---- */

void ep_config_init(struct ep_func *f, const struct ep_model *model, const struct ep_config_id *id)
{
	f->model = model;
	fake.id = *id;
}

void ep_config_bar(struct ep_func *f, unsigned int bar, enum ep_bar_type type, uint64_t size)
{
	(void)f;
	(void)type;
	fake.bars[bar] = true;
	if (!bar)
		fake.bar_size = size;
}

void ep_config_msi(struct ep_func *f, unsigned int vectors)
{
	(void)f;
	(void)vectors;
}

void ep_config_msix(struct ep_func *f, unsigned int vectors, unsigned int bar, uint32_t table_off,
		    uint32_t pba_off)
{
	(void)f, (void)bar, (void)table_off, (void)pba_off;
	fake.vectors = vectors;
}

void ep_config_intx(struct ep_func *f)
{
	(void)f;
}

void ep_config_dsn(struct ep_func *f, uint64_t serial)
{
	(void)f;
	fake.serial = serial;
}

void ep_config_aer(struct ep_func *f)
{
	(void)f;
}

void ep_config_pme(struct ep_func *f)
{
	(void)f;
}

/* ---- DMA ---- */

void ep_dma_read(struct ep_func *f, struct ep_dma *d, uint64_t addr, void *buf, size_t len,
		 void (*done)(struct ep_dma *d, enum ep_dma_status status))
{
	if (fake.nr_pending == FAKE_READS) {
		fprintf(stderr, "fake: too many reads in flight\n");
		abort();
	}
	d->func = f;
	d->addr = addr;
	d->buf = buf;
	d->len = len;
	d->done = done;
	fake.pending[fake.nr_pending++] = d;
	fake.reads++;
}

static void answer(struct ep_dma *d)
{
	void *from = fake_mem(d->addr, d->len);

	if (fake.no_bus_master) {
		d->done(d, EP_DMA_ABORTED);
		return;
	}
	if (from)
		memcpy(d->buf, from, d->len);
	d->done(d, from ? EP_DMA_OK : EP_DMA_ERROR);
}

bool fake_answer_reads(void)
{
	unsigned int n = fake.nr_pending;

	if (fake.hold_reads || !n)
		return false;
	while (n) {
		unsigned int i = tap_random(&fake.random) % n;
		struct ep_dma *d = fake.pending[i];

		fake.pending[i] = fake.pending[--n];
		fake.pending[n] = fake.pending[--fake.nr_pending];
		answer(d);
	}
	return true;
}

void fake_drop_reads(void)
{
	fake.nr_pending = 0;
}

bool ep_dma_write(struct ep_func *f, uint64_t addr, const void *buf, size_t len)
{
	void *to = fake_mem(addr, len);

	(void)f;
	if (fake.no_bus_master)
		return false;
	fake.writes++;
	if (to)
		memcpy(to, buf, len);
	return true;
}

size_t ep_dma_backlog(const struct ep_func *f)
{
	(void)f;
	return fake.backlog;
}

bool ep_bus_master(const struct ep_func *f)
{
	(void)f;
	return !fake.no_bus_master;
}

/* ---- interrupts ---- */

bool ep_msi_notify(struct ep_func *f, unsigned int vector)
{
	(void)f;
	if (fake.no_msix ? !fake.msi_enabled : vector >= fake.vectors)
		return false;
	fake.msi[vector]++;
	return true;
}

bool ep_msix_enabled(const struct ep_func *f)
{
	(void)f;
	return !fake.no_msix;
}

bool ep_msi_enabled(const struct ep_func *f)
{
	(void)f;
	return fake.msi_enabled;
}

unsigned int ep_msi_vectors(const struct ep_func *f)
{
	(void)f;
	return fake.no_msix ? fake.msi_enabled : fake.vectors;
}

void ep_intx_set(struct ep_func *f, bool level)
{
	(void)f;
	fake.intx_edges += level && !fake.intx;
	fake.intx = level;
}

/* ---- power ---- */

bool ep_in_d0(const struct ep_func *f)
{
	(void)f;
	return !fake.in_d3;
}

bool ep_pme_enabled(const struct ep_func *f)
{
	(void)f;
	return fake.pme_enabled;
}

void ep_pme(struct ep_func *f)
{
	(void)f;
	fake.pmes++;
}

void ep_func_log(struct ep_func *f, const char *fmt, ...)
{
	size_t used = strlen(fake.log);
	va_list ap;

	(void)f;
	va_start(ap, fmt);
	vsnprintf(fake.log + used, sizeof(fake.log) - used - 1, fmt, ap);
	va_end(ap);
	strcat(fake.log, "\n");
}
