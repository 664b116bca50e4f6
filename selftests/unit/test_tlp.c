// SPDX-License-Identifier: GPL-2.0-only
/* TLPs: bytes worked out by hand from the specification, and every rule broken. */
#include "tap.h"
#include "tlp.h"

struct sample {
	const char *name;
	u8 bytes[32];
	int len;
	struct vrc_tlp t;
};

static const struct sample samples[] = {
	{ "MRd 3DW: 64 bytes from 0xfe001000, requester 01:00.0, tag 0x12",
	  { 0x00, 0x00, 0x00, 0x10, 0x01, 0x00, 0x12, 0xff, 0xfe, 0x00, 0x10, 0x00 }, 12,
	  { .type = VRC_TLP_MRD, .len_dw = 16, .requester = 0x0100, .tag = 0x12,
	    .first_be = 0xf, .last_be = 0xf, .addr = 0xfe001000 } },
	{ "MRd 4DW: length 0 is 1024 DW, TC 5, IDO, RO and NS",
	  { 0x20, 0x54, 0x30, 0x00, 0x02, 0x0b, 0xff, 0xff,
	    0x00, 0x00, 0x00, 0x12, 0x34, 0x56, 0x70, 0x00 }, 16,
	  { .type = VRC_TLP_MRD, .tc = 5, .attr = 7, .len_dw = 1024, .requester = 0x020b,
	    .tag = 0xff, .first_be = 0xf, .last_be = 0xf, .addr = 0x1234567000ULL } },
	{ "MRd of no byte: a flush",
	  { 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x20, 0x04 }, 12,
	  { .type = VRC_TLP_MRD, .len_dw = 1, .tag = 1, .addr = 0x2004 } },
	{ "MRd of 8 bytes, aligned to them, with holes",
	  { 0x00, 0x00, 0x00, 0x02, 0x00, 0x00, 0x02, 0x95, 0x00, 0x00, 0x20, 0x08 }, 12,
	  { .type = VRC_TLP_MRD, .len_dw = 2, .tag = 2, .first_be = 0x5, .last_be = 0x9,
	    .addr = 0x2008 } },
	{ "MWr 3DW: 0xdeadbeef, little-endian, to 0xe0000010",
	  { 0x40, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x0f, 0xe0, 0x00, 0x00, 0x10,
	    0xef, 0xbe, 0xad, 0xde }, 16,
	  { .type = VRC_TLP_MWR, .len_dw = 1, .first_be = 0xf, .addr = 0xe0000010 } },
	{ "MWr 4DW, poisoned: bytes 1 to 6 from 4 GiB on",
	  { 0x60, 0x00, 0x40, 0x02, 0x03, 0x00, 0x07, 0x7e,
	    0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00, 0, 1, 2, 3, 4, 5, 6, 7 }, 24,
	  { .type = VRC_TLP_MWR, .ep = true, .len_dw = 2, .requester = 0x0300, .tag = 7,
	    .first_be = 0xe, .last_be = 0x7, .addr = 0x100000000ULL } },
	{ "MWr: an MSI",
	  { 0x40, 0x00, 0x00, 0x01, 0x01, 0x00, 0x00, 0x0f, 0xfe, 0xe0, 0x00, 0x0c,
	    0x41, 0x00, 0x00, 0x00 }, 16,
	  { .type = VRC_TLP_MWR, .len_dw = 1, .requester = 0x0100, .first_be = 0xf,
	    .addr = 0xfee0000c } },
	{ "IORd: byte 0x3f9",
	  { 0x02, 0x00, 0x00, 0x01, 0x00, 0x00, 0x05, 0x02, 0x00, 0x00, 0x03, 0xf8 }, 12,
	  { .type = VRC_TLP_IORD, .len_dw = 1, .tag = 5, .first_be = 0x2, .addr = 0x3f8 } },
	{ "IOWr",
	  { 0x42, 0x00, 0x00, 0x01, 0x00, 0x00, 0x06, 0x01, 0x00, 0x00, 0xc0, 0x00,
	    0x80, 0x00, 0x00, 0x00 }, 16,
	  { .type = VRC_TLP_IOWR, .len_dw = 1, .tag = 6, .first_be = 0x1, .addr = 0xc000 } },
	{ "CfgRd0: Vendor ID and Device ID of 05:00.0",
	  { 0x04, 0x00, 0x00, 0x01, 0x00, 0x00, 0x09, 0x0f, 0x05, 0x00, 0x00, 0x00 }, 12,
	  { .type = VRC_TLP_CFGRD0, .len_dw = 1, .tag = 9, .first_be = 0xf,
	    .target = VRC_BDF(5, 0, 0), .reg = 0 } },
	{ "CfgWr0: Command of 05:1f.7",
	  { 0x44, 0x00, 0x00, 0x01, 0x00, 0x00, 0x0a, 0x03, 0x05, 0xff, 0x00, 0x04,
	    0x06, 0x04, 0x00, 0x00 }, 16,
	  { .type = VRC_TLP_CFGWR0, .len_dw = 1, .tag = 10, .first_be = 0x3,
	    .target = VRC_BDF(5, 0x1f, 7), .reg = 4 } },
	{ "CfgRd1: extended register 0xffc",
	  { 0x05, 0x00, 0x00, 0x01, 0x00, 0x00, 0x0b, 0x0f, 0x06, 0x08, 0x0f, 0xfc }, 12,
	  { .type = VRC_TLP_CFGRD1, .len_dw = 1, .tag = 11, .first_be = 0xf,
	    .target = VRC_BDF(6, 1, 0), .reg = 0xffc } },
	{ "CfgWr1: extended register 0x148",
	  { 0x45, 0x00, 0x00, 0x01, 0x00, 0x00, 0x0c, 0x0f, 0x06, 0x08, 0x01, 0x48,
	    1, 2, 3, 4 }, 16,
	  { .type = VRC_TLP_CFGWR1, .len_dw = 1, .tag = 12, .first_be = 0xf,
	    .target = VRC_BDF(6, 1, 0), .reg = 0x148 } },
	{ "Cpl: UR to a read of 4 bytes",
	  { 0x0a, 0x00, 0x00, 0x00, 0x05, 0x00, 0x20, 0x04, 0x00, 0x00, 0x09, 0x00 }, 12,
	  { .type = VRC_TLP_CPL, .completer = 0x0500, .status = VRC_CPL_UR, .byte_count = 4,
	    .tag = 9 } },
	{ "Cpl: CA, 4096 bytes to come",
	  { 0x0a, 0x00, 0x00, 0x00, 0x05, 0x00, 0x80, 0x00, 0x01, 0x00, 0x09, 0x7c }, 12,
	  { .type = VRC_TLP_CPL, .completer = 0x0500, .status = VRC_CPL_CA, .byte_count = 4096,
	    .requester = 0x0100, .tag = 9, .lower_addr = 0x7c } },
	{ "CplD: the last 5 bytes, from byte 3 of a DW",
	  { 0x4a, 0x00, 0x00, 0x02, 0x05, 0x00, 0x00, 0x05, 0x01, 0x00, 0x33, 0x43,
	    0, 0, 0, 1, 2, 3, 4, 5 }, 20,
	  { .type = VRC_TLP_CPLD, .len_dw = 2, .completer = 0x0500, .byte_count = 5,
	    .requester = 0x0100, .tag = 0x33, .lower_addr = 0x43 } },
	{ "CplD: 4 of 256 bytes, Byte Count Modified",
	  { 0x4a, 0x20, 0x00, 0x01, 0x05, 0x00, 0x11, 0x00, 0x01, 0x00, 0x34, 0x3c,
	    9, 8, 7, 6 }, 16,
	  { .type = VRC_TLP_CPLD, .tc = 2, .len_dw = 1, .completer = 0x0500, .bcm = true,
	    .byte_count = 256, .requester = 0x0100, .tag = 0x34, .lower_addr = 0x3c } },
	{ "Msg: Assert_INTB, routed to the receiver",
	  { 0x34, 0x00, 0x00, 0x00, 0x05, 0x00, 0x00, 0x21, 0, 0, 0, 0, 0, 0, 0, 0 }, 16,
	  { .type = VRC_TLP_MSG, .requester = 0x0500, .msg_code = 0x21, .msg_routing = 4 } },
	{ "Msg: ERR_FATAL, routed to the root complex",
	  { 0x30, 0x00, 0x00, 0x00, 0x05, 0x00, 0x00, 0x33, 0, 0, 0, 0, 0, 0, 0, 0 }, 16,
	  { .type = VRC_TLP_MSG, .requester = 0x0500, .msg_code = VRC_MSG_ERR_FATAL } },
	{ "MsgD: Set_Slot_Power_Limit",
	  { 0x74, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x50, 0, 0, 0, 0, 0, 0, 0, 1,
	    0x19, 0, 0, 0 }, 20,
	  { .type = VRC_TLP_MSGD, .len_dw = 1, .msg_code = 0x50, .msg_routing = 4,
	    .addr = 1 } },
};

