// SPDX-License-Identifier: GPL-2.0-only
/* Configuration and registers. */
#include <string.h>

#include "tests.h"

static const uint32_t patterns[] = { 0x5a5a5a5a, 0xa5a5a5a5, 0, 0xffffffff };

/* ---- configuration ---- */

static void expect_refused(const char *options, const char *named)
{
	struct ep_func *f = host_create(options);

	if (!EXPECT(!f)) {
		ep_model_82576.destroy(f);
		tap_note("'%s' was accepted", options);
		return;
	}
	if (!EXPECT(strstr(host_error, named)))
		tap_note("'%s': '%s' does not name %s", options, host_error, named);
}

void options_are_checked(void)
{
	if (!host_open("tap=fake"))
		return;
	host_close();
	host.loop = ep_loop_create();
	expect_refused("", "tap");
	expect_refused("tap=fake,mac=1:2:3", "1:2:3");
	expect_refused("tap=fake,mac=01:00:5e:00:00:01", "01:00:5e:00:00:01");
	expect_refused("tap=fake,mac=00:00:00:00:00:00", "00:00:00:00:00:00");
	expect_refused("tap=fake,port=2", "2");
	expect_refused("tap=fake,port=x", "x");
	expect_refused("tap=fake,nvm=/nonexistent/nvm", "/nonexistent/nvm");
	expect_refused("tap=fake,colour=blue", "colour");
	ep_loop_destroy(host.loop);
	host.loop = NULL;
}

void pci_identity(void)
{
	if (!open_port())
		return;
	EXPECT_EQ(fake.id.vendor, 0x8086);
	EXPECT_EQ(fake.id.device, 0x10c9);
	EXPECT_EQ(fake.id.class_code, 0x020000);
	EXPECT_EQ(fake.id.subsystem_vendor, 0x8086);
	EXPECT_EQ(fake.bar_size, 0x20000);
	EXPECT(fake.bars[2] && fake.bars[3]);
	EXPECT_EQ(fake.vectors, 10);
	/* The serial number of the device is made of the address. */
	EXPECT_EQ(fake.serial >> 40, 0x525400);
	EXPECT_EQ(fake.serial & 0xffffff, 0x825760);
	/* What the log says of it. */
	EXPECT(strstr(fake.log, "port 0") && strstr(fake.log, "52:54:00:82:57:60"));
	host_close();
}

void two_ports(void)
{
	for (unsigned int port = 0; port < 2; port++) {
		uint16_t last;

		if (!host_open(port ? "tap=fake,mac=52:54:00:82:57:60,port=1" :
				      "tap=fake,mac=52:54:00:82:57:60,port=0"))
			return;
		EXPECT_EQ(reg(I82576_STATUS) >> STATUS_LAN_ID_SHIFT & 3, port);
		EXPECT(reg(I82576_EEMNGCTL) & EEMNGCTL_CFG_DONE(port));
		EXPECT_EQ(reg(I82576_RAL(0)), 0x82005452);
		EXPECT_EQ(reg(I82576_RAH(0)), RAH_AV | (port ? 0x6157 : 0x6057));
		/* The NVM holds the address of LAN 0 for both. */
		last = host_nvm_read(2);
		EXPECT_EQ(last, 0x6057);
		host_close();
	}
}

/* ---- registers ---- */

struct pattern {
	uint32_t off;
	unsigned int count, stride;
	uint32_t mask, write;
};

static void test_pattern(const struct pattern *p)
{
	for (unsigned int i = 0; i < p->count; i++) {
		for (unsigned int j = 0; j < ARRAY_SIZE(patterns); j++) {
			uint32_t val = patterns[j] & p->write, off = p->off + i * p->stride;

			set_reg(off, val);
			if (!EXPECT_EQ(reg(off) & p->mask, val & p->mask))
				tap_note("register 0x%x, wrote 0x%x", off, val);
		}
	}
}

