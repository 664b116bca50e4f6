// SPDX-License-Identifier: GPL-2.0-only
/*
 * Everything that vrcep does with what it receives, from the Ethernet header to the
 * registers of each model, its DMA and back. The input is a list of steps: a letter
 * that chooses the step, a length, and that many bytes.
 *
 *   'f'  the function that what follows is about: 0 test, 1 nvme, 2 82576
 *   'r'  a frame as it is
 *   's'  a frame with the station's address and our own in front
 *   'h'  a header to be patched into an otherwise right frame of the session
 *   'd'  TLPs, in the next DATA frame of the session
 *   'b'  a right BIND, with the bytes over its end
 *   'c'  a right configuration write of 4 bytes: register, value
 *   'u'  the function is set up: BARs, bus mastering
 *   'w'  a memory write: BAR, offset of 16 bits, data
 *   'g'  bytes for the guest's memory: offset of 16 bits, data
 *   'n'  a frame for the 82576: its struct virtio_net_hdr, then the frame
 *   'l'  the carrier of the 82576 changes
 *   'q'  somebody asks for the status, which must be JSON
 *   't'  time passes: milliseconds, 16 bits
 */
#include <json-c/json.h>
#include <stdlib.h>

#include "bench_guest.h"
#include "bench_port.h"
#include "core.h"
#include "fake_net.h"
#include "fuzz.h"
#include "status.h"

static unsigned int fn;

static u64 session(void)
{
	return fuzz_station->func[fn]->session.id;
}

static void put_header(u8 *frame, u8 kind, u16 length)
{
	struct vrc_frame f = {
		.version = VRC_WIRE_VERSION, .kind = kind, .length = length, .window = 64,
	};

	if (kind != VRC_KIND_BIND)
		f.session = session();
	if (kind == VRC_KIND_DATA && f.session)
		f.seq = guest_seq(fn);
	if (f.session)
		f.ack = guest_expected(fn);
	memcpy(frame, fuzz_station->cfg.mac, 6);
	memcpy(frame + 6, fuzz_root_mac, 6);
	vrc_put16(frame + 12, VRC_ETHERTYPE);
	vrc_frame_build(frame + EP_ETH_LEN, &f);
}

static void raw(const u8 *p, u16 len)
{
	fuzz_receive(p, len);
}

static void addressed(const u8 *p, u16 len)
{
	u8 frame[EP_ETH_LEN + 4096];

	put_header(frame, VRC_KIND_ACK, 0);
	memcpy(frame + EP_ETH_LEN, p, len);
	fuzz_receive(frame, EP_ETH_LEN + len);
}

static void patched_header(const u8 *p, u16 len)
{
	u8 frame[EP_HDR_LEN + 4096] = { 0 };
	u32 i;

	if (len < 2)
		return;
	put_header(frame, p[0] % (VRC_KIND_STALE + 2), p[1]);
	/* Pairs of an offset in the header and what to add there */
	for (i = 2; i + 1 < len; i += 2)
		frame[EP_ETH_LEN + p[i] % (EP_WIRE_LEN + 64)] += p[i + 1];
	fuzz_receive(frame, EP_HDR_LEN + p[1]);
}

static void tlps(const u8 *p, u16 len)
{
	u8 frame[EP_HDR_LEN + 4096];

	put_header(frame, VRC_KIND_DATA, len);
	memcpy(frame + EP_HDR_LEN, p, len);
	fuzz_receive(frame, EP_HDR_LEN + len);
}

static void bind_it(const u8 *p, u16 len)
{
	u8 frame[EP_HDR_LEN + sizeof(struct vrc_wire_bind)] = { 0 };
	u8 *b = frame + EP_HDR_LEN;

	put_header(frame, VRC_KIND_BIND, sizeof(struct vrc_wire_bind));
	vrc_put64(b + offsetof(struct vrc_wire_bind, serial), fuzz_station->cfg.serial);
	vrc_put64(b + offsetof(struct vrc_wire_bind, instance), fuzz_station->instance);
	vrc_put64(b + offsetof(struct vrc_wire_bind, root_id), 1);
	vrc_put64(b + offsetof(struct vrc_wire_bind, session), (1 + len) * FUZZ_FUNCTIONS + fn);
	vrc_put32(b + offsetof(struct vrc_wire_bind, lease_ms), 1000);
	vrc_put16(b + offsetof(struct vrc_wire_bind, max_payload), 1468);
	vrc_put16(b + offsetof(struct vrc_wire_bind, window), 64);
	b[offsetof(struct vrc_wire_bind, function)] = (u8)fn;
	if (len && len < sizeof(struct vrc_wire_bind) - 16)
		memcpy(b + sizeof(struct vrc_wire_bind) - len, p, len);
	fuzz_receive(frame, sizeof(frame));
	guest_bound(fn);
}

