// SPDX-License-Identifier: GPL-2.0-only
/* Much at once, in any order, with everything else in the way; and headers of all kinds. */
#include <stdlib.h>
#include <string.h>

#include "frame.h"
#include "tests.h"

#define QUEUES		4
#define ENTRIES		64
#define ROUNDS		4000
#define MOST		9000	/* bytes of a frame */

static uint8_t frame[MOST + 64];

/* ---- load: each frame has its number, and the rest of it follows from that ---- */

struct load {
	uint64_t seed;
	struct host_ring tx[QUEUES], rx;
	unsigned int numbers[QUEUES];	/* of the next frame that a queue will be given */
	unsigned int sent[QUEUES];	/* of the next that must come out of it */
	unsigned int offered, received;
	unsigned int given;		/* receive descriptors that are with the device */
	uint64_t buffers;
};

static size_t numbered_up_to(unsigned int number, unsigned int queue, size_t most)
{
	uint64_t seed = number * 64ull + queue + 1;
	size_t len = 60 + tap_random(&seed) % (most - 59);

	host_frame_to(frame, HOST_MAC, len, number);
	frame[14] = queue;
	frame[15] = number >> 8;
	frame[16] = (uint8_t)number;
	return len;
}

static size_t numbered(unsigned int number, unsigned int queue)
{
	return numbered_up_to(number, queue, number % 8 ? 1514 : MOST);
}

/* Up to seven pieces, of any length. */
static void load_transmit(struct load *l)
{
	unsigned int q = tap_random(&l->seed) % QUEUES;
	struct host_ring *r = &l->tx[q];
	unsigned int pieces = 1 + tap_random(&l->seed) % 7;
	uint64_t addr = l->buffers + (q * 32 + l->numbers[q] % 32) * 16384;
	size_t len, off = 0;

	/* Pieces without RS in front of one that is not done do not count as undone. */
	if (host_tx_undone(r) + pieces >= ENTRIES - 8 || l->numbers[q] - l->sent[q] >= 30)
		return;
	len = numbered(l->numbers[q]++, q);
	memcpy(fake_mem(addr, len), frame, len);
	for (; pieces > 1 && len - off > 32; pieces--) {
		size_t part = 1 + tap_random(&l->seed) % ((len - off) / 2);

		host_tx_put(r, addr + off, part, len, TXD_IFCS, 0);
		off += part;
	}
	host_tx_put(r, addr + off, len - off, len, TXD_IFCS | TXD_EOP | TXD_RS, 0);
	if (tap_random(&l->seed) % 3)
		host_ring_tail(r);
}

static void load_check_sent(struct load *l)
{
	for (unsigned int i = 0; i < fake_net.nr_sent; i++) {
		const struct fake_frame *f = host_sent(i);
		unsigned int q = f->data[14];
		size_t len;

		if (!EXPECT(q < QUEUES))
			continue;
		len = numbered(l->sent[q]++, q);
		EXPECT(f->len == len && !memcmp(f->data, frame, len));
	}
	fake_net_flush();
}

static void load_receive(struct load *l)
{
	while (host_rx_take(&l->rx, &got)) {
		size_t len = numbered(l->received++, 63);

		EXPECT(got.len == len && !memcmp(got.data, frame, len));
		l->given -= got.descriptors;
	}
	if (tap_random(&l->seed) % 4 == 0 && l->given < ENTRIES - 1) {
		unsigned int nr = tap_random(&l->seed) % (ENTRIES - l->given);

		host_rx_fill(&l->rx, nr);
		l->given += nr;
	}
}

