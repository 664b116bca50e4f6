// SPDX-License-Identifier: GPL-2.0-only
/*
 * What no station should send, each with the counter that has to tell of it.
 */
#include <stdlib.h>

#include "station.h"

static struct vrc_tlp dma_write(struct station *s, u64 addr, u32 len)
{
	struct vrc_tlp t = { .type = VRC_TLP_MWR, .requester = s->bdf };

	vrc_tlp_set_range(&t, addr, len);
	return t;
}

/* ---- misdeeds on the session ---- */

static void lie_about_length(struct station *s)
{
	struct vrc_tlp t = dma_write(s, 0x10000, 64);
	u8 buf[128];

	make_tlp(buf, &t, 0);
	send_data(s, buf, 12 + 16);
}

static void send_unknown_type(struct station *s)
{
	u8 buf[12] = { 0x1f, 0, 0, 1 };

	send_data(s, buf, sizeof(buf));
}

static void complete_nothing(struct station *s)
{
	struct vrc_tlp t = {
		.type = VRC_TLP_CPLD, .len_dw = 1, .byte_count = 4, .tag = 0xee,
		.completer = s->bdf,
	};
	u8 buf[16];

	send_data(s, buf, make_tlp(buf, &t, 0));
}

static void break_ecrc(struct station *s)
{
	struct vrc_tlp t = dma_write(s, 0x10000, 4);
	u8 buf[64];
	size_t len;

	t.td = true;
	len = make_tlp(buf, &t, 0);
	buf[len - 1] ^= 1;
	send_data(s, buf, len);
}

static void write_memory_unasked(struct station *s)
{
	struct vrc_tlp t = dma_write(s, 0xdead0000, 64);
	u8 buf[128];

	send_data(s, buf, make_tlp(buf, &t, 0));
}

static void ack_the_future(struct station *s)
{
	struct vrc_frame f = { .kind = VRC_KIND_ACK, .session = s->root_session };
	u32 honest = s->rcv_nxt;

	s->rcv_nxt += 1000;
	send_frame(s, s->root, &f, NULL);
	s->rcv_nxt = honest;
}

/* Length 0 means 1024 DWs; this one ends after its header. */
static void lie_by_1024(struct station *s)
{
	u8 buf[12] = { 0x40, 0, 0, 0, (u8)(s->bdf >> 8), (u8)s->bdf, 0, 0xff, 0, 1 };

	send_data(s, buf, sizeof(buf));
}

static void send_mwr(struct station *s, u32 addr, u8 be, u8 len_dw)
{
	u8 buf[12 + 16] = {
		0x40, 0, 0, len_dw, (u8)(s->bdf >> 8), (u8)s->bdf, 0, be,
		(u8)(addr >> 24), (u8)(addr >> 16), (u8)(addr >> 8), (u8)addr,
	};

	send_data(s, buf, 12 + len_dw * 4u);
}

static void cross_4k(struct station *s)
{
	send_mwr(s, 0x10ffc, 0xff, 2);
}

static void leave_a_gap_in_byte_enables(struct station *s)
{
	send_mwr(s, 0x10000, 0xf1, 3);
}

/* A CplD whose byte count is less than its data. */
static void lie_about_byte_count(struct station *s)
{
	u8 buf[12 + 64] = { 0x4a, 0, 0, 16, (u8)(s->bdf >> 8), (u8)s->bdf, 0, 4 };

	send_data(s, buf, sizeof(buf));
}

static void run_ahead(struct station *s)
{
	struct vrc_frame f = {
		.kind = VRC_KIND_DATA, .session = s->root_session,
		.seq = s->snd_nxt + 100000, .length = 12,
	};
	static const u8 tlp[12];

	send_frame(s, s->root, &f, tlp);
}

/* ---- misdeeds that the port counts ---- */

static void guess_session(struct station *s)
{
	struct vrc_frame f = { .kind = VRC_KIND_ACK, .session = s->root_session ^ 0x100000 };

	send_frame(s, s->root, &f, NULL);
}

