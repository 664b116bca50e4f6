// SPDX-License-Identifier: GPL-2.0-only
/* Offloads beyond TCP over a plain header: SCTP, UDP segments, tags, filters by type, splits. */
#include <string.h>

#include "frame.h"
#include "tests.h"

#define SUMS		(RXD_IPCS | RXD_L4CS | RXD_IPE | RXD_L4E)
#define TCP_FIN_PSH	0x09
#define MSS		1448

static uint8_t frame[300000];

static bool ready(struct host_ring *tx, struct host_ring *rx, uint32_t srrctl)
{
	if (!open_port() || !host_up())
		return false;
	host_tx_ring(tx, 0, 64);
	host_rx_ring(rx, 0, 256, srrctl);
	host_rx_fill(rx, 255);
	host_vector(0, 1);
	return true;
}

static bool leaves(struct host_ring *tx)
{
	host_ring_tail(tx);
	return EXPECT(host_tx_wait(tx)) && EXPECT(host_sent(0));
}

/* Puts a tag into @f. */
static size_t tag(uint8_t *f, size_t len, uint16_t tci)
{
	memmove(f + 16, f + 12, len - 12);
	frame_put16(f + 12, 0x8100);
	frame_put16(f + 14, tci);
	return len + 4;
}

/* ---- transmit ---- */

void transmit_sctp(void)
{
	struct frame_spec s = { .l4 = FRAME_SCTP, .payload = 301 };
	struct host_ring tx, rx;
	size_t len;

	if (!ready(&tx, &rx, SRRCTL_2K))
		return;
	len = frame_build(frame, &s);
	memset(frame + frame_sum_offset(frame), 0x5a, 4);
	host_tx_context(&tx, FRAME_ETH, 20, 0, TXC_IPV4 | TXC_SCTP, 0, 0);
	host_tx_frame(&tx, frame, len, 0, TXD_POPTS_L4);
	if (leaves(&tx)) {
		EXPECT_EQ(host_sent(0)->hdr.flags, 0);
		EXPECT(frame_sctp_good(host_sent(0)->data, len));
	}
	host_close();
}

void transmit_legacy_checksum(void)
{
	struct frame_spec s = { .l4 = FRAME_ICMP, .payload = 100 };
	struct host_ring tx, rx;
	uint8_t want[256];
	uint64_t addr;
	size_t len;

	if (!ready(&tx, &rx, SRRCTL_2K))
		return;
	len = frame_build(want, &s);
	addr = host_alloc(len);
	memcpy(fake_mem(addr, len), want, len);
	memset((uint8_t *)fake_mem(addr, len) + frame_sum_offset(want), 0, 2);
	host_tx_legacy_sum(&tx, addr, len, frame_l4_offset(want), frame_sum_offset(want));
	if (leaves(&tx))
		EXPECT(host_sent(0)->len == len && !memcmp(host_sent(0)->data, want, len));
	host_close();
}

/* Without IFCS the driver has put the CRC there, which a back end has no use for. */
void transmit_own_crc(void)
{
	struct host_ring tx, rx;
	uint64_t addr;

	if (!ready(&tx, &rx, SRRCTL_2K))
		return;
	addr = host_alloc(104);
	host_frame_to(fake_mem(addr, 104), HOST_PEER, 104, 1);
	host_tx_put(&tx, addr, 104, 104, TXD_EOP | TXD_RS, 0);
	if (leaves(&tx))
		EXPECT_EQ(host_sent(0)->len, 100);
	host_close();
}

/* A packet for segmentation, as the driver leaves its headers. */
static size_t put_large(struct host_ring *tx, const struct frame_spec *s, uint32_t vlan)
{
	size_t len = frame_build(frame, s), head = frame_payload_offset(frame), off = 0;
	uint32_t sums = TXD_POPTS_L4 | (s->ip6 ? 0 : TXD_POPTS_IP), cmd = TXD_IFCS | TXD_TSE;
	uint64_t addr = host_alloc(len);

	frame_put16(frame + frame_sum_offset(frame), frame_pseudo(frame, 0));
	frame_put16(frame + FRAME_ETH + (s->ip6 ? 4 : 2), 0);
	if (s->l4 == FRAME_TCP)
		frame[frame_l4_offset(frame) + 13] |= TCP_FIN_PSH;
	memcpy(fake_mem(addr, len), frame, len);
	host_tx_context(tx, FRAME_ETH, frame_l4_offset(frame) - FRAME_ETH, vlan,
			(s->ip6 ? 0 : TXC_IPV4) | (s->l4 == FRAME_TCP ? TXC_TCP : 0), MSS,
			head - frame_l4_offset(frame));
	if (vlan)
		cmd |= TXD_VLE;
	for (; off + 16384 < len; off += 16384)
		host_tx_put(tx, addr + off, 16384, len - head, cmd, sums);
	host_tx_put(tx, addr + off, len - off, len - head, cmd | TXD_EOP | TXD_RS, sums);
	return len;
}

