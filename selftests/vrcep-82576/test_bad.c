// SPDX-License-Identifier: GPL-2.0-only
/* What a broken driver, a lying packet or a lost back end does: stays alive, says so once. */
#include <string.h>

#include "frame.h"
#include "tests.h"

#define NOWHERE		0x10000000ull	/* no guest memory */

static uint8_t frame[65536];

static unsigned int log_lines(void)
{
	unsigned int nr = 0;

	for (const char *c = fake.log; *c; c++)
		nr += *c == '\n';
	return nr;
}

/* After all that the port still works, when it is reset and set up anew. */
static void expect_alive(void)
{
	static struct host_frame got;
	struct host_ring tx, rx;

	fake.hold_reads = false;
	fake.no_bus_master = false;
	fake_net.busy = false;
	fake_net.dropping = false;
	host.next_page = MEM_BASE;
	host_reset();
	if (!host_up())
		return;
	fake_net_flush();
	host_tx_ring(&tx, 0, 64);
	host_rx_ring(&rx, 0, 64, SRRCTL_2K);
	host_rx_fill(&rx, 63);
	host_tx_frame(&tx, frame, host_frame_to(frame, HOST_PEER, 100, 1), 0, 0);
	host_ring_tail(&tx);
	EXPECT(host_tx_wait(&tx));
	EXPECT_EQ(fake_net.nr_sent, 1);
	host_receive(frame, host_frame_to(frame, HOST_MAC, 100, 1));
	host_run(1000);
	EXPECT(host_rx_take(&rx, &got));
	host_close();
}

static bool ready(struct host_ring *tx, struct host_ring *rx)
{
	if (!open_port() || !host_up())
		return false;
	host_tx_ring(tx, 0, 64);
	host_rx_ring(rx, 0, 64, SRRCTL_2K);
	host_rx_fill(rx, 63);
	fake.log[0] = '\0';
	return true;
}

void rings_in_no_memory(void)
{
	struct host_ring tx, rx;

	if (!ready(&tx, &rx))
		return;
	set_reg(I82576_TXDCTL(0), 0);
	host_wait(I82576_TXDCTL(0), XDCTL_ENABLE, 0);
	set_reg(I82576_TDBAH(0), NOWHERE >> 32);
	set_reg(I82576_TDBAL(0), (uint32_t)NOWHERE);
	set_reg(I82576_TXDCTL(0), XDCTL_ENABLE);
	for (unsigned int i = 1; i < 20; i++) {
		set_reg(I82576_TDT(0), i);
		host_run(10000);
	}
	EXPECT_EQ(fake_net.nr_sent, 0);
	if (!EXPECT_EQ(log_lines(), 1))
		tap_note("'%s'", fake.log);
	set_reg(I82576_RDBAH(1), NOWHERE >> 32);
	set_reg(I82576_RDBAL(1), (uint32_t)NOWHERE);
	set_reg(I82576_RDLEN(1), 1024);
	set_reg(I82576_RXDCTL(1), XDCTL_ENABLE);
	set_reg(I82576_MRQC, 1 << 3);		/* everything to queue 1 */
	set_reg(I82576_RDT(1), 32);
	host_run(10000);
	for (unsigned int i = 0; i < 20; i++)
		host_receive(frame, host_frame_to(frame, HOST_MAC, 100, i));
	host_run(10000);
	if (!EXPECT(log_lines() <= 2))
		tap_note("%s", fake.log);
	expect_alive();
}

void ring_sizes_out_of_range(void)
{
	static const uint32_t sizes[] = { 0, 16, 128, 0xffff0, 0xffffffff, 1 };
	struct host_ring tx, rx;

	for (unsigned int i = 0; i < ARRAY_SIZE(sizes); i++) {
		if (!ready(&tx, &rx))
			return;
		set_reg(I82576_TXDCTL(0), 0);
		set_reg(I82576_RXDCTL(0), 0);
		host_run(10000);
		set_reg(I82576_TDLEN(0), sizes[i]);
		set_reg(I82576_RDLEN(0), sizes[i]);
		set_reg(I82576_TXDCTL(0), XDCTL_ENABLE);
		set_reg(I82576_RXDCTL(0), XDCTL_ENABLE);
		set_reg(I82576_TDT(0), 5);
		set_reg(I82576_RDT(0), 5);
		host_run(10000);
		host_receive(frame, host_frame_to(frame, HOST_MAC, 100, i));
		host_run(10000);
		EXPECT(log_lines() <= 4);
		expect_alive();
	}
}

