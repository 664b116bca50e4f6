// SPDX-License-Identifier: GPL-2.0-only
/*
 * Configuration space: what models declare in create(), and the registers that
 * every PCI Express function has.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core.h"
#include "regs.h"
#include "station.h"

static uint32_t get(const uint8_t *p, unsigned int len)
{
	uint32_t v = 0;

	while (len--)
		v = v << 8 | p[len];
	return v;
}

static void put(uint8_t *p, unsigned int len, uint32_t v)
{
	for (; len--; v >>= 8)
		*p++ = (uint8_t)v;
}

/* ---- what models call ---- */

uint32_t ep_config_get(struct ep_func *f, unsigned int off, unsigned int len)
{
	assert(len <= 4 && off + len <= EP_CONFIG_SIZE);
	return get(&f->core->cfg.reg[off], len);
}

void ep_config_set(struct ep_func *f, unsigned int off, unsigned int len, uint32_t val)
{
	assert(len <= 4 && off + len <= EP_CONFIG_SIZE);
	put(&f->core->cfg.reg[off], len, val);
	/* What is set while the function is created is what it has after a reset. */
	if (!f->station)
		put(&f->core->cfg.init[off], len, val);
}

void ep_config_mask(struct ep_func *f, unsigned int off, unsigned int len, uint32_t writable)
{
	assert(len <= 4 && off + len <= EP_CONFIG_SIZE);
	put(&f->core->cfg.writable[off], len, writable);
}

void ep_config_w1c(struct ep_func *f, unsigned int off, unsigned int len, uint32_t bits)
{
	put(&f->core->cfg.w1c[off], len, bits);
}

/* Status bits that a device sets and software clears. */
#define STATUS_W1C	(PCI_STATUS_PARITY | PCI_STATUS_SIG_TARGET_ABORT | \
			 PCI_STATUS_REC_TARGET_ABORT | PCI_STATUS_REC_MASTER_ABORT | \
			 PCI_STATUS_SIG_SYSTEM_ERROR | PCI_STATUS_DETECTED_PARITY)
#define COMMAND_RW	(PCI_COMMAND_IO | PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER | \
			 PCI_COMMAND_PARITY | PCI_COMMAND_SERR | PCI_COMMAND_INTX_DISABLE)

static void init_header(struct ep_func *f, const struct ep_config_id *id)
{
	ep_config_set(f, PCI_VENDOR_ID, 2, id->vendor);
	ep_config_set(f, PCI_DEVICE_ID, 2, id->device);
	ep_config_set(f, PCI_SUBSYSTEM_VENDOR_ID, 2, id->subsystem_vendor);
	ep_config_set(f, PCI_SUBSYSTEM_ID, 2, id->subsystem);
	ep_config_set(f, PCI_CLASS_REVISION, 4, id->class_code << 8 | id->revision);
	ep_config_set(f, PCI_STATUS, 2, PCI_STATUS_CAP_LIST);
	ep_config_mask(f, PCI_COMMAND, 2, COMMAND_RW);
	ep_config_w1c(f, PCI_STATUS, 2, STATUS_W1C);
	ep_config_mask(f, PCI_CACHE_LINE_SIZE, 1, 0xff);
	ep_config_mask(f, PCI_INTERRUPT_LINE, 1, 0xff);
}

static void init_pm(struct ep_func *f)
{
	unsigned int pm = ep_config_cap(f, PCI_CAP_ID_PM, PCI_PM_SIZEOF);

	f->core->cfg.pm = pm;
	ep_config_set(f, pm + PCI_PM_PMC, 2, 3);	/* version 1.2, D0 and D3hot */
	ep_config_set(f, pm + PCI_PM_CTRL, 2, PCI_PM_CTRL_NO_SOFT_RESET);
	ep_config_mask(f, pm + PCI_PM_CTRL, 2, PCI_PM_CTRL_STATE_MASK);
}

#define DEVCTL_RW	(PCI_EXP_DEVCTL_CERE | PCI_EXP_DEVCTL_NFERE | PCI_EXP_DEVCTL_FERE | \
			 PCI_EXP_DEVCTL_URRE | PCI_EXP_DEVCTL_RELAX_EN | PCI_EXP_DEVCTL_PAYLOAD | \
			 PCI_EXP_DEVCTL_EXT_TAG | PCI_EXP_DEVCTL_NOSNOOP_EN | \
			 PCI_EXP_DEVCTL_READRQ)