static void send_ack_from(struct station *s, u64 session, const u8 *src)
{
	struct vrc_frame f = {
		.version = VRC_WIRE_VERSION, .kind = VRC_KIND_ACK,
		.session = session, .ack = s->rcv_nxt, .window = VRC_MAX_WINDOW,
	};
	u8 buf[HDR_LEN];

	vrc_frame_build(buf, &f);
	wire_send(s->fd, s->root, src, buf, sizeof(buf));
}

static void forge_source(struct station *s)
{
	static const u8 src[6] = { 0x02, 0, 0, 0, 0xba, 0xd0 };

	send_ack_from(s, s->root_session, src);
}

static void speak_for_everybody(struct station *s)
{
	send_ack_from(s, s->root_session ^ 0x100000, wire_broadcast);
}

/* Sends an otherwise honest ACK with one byte of its header changed. */
static void send_spoilt(struct station *s, size_t at, u8 value)
{
	struct vrc_frame f = {
		.version = VRC_WIRE_VERSION, .kind = VRC_KIND_ACK,
		.session = s->root_session, .ack = s->rcv_nxt, .window = VRC_MAX_WINDOW,
	};
	u8 buf[HDR_LEN];

	vrc_frame_build(buf, &f);
	buf[at] = value;
	wire_send(s->fd, s->root, s->mac, buf, sizeof(buf));
}

static void speak_version_9(struct station *s)
{
	send_spoilt(s, offsetof(struct vrc_wire_hdr, version), 9);
}

static void send_unknown_kind(struct station *s)
{
	send_spoilt(s, offsetof(struct vrc_wire_hdr, kind), 200);
}

static void truncate_frame(struct station *s)
{
	struct vrc_frame f = {
		.version = VRC_WIRE_VERSION, .kind = VRC_KIND_DATA, .length = 1024,
		.session = s->root_session, .seq = s->snd_nxt, .ack = s->rcv_nxt,
		.window = VRC_MAX_WINDOW,
	};
	u8 buf[HDR_LEN];

	vrc_frame_build(buf, &f);
	wire_send(s->fd, s->root, s->mac, buf, sizeof(buf));
}

static void give_ack_a_payload(struct station *s)
{
	send_spoilt(s, offsetof(struct vrc_wire_hdr, length) + 1, 4);
}

static void open_window_too_far(struct station *s)
{
	send_spoilt(s, offsetof(struct vrc_wire_hdr, window), 0x7f);
}

static void send_data_without_session(struct station *s)
{
	struct vrc_frame f = { .kind = VRC_KIND_DATA, .length = 12 };
	static const u8 tlp[12];

	send_frame(s, s->root, &f, tlp);
}

static void send_fragment(struct station *s)
{
	struct vrc_frame f = {
		.version = VRC_WIRE_VERSION, .kind = VRC_KIND_DATA, .length = 12 + 2,
		.session = s->root_session, .seq = s->snd_nxt, .ack = s->rcv_nxt,
		.window = VRC_MAX_WINDOW,
	};
	u8 buf[HDR_LEN + 14] = { 0 };

	vrc_frame_build(buf, &f);
	wire_send(s->fd, s->root, s->mac, buf, sizeof(buf));
}

static void lie_about_probe_size(struct station *s)
{
	u8 p[64] = { 0x02, 0x40 };	/* 576 */
	struct vrc_frame f = {
		.kind = VRC_KIND_PROBE, .session = s->root_session, .length = sizeof(p),
	};

	send_frame(s, s->root, &f, p);
}

static void lie_about_functions(struct station *s)
{
	u8 buf[sizeof(struct vrc_wire_advertise) + sizeof(struct vrc_wire_function)] = { 0 };
	struct vrc_wire_advertise *a = (void *)buf;
	struct vrc_frame f = { .kind = VRC_KIND_ADVERTISE, .length = sizeof(buf) };

	vrc_put64(&a->serial, s->serial);
	vrc_put64(&a->instance, 1);
	vrc_put16(&a->max_payload, 1468);
	a->nr_functions = 8;
	send_frame(s, s->root, &f, buf);
}

