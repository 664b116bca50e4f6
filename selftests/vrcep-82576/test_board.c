// SPDX-License-Identifier: GPL-2.0-only
/* NVM, PHY and link. */
#include <unistd.h>

#include "tests.h"

/* ---- NVM ---- */

void nvm_checksum(void)
{
	unsigned int sum = 0;

	if (!open_port())
		return;
	EXPECT(reg(I82576_EEC) & EEC_PRES);
	for (unsigned int i = 0; i < 0x40; i++)
		sum += host_nvm_read(i);
	EXPECT_EQ(sum & 0xffff, 0xbaba);
	EXPECT_EQ(host_nvm_read(0), 0x5452);
	EXPECT_EQ(host_nvm_read(1), 0x8200);
	EXPECT_EQ(host_nvm_read(2), 0x6057);
	/* A word that is not there is not read, and does not hang. */
	set_reg(I82576_EERD, 0x3fff << 2 | EERW_START);
	host_run(1000);
	host_close();
}

/* ---- SPI through the pins, as the driver does it for ethtool -E ---- */

static void pins(uint32_t bits)
{
	uint32_t eec = reg(I82576_EEC) & ~(EEC_SK | EEC_CS | EEC_DI);

	set_reg(I82576_EEC, eec | bits);
}

static uint32_t spi(uint32_t out, unsigned int bits)
{
	uint32_t in = 0;

	for (uint32_t bit = 1u << (bits - 1); bit; bit >>= 1) {
		uint32_t di = out & bit ? EEC_DI : 0;

		/* Chip select is active when the pin is low. */
		pins(di);
		pins(di | EEC_SK);
		in = in << 1 | !!(reg(I82576_EEC) & EEC_DO);
		pins(di);
	}
	return in;
}

static void spi_standby(void)
{
	pins(EEC_CS);
	pins(0);
}

static unsigned int spi_address_bits(void)
{
	return reg(I82576_EEC) & EEC_ADDR_SIZE ? 16 : 8;
}

static void spi_write(unsigned int word, uint16_t val)
{
	spi_standby();
	spi(0x06, 8);
	spi_standby();
	spi(0x02, 8);
	spi(word * 2, spi_address_bits());
	spi((uint16_t)(val >> 8 | val << 8), 16);
	spi_standby();
	host_run(10000);
	spi(0x05, 8);
	EXPECT_EQ(spi(0, 8) & 1, 0);		/* ready */
}

static uint16_t spi_read(unsigned int word)
{
	uint32_t val;

	spi_standby();
	spi(0x03, 8);
	spi(word * 2, spi_address_bits());
	val = spi(0, 16);
	spi_standby();
	return (uint16_t)(val >> 8 | val << 8);
}

static bool nvm_acquire(void)
{
	set_reg(I82576_EEC, reg(I82576_EEC) | EEC_REQ);
	return EXPECT(host_wait(I82576_EEC, EEC_GNT, EEC_GNT));
}

static void nvm_release(void)
{
	set_reg(I82576_EEC, reg(I82576_EEC) & ~EEC_REQ);
	EXPECT_EQ(reg(I82576_EEC) & EEC_GNT, 0);
}

void nvm_by_pins(void)
{
	if (!open_port())
		return;
	/* The driver takes EERD below this size, and 16 address bits with 32-byte pages. */
	EXPECT((reg(I82576_EEC) >> EEC_SIZE_SHIFT & 15) + 6 < 15);
	if (!nvm_acquire())
		return;
	EXPECT_EQ(spi_read(0), 0x5452);
	EXPECT_EQ(spi_read(2), 0x6057);
	spi_write(0x30, 0xbeef);
	spi_write(0x31, 0x1234);
	EXPECT_EQ(spi_read(0x30), 0xbeef);
	EXPECT_EQ(spi_read(0x31), 0x1234);
	/* Without write enable nothing is written. */
	spi_standby();
	spi(0x02, 8);
	spi(0x30 * 2, spi_address_bits());
	spi(0, 16);
	spi_standby();
	nvm_release();
	EXPECT_EQ(host_nvm_read(0x30), 0xbeef);
	host_close();
}