/* One of the frames that a large packet became: is it the one that begins at @off? */
static void expect_segment(const uint8_t *f, size_t len, size_t off, size_t payload)
{
	size_t l4 = frame_l4_offset(frame), head = frame_payload_offset(frame);
	size_t part = payload - off < MSS ? payload - off : MSS;
	bool last = off + part == payload;

	EXPECT_EQ(len, head + part);
	EXPECT(frame_sums_good(f, len));
	EXPECT(!memcmp(f + head, frame + head + off, part));
	EXPECT(!memcmp(f, frame, 14));
	if (frame_get16(f + 12) == 0x0800)
		EXPECT_EQ(frame_get16(f + FRAME_ETH + 4), (uint16_t)(0x1234 + off / MSS));
	if (head - l4 == 8) {
		EXPECT_EQ(frame_get16(f + l4 + 4), 8 + part);
		return;
	}
	EXPECT_EQ(f[l4 + 13] & TCP_FIN_PSH, last ? TCP_FIN_PSH : 0);
	EXPECT_EQ((uint32_t)frame_get16(f + l4 + 4) << 16 | frame_get16(f + l4 + 6),
		  0x100000 + (uint32_t)off);
}

/* What a back end cannot cut is cut here: UDP, and more than IP can say. */
void transmit_cut_in_device(void)
{
	static const struct frame_spec specs[] = {
		{ .l4 = FRAME_UDP, .payload = 20000 },
		{ .ip6 = true, .l4 = FRAME_UDP, .payload = MSS * 3 },
		{ .l4 = FRAME_TCP, .payload = 100000 },
		{ .ip6 = true, .l4 = FRAME_TCP, .payload = 100001 },
	};
	struct host_ring tx, rx;

	if (!ready(&tx, &rx, SRRCTL_2K))
		return;
	for (unsigned int i = 0; i < ARRAY_SIZE(specs); i++) {
		size_t payload = specs[i].payload;

		put_large(&tx, &specs[i], 0);
		if (!leaves(&tx))
			break;
		EXPECT_EQ(fake_net.nr_sent, (payload + MSS - 1) / MSS);
		for (unsigned int j = 0; j < fake_net.nr_sent; j++) {
			const struct fake_frame *f = host_sent(j);

			expect_segment(f->data, f->len, (size_t)j * MSS, payload);
		}
		fake_net_flush();
	}
	host_close();
}

/* What comes back through the loop is frames, as on a wire. */
void transmit_segments_to_itself(void)
{
	struct frame_spec s = { .l4 = FRAME_TCP, .payload = 20000 };
	struct host_ring tx, rx;
	size_t off = 0;

	if (!ready(&tx, &rx, SRRCTL_2K))
		return;
	set_reg(I82576_RCTL, reg(I82576_RCTL) | RCTL_LBM_MAC << 6);
	put_large(&tx, &s, 0);
	host_ring_tail(&tx);
	EXPECT(host_tx_wait(&tx));
	host_run(10000);
	for (; host_rx_take(&rx, &got); off += MSS)
		expect_segment(got.data, got.len, off, s.payload);
	EXPECT_EQ(off / MSS, (s.payload + MSS - 1) / MSS);
	EXPECT_EQ(fake_net.nr_sent, 0);
	host_close();
}

void transmit_segments_with_tag(void)
{
	struct host_ring tx, rx;

	for (unsigned int ip6 = 0; ip6 < 2; ip6++) {
		struct frame_spec s = { .ip6 = ip6, .l4 = FRAME_TCP, .payload = 20000 };
		const struct fake_frame *f;
		size_t len;

		if (!ready(&tx, &rx, SRRCTL_2K))
			return;
		set_reg(I82576_CTRL, reg(I82576_CTRL) | CTRL_VME);
		len = put_large(&tx, &s, 0x2064);
		if (!leaves(&tx))
			break;
		f = host_sent(0);
		EXPECT_EQ(f->len, len + 4);
		EXPECT_EQ(frame_get16(f->data + 12), 0x8100);
		EXPECT_EQ(frame_get16(f->data + 14), 0x2064);
		EXPECT(!memcmp(f->data + 16, frame + 12, 2));
		EXPECT_EQ(f->hdr.csum_start, frame_l4_offset(frame) + 4);
		EXPECT_EQ(f->hdr.csum_offset, 16);
		EXPECT_EQ(f->hdr.gso_size, MSS);
		EXPECT(!f->hdr.hdr_len || f->hdr.hdr_len == frame_payload_offset(frame) + 4);
		host_close();
	}
}

