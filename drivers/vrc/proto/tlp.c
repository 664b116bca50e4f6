// SPDX-License-Identifier: GPL-2.0-only
/*
 * Transaction Layer Packets: taking apart, building, byte ranges, completions.
 *
 * All rules of the specification are in check(), which both directions share:
 * what vrc_tlp_build() writes, vrc_tlp_parse() takes. Bits that the
 * specification reserves, and TH and AT which we do not support, are
 * ignored when parsed and 0 when built.
 */
#include "tlp.h"

/* Byte 0: Fmt[2:0] and Type[4:0] */
#define FMT_4DW		0x20
#define FMT_DATA	0x40
#define TYPE_MSG_MASK	0xf8	/* the rest is the routing, r[2:0] */
#define TYPE_ROUTING	0x07
#define TYPE_VARIANT	0x01	/* switches may change it on the way */
/* Byte 2 */
#define DW0_TD		0x80
#define DW0_EP		0x40

#define DW0_LEN		4	/* bytes that tell how long the header is */
#define ADDR_4G		BIT_ULL(32)
#define PAGE_BYTES	4096

#define FT_MRD		0x00
#define FT_MWR		0x40
#define FT_IORD		0x02
#define FT_IOWR		0x42
#define FT_CFGRD0	0x04
#define FT_CFGWR0	0x44
#define FT_CFGRD1	0x05
#define FT_CFGWR1	0x45
#define FT_CPL		0x0a
#define FT_CPLD		0x4a
#define FT_MSG		0x30
#define FT_MSGD		0x70

static const struct {
	const char *name;
	u8 fmt_type;
} types[VRC_TLP_NR_TYPES] = {
	[VRC_TLP_MRD]	 = { "MRd", FT_MRD },
	[VRC_TLP_MWR]	 = { "MWr", FT_MWR },
	[VRC_TLP_IORD]	 = { "IORd", FT_IORD },
	[VRC_TLP_IOWR]	 = { "IOWr", FT_IOWR },
	[VRC_TLP_CFGRD0] = { "CfgRd0", FT_CFGRD0 },
	[VRC_TLP_CFGWR0] = { "CfgWr0", FT_CFGWR0 },
	[VRC_TLP_CFGRD1] = { "CfgRd1", FT_CFGRD1 },
	[VRC_TLP_CFGWR1] = { "CfgWr1", FT_CFGWR1 },
	[VRC_TLP_CPL]	 = { "Cpl", FT_CPL },
	[VRC_TLP_CPLD]	 = { "CplD", FT_CPLD },
	[VRC_TLP_MSG]	 = { "Msg", FT_MSG },
	[VRC_TLP_MSGD]	 = { "MsgD", FT_MSGD },
};

static bool is_mem(const struct vrc_tlp *t)
{
	return t->type == VRC_TLP_MRD || t->type == VRC_TLP_MWR;
}

static bool is_io(const struct vrc_tlp *t)
{
	return t->type == VRC_TLP_IORD || t->type == VRC_TLP_IOWR;
}

static bool is_cfg(const struct vrc_tlp *t)
{
	return t->type >= VRC_TLP_CFGRD0 && t->type <= VRC_TLP_CFGWR1;
}

static bool is_msg(const struct vrc_tlp *t)
{
	return t->type == VRC_TLP_MSG || t->type == VRC_TLP_MSGD;
}

static bool is_read(const struct vrc_tlp *t)
{
	return t->type == VRC_TLP_MRD || t->type == VRC_TLP_IORD ||
	       t->type == VRC_TLP_CFGRD0 || t->type == VRC_TLP_CFGRD1;
}

bool vrc_tlp_is_completion(const struct vrc_tlp *t)
{
	return t->type == VRC_TLP_CPL || t->type == VRC_TLP_CPLD;
}

bool vrc_tlp_is_posted(const struct vrc_tlp *t)
{
	return t->type == VRC_TLP_MWR || is_msg(t);
}

bool vrc_tlp_has_data(const struct vrc_tlp *t)
{
	return types[t->type].fmt_type & FMT_DATA;
}

size_t vrc_tlp_hdr_len(const struct vrc_tlp *t)
{
	if (is_msg(t) || (is_mem(t) && t->addr >= ADDR_4G))
		return 16;
	return 12;
}

static size_t data_len(const struct vrc_tlp *t)
{
	return vrc_tlp_has_data(t) ? t->len_dw * 4 : 0;
}