static bool same(const struct vrc_tlp *a, const struct vrc_tlp *b)
{
	return a->type == b->type && a->tc == b->tc && a->attr == b->attr && a->ep == b->ep &&
	       a->td == b->td && a->len_dw == b->len_dw && a->requester == b->requester &&
	       a->tag == b->tag && a->first_be == b->first_be && a->last_be == b->last_be &&
	       a->addr == b->addr && a->target == b->target && a->reg == b->reg &&
	       a->completer == b->completer && a->status == b->status && a->bcm == b->bcm &&
	       a->byte_count == b->byte_count && a->lower_addr == b->lower_addr &&
	       a->msg_code == b->msg_code && a->msg_routing == b->msg_routing;
}

static void parses_the_specification_examples(void)
{
	const struct sample *s;
	struct vrc_tlp t;

	for (s = samples; s < samples + ARRAY_SIZE(samples); s++) {
		bool ok = EXPECT_EQ(vrc_tlp_parse(s->bytes, (size_t)s->len, &t), s->len);

		ok &= EXPECT(same(&t, &s->t));
		ok &= EXPECT_EQ(vrc_tlp_len(&t), s->len);
		ok &= EXPECT(!t.data == !vrc_tlp_has_data(&t));
		if (t.data)
			ok &= EXPECT(t.data == s->bytes + vrc_tlp_hdr_len(&t));
		if (!ok)
			tap_note("%s", s->name);
	}
}

