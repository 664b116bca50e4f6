// SPDX-License-Identifier: GPL-2.0-only
/* Reception. */
#include <string.h>

#include "frame.h"
#include "tests.h"

#define GROUP		"\x01\x00\x5e\x01\x02\x03"
#define OTHER		"\x02\x00\x00\x00\x00\x77"
#define BROADCAST	"\xff\xff\xff\xff\xff\xff"

#define SUMS		(RXD_IPCS | RXD_L4CS | RXD_IPE | RXD_L4E)

static uint8_t frame[65536];

struct host_frame got;

bool arrives(struct host_ring *rx, const uint8_t *f, size_t len)
{
	host_receive(f, len);
	host_run(1000);
	if (!host_rx_take(rx, &got))
		return false;
	host_rx_fill(rx, got.descriptors);
	return true;
}

static bool ready(struct host_ring *rx, unsigned int entries, uint32_t srrctl)
{
	if (!open_port() || !host_up())
		return false;
	host_rx_ring(rx, 0, entries, srrctl);
	host_rx_fill(rx, entries - 1);
	host_vector(0, 1);
	return true;
}

static void expect_frame(const uint8_t *want, size_t len)
{
	EXPECT_EQ(got.len, len);
	EXPECT(got.len == len && !memcmp(got.data, want, len));
}

void receive_advanced(void)
{
	static const size_t sizes[] = { 60, 64, 1000, 1514 };
	struct host_ring rx;

	if (!ready(&rx, 64, SRRCTL_2K))
		return;
	for (unsigned int turn = 0; turn < 200; turn++) {
		size_t len = sizes[turn % ARRAY_SIZE(sizes)];

		host_frame_to(frame, HOST_MAC, len, turn);
		if (!EXPECT(arrives(&rx, frame, len)))
			break;
		expect_frame(frame, len);
		EXPECT_EQ(got.descriptors, 1);
		EXPECT_EQ(got.status & (RXD_DD | RXD_EOP), RXD_DD | RXD_EOP);
	}
	EXPECT(fake.msi[1] > 0);
	/* With the CRC, when the driver wants to see it. */
	set_reg(I82576_RCTL, reg(I82576_RCTL) & ~RCTL_SECRC);
	host_frame_to(frame, HOST_MAC, 100, 1);
	if (EXPECT(arrives(&rx, frame, 100)))
		EXPECT_EQ(got.len, 104);
	host_close();
}

/* The driver's register test enables queues whose addresses are patterns, with the receiver off. */
void receive_off(void)
{
	struct host_ring rx;
	unsigned int before;

	if (!open_port() || !host_up())
		return;
	set_reg(I82576_RCTL, reg(I82576_RCTL) & ~RCTL_RXEN);
	before = fake.reads;
	host_rx_ring(&rx, 0, 64, SRRCTL_2K);
	host_rx_fill(&rx, 63);
	host_run(1000);
	EXPECT_EQ(fake.reads, before);
	set_reg(I82576_RCTL, reg(I82576_RCTL) | RCTL_RXEN);
	host_run(1000);
	EXPECT(fake.reads > before);
	host_frame_to(frame, HOST_MAC, 100, 1);
	EXPECT(arrives(&rx, frame, 100));
	host_close();
}

void receive_legacy(void)
{
	struct host_ring rx;
	uint8_t d[16];

	if (!open_port() || !host_up())
		return;
	/* No size in SRRCTL: RCTL has it, 2 KiB. */
	host_rx_ring(&rx, 0, 64, 0);
	host_rx_fill(&rx, 63);
	host_receive(frame, host_frame_to(frame, HOST_MAC, 200, 5));
	host_run(1000);
	memcpy(d, fake_mem(rx.base, 16), 16);
	EXPECT_EQ(d[8] | d[9] << 8, 200);
	EXPECT_EQ(d[12] & 3, 3);
	EXPECT_EQ(d[13], 0);
	EXPECT(!memcmp(fake_mem(rx.buffers + 64 * 256, 200), frame, 200));
	host_close();
}

/* What of own, other, group, broadcast arrives, as bits. */
static unsigned int accepted(struct host_ring *rx)
{
	static const char *const targets[] = { HOST_MAC, OTHER, GROUP, BROADCAST };
	unsigned int bits = 0;

	for (unsigned int i = 0; i < ARRAY_SIZE(targets); i++)
		bits |= arrives(rx, frame, host_frame_to(frame, targets[i], 64, i)) << i;
	return bits;
}

