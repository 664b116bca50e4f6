// SPDX-License-Identifier: GPL-2.0-only
/*
 * The copper PHY, behind MDIC. Registers 0 to 15 are those of IEEE 802.3, 16 to
 * 30 are behind the page select in 31. Its link partner can do everything, and
 * is there as long as the back end has a carrier.
 */
#include <string.h>

#include "i82576_core.h"

#define PHY_ADDRESS		1
#define ANEG_NS			20000000ull	/* how long negotiating takes */

enum {
	PHY_CONTROL, PHY_STATUS, PHY_ID1, PHY_ID2, PHY_ADVERTISE, PHY_PARTNER, PHY_EXPANSION,
	PHY_NEXT_PAGE, PHY_PARTNER_NEXT_PAGE, PHY_1000T_CONTROL, PHY_1000T_STATUS,
	PHY_EXTENDED_STATUS = 15, PHY_PAGE_SELECT = 31,
};

#define CONTROL_SPEED_1000	0x0040
#define CONTROL_FULL_DUPLEX	0x0100
#define CONTROL_ANEG_RESTART	0x0200
#define CONTROL_POWER_DOWN	0x0800
#define CONTROL_ANEG		0x1000
#define CONTROL_SPEED_100	0x2000
#define CONTROL_LOOPBACK	0x4000
#define CONTROL_RESET		0x8000
#define CONTROL_WRITABLE	0x7dc0
#define STATUS_LINK		0x0004
#define STATUS_ANEG_DONE	0x0020
#define STATUS_ABILITIES	0x7949	/* 10 and 100, both duplexes; extended status */
#define ADVERTISE_DEFAULT	0x0de1	/* all, with pause in both directions */
#define PARTNER_ABILITIES	0x45e1	/* acknowledged; all, with pause */
#define EXPANSION_BEFORE	0x0004
#define EXPANSION_DONE		0x000f
#define GIGABIT_FULL		0x0200	/* of PHY_1000T_CONTROL */
#define GIGABIT_HALF		0x0100
#define GIGABIT_PARTNER		0x3c00	/* receivers are fine, the partner can do both */
#define EXTENDED_1000T		0x3000

/* Behind the page select: the register's number, with its page above bit 4. */
#define PAGED_PORT_STATUS	0x0011
#define  PORT_FULL_DUPLEX	0x0200
#define  PORT_LINK		0x0400
#define  PORT_SPEED(speed)	((uint16_t)(((speed) + 1) << 14))
#define PAGED_PORT_CONTROL	0x0012
#define  PORT_AUTO_CROSSOVER	0x1000
#define PAGED_POWER		0x0019
#define  POWER_RESET		0x008d	/* smart power down; slower in sleep */
#define PAGED_GAIN_A		0x11b1	/* receiver gain of the four pairs: how long the cable is */
#define PAGED_GAIN_B		0x12b1
#define PAGED_GAIN_C		0x14b1
#define PAGED_GAIN_D		0x18b1
#define  GAIN_SHORT		0x1000

static bool negotiates(const struct i82576 *n)
{
	return n->phy.basic[PHY_CONTROL] & CONTROL_ANEG;
}

static bool powered_down(const struct i82576 *n)
{
	return n->phy.basic[PHY_CONTROL] & CONTROL_POWER_DOWN;
}

bool i82576_phy_loopback(const struct i82576 *n)
{
	return n->phy.basic[PHY_CONTROL] & CONTROL_LOOPBACK;
}

/* What both sides can do, best first; false: nothing. */
static bool negotiated(const struct i82576_phy *phy, struct i82576_mode *mode)
{
	uint16_t gigabit = phy->basic[PHY_1000T_CONTROL], slow = phy->basic[PHY_ADVERTISE];
	const struct {
		bool common;
		struct i82576_mode mode;
	} modes[] = {
		{ gigabit & GIGABIT_FULL, { I82576_1000, true } },
		{ gigabit & GIGABIT_HALF, { I82576_1000, false } },
		{ slow & 0x0100, { I82576_100, true } },
		{ slow & 0x0080, { I82576_100, false } },
		{ slow & 0x0040, { I82576_10, true } },
		{ slow & 0x0020, { I82576_10, false } },
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(modes); i++) {
		if (modes[i].common) {
			*mode = modes[i].mode;
			return true;
		}
	}
	return false;
}

