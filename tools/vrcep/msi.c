// SPDX-License-Identifier: GPL-2.0-only
/* Interrupts: MSI-X, MSI, and INTA by messages. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core.h"
#include "regs.h"

#define MSI_MASK_64	PCI_MSI_MASK_64
#define MSI_PENDING_64	PCI_MSI_PENDING_64

/* ---- declaration ---- */

void ep_config_msi(struct ep_func *f, unsigned int vectors)
{
	unsigned int log2 = (unsigned int)__builtin_ctz(vectors), off;

	assert(vectors && vectors <= 32 && vectors == 1u << log2);
	off = ep_config_cap(f, PCI_CAP_ID_MSI, EP_MSI_LEN);
	f->core->cfg.msi = off;
	f->core->msi.msi_vectors = vectors;
	ep_config_set(f, off + PCI_MSI_FLAGS, 2,
		      PCI_MSI_FLAGS_64BIT | PCI_MSI_FLAGS_MASKBIT | log2 << 1);
	ep_config_mask(f, off + PCI_MSI_FLAGS, 2, PCI_MSI_FLAGS_ENABLE | PCI_MSI_FLAGS_QSIZE);
	ep_config_mask(f, off + PCI_MSI_ADDRESS_LO, 4, ~3u);
	ep_config_mask(f, off + PCI_MSI_ADDRESS_HI, 4, ~0u);
	ep_config_mask(f, off + PCI_MSI_DATA_64, 2, 0xffff);
	ep_config_mask(f, off + MSI_MASK_64, 4, vectors == 32 ? ~0u : (1u << vectors) - 1);
}

void ep_config_msix(struct ep_func *f, unsigned int vectors, unsigned int bar, uint32_t table_off,
		    uint32_t pba_off)
{
	struct ep_func_core *c = f->core;
	unsigned int off;

	assert(vectors && vectors <= 2048 && bar < EP_NR_BARS && !((table_off | pba_off) & 7));
	c->msi.table = calloc(vectors, EP_MSIX_ENTRY);
	c->msi.pending = calloc((vectors + 63) / 64, sizeof(uint64_t));
	if (!c->msi.table || !c->msi.pending)
		return;		/* no capability: the driver uses MSI or INTx */
	c->msi.msix_vectors = vectors;
	c->msi.msix_bar = bar;
	c->msi.table_off = table_off;
	c->msi.pba_off = pba_off;
	off = ep_config_cap(f, PCI_CAP_ID_MSIX, EP_MSIX_LEN);
	c->cfg.msix = off;
	ep_config_set(f, off + PCI_MSIX_FLAGS, 2, vectors - 1);
	ep_config_mask(f, off + PCI_MSIX_FLAGS, 2, PCI_MSIX_FLAGS_ENABLE | PCI_MSIX_FLAGS_MASKALL);
	ep_config_set(f, off + PCI_MSIX_TABLE, 4, table_off | bar);
	ep_config_set(f, off + PCI_MSIX_PBA, 4, pba_off | bar);
}

/* ---- state ---- */

static uint32_t msi_reg(const struct ep_func_core *c, unsigned int reg, unsigned int len)
{
	return ep_config_get(c->f, c->cfg.msi + reg, len);
}

bool ep_msi_enabled(const struct ep_func *f)
{
	const struct ep_func_core *c = f->core;

	return c->cfg.msi && msi_reg(c, PCI_MSI_FLAGS, 2) & PCI_MSI_FLAGS_ENABLE;
}

static uint32_t msix_flags(const struct ep_func_core *c)
{
	return c->cfg.msix ? ep_config_get(c->f, c->cfg.msix + PCI_MSIX_FLAGS, 2) : 0;
}

bool ep_msix_enabled(const struct ep_func *f)
{
	return msix_flags(f->core) & PCI_MSIX_FLAGS_ENABLE;
}

/* Multiple Message Enable; more than was offered means what was offered. */
static unsigned int msi_enabled_vectors(const struct ep_func_core *c)
{
	unsigned int n = 1u << ((msi_reg(c, PCI_MSI_FLAGS, 2) & PCI_MSI_FLAGS_QSIZE) >> 4);

	return n < c->msi.msi_vectors ? n : c->msi.msi_vectors;
}

