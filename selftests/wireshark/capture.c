// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writes captures of what the core of vrcep and the root of its test bench say to each other, as
 * the root's interface sees it. Time is the bench's; the network is as fast as gigabit Ethernet.
 *
 * usage: capture SCENARIO FILE
 * lossy prints how many retransmissions the root has made.
 */
#include <stdlib.h>
#include <string.h>

#include <linux/pci_regs.h>

#include "bench.h"
#include "pcap.h"

#define SRC		(MEM_BASE + 0x1000)
#define DST		(MEM_BASE + 0x200000)
#define REG(off)	(BAR0 + (off))
#define CMD_READ	0x08
#define CMD_WRITE	0x10
#define CMD_COPY	0x20
#define IRQ_MSI		1
#define VM_A		"6f1d3a52-0d5e-4c6b-9a43-5a0c7c1f0b11"
#define VM_B		"c2b7e0a9-77f4-4b0e-8d6e-2f1f4a9d3e22"
#define VENDOR_DEFINED	0x7f

static FILE *pcap;

/* 8 ns a byte, preamble and gap included, and some microseconds to make the frame. */
static void tap(const uint8_t *frame, size_t len)
{
	pcap_write(pcap, bench_time, frame, len);
	bench_time += 4000 + (len + 24) * 8;
}