void receive_filters(void)
{
	unsigned int hash = (0x02 >> 4 | 0x03 << 4) & 0xfff;	/* of GROUP, MO 0 */
	struct host_ring rx;
	uint32_t rctl;

	if (!ready(&rx, 64, SRRCTL_2K))
		return;
	rctl = reg(I82576_RCTL);
	EXPECT_EQ(accepted(&rx), 9);
	set_reg(I82576_RCTL, rctl & ~RCTL_BAM);
	EXPECT_EQ(accepted(&rx), 1);
	set_reg(I82576_RCTL, (rctl & ~RCTL_BAM) | RCTL_MPE);
	EXPECT_EQ(accepted(&rx), 5);
	set_reg(I82576_RCTL, (rctl & ~RCTL_BAM) | RCTL_MPE | RCTL_UPE);
	EXPECT_EQ(accepted(&rx), 15);
	set_reg(I82576_RCTL, rctl | RCTL_UPE);
	EXPECT_EQ(accepted(&rx), 11);
	set_reg(I82576_RCTL, rctl | RCTL_MPE);
	EXPECT_EQ(accepted(&rx), 13);
	set_reg(I82576_RCTL, rctl | RCTL_UPE | RCTL_MPE);
	EXPECT_EQ(accepted(&rx), 15);
	set_reg(I82576_RCTL, rctl);
	/* Any of the 24 addresses, multicast ones too. */
	set_reg(I82576_RAL(23), 0x00000002);
	set_reg(I82576_RAH(23), RAH_AV | 0x7700);
	EXPECT_EQ(accepted(&rx), 11);
	set_reg(I82576_RAL(23), 0x015e0001);
	set_reg(I82576_RAH(23), RAH_AV | 0x0302);
	EXPECT_EQ(accepted(&rx), 13);
	set_reg(I82576_RAH(23), 0x0302);
	EXPECT_EQ(accepted(&rx), 9);
	set_reg(I82576_MTA(hash >> 5), 1u << (hash & 31));
	EXPECT_EQ(accepted(&rx), 13);
	set_reg(I82576_MTA(hash >> 5), ~(1u << (hash & 31)));
	EXPECT_EQ(accepted(&rx), 9);
	/* The receiver is off. */
	set_reg(I82576_RCTL, rctl & ~RCTL_RXEN);
	EXPECT_EQ(accepted(&rx), 0);
	host_close();
}

static size_t tagged(uint16_t tci)
{
	host_frame_to(frame, HOST_MAC, 104, 7);
	frame_put16(frame + 12, 0x8100);
	frame_put16(frame + 14, tci);
	frame_put16(frame + 16, 0x88b5);
	return 104;
}

void receive_vlan(void)
{
	uint8_t stripped[100];
	struct host_ring rx;

	if (!ready(&rx, 64, SRRCTL_2K))
		return;
	/* The tag stays, until CTRL.VME takes it out. */
	if (EXPECT(arrives(&rx, frame, tagged(0x2005))))
		expect_frame(frame, 104);
	set_reg(I82576_CTRL, reg(I82576_CTRL) | CTRL_VME);
	set_reg(I82576_VMOLR(0), reg(I82576_VMOLR(0)) | 1u << 30);
	if (EXPECT(arrives(&rx, frame, tagged(0x2005)))) {
		memcpy(stripped, frame, 12);
		memcpy(stripped + 12, frame + 16, 88);
		expect_frame(stripped, 100);
		EXPECT_EQ(got.status & RXD_VP, RXD_VP);
		EXPECT_EQ(got.vlan, 0x2005);
	}
	/* The filter. */
	set_reg(I82576_RCTL, reg(I82576_RCTL) | RCTL_VFE);
	EXPECT(!arrives(&rx, frame, tagged(5)));
	EXPECT(arrives(&rx, frame, host_frame_to(frame, HOST_MAC, 64, 1)));
	set_reg(I82576_VFTA(0), 1 << 5);
	EXPECT(arrives(&rx, frame, tagged(0x6005)));
	EXPECT(!arrives(&rx, frame, tagged(6)));
	set_reg(I82576_VFTA(127), 1u << 31);
	EXPECT(arrives(&rx, frame, tagged(0xfff)));
	/* Canonical form. */
	EXPECT(arrives(&rx, frame, tagged(0x1005)));
	set_reg(I82576_RCTL, reg(I82576_RCTL) | RCTL_CFIEN);
	EXPECT(!arrives(&rx, frame, tagged(0x1005)));
	EXPECT(arrives(&rx, frame, tagged(5)));
	host_close();
}

