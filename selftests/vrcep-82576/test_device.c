// SPDX-License-Identifier: GPL-2.0-only
/* Flow control, waking from D3, timers and time stamps. */
#include <string.h>

#include "tests.h"

#define PAUSE_ADDRESS	"\x01\x80\xc2\x00\x00\x01"

static uint8_t frame[2048];

/* ---- flow control ---- */

static void receive_control(const char *to, unsigned int opcode, unsigned int quanta)
{
	memset(frame, 0, 60);
	memcpy(frame, to, 6);
	memcpy(frame + 6, HOST_PEER, 6);
	memcpy(frame + 12, "\x88\x08", 2);
	frame[14] = opcode >> 8;
	frame[15] = opcode;
	frame[16] = quanta >> 8;
	frame[17] = quanta;
	host_receive(frame, 60);
}

static void send_one(struct host_ring *tx)
{
	host_tx_frame(tx, frame, host_frame_to(frame, HOST_PEER, 60, 0), 0, 0);
	host_ring_tail(tx);
}

void pause_stops_transmission(void)
{
	struct host_ring tx;

	if (!open_port() || !host_up())
		return;
	host_tx_ring(&tx, 0, 64);
	/* Not agreed upon: counted, no more. */
	receive_control(PAUSE_ADDRESS, 1, 0xffff);
	EXPECT_EQ(reg(I82576_STATUS) & STATUS_TXOFF, 0);
	EXPECT_EQ(reg(I82576_XOFFRXC), 1);
	set_reg(I82576_CTRL, reg(I82576_CTRL) | CTRL_RFCE);
	/* 1000 times 512 bits are 512 us. */
	receive_control(PAUSE_ADDRESS, 1, 1000);
	EXPECT(reg(I82576_STATUS) & STATUS_TXOFF);
	send_one(&tx);
	host_run(500);
	EXPECT_EQ(fake_net.nr_sent, 0);
	host_run(20);
	EXPECT_EQ(fake_net.nr_sent, 1);
	EXPECT_EQ(reg(I82576_STATUS) & STATUS_TXOFF, 0);
	/* Of no length: go on. */
	receive_control(HOST_MAC, 1, 0xffff);
	send_one(&tx);
	host_run(100);
	EXPECT_EQ(fake_net.nr_sent, 1);
	receive_control(PAUSE_ADDRESS, 1, 0);
	host_run(1);
	EXPECT_EQ(fake_net.nr_sent, 2);
	EXPECT_EQ(reg(I82576_XOFFRXC), 2);
	EXPECT_EQ(reg(I82576_XONRXC), 1);
	receive_control(PAUSE_ADDRESS, 2, 0);
	EXPECT_EQ(reg(I82576_FCRUC), 1);
	/* A reset forgets it. */
	receive_control(PAUSE_ADDRESS, 1, 0xffff);
	host_reset();
	EXPECT_EQ(reg(I82576_STATUS) & STATUS_TXOFF, 0);
	host_close();
}

void control_frames_for_software(void)
{
	struct host_ring rx;
	struct host_frame f;

	if (!open_port() || !host_up())
		return;
	host_rx_ring(&rx, 0, 64, SRRCTL_2K);
	host_rx_fill(&rx, 32);
	set_reg(I82576_RCTL, reg(I82576_RCTL) | RCTL_MPE);
	receive_control(PAUSE_ADDRESS, 1, 5);
	host_run(100);
	EXPECT(!host_rx_take(&rx, &f));
	receive_control(HOST_MAC, 1, 5);
	host_run(100);
	EXPECT(host_rx_take(&rx, &f));
	set_reg(I82576_RCTL, reg(I82576_RCTL) | RCTL_DPF | RCTL_PMCF);
	receive_control(HOST_MAC, 1, 5);
	host_run(100);
	EXPECT(!host_rx_take(&rx, &f));
	receive_control(PAUSE_ADDRESS, 1, 5);
	host_run(100);
	EXPECT(host_rx_take(&rx, &f));
	host_close();
}

static void receive_many(unsigned int nr)
{
	for (unsigned int i = 0; i < nr; i++)
		host_receive(frame, host_frame_to(frame, HOST_MAC, 1514, i));
	host_run(100);
}