size_t vrc_tlp_len(const struct vrc_tlp *t)
{
	return vrc_tlp_hdr_len(t) + data_len(t) + (t->td ? VRC_TLP_ECRC_LEN : 0);
}

/*
 * ECRC, section 2.7.1: CRC-32 that takes the bits of each byte from bit 0 up
 * and is sent the same way, which in memory is the reflected CRC, low byte first.
 */
static u32 crc_update(u32 crc, const u8 *p, size_t len)
{
	static const u32 nibble[16] = {
		0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac,
		0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
		0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
		0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
	};

	while (len--) {
		crc ^= *p++;
		crc = crc >> 4 ^ nibble[crc & 0xf];
		crc = crc >> 4 ^ nibble[crc & 0xf];
	}
	return crc;
}

static u32 ecrc(const u8 *tlp, size_t len)
{
	u8 dw0[DW0_LEN];

	/* Bits that may change between the two ends count as 1 */
	memcpy(dw0, tlp, sizeof(dw0));
	dw0[0] |= TYPE_VARIANT;
	dw0[2] |= DW0_EP;
	return ~crc_update(crc_update(~0U, dw0, sizeof(dw0)), tlp + DW0_LEN,
			   len - DW0_LEN);
}

void vrc_tlp_seal(void *buf, const struct vrc_tlp *t)
{
	size_t len = vrc_tlp_len(t) - VRC_TLP_ECRC_LEN;
	u32 crc = ecrc(buf, len);
	u8 *p = (u8 *)buf + len;

	p[0] = (u8)crc;
	p[1] = (u8)(crc >> 8);
	p[2] = (u8)(crc >> 16);
	p[3] = (u8)(crc >> 24);
}

static bool ecrc_ok(const u8 *tlp, size_t len)
{
	const u8 *p = tlp + len;

	return ecrc(tlp, len) == (p[0] | p[1] << 8 | p[2] << 16 | (u32)p[3] << 24);
}

/* Enabled from some byte of the DW to its end; @be is not 0. */
static bool runs_to_end(u8 be)
{
	return (be | (be - 1)) == 0xf;
}

/* Enabled from the start of the DW to some byte. */
static bool runs_from_start(u8 be)
{
	return !(be & (be + 1));
}

/* Section 2.2.5 */
static int check_be(const struct vrc_tlp *t)
{
	bool qword = t->len_dw == 2 && !(t->addr & 7);

	if (t->first_be > 0xf || t->last_be > 0xf)
		return -VRC_TLP_BAD_BE;
	if (t->len_dw == 1)
		return t->last_be ? -VRC_TLP_BAD_BE : 0;
	if (!t->first_be || !t->last_be)
		return -VRC_TLP_BAD_BE;
	if (!qword && (!runs_to_end(t->first_be) || !runs_from_start(t->last_be)))
		return -VRC_TLP_BAD_BE;
	return 0;
}

static int check_mem(const struct vrc_tlp *t)
{
	if (t->addr & 3 || (t->addr & (PAGE_BYTES - 1)) + t->len_dw * 4 > PAGE_BYTES)
		return -VRC_TLP_BAD_ADDR;
	return check_be(t);
}

static int check_io_cfg(const struct vrc_tlp *t)
{
	if (t->len_dw != 1)
		return -VRC_TLP_BAD_LENGTH;
	if (is_io(t) && (t->addr & 3 || t->addr >= ADDR_4G))
		return -VRC_TLP_BAD_ADDR;
	if (is_cfg(t) && (t->reg & 3 || t->reg >= PAGE_BYTES))
		return -VRC_TLP_BAD_ADDR;
	return check_be(t);
}

static int check_cpl(const struct vrc_tlp *t)
{
	u32 span = t->byte_count + (t->lower_addr & 3);

	if (t->status != VRC_CPL_SC && t->status != VRC_CPL_UR &&
	    t->status != VRC_CPL_RRS && t->status != VRC_CPL_CA)
		return -VRC_TLP_BAD_STATUS;
	if (!t->byte_count || t->byte_count > 4096 || t->lower_addr > 0x7f)
		return -VRC_TLP_BAD_STATUS;
	if (t->type == VRC_TLP_CPL)
		return t->len_dw ? -VRC_TLP_BAD_LENGTH : 0;
	/* Data come with success only, and not more than are still to come */
	if (t->status != VRC_CPL_SC || t->len_dw > (span + 3) / 4)
		return -VRC_TLP_BAD_STATUS;
	return 0;
}