/* ---- receive ---- */

/* A packet socket gives whole what a wire would have had in pieces. */
void receive_large(void)
{
	struct virtio_net_hdr hdr = {
		.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM, .gso_size = MSS, .csum_offset = 16,
	};
	struct host_ring tx, rx;

	for (unsigned int ip6 = 0; ip6 < 2; ip6++) {
		struct frame_spec s = { .ip6 = ip6, .l4 = FRAME_TCP, .payload = 10000 };
		size_t len, off = 0;

		if (!ready(&tx, &rx, SRRCTL_2K))
			return;
		len = frame_build(frame, &s);
		hdr.gso_type = ip6 ? VIRTIO_NET_HDR_GSO_TCPV6 : VIRTIO_NET_HDR_GSO_TCPV4;
		hdr.csum_start = frame_l4_offset(frame);
		hdr.hdr_len = frame_payload_offset(frame);
		frame[frame_l4_offset(frame) + 13] |= TCP_FIN_PSH;
		frame_put16(frame + frame_sum_offset(frame),
			    frame_pseudo(frame, len - frame_l4_offset(frame)));
		fake_net_receive(&hdr, frame, len);
		host_run(1000);
		for (; host_rx_take(&rx, &got); off += MSS) {
			expect_segment(got.data, got.len, off, s.payload);
			EXPECT_EQ(got.status & (RXD_L4CS | RXD_L4E), RXD_L4CS);
		}
		EXPECT_EQ(off / MSS, (s.payload + MSS - 1) / MSS);
		host_close();
	}
}

void receive_by_type(void)
{
	struct host_ring tx, rx, other;
	uint8_t f[256];

	if (!ready(&tx, &rx, SRRCTL_2K))
		return;
	host_rx_ring(&other, 3, 16, SRRCTL_2K);
	host_rx_fill(&other, 15);
	set_reg(I82576_RXCSUM, reg(I82576_RXCSUM) | RXCSUM_PCSD);
	set_reg(I82576_MRQC, 0x370000 | MRQC_ENABLE_RSS);
	set_reg(I82576_ETQF(5), 0x88b5 | ETQF_FILTER_ENABLE | 3 << 16 | ETQF_QUEUE_ENABLE);
	EXPECT(arrives(&other, f, host_frame_to(f, HOST_MAC, 100, 1)));
	EXPECT_EQ(got.type, 0x8050);
	/* Also with a tag, which the descriptor says. */
	if (EXPECT(arrives(&other, f, tag(f, host_frame_to(f, HOST_MAC, 100, 1), 5))))
		EXPECT_EQ(got.type >> 4 & 0x8ff, 0x805);
	/* Enabled, but without a queue: only the type. */
	set_reg(I82576_ETQF(5), 0x88b5 | ETQF_FILTER_ENABLE | 3 << 16);
	if (EXPECT(arrives(&rx, f, host_frame_to(f, HOST_MAC, 100, 1))))
		EXPECT_EQ(got.type, 0x8050);
	set_reg(I82576_ETQF(5), 0);
	if (EXPECT(arrives(&rx, f, host_frame_to(f, HOST_MAC, 100, 1))))
		EXPECT_EQ(got.type, 0);
	host_close();
}

void receive_to_default_queue(void)
{
	struct host_ring tx, rx, other;
	uint8_t f[256];

	if (!ready(&tx, &rx, SRRCTL_2K))
		return;
	host_rx_ring(&other, 6, 16, SRRCTL_2K);
	host_rx_fill(&other, 15);
	set_reg(I82576_MRQC, 6 << 3);
	EXPECT(arrives(&other, f, host_frame_to(f, HOST_MAC, 100, 1)));
	set_reg(I82576_MRQC, 0);
	EXPECT(arrives(&rx, f, host_frame_to(f, HOST_MAC, 100, 1)));
	host_close();
}

