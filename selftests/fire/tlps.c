// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "tlps.h"

#define MOST_TLPS	4
#define MOST_DATA	512

static u64 pick_addr(u64 *r)
{
	switch (fire_below(r, 16)) {
	case 0:
		return FIRE_IOVA - 64 + fire_below(r, 128);
	case 1:
		return FIRE_IOVA + FIRE_MEM - 64 + fire_below(r, 128);
	case 2:
		return fire_odd(r) & ~3ull;
	case 3:
		return FIRE_IOVA + FIRE_MEM / 2 + fire_below(r, FIRE_MEM);
	default:
		return FIRE_IOVA + fire_below(r, FIRE_MEM);
	}
}

static u32 pick_len(u64 *r, u64 addr, u32 most)
{
	u32 room = 4096 - (u32)(addr & 4095), len = fire_below(r, most) + 1;

	if (fire_percent(r, 5))
		len = 0;
	if (fire_percent(r, 30))
		len = 1 + fire_below(r, 16);
	return min(len, room);
}

static void make_read(u64 *r, struct vrc_tlp *t)
{
	u64 addr = pick_addr(r);

	t->type = VRC_TLP_MRD;
	vrc_tlp_set_range(t, addr, pick_len(r, addr, fire_percent(r, 10) ? 4096 : 256));
	t->tag = (u8)fire_random(r);
}

static void make_write(u64 *r, struct vrc_tlp *t)
{
	u64 addr = pick_addr(r);

	t->type = VRC_TLP_MWR;
	vrc_tlp_set_range(t, addr, pick_len(r, addr, MOST_DATA));
}

static void make_msi(u64 *r, struct vrc_tlp *t)
{
	t->type = VRC_TLP_MWR;
	if (fire_percent(r, 70))
		vrc_tlp_set_range(t, FIRE_MSI, 4);
	else
		vrc_tlp_set_range(t, FIRE_MSI + fire_below(r, 4096), 1 + fire_below(r, 4));
}

static void make_message(u64 *r, struct vrc_tlp *t)
{
	static const u8 codes[] = {
		VRC_MSG_ASSERT_INTA, VRC_MSG_DEASSERT_INTA, VRC_MSG_ASSERT_INTA + 3,
		VRC_MSG_PM_PME, VRC_MSG_ERR_FATAL, VRC_MSG_ERR_COR,
	};

	t->type = fire_percent(r, 15) ? VRC_TLP_MSGD : VRC_TLP_MSG;
	t->msg_code = fire_percent(r, 20) ? (u8)fire_random(r) : codes[fire_below(r, 6)];
	t->msg_routing = fire_percent(r, 20) ? (u8)fire_below(r, 8) : 4;
	t->addr = fire_percent(r, 20) ? fire_random(r) : 0;
	if (t->type == VRC_TLP_MSGD)
		t->len_dw = (u16)(1 + fire_below(r, 64));
}

static void make_completion(u64 *r, const struct session *s, struct vrc_tlp *t)
{
	t->type = fire_percent(r, 70) ? VRC_TLP_CPLD : VRC_TLP_CPL;
	t->completer = s->bdf;
	t->requester = fire_percent(r, 80) ? 0 : (u16)fire_random(r);
	t->tag = fire_percent(r, 50) ? s->last_tag : (u8)fire_random(r);
	t->lower_addr = (u8)fire_below(r, 128);
	t->bcm = fire_percent(r, 5);
	if (t->type == VRC_TLP_CPLD) {
		t->len_dw = (u16)(1 + fire_below(r, fire_percent(r, 80) ? 2 : 128));
		t->byte_count = (u16)(1 + fire_below(r, t->len_dw * 4));
		if (fire_percent(r, 20))
			t->byte_count = (u16)(1 + fire_below(r, 4096));
	} else {
		t->status = (u8)fire_below(r, 5);
		t->byte_count = 4;
	}
}

static void make_other(u64 *r, struct vrc_tlp *t)
{
	t->type = VRC_TLP_IORD + fire_below(r, VRC_TLP_CFGWR1 - VRC_TLP_IORD + 1);
	t->len_dw = 1;
	t->first_be = (u8)fire_below(r, 16);
	t->addr = (u32)fire_random(r) & ~3u;
	t->target = (u16)fire_random(r);
	t->reg = (u16)(fire_below(r, 1024) * 4);
	t->tag = (u8)fire_random(r);
}

static void make_tlp(u64 *r, const struct session *s, struct vrc_tlp *t)
{
	u32 n = fire_below(r, 100);

	memset(t, 0, sizeof(*t));
	t->requester = fire_percent(r, 2) ? (u16)fire_random(r) : s->bdf;
	if (n < 30)
		make_read(r, t);
	else if (n < 65)
		make_write(r, t);
	else if (n < 75)
		make_msi(r, t);
	else if (n < 83)
		make_message(r, t);
	else if (n < 95)
		make_completion(r, s, t);
	else
		make_other(r, t);
	t->tc = fire_percent(r, 5) ? (u8)fire_below(r, 8) : 0;
	t->attr = fire_percent(r, 20) ? (u8)fire_below(r, 8) : 0;
	t->ep = fire_percent(r, 2);
	t->td = fire_percent(r, 10);
}

/* An MSI's data is its vector, else anything. */
static void fill_data(u64 *r, const struct vrc_tlp *t, u8 *data)
{
	fire_bytes(r, data, min_t(size_t, t->len_dw * 4, 32));
	if (t->type == VRC_TLP_MWR && t->addr == FIRE_MSI && fire_percent(r, 80)) {
		memset(data, 0, 4);
		data[0] = (u8)fire_below(r, 10);
	}
}

size_t fire_tlps(struct station *st, const struct session *s, u8 *buf, size_t room)
{
	unsigned int n = 1 + fire_below(&st->random, MOST_TLPS);
	struct vrc_tlp t;
	size_t len = 0;
	u8 *data;

	/* Nothing at all would be no frame, and all behind it would wait for it */
	for (; n || !len; n -= !!n) {
		make_tlp(&st->random, s, &t);
		if (len + vrc_tlp_len(&t) > room)
			break;
		data = vrc_tlp_build(buf + len, &t);
		if (!data)
			continue;
		if (vrc_tlp_has_data(&t))
			fill_data(&st->random, &t, data);
		if (t.td)
			vrc_tlp_seal(buf + len, &t);
		len += vrc_tlp_len(&t);
		if (t.td && fire_percent(&st->random, 20))
			buf[len - 1] ^= 1;
	}
	return len;
}

size_t fire_mutate(u64 *r, u8 *buf, size_t len, size_t room)
{
	unsigned int n = 1 + fire_below(r, 4);
	size_t at, part;

	while (n-- && len) {
		at = fire_below(r, (u32)min_t(size_t, len, fire_percent(r, 70) ? 16 : len));
		switch (fire_below(r, 6)) {
		case 0:
			buf[at] ^= (u8)(1 << fire_below(r, 8));
			break;
		case 1:
			buf[at] = (u8)fire_odd(r);
			break;
		case 2:
			len = at;
			break;
		case 3:
			part = min_t(size_t, 1 + fire_below(r, 32), room - len);
			fire_bytes(r, buf + len, part);
			len += part;
			break;
		case 4:
			if (at + 4 <= len)
				vrc_put32(buf + at, (u32)fire_odd(r));
			break;
		case 5:
			memmove(buf, buf + at, len - at);
			len -= at;
			break;
		}
	}
	return len;
}
