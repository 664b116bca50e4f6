// SPDX-License-Identifier: GPL-2.0-only
/* Transmission, and loopback. */
#include <string.h>

#include "frame.h"
#include "tests.h"

static uint8_t frame[65536];

static bool ready(struct host_ring *tx, unsigned int entries)
{
	if (!open_port() || !host_up())
		return false;
	host_tx_ring(tx, 0, entries);
	host_vector(0, 1);
	return true;
}

static void expect_sent(unsigned int i, const uint8_t *want, size_t len)
{
	const struct fake_frame *f = host_sent(i);

	if (!EXPECT(f))
		return;
	EXPECT_EQ(f->len, len);
	EXPECT_EQ(f->hdr.flags, 0);
	EXPECT_EQ(f->hdr.gso_type, VIRTIO_NET_HDR_GSO_NONE);
	EXPECT(f->len == len && !memcmp(f->data, want, len));
}

void transmit_advanced(void)
{
	static const size_t sizes[] = { 60, 61, 255, 1514, 9000 };
	struct host_ring tx;

	if (!ready(&tx, 64))
		return;
	for (unsigned int i = 0; i < ARRAY_SIZE(sizes); i++)
		host_tx_frame(&tx, frame, host_frame_to(frame, HOST_PEER, sizes[i], i), 0, 0);
	EXPECT_EQ(fake_net.nr_sent, 0);
	host_ring_tail(&tx);
	EXPECT(host_tx_wait(&tx));
	EXPECT_EQ(reg(I82576_TDH(0)), ARRAY_SIZE(sizes));
	EXPECT_EQ(fake_net.nr_sent, ARRAY_SIZE(sizes));
	for (unsigned int i = 0; i < ARRAY_SIZE(sizes); i++)
		expect_sent(i, frame, host_frame_to(frame, HOST_PEER, sizes[i], i));
	EXPECT(fake.msi[1] >= 1);
	EXPECT_EQ(reg(I82576_GPTC), ARRAY_SIZE(sizes));
	EXPECT_EQ(reg(I82576_TPT), ARRAY_SIZE(sizes));
	EXPECT_EQ(reg(I82576_PTC64), 1);
	EXPECT_EQ(reg(I82576_GOTCL), 60 + 61 + 255 + 1514 + 9000 + 5 * 4);
	EXPECT_EQ(reg(I82576_GOTCL + 4), 0);
	host_close();
}

void transmit_legacy(void)
{
	struct host_ring tx;
	uint64_t addr;

	if (!ready(&tx, 64))
		return;
	set_reg(I82576_CTRL, reg(I82576_CTRL) | CTRL_VME);
	addr = host_alloc(2048);
	host_frame_to(fake_mem(addr, 300), HOST_PEER, 300, 3);
	host_tx_legacy(&tx, addr, 300, 0x0b, 0);		/* EOP, IFCS, RS */
	/* A VLAN tag of the descriptor. */
	host_tx_legacy(&tx, addr, 300, 0x4b, 0x2064);
	/* In two pieces. */
	host_tx_legacy(&tx, addr, 100, 0x02, 0);
	host_tx_legacy(&tx, addr + 100, 200, 0x0b, 0);
	host_ring_tail(&tx);
	EXPECT(host_tx_wait(&tx));
	host_frame_to(frame, HOST_PEER, 300, 3);
	expect_sent(0, frame, 300);
	expect_sent(2, frame, 300);
	memmove(frame + 16, frame + 12, 288);
	memcpy(frame + 12, "\x81\x00\x20\x64", 4);
	expect_sent(1, frame, 304);
	host_close();
}