void full_buffer_sends_pause(void)
{
	struct host_ring rx;

	if (!open_port() || !host_up())
		return;
	host_rx_ring(&rx, 0, 64, SRRCTL_2K);
	set_reg(I82576_CTRL, reg(I82576_CTRL) | CTRL_TFCE);
	set_reg(I82576_FCTTV, 0x1234);
	set_reg(I82576_FCRTH0, 0x2000);
	set_reg(I82576_FCRTL0, 0x1000 | FCRTL_XONE);
	/* There are no descriptors: frames stay in the packet buffer. */
	receive_many(4);
	EXPECT(!fake_net.paused);
	receive_many(4);
	EXPECT(fake_net.paused);
	EXPECT_EQ(reg(I82576_XOFFTXC), 1);
	/* Room again. */
	host_rx_fill(&rx, 32);
	host_run(100);
	EXPECT(!fake_net.paused);
	EXPECT_EQ(reg(I82576_XOFFTXC), 0);
	EXPECT_EQ(reg(I82576_XONTXC), 1);
	/* Told again while it stays full: 1000 quanta are 512 us. */
	set_reg(I82576_FCRTV, 1000);
	receive_many(48);
	EXPECT_EQ(reg(I82576_XOFFTXC), 1);
	host_run(520);
	EXPECT_EQ(reg(I82576_XOFFTXC), 1);
	/* By hand. */
	set_reg(I82576_TCTL, reg(I82576_TCTL) | TCTL_SWXOFF);
	EXPECT_EQ(reg(I82576_TCTL) & TCTL_SWXOFF, 0);
	EXPECT_EQ(reg(I82576_XOFFTXC), 1);
	/* No frame says so: other hosts on its wire would stop. */
	EXPECT_EQ(fake_net.nr_sent, 0);
	host_close();
}

/* ---- wake up ---- */

static void sleep_with(uint32_t wufc)
{
	set_reg(I82576_WUS, ~0u);
	set_reg(I82576_WUC, WUC_PME_EN);
	set_reg(I82576_WUFC, wufc);
	fake.pme_enabled = true;
	fake.in_d3 = true;
	ep_model_82576.state_changed(host.func);
	fake.pmes = 0;
}

static size_t magic_for(const char *mac, const char *to)
{
	size_t len = host_frame_to(frame, to, 200, 0);

	memset(frame + 40, 0xff, 6);
	for (unsigned int i = 0; i < 16; i++)
		memcpy(frame + 46 + 6 * i, mac, 6);
	return len;
}

void wakes_by_magic_packet(void)
{
	if (!open_port() || !host_up())
		return;
	sleep_with(WU_MAG);
	host_receive(frame, host_frame_to(frame, HOST_MAC, 100, 0));
	host_receive(frame, magic_for(HOST_PEER, "\xff\xff\xff\xff\xff\xff"));
	EXPECT_EQ(fake.pmes, 0);
	EXPECT_EQ(reg(I82576_WUS), 0);
	host_receive(frame, magic_for(HOST_MAC, "\xff\xff\xff\xff\xff\xff"));
	EXPECT_EQ(fake.pmes, 1);
	EXPECT_EQ(reg(I82576_WUS), WU_MAG);
	EXPECT(reg(I82576_WUC) & WUC_PME_STATUS);
	EXPECT_EQ(reg(I82576_WUPL), 200);
	EXPECT_EQ(reg(I82576_WUPM(0)), 0xffffffff);
	/* The next one does not replace what is there. */
	host_receive(frame, magic_for(HOST_MAC, HOST_MAC));
	EXPECT_EQ(reg(I82576_WUPM(0)), 0xffffffff);
	set_reg(I82576_WUC, WUC_PME_STATUS);
	EXPECT_EQ(reg(I82576_WUC) & WUC_PME_STATUS, 0);
	/* Awake there is nothing to wake. */
	fake.in_d3 = false;
	ep_model_82576.state_changed(host.func);
	fake.pmes = 0;
	host_receive(frame, magic_for(HOST_MAC, HOST_MAC));
	EXPECT_EQ(fake.pmes, 0);
	host_close();
}

/* The frame wakes by this filter and by none of the others. */
static void expect_wake(uint32_t filter, size_t len)
{
	sleep_with(filter);
	host_receive(frame, len);
	if (!EXPECT_EQ(reg(I82576_WUS), filter))
		tap_note("filter 0x%x", filter);
	sleep_with(0xf80ff & ~filter & ~(WU_EX | WU_BC));
	host_receive(frame, len);
	EXPECT_EQ(fake.pmes, 0);
}

static size_t arp_for(const char *ip)
{
	size_t len = host_frame_to(frame, "\xff\xff\xff\xff\xff\xff", 60, 0);

	memcpy(frame + 12, "\x08\x06\x00\x01\x08\x00\x06\x04\x00\x01", 10);
	memcpy(frame + 38, ip, 4);
	return len;
}

static size_t ip4_for(const char *ip)
{
	size_t len = host_frame_to(frame, HOST_MAC, 60, 0);

	memcpy(frame + 12, "\x08\x00", 2);
	memcpy(frame + 30, ip, 4);
	return len;
}