void tails_out_of_range(void)
{
	static const uint32_t tails[] = { 64, 65, 0x7fff, 0xffff, 0xffffffff };
	struct host_ring tx, rx;

	for (unsigned int i = 0; i < ARRAY_SIZE(tails); i++) {
		if (!ready(&tx, &rx))
			return;
		for (unsigned int again = 0; again < 5; again++) {
			set_reg(I82576_TDT(0), tails[i]);
			set_reg(I82576_RDT(0), tails[i]);
			host_run(10000);
			host_receive(frame, host_frame_to(frame, HOST_MAC, 100, i));
			host_run(10000);
		}
		EXPECT(log_lines() <= 2);
		/* Heads, while the queue is disabled, belong to the driver. */
		set_reg(I82576_TXDCTL(0), 0);
		set_reg(I82576_RXDCTL(0), 0);
		host_run(10000);
		set_reg(I82576_TDH(0), tails[i]);
		set_reg(I82576_RDH(0), tails[i]);
		set_reg(I82576_TXDCTL(0), XDCTL_ENABLE);
		set_reg(I82576_RXDCTL(0), XDCTL_ENABLE);
		set_reg(I82576_TDT(0), 5);
		host_run(10000);
		expect_alive();
	}
}

void lengths_out_of_range(void)
{
	struct host_ring tx, rx;
	uint64_t addr;

	if (!ready(&tx, &rx))
		return;
	addr = host_alloc(65536);
	/* Nothing, alone and in a packet. */
	host_tx_put(&tx, addr, 0, 0, TXD_EOP | TXD_IFCS | TXD_RS, 0);
	host_tx_put(&tx, addr, 0, 100, TXD_IFCS, 0);
	host_tx_put(&tx, addr, 100, 100, TXD_EOP | TXD_IFCS | TXD_RS, 0);
	/* Shorter than a header, longer than a frame. */
	host_tx_put(&tx, addr, 5, 5, TXD_EOP | TXD_IFCS | TXD_RS, 0);
	host_tx_put(&tx, addr, 65535, 65535, TXD_EOP | TXD_IFCS | TXD_RS, 0);
	/* A packet in so many pieces that it cannot be one. */
	for (unsigned int i = 0; i < 40; i++)
		host_tx_put(&tx, addr, 65535, 100, TXD_IFCS, 0);
	host_tx_put(&tx, addr, 65535, 100, TXD_EOP | TXD_IFCS | TXD_RS, 0);
	host_ring_tail(&tx);
	host_run(100000);
	/* A length that the descriptor does not have. */
	host_tx_put(&tx, addr, 100, 50000, TXD_EOP | TXD_IFCS | TXD_RS, 0);
	/* Data in no memory. */
	host_tx_put(&tx, NOWHERE, 100, 100, TXD_EOP | TXD_IFCS | TXD_RS, 0);
	host_ring_tail(&tx);
	host_run(100000);
	for (unsigned int i = 0; i < fake_net.nr_sent; i++)
		EXPECT(fake_net.sent[i].len <= I82576_MAX_FRAME);
	/* Each kind once: too short, too long, of nothing, in no memory. */
	EXPECT(log_lines() >= 2 && log_lines() <= 5);
	expect_alive();
}

struct lie {
	unsigned int mac, ip, l4, mss;
	size_t len, payload;
};