static void load_step(struct load *l)
{
	switch (tap_random(&l->seed) % 16) {
	case 0:
		fake.hold_reads = !fake.hold_reads;
		break;
	case 1:
		fake_net.busy = true;
		break;
	case 2:
		if (fake_net.busy)
			fake_net_writable();
		break;
	case 3:
		fake.backlog = fake.backlog ? 0 : 1 << 30;
		if (!fake.backlog)
			ep_model_82576.dma_drained(host.func);
		break;
	case 4 ... 7:
		if (l->offered - l->received < 100)
			host_receive(frame, numbered(l->offered++, 63));
		break;
	default:
		load_transmit(l);
	}
	host_run(tap_random(&l->seed) % 20);
	load_check_sent(l);
	load_receive(l);
}

static void load_finish(struct load *l)
{
	fake.hold_reads = false;
	fake.backlog = 0;
	ep_model_82576.dma_drained(host.func);
	fake_net_writable();
	for (unsigned int q = 0; q < QUEUES; q++)
		host_ring_tail(&l->tx[q]);
	for (unsigned int i = 0; i < 400; i++) {
		host_run(1000);
		load_check_sent(l);
		load_receive(l);
	}
}

void random_load(void)
{
	static struct load l;

	memset(&l, 0, sizeof(l));
	l.seed = 0x82576;
	if (!open_port() || !host_up())
		return;
	for (unsigned int q = 0; q < QUEUES; q++)
		host_tx_ring(&l.tx[q], q, ENTRIES);
	host_rx_ring(&l.rx, 0, ENTRIES, SRRCTL_2K);
	l.buffers = host_alloc(QUEUES * 32 * 16384);
	for (unsigned int i = 0; i < ROUNDS; i++)
		load_step(&l);
	load_finish(&l);
	for (unsigned int q = 0; q < QUEUES; q++)
		EXPECT_EQ(l.sent[q], l.numbers[q]);
	EXPECT_EQ(l.received, l.offered);
	EXPECT(l.received > ROUNDS / 8 && l.sent[0] > ROUNDS / 32);
	EXPECT_EQ(reg(I82576_MPC), 0);
	host_close();
}

/* The packet buffer never gets empty, while several times its size go through it. */
void receive_buffer_wraps(void)
{
	unsigned int offered = 0, received = 0;
	struct host_ring rx;

	if (!open_port() || !host_up())
		return;
	host_rx_ring(&rx, 0, ENTRIES, SRRCTL_2K);
	host_rx_fill(&rx, 8);
	while (received < 800) {
		while (offered < received + 24)
			host_receive(frame, numbered_up_to(offered++, 63, 1514));
		host_run(100);
		if (!EXPECT(host_rx_take(&rx, &got)))
			break;
		do {
			size_t len = numbered_up_to(received++, 63, 1514);

			EXPECT(got.len == len && !memcmp(got.data, frame, len));
			host_rx_fill(&rx, got.descriptors);
		} while (host_rx_take(&rx, &got));
	}
	EXPECT_EQ(reg(I82576_MPC), 0);
	host_close();
}

/* The same for what was read and waits for the network. */
void transmit_buffer_wraps(void)
{
	unsigned int given = 0, sent = 0;
	struct host_ring tx;
	uint64_t buffers;

	if (!open_port() || !host_up())
		return;
	host_tx_ring(&tx, 0, ENTRIES);
	buffers = host_alloc(ENTRIES * 16384);
	fake_net.busy = true;
	for (unsigned int turn = 0; turn < 1000; turn++) {
		while (given < sent + 60) {
			uint64_t addr = buffers + given % ENTRIES * 16384;
			size_t len = numbered_up_to(given++, 0, MOST);

			memcpy(fake_mem(addr, len), frame, len);
			host_tx_put(&tx, addr, len, len, TXD_IFCS | TXD_EOP | TXD_RS, 0);
		}
		host_ring_tail(&tx);
		host_run(20);
		fake_net.room = 1 + turn % 3;
		fake_net_writable();
		host_run(20);
		if (!EXPECT(fake_net.nr_sent))
			break;
		for (unsigned int i = 0; i < fake_net.nr_sent; i++, sent++) {
			const struct fake_frame *f = host_sent(i);
			size_t len = numbered_up_to(sent, 0, MOST);

			EXPECT(f->len == len && !memcmp(f->data, frame, len));
		}
		fake_net_flush();
	}
	host_close();
}