static struct i82576_mode forced(const struct i82576_phy *phy)
{
	uint16_t ctl = phy->basic[PHY_CONTROL];
	struct i82576_mode mode = { I82576_10, ctl & CONTROL_FULL_DUPLEX };

	if (ctl & CONTROL_SPEED_1000)
		mode.speed = I82576_1000;
	else if (ctl & CONTROL_SPEED_100)
		mode.speed = I82576_100;
	return mode;
}

struct i82576_mode i82576_phy_mode(const struct i82576 *n)
{
	struct i82576_mode mode = forced(&n->phy);

	if (negotiates(n))
		negotiated(&n->phy, &mode);
	return mode;
}

bool i82576_phy_link(const struct i82576 *n)
{
	const struct i82576_phy *phy = &n->phy;
	struct i82576_mode mode;

	if (powered_down(n) || i82576_get(n, I82576_CTRL) & CTRL_PHY_RST)
		return false;
	if (i82576_phy_loopback(n))
		return true;
	if (!n->carrier)
		return false;
	return !negotiates(n) || (phy->aneg_done && negotiated(phy, &mode));
}

/* ---- negotiation ---- */

static void aneg_start(struct i82576 *n)
{
	bool can = n->carrier && negotiates(n) && !powered_down(n);

	n->phy.aneg_done = false;
	ep_timer_set(n->loop, &n->phy.aneg, can ? ep_now(n->loop) + ANEG_NS : UINT64_MAX);
}

static void aneg_over(struct ep_timer *t)
{
	struct i82576_phy *phy = container_of(t, struct i82576_phy, aneg);
	struct i82576 *n = container_of(phy, struct i82576, phy);

	phy->aneg_done = true;
	i82576_link_update(n);
}

void i82576_phy_carrier(struct i82576 *n)
{
	aneg_start(n);
	i82576_link_update(n);
}

void i82576_phy_init(struct i82576 *n)
{
	ep_timer_init(&n->phy.aneg, aneg_over);
}

void i82576_phy_reset(struct i82576 *n)
{
	struct i82576_phy *phy = &n->phy;

	memset(phy->basic, 0, sizeof(phy->basic));
	memset(phy->paged, 0, sizeof(phy->paged));
	phy->page = 0;
	phy->basic[PHY_CONTROL] = CONTROL_ANEG | CONTROL_FULL_DUPLEX | CONTROL_SPEED_1000;
	phy->basic[PHY_ID1] = 0x02a8;
	phy->basic[PHY_ID2] = 0x0391;
	phy->basic[PHY_ADVERTISE] = ADVERTISE_DEFAULT;
	phy->basic[PHY_NEXT_PAGE] = 0x2001;
	phy->basic[PHY_1000T_CONTROL] = GIGABIT_FULL | GIGABIT_HALF;
	phy->basic[PHY_EXTENDED_STATUS] = EXTENDED_1000T;
	phy->paged[PAGED_PORT_CONTROL] = PORT_AUTO_CROSSOVER;
	phy->paged[PAGED_POWER] = POWER_RESET;
	phy->paged[PAGED_GAIN_A] = GAIN_SHORT;
	phy->paged[PAGED_GAIN_B] = GAIN_SHORT;
	phy->paged[PAGED_GAIN_C] = GAIN_SHORT;
	phy->paged[PAGED_GAIN_D] = GAIN_SHORT;
	aneg_start(n);
	i82576_link_update(n);
}

/* ---- registers ---- */