void segmentation_headers_that_lie(void)
{
	static const struct lie lies[] = {
		{ 14, 20, 20, 0, 3000, 2946 },		/* no segment size */
		{ 14, 20, 20, 1, 3000, 2946 },
		{ 127, 511, 255, 1448, 3000, 2946 },	/* headers longer than they are */
		{ 0, 0, 0, 1448, 3000, 2946 },
		{ 14, 20, 20, 1448, 40, 10 },		/* no whole header */
		{ 14, 20, 20, 1448, 54, 0 },		/* no data */
		{ 14, 20, 20, 1448, 3000, 262143 },	/* more than there is */
		{ 14, 20, 20, 16383, 3000, 10 },	/* less, and large segments */
		{ 14, 20, 0, 1448, 3000, 2946 },
		{ 14, 20, 4, 1448, 3000, 2946 },
		{ 14, 500, 20, 1448, 600, 66 },
	};
	const uint32_t whole = TXD_EOP | TXD_IFCS | TXD_RS, sums = TXD_POPTS_L4 | TXD_POPTS_IP;
	struct frame_spec tcp = { .l4 = FRAME_TCP, .payload = 2946 };
	struct host_ring tx, rx;

	for (unsigned int kind = 0; kind < 4; kind++) {
		if (!ready(&tx, &rx))
			return;
		tcp.ip6 = kind & 1;
		tcp.l4 = kind & 2 ? FRAME_UDP : FRAME_TCP;
		frame_build(frame, &tcp);
		for (unsigned int i = 0; i < ARRAY_SIZE(lies); i++) {
			uint64_t addr = host_alloc(4096);

			memcpy(fake_mem(addr, 4096), frame, 4096);
			host_tx_context(&tx, lies[i].mac, lies[i].ip, 0,
					(kind & 1 ? 0 : TXC_IPV4) | (kind & 2 ? 0 : TXC_TCP),
					lies[i].mss, lies[i].l4);
			host_tx_put(&tx, addr, lies[i].len, lies[i].payload, whole | TXD_TSE, sums);
			/* The same without segmentation: sums of what is not there. */
			host_tx_put(&tx, addr, lies[i].len, lies[i].len, whole, sums);
			host_ring_tail(&tx);
			host_run(10000);
		}
		for (unsigned int i = 0; i < fake_net.nr_sent; i++) {
			const struct fake_frame *f = host_sent(i);

			if (f->hdr.flags & VIRTIO_NET_HDR_F_NEEDS_CSUM)
				EXPECT(f->hdr.csum_start + f->hdr.csum_offset + 2u <= f->len);
			if (f->hdr.gso_type)
				EXPECT(f->hdr.gso_size && f->hdr.hdr_len <= f->len);
		}
		if (!EXPECT(log_lines() <= 3))
			tap_note("%s", fake.log);
		expect_alive();
	}
}

void back_end_gone(void)
{
	struct host_ring tx, rx;

	if (!ready(&tx, &rx))
		return;
	reg(I82576_ICR);
	fake_net_carrier(false);
	fake_net.dropping = true;
	host_run(1000);
	EXPECT_EQ(reg(I82576_STATUS) & STATUS_LU, 0);
	EXPECT(reg(I82576_ICR) & ICR_LSC);
	for (unsigned int i = 0; i < 20; i++)
		host_tx_frame(&tx, frame, host_frame_to(frame, HOST_PEER, 100, i), 0, 0);
	host_ring_tail(&tx);
	host_run(100000);
	EXPECT_EQ(fake_net.nr_sent, 0);
	EXPECT(log_lines() <= 2);
	/* It is there again. */
	fake_net.dropping = false;
	fake_net_carrier(true);
	host_run(1000);
	expect_alive();
}

/* A frame larger than the MTU of the interface: lost, not waited for. */
void back_end_refuses(void)
{
	struct host_ring tx, rx;

	if (!ready(&tx, &rx))
		return;
	fake_net.dropping = true;
	for (unsigned int i = 0; i < 40; i++)
		host_tx_frame(&tx, frame, host_frame_to(frame, HOST_PEER, 9000, i), 0, 0);
	host_ring_tail(&tx);
	EXPECT(host_tx_wait(&tx));
	EXPECT_EQ(fake_net.stats.tx_dropped, 40);
	EXPECT(log_lines() <= 1);
	fake_net.dropping = false;
	host_tx_frame(&tx, frame, host_frame_to(frame, HOST_PEER, 1500, 1), 0, 0);
	host_ring_tail(&tx);
	EXPECT(host_tx_wait(&tx));
	EXPECT_EQ(fake_net.nr_sent, 1);
	expect_alive();
}

/* Work in both directions, whose DMA reads stay unanswered. */
static bool in_flight(struct host_ring *tx, struct host_ring *rx, bool fetched)
{
	if (!ready(tx, rx))
		return false;
	for (unsigned int i = 0; i < 30; i++)
		host_tx_frame(tx, frame, host_frame_to(frame, HOST_PEER, 1000, i), 0, 0);
	fake.hold_reads = true;
	host_ring_tail(tx);
	host_run(1000);
	if (fetched) {
		/* The descriptors come, the data do not. */
		fake.hold_reads = false;
		fake_answer_reads();
		fake.hold_reads = true;
		host_run(1000);
	}
	host_receive(frame, host_frame_to(frame, HOST_MAC, 100, 1));
	return EXPECT(fake.nr_pending > 0);
}

void software_reset_with_dma_in_flight(void)
{
	struct host_ring tx, rx;

	for (unsigned int fetched = 0; fetched < 2; fetched++) {
		if (!in_flight(&tx, &rx, fetched))
			return;
		set_reg(I82576_CTRL, reg(I82576_CTRL) | CTRL_RST);
		host_run(1000);
		/* Memory has another use now: what still comes is not looked at. */
		memset(fake_mem(tx.base, 1024), 0x5a, 1024);
		fake.writes = 0;
		fake.hold_reads = false;
		host_run(10000);
		EXPECT_EQ(fake.writes, 0);
		EXPECT_EQ(fake_net.nr_sent, 0);
		expect_alive();
	}
}