void receive_jumbo(void)
{
	static const size_t sizes[] = { 2048, 2049, 4096, 9014, 9724 };
	struct host_ring rx;

	if (!ready(&rx, 64, SRRCTL_2K))
		return;
	for (unsigned int turn = 0; turn < 50; turn++) {
		size_t len = sizes[turn % ARRAY_SIZE(sizes)];

		host_frame_to(frame, HOST_MAC, len, turn);
		if (!EXPECT(arrives(&rx, frame, len)))
			break;
		expect_frame(frame, len);
		EXPECT_EQ(got.descriptors, (len + 2047) / 2048);
	}
	/* Longer than it may be: counted, not received. */
	reg(I82576_ROC);
	EXPECT(!arrives(&rx, frame, host_frame_to(frame, HOST_MAC, 9729, 1)));
	set_reg(I82576_RLPML, 1522);
	EXPECT(!arrives(&rx, frame, host_frame_to(frame, HOST_MAC, 1519, 1)));
	EXPECT(arrives(&rx, frame, host_frame_to(frame, HOST_MAC, 1518, 1)));
	EXPECT_EQ(reg(I82576_ROC), 2);
	set_reg(I82576_RLPML, 9728);
	set_reg(I82576_RCTL, reg(I82576_RCTL) & ~RCTL_LPE);
	EXPECT(!arrives(&rx, frame, host_frame_to(frame, HOST_MAC, 1523, 1)));
	EXPECT(arrives(&rx, frame, host_frame_to(frame, HOST_MAC, 1514, 1)));
	host_close();
}

void receive_header_split(void)
{
	struct frame_spec tcp = { .l4 = FRAME_TCP, .payload = 1000 };
	struct host_ring rx;
	size_t len;

	/* Always split, 256-byte header buffers, 2 KiB data buffers. */
	if (!ready(&rx, 64, 2 | 4 << 8 | (uint32_t)SRRCTL_DESCTYPE_SPLIT_ALWAYS << 25))
		return;
	set_reg(I82576_PSRTYPE(0), 0x1fffffff);
	len = frame_build(frame, &tcp);
	if (EXPECT(arrives(&rx, frame, len))) {
		EXPECT_EQ(got.header, frame_payload_offset(frame));
		expect_frame(frame, len);
	}
	/* Nothing to split at: the first bytes are the header. */
	len = host_frame_to(frame, HOST_MAC, 1000, 3);
	if (EXPECT(arrives(&rx, frame, len)))
		expect_frame(frame, len);
	host_close();
}

void receive_checksums(void)
{
	static const struct {
		struct frame_spec spec;
		uint32_t want, type;
	} cases[] = {
		{ { .l4 = FRAME_TCP, .payload = 64 }, RXD_IPCS | RXD_L4CS, 0x110 },
		{ { .l4 = FRAME_UDP, .payload = 64 }, RXD_IPCS | RXD_L4CS, 0x210 },
		{ { .l4 = FRAME_ICMP, .payload = 64 }, RXD_IPCS, 0x010 },
		{ { .ip6 = true, .l4 = FRAME_TCP, .payload = 64 }, RXD_L4CS, 0x140 },
		{ { .ip6 = true, .l4 = FRAME_UDP, .payload = 65 }, RXD_L4CS, 0x240 },
		{ { .l4 = FRAME_TCP, .payload = 64, .bad_l4 = true },
		  RXD_IPCS | RXD_L4CS | RXD_L4E, 0x110 },
		{ { .l4 = FRAME_UDP, .payload = 64, .bad_l4 = true },
		  RXD_IPCS | RXD_L4CS | RXD_L4E, 0x210 },
		{ { .l4 = FRAME_UDP, .payload = 64, .udp_without = true }, RXD_IPCS, 0x210 },
		{ { .l4 = FRAME_TCP, .payload = 64, .bad_ip = true },
		  RXD_IPCS | RXD_L4CS | RXD_IPE, 0x110 },
		{ { .ip6 = true, .l4 = FRAME_TCP, .payload = 9, .bad_l4 = true },
		  RXD_L4CS | RXD_L4E, 0x140 },
	};
	struct host_ring rx;

	if (!ready(&rx, 64, SRRCTL_2K))
		return;
	set_reg(I82576_RXCSUM, reg(I82576_RXCSUM) | RXCSUM_PCSD | RXCSUM_CRCOFL);
	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++) {
		size_t len = frame_build(frame, &cases[i].spec);

		if (!EXPECT(arrives(&rx, frame, len)))
			continue;
		if (!EXPECT_EQ(got.status & SUMS, cases[i].want))
			tap_note("case %u", i);
		EXPECT_EQ(got.type & 0x7f0, cases[i].type);
	}
	/* Switched off. */
	set_reg(I82576_RXCSUM, RXCSUM_PCSD);
	if (EXPECT(arrives(&rx, frame, frame_build(frame, &cases[0].spec))))
		EXPECT_EQ(got.status & SUMS, 0);
	host_close();
}