static size_t ip6_for(const char *ip)
{
	size_t len = host_frame_to(frame, HOST_MAC, 60, 0);

	memcpy(frame + 12, "\x86\xdd", 2);
	memcpy(frame + 38, ip, 16);
	return len;
}

static void wakes_by_ip6(void)
{
	static const char address[] = "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x05";

	set_reg(I82576_IPAV, 1 << 16);
	set_reg(I82576_IP6AT(0), 0xb80d0120);
	set_reg(I82576_IP6AT(3), 0x05000000);
	expect_wake(WU_IPV6, ip6_for(address));
	sleep_with(WU_IPV6);
	host_receive(frame, ip6_for("\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x06"));
	EXPECT_EQ(fake.pmes, 0);
}

static void wakes_by_multicast(void)
{
	static const char group[] = "\x01\x00\x5e\x01\x02\x03";
	unsigned int hash = 0x0302 >> 4;

	sleep_with(WU_MC);
	host_receive(frame, host_frame_to(frame, group, 60, 0));
	EXPECT_EQ(fake.pmes, 0);
	set_reg(I82576_MTA(hash >> 5), BIT(hash & 31));
	expect_wake(WU_MC, host_frame_to(frame, group, 60, 0));
}

/* Bytes 14 and 16 of a frame, by the second of the flexible filters. */
static void flexible_filter(void)
{
	set_reg(I82576_FFLT(1), 20);
	set_reg(I82576_FFMT(14), 2);
	set_reg(I82576_FFMT(16), 2);
	set_reg(I82576_FFVT(14), 0x5500);
	set_reg(I82576_FFVT(16), 0xaa00);
	host_frame_to(frame, HOST_PEER, 60, 0);
	frame[14] = 0x55;
	frame[16] = 0xaa;
	expect_wake(WU_FLX(1), 60);
	frame[16] = 0xab;
	sleep_with(WU_FLX(1));
	host_receive(frame, 60);
	EXPECT_EQ(fake.pmes, 0);
}

void wakes_by_filters(void)
{
	if (!open_port() || !host_up())
		return;
	set_reg(I82576_IPAV, 1);
	set_reg(I82576_IP4AT(0), 0x0100000a);		/* 10.0.0.1 */
	expect_wake(WU_EX, host_frame_to(frame, HOST_MAC, 60, 0));
	expect_wake(WU_BC, host_frame_to(frame, "\xff\xff\xff\xff\xff\xff", 60, 0));
	expect_wake(WU_ARP, arp_for("\x0a\x00\x00\x01"));
	expect_wake(WU_IPV4, ip4_for("\x0a\x00\x00\x01"));
	sleep_with(WU_ARP | WU_IPV4);
	host_receive(frame, arp_for("\x0a\x00\x00\x02"));
	host_receive(frame, ip4_for("\x0a\x00\x00\x02"));
	EXPECT_EQ(fake.pmes, 0);
	wakes_by_ip6();
	wakes_by_multicast();
	flexible_filter();
	sleep_with(WU_LNKC);
	fake_net_carrier(false);
	EXPECT_EQ(fake.pmes, 1);
	EXPECT_EQ(reg(I82576_WUS), WU_LNKC);
	host_close();
}

/* ---- timers ---- */

static unsigned int running_us(void)
{
	uint32_t val = reg(I82576_FRTIMER);

	return (val >> 20) * 1000000 + (val >> 10 & 0x3ff) * 1000 + (val & 0x3ff);
}

void timers_run(void)
{
	unsigned int before;

	if (!open_port() || !host_up())
		return;
	before = running_us();
	host_run(1234567);
	EXPECT_EQ(running_us() - before, 1234567);
	set_reg(I82576_IVAR_MISC, 3 | IVAR_VALID);
	set_reg(I82576_EIMS, 8);
	set_reg(I82576_TCPTIMER, 5 | TCPTIMER_EN | TCPTIMER_KICKSTART);
	host_run(4900);
	EXPECT_EQ(fake.msi[3], 0);
	host_run(200);
	EXPECT_EQ(fake.msi[3], 1);
	EXPECT(reg(I82576_ICR) & ICR_TCP_TIMER);
	host_run(20000);
	EXPECT_EQ(fake.msi[3], 1);
	set_reg(I82576_TCPTIMER, 5 | TCPTIMER_EN | TCPTIMER_KICKSTART | TCPTIMER_LOOP);
	host_run(16000);
	EXPECT_EQ(fake.msi[3], 4);
	/* Not enabled: what still runs says nothing when it is over. */
	set_reg(I82576_TCPTIMER, 0);
	host_run(16000);
	EXPECT_EQ(fake.msi[3], 4);
	host_close();
}