static void configure(const u8 *p, u16 len)
{
	struct vrc_tlp t = { .type = VRC_TLP_CFGWR0, .len_dw = 1, .first_be = 0xf,
			     .target = VRC_BDF(1, 0, fn) };
	u8 buf[16];

	if (len < 6)
		return;
	t.reg = vrc_get16(p) & 0xffc;
	memcpy(vrc_tlp_build(buf, &t), p + 2, 4);
	tlps(buf, sizeof(buf));
}

static u16 put_config_write(u8 *buf, u16 reg, u32 val)
{
	struct vrc_tlp t = { .type = VRC_TLP_CFGWR0, .len_dw = 1, .first_be = 0xf, .reg = reg,
			     .target = VRC_BDF(1, 0, fn) };

	memcpy(vrc_tlp_build(buf, &t), &val, 4);
	return 16;
}

/* BAR n at n + 1 times 256 MiB; the upper half of a wide one is 0. */
static void set_up(void)
{
	const struct ep_bar *bars = fuzz_station->func[fn]->bar;
	u8 buf[7 * 16];
	u16 len = 0;
	u32 bar;

	for (bar = 0; bar < 6; bar++)
		len += put_config_write(buf + len, (u16)(0x10 + 4 * bar),
					bar && bars[bar - 1].wide ? 0 : (bar + 1) << 28);
	tlps(buf, len + put_config_write(buf + len, 4, 7));
}

static void write_memory(const u8 *p, u16 len)
{
	struct vrc_tlp t = { .type = VRC_TLP_MWR };
	u8 buf[16 + 4096];
	u64 addr;

	if (len < 4 || len > 1024)
		return;
	addr = ((u64)(p[0] % 6 + 1) << 28) + vrc_get16(p + 1);
	len -= 3;
	if ((addr & 0xfff) + len > 4096)
		len = (u16)(4096 - (addr & 0xfff));
	vrc_tlp_set_range(&t, addr, len);
	memset(buf, 0, sizeof(buf));
	memcpy(vrc_tlp_build(buf, &t) + (addr & 3), p + 3, len);
	tlps(buf, (u16)vrc_tlp_len(&t));
}

static void network(const u8 *p, u16 len)
{
	struct virtio_net_hdr hdr;

	if (len < sizeof(hdr) + 14)
		return;
	memcpy(&hdr, p, sizeof(hdr));
	fake_net_receive(&hdr, p + sizeof(hdr), len - sizeof(hdr));
}

/* Names, labels and what models say are in it; they come from everywhere. */
static void query(void)
{
	char *text = ep_status_json(fuzz_port());
	struct json_object *o;

	MUST(text);
	o = json_tokener_parse(text);
	MUST(o);
	json_object_put(o);
	free(text);
}

static void answer(unsigned int to, const u8 *p, u16 len)
{
	u8 frame[EP_HDR_LEN + 4096];
	unsigned int was = fn;

	fn = to;
	put_header(frame, len ? VRC_KIND_DATA : VRC_KIND_ACK, len);
	if (len)
		memcpy(frame + EP_HDR_LEN, p, len);
	fuzz_receive(frame, EP_HDR_LEN + len);
	fn = was;
}

static void guest_step(u8 what, const u8 *p, u16 len)
{
	switch (what) {
	case 'f':
		fn = len ? p[0] % FUZZ_FUNCTIONS : 0;
		break;
	case 'u':
		set_up();
		break;
	case 'w':
		write_memory(p, len);
		break;
	case 'g':
		if (len > 2)
			guest_put(vrc_get16(p), p + 2, len - 2u);
		break;
	case 'n':
		network(p, len);
		break;
	case 'l':
		fake_net_carrier(!fake_net.carrier);
		break;
	case 'q':
		query();
		break;
	}
}

static void step(u8 what, const u8 *p, u16 len)
{
	switch (what) {
	case 'r':
		raw(p, len);
		break;
	case 's':
		addressed(p, len);
		break;
	case 'h':
		patched_header(p, len);
		break;
	case 'd':
		tlps(p, len);
		break;
	case 'b':
		bind_it(p, len);
		break;
	case 'c':
		configure(p, len);
		break;
	case 't':
		fuzz_pass(len >= 2 ? vrc_get16(p) : 1);
		break;
	default:
		guest_step(what, p, len);
		break;
	}
}

/* What the step has caused, and what that causes */
static void settle(void)
{
	unsigned int i;

	fuzz_turn();
	for (i = 0; i < 8 && guest_answer(answer); i++)
		fuzz_turn();
}

int fuzz_one(const u8 *data, size_t size)
{
	fuzz_open();
	fn = 0;
	while (size >= 3) {
		u16 len = vrc_get16(data + 1);

		if (len > size - 3)
			len = (u16)(size - 3);
		step(data[0], data + 3, len);
		settle();
		data += 3 + len;
		size -= 3 + len;
	}
	fuzz_close();
	return 0;
}
