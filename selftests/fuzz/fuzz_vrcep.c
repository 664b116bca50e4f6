// SPDX-License-Identifier: GPL-2.0-only
/*
 * Everything that vrcep does with what it receives, from the Ethernet header to the
 * registers of the test device and back. The input is a list of steps: a letter
 * that chooses the step, a length, and that many bytes.
 *
 *   'r'  a frame as it is
 *   's'  a frame with the station's address and our own in front
 *   'h'  a header to be patched into an otherwise right frame of the session
 *   'd'  TLPs, in the next DATA frame of the session
 *   'b'  a right BIND, with the bytes over its end
 *   'c'  a right configuration write of 4 bytes: register, value
 *   't'  time passes: milliseconds, 16 bits
 */
#include <stdlib.h>

#include "bench_port.h"
#include "fuzz.h"

static u32 next_seq;

static u64 session(void)
{
	return fuzz_station->func[0]->session.id;
}

static void put_header(u8 *frame, u8 kind, u16 length)
{
	struct vrc_frame f = {
		.version = VRC_WIRE_VERSION, .kind = kind, .length = length, .window = 64,
	};

	if (kind != VRC_KIND_BIND)
		f.session = session();
	if (kind == VRC_KIND_DATA && f.session)
		f.seq = next_seq;
	if (f.session)
		f.ack = fuzz_station->func[0]->session.arq.snd_nxt;
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
	next_seq++;
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
	vrc_put64(b + offsetof(struct vrc_wire_bind, session), 1 + len);
	vrc_put32(b + offsetof(struct vrc_wire_bind, lease_ms), 1000);
	vrc_put16(b + offsetof(struct vrc_wire_bind, max_payload), 1468);
	vrc_put16(b + offsetof(struct vrc_wire_bind, window), 64);
	if (len && len < sizeof(struct vrc_wire_bind) - 16)
		memcpy(b + sizeof(struct vrc_wire_bind) - len, p, len);
	next_seq = 0;
	fuzz_receive(frame, sizeof(frame));
}

static void configure(const u8 *p, u16 len)
{
	struct vrc_tlp t = { .type = VRC_TLP_CFGWR0, .len_dw = 1, .first_be = 0xf };
	u8 buf[16];

	if (len < 6)
		return;
	t.reg = vrc_get16(p) & 0xffc;
	memcpy(vrc_tlp_build(buf, &t), p + 2, 4);
	tlps(buf, sizeof(buf));
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
	}
}

int fuzz_one(const u8 *data, size_t size)
{
	fuzz_open();
	next_seq = 0;
	while (size >= 3) {
		u16 len = vrc_get16(data + 1);

		if (len > size - 3)
			len = (u16)(size - 3);
		step(data[0], data + 3, len);
		fuzz_turn();
		data += 3 + len;
		size -= 3 + len;
	}
	fuzz_close();
	return 0;
}