static void builds_the_specification_examples(void)
{
	const struct sample *s;
	u8 buf[32], *data;
	size_t len;

	for (s = samples; s < samples + ARRAY_SIZE(samples); s++) {
		memset(buf, 0xa5, sizeof(buf));
		data = vrc_tlp_build(buf, &s->t);
		if (!EXPECT(data) || !EXPECT(data == buf + vrc_tlp_hdr_len(&s->t)))
			continue;
		len = (size_t)s->len - vrc_tlp_hdr_len(&s->t);
		memcpy(data, s->bytes + s->len - len, len);
		if (!EXPECT(!memcmp(buf, s->bytes, (size_t)s->len)))
			tap_note("%s", s->name);
		EXPECT_EQ(buf[s->len], 0xa5);
	}
}

/* An end of the buffer in the TLP is found wherever it is. */
static void finds_every_truncation(void)
{
	const struct sample *s;
	struct vrc_tlp t;
	u8 *cut;
	int len;

	for (s = samples; s < samples + ARRAY_SIZE(samples); s++)
		for (len = 0; len < s->len; len++) {
			/* Of that size exactly, so that ASan sees a read beyond it */
			cut = __builtin_malloc((size_t)len + !len);
			memcpy(cut, s->bytes, (size_t)len);
			EXPECT_EQ(vrc_tlp_parse(cut, (size_t)len, &t), -VRC_TLP_TRUNCATED);
			__builtin_free(cut);
		}
}

struct broken {
	const char *name;
	u8 bytes[32];
	int error;
};