/* Without RSS and with RXCSUM.PCSD clear: the sum of the packet, and the IP identification. */
void receive_packet_sum(void)
{
	struct frame_spec s = { .l4 = FRAME_UDP, .payload = 100 };
	struct host_ring tx, rx;
	uint32_t sum = 0;
	size_t len;

	if (!ready(&tx, &rx, SRRCTL_2K))
		return;
	set_reg(I82576_RXCSUM, (reg(I82576_RXCSUM) & ~(RXCSUM_PCSD | 0xffu)) | FRAME_ETH);
	len = frame_build(frame, &s);
	for (size_t i = FRAME_ETH; i < len; i++)
		sum += i & 1 ? frame[i] : frame[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	if (EXPECT(arrives(&rx, frame, len))) {
		uint32_t swapped = (sum << 8 | sum >> 8) & 0xffff, found = got.rss >> 16;

		EXPECT_EQ(got.rss & 0xffff, 0x1234);
		EXPECT(found == sum || found == swapped || found == (~sum & 0xffff) ||
		       found == (~swapped & 0xffff));
	}
	host_close();
}

void receive_sctp(void)
{
	struct frame_spec s = { .l4 = FRAME_SCTP, .payload = 100 };
	struct host_ring tx, rx;
	size_t len;

	if (!ready(&tx, &rx, SRRCTL_2K))
		return;
	set_reg(I82576_RXCSUM, reg(I82576_RXCSUM) | RXCSUM_CRCOFL);
	len = frame_build(frame, &s);
	if (EXPECT(arrives(&rx, frame, len)))
		EXPECT_EQ(got.status & SUMS, RXD_IPCS | RXD_L4CS);
	frame[len - 1] ^= 1;
	if (EXPECT(arrives(&rx, frame, len)))
		EXPECT_EQ(got.status & SUMS, RXD_IPCS | RXD_L4CS | RXD_L4E);
	set_reg(I82576_RXCSUM, reg(I82576_RXCSUM) & ~RXCSUM_CRCOFL);
	if (EXPECT(arrives(&rx, frame, len)))
		EXPECT_EQ(got.status & SUMS, RXD_IPCS);
	host_close();
}

/* Of a fragment nobody has the whole. */
void receive_fragments(void)
{
	struct frame_spec s = { .l4 = FRAME_TCP, .payload = 100 };
	struct host_ring tx, rx;
	size_t len;

	if (!ready(&tx, &rx, SRRCTL_2K))
		return;
	len = frame_build(frame, &s);
	frame_put16(frame + FRAME_ETH + 6, 0x2000);
	frame_fix_ip4(frame);
	if (EXPECT(arrives(&rx, frame, len))) {
		EXPECT_EQ(got.status & SUMS, RXD_IPCS);
		EXPECT_EQ(got.type & 0x300, 0);
	}
	/* IPv6 with a fragment header, and one that holds it all. */
	s.ip6 = true;
	len = frame_add_fragment(frame, frame_build(frame, &s), 0x0001);
	if (EXPECT(arrives(&rx, frame, len)))
		EXPECT_EQ(got.status & SUMS, 0);
	host_close();
}

/* Header and data in their own buffers; what is not split is whole in the data buffer. */
void receive_split_or_not(void)
{
	struct frame_spec s = { .l4 = FRAME_TCP, .payload = 500 };
	struct host_ring tx, rx;
	uint8_t f[1024];
	size_t len;

	if (!ready(&tx, &rx, 2 | 4 << 8 | (uint32_t)SRRCTL_DESCTYPE_SPLIT << 25))
		return;
	set_reg(I82576_PSRTYPE(0), 1 << 2);		/* TCP over IPv4 */
	len = frame_build(f, &s);
	if (EXPECT(arrives(&rx, f, len))) {
		EXPECT(got.split);
		EXPECT_EQ(got.header, frame_payload_offset(f));
		EXPECT(got.len == len && !memcmp(got.data, f, len));
	}
	if (EXPECT(arrives(&rx, f, host_frame_to(f, HOST_MAC, 700, 1)))) {
		EXPECT(!got.split);
		EXPECT_EQ(got.header, 0);
		EXPECT(got.len == 700 && !memcmp(got.data, f, 700));
	}
	host_close();
}

/* A header longer than its buffer of 64 bytes. */
void receive_header_overflow(void)
{
	struct frame_spec s = { .ip6 = true, .l4 = FRAME_TCP, .payload = 500 };
	struct host_ring tx, rx;
	uint8_t f[1024];
	size_t len;

	if (!ready(&tx, &rx, 2 | 1 << 8 | (uint32_t)SRRCTL_DESCTYPE_SPLIT_ALWAYS << 25))
		return;
	set_reg(I82576_PSRTYPE(0), 0x1fffffff);
	len = frame_build(f, &s);
	if (EXPECT(arrives(&rx, f, len))) {
		EXPECT(got.status & 1u << 23);
		EXPECT_EQ(got.status & (RXD_DD | RXD_EOP), RXD_DD | RXD_EOP);
		EXPECT(got.len == len && !memcmp(got.data, f, len));
	}
	host_close();
}

/* A PTP message: over Ethernet, or over UDP as version 2 or 1. Was it stamped? */
static bool stamped(struct host_ring *rx, unsigned int kind, unsigned int message)
{
	struct frame_spec s = { .l4 = FRAME_UDP, .payload = 80, .sport = 319, .dport = 319 };
	size_t len = frame_build(frame, &s), at = frame_payload_offset(frame);
	bool found;

	if (kind == 0) {
		at = FRAME_ETH;
		frame_put16(frame + 12, 0x88f7);
	}
	memset(frame + at, 0, len - at);
	frame[at] = kind == 2 ? 0 : message;
	frame[at + 1] = kind == 2 ? 1 : 2;
	frame[at + 32] = kind == 2 ? message : 0;
	frame_put16(frame + at + 30, 0x4000 + message);
	if (!EXPECT(arrives(rx, frame, len)))
		return false;
	found = reg(I82576_TSYNCRXCTL) & TSYNC_VALID;
	EXPECT_EQ(!!(got.status & BIT(16)), found);
	if (found)
		EXPECT_EQ(reg(I82576_RXSATRH) >> 16, 0x4000 + message);
	reg(I82576_RXSTMPL);
	reg(I82576_RXSTMPH);
	return found;
}

void receive_stamps_by_type(void)
{
	static const struct {
		unsigned int type, config;
		unsigned int want[3];		/* bits: messages 0 to 3 of each kind */
	} cases[] = {
		{ 0, 0x100, { 0x2, 0, 0 } },	/* version 2 over Ethernet, the one set */
		{ 1, 0x001, { 0, 0, 0x2 } },	/* version 1 over UDP */
		{ 2, 0x300, { 0x8, 0x8, 0 } },	/* version 2 over both */
		{ 5, 0x000, { 0xf, 0xf, 0 } },	/* any event of version 2 */
	};
	struct host_ring tx, rx;

	if (!ready(&tx, &rx, SRRCTL_2K))
		return;
	set_reg(I82576_TIMINCA, 1u << 24 | 16u << 19);
	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++) {
		set_reg(I82576_TSYNCRXCTL, TSYNC_EN | cases[i].type << 1);
		set_reg(I82576_TSYNCRXCFG, cases[i].config);
		for (unsigned int kind = 0; kind < 3; kind++) {
			unsigned int bits = 0;

			/* Version 1 looks like a Sync of version 2 in its first byte. */
			if (kind == 2 && cases[i].type != 1)
				continue;
			for (unsigned int message = 0; message < 4; message++)
				bits |= stamped(&rx, kind, message) << message;
			if (!EXPECT_EQ(bits, cases[i].want[kind]))
				tap_note("type %u, kind %u", cases[i].type, kind);
		}
	}
	host_close();
}

