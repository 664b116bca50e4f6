// SPDX-License-Identifier: GPL-2.0-only
/*
 * What who holds the function orders: DMA and interrupts as an honest function would not
 * send them. The watcher knows what must not happen.
 */
#include "station.h"

#define IN_FLIGHT	32u	/* frames; the root takes 64 */
#define FRAME_ROOM	1440u
#define READ_TAG	7
#define REG(s, off)	((s)->reg[(off) / 4])

static u64 address(const struct station *s)
{
	return (u64)REG(s, REG_ADDR_HI) << 32 | REG(s, REG_ADDR_LO);
}

static struct vrc_tlp memory(struct station *s, enum vrc_tlp_type type, bool as_another)
{
	struct vrc_tlp t = {
		.type = type, .tag = READ_TAG, .requester = s->bdf ^ (as_another ? 8 : 0),
	};

	vrc_tlp_set_range(&t, address(s), REG(s, REG_LEN));
	return t;
}

static size_t make_message(struct station *s, u8 *buf)
{
	struct vrc_tlp t = {
		.type = VRC_TLP_MSG, .requester = s->bdf, .msg_code = VRC_MSG_ASSERT_INTA,
		.msg_routing = 4,
	};

	return make_tlp(buf, &t, 0);
}

static size_t make_msi(struct station *s, u8 *buf)
{
	struct vrc_tlp t = { .type = VRC_TLP_MWR, .requester = s->bdf };
	u32 data = REG(s, REG_LEN);
	size_t len;

	vrc_tlp_set_range(&t, address(s), 4);
	len = make_tlp(buf, &t, 0);
	buf[len - 4] = (u8)data;
	buf[len - 3] = (u8)(data >> 8);
	buf[len - 2] = (u8)(data >> 16);
	buf[len - 1] = (u8)(data >> 24);
	return len;
}

static size_t make_ordered(struct station *s, u8 *buf)
{
	struct vrc_tlp t;

	switch (s->order) {
	case ORDER_WRITE:
	case ORDER_WRITE_AS_ANOTHER:
		t = memory(s, VRC_TLP_MWR, s->order == ORDER_WRITE_AS_ANOTHER);
		return make_tlp(buf, &t, PATTERN);
	case ORDER_READ:
	case ORDER_READ_AS_ANOTHER:
		t = memory(s, VRC_TLP_MRD, s->order == ORDER_READ_AS_ANOTHER);
		return make_tlp(buf, &t, 0);
	case ORDER_MSI:
		return make_msi(s, buf);
	default:
		return make_message(s, buf);
	}
}

/* Full frames: a flood is to be one. */
void order_pump(struct station *s)
{
	u8 buf[FRAME_ROOM + 128];
	size_t len;

	while (s->left && s->snd_nxt - s->acked < IN_FLIGHT) {
		for (len = 0; s->left && len < FRAME_ROOM; s->left--)
			len += make_ordered(s, buf + len);
		send_data(s, buf, len);
	}
}

void order_completion(struct station *s, const struct vrc_tlp *t)
{
	if (t->tag != READ_TAG)
		return;
	if (t->type == VRC_TLP_CPLD && t->status == VRC_CPL_SC)
		REG(s, REG_RESULT) = RESULT_DATA;
	else
		REG(s, REG_RESULT) = t->status;
}

void order_write(struct station *s, unsigned int off, u32 value)
{
	REG(s, off) = value;
	if (off != REG_ORDER || !value || value >= NR_ORDERS)
		return;
	REG(s, REG_RESULT) = RESULT_NONE;
	s->order = value;
	s->left = REG(s, REG_COUNT) ? REG(s, REG_COUNT) : 1;
	order_pump(s);
}
