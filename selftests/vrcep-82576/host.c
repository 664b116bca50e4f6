// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host.h"
#include "options-core.h"

#define PATIENCE	1000000		/* us, for anything that must happen */
#define STEPS		200
#define PHY_ADDRESS	1
#define MSIX_FLAGS	(GPIE_PBA | GPIE_EIAME | GPIE_MULTIPLE_MSIX | GPIE_NSICR)

struct host host;
char host_error[512];

/* ---- the machine ---- */

static uint64_t clock_now(void)
{
	return host.now;
}

struct ep_func *host_create(const char *options)
{
	struct ep_options *o = ep_options_new();
	struct ep_func *f = NULL;
	char text[512], model[32];

	host_error[0] = '\0';
	snprintf(text, sizeof(text), "82576%s%s", *options ? "," : "", options);
	if (!ep_options_parse(o, text, model, sizeof(model), host_error, sizeof(host_error)) &&
	    !ep_options_check(o, model, ep_model_82576.options, host_error, sizeof(host_error)))
		f = ep_model_82576.create(host.loop, o, host_error, sizeof(host_error));
	ep_options_free(o);
	return f;
}

bool host_open(const char *options)
{
	fake_reset();
	memset(&host, 0, sizeof(host));
	host.now = 1000000000;
	host.next_page = MEM_BASE;
	host.loop = ep_loop_create();
	ep_loop_set_clock(host.loop, clock_now);
	host.func = host_create(options);
	if (!host.func)
		tap_note("%s", host_error);
	if (!EXPECT(host.func))
		return false;
	ep_model_82576.reset(host.func, EP_RESET_CONVENTIONAL);
	return true;
}

void host_close(void)
{
	if (host.func)
		ep_model_82576.destroy(host.func);
	ep_loop_destroy(host.loop);
	host.func = NULL;
	host.loop = NULL;
}

static void turn(void)
{
	do {
		ep_loop_turn(host.loop, 0);
		fake_net_run();
	} while (fake_answer_reads());
}

void host_run(unsigned int us)
{
	uint64_t end = host.now + us * 1000ull, step = us * 1000ull / STEPS + 1;

	turn();
	while (host.now < end) {
		host.now += step < end - host.now ? step : end - host.now;
		turn();
	}
}

uint64_t host_alloc(size_t len)
{
	uint64_t addr = host.next_page;

	host.next_page += (len + 4095) & ~4095ull;
	if (!fake_mem(addr, len)) {
		fputs("host: out of guest memory\n", stderr);
		abort();
	}
	return addr;
}

void host_function_reset(void)
{
	fake_drop_reads();
	ep_model_82576.reset(host.func, EP_RESET_FLR);
}

/* ---- registers ---- */

uint32_t reg(uint64_t off)
{
	uint32_t val;

	ep_model_82576.bar_read(host.func, 0, off, &val, sizeof(val));
	return le32toh(val);
}

void set_reg(uint64_t off, uint32_t val)
{
	uint32_t le = htole32(val);

	ep_model_82576.bar_write(host.func, 0, off, &le, sizeof(le));
}

bool host_wait(uint64_t off, uint32_t mask, uint32_t want)
{
	unsigned int step = PATIENCE / 100;

	for (unsigned int waited = 0; waited <= PATIENCE; waited += step) {
		if ((reg(off) & mask) == want)
			return true;
		host_run(step);
	}
	return false;
}

static uint32_t mdic(uint32_t command)
{
	set_reg(I82576_MDIC, command | PHY_ADDRESS << 21);
	EXPECT(host_wait(I82576_MDIC, MDIC_R, MDIC_R));
	EXPECT(!(reg(I82576_MDIC) & MDIC_E));
	return reg(I82576_MDIC) & MDIC_DATA;
}

static void phy_page(unsigned int reg)
{
	if (reg > 0xf)
		mdic(MDIC_OP_WRITE << 26 | 0x1f << 16 | (reg & 0xffff));
}

uint16_t host_phy_read(unsigned int reg)
{
	phy_page(reg);
	return mdic(MDIC_OP_READ << 26 | (reg & 0x1f) << 16);
}

void host_phy_write(unsigned int reg, uint16_t val)
{
	phy_page(reg);
	mdic(MDIC_OP_WRITE << 26 | (reg & 0x1f) << 16 | val);
}

uint16_t host_nvm_read(unsigned int word)
{
	set_reg(I82576_EERD, word << 2 | EERW_START);
	EXPECT(host_wait(I82576_EERD, EERW_DONE, EERW_DONE));
	return reg(I82576_EERD) >> EERW_DATA_SHIFT;
}