void receive_by_hash_table(void)
{
	static const char other[] = "\x02\x00\x00\x00\x00\x77";
	unsigned int bit = (0x00 >> 4 | 0x77 << 4) & 0xfff;
	struct host_ring tx, rx;
	uint8_t f[256];
	uint32_t rctl;

	if (!ready(&tx, &rx, SRRCTL_2K))
		return;
	EXPECT(!arrives(&rx, f, host_frame_to(f, other, 100, 1)));
	set_reg(I82576_UTA(bit >> 5), 1u << (bit & 31));
	EXPECT(arrives(&rx, f, host_frame_to(f, other, 100, 1)));
	set_reg(I82576_UTA(bit >> 5), 0);
	EXPECT(!arrives(&rx, f, host_frame_to(f, other, 100, 1)));
	/* All of a hash are taken, at any offset of the multicast filter. */
	rctl = reg(I82576_RCTL);
	for (unsigned int mo = 0; mo < 4; mo++) {
		static const unsigned int shift[] = { 4, 3, 2, 0 };
		unsigned int hash = ((0x0302u >> shift[mo]) & 0xfff);

		set_reg(I82576_RCTL, rctl | mo << 12);
		EXPECT(!arrives(&rx, f, host_frame_to(f, "\x01\x00\x5e\x01\x02\x03", 100, 1)));
		set_reg(I82576_MTA(hash >> 5), 1u << (hash & 31));
		EXPECT(arrives(&rx, f, host_frame_to(f, "\x01\x00\x5e\x01\x02\x03", 100, 1)));
		set_reg(I82576_MTA(hash >> 5), 0);
	}
	host_close();
}