static const struct broken broken[] = {
	{ "MRdLk", { 0x01, 0, 0, 1 }, VRC_TLP_BAD_TYPE },
	{ "a prefix", { 0x80, 0, 0, 1 }, VRC_TLP_BAD_TYPE },
	{ "FetchAdd", { 0x4c, 0, 0, 1 }, VRC_TLP_BAD_TYPE },
	{ "IORd 4DW", { 0x22, 0, 0, 1 }, VRC_TLP_BAD_TYPE },
	{ "CfgRd0 4DW", { 0x24, 0, 0, 1 }, VRC_TLP_BAD_TYPE },
	{ "CplD 4DW", { 0x6a, 0, 0, 1 }, VRC_TLP_BAD_TYPE },
	{ "Msg 3DW", { 0x10, 0, 0, 1 }, VRC_TLP_BAD_TYPE },
	{ "CplLk", { 0x0b, 0, 0, 1 }, VRC_TLP_BAD_TYPE },
	{ "IORd of 2 DW", { 0x02, 0, 0, 2, 0, 0, 0, 0x0f }, VRC_TLP_BAD_LENGTH },
	{ "CfgRd0 of 1024 DW", { 0x04, 0, 0, 0, 0, 0, 0, 0x0f }, VRC_TLP_BAD_LENGTH },
	{ "CfgWr0 of 3 DW", { 0x44, 0, 0, 3, 0, 0, 0, 0x0f }, VRC_TLP_BAD_LENGTH },
	{ "1 DW with a Last BE", { 0x00, 0, 0, 1, 0, 0, 0, 0x1f }, VRC_TLP_BAD_BE },
	{ "CfgRd0 with a Last BE", { 0x04, 0, 0, 1, 0, 0, 0, 0x1f }, VRC_TLP_BAD_BE },
	{ "2 DW without a First BE", { 0x00, 0, 0, 2, 0, 0, 0, 0xf0 }, VRC_TLP_BAD_BE },
	{ "2 DW without a Last BE", { 0x00, 0, 0, 2, 0, 0, 0, 0x0f }, VRC_TLP_BAD_BE },
	{ "3 DW, hole in First BE", { 0x00, 0, 0, 3, 0, 0, 0, 0xfb }, VRC_TLP_BAD_BE },
	{ "3 DW, First BE stops early", { 0x00, 0, 0, 3, 0, 0, 0, 0xf7 }, VRC_TLP_BAD_BE },
	{ "3 DW, hole in Last BE", { 0x00, 0, 0, 3, 0, 0, 0, 0x5f }, VRC_TLP_BAD_BE },
	{ "3 DW, Last BE starts late", { 0x00, 0, 0, 3, 0, 0, 0, 0xef }, VRC_TLP_BAD_BE },
	{ "2 DW, holes, not on 8 bytes",
	  { 0x00, 0, 0, 2, 0, 0, 0, 0x95, 0, 0, 0, 4 }, VRC_TLP_BAD_BE },
	{ "across 4 KiB", { 0x00, 0, 0, 2, 0, 0, 0, 0xff, 0, 0, 0x0f, 0xfc }, VRC_TLP_BAD_ADDR },
	{ "1024 DW from 4", { 0x00, 0, 0, 0, 0, 0, 0, 0xff, 0, 0, 0, 4 }, VRC_TLP_BAD_ADDR },
	{ "4DW for an address below 4 GiB",
	  { 0x20, 0, 0, 1, 0, 0, 0, 0x0f, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xf0 },
	  VRC_TLP_BAD_ADDR },
	{ "completion status 3", { 0x0a, 0, 0, 0, 0, 0, 0x60, 4 }, VRC_TLP_BAD_STATUS },
	{ "completion status 7", { 0x0a, 0, 0, 0, 0, 0, 0xe0, 4 }, VRC_TLP_BAD_STATUS },
	{ "CplD with UR", { 0x4a, 0, 0, 1, 0, 0, 0x20, 4 }, VRC_TLP_BAD_STATUS },
	{ "CplD of 2 DW, 4 bytes to come", { 0x4a, 0, 0, 2, 0, 0, 0, 4 }, VRC_TLP_BAD_STATUS },
	{ "CplD of 3 DW, 5 bytes to come from byte 3",
	  { 0x4a, 0, 0, 3, 0, 0, 0, 5, 0, 0, 0, 3 }, VRC_TLP_BAD_STATUS },
	{ "wrong ECRC", { 0x00, 0, 0x80, 1, 0, 0, 0, 0x0f, 0, 0, 0, 0, 1, 2, 3, 4 },
	  VRC_TLP_BAD_ECRC },
};

static void finds_every_error(void)
{
	u8 big[VRC_TLP_MAX_LEN];
	const struct broken *b;
	struct vrc_tlp t;
	u32 seen = 1U << VRC_TLP_OK | 1U << VRC_TLP_TRUNCATED;	/* see above */

	for (b = broken; b < broken + ARRAY_SIZE(broken); b++) {
		memset(big, 0, sizeof(big));
		memcpy(big, b->bytes, sizeof(b->bytes));
		if (!EXPECT_EQ(vrc_tlp_parse(big, sizeof(big), &t), -b->error))
			tap_note("%s", b->name);
		seen |= 1U << b->error;
	}
	EXPECT_EQ(seen, (1U << VRC_TLP_NR_ERRORS) - 1);
}