/* What the register test of the stock driver expects, at the offsets that it uses. */
void register_self_test(void)
{
	static const struct pattern tests[] = {
		{ 0x0028, 1, 0, 0xffffffff, 0xffffffff }, { 0x002c, 1, 0, 0xffff, 0xffffffff },
		{ 0x0030, 1, 0, 0xffff, 0xffffffff }, { 0x0038, 1, 0, 0xffffffff, 0xffffffff },
		{ 0x2800, 4, 0x100, 0xffffff80, 0xffffffff }, { 0x2804, 4, 0x100, ~0u, ~0u },
		{ 0x2808, 4, 0x100, 0xffff0, 0xfffff }, { 0xc100, 12, 0x40, 0xffffff80, ~0u },
		{ 0xc104, 12, 0x40, ~0u, ~0u }, { 0xc108, 12, 0x40, 0xffff0, 0xfffff },
		{ 0x2168, 1, 0, 0xfff0, 0xfff0 }, { 0x0170, 1, 0, 0xffff, 0xffff },
		{ 0x0410, 1, 0, 0x3fffffff, 0x3fffffff }, { 0x3800, 4, 0x100, 0xffffff80, ~0u },
		{ 0x3804, 4, 0x100, ~0u, ~0u }, { 0x3808, 4, 0x100, 0xffff0, 0xfffff },
		{ 0xe100, 12, 0x40, 0xffffff80, ~0u }, { 0xe104, 12, 0x40, ~0u, ~0u },
		{ 0xe108, 12, 0x40, 0xffff0, 0xfffff }, { 0x5400, 16, 8, ~0u, ~0u },
		{ 0x5404, 16, 8, 0x83ffffff, ~0u }, { 0x54e0, 8, 8, ~0u, ~0u },
		{ 0x54e4, 8, 8, 0x83ffffff, ~0u }, { 0x5200, 128, 4, ~0u, ~0u },
	};
	static const struct pattern tails[] = {
		{ 0x2818, 4, 0x100, 0xffff, 0xffff }, { 0xc118, 12, 0x40, 0xffff, 0xffff },
	};
	uint32_t before;

	if (!open_port())
		return;
	host_reset();
	before = reg(I82576_STATUS) & 0x7ffff3ff;
	set_reg(I82576_STATUS, 0x7ffff3ff);
	EXPECT_EQ(reg(I82576_STATUS) & 0x7ffff3ff, before);
	for (unsigned int i = 0; i < ARRAY_SIZE(tests); i++)
		test_pattern(&tests[i]);
	for (unsigned int i = 0; i < I82576_QUEUES; i++)
		set_reg(I82576_RXDCTL(i), XDCTL_ENABLE);
	for (unsigned int i = 0; i < ARRAY_SIZE(tails); i++) {
		test_pattern(&tails[i]);
		host_run(1000);
	}
	for (unsigned int i = 0; i < I82576_QUEUES; i++)
		set_reg(I82576_RXDCTL(i), 0);
	set_reg(I82576_RCTL, 0);
	EXPECT_EQ(reg(I82576_RCTL), 0);
	set_reg(I82576_RCTL, 0x04cfb0fe & 0x003ffffb);
	EXPECT_EQ(reg(I82576_RCTL) & 0x04cfb0fe, 0x04cfb0fe & 0x003ffffb);
	set_reg(I82576_RCTL, 0x04cfb0fe);
	EXPECT_EQ(reg(I82576_RCTL) & 0x04cfb0fe, 0x04cfb0fe);
	set_reg(I82576_TCTL, 0);
	EXPECT_EQ(reg(I82576_TCTL), 0);
	/* Queues were enabled at addresses that are none, but the receiver was off. */
	host_run(10000);
	EXPECT_EQ(fake.reads, 0);
	EXPECT_EQ(fake.writes, 0);
	host_close();
}

static void expect_alias(uint32_t old, uint32_t primary, uint32_t val)
{
	set_reg(old, val);
	EXPECT_EQ(reg(primary), val);
	set_reg(primary, val / 2);
	if (!EXPECT_EQ(reg(old), val / 2))
		tap_note("0x%x is not 0x%x", old, primary);
}

void aliases(void)
{
	if (!open_port())
		return;
	for (unsigned int q = 0; q < 4; q++) {
		expect_alias(0x2800 + q * 0x100, I82576_RDBAL(q), 0x2000);
		expect_alias(0x280c + q * 0x100, I82576_SRRCTL(q), 0x402);
		expect_alias(0x3804 + q * 0x100, I82576_TDBAH(q), 0x1234);
		expect_alias(0x3838 + q * 0x100, I82576_TDWBAL(q), 0x8000);
	}
	expect_alias(0x00e0, I82576_IAM, 0x84);
	set_reg(0x00d0, 0x84);
	EXPECT_EQ(reg(I82576_IMS), 0x84);
	set_reg(I82576_IMC, 0x80);
	EXPECT_EQ(reg(0x00d0), 0x04);
	host_close();
}