/* A link that was lost shows as down once, even when it is there again. */
static uint16_t read_status(struct i82576 *n)
{
	bool link = i82576_phy_link(n), shown = link && !n->phy.link_was_down;

	n->phy.link_was_down = !link;
	return (uint16_t)(STATUS_ABILITIES | (shown ? STATUS_LINK : 0) |
			  (n->phy.aneg_done ? STATUS_ANEG_DONE : 0));
}

static uint16_t read_basic(struct i82576 *n, unsigned int reg)
{
	bool done = n->phy.aneg_done;

	switch (reg) {
	case PHY_STATUS:
		return read_status(n);
	case PHY_PARTNER:
		return done ? PARTNER_ABILITIES : 0;
	case PHY_EXPANSION:
		return done ? EXPANSION_DONE : EXPANSION_BEFORE;
	case PHY_1000T_STATUS:
		return i82576_phy_link(n) ? GIGABIT_PARTNER : 0;
	default:
		return n->phy.basic[reg];
	}
}

static unsigned int paged_number(const struct i82576_phy *phy, unsigned int reg)
{
	return ((phy->page & ~0x1fu) | reg) % I82576_PHY_SPACE;
}

static uint16_t port_status(const struct i82576 *n)
{
	struct i82576_mode mode = i82576_phy_mode(n);

	if (!i82576_phy_link(n))
		return 0;
	return (uint16_t)(PORT_LINK | PORT_SPEED(mode.speed) |
			  (mode.full_duplex ? PORT_FULL_DUPLEX : 0));
}

static uint16_t phy_read(struct i82576 *n, unsigned int reg)
{
	unsigned int paged = paged_number(&n->phy, reg);

	if (reg < ARRAY_SIZE(n->phy.basic))
		return read_basic(n, reg);
	if (reg == PHY_PAGE_SELECT)
		return n->phy.page;
	return paged == PAGED_PORT_STATUS ? port_status(n) : n->phy.paged[paged];
}

static void write_control(struct i82576 *n, uint16_t val)
{
	uint16_t old = n->phy.basic[PHY_CONTROL];

	if (val & CONTROL_RESET) {
		i82576_phy_reset(n);
		return;
	}
	n->phy.basic[PHY_CONTROL] = val & CONTROL_WRITABLE;
	if (val & CONTROL_ANEG_RESTART || (val ^ old) & (CONTROL_ANEG | CONTROL_POWER_DOWN))
		aneg_start(n);
	i82576_link_update(n);
}

static void write_basic(struct i82576 *n, unsigned int reg, uint16_t val)
{
	switch (reg) {
	case PHY_CONTROL:
		write_control(n, val);
		break;
	case PHY_ADVERTISE:
	case PHY_NEXT_PAGE:
	case PHY_1000T_CONTROL:
		n->phy.basic[reg] = val;
		break;
	}
}

static void phy_write(struct i82576 *n, unsigned int reg, uint16_t val)
{
	if (reg < ARRAY_SIZE(n->phy.basic))
		write_basic(n, reg, val);
	else if (reg == PHY_PAGE_SELECT)
		n->phy.page = val;
	else
		n->phy.paged[paged_number(&n->phy, reg)] = val;
}

/* MDIC: the PHY answers at once. At another address, or outside the chip, nobody does. */
void i82576_mdic_written(struct i82576 *n, unsigned int off, uint32_t val, uint32_t old)
{
	uint32_t done = val & ~(MDIC_E | MDIC_R);

	(void)old;
	if (MDIC_PHY(val) != PHY_ADDRESS || val & MDIC_DEST)
		done |= MDIC_E;
	else if (MDIC_OP(val) == MDIC_OP_READ)
		done = (done & ~MDIC_DATA) | phy_read(n, MDIC_REG(val));
	else if (MDIC_OP(val) == MDIC_OP_WRITE)
		phy_write(n, MDIC_REG(val), (uint16_t)val);
	i82576_set(n, off, done | MDIC_R);
	if (val & MDIC_I)
		i82576_irq_cause(n, ICR_MDAC);
}