/* The verification suite of the Toeplitz hash: public key and addresses. */
static const uint32_t known_key[10] = {
	0xda565a6d, 0xc20e5b25, 0x3d256741, 0xb08fa343, 0xcb2bcad0,
	0xb4307bae, 0xa32dcb77, 0x0cf23080, 0x3bb7426a, 0xfa01acbe,
};

static void known_frame(const char *addresses, unsigned int sport, unsigned int dport)
{
	struct frame_spec s = { .l4 = FRAME_TCP, .payload = 10, .sport = sport, .dport = dport };

	frame_build(frame, &s);
	memcpy(frame + FRAME_ETH + 12, addresses, 8);
}

void receive_scaling(void)
{
	static const struct {
		const char *addresses;
		unsigned int sport, dport;
		uint32_t hash;
	} known[] = {
		{ "\x42\x09\x95\xbb\xa1\x8e\x64\x50", 2794, 1766, 0x51ccc178 },
		{ "\xc7\x5c\x6f\x02\x41\x45\x8c\x53", 14230, 4739, 0xc626b0ea },
		{ "\x18\x13\xc6\x5f\x0c\x16\xcf\xb8", 12898, 38024, 0x5c2b394a },
		{ "\x26\x1b\xcd\x1e\xd1\x8e\xa3\x06", 48228, 2217, 0xafc7327f },
	};
	struct host_ring rx[4];

	if (!open_port() || !host_up())
		return;
	for (unsigned int i = 0; i < 10; i++)
		set_reg(I82576_RSSRK(i), known_key[i]);
	for (unsigned int i = 0; i < 32; i++)
		set_reg(I82576_RETA(i), 0x03020100);
	set_reg(I82576_RXCSUM, reg(I82576_RXCSUM) | RXCSUM_PCSD);
	set_reg(I82576_MRQC, MRQC_TCPIPV4 | MRQC_IPV4 | MRQC_ENABLE_RSS);
	for (unsigned int q = 0; q < 4; q++) {
		host_rx_ring(&rx[q], q, 16, SRRCTL_2K);
		host_rx_fill(&rx[q], 15);
	}
	for (unsigned int i = 0; i < ARRAY_SIZE(known); i++) {
		known_frame(known[i].addresses, known[i].sport, known[i].dport);
		host_receive(frame, 64);
		host_run(1000);
		if (!EXPECT(host_rx_take(&rx[known[i].hash & 3], &got)))
			continue;
		EXPECT_EQ(got.rss, known[i].hash);
		EXPECT_EQ(got.type & 0xf, 1);
	}
	/* All that is no IP goes to queue 0 and has no hash. */
	host_receive(frame, host_frame_to(frame, HOST_MAC, 64, 1));
	host_run(1000);
	if (EXPECT(host_rx_take(&rx[0], &got)))
		EXPECT_EQ(got.type & 0xf, 0);
	host_close();
}