void transmit_pieces(void)
{
	struct host_ring tx;
	uint64_t addr;

	if (!ready(&tx, 64))
		return;
	addr = host_alloc(16384);
	host_frame_to(fake_mem(addr, 4000), HOST_PEER, 4000, 9);
	for (unsigned int pieces = 2; pieces <= 40; pieces += 19) {
		size_t step = 4000 / pieces, off = 0;

		for (unsigned int i = 1; i < pieces; i++, off += step)
			host_tx_put(&tx, addr + off, step, 4000, TXD_IFCS, 0);
		host_tx_put(&tx, addr + off, 4000 - off, 4000, TXD_EOP | TXD_IFCS | TXD_RS, 0);
		host_ring_tail(&tx);
		EXPECT(host_tx_wait(&tx));
		EXPECT_EQ(fake_net.nr_sent, 1);
		expect_sent(0, fake_mem(addr, 4000), 4000);
		fake_net_flush();
	}
	/* A packet that ends later than its first doorbell. */
	host_tx_put(&tx, addr, 1000, 4000, TXD_IFCS, 0);
	host_ring_tail(&tx);
	host_run(1000);
	EXPECT_EQ(fake_net.nr_sent, 0);
	host_tx_put(&tx, addr + 1000, 3000, 4000, TXD_EOP | TXD_IFCS | TXD_RS, 0);
	host_ring_tail(&tx);
	EXPECT(host_tx_wait(&tx));
	expect_sent(0, fake_mem(addr, 4000), 4000);
	host_close();
}

void transmit_all_queues(void)
{
	struct host_ring tx[I82576_QUEUES];

	if (!open_port() || !host_up())
		return;
	for (unsigned int q = 0; q < I82576_QUEUES; q++)
		host_tx_ring(&tx[q], q, 16);
	for (unsigned int q = 0; q < I82576_QUEUES; q++) {
		host_tx_frame(&tx[q], frame, host_frame_to(frame, HOST_PEER, 100 + q, q), 0, 0);
		host_ring_tail(&tx[q]);
	}
	for (unsigned int q = 0; q < I82576_QUEUES; q++)
		EXPECT(host_tx_wait(&tx[q]));
	EXPECT_EQ(fake_net.nr_sent, I82576_QUEUES);
	host_close();
}

void transmit_ring_wraps(void)
{
	struct host_ring tx;
	unsigned int sent = 0;

	if (!ready(&tx, 8))
		return;
	for (unsigned int turn = 0; turn < 100; turn++) {
		unsigned int nr = 1 + turn % 7;

		for (unsigned int i = 0; i < nr; i++) {
			host_frame_to(frame, HOST_PEER, 64, sent + i);
			host_tx_frame(&tx, frame, 64, 0, 0);
		}
		host_ring_tail(&tx);
		EXPECT(host_tx_wait(&tx));
		for (unsigned int i = 0; i < nr; i++, sent++)
			expect_sent(sent, frame, host_frame_to(frame, HOST_PEER, 64, sent));
	}
	EXPECT_EQ(fake_net.nr_sent, sent);
	host_close();
}