/* A back end that does not wait: what does not fit is lost, and counted. */
void receive_overflow(void)
{
	struct host_ring rx;
	unsigned int nr = 0;

	if (!open_port() || !host_up())
		return;
	host_rx_ring(&rx, 0, 8, SRRCTL_2K);
	fake_net.impatient = true;
	reg(I82576_ICR);
	for (unsigned int i = 0; i < 400; i++)
		host_receive(frame, host_frame_to(frame, HOST_MAC, 1514, i));
	host_run(1000);
	EXPECT(reg(I82576_ICR) & ICR_RXMISS);
	for (unsigned int turn = 0; turn < 400; turn++) {
		host_rx_fill(&rx, 1);
		host_run(100);
		if (!host_rx_take(&rx, &got))
			break;
		host_frame_to(frame, HOST_MAC, 1514, nr++);
		EXPECT(got.len == 1514 && !memcmp(got.data, frame, 1514));
	}
	/* What the device of the data sheet holds is 64 KiB. */
	EXPECT(nr >= 40 && nr < 400);
	EXPECT_EQ(reg(I82576_MPC), 400 - nr);
	/* A reset forgets it all, and the network goes on. */
	for (unsigned int i = 0; i < 400; i++)
		host_receive(frame, host_frame_to(frame, HOST_MAC, 1514, i));
	EXPECT(fake_net.paused);
	host_reset();
	EXPECT(!fake_net.paused);
	host_close();
}

void receive_threshold(void)
{
	struct host_ring rx;

	if (!open_port() || !host_up())
		return;
	host_rx_ring(&rx, 0, 64, SRRCTL_2K | 2 << 20);		/* 32 descriptors */
	host_rx_fill(&rx, 63);
	for (unsigned int i = 0; i < 40; i++) {
		reg(I82576_ICR);
		host_receive(frame, host_frame_to(frame, HOST_MAC, 100, i));
		host_run(1000);
		EXPECT_EQ(!!(reg(I82576_ICR) & ICR_RXDMT0), i == 30);
	}
	host_close();
}

/* Disabled and at once enabled again, while reads of before are in flight. */
void queue_enabled_while_it_stops(void)
{
	struct host_ring tx;

	if (!open_port() || !host_up())
		return;
	host_tx_ring(&tx, 0, 32);
	for (unsigned int i = 0; i < 10; i++)
		host_tx_frame(&tx, frame, host_frame_to(frame, HOST_PEER, 1000, i), 0, 0);
	fake.hold_reads = true;
	host_ring_tail(&tx);
	host_run(1000);
	set_reg(I82576_TXDCTL(0), 0);
	EXPECT_EQ(reg(I82576_TXDCTL(0)) & XDCTL_ENABLE, XDCTL_ENABLE);	/* not yet */
	set_reg(I82576_TXDCTL(0), XDCTL_ENABLE);
	fake.hold_reads = false;
	host_run(10000);
	EXPECT_EQ(reg(I82576_TXDCTL(0)) & XDCTL_ENABLE, XDCTL_ENABLE);
	/* It begins where its head is: nothing had been done. */
	EXPECT_EQ(fake_net.nr_sent, 10);
	EXPECT_EQ(reg(I82576_TDH(0)), 10);
	fake_net_flush();
	host_tx_ring(&tx, 0, 16);
	host_tx_frame(&tx, frame, host_frame_to(frame, HOST_PEER, 80, 1), 0, 0);
	host_ring_tail(&tx);
	EXPECT(host_tx_wait(&tx));
	EXPECT_EQ(fake_net.nr_sent, 1);
	host_close();
}

/* ---- headers ---- */