static int check(const struct vrc_tlp *t)
{
	if ((u32)t->type >= VRC_TLP_NR_TYPES || t->tc > 7 || t->attr > 7 ||
	    t->msg_routing > TYPE_ROUTING)
		return -VRC_TLP_BAD_TYPE;
	if (t->type != VRC_TLP_CPL && t->type != VRC_TLP_MSG &&
	    (!t->len_dw || t->len_dw > VRC_TLP_MAX_DW))
		return -VRC_TLP_BAD_LENGTH;
	if (is_mem(t))
		return check_mem(t);
	if (vrc_tlp_is_completion(t))
		return check_cpl(t);
	if (is_msg(t))
		return t->type == VRC_TLP_MSG && t->len_dw ? -VRC_TLP_BAD_LENGTH : 0;
	return check_io_cfg(t);
}

static int parse_type(u8 fmt_type)
{
	switch (fmt_type) {
	/* Only memory requests have headers of both lengths */
	case FT_MRD:
	case FT_MRD | FMT_4DW:
		return VRC_TLP_MRD;
	case FT_MWR:
	case FT_MWR | FMT_4DW:
		return VRC_TLP_MWR;
	case FT_IORD:
		return VRC_TLP_IORD;
	case FT_IOWR:
		return VRC_TLP_IOWR;
	case FT_CFGRD0:
		return VRC_TLP_CFGRD0;
	case FT_CFGWR0:
		return VRC_TLP_CFGWR0;
	case FT_CFGRD1:
		return VRC_TLP_CFGRD1;
	case FT_CFGWR1:
		return VRC_TLP_CFGWR1;
	case FT_CPL:
		return VRC_TLP_CPL;
	case FT_CPLD:
		return VRC_TLP_CPLD;
	}
	if ((fmt_type & TYPE_MSG_MASK) == FT_MSG)
		return VRC_TLP_MSG;
	if ((fmt_type & TYPE_MSG_MASK) == FT_MSGD)
		return VRC_TLP_MSGD;
	return -VRC_TLP_BAD_TYPE;
}

/* The fields that all TLPs have in common */
static void parse_dw0(const u8 *b, struct vrc_tlp *t)
{
	t->tc = b[1] >> 4 & 7;
	t->attr = (b[1] & 4) | (b[2] >> 4 & 3);
	t->td = b[2] & DW0_TD;
	t->ep = b[2] & DW0_EP;
	t->len_dw = vrc_get16(b + 2) & 0x3ff;
	if (t->type == VRC_TLP_CPL || t->type == VRC_TLP_MSG)
		t->len_dw = 0;		/* reserved there */
	else if (!t->len_dw)
		t->len_dw = VRC_TLP_MAX_DW;
}

static void parse_cpl(const u8 *b, struct vrc_tlp *t)
{
	t->completer = vrc_get16(b + 4);
	t->status = b[6] >> 5;
	t->bcm = b[6] & 0x10;
	t->byte_count = vrc_get16(b + 6) & 0xfff;
	if (!t->byte_count)
		t->byte_count = 4096;
	t->requester = vrc_get16(b + 8);
	t->tag = b[10];
	t->lower_addr = b[11] & 0x7f;
}

static void parse_request(const u8 *b, u8 fmt_type, struct vrc_tlp *t)
{
	t->requester = vrc_get16(b + 4);
	t->tag = b[6];
	if (is_msg(t)) {
		t->msg_routing = fmt_type & TYPE_ROUTING;
		t->msg_code = b[7];
		t->addr = vrc_get64(b + 8);
		return;
	}
	t->first_be = b[7] & 0xf;
	t->last_be = b[7] >> 4;
	if (is_cfg(t)) {
		t->target = vrc_get16(b + 8);
		t->reg = vrc_get16(b + 10) & 0xffc;
	} else if (fmt_type & FMT_4DW) {
		t->addr = vrc_get64(b + 8) & ~3ULL;
	} else {
		t->addr = vrc_get32(b + 8) & ~3U;
	}
}