/* What the next on the way makes of a frame with its header. */
static void complete(struct fake_frame *f)
{
	uint32_t sum = 0;

	if (!(f->hdr.flags & VIRTIO_NET_HDR_F_NEEDS_CSUM))
		return;
	for (size_t i = f->hdr.csum_start; i < f->len; i++)
		sum += (i - f->hdr.csum_start) & 1 ? f->data[i] : f->data[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	frame_put16(f->data + f->hdr.csum_start + f->hdr.csum_offset, ~sum);
	f->hdr.flags = 0;
}

/* The driver leaves the sum of the pseudo header in the field, and 0 in that of IPv4. */
static void prepare(uint8_t *f, size_t l4_len)
{
	frame_put16(f + frame_sum_offset(f), frame_pseudo(f, l4_len));
	if (frame_get16(f + 12) == 0x0800)
		frame_put16(f + FRAME_ETH + 10, 0);
}

void transmit_checksums(void)
{
	static const struct frame_spec specs[] = {
		{ .l4 = FRAME_TCP, .payload = 333, .sport = 1, .dport = 2 },
		{ .l4 = FRAME_UDP, .payload = 100, .sport = 1, .dport = 2 },
		{ .ip6 = true, .l4 = FRAME_TCP, .payload = 333, .sport = 1, .dport = 2 },
		{ .ip6 = true, .l4 = FRAME_UDP, .payload = 101, .sport = 1, .dport = 2 },
	};
	struct host_ring tx;

	if (!ready(&tx, 64))
		return;
	for (unsigned int i = 0; i < ARRAY_SIZE(specs); i++) {
		const struct frame_spec *s = &specs[i];
		size_t len = frame_build(frame, s);
		uint8_t want[2048];

		memcpy(want, frame, len);
		prepare(frame, len - frame_l4_offset(frame));
		host_tx_context(&tx, FRAME_ETH, s->ip6 ? 40 : 20, 0,
				(s->ip6 ? 0 : TXC_IPV4) | (s->l4 == FRAME_TCP ? TXC_TCP : 0), 0, 0);
		host_tx_frame(&tx, frame, len, 0, TXD_POPTS_L4 | (s->ip6 ? 0 : TXD_POPTS_IP));
		host_ring_tail(&tx);
		EXPECT(host_tx_wait(&tx));
		if (!EXPECT(host_sent(0)))
			break;
		complete(&fake_net.sent[0]);
		EXPECT(frame_sums_good(host_sent(0)->data, host_sent(0)->len));
		expect_sent(0, want, len);
		fake_net_flush();
	}
	host_close();
}

static void expect_segments(const struct fake_frame *f, const uint8_t *want, size_t len, bool ip6)
{
	EXPECT_EQ(f->len, len);
	EXPECT_EQ(f->hdr.gso_type & ~VIRTIO_NET_HDR_GSO_ECN,
		  ip6 ? VIRTIO_NET_HDR_GSO_TCPV6 : VIRTIO_NET_HDR_GSO_TCPV4);
	EXPECT_EQ(f->hdr.gso_size, 1448);
	EXPECT_EQ(f->hdr.flags, VIRTIO_NET_HDR_F_NEEDS_CSUM);
	EXPECT_EQ(f->hdr.csum_start, frame_l4_offset(want));
	EXPECT_EQ(f->hdr.csum_offset, 16);
	EXPECT(f->hdr.hdr_len == 0 || f->hdr.hdr_len == frame_payload_offset(want));
	/* The length of the whole is in the header, and in the sum. */
	EXPECT_EQ(frame_get16(f->data + FRAME_ETH + (ip6 ? 4 : 2)),
		  len - FRAME_ETH - (ip6 ? 40 : 0));
	complete(&fake_net.sent[0]);
	EXPECT(frame_sums_good(f->data, f->len));
	EXPECT(!memcmp(f->data + frame_payload_offset(want), want + frame_payload_offset(want),
		       len - frame_payload_offset(want)));
}

/* TSO goes to the back end in one piece. */
void transmit_segments(void)
{
	struct host_ring tx;

	if (!ready(&tx, 64))
		return;
	for (unsigned int ip6 = 0; ip6 < 2; ip6++) {
		struct frame_spec s = { .ip6 = ip6, .l4 = FRAME_TCP, .payload = 40000 };
		size_t len = frame_build(frame, &s), head = frame_payload_offset(frame), off = head;
		uint64_t addr = host_alloc(len);

		prepare(frame, 0);
		frame_put16(frame + FRAME_ETH + (ip6 ? 4 : 2), 0);
		memcpy(fake_mem(addr, len), frame, len);
		host_tx_context(&tx, FRAME_ETH, ip6 ? 40 : 20, 0, TXC_TCP | (ip6 ? 0 : TXC_IPV4),
				1448, 20);
		host_tx_put(&tx, addr, head, 40000, TXD_IFCS | TXD_TSE,
			    TXD_POPTS_L4 | (ip6 ? 0 : TXD_POPTS_IP));
		for (; off < len; off += 8000)
			host_tx_put(&tx, addr + off, 8000, 40000,
				    TXD_IFCS | TXD_TSE | (off + 8000 == len ? TXD_EOP | TXD_RS : 0),
				    TXD_POPTS_L4 | (ip6 ? 0 : TXD_POPTS_IP));
		host_ring_tail(&tx);
		EXPECT(host_tx_wait(&tx));
		EXPECT_EQ(fake_net.nr_sent, 1);
		if (host_sent(0))
			expect_segments(host_sent(0), frame, len, ip6);
		fake_net_flush();
	}
	EXPECT_EQ(reg(I82576_TSCTC), 2);
	/* On the wire they were 28 packets each. */
	EXPECT_EQ(reg(I82576_GPTC), 2 * 28);
	host_close();
}

void transmit_vlan(void)
{
	struct host_ring tx;
	uint8_t want[128];

	if (!ready(&tx, 64))
		return;
	set_reg(I82576_CTRL, reg(I82576_CTRL) | CTRL_VME);
	host_frame_to(frame, HOST_PEER, 100, 1);
	host_tx_context(&tx, FRAME_ETH, 0, 0x3064, 0, 0, 0);
	host_tx_frame(&tx, frame, 100, TXD_VLE, 0);
	/* Without VLE the tag of the context is not used. */
	host_tx_frame(&tx, frame, 100, 0, 0);
	host_ring_tail(&tx);
	EXPECT(host_tx_wait(&tx));
	memcpy(want, frame, 12);
	memcpy(want + 12, "\x81\x00\x30\x64", 4);
	memcpy(want + 16, frame + 12, 88);
	expect_sent(0, want, 104);
	expect_sent(1, frame, 100);
	host_close();
}

void head_write_back(void)
{
	struct host_ring tx;
	uint64_t head;
	uint32_t at;

	if (!ready(&tx, 64))
		return;
	head = host_alloc(64);
	set_reg(I82576_TXDCTL(0), 0);
	EXPECT(host_wait(I82576_TXDCTL(0), XDCTL_ENABLE, 0));
	set_reg(I82576_TDWBAH(0), head >> 32);
	set_reg(I82576_TDWBAL(0), (uint32_t)head | TDWBAL_HEAD_WB_EN);
	set_reg(I82576_TXDCTL(0), XDCTL_ENABLE);
	for (unsigned int i = 0; i < 5; i++)
		host_tx_frame(&tx, frame, host_frame_to(frame, HOST_PEER, 64, i), 0, 0);
	host_ring_tail(&tx);
	host_run(10000);
	memcpy(&at, fake_mem(head, 4), 4);
	EXPECT_EQ(le32toh(at), 5);
	/* And no descriptor was written. */
	EXPECT_EQ(host_tx_undone(&tx), 5);
	host_close();
}

void back_end_busy(void)
{
	struct host_ring tx;

	if (!ready(&tx, 64))
		return;
	fake_net.busy = true;
	for (unsigned int i = 0; i < 10; i++)
		host_tx_frame(&tx, frame, host_frame_to(frame, HOST_PEER, 64, i), 0, 0);
	host_ring_tail(&tx);
	host_run(100000);
	EXPECT_EQ(fake_net.nr_sent, 0);
	EXPECT_EQ(host_tx_undone(&tx), 10);
	fake_net_writable();
	EXPECT(host_tx_wait(&tx));
	EXPECT_EQ(fake_net.nr_sent, 10);
	for (unsigned int i = 0; i < 10; i++)
		expect_sent(i, frame, host_frame_to(frame, HOST_PEER, 64, i));
	host_close();
}

void transmit_disable_and_enable(void)
{
	struct host_ring tx;

	if (!ready(&tx, 64))
		return;
	/* Without TCTL.EN nothing leaves, with it what waits does. */
	set_reg(I82576_TCTL, reg(I82576_TCTL) & ~TCTL_EN);
	host_tx_frame(&tx, frame, host_frame_to(frame, HOST_PEER, 64, 1), 0, 0);
	host_ring_tail(&tx);
	host_run(10000);
	EXPECT_EQ(fake_net.nr_sent, 0);
	set_reg(I82576_TCTL, reg(I82576_TCTL) | TCTL_EN);
	EXPECT(host_tx_wait(&tx));
	EXPECT_EQ(fake_net.nr_sent, 1);
	/* The queue stops, is set up anew and begins at 0. */
	for (unsigned int i = 0; i < 20; i++) {
		host_tx_ring(&tx, 0, 16);
		fake_net_flush();
		host_tx_frame(&tx, frame, host_frame_to(frame, HOST_PEER, 64, i), 0, 0);
		host_ring_tail(&tx);
		EXPECT(host_tx_wait(&tx));
		expect_sent(0, frame, host_frame_to(frame, HOST_PEER, 64, i));
	}
	host_close();
}

/* In D3 nothing leaves; in D0 again, what was to leave does. */
void transmit_after_sleep(void)
{
	struct host_ring tx;

	if (!ready(&tx, 64))
		return;
	fake.in_d3 = true;
	ep_model_82576.state_changed(host.func);
	host_tx_frame(&tx, frame, host_frame_to(frame, HOST_PEER, 64, 1), 0, 0);
	host_ring_tail(&tx);
	host_run(10000);
	EXPECT_EQ(fake_net.nr_sent, 0);
	fake.in_d3 = false;
	ep_model_82576.state_changed(host.func);
	EXPECT(host_tx_wait(&tx));
	EXPECT_EQ(fake_net.nr_sent, 1);
	host_close();
}

/* The driver's test: half 0xff, half 0xaa, two marks; 64 frames a turn through rings of 256. */
static size_t loopback_frame(uint8_t *f)
{
	memset(f, 0xff, 128);
	memset(f + 128, 0xaa, 127);
	f[255] = 0;
	f[138] = 0xbe;
	f[140] = 0xaf;
	return 256;
}

static void loopback_turns(struct host_ring *tx, struct host_ring *rx)
{
	static struct host_frame got;

	for (unsigned int turn = 0; turn < 10; turn++) {
		unsigned int good = 0;

		for (unsigned int i = 0; i < 64; i++)
			host_tx_frame(tx, frame, 256, 0, 0);
		host_ring_tail(tx);
		host_run(200000);
		while (host_rx_take(rx, &got))
			good += got.len == 256 && !memcmp(got.data, frame, 256);
		EXPECT_EQ(good, 64);
		EXPECT_EQ(host_tx_undone(tx), 0);
		host_rx_fill(rx, 64);
	}
}

void loopback_self_test(void)
{
	struct host_ring tx, rx;

	/* Also without a carrier: the PHY is its own partner. */
	for (unsigned int carrier = 0; carrier < 2; carrier++) {
		if (!open_port())
			return;
		fake_net_carrier(carrier);
		host_reset();
		set_reg(I82576_MRQC, 0);
		set_reg(I82576_VMOLR(0), 1u << 31 | 1 << 27 | 1 << 24 | 1 << 16 | 0x2600);
		host_tx_ring(&tx, 0, 256);
		host_rx_ring(&rx, 0, 256, SRRCTL_2K);
		set_reg(I82576_TCTL, 0x0103f0fa);
		set_reg(I82576_RCTL, RCTL_RXEN | RCTL_BAM | RCTL_LPE | RCTL_SECRC);
		host_rx_fill(&rx, 255);
		host_phy_write(0, 0x4140);
		set_reg(I82576_CTRL, CTRL_FRCSPD | CTRL_FRCDPLX | 2 << CTRL_SPEED_SHIFT | CTRL_FD |
			CTRL_SLU);
		host_run(500000);
		loopback_frame(frame);
		loopback_turns(&tx, &rx);
		EXPECT_EQ(fake_net.nr_sent, 0);
		/* Off again: with a carrier frames reach the network. */
		host_phy_write(0, 0x1140 | 0x8000);
		host_run(1000);
		host_phy_write(0, 0x1340);
		EXPECT_EQ(host_wait(I82576_STATUS, STATUS_LU, STATUS_LU), carrier);
		host_tx_frame(&tx, frame, 256, 0, 0);
		host_ring_tail(&tx);
		host_run(10000);
		EXPECT_EQ(fake_net.nr_sent, carrier);
		host_close();
	}
}