unsigned int ep_msi_vectors(const struct ep_func *f)
{
	if (ep_msix_enabled(f))
		return f->core->msi.msix_vectors;
	return ep_msi_enabled(f) ? msi_enabled_vectors(f->core) : 0;
}

/* ---- sending ---- */

static bool send(struct ep_func_core *c, uint64_t addr, uint32_t data)
{
	uint8_t le[4] = { (uint8_t)data, (uint8_t)(data >> 8), (uint8_t)(data >> 16),
			  (uint8_t)(data >> 24) };

	c->stats.interrupts++;
	return ep_dma_write(c->f, addr, le, sizeof(le));
}

static uint32_t entry32(const struct ep_func_core *c, unsigned int vector, unsigned int off)
{
	const uint8_t *p = c->msi.table + vector * EP_MSIX_ENTRY + off;

	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static bool msix_masked(const struct ep_func_core *c, unsigned int vector)
{
	return msix_flags(c) & PCI_MSIX_FLAGS_MASKALL ||
	       entry32(c, vector, EP_MSIX_CTRL) & EP_MSIX_MASKED;
}

static bool msix_send(struct ep_func_core *c, unsigned int vector)
{
	uint64_t addr = entry32(c, vector, EP_MSIX_ADDR) |
			(uint64_t)entry32(c, vector, EP_MSIX_ADDR + 4) << 32;

	return send(c, addr & ~3ull, entry32(c, vector, EP_MSIX_DATA));
}

static bool msix_notify(struct ep_func_core *c, unsigned int vector)
{
	if (vector >= c->msi.msix_vectors)
		return false;
	if (!msix_masked(c, vector))
		return msix_send(c, vector);
	c->msi.pending[vector / 64] |= 1ull << vector % 64;
	return true;
}

static bool msi_send(struct ep_func_core *c, unsigned int vector)
{
	uint64_t addr = msi_reg(c, PCI_MSI_ADDRESS_LO, 4) |
			(uint64_t)msi_reg(c, PCI_MSI_ADDRESS_HI, 4) << 32;
	uint32_t data = msi_reg(c, PCI_MSI_DATA_64, 2), low = msi_enabled_vectors(c) - 1;

	return send(c, addr, (data & ~low) | (vector & low));
}

static bool msi_notify(struct ep_func_core *c, unsigned int vector)
{
	unsigned int pending = c->cfg.msi + MSI_PENDING_64;

	vector &= msi_enabled_vectors(c) - 1;
	if (!(msi_reg(c, MSI_MASK_64, 4) >> vector & 1))
		return msi_send(c, vector);
	ep_config_set(c->f, pending, 4, ep_config_get(c->f, pending, 4) | 1u << vector);
	return true;
}

bool ep_msi_notify(struct ep_func *f, unsigned int vector)
{
	if (ep_msix_enabled(f))
		return msix_notify(f->core, vector);
	return ep_msi_enabled(f) && msi_notify(f->core, vector);
}

/* ---- what was pending when a mask goes ---- */

static void msix_send_pending(struct ep_func_core *c, unsigned int vector)
{
	uint64_t bit = 1ull << vector % 64;

	if (!(c->msi.pending[vector / 64] & bit) || !ep_msix_enabled(c->f) ||
	    msix_masked(c, vector))
		return;
	c->msi.pending[vector / 64] &= ~bit;
	msix_send(c, vector);
}

static void msi_send_pending(struct ep_func_core *c)
{
	unsigned int off = c->cfg.msi + MSI_PENDING_64, i;
	uint32_t pending = ep_config_get(c->f, off, 4);
	uint32_t now = pending & ~msi_reg(c, MSI_MASK_64, 4);

	ep_config_set(c->f, off, 4, pending & ~now);
	for (i = 0; now; i++, now >>= 1)
		if (now & 1)
			msi_send(c, i);
}

/* ---- INTA ---- */

static void send_intx(struct ep_func_core *c, bool assert_it)
{
	struct vrc_tlp t = {
		.type = VRC_TLP_MSG,
		.requester = ep_func_bdf(c),
		.msg_code = assert_it ? VRC_MSG_ASSERT_INTA : VRC_MSG_DEASSERT_INTA,
		.msg_routing = 4,	/* local: ends at the receiver */
	};

	if (assert_it)
		c->stats.interrupts++;
	ep_session_tlp(&c->session, &t);
}

static void intx_update(struct ep_func_core *c)
{
	uint32_t disabled = ep_config_get(c->f, PCI_COMMAND, 2) & PCI_COMMAND_INTX_DISABLE;
	bool level = c->msi.intx_level;
	bool want = level && !disabled && !ep_msi_enabled(c->f) && !ep_msix_enabled(c->f) &&
		    ep_config_d0(c);

	if (level)
		c->cfg.reg[PCI_STATUS] |= PCI_STATUS_INTERRUPT;
	else
		c->cfg.reg[PCI_STATUS] &= (uint8_t)~PCI_STATUS_INTERRUPT;
	if (want == c->msi.intx_asserted)
		return;
	c->msi.intx_asserted = want;
	send_intx(c, want);
}

void ep_intx_set(struct ep_func *f, bool level)
{
	f->core->msi.intx_level = level;
	intx_update(f->core);
}

/* ---- reset and registers ---- */

void ep_msi_reset(struct ep_func_core *c)
{
	struct ep_msi *m = &c->msi;
	unsigned int i;

	/* After a function level reset the root still believes in the old level. */
	if (m->intx_asserted)
		send_intx(c, false);
	m->intx_level = false;
	m->intx_asserted = false;
	if (!m->msix_vectors)
		return;
	memset(m->table, 0, (size_t)m->msix_vectors * EP_MSIX_ENTRY);
	memset(m->pending, 0, (m->msix_vectors + 63) / 64 * sizeof(uint64_t));
	for (i = 0; i < m->msix_vectors; i++)
		m->table[i * EP_MSIX_ENTRY + EP_MSIX_CTRL] = EP_MSIX_MASKED;
}

void ep_msi_update(struct ep_func_core *c)
{
	unsigned int i;

	if (ep_msix_enabled(c->f))
		for (i = 0; i < c->msi.msix_vectors; i++)
			msix_send_pending(c, i);
	else if (ep_msi_enabled(c->f))
		msi_send_pending(c);
	intx_update(c);
}

void ep_msix_table_read(struct ep_func_core *c, uint64_t off, uint8_t *buf, size_t len)
{
	memcpy(buf, c->msi.table + off, len);
}

static uint8_t table_writable(uint64_t off)
{
	switch (off % EP_MSIX_ENTRY) {
	case EP_MSIX_ADDR:
		return 0xfc;
	case EP_MSIX_CTRL:
		return EP_MSIX_MASKED;
	default:
		return off % EP_MSIX_ENTRY < EP_MSIX_CTRL ? 0xff : 0;
	}
}

void ep_msix_table_write(struct ep_func_core *c, uint64_t off, const uint8_t *buf, size_t len)
{
	uint64_t i;

	for (i = 0; i < len; i++) {
		uint8_t rw = table_writable(off + i), *p = &c->msi.table[off + i];

		*p = (uint8_t)((*p & ~rw) | (buf[i] & rw));
	}
	for (i = off / EP_MSIX_ENTRY; i <= (off + len - 1) / EP_MSIX_ENTRY; i++)
		msix_send_pending(c, (unsigned int)i);
}

uint64_t ep_msix_pba_len(const struct ep_func_core *c)
{
	return (c->msi.msix_vectors + 63) / 64 * 8;
}

void ep_msix_pba_read(struct ep_func_core *c, uint64_t off, uint8_t *buf, size_t len)
{
	for (; len; len--, off++)
		*buf++ = (uint8_t)(c->msi.pending[off / 8] >> off % 8 * 8);
}