/* What the specification reserves, and what a receiver may not support, is ignored. */
static void ignores_reserved_bits(void)
{
	u8 b[12] = { 0x00, 0x8b, 0x0c, 0x01, 0, 0, 3, 0x0f, 0xfe, 0, 0, 0x13 };
	u8 cfg[12] = { 0x04, 0, 0, 1, 0, 0, 3, 0x0f, 5, 0, 0xf1, 0x03 };
	u8 cpl[12] = { 0x0a, 0, 0x03, 0xff, 0, 0, 0x20, 4, 0, 0, 1, 0x80 };
	struct vrc_tlp t;

	EXPECT_EQ(vrc_tlp_parse(b, sizeof(b), &t), 12);	/* TH, AT, LN, T8 and T9 */
	EXPECT_EQ(t.addr, 0xfe000010);
	EXPECT_EQ(t.len_dw, 1);
	EXPECT_EQ(vrc_tlp_parse(cfg, sizeof(cfg), &t), 12);
	EXPECT_EQ(t.reg, 0x100);
	EXPECT_EQ(vrc_tlp_parse(cpl, sizeof(cpl), &t), 12);
	EXPECT_EQ(t.len_dw, 0);
	EXPECT_EQ(t.lower_addr, 0);
}

static void does_not_build_what_it_would_not_parse(void)
{
	static const struct vrc_tlp bad[] = {
		{ .type = VRC_TLP_NR_TYPES, .len_dw = 1 },
		{ .type = VRC_TLP_MRD, .len_dw = 1, .tc = 8 },
		{ .type = VRC_TLP_MRD, .len_dw = 1, .attr = 8 },
		{ .type = VRC_TLP_MSG, .msg_routing = 8 },
		{ .type = VRC_TLP_MRD, .len_dw = 0 },
		{ .type = VRC_TLP_MRD, .len_dw = 1025, .first_be = 0xf, .last_be = 0xf },
		{ .type = VRC_TLP_MRD, .len_dw = 1, .addr = 2, .first_be = 1 },
		{ .type = VRC_TLP_MRD, .len_dw = 1, .first_be = 0x10 },
		{ .type = VRC_TLP_MWR, .len_dw = 2, .addr = 0xffc, .first_be = 8, .last_be = 1 },
		{ .type = VRC_TLP_IORD, .len_dw = 1, .addr = 0x100000000ULL, .first_be = 1 },
		{ .type = VRC_TLP_IOWR, .len_dw = 1, .addr = 1, .first_be = 1 },
		{ .type = VRC_TLP_CFGRD0, .len_dw = 1, .reg = 4096, .first_be = 1 },
		{ .type = VRC_TLP_CFGRD0, .len_dw = 1, .reg = 2, .first_be = 1 },
		{ .type = VRC_TLP_CFGWR0, .len_dw = 2, .first_be = 1, .last_be = 1 },
		{ .type = VRC_TLP_CPL, .byte_count = 0 },
		{ .type = VRC_TLP_CPL, .byte_count = 4097 },
		{ .type = VRC_TLP_CPL, .byte_count = 4, .lower_addr = 0x80 },
		{ .type = VRC_TLP_CPL, .byte_count = 4, .status = 5 },
		{ .type = VRC_TLP_CPL, .byte_count = 4, .len_dw = 1 },
		{ .type = VRC_TLP_CPLD, .byte_count = 4, .len_dw = 2 },
		{ .type = VRC_TLP_CPLD, .byte_count = 4, .len_dw = 1, .status = VRC_CPL_CA },
		{ .type = VRC_TLP_MSG, .len_dw = 1 },
		{ .type = VRC_TLP_MSGD, .len_dw = 0 },
	};
	u8 buf[VRC_TLP_MAX_LEN];
	u32 i;

	for (i = 0; i < ARRAY_SIZE(bad); i++)
		if (!EXPECT(!vrc_tlp_build(buf, &bad[i])))
			tap_note("entry %u", i);
}

/* CRC-32 bit by bit, as figure 2-45 draws it: the register shifts to the left. */
static u32 slow_ecrc(const u8 *tlp, size_t len)
{
	u32 reg = 0xffffffff, digest = 0;
	size_t i;
	int bit;
	u8 byte;

	for (i = 0; i < len; i++) {
		byte = tlp[i];
		if (i == 0)
			byte |= 0x01;
		if (i == 2)
			byte |= 0x40;
		for (bit = 0; bit < 8; bit++)
			reg = reg << 1 ^ ((reg >> 31 ^ (byte >> bit & 1)) ? 0x04c11db7 : 0);
	}
	/* Result bit 0 becomes digest bit 7, 1 becomes 6, ..., 8 becomes 15 (table 2-44) */
	for (i = 0; i < 32; i++)
		if (~reg >> i & 1)
			digest |= 1U << ((i & ~7U) | (7 - (i & 7)));
	return digest;
}