static void init_express(struct ep_func *f)
{
	unsigned int exp = ep_config_cap(f, PCI_CAP_ID_EXP, EP_EXP_V2_LEN);

	f->core->cfg.exp = exp;
	ep_config_set(f, exp + PCI_EXP_FLAGS, 2, 2 | PCI_EXP_TYPE_ENDPOINT << 4);
	ep_config_set(f, exp + PCI_EXP_DEVCAP, 4, EP_EXP_MPS_4096 | EP_EXP_EXT_TAG_SUP |
		      EP_EXP_RBER | EP_EXP_FLR);
	/* Extended tags are on from the start: every completer accepts them. */
	ep_config_set(f, exp + PCI_EXP_DEVCTL, 2, PCI_EXP_DEVCTL_RELAX_EN |
		      PCI_EXP_DEVCTL_EXT_TAG | PCI_EXP_DEVCTL_NOSNOOP_EN |
		      PCI_EXP_DEVCTL_READRQ_512B);
	ep_config_mask(f, exp + PCI_EXP_DEVCTL, 2, DEVCTL_RW);
	ep_config_w1c(f, exp + PCI_EXP_DEVSTA, 2, PCI_EXP_DEVSTA_CED | PCI_EXP_DEVSTA_NFED |
		      PCI_EXP_DEVSTA_FED | PCI_EXP_DEVSTA_URD);
	/* There is no link: it says the least that software knows, 2.5 GT/s x1, up. */
	ep_config_set(f, exp + PCI_EXP_LNKCAP, 4, PCI_EXP_LNKCAP_SLS_2_5GB | 1 << 4);
	ep_config_mask(f, exp + PCI_EXP_LNKCTL, 2, PCI_EXP_LNKCTL_RCB | PCI_EXP_LNKCTL_CCC |
		       PCI_EXP_LNKCTL_ES);
	ep_config_set(f, exp + PCI_EXP_LNKSTA, 2, PCI_EXP_LNKSTA_CLS_2_5GB |
		      PCI_EXP_LNKSTA_NLW_X1);
	ep_config_set(f, exp + PCI_EXP_LNKCTL2, 2, PCI_EXP_LNKCTL2_TLS_2_5GT);
}

void ep_config_init(struct ep_func *f, const struct ep_model *model, const struct ep_config_id *id)
{
	struct ep_func_core *c = ep_func_creating();

	f->model = model;
	f->core = c;
	f->station = NULL;
	f->number = 0;
	c->f = f;
	c->cfg.next_cap = 0x40;
	c->cfg.last_cap = PCI_CAPABILITY_LIST;
	c->cfg.next_ext = 0x100;
	init_header(f, id);
	init_pm(f);
	init_express(f);
}

unsigned int ep_config_cap(struct ep_func *f, uint8_t id, unsigned int len)
{
	struct ep_config *cfg = &f->core->cfg;
	unsigned int off = cfg->next_cap;

	assert(off + len <= 0x100);
	ep_config_set(f, cfg->last_cap, 1, off);
	ep_config_set(f, off, 1, id);
	cfg->last_cap = off + PCI_CAP_LIST_NEXT;
	cfg->next_cap = (off + len + 3) & ~3u;
	return off;
}

void ep_config_intx(struct ep_func *f)
{
	ep_config_set(f, PCI_INTERRUPT_PIN, 1, 1);
}

void ep_config_set_multifunction(struct ep_func_core *c)
{
	c->cfg.init[PCI_HEADER_TYPE] |= EP_MULTIFUNCTION;
	c->cfg.reg[PCI_HEADER_TYPE] |= EP_MULTIFUNCTION;
}

/* ---- what the core reads of it ---- */

bool ep_config_d0(const struct ep_func_core *c)
{
	return !(c->cfg.reg[c->cfg.pm + PCI_PM_CTRL] & PCI_PM_CTRL_STATE_MASK);
}

bool ep_bus_master(const struct ep_func *f)
{
	const struct ep_func_core *c = f->core;

	return c->cfg.reg[PCI_COMMAND] & PCI_COMMAND_MASTER && ep_config_d0(c);
}

static uint32_t devctl(const struct ep_func_core *c)
{
	return get(&c->cfg.reg[c->cfg.exp + PCI_EXP_DEVCTL], 2);
}

/* 128 bytes to 4096; the encodings above mean nothing and are taken for the largest. */
static unsigned int size_code(uint32_t code)
{
	return 128u << (code > EP_EXP_MPS_4096 ? EP_EXP_MPS_4096 : code);
}

unsigned int ep_config_mps(const struct ep_func_core *c)
{
	return size_code((devctl(c) & PCI_EXP_DEVCTL_PAYLOAD) >> 5);
}