static uint32_t io(unsigned int port)
{
	uint32_t val;

	ep_model_82576.bar_read(host.func, 2, port, &val, sizeof(val));
	return le32toh(val);
}

static void set_io(unsigned int port, uint32_t val)
{
	val = htole32(val);
	ep_model_82576.bar_write(host.func, 2, port, &val, sizeof(val));
}

void io_window(void)
{
	if (!open_port())
		return;
	set_io(0, I82576_FCTTV);
	EXPECT_EQ(io(0), I82576_FCTTV);
	set_io(4, 0x4321);
	EXPECT_EQ(reg(I82576_FCTTV), 0x4321);
	EXPECT_EQ(io(4), 0x4321);
	/* Out of the register space nothing answers and nothing happens. */
	set_io(0, 0x20000);
	set_io(4, 0xffffffff);
	io(4);
	set_io(0, 0xfffffffc);
	io(4);
	io(8);
	set_io(8, 1);
	EXPECT_EQ(reg(I82576_FCTTV), 0x4321);
	host_close();
}

/* No offset, size or alignment is too odd. */
void odd_accesses(void)
{
	uint8_t buf[4096];
	uint64_t seed = 0x0dd;

	if (!open_port())
		return;
	for (unsigned int i = 0; i < 20000; i++) {
		size_t len = 1 + tap_random(&seed) % (i % 16 ? 8 : sizeof(buf));
		uint64_t off = tap_random(&seed) % (I82576_BAR_SIZE - len + 1);

		memset(buf, tap_random(&seed), len);
		if (i & 1)
			ep_model_82576.bar_read(host.func, 0, off, buf, len);
		else
			ep_model_82576.bar_write(host.func, 0, off, buf, len);
		if (!(i % 512))
			host_run(1000);
	}
	host_function_reset();
	EXPECT_EQ(reg(I82576_RAL(0)), 0x82005452);
	EXPECT(host_up());
	host_close();
}

void semaphores(void)
{
	if (!open_port())
		return;
	/* Who reads the bit as 0 has it. */
	EXPECT_EQ(reg(I82576_SWSM) & SWSM_SMBI, 0);
	EXPECT_EQ(reg(I82576_SWSM) & SWSM_SMBI, SWSM_SMBI);
	set_reg(I82576_SWSM, SWSM_SMBI | SWSM_SWESMBI);
	EXPECT(reg(I82576_SWSM) & SWSM_SWESMBI);
	EXPECT_EQ(reg(I82576_SW_FW_SYNC), 0);
	set_reg(I82576_SW_FW_SYNC, 3);
	EXPECT_EQ(reg(I82576_SW_FW_SYNC), 3);
	set_reg(I82576_SWSM, 0);
	EXPECT_EQ(reg(I82576_SWSM) & (SWSM_SMBI | SWSM_SWESMBI), 0);
	set_reg(I82576_SW_FW_SYNC, 0);
	EXPECT_EQ(reg(I82576_SW_FW_SYNC), 0);
	host_close();
}

void phy_reset_asserted(void)
{
	if (!open_port())
		return;
	EXPECT(reg(I82576_STATUS) & STATUS_PHYRA);
	set_reg(I82576_STATUS, STATUS_PHYRA);
	EXPECT(reg(I82576_STATUS) & STATUS_PHYRA);
	set_reg(I82576_STATUS, 0);
	EXPECT_EQ(reg(I82576_STATUS) & STATUS_PHYRA, 0);
	set_reg(I82576_CTRL, reg(I82576_CTRL) | CTRL_PHY_RST);
	host_run(1000);
	set_reg(I82576_CTRL, reg(I82576_CTRL) & ~CTRL_PHY_RST);
	EXPECT(reg(I82576_STATUS) & STATUS_PHYRA);
	host_close();
}

void master_disable(void)
{
	if (!open_port())
		return;
	EXPECT(reg(I82576_STATUS) & STATUS_GIO_MASTER_EN);
	set_reg(I82576_CTRL, reg(I82576_CTRL) | CTRL_GIO_MASTER_DISABLE);
	EXPECT(host_wait(I82576_STATUS, STATUS_GIO_MASTER_EN, 0));
	host_reset();
	EXPECT(reg(I82576_STATUS) & STATUS_GIO_MASTER_EN);
	host_close();
}