int vrc_tlp_parse(const void *buf, size_t len, struct vrc_tlp *t)
{
	const u8 *b = buf;
	size_t hdr, end;
	u8 fmt_type;
	int ret;

	memset(t, 0, sizeof(*t));
	if (len < DW0_LEN)
		return -VRC_TLP_TRUNCATED;
	/* Who has sent it may still write to it: what decides how long it is must be one value */
	fmt_type = READ_ONCE(b[0]);
	ret = parse_type(fmt_type);
	if (ret < 0)
		return ret;
	t->type = ret;
	parse_dw0(b, t);
	hdr = fmt_type & FMT_4DW ? 16 : 12;
	end = hdr + data_len(t);
	if (len < end + (t->td ? VRC_TLP_ECRC_LEN : 0))
		return -VRC_TLP_TRUNCATED;
	if (vrc_tlp_is_completion(t))
		parse_cpl(b, t);
	else
		parse_request(b, fmt_type, t);
	if (vrc_tlp_has_data(t))
		t->data = b + hdr;

	ret = check(t);
	if (ret)
		return ret;
	if (hdr != vrc_tlp_hdr_len(t))
		return -VRC_TLP_BAD_ADDR;
	if (t->td && !ecrc_ok(b, end))
		return -VRC_TLP_BAD_ECRC;
	return (int)vrc_tlp_len(t);
}

static void build_cpl(u8 *b, const struct vrc_tlp *t)
{
	vrc_put16(b + 4, t->completer);
	vrc_put16(b + 6, (u16)(t->status << 13 | t->bcm << 12 | (t->byte_count & 0xfff)));
	vrc_put16(b + 8, t->requester);
	b[10] = t->tag;
	b[11] = t->lower_addr;
}

static void build_request(u8 *b, const struct vrc_tlp *t)
{
	vrc_put16(b + 4, t->requester);
	b[6] = t->tag;
	b[7] = (u8)(t->last_be << 4 | t->first_be);
	if (is_msg(t)) {
		b[7] = t->msg_code;
		vrc_put64(b + 8, t->addr);
	} else if (is_cfg(t)) {
		vrc_put16(b + 8, t->target);
		vrc_put16(b + 10, t->reg);
	} else if (t->addr >= ADDR_4G) {
		vrc_put64(b + 8, t->addr);
	} else {
		vrc_put32(b + 8, (u32)t->addr);
	}
}

u8 *vrc_tlp_build(void *buf, const struct vrc_tlp *t)
{
	u8 *b = buf;
	size_t hdr;

	if (check(t))
		return NULL;
	hdr = vrc_tlp_hdr_len(t);
	b[0] = types[t->type].fmt_type;
	if (is_msg(t))
		b[0] |= t->msg_routing;
	else if (hdr == 16)
		b[0] |= FMT_4DW;
	b[1] = (u8)(t->tc << 4 | (t->attr & VRC_TLP_ATTR_IDO));
	vrc_put16(b + 2, t->len_dw & 0x3ff);
	b[2] |= (t->attr & 3) << 4;
	if (t->td)
		b[2] |= DW0_TD;
	if (t->ep)
		b[2] |= DW0_EP;
	if (vrc_tlp_is_completion(t))
		build_cpl(b, t);
	else
		build_request(b, t);
	return b + hdr;
}

void vrc_tlp_set_range(struct vrc_tlp *t, u64 addr, u32 len)
{
	u32 first = addr & 3;
	u32 end = first + len;

	if (is_cfg(t))
		t->reg = (u16)(addr & ~3ULL);
	else
		t->addr = addr & ~3ULL;
	t->last_be = 0;
	if (end <= 4) {
		t->len_dw = 1;
		t->first_be = (u8)(((1U << len) - 1) << first);
		return;
	}
	t->len_dw = (u16)((end + 3) / 4);
	t->first_be = 0xf << first & 0xf;
	t->last_be = 0xf >> (-end & 3);
}

u32 vrc_tlp_range(const struct vrc_tlp *t, u64 *addr)
{
	u64 base = is_cfg(t) ? t->reg : t->addr;
	u8 be = t->len_dw == 1 ? t->first_be : t->last_be;
	u32 first, last;

	*addr = base;
	if (!t->first_be)
		return 0;
	first = __ffs64(t->first_be);
	last = (t->len_dw - 1) * 4 + fls64(be) - 1;
	*addr = base + first;
	return last - first + 1;
}

bool vrc_tlp_contiguous(const struct vrc_tlp *t)
{
	u8 be = t->first_be;

	if (!be)
		return true;
	if (t->len_dw == 1)
		return runs_from_start(be | (be - 1));
	return runs_to_end(be) && runs_from_start(t->last_be);
}

bool vrc_tlp_byte_enabled(const struct vrc_tlp *t, u32 i)
{
	u32 dw = i / 4;

	if (dw >= t->len_dw)
		return false;
	if (dw == 0)
		return t->first_be >> i & 1;
	if (dw + 1 == t->len_dw)
		return t->last_be >> (i & 3) & 1;
	return true;
}

