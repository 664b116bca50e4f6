// SPDX-License-Identifier: GPL-2.0-only
/* CTRL and STATUS: the link as the MAC sees it, loopback, resets, master disable. */
#include "i82576_core.h"

bool i82576_link_up(const struct i82576 *n)
{
	return i82576_get(n, I82576_STATUS) & STATUS_LU;
}

bool i82576_loopback(const struct i82576 *n)
{
	uint32_t lbm = RCTL_LBM(i82576_get(n, I82576_RCTL));

	return lbm == RCTL_LBM_MAC || lbm == RCTL_LBM_PHY || i82576_phy_loopback(n);
}

bool i82576_may_dma(const struct i82576 *n)
{
	return ep_bus_master(&n->func) && !(i82576_get(n, I82576_CTRL) & CTRL_GIO_MASTER_DISABLE);
}

void i82576_carrier(struct i82576 *n, bool up)
{
	if (n->carrier == up)
		return;
	n->carrier = up;
	i82576_phy_carrier(n);
}

/* ---- STATUS ---- */

static uint32_t mode_bits(const struct i82576 *n)
{
	struct i82576_mode mode = i82576_phy_mode(n);
	uint32_t ctrl = i82576_get(n, I82576_CTRL), speed = mode.speed;
	bool full = mode.full_duplex;

	if (ctrl & CTRL_FRCSPD)
		speed = (ctrl & CTRL_SPEED_MASK) >> CTRL_SPEED_SHIFT;
	if (ctrl & CTRL_FRCDPLX)
		full = ctrl & CTRL_FD;
	return speed << STATUS_SPEED_SHIFT | (full ? STATUS_FD : 0);
}

/* The bit of the link stays in the register, so that its changes can be told. */
uint32_t i82576_status_read(struct i82576 *n, unsigned int off)
{
	uint32_t val = i82576_get(n, off);
	bool master = !(i82576_get(n, I82576_CTRL) & CTRL_GIO_MASTER_DISABLE) ||
		      i82576_packet_busy(n);

	return val | mode_bits(n) | n->port << STATUS_LAN_ID_SHIFT |
	       (master ? STATUS_GIO_MASTER_EN : 0);
}

void i82576_link_update(struct i82576 *n)
{
	bool up = i82576_phy_link(n) && i82576_get(n, I82576_CTRL) & CTRL_SLU;

	if (!i82576_phy_link(n))
		n->phy.link_was_down = true;
	if (up == i82576_link_up(n))
		return;
	if (up)
		i82576_set_bits(n, I82576_STATUS, STATUS_LU);
	else
		i82576_clear_bits(n, I82576_STATUS, STATUS_LU);
	i82576_wake_by_link(n);
	i82576_irq_cause(n, ICR_LSC);
	i82576_packet_kick(n);
}

/* ---- CTRL ---- */

void i82576_ctrl_written(struct i82576 *n, unsigned int off, uint32_t val, uint32_t old)
{
	(void)off;
	if (val & CTRL_RST) {
		i82576_software_reset(n);
		return;
	}
	if (old & ~val & CTRL_PHY_RST) {
		i82576_phy_reset(n);
		i82576_set_bits(n, I82576_STATUS, STATUS_PHYRA);
	}
	i82576_link_update(n);
	i82576_packet_kick(n);
}

void i82576_ctrl_ext_written(struct i82576 *n, unsigned int off, uint32_t val, uint32_t old)
{
	(void)off;
	(void)old;
	if (val & CTRL_EXT_EE_RST)
		i82576_nvm_autoload(n);
}
