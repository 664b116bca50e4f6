// SPDX-License-Identifier: GPL-2.0-only
/* Interrupts: causes, masks, vectors, moderation. */
#include <string.h>

#include "tests.h"

#define ICS_MASK	0x77d4fbfdu	/* causes that the driver's test sets by ICS */

enum kind {
	KIND_MSIX,
	KIND_ONE_MSIX,		/* GPIE as after a reset: all goes to vector 0 */
	KIND_MSI,
	KIND_PIN,
};

/* What a handler would have been called for: how often since the last time. */
static unsigned int taken(unsigned int vector)
{
	unsigned int nr = fake.msi[vector];

	fake.msi[vector] = 0;
	return nr;
}

static void set_kind(enum kind kind)
{
	fake.no_msix = kind > KIND_ONE_MSIX;
	fake.msi_enabled = kind == KIND_MSI;
	if (ep_model_82576.state_changed)
		ep_model_82576.state_changed(host.func);
	if (kind == KIND_MSIX)
		set_reg(I82576_GPIE, GPIE_NSICR | GPIE_MULTIPLE_MSIX | GPIE_EIAME | GPIE_PBA);
	if (!fake.no_msix) {
		set_reg(I82576_IVAR_MISC, IVAR_VALID << 8);
		set_reg(I82576_EIMS, 1);
	}
}

/* The driver's handler: what it finds in ICR, 0 if it was not called. */
static uint32_t handled(enum kind kind)
{
	uint32_t icr;

	host_run(10000);
	if (kind == KIND_PIN ? !fake.intx : !taken(0))
		return 0;
	icr = reg(I82576_ICR);
	if (kind == KIND_MSIX)
		set_reg(I82576_EIMS, 1);
	EXPECT(!fake.intx);
	return icr;
}

static void flush_causes(void)
{
	set_reg(I82576_ICR, ~0u);
	host_run(10);
	memset(fake.msi, 0, sizeof(fake.msi));
}

static void self_test(enum kind kind)
{
	if (!open_port())
		return;
	host_reset();
	set_kind(kind);
	set_reg(I82576_IMC, ~0u);
	for (unsigned int bit = 0; bit < 31; bit++) {
		uint32_t mask = BIT(bit);

		if (!(mask & ICS_MASK))
			continue;
		flush_causes();
		set_reg(I82576_IMC, mask);
		set_reg(I82576_ICS, mask);
		EXPECT_EQ(handled(kind) & mask, 0);
		flush_causes();
		set_reg(I82576_IMS, mask);
		set_reg(I82576_ICS, mask);
		if (!EXPECT(handled(kind) & mask))
			tap_note("cause %u", bit);
		flush_causes();
		set_reg(I82576_IMC, ~mask);
		set_reg(I82576_ICS, ~mask);
		EXPECT_EQ(handled(kind) & mask, 0);
	}
	host_close();
}

void interrupt_self_test_msix(void)
{
	self_test(KIND_MSIX);
}

void interrupt_self_test_one_msix(void)
{
	self_test(KIND_ONE_MSIX);
}

void interrupt_self_test_msi(void)
{
	self_test(KIND_MSI);
}

void interrupt_self_test_pin(void)
{
	self_test(KIND_PIN);
}

void extended_masks(void)
{
	if (!open_port())
		return;
	set_kind(KIND_MSIX);
	set_reg(I82576_EIMC, ~0u);
	EXPECT_EQ(reg(I82576_EIMS), 0);
	set_reg(I82576_EIMS, 0x3ff);
	EXPECT_EQ(reg(I82576_EIMS), 0x3ff);
	set_reg(I82576_EIMC, 0x3f0);
	EXPECT_EQ(reg(I82576_EIMS), 0xf);
	/* Auto clear and auto mask: the cause and its enable go when the message does. */
	set_reg(I82576_EIAC, 2);
	set_reg(I82576_EIAM, 2);
	set_reg(I82576_EICS, 2);
	host_run(100);
	EXPECT_EQ(taken(1), 1);
	EXPECT_EQ(reg(I82576_EIMS), 0xd);
	EXPECT_EQ(reg(I82576_EICR), 0);
	/* Neither of them. */
	set_reg(I82576_EICS, 4);
	host_run(100);
	EXPECT_EQ(taken(2), 1);
	EXPECT_EQ(reg(I82576_EIMS), 0xd);
	/* Without GPIE.EIAME a message masks nothing. */
	set_reg(I82576_GPIE, reg(I82576_GPIE) & ~GPIE_EIAME);
	set_reg(I82576_EIMS, 2);
	set_reg(I82576_EICS, 2);
	host_run(100);
	EXPECT_EQ(taken(1), 1);
	EXPECT_EQ(reg(I82576_EIMS), 0xf);
	/* Masked: remembered, and sent when the mask goes. */
	set_reg(I82576_EICS, 0x10);
	host_run(100);
	EXPECT_EQ(taken(4), 0);
	set_reg(I82576_EIMS, 0x10);
	host_run(100);
	EXPECT_EQ(taken(4), 1);
	/* Another function's vectors do not exist: nothing is sent past the table. */
	set_reg(I82576_EIMS, 0x01fffc00);
	set_reg(I82576_EICS, 0x01fffc00);
	host_run(100);
	for (unsigned int i = 10; i < ARRAY_SIZE(fake.msi); i++)
		EXPECT_EQ(fake.msi[i], 0);
	host_close();
}