unsigned int ep_config_mrrs(const struct ep_func_core *c)
{
	return size_code((devctl(c) & PCI_EXP_DEVCTL_READRQ) >> 12);
}

unsigned int ep_config_tags(const struct ep_func_core *c)
{
	return devctl(c) & PCI_EXP_DEVCTL_EXT_TAG ? EP_NR_TAGS : 32;
}

unsigned int ep_config_rcb(const struct ep_func_core *c)
{
	return c->cfg.reg[c->cfg.exp + PCI_EXP_LNKCTL] & PCI_EXP_LNKCTL_RCB ? 128 : 64;
}

void ep_config_note_ur(struct ep_func_core *c)
{
	c->stats.ur++;
	c->cfg.reg[c->cfg.exp + PCI_EXP_DEVSTA] |= PCI_EXP_DEVSTA_URD | PCI_EXP_DEVSTA_NFED;
	ep_config_note_error(c, PCI_ERR_UNC_UNSUP);
}

void ep_config_note_poison(struct ep_func_core *c)
{
	c->stats.poisoned++;
	c->cfg.reg[c->cfg.exp + PCI_EXP_DEVSTA] |= PCI_EXP_DEVSTA_NFED;
	c->cfg.reg[PCI_STATUS + 1] |= PCI_STATUS_DETECTED_PARITY >> 8;
	ep_config_note_error(c, PCI_ERR_UNC_POISON_TLP);
}

/* ---- what the root does with it ---- */

void ep_config_reset(struct ep_func_core *c, enum ep_reset kind)
{
	unsigned int ctl = c->cfg.exp + PCI_EXP_DEVCTL;
	uint8_t payload = c->cfg.reg[ctl] & PCI_EXP_DEVCTL_PAYLOAD;

	memcpy(c->cfg.reg, c->cfg.init, sizeof(c->cfg.reg));
	/* Max_Payload_Size outlives a function level reset: it belongs to the link. */
	if (kind == EP_RESET_FLR)
		c->cfg.reg[ctl] = (uint8_t)((c->cfg.reg[ctl] & ~PCI_EXP_DEVCTL_PAYLOAD) | payload);
}

uint32_t ep_config_read(struct ep_func_core *c, unsigned int reg)
{
	return get(&c->cfg.reg[reg], 4);
}

static void write_byte(struct ep_config *cfg, unsigned int off, uint8_t val)
{
	uint8_t rw = cfg->writable[off];

	cfg->reg[off] = (uint8_t)((cfg->reg[off] & ~rw) | (val & rw));
	cfg->reg[off] &= (uint8_t)~(val & cfg->w1c[off]);
}

/* Is the byte at @off among those written? */
static bool touched(unsigned int off, unsigned int reg, unsigned int be)
{
	return off >= reg && off < reg + 4 && be >> (off - reg) & 1;
}

/* Command and power state decide what is decoded, what may be sent, and whether INTx shows. */
static void state_written(struct ep_func_core *c, unsigned int reg)
{
	const struct ep_config *cfg = &c->cfg;
	bool bars = reg >= PCI_BASE_ADDRESS_0 && reg <= PCI_BASE_ADDRESS_5;
	bool state = reg == PCI_COMMAND || reg == cfg->pm + PCI_PM_CTRL ||
		     reg == cfg->exp + PCI_EXP_DEVCTL;
	bool msi = (cfg->msi && reg >= cfg->msi && reg < cfg->msi + EP_MSI_LEN) ||
		   (cfg->msix && reg == cfg->msix);

	if (bars || state || reg == PCI_ROM_ADDRESS)
		ep_bar_update(c);
	if (state || msi)
		ep_msi_update(c);
	if (state)
		ep_dma_resume(c);
	if ((state || msi) && c->f->model->state_changed)
		c->f->model->state_changed(c->f);
}

void ep_config_write(struct ep_func_core *c, unsigned int reg, uint32_t val, unsigned int be)
{
	unsigned int flr = c->cfg.exp + PCI_EXP_DEVCTL + 1;
	unsigned int i;

	for (i = 0; i < 4; i++)
		if (be >> i & 1)
			write_byte(&c->cfg, reg + i, (uint8_t)(val >> 8 * i));
	if (touched(flr, reg, be) && val >> 8 * (flr - reg) & PCI_EXP_DEVCTL_BCR_FLR >> 8)
		c->flr_due = true;
	state_written(c, reg);
	if (c->f->model->config_written)
		c->f->model->config_written(c->f, reg, 4);
}