static void ecrc_is_that_of_the_specification(void)
{
	struct vrc_tlp t = { .type = VRC_TLP_MWR, .td = true, .tag = 0x5a }, got;
	u64 random = 42;
	u8 buf[300], *data;
	u32 len, i;
	int n;

	for (len = 1; len <= 256; len += 5) {
		vrc_tlp_set_range(&t, 0x123450000ULL + (len & 3), len);
		data = vrc_tlp_build(buf, &t);
		for (i = 0; i < t.len_dw * 4U; i++)
			data[i] = (u8)tap_random(&random);
		vrc_tlp_seal(buf, &t);
		n = (int)vrc_tlp_len(&t);
		EXPECT_EQ(vrc_get32(buf + n - 4), slow_ecrc(buf, (size_t)n - 4));
		EXPECT_EQ(vrc_tlp_parse(buf, sizeof(buf), &got), n);
		buf[2] ^= 0x40;		/* EP may change on the way */
		EXPECT_EQ(vrc_tlp_parse(buf, sizeof(buf), &got), n);
		buf[2] ^= 0x40;
		for (i = 24; i < (u32)n * 8; i += 7) {	/* beyond DW 0's types and lengths */
			buf[i / 8] ^= 1 << i % 8;
			EXPECT(vrc_tlp_parse(buf, sizeof(buf), &got) < 0);
			buf[i / 8] ^= 1 << i % 8;
		}
	}
}

static void bad_ecrc_can_be_stepped_over(void)
{
	u8 buf[20] = { 0x40, 0, 0x80, 1, 0, 0, 7, 0x0f, 0xe0, 0, 0, 0, 1, 2, 3, 4 };
	struct vrc_tlp t;

	EXPECT_EQ(vrc_tlp_parse(buf, sizeof(buf), &t), -VRC_TLP_BAD_ECRC);
	EXPECT_EQ(vrc_tlp_len(&t), 20);
	EXPECT_EQ(t.tag, 7);
	EXPECT(t.data == buf + 12);
}

static void check_range(u64 addr, u32 len)
{
	struct vrc_tlp t = { .type = VRC_TLP_MWR }, back;
	u8 buf[VRC_TLP_MAX_LEN] = { 0 };
	u64 got;
	u32 i;

	vrc_tlp_set_range(&t, addr, len);
	EXPECT_EQ(t.addr, addr & ~3ULL);
	EXPECT_EQ(vrc_tlp_range(&t, &got), len);
	if (len)
		EXPECT_EQ(got, addr);
	EXPECT(vrc_tlp_contiguous(&t));
	for (i = 0; i < t.len_dw * 4U + 4; i++)
		EXPECT_EQ(vrc_tlp_byte_enabled(&t, i),
			  t.addr + i >= addr && t.addr + i < addr + len);
	EXPECT(vrc_tlp_build(buf, &t));
	EXPECT_EQ(vrc_tlp_parse(buf, sizeof(buf), &back), vrc_tlp_len(&t));
	EXPECT(same(&t, &back));
}

static void ranges_and_byte_enables_agree(void)
{
	u32 start, len;

	for (start = 0; start < 8; start++)
		for (len = 0; len <= 16; len++) {
			check_range(0x1000 + start, len);
			check_range(0x7ffff00000000ULL + start, len);
		}
}

static void ranges_reach_the_end_of_a_page(void)
{
	u32 start, len;

	for (start = 0; start < 16; start++) {
		check_range(0x5000 + start, 4096 - start);
		for (len = 1; len <= 16; len++)
			check_range(0x5000 + 4096 - len, len);
		for (len = 4080; len <= 4096 - start; len++)
			check_range(0xfffff000 + start, len);
	}
}

static void cfg_ranges_name_a_register(void)
{
	struct vrc_tlp t = { .type = VRC_TLP_CFGWR0 };
	u64 addr;

	vrc_tlp_set_range(&t, 0x106, 2);
	EXPECT_EQ(t.reg, 0x104);
	EXPECT_EQ(t.first_be, 0xc);
	EXPECT_EQ(t.addr, 0);
	EXPECT_EQ(vrc_tlp_range(&t, &addr), 2);
	EXPECT_EQ(addr, 0x106);
}

/* Every pair of byte enables, against the definition read aloud. */
static void byte_enables_with_holes(void)
{
	struct vrc_tlp t = { .type = VRC_TLP_MWR, .addr = 0x1000 };
	u32 len, be, i, first, last, enabled;
	u64 addr;

	for (len = 1; len <= 2; len++)
		for (be = 0; be < 256; be++) {
			t.len_dw = (u16)len;
			t.first_be = be & 0xf;
			t.last_be = len == 2 ? be >> 4 : 0;
			if (len == 2 && (!t.first_be || !t.last_be))
				continue;
			first = 8;
			last = 0;
			enabled = 0;
			for (i = 0; i < 8; i++)
				if (vrc_tlp_byte_enabled(&t, i)) {
					first = min(first, i);
					last = i + 1;
					enabled++;
				}
			EXPECT_EQ(vrc_tlp_range(&t, &addr), enabled ? last - first : 0);
			if (enabled)
				EXPECT_EQ(addr, 0x1000 + first);
			EXPECT_EQ(vrc_tlp_contiguous(&t), !enabled || last - first == enabled);
		}
}