void function_reset_with_dma_in_flight(void)
{
	struct host_ring tx, rx;

	for (unsigned int fetched = 0; fetched < 2; fetched++) {
		if (!in_flight(&tx, &rx, fetched))
			return;
		host_function_reset();
		fake.hold_reads = false;
		fake.writes = 0;
		host_run(10000);
		EXPECT_EQ(fake.writes, 0);
		EXPECT_EQ(fake_net.nr_sent, 0);
		EXPECT_EQ(reg(I82576_TDLEN(0)), 0);
		expect_alive();
	}
}

void queue_disable_with_dma_in_flight(void)
{
	struct host_ring tx, rx;

	for (unsigned int fetched = 0; fetched < 2; fetched++) {
		if (!in_flight(&tx, &rx, fetched))
			return;
		set_reg(I82576_TXDCTL(0), 0);
		set_reg(I82576_RXDCTL(0), 0);
		host_run(1000);
		fake.hold_reads = false;
		EXPECT(host_wait(I82576_TXDCTL(0), XDCTL_ENABLE, 0));
		EXPECT(host_wait(I82576_RXDCTL(0), XDCTL_ENABLE, 0));
		/* Once it reads as disabled, memory is the driver's. */
		fake.writes = 0;
		host_run(10000);
		EXPECT_EQ(fake.writes, 0);
		fake_net_flush();
		host_tx_ring(&tx, 0, 32);
		host_tx_frame(&tx, frame, host_frame_to(frame, HOST_PEER, 70, 1), 0, 0);
		host_ring_tail(&tx);
		EXPECT(host_tx_wait(&tx));
		EXPECT_EQ(fake_net.nr_sent, 1);
		expect_alive();
	}
}

void destroy_with_dma_in_flight(void)
{
	struct host_ring tx, rx;

	for (unsigned int fetched = 0; fetched < 2; fetched++) {
		if (!in_flight(&tx, &rx, fetched))
			return;
		/* The core resets a function before it goes. */
		host_function_reset();
		host_close();
	}
}

void bus_master_off(void)
{
	struct host_ring tx, rx;

	if (!ready(&tx, &rx))
		return;
	fake.no_bus_master = true;
	ep_model_82576.state_changed(host.func);
	host_tx_frame(&tx, frame, host_frame_to(frame, HOST_PEER, 70, 1), 0, 0);
	host_ring_tail(&tx);
	host_receive(frame, host_frame_to(frame, HOST_MAC, 100, 1));
	host_run(100000);
	EXPECT_EQ(fake_net.nr_sent, 0);
	fake.no_bus_master = false;
	ep_model_82576.state_changed(host.func);
	expect_alive();
}

/* Any bits at all in descriptors and frames, with small rings. */
void random_descriptors(void)
{
	uint64_t seed = 0x82576;
	struct host_ring tx, rx;

	if (!ready(&tx, &rx))
		return;
	for (unsigned int turn = 0; turn < 3000; turn++) {
		uint64_t addr = MEM_BASE + tap_random(&seed) % 0x100000;
		uint32_t d[4] = {
			(uint32_t)addr, addr >> 32, (uint32_t)tap_random(&seed),
			(uint32_t)(tap_random(&seed) >> 20),
		};

		/* Now and then a context, a legacy descriptor, nonsense in place of an address. */
		if (turn % 4 == 0)
			d[0] = (uint32_t)tap_random(&seed);
		memcpy(fake_mem(tx.base + turn % 64 * 16, 16), d, sizeof(d));
		set_reg(I82576_TDT(0), (turn + 1) % 64);
		if (turn % 8 == 0) {
			size_t len = tap_random(&seed) % 2000;

			for (size_t i = 0; i < len; i++)
				frame[i] = (uint8_t)(tap_random(&seed) >> 40);
			memcpy(frame, HOST_MAC, 6);
			if (turn % 16)
				memcpy(frame + 12, turn % 32 ? "\x08\x00\x45" : "\x86\xdd\x60", 3);
			host_receive(frame, len);
			set_reg(I82576_RDT(0), (turn / 8 + 63) % 64);
		}
		if (turn % 500 == 499) {
			/* It may have stopped by then. */
			set_reg(I82576_TXDCTL(0), 0);
			host_run(1000);
			set_reg(I82576_TDH(0), (turn + 1) % 64);
			set_reg(I82576_TXDCTL(0), XDCTL_ENABLE);
		}
		host_run(100);
		fake_net_flush();
	}
	expect_alive();
}
