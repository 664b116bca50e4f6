// SPDX-License-Identifier: GPL-2.0-only
/* Power management events: a function in D3 that wants to be woken. */
#include "core.h"
#include "regs.h"

#define PME_STATES	(PCI_PM_CAP_PME_D0 | PCI_PM_CAP_PME_D3hot)

static unsigned int control(const struct ep_func *f)
{
	return f->core->cfg.pm + PCI_PM_CTRL;
}

void ep_config_pme(struct ep_func *f)
{
	unsigned int pm = f->core->cfg.pm;

	ep_config_set(f, pm + PCI_PM_PMC, 2, ep_config_get(f, pm + PCI_PM_PMC, 2) | PME_STATES);
	ep_config_mask(f, pm + PCI_PM_CTRL, 2, PCI_PM_CTRL_STATE_MASK | PCI_PM_CTRL_PME_ENABLE);
	ep_config_w1c(f, pm + PCI_PM_CTRL, 2, PCI_PM_CTRL_PME_STATUS);
}

bool ep_in_d0(const struct ep_func *f)
{
	return ep_config_d0(f->core);
}

bool ep_pme_enabled(const struct ep_func *f)
{
	return f->core->cfg.reg[control(f) + 1] & (PCI_PM_CTRL_PME_ENABLE >> 8);
}

/* One message tells of the event, until the root has cleared the status. */
void ep_pme(struct ep_func *f)
{
	struct vrc_tlp t = {
		.type = VRC_TLP_MSG,
		.requester = ep_func_bdf(f->core),
		.msg_code = VRC_MSG_PM_PME,
		.msg_routing = 0,	/* to the root complex */
	};
	uint32_t pmcsr = ep_config_get(f, control(f), 2);

	if (pmcsr & PCI_PM_CTRL_PME_STATUS)
		return;
	ep_config_set(f, control(f), 2, pmcsr | PCI_PM_CTRL_PME_STATUS);
	if (pmcsr & PCI_PM_CTRL_PME_ENABLE)
		ep_session_tlp(&f->core->session, &t);
}