/*
 * The reference walks byte by byte: it takes bytes while whole DWs fit, then goes back
 * to the last RCB boundary.
 */
static u32 slow_chunk(u64 addr, u32 left, u32 room, u32 rcb)
{
	u32 n = 0, cut = 0;

	while (n < left && ((addr + n) / 4 - addr / 4 + 1) * 4 <= room) {
		n++;
		if ((addr + n) % rcb == 0)
			cut = n;
	}
	return n == left ? n : cut;
}

static void check_chunks(u64 addr, u32 len, u32 room, u32 rcb)
{
	struct vrc_tlp req = { .type = VRC_TLP_MRD, .tag = 3 }, cpl, back;
	u8 buf[VRC_TLP_MAX_LEN] = { 0 };
	u32 done = 0, n, total = max(len, 1U);

	vrc_tlp_set_range(&req, addr, len);
	if (!len)
		addr &= ~3ULL;
	vrc_tlp_init_cpl(&cpl, &req, 0x0500, VRC_CPL_SC);
	do {
		n = vrc_tlp_cpl_chunk(&cpl, &req, done, room, rcb);
		if (!EXPECT_EQ(n, slow_chunk(addr + done, total - done, room, rcb)) || !n)
			return;
		EXPECT_EQ(cpl.lower_addr, (addr + done) % 128);
		EXPECT_EQ(cpl.byte_count, total - done);
		EXPECT_EQ(cpl.len_dw, (addr + done + n + 3) / 4 - (addr + done) / 4);
		EXPECT(cpl.len_dw * 4U <= room);
		EXPECT(vrc_tlp_build(buf, &cpl));
		EXPECT(vrc_tlp_parse(buf, sizeof(buf), &back) > 0);
		done += n;
	} while (done < total);
	EXPECT_EQ(done, total);
	EXPECT_EQ(vrc_tlp_cpl_chunk(&cpl, &req, done, room, rcb), 0);
}

static void completions_split_at_rcb(void)
{
	u64 random = 7, addr;
	u32 i, start, len, room;

	for (i = 0; i < 20000; i++) {
		start = tap_random(&random) % 4096;
		len = tap_random(&random) % (4096 - start + 1);
		if (i & 1)
			len = min(len, 200U);
		room = tap_random(&random) % (i & 2 ? 300 : 4200);
		addr = (tap_random(&random) & 0xffffffffff000ULL) + start;
		check_chunks(addr, len, room, i & 4 ? 64 : 128);
	}
	check_chunks(0x1000, 4096, 4096, 64);
	check_chunks(0x1001, 4095, 4096, 64);
	check_chunks(0x1fff, 1, 4, 128);
	check_chunks(0x1003, 0, 4, 64);
}

static void completions_answer_their_request(void)
{
	struct vrc_tlp rd = { .type = VRC_TLP_CFGRD0, .tc = 3, .attr = VRC_TLP_ATTR_IDO,
			      .requester = 0x1234, .tag = 0x77, .len_dw = 1, .first_be = 0xc,
			      .reg = 0x10 };
	struct vrc_tlp wr = { .type = VRC_TLP_IOWR, .len_dw = 1, .first_be = 1 };
	struct vrc_tlp mem = { .type = VRC_TLP_MRD };
	struct vrc_tlp cpl;

	vrc_tlp_init_cpl(&cpl, &rd, 0x0508, VRC_CPL_SC);
	EXPECT_EQ(cpl.type, VRC_TLP_CPLD);
	EXPECT_EQ(cpl.tc, 3);
	EXPECT_EQ(cpl.attr, VRC_TLP_ATTR_IDO);
	EXPECT_EQ(cpl.requester, 0x1234);
	EXPECT_EQ(cpl.completer, 0x0508);
	EXPECT_EQ(cpl.tag, 0x77);
	EXPECT_EQ(cpl.byte_count, 4);
	EXPECT_EQ(cpl.lower_addr, 0);
	EXPECT_EQ(cpl.len_dw, 1);
	vrc_tlp_init_cpl(&cpl, &rd, 0x0508, VRC_CPL_RRS);
	EXPECT_EQ(cpl.type, VRC_TLP_CPL);
	EXPECT_EQ(cpl.status, VRC_CPL_RRS);
	EXPECT_EQ(cpl.len_dw, 0);
	vrc_tlp_init_cpl(&cpl, &wr, 0x0508, VRC_CPL_SC);
	EXPECT_EQ(cpl.type, VRC_TLP_CPL);
	EXPECT_EQ(cpl.byte_count, 4);
	vrc_tlp_set_range(&mem, 0x10047, 100);
	vrc_tlp_init_cpl(&cpl, &mem, 0x0508, VRC_CPL_UR);
	EXPECT_EQ(cpl.type, VRC_TLP_CPL);
	EXPECT_EQ(cpl.byte_count, 100);
	EXPECT_EQ(cpl.lower_addr, 0x47);
}