static const struct frame_spec seeds[] = {
	{ .l4 = FRAME_TCP, .payload = 200 },
	{ .l4 = FRAME_UDP, .payload = 100 },
	{ .l4 = FRAME_SCTP, .payload = 100 },
	{ .ip6 = true, .l4 = FRAME_TCP, .payload = 200 },
	{ .ip6 = true, .l4 = FRAME_UDP, .payload = 300 },
};

/* One of the above, perhaps with a fragment header or another, some bytes changed, and cut. */
static size_t strange_frame(uint64_t *seed)
{
	static const uint8_t extensions[] = { 0, 43, 44, 60, 135, 59 };
	const struct frame_spec *s = &seeds[tap_random(seed) % ARRAY_SIZE(seeds)];
	size_t len = frame_build(frame, s);

	if (s->ip6 && tap_random(seed) % 2) {
		len = frame_add_fragment(frame, len, 0);
		frame[FRAME_ETH + 6] = extensions[tap_random(seed) % sizeof(extensions)];
		frame[FRAME_ETH + 41] = tap_random(seed) % 8;
		for (unsigned int i = 42; i < 60; i++)
			frame[FRAME_ETH + i] = tap_random(seed) % 4 ? 0xc9 : (uint8_t)*seed;
	}
	for (unsigned int n = tap_random(seed) % 4; n; n--)
		frame[12 + tap_random(seed) % 70] = (uint8_t)(tap_random(seed) >> 30);
	return tap_random(seed) % 3 ? len : 14 + tap_random(seed) % (len - 14);
}

/* The sanitizers look, and what comes out is no longer than what came in. */
void strange_frames_do_no_harm(void)
{
	struct host_ring tx, rx;
	uint64_t seed = 0x57a4;

	if (!open_port() || !host_up())
		return;
	host_tx_ring(&tx, 0, 64);
	host_rx_ring(&rx, 0, 64, 2 | 1 << 8 | (uint32_t)SRRCTL_DESCTYPE_SPLIT << 25);
	host_rx_fill(&rx, 63);
	set_reg(I82576_PSRTYPE(0), 0x1fffffff);
	set_reg(I82576_MRQC, 0x01ff0000 | MRQC_ENABLE_RSS);
	set_reg(I82576_RXCSUM, reg(I82576_RXCSUM) | RXCSUM_CRCOFL);
	set_reg(I82576_TSYNCRXCTL, TSYNC_EN | 4 << 1);
	for (unsigned int i = 0; i < 6000; i++) {
		struct virtio_net_hdr hdr = { .flags = tap_random(&seed) % 4 == 0 };
		size_t len = strange_frame(&seed);

		hdr.csum_start = tap_random(&seed) % 80;
		hdr.csum_offset = tap_random(&seed) % 20;
		/* An exact copy, so that a read beyond its end is one. */
		fake_net_receive(&hdr, frame, len);
		host_run(10);
		while (host_rx_take(&rx, &got)) {
			EXPECT(got.len <= len || got.len <= 64);
			host_rx_fill(&rx, got.descriptors);
		}
		host.next_page = rx.buffers + 64 * (256 + 2048);
		host_tx_context(&tx, 14, 20 + tap_random(&seed) % 2 * 20, 0,
				(uint32_t)tap_random(&seed) & 0x1c00, 1 + tap_random(&seed) % 200,
				tap_random(&seed) % 32);
		host_tx_frame(&tx, frame, len, tap_random(&seed) % 3 ? 0 : TXD_TSE,
			      (uint32_t)tap_random(&seed) & 0x300);
		host_ring_tail(&tx);
		EXPECT(host_tx_wait(&tx));
		fake_net_flush();
	}
	host_close();
}

/* ---- the verification suite of RSS for IPv6 ---- */