void nvm_file_persists(void)
{
	char path[64], options[160];

	snprintf(path, sizeof(path), "%s/nvm-test-%d", tap_dir, getpid());
	snprintf(options, sizeof(options), "tap=fake,mac=52:54:00:82:57:60,nvm=%s", path);
	unlink(path);
	for (unsigned int turn = 0; turn < 2; turn++) {
		if (!host_open(options))
			break;
		if (turn) {
			EXPECT_EQ(host_nvm_read(0x32), 0xcafe);
		} else if (nvm_acquire()) {
			spi_write(0x32, 0xcafe);
			nvm_release();
		}
		host_close();
	}
	unlink(path);
}

/* ---- PHY and link ---- */

void phy_registers(void)
{
	if (!open_port())
		return;
	host_reset();
	EXPECT_EQ(host_phy_read(2), 0x02a8);
	EXPECT_EQ(host_phy_read(3) & 0xfff0, 0x0390);
	/* Negotiates; is not in reset, powered down, isolated. */
	EXPECT_EQ(host_phy_read(0) & 0x9e00, 0x1000);
	/* 10 and 100 Mb/s, extended status, can negotiate. */
	EXPECT_EQ(host_phy_read(1) & 0x7908, 0x7908);
	host_phy_write(4, 0x0de1);
	EXPECT_EQ(host_phy_read(4), 0x0de1);
	host_phy_write(0x19, 0x0001);
	EXPECT_EQ(host_phy_read(0x19) & 7, 1);
	/* A register behind the page select, and after it one of the first page. */
	host_phy_read(0x11b1);
	EXPECT_EQ(host_phy_read(2), 0x02a8);
	/* A PHY that is not there. */
	set_reg(I82576_MDIC, MDIC_OP_READ << 26 | 5u << 21 | 2u << 16);
	EXPECT(host_wait(I82576_MDIC, MDIC_R, MDIC_R));
	EXPECT(reg(I82576_MDIC) & MDIC_E || (reg(I82576_MDIC) & MDIC_DATA) == 0xffff);
	/* Reset of the PHY by its own bit, and by CTRL. */
	host_phy_write(4, 0x0001);
	host_phy_write(0, host_phy_read(0) | 0x8000);
	host_run(10000);
	EXPECT_EQ(host_phy_read(0) & 0x8000, 0);
	EXPECT(host_phy_read(4) != 0x0001);
	host_phy_write(4, 0x0001);
	set_reg(I82576_CTRL, reg(I82576_CTRL) | CTRL_PHY_RST);
	host_run(10000);
	set_reg(I82576_CTRL, reg(I82576_CTRL) & ~CTRL_PHY_RST);
	host_run(10000);
	EXPECT(host_phy_read(4) != 0x0001);
	host_close();
}

static void expect_link(bool up)
{
	host_run(1000000);
	EXPECT_EQ(!!(reg(I82576_STATUS) & STATUS_LU), up);
	host_phy_read(1);			/* the link bit latches low */
	EXPECT_EQ(!!(host_phy_read(1) & 4), up);
}

void link_follows_the_carrier(void)
{
	if (!open_port() || !host_up())
		return;
	expect_link(true);
	EXPECT_EQ(host_phy_read(1) & 0x20, 0x20);	/* negotiated */
	EXPECT_EQ(reg(I82576_STATUS) & (3u << STATUS_SPEED_SHIFT), STATUS_SPEED_1000);
	EXPECT(reg(I82576_STATUS) & STATUS_FD);
	EXPECT(host_phy_read(5) & 0x4000);	/* partner has acknowledged */
	EXPECT_EQ(host_phy_read(10) & 0x3800, 0x3800);	/* receivers good, partner does 1000 full */
	reg(I82576_ICR);
	fake_net_carrier(false);
	expect_link(false);
	EXPECT_EQ(host_phy_read(1) & 0x20, 0);
	EXPECT(reg(I82576_ICR) & ICR_LSC);
	fake_net_carrier(true);
	expect_link(true);
	EXPECT(reg(I82576_ICR) & ICR_LSC);
	/* A PHY that is powered down has no link, and CTRL.SLU does not make one. */
	host_phy_write(0, host_phy_read(0) | 0x800);
	expect_link(false);
	host_phy_write(0, (host_phy_read(0) & ~0x800) | 0x200);
	expect_link(true);
	host_close();
}

void link_latches_low(void)
{
	if (!open_port() || !host_up())
		return;
	expect_link(true);
	fake_net_carrier(false);
	host_run(100);
	fake_net_carrier(true);
	host_run(1000000);
	EXPECT_EQ(host_phy_read(1) & 4, 0);
	EXPECT_EQ(host_phy_read(1) & 4, 4);
	host_close();
}