static void tells_kinds_apart(void)
{
	struct vrc_tlp t = { 0 };
	u32 posted = 0, cpl = 0, data = 0;
	int i;

	for (i = 0; i < VRC_TLP_NR_TYPES; i++) {
		t.type = i;
		posted |= (u32)vrc_tlp_is_posted(&t) << i;
		cpl |= (u32)vrc_tlp_is_completion(&t) << i;
		data |= (u32)vrc_tlp_has_data(&t) << i;
	}
	EXPECT_EQ(posted, 1 << VRC_TLP_MWR | 1 << VRC_TLP_MSG | 1 << VRC_TLP_MSGD);
	EXPECT_EQ(cpl, 1 << VRC_TLP_CPL | 1 << VRC_TLP_CPLD);
	EXPECT_EQ(data, 1 << VRC_TLP_MWR | 1 << VRC_TLP_IOWR | 1 << VRC_TLP_CFGWR0 |
			1 << VRC_TLP_CFGWR1 | 1 << VRC_TLP_CPLD | 1 << VRC_TLP_MSGD);
}

static void names_are_there(void)
{
	int i;

	for (i = 0; i < VRC_TLP_NR_ERRORS; i++)
		EXPECT(vrc_tlp_error_name(-i) && strcmp(vrc_tlp_error_name(-i), "unknown"));
	EXPECT(!strcmp(vrc_tlp_error_name(1), "unknown"));
	EXPECT(!strcmp(vrc_tlp_error_name(-VRC_TLP_NR_ERRORS), "unknown"));
	for (i = 0; i < VRC_TLP_NR_TYPES; i++)
		EXPECT(vrc_tlp_type_name(i) && strcmp(vrc_tlp_type_name(i), "unknown"));
	EXPECT(!strcmp(vrc_tlp_type_name(VRC_TLP_NR_TYPES), "unknown"));
	EXPECT(!strcmp(vrc_tlp_type_name(VRC_TLP_CPLD), "CplD"));
	EXPECT(!strcmp(vrc_tlp_status_name(VRC_CPL_UR), "UR"));
	EXPECT(!strcmp(vrc_tlp_status_name(3), "reserved"));
	EXPECT(!strcmp(vrc_tlp_msg_name(0x20), "Assert_INTA"));
	EXPECT(!strcmp(vrc_tlp_msg_name(0x27), "Deassert_INTD"));
	EXPECT(!strcmp(vrc_tlp_msg_name(VRC_MSG_ERR_COR), "ERR_COR"));
	EXPECT(!vrc_tlp_msg_name(0x7f));
}

int main(void)
{
	static const struct tap_test tests[] = {
		TAP_TEST(parses_the_specification_examples),
		TAP_TEST(builds_the_specification_examples),
		TAP_TEST(finds_every_truncation),
		TAP_TEST(finds_every_error),
		TAP_TEST(ignores_reserved_bits),
		TAP_TEST(does_not_build_what_it_would_not_parse),
		TAP_TEST(ecrc_is_that_of_the_specification),
		TAP_TEST(bad_ecrc_can_be_stepped_over),
		TAP_TEST(ranges_and_byte_enables_agree),
		TAP_TEST(ranges_reach_the_end_of_a_page),
		TAP_TEST(cfg_ranges_name_a_register),
		TAP_TEST(byte_enables_with_holes),
		TAP_TEST(completions_split_at_rcb),
		TAP_TEST(completions_answer_their_request),
		TAP_TEST(tells_kinds_apart),
		TAP_TEST(names_are_there),
	};

	return tap_run(tests, ARRAY_SIZE(tests));
}