void receive_without_descriptors(void)
{
	struct host_ring rx;
	unsigned int nr = 0;

	/* Without DROP_EN they wait, and are there when descriptors come. */
	if (!ready(&rx, 8, SRRCTL_2K))
		return;
	for (unsigned int i = 0; i < 20; i++)
		host_receive(frame, host_frame_to(frame, HOST_MAC, 100, i));
	host_run(10000);
	for (unsigned int turn = 0; turn < 20 && nr < 20; turn++) {
		while (host_rx_take(&rx, &got)) {
			host_frame_to(frame, HOST_MAC, 100, nr);
			expect_frame(frame, 100);
			nr++;
			host_rx_fill(&rx, 1);
		}
		host_run(1000);
	}
	EXPECT_EQ(nr, 20);
	EXPECT_EQ(reg(I82576_MPC), 0);
	host_close();

	/* With it they are lost, and counted. */
	if (!ready(&rx, 8, SRRCTL_2K | SRRCTL_DROP_EN))
		return;
	for (unsigned int i = 0; i < 20; i++)
		host_receive(frame, host_frame_to(frame, HOST_MAC, 100, i));
	host_run(10000);
	EXPECT_EQ(reg(I82576_RQDPC(0)), 13);
	EXPECT_EQ(reg(I82576_RQDPC(0)), 0);
	host_close();
}

void receive_statistics(void)
{
	static const struct {
		const char *to;
		size_t len;
	} sent[] = {
		{ HOST_MAC, 60 }, { HOST_MAC, 61 }, { HOST_MAC, 124 }, { HOST_MAC, 252 },
		{ HOST_MAC, 508 }, { HOST_MAC, 1020 }, { HOST_MAC, 1514 }, { BROADCAST, 60 },
		{ GROUP, 60 }, { OTHER, 60 },
	};
	unsigned int octets = 0;
	struct host_ring rx;

	if (!ready(&rx, 64, SRRCTL_2K))
		return;
	set_reg(I82576_RCTL, reg(I82576_RCTL) | RCTL_MPE);
	for (unsigned int i = 0; i < ARRAY_SIZE(sent); i++) {
		arrives(&rx, frame, host_frame_to(frame, sent[i].to, sent[i].len, i));
		octets += sent[i].len + 4;
	}
	EXPECT_EQ(reg(I82576_GPRC), 9);
	EXPECT_EQ(reg(I82576_TPR), 10);
	EXPECT_EQ(reg(I82576_BPRC), 1);
	EXPECT_EQ(reg(I82576_MPRC), 1);
	EXPECT_EQ(reg(I82576_GORCL), octets - 64);
	EXPECT_EQ(reg(I82576_GORCL + 4), 0);
	EXPECT_EQ(reg(I82576_TORL), octets);
	EXPECT_EQ(reg(I82576_TORL + 4), 0);
	EXPECT_EQ(reg(I82576_PRC64), 3);
	EXPECT_EQ(reg(I82576_PRC64 + 4), 1);		/* 65 to 127 */
	EXPECT_EQ(reg(I82576_PRC64 + 8), 1);
	EXPECT_EQ(reg(I82576_PRC64 + 12), 1);
	EXPECT_EQ(reg(I82576_PRC64 + 16), 1);
	EXPECT_EQ(reg(I82576_PRC64 + 20), 2);		/* 1024 to the longest */
	host_close();
}

/* From a local sender: the sum is not there yet, and counts as good. */
void receive_partial_checksum(void)
{
	struct frame_spec tcp = { .l4 = FRAME_TCP, .payload = 500 };
	struct virtio_net_hdr hdr = { .flags = VIRTIO_NET_HDR_F_NEEDS_CSUM };
	struct host_ring rx;
	size_t len;

	if (!ready(&rx, 64, SRRCTL_2K))
		return;
	len = frame_build(frame, &tcp);
	hdr.csum_start = frame_l4_offset(frame);
	hdr.csum_offset = 16;
	frame_put16(frame + frame_sum_offset(frame), frame_pseudo(frame, len - hdr.csum_start));
	fake_net_receive(&hdr, frame, len);
	host_run(1000);
	if (EXPECT(host_rx_take(&rx, &got))) {
		EXPECT_EQ(got.status & (RXD_IPCS | RXD_L4CS | RXD_L4E), RXD_IPCS | RXD_L4CS);
		/* A driver that looks for itself must find a good one. */
		EXPECT(frame_sums_good(got.data, got.len));
	}
	/* A header of the back end that points out of the frame. */
	hdr.csum_start = 0xfff0;
	fake_net_receive(&hdr, frame, len);
	host_run(1000);
	host_close();
}