void receive_scaling_ip6(void)
{
	static const struct {
		const char *source, *target;
		unsigned int sport, dport;
		uint32_t tcp, ip;
	} known[] = {
		{ "\x3f\xfe\x25\x01\x02\x00\x1f\xff\0\0\0\0\0\0\0\x07",
		  "\x3f\xfe\x25\x01\x02\x00\x00\x03\0\0\0\0\0\0\0\x01", 2794, 1766,
		  0x40207d3d, 0x2cc18cd5 },
		{ "\x3f\xfe\x05\x01\x00\x08\0\0\x02\x60\x97\xff\xfe\x40\xef\xab",
		  "\xff\x02\0\0\0\0\0\0\0\0\0\0\0\0\0\x01", 14230, 4739, 0xdde51bbf, 0x0f0c461c },
		{ "\x3f\xfe\x19\x00\x45\x45\x00\x03\x02\x00\xf8\xff\xfe\x21\x67\xcf",
		  "\xfe\x80\0\0\0\0\0\0\x02\x00\xf8\xff\xfe\x21\x67\xcf", 44251, 38024,
		  0x02d1feef, 0x4b61e985 },
	};
	static const uint32_t key[10] = {
		0xda565a6d, 0xc20e5b25, 0x3d256741, 0xb08fa343, 0xcb2bcad0,
		0xb4307bae, 0xa32dcb77, 0x0cf23080, 0x3bb7426a, 0xfa01acbe,
	};
	struct host_ring rx;

	if (!open_port() || !host_up())
		return;
	host_rx_ring(&rx, 0, 64, SRRCTL_2K);
	host_rx_fill(&rx, 63);
	for (unsigned int i = 0; i < 10; i++)
		set_reg(I82576_RSSRK(i), key[i]);
	set_reg(I82576_RXCSUM, reg(I82576_RXCSUM) | RXCSUM_PCSD);
	for (unsigned int i = 0; i < 2 * ARRAY_SIZE(known); i++) {
		const unsigned int k = i / 2, udp = i & 1;
		struct frame_spec s = {
			.ip6 = true, .l4 = udp ? FRAME_UDP : FRAME_TCP, .payload = 20,
			.sport = known[k].sport, .dport = known[k].dport,
		};
		size_t len = frame_build(frame, &s);

		/* UDP without its bit is hashed by addresses alone. */
		set_reg(I82576_MRQC, MRQC_IPV6 | MRQC_TCPIPV6 | MRQC_ENABLE_RSS);
		memcpy(frame + FRAME_ETH + 8, known[k].source, 16);
		memcpy(frame + FRAME_ETH + 24, known[k].target, 16);
		host_receive(frame, len);
		host_run(1000);
		if (!EXPECT(host_rx_take(&rx, &got)))
			continue;
		EXPECT_EQ(got.rss, udp ? known[k].ip : known[k].tcp);
		EXPECT_EQ(got.type & 0xf, udp ? 5 : 3);
		/* With it the ports count, and there is another type. */
		set_reg(I82576_MRQC, MRQC_IPV6 | MRQC_UDPIPV6 | MRQC_ENABLE_RSS);
		host_receive(frame, len);
		host_run(1000);
		if (EXPECT(host_rx_take(&rx, &got)))
			EXPECT_EQ(got.rss, udp ? known[k].tcp : known[k].ip);
	}
	host_close();
}

/* ---- what the endpoint asks ---- */

void status_line(void)
{
	char line[512];

	if (!open_port())
		return;
	fake_net_carrier(false);
	host_run(1000);
	ep_model_82576.status(host.func, line, sizeof(line));
	EXPECT(strstr(line, "port 0") && strstr(line, "no link"));
	fake_net_carrier(true);
	if (!host_up())
		return;
	ep_model_82576.status(host.func, line, sizeof(line));
	EXPECT(strstr(line, "port 0") && strstr(line, "1000 Mb/s"));
	/* Cut, not overrun. */
	memset(line, 'x', sizeof(line));
	ep_model_82576.status(host.func, line, 8);
	EXPECT(line[7] == '\0' && line[8] == 'x');
	host_close();
}