void vectors_of_queues(void)
{
	if (!open_port() || !host_up())
		return;
	for (unsigned int q = 0; q < I82576_QUEUES; q++) {
		unsigned int shift = (q & 8) << 1, vector = 1 + q % 9;

		memset(fake.msi, 0, sizeof(fake.msi));
		set_reg(I82576_IVAR(q & 7), (vector | IVAR_VALID) << shift);
		set_reg(I82576_EIAC, BIT(vector));
		set_reg(I82576_EIMS, BIT(vector));
		i82576_irq_rx(i82576_of(host.func), q, false);
		host_run(100);
		EXPECT_EQ(taken(vector), 1);
		/* Transmit has the next byte, which is not valid. */
		i82576_irq_tx(i82576_of(host.func), q);
		host_run(100);
		EXPECT_EQ(taken(vector), 0);
		set_reg(I82576_IVAR(q & 7), (vector | IVAR_VALID) << (shift + 8));
		set_reg(I82576_EIMS, BIT(vector));
		i82576_irq_tx(i82576_of(host.func), q);
		host_run(100);
		EXPECT_EQ(taken(vector), 1);
		set_reg(I82576_IVAR(q & 7), 0);
	}
	/* A vector that the table does not have is no reason to go wrong. */
	set_reg(I82576_IVAR(0), 0x1f | IVAR_VALID);
	set_reg(I82576_EIMS, ~0u);
	i82576_irq_rx(i82576_of(host.func), 0, false);
	host_run(100);
	host_close();
}

/* Interrupts of one vector while a cause comes every 10 us for 10 ms. */
static unsigned int rate(uint32_t eitr)
{
	set_reg(I82576_EITR(1), eitr);
	host_run(100000);
	taken(1);
	for (unsigned int i = 0; i < 1000; i++) {
		i82576_irq_rx(i82576_of(host.func), 0, false);
		host_run(10);
	}
	return taken(1);
}

void moderation(void)
{
	unsigned int nr;

	if (!open_port() || !host_up())
		return;
	set_reg(I82576_EIAC, 2);
	set_reg(I82576_EIMS, 2);
	set_reg(I82576_IVAR(0), 1 | IVAR_VALID);
	EXPECT_EQ(rate(0), 1000);
	/* 162 us, the driver's 5,000 to 8,000 a second: 61 in 10 ms, and the first. */
	nr = rate(162 << 2 | EITR_CNT_INGR);
	EXPECT(nr >= 60 && nr <= 64);
	nr = rate(50 << 2);
	EXPECT(nr >= 195 && nr <= 202);
	/* The first after a pause is at once, and no cause is lost. */
	set_reg(I82576_EITR(1), 1000 << 2);
	host_run(5000);
	taken(1);
	i82576_irq_rx(i82576_of(host.func), 0, false);
	host_run(1);
	EXPECT_EQ(taken(1), 1);
	i82576_irq_rx(i82576_of(host.func), 0, false);
	host_run(500);
	EXPECT_EQ(taken(1), 0);
	host_run(600);
	EXPECT_EQ(taken(1), 1);
	/* Immediate ones do not wait. */
	i82576_irq_rx(i82576_of(host.func), 0, true);
	host_run(1);
	EXPECT_EQ(taken(1), 1);
	host_close();
}

/* MSI and the pin: ICR is read, IAM masks by that, IMS enables again. */
void interrupts_by_auto_mask(void)
{
	for (enum kind kind = KIND_MSI; kind <= KIND_PIN; kind++) {
		unsigned int before;

		if (!open_port())
			return;
		host_reset();
		set_kind(kind);
		set_reg(I82576_IAM, ICR_LSC | ICR_RXDW);
		set_reg(I82576_IMS, ICR_LSC | ICR_RXDW);
		set_reg(I82576_ICS, ICR_RXDW);
		host_run(10000);
		before = kind == KIND_PIN ? fake.intx : taken(0);
		EXPECT_EQ(before, 1);
		EXPECT_EQ(reg(I82576_ICR) & (ICR_RXDW | ICR_INTA), ICR_RXDW | ICR_INTA);
		EXPECT_EQ(reg(I82576_IMS), 0);
		EXPECT(!fake.intx);
		set_reg(I82576_ICS, ICR_RXDW);
		host_run(10000);
		EXPECT(kind == KIND_PIN ? !fake.intx : !taken(0));
		set_reg(I82576_IMS, ICR_LSC | ICR_RXDW);
		host_run(10000);
		EXPECT(kind == KIND_PIN ? fake.intx : taken(0) == 1);
		EXPECT(reg(I82576_ICR) & ICR_RXDW);
		EXPECT_EQ(reg(I82576_ICR) & ICR_RXDW, 0);
		host_close();
	}
}