/* ---- the driver ---- */

void host_reset(void)
{
	set_reg(I82576_CTRL, reg(I82576_CTRL) | CTRL_RST);
	host_run(10000);
	EXPECT_EQ(reg(I82576_CTRL) & CTRL_RST, 0);
	EXPECT(host_wait(I82576_EEC, EEC_AUTO_RD, EEC_AUTO_RD));
	set_reg(I82576_IMC, ~0u);
	reg(I82576_ICR);
}

bool host_up(void)
{
	host_reset();
	set_reg(I82576_CTRL, reg(I82576_CTRL) | CTRL_SLU);
	host_phy_write(0, host_phy_read(0) | 0x1200);
	if (!EXPECT(host_wait(I82576_STATUS, STATUS_LU, STATUS_LU)))
		return false;
	set_reg(I82576_TCTL, reg(I82576_TCTL) | TCTL_EN);
	set_reg(I82576_RCTL, RCTL_RXEN | RCTL_BAM | RCTL_SECRC | RCTL_LPE);
	set_reg(I82576_RLPML, 9728);
	set_reg(I82576_VMOLR(0), 1u << 31 | 1 << 27 | 1 << 24 | 1 << 16 | 0x2600);
	set_reg(I82576_GPIE, MSIX_FLAGS);
	reg(I82576_ICR);
	return true;
}

void host_vector(unsigned int q, unsigned int vector)
{
	unsigned int shift = (q & 8) << 1;
	uint32_t ivar = reg(I82576_IVAR(q & 7)) & ~(0xffffu << shift);
	uint32_t entry = vector | IVAR_VALID;

	set_reg(I82576_IVAR(q & 7), ivar | (entry | entry << 8) << shift);
	set_reg(I82576_EIAC, reg(I82576_EIAC) | 1u << vector);
	set_reg(I82576_EIMS, 1u << vector);
}

/* ---- rings ---- */

static void ring_init(struct host_ring *r, unsigned int queue, unsigned int entries)
{
	memset(r, 0, sizeof(*r));
	r->queue = queue;
	r->entries = entries;
	r->base = host_alloc(entries * 16);
	memset(fake_mem(r->base, entries * 16), 0, entries * 16);
}

void host_tx_ring(struct host_ring *r, unsigned int queue, unsigned int entries)
{
	ring_init(r, queue, entries);
	set_reg(I82576_TXDCTL(queue), 0);
	host_wait(I82576_TXDCTL(queue), XDCTL_ENABLE, 0);
	set_reg(I82576_TDBAL(queue), (uint32_t)r->base);
	set_reg(I82576_TDBAH(queue), r->base >> 32);
	set_reg(I82576_TDLEN(queue), entries * 16);
	set_reg(I82576_TDH(queue), 0);
	set_reg(I82576_TDT(queue), 0);
	set_reg(I82576_TXDCTL(queue), 8 | 1 << 8 | 1 << 16 | XDCTL_ENABLE);
}

void host_rx_ring(struct host_ring *r, unsigned int queue, unsigned int entries, uint32_t srrctl)
{
	ring_init(r, queue, entries);
	r->buffer_size = SRRCTL_BSIZEPACKET(srrctl) * 1024;
	if (!r->buffer_size)
		r->buffer_size = HOST_BUFFER;
	/* The header buffers come first, 256 bytes each. */
	r->buffers = host_alloc(entries * (256 + r->buffer_size));
	set_reg(I82576_RXDCTL(queue), 0);
	host_wait(I82576_RXDCTL(queue), XDCTL_ENABLE, 0);
	set_reg(I82576_RDBAL(queue), (uint32_t)r->base);
	set_reg(I82576_RDBAH(queue), r->base >> 32);
	set_reg(I82576_RDLEN(queue), entries * 16);
	set_reg(I82576_RDH(queue), 0);
	set_reg(I82576_RDT(queue), 0);
	set_reg(I82576_SRRCTL(queue), srrctl);
	set_reg(I82576_RXDCTL(queue), 8 | 8 << 8 | 1 << 16 | XDCTL_ENABLE);
}

static void put(struct host_ring *r, uint64_t low, uint64_t high)
{
	uint64_t d[2] = { htole64(low), htole64(high) };

	memcpy(fake_mem(r->base + r->next * 16, 16), d, 16);
	r->next = (r->next + 1) % r->entries;
}

void host_tx_put(struct host_ring *r, uint64_t addr, size_t len, size_t payload, uint32_t cmd,
		 uint32_t options)
{
	uint32_t low = TXD_DEXT | 3u << 20 | cmd | (uint32_t)len;

	put(r, addr, low | (uint64_t)((uint32_t)payload << 14 | options) << 32);
}