/* Byte count of the whole answer to @req, and where it starts (table 2-37, 2-38). */
static u32 answer_range(const struct vrc_tlp *req, u64 *addr)
{
	u32 len;

	if (req->type != VRC_TLP_MRD) {
		*addr = 0;
		return 4;
	}
	len = vrc_tlp_range(req, addr);
	return len ? len : 1;		/* a flush counts one byte */
}

void vrc_tlp_init_cpl(struct vrc_tlp *cpl, const struct vrc_tlp *req,
		      u16 completer, enum vrc_cpl_status status)
{
	bool data = is_read(req) && status == VRC_CPL_SC;
	u64 addr;

	memset(cpl, 0, sizeof(*cpl));
	cpl->type = data ? VRC_TLP_CPLD : VRC_TLP_CPL;
	cpl->tc = req->tc;
	cpl->attr = req->attr;
	cpl->requester = req->requester;
	cpl->tag = req->tag;
	cpl->completer = completer;
	cpl->status = status;
	cpl->len_dw = data ? req->len_dw : 0;
	cpl->byte_count = (u16)answer_range(req, &addr);
	cpl->lower_addr = addr & 0x7f;
}

u32 vrc_tlp_cpl_chunk(struct vrc_tlp *cpl, const struct vrc_tlp *req,
		      u32 done, u32 room, u32 rcb)
{
	u32 total, left, start, lead, end, n;
	u64 addr;

	total = answer_range(req, &addr);
	if (done >= total)
		return 0;
	addr += done;
	left = total - done;
	start = addr & (rcb - 1);
	lead = addr & 3;	/* bytes of the first DW before the first byte asked for */
	n = left;
	if (((lead + left + 3) & ~3U) > room) {
		end = (start - lead + room) & ~(rcb - 1);
		if (end <= start)
			return 0;
		n = end - start;
	}
	cpl->len_dw = (u16)((lead + n + 3) / 4);
	cpl->byte_count = (u16)left;
	cpl->lower_addr = addr & 0x7f;
	return n;
}

const char *vrc_tlp_type_name(enum vrc_tlp_type type)
{
	return (u32)type < VRC_TLP_NR_TYPES ? types[type].name : "unknown";
}

const char *vrc_tlp_status_name(u8 status)
{
	switch (status) {
	case VRC_CPL_SC:
		return "SC";
	case VRC_CPL_UR:
		return "UR";
	case VRC_CPL_RRS:
		return "RRS";
	case VRC_CPL_CA:
		return "CA";
	}
	return "reserved";
}

const char *vrc_tlp_msg_name(u8 code)
{
	static const char * const intx[] = {
		"Assert_INTA", "Assert_INTB", "Assert_INTC", "Assert_INTD",
		"Deassert_INTA", "Deassert_INTB", "Deassert_INTC", "Deassert_INTD",
	};

	if (code >= VRC_MSG_ASSERT_INTA && code < VRC_MSG_ASSERT_INTA + 8)
		return intx[code - VRC_MSG_ASSERT_INTA];
	switch (code) {
	case VRC_MSG_PM_PME:
		return "PM_PME";
	case VRC_MSG_PME_TO_ACK:
		return "PME_TO_Ack";
	case VRC_MSG_ERR_COR:
		return "ERR_COR";
	case VRC_MSG_ERR_NONFATAL:
		return "ERR_NONFATAL";
	case VRC_MSG_ERR_FATAL:
		return "ERR_FATAL";
	}
	return NULL;
}

const char *vrc_tlp_error_name(int error)
{
	static const char * const names[VRC_TLP_NR_ERRORS] = {
		[VRC_TLP_OK]		= "ok",
		[VRC_TLP_TRUNCATED]	= "truncated",
		[VRC_TLP_BAD_TYPE]	= "bad Fmt or Type",
		[VRC_TLP_BAD_LENGTH]	= "bad Length",
		[VRC_TLP_BAD_BE]	= "bad byte enables",
		[VRC_TLP_BAD_ADDR]	= "bad address",
		[VRC_TLP_BAD_STATUS]	= "bad completion status or byte count",
		[VRC_TLP_BAD_ECRC]	= "bad ECRC",
	};

	if (error > 0 || error <= -VRC_TLP_NR_ERRORS)
		return "unknown";
	return names[-error];
}