void reset_restores(void)
{
	static const uint32_t regs[] = {
		I82576_RCTL, I82576_TCTL, I82576_VET, I82576_RXCSUM, I82576_MRQC, I82576_TIPG,
		I82576_RLPML, I82576_RAL(0), I82576_RAH(0), I82576_RAH(3), I82576_IVAR(0),
		I82576_IVAR_MISC, I82576_RDBAL(0), I82576_RDLEN(5), I82576_TDLEN(0),
		I82576_SRRCTL(1), I82576_RDT(0), I82576_TDT(0), I82576_VMOLR(0), I82576_GPIE,
		I82576_FCTTV, I82576_WUFC,
	};
	uint32_t fresh[ARRAY_SIZE(regs)];

	if (!open_port())
		return;
	for (unsigned int i = 0; i < ARRAY_SIZE(regs); i++)
		fresh[i] = reg(regs[i]);
	for (unsigned int how = 0; how < 2; how++) {
		for (unsigned int i = 0; i < ARRAY_SIZE(regs); i++)
			if (regs[i] != I82576_RCTL && regs[i] != I82576_TCTL)
				set_reg(regs[i], ~fresh[i] & 0x0fffff80);
		set_reg(I82576_RCTL, 0x8020);
		set_reg(I82576_TCTL, 0);
		set_reg(I82576_IMS, ~0u);
		set_reg(I82576_EIMS, ~0u);
		if (how)
			host_function_reset();
		else
			host_reset();
		EXPECT_EQ(reg(I82576_IMS), 0);
		EXPECT_EQ(reg(I82576_EIMS), 0);
		EXPECT_EQ(reg(I82576_ICR), 0);
		for (unsigned int i = 0; i < ARRAY_SIZE(regs); i++)
			if (regs[i] != I82576_WUFC && !EXPECT_EQ(reg(regs[i]), fresh[i]))
				tap_note("register 0x%x", regs[i]);
	}
	host_close();
}

void statistics_clear_on_read(void)
{
	struct i82576 *n;

	if (!open_port())
		return;
	n = i82576_of(host.func);
	i82576_count(n, I82576_MPC, 5);
	i82576_count(n, I82576_MPC, 2);
	EXPECT_EQ(reg(I82576_MPC), 7);
	EXPECT_EQ(reg(I82576_MPC), 0);
	/* They stay at their end. */
	i82576_count(n, I82576_MPC, 0xfffffff0);
	i82576_count(n, I82576_MPC, 0xff);
	EXPECT_EQ(reg(I82576_MPC), 0xffffffff);
	/* The high half is the one that clears: the driver reads low, high. */
	i82576_count64(n, I82576_GORCL, 0xfffffff0);
	i82576_count64(n, I82576_GORCL, 0x20);
	EXPECT_EQ(reg(I82576_GORCL), 0x10);
	EXPECT_EQ(reg(I82576_GORCL + 4), 1);
	EXPECT_EQ(reg(I82576_GORCL), 0);
	EXPECT_EQ(reg(I82576_GORCL + 4), 0);
	i82576_count64(n, I82576_GORCL, 0x300000001ull);
	i82576_count64(n, I82576_GORCL, 0x200000002ull);
	EXPECT_EQ(reg(I82576_GORCL), 3);
	EXPECT_EQ(reg(I82576_GORCL + 4), 5);
	/* Writing them does nothing. */
	set_reg(I82576_GPRC, 7);
	EXPECT_EQ(reg(I82576_GPRC), 0);
	host_close();
}

static uint64_t systime(void)
{
	uint32_t low = reg(I82576_SYSTIML);

	return (uint64_t)reg(I82576_SYSTIMH) << 32 | low;
}

void clock_runs(void)
{
	uint64_t before, after;

	if (!open_port())
		return;
	host_reset();
	before = systime();
	host_run(1000);
	EXPECT_EQ(systime(), before);		/* TIMINCA 0: it stands */
	/* 16 units of 2^-19 ns in each 16 ns: as the driver sets it. */
	set_reg(I82576_TIMINCA, 1u << 24 | 16u << 19);
	before = systime();
	host_run(1000);
	after = systime();
	EXPECT_EQ((after - before) >> 19, 1000000);
	/* Faster by a quarter. */
	set_reg(I82576_TIMINCA, 1u << 24 | 20u << 19);
	before = systime();
	host_run(1000);
	EXPECT_EQ((systime() - before) >> 19, 1250000);
	set_reg(I82576_SYSTIML, 0);
	set_reg(I82576_SYSTIMH, 0x100);
	EXPECT_EQ(systime() >> 32, 0x100);
	set_reg(I82576_SYSTIML, 5);
	EXPECT_EQ(systime() >> 32, 0x100);
	host_close();
}