void host_tx_context(struct host_ring *r, unsigned int mac, unsigned int ip, unsigned int vlan,
		     uint32_t command, unsigned int mss, unsigned int l4)
{
	put(r, vlan << 16 | mac << 9 | ip,
	    TXD_DEXT | 2u << 20 | command | (uint64_t)(mss << 16 | l4 << 8) << 32);
}

void host_tx_legacy(struct host_ring *r, uint64_t addr, size_t len, uint8_t cmd, uint16_t vlan)
{
	put(r, addr, len | (uint32_t)cmd << 24 | (uint64_t)vlan << 48);
}

void host_tx_legacy_sum(struct host_ring *r, uint64_t addr, size_t len, unsigned int start,
			unsigned int field)
{
	/* EOP, IFCS, IC, RS */
	put(r, addr, len | field << 16 | 0x0fu << 24 | (uint64_t)start << 40);
}

void host_tx_frame(struct host_ring *r, const void *frame, size_t len, uint32_t cmd,
		   uint32_t options)
{
	uint64_t addr = host_alloc(len);

	memcpy(fake_mem(addr, len), frame, len);
	host_tx_put(r, addr, len, len, TXD_EOP | TXD_IFCS | TXD_RS | cmd, options);
}

void host_ring_tail(struct host_ring *r)
{
	set_reg(I82576_TDT(r->queue), r->next);
}

unsigned int host_tx_undone(struct host_ring *r)
{
	while (r->clean != r->next) {
		uint32_t d[4];

		memcpy(d, fake_mem(r->base + r->clean * 16, 16), 16);
		/* Only what asked for a report says that it is done. */
		if (le32toh(d[2]) & TXD_RS && !(le32toh(d[3]) & RXD_DD))
			break;
		r->clean = (r->clean + 1) % r->entries;
	}
	return (r->next + r->entries - r->clean) % r->entries;
}

bool host_tx_wait(struct host_ring *r)
{
	for (unsigned int i = 0; host_tx_undone(r) && i < 100; i++)
		host_run(1000);
	return !host_tx_undone(r);
}

void host_rx_fill(struct host_ring *r, unsigned int nr)
{
	while (nr--)
		put(r, r->buffers + r->entries * 256 + r->next * r->buffer_size,
		    r->buffers + r->next * 256);
	set_reg(I82576_RDT(r->queue), r->next);
}

static void take_data(struct host_frame *f, uint64_t addr, size_t len)
{
	if (!EXPECT(f->len + len <= sizeof(f->data)))
		return;
	memcpy(f->data + f->len, fake_mem(addr, len), len);
	f->len += len;
}

bool host_rx_take(struct host_ring *r, struct host_frame *f)
{
	unsigned int i = r->clean;
	uint32_t d[4];

	f->len = 0;
	f->header = 0;
	f->descriptors = 0;
	do {
		memcpy(d, fake_mem(r->base + i * 16, 16), 16);
		if (!(le32toh(d[2]) & RXD_DD))
			return false;
		if (!f->descriptors) {
			f->type = le32toh(d[0]);
			f->split = le32toh(d[0]) >> 31;
			f->header = le32toh(d[0]) >> 21 & 0x3ff;
			take_data(f, r->buffers + i * 256, f->header);
		}
		take_data(f, r->buffers + r->entries * 256 + i * r->buffer_size,
			  le32toh(d[3]) & 0xffff);
		f->descriptors++;
		i = (i + 1) % r->entries;
	} while (!(le32toh(d[2]) & RXD_EOP));
	f->rss = le32toh(d[1]);
	f->status = le32toh(d[2]);
	f->vlan = le32toh(d[3]) >> 16;
	r->clean = i;
	return true;
}

/* ---- frames ---- */

size_t host_frame_to(uint8_t *frame, const char *to, size_t len, unsigned int seed)
{
	memcpy(frame, to, 6);
	memcpy(frame + 6, HOST_PEER, 6);
	frame[12] = 0x88;
	frame[13] = 0xb5;
	for (size_t i = 14; i < len; i++)
		frame[i] = i * 7 + seed;
	return len;
}

const struct fake_frame *host_sent(unsigned int i)
{
	return i < fake_net.nr_sent ? &fake_net.sent[i] : NULL;
}

void host_receive(const void *frame, size_t len)
{
	struct virtio_net_hdr none = { 0 };

	fake_net_receive(&none, frame, len);
	turn();
}
