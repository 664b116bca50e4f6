// SPDX-License-Identifier: GPL-2.0-only
/* Extended capabilities: Advanced Error Reporting and the Device Serial Number. */
#include <assert.h>

#include "core.h"
#include "regs.h"

#define AER_LEN			0x2c	/* up to the header log, and with it */
#define AER_UNCOR_BITS		(PCI_ERR_UNC_DLP | PCI_ERR_UNC_POISON_TLP | PCI_ERR_UNC_FCP | \
				 PCI_ERR_UNC_COMP_TIME | PCI_ERR_UNC_COMP_ABORT | \
				 PCI_ERR_UNC_UNX_COMP | PCI_ERR_UNC_RX_OVER | \
				 PCI_ERR_UNC_MALF_TLP | PCI_ERR_UNC_UNSUP)
#define AER_FATAL_BITS		(PCI_ERR_UNC_DLP | PCI_ERR_UNC_FCP | PCI_ERR_UNC_RX_OVER | \
				 PCI_ERR_UNC_MALF_TLP)
#define AER_COR_BITS		(PCI_ERR_COR_RCVR | PCI_ERR_COR_BAD_TLP | PCI_ERR_COR_BAD_DLLP | \
				 PCI_ERR_COR_REP_ROLL | PCI_ERR_COR_REP_TIMER | \
				 PCI_ERR_COR_ADV_NFAT)

unsigned int ep_config_ext_cap(struct ep_func *f, uint16_t id, uint8_t version, unsigned int len)
{
	struct ep_config *cfg = &f->core->cfg;
	unsigned int off = cfg->next_ext;

	assert(off + len <= EP_CONFIG_SIZE);
	if (cfg->last_ext)
		ep_config_set(f, cfg->last_ext, 4,
			      ep_config_get(f, cfg->last_ext, 4) | off << 20);
	ep_config_set(f, off, 4, id | (uint32_t)version << 16);
	cfg->last_ext = off;
	cfg->next_ext = (off + len + 3) & ~3u;
	return off;
}

void ep_config_dsn(struct ep_func *f, uint64_t serial)
{
	unsigned int off = ep_config_ext_cap(f, PCI_EXT_CAP_ID_DSN, 1, PCI_EXT_CAP_DSN_SIZEOF);

	ep_config_set(f, off + 4, 4, (uint32_t)serial);
	ep_config_set(f, off + 8, 4, (uint32_t)(serial >> 32));
}

void ep_config_aer(struct ep_func *f)
{
	unsigned int off = ep_config_ext_cap(f, PCI_EXT_CAP_ID_ERR, 1, AER_LEN);

	f->core->cfg.aer = off;
	ep_config_w1c(f, off + PCI_ERR_UNCOR_STATUS, 4, AER_UNCOR_BITS);
	ep_config_mask(f, off + PCI_ERR_UNCOR_MASK, 4, AER_UNCOR_BITS);
	ep_config_set(f, off + PCI_ERR_UNCOR_SEVER, 4, AER_FATAL_BITS);
	ep_config_mask(f, off + PCI_ERR_UNCOR_SEVER, 4, AER_UNCOR_BITS);
	ep_config_w1c(f, off + PCI_ERR_COR_STATUS, 4, AER_COR_BITS);
	ep_config_set(f, off + PCI_ERR_COR_MASK, 4, PCI_ERR_COR_ADV_NFAT);
	ep_config_mask(f, off + PCI_ERR_COR_MASK, 4, AER_COR_BITS);
}

/* An error that the function has seen; without the capability nothing is noted. */
void ep_config_note_error(struct ep_func_core *c, uint32_t uncorrectable)
{
	unsigned int off = c->cfg.aer + PCI_ERR_UNCOR_STATUS;

	if (c->cfg.aer)
		ep_config_set(c->f, off, 4, ep_config_get(c->f, off, 4) | uncorrectable);
}