static void discover(void)
{
	static const uint8_t all[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
	uint8_t p[sizeof(struct vrc_wire_discover)] = { 0 };
	struct vrc_frame f = { .kind = VRC_KIND_DISCOVER, .length = sizeof(p) };

	vrc_put64(p + offsetof(struct vrc_wire_discover, root_id), bench.root.id);
	vrc_put32(p + offsetof(struct vrc_wire_discover, nonce), 0x5eed);
	bench_send(bench.root.mac, all, &f, p);
	bench_run();
}

static void attach(struct root *r, uint8_t fn, const char *label)
{
	r->label = label;
	EXPECT(root_bind_fn(r, fn));
	root_configure(r);
}

static void start(unsigned int functions)
{
	uint32_t i;

	bench_open(functions);
	for (i = 0; i < MEM_SIZE; i++)
		bench.mem[i] = (uint8_t)i;
	bench_tap = tap;
}

static void stop(void)
{
	bench_tap = NULL;
	bench_close();
}

static void set_transfer(struct root *r, uint32_t size)
{
	mem_write32(r, REG(0x0c), (uint32_t)SRC);
	mem_write32(r, REG(0x10), SRC >> 32);
	mem_write32(r, REG(0x14), (uint32_t)DST);
	mem_write32(r, REG(0x18), DST >> 32);
	mem_write32(r, REG(0x1c), size);
}

static void enable_msi(struct root *r)
{
	unsigned int msi = find_cap(r, PCI_CAP_ID_MSI);

	cfg_write(r, msi + PCI_MSI_ADDRESS_LO, MSI_BASE, 0xf);
	cfg_write(r, msi + PCI_MSI_ADDRESS_HI, 0, 0xf);
	cfg_write(r, msi + PCI_MSI_DATA_64, 0x4021, 0x3);
	cfg_write(r, msi, PCI_MSI_FLAGS_ENABLE << 16, 0xc);
	mem_write32(r, REG(0x24), IRQ_MSI);
	mem_write32(r, REG(0x28), 1);
}

/* Two functions of one station for two VMs, and one answer that gets lost. */
static void sample(void)
{
	struct root *a = &bench.root, *b = &bench.other;
	uint8_t buf[256];

	start(2);
	discover();
	attach(a, 0, VM_A);
	attach(b, 1, VM_B);
	enable_msi(a);
	set_transfer(a, 4000);
	test_command(a, CMD_COPY);
	EXPECT_EQ(mem_read(b, BAR1, buf, sizeof(buf)), VRC_CPL_SC);
	/* The first of two frames gets lost on its way to the root, then one to the function. */
	set_transfer(a, 2000);
	bench.drop_above = 1000;
	mem_write32(a, REG(4), CMD_WRITE);
	bench.drop_above = 0;
	bench_pass(10 * MS);
	bench.cut = true;
	mem_write32(a, REG(0x1c), 512);
	bench.cut = false;
	bench_pass(50 * MS);
	EXPECT_EQ(mem_read32(b, BAR2 + 0x100000000ull), ~0u);
	root_release(a);
	root_release(b);
	stop();
}

/* One frame in thirty gets lost. */
static void lossy(void)
{
	struct root *r = &bench.root;

	start(1);
	attach(r, 0, VM_A);
	bench.loss_ppm = 30000;
	set_transfer(r, 200000);
	EXPECT_EQ(test_command(r, CMD_COPY), 0x50);
	bench.loss_ppm = 0;
	printf("%llu\n", (unsigned long long)r->arq.stats.tx_again);
	root_release(r);
	stop();
}

/* No loss: what a test changes in it is all there is to find. */
static void clean(void)
{
	struct root *r = &bench.root;

	start(1);
	attach(r, 0, VM_A);
	set_transfer(r, 30000);
	EXPECT_EQ(test_command(r, CMD_COPY), 0x50);
	bench_pass(5 * MS);
	root_release(r);
	stop();
}

/* ---- what breaks rules ---- */

static void send(struct root *r, struct vrc_tlp t)
{
	static const uint8_t data[4096] = { 0 };

	root_send_tlp(r, &t, data);
	bench_run();
}

static void send_bytes(struct root *r, const void *tlp, uint32_t len)
{
	root_send_data(r, tlp, len);
	bench_run();
}

static void strange_tlps(struct root *r)
{
	static const uint8_t bad_be[12] = { 0, 0, 0, 2, 0, 0, 0x77, 0x0f };
	static const uint8_t bad_type[12] = { 0x1b };
	static const uint8_t cut[12] = { 0x40, 0, 0, 8, 0, 0, 1, 0xff };
	uint8_t ecrc[20];
	struct vrc_tlp w = { .type = VRC_TLP_MWR, .td = true, .len_dw = 1, .first_be = 0xf,
			     .addr = BAR1 };
	struct vrc_tlp msg = { .type = VRC_TLP_MSG, .msg_code = VENDOR_DEFINED };
	struct vrc_tlp cfg1 = { .type = VRC_TLP_CFGRD1, .len_dw = 1, .first_be = 0xf, .tag = 0x98,
				.target = VRC_BDF(6, 0, 0) };

	/* An ECRC that is right, and one that is not */
	send(r, w);
	memset(ecrc, 0, sizeof(ecrc));
	vrc_tlp_build(ecrc, &w);
	vrc_tlp_seal(ecrc, &w);
	ecrc[16] ^= 1;
	send_bytes(r, ecrc, sizeof(ecrc));
	send_bytes(r, bad_be, sizeof(bad_be));
	send_bytes(r, bad_type, sizeof(bad_type));
	send_bytes(r, cut, sizeof(cut));
	/* Poisoned; a Requester ID that is not the root's; what no function takes */
	w.td = false;
	w.ep = true;
	send(r, w);
	w.ep = false;
	w.type = VRC_TLP_MRD;
	w.requester = VRC_BDF(9, 8, 7);
	w.tag = 0x99;
	send(r, w);
	send(r, cfg1);
	send(r, msg);
}

/* Reads without an answer end by their timeout; the lease is shorter. */
static void wait_for_timeout(struct root *r)
{
	unsigned int i;

	mem_write32(r, REG(4), CMD_READ);
	for (i = 0; i < 6; i++) {
		bench_pass(500 * MS);
		cfg_read(r, 0);
	}
}

static void strange_completions(struct root *r)
{
	struct vrc_tlp cpl = { .type = VRC_TLP_CPLD, .len_dw = 1, .byte_count = 4, .tag = 200,
			       .requester = VRC_BDF(5, 0, 0) };

	send(r, cpl);
	set_transfer(r, 64);
	r->dma = DMA_WRONG_COUNT;
	wait_for_timeout(r);
	r->dma = DMA_POISON;
	test_command(r, CMD_READ);
	r->dma = DMA_UR;
	test_command(r, CMD_READ);
	r->dma = DMA_IGNORE;
	wait_for_timeout(r);
	r->dma = DMA_ANSWER;
}

static void strange_frames(struct root *r)
{
	static const uint8_t mac[6] = { 2, 0, 0, 0, 9, 9 };
	const uint8_t *station = bench.st->cfg.mac;
	struct vrc_frame ack = { .kind = VRC_KIND_ACK, .session = r->peer, .ack = r->arq.rcv_nxt };
	struct vrc_frame f = ack;

	bench_send(mac, station, &f, NULL);
	f.ack += 5;
	bench_send(r->mac, station, &f, NULL);
	f = ack;
	f.window = 65;
	bench_send(r->mac, station, &f, NULL);
	f = ack;
	f.kind = 13;
	bench_send(r->mac, station, &f, NULL);
	f = ack;
	f.version = 2;
	bench_send(r->mac, station, &f, NULL);
	f = ack;
	f.session = 0xdead;
	bench_send(r->mac, station, &f, NULL);
	bench_run();
}

static void wrong(void)
{
	struct root *r = &bench.root;
	struct bind_args args;

	start(1);
	args = root_bind_args(0);
	args.lease_ms = 1;
	root_bind(r, &args);
	attach(r, 0, VM_A);
	bench.other.label = VM_B;
	root_bind_fn(&bench.other, 0);
	strange_tlps(r);
	strange_frames(r);
	strange_completions(r);
	bench_pass(900 * MS);
	bench.deaf = true;
	bench_pass(1500 * MS);
	bench.deaf = false;
	stop();
}

static const struct {
	const char *name;
	void (*run)(void);
} scenarios[] = {
	{ "sample", sample }, { "clean", clean }, { "lossy", lossy }, { "wrong", wrong },
};

int main(int argc, char **argv)
{
	unsigned int i;

	for (i = 0; argc == 3 && i < ARRAY_SIZE(scenarios); i++) {
		if (strcmp(argv[1], scenarios[i].name))
			continue;
		pcap = pcap_create(argv[2]);
		if (!pcap)
			return 1;
		scenarios[i].run();
		return fclose(pcap) ? 1 : 0;
	}
	fprintf(stderr, "usage: capture sample|clean|lossy|wrong FILE\n");
	return 2;
}