static uint64_t stamp(uint32_t low)
{
	uint32_t l = reg(low);

	return (uint64_t)reg(low + 4) << 32 | l;
}

/* A PTP message over Ethernet, as version 2 has it. */
static void receive_ptp(uint8_t type, unsigned int sequence)
{
	host_frame_to(frame, HOST_MAC, 80, 0);
	memcpy(frame + 12, "\x88\xf7", 2);
	frame[14] = type;
	frame[15] = 2;
	frame[44] = sequence >> 8;
	frame[45] = sequence;
	host_receive(frame, 80);
}

void time_stamps(void)
{
	struct host_ring tx, rx;
	struct host_frame f;
	uint64_t sent;

	if (!open_port() || !host_up())
		return;
	host_tx_ring(&tx, 0, 64);
	host_rx_ring(&rx, 0, 64, SRRCTL_2K);
	host_rx_fill(&rx, 32);
	set_reg(I82576_TIMINCA, 1u << 24 | 16u << 19);
	set_reg(I82576_TSYNCTXCTL, TSYNC_EN);
	set_reg(I82576_TSYNCRXCTL, TSYNC_EN | 5u << 1);	/* event messages of version 2 */
	host_run(1000);
	host_tx_frame(&tx, frame, host_frame_to(frame, HOST_PEER, 60, 0), 1u << 19, 0);
	host_ring_tail(&tx);
	host_run(1000);
	EXPECT_EQ(reg(I82576_TSYNCTXCTL), TSYNC_EN | TSYNC_VALID);
	sent = stamp(I82576_TXSTMPL) >> 19;
	EXPECT(sent >= 1000000 && sent < 2000000);
	EXPECT_EQ(reg(I82576_TSYNCTXCTL), TSYNC_EN);
	/* Announce is no event, Sync is one. */
	receive_ptp(0xb, 0x1111);
	EXPECT_EQ(reg(I82576_TSYNCRXCTL) & TSYNC_VALID, 0);
	receive_ptp(0, 0x1234);
	EXPECT_EQ(reg(I82576_TSYNCRXCTL) & TSYNC_VALID, TSYNC_VALID);
	EXPECT_EQ(reg(I82576_RXSATRH) >> 16, 0x1234);
	host_run(1000);
	EXPECT(host_rx_take(&rx, &f));
	EXPECT_EQ(f.status & 1u << 16, 0);
	EXPECT(host_rx_take(&rx, &f));
	EXPECT(f.status & 1u << 16);
	EXPECT(stamp(I82576_RXSTMPL) >> 19 >= 2000000);
	EXPECT_EQ(reg(I82576_TSYNCRXCTL) & TSYNC_VALID, 0);
	host_close();
}

/* Queue 0 is enabled by a reset: a driver that relies on it finds it so. */
void queue_enabled_by_reset(void)
{
	uint64_t ring, data;
	uint64_t desc[2];

	if (!open_port() || !host_up())
		return;
	EXPECT(reg(I82576_TXDCTL(0)) & XDCTL_ENABLE);
	EXPECT(reg(I82576_RXDCTL(0)) & XDCTL_ENABLE);
	EXPECT_EQ(reg(I82576_TXDCTL(1)) & XDCTL_ENABLE, 0);
	ring = host_alloc(4096);
	data = host_alloc(4096);
	host_frame_to(fake_mem(data, 60), HOST_PEER, 60, 0);
	desc[0] = htole64(data);
	desc[1] = htole64(60 | (uint64_t)(TXD_EOP | TXD_IFCS | TXD_RS));
	memcpy(fake_mem(ring, 16), desc, sizeof(desc));
	set_reg(I82576_TDBAL(0), (uint32_t)ring);
	set_reg(I82576_TDBAH(0), ring >> 32);
	set_reg(I82576_TDLEN(0), 128);
	set_reg(I82576_TDT(0), 1);
	host_run(1000);
	EXPECT_EQ(fake_net.nr_sent, 1);
	EXPECT_EQ(reg(I82576_TDH(0)), 1);
	/* And disabled and enabled as any other. */
	set_reg(I82576_TXDCTL(0), 0);
	set_reg(I82576_TDH(0), 0);
	set_reg(I82576_TDT(0), 0);
	set_reg(I82576_TXDCTL(0), XDCTL_ENABLE);
	set_reg(I82576_TDT(0), 1);
	host_run(1000);
	EXPECT_EQ(fake_net.nr_sent, 2);
	host_close();
}