static void advertise_serial_0(struct station *s)
{
	u8 buf[sizeof(struct vrc_wire_advertise) + sizeof(struct vrc_wire_function)] = { 0 };
	struct vrc_wire_advertise *a = (void *)buf;
	struct vrc_frame f = { .kind = VRC_KIND_ADVERTISE, .length = sizeof(buf) };

	vrc_put64(&a->instance, 1);
	vrc_put16(&a->max_payload, 1468);
	a->nr_functions = 1;
	send_frame(s, s->root, &f, buf);
}

void reply_spoilt(struct station *s, const struct vrc_tlp *req, unsigned int how)
{
	struct vrc_tlp c;
	u8 buf[64];

	vrc_tlp_init_cpl(&c, req, s->bdf, VRC_CPL_SC);
	c.type = VRC_TLP_CPLD;
	c.len_dw = 1;
	c.byte_count = 4;
	c.lower_addr = req->addr & 0x7f;
	if (how == READ_POISONED)
		c.ep = true;
	if (how == READ_WRONG_TAG)
		c.tag ^= 0x80;
	if (how == READ_TOO_LONG) {
		c.len_dw = 8;
		c.byte_count = 32;
		c.lower_addr = 0;
	}
	if (how == READ_TWICE)
		reply(s, req, ALIVE);
	send_data(s, buf, make_tlp(buf, &c, 0));
	if (how == READ_WRONG_TAG || how == READ_TOO_LONG)
		reply(s, req, ALIVE);
}

const struct misdeed misdeeds[] = {
	[READ_UR]	= { "cpl_ur", "a read answered with UR" },
	[READ_CA]	= { "cpl_ca", "a read answered with CA" },
	[READ_POISONED]	= { "tlp_poisoned", "a read answered with poisoned data" },
	[READ_TOO_LONG]	= { "cpl_unexpected", "a completion longer than the request" },
	[READ_SILENT]	= { "cpl_timeout", "a read that is never answered" },
	[READ_WRONG_TAG] = { "cpl_unexpected", "a read answered with another tag" },
	[READ_TWICE]	= { "cpl_unexpected", "a read answered twice" },
	[READ_RRS]	= { "cpl_rrs", "configuration reads answered with RRS three times" },
	{ "tlp_malformed", "a TLP longer than its frame", lie_about_length },
	{ "tlp_malformed", "a TLP of 1024 DWs that has none", lie_by_1024 },
	{ "tlp_malformed", "a write across 4 KiB", cross_4k },
	{ "tlp_malformed", "byte enables with a gap", leave_a_gap_in_byte_enables },
	{ "tlp_malformed", "a completion with less byte count than data", lie_about_byte_count },
	{ "tlp_malformed", "a TLP of an unknown type", send_unknown_type },
	{ "cpl_unexpected", "a completion that nobody asked for", complete_nothing },
	{ "tlp_bad_ecrc", "a TLP with a wrong ECRC", break_ecrc },
	{ "dma_no_bus_master", "DMA while nobody has opened the device", write_memory_unasked },
	{ "rx_bad_ack", "an ack of frames never sent", ack_the_future },
	{ "duplicates", "a sequence number far beyond the window", run_ahead },
	{ "port:rx_unknown_session", "a guessed session id", guess_session },
	{ "port:rx_wrong_source", "the right session id from another MAC", forge_source },
	{ "port:rx_not_for_us", "a guessed session id from a group address", speak_for_everybody },
	{ "port:rx_bad_version", "version 9", speak_version_9 },
	{ "port:rx_bad_kind", "kind 200", send_unknown_kind },
	{ "port:rx_truncated", "a payload beyond the end of the frame", truncate_frame },
	{ "port:rx_bad_length", "an ACK with a payload", give_ack_a_payload },
	{ "port:rx_bad_length", "DATA that ends inside a double word", send_fragment },
	{ "port:rx_bad_length", "an ADVERTISE of more functions than it has", lie_about_functions },
	{ "port:rx_bad_field", "a PROBE of another size than it says", lie_about_probe_size },
	{ "port:rx_bad_window", "a window of 32576 frames", open_window_too_far },
	{ "port:rx_bad_session", "DATA without a session", send_data_without_session },
	{ "port:rx_bad_field", "an ADVERTISE of serial 0", advertise_serial_0 },
};

const unsigned int nr_misdeeds = ARRAY_SIZE(misdeeds);
