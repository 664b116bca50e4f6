// SPDX-License-Identifier: GPL-2.0-only
/*
 * The payload of a DATA frame: TLPs one after the other, as a receiver takes them
 * apart. What parses is built again to the same bytes, and can be answered.
 */
#include <stdlib.h>

#include "fuzz.h"
#include "tlp.h"

/* Clears what the specification reserves in the header of @t, or we ignore. */
static void make_canonical(u8 *b, const struct vrc_tlp *t)
{
	size_t hdr = vrc_tlp_hdr_len(t);

	b[1] &= 0x74;
	b[2] &= 0xf3;
	switch (t->type) {
	case VRC_TLP_CPL:
		b[2] &= 0xfc;
		b[3] = 0;
		b[11] &= 0x7f;
		break;
	case VRC_TLP_CPLD:
		b[11] &= 0x7f;
		break;
	case VRC_TLP_MSG:
		b[2] &= 0xfc;
		b[3] = 0;
		break;
	case VRC_TLP_MSGD:
		break;
	case VRC_TLP_MRD:
	case VRC_TLP_MWR:
	case VRC_TLP_IORD:
	case VRC_TLP_IOWR:
		b[hdr - 1] &= 0xfc;
		break;
	default:
		b[10] &= 0x0f;
		b[11] &= 0xfc;
	}
}

static void rebuild(const u8 *b, size_t len, const struct vrc_tlp *t)
{
	u8 *want = malloc(len), *got = malloc(len), *data;
	struct vrc_tlp again;

	memcpy(want, b, len);
	make_canonical(want, t);
	if (t->td)
		vrc_tlp_seal(want, t);
	data = vrc_tlp_build(got, t);
	MUST(data == got + vrc_tlp_hdr_len(t));
	if (vrc_tlp_has_data(t))
		memcpy(data, t->data, t->len_dw * 4);
	if (t->td)
		vrc_tlp_seal(got, t);
	MUST(!memcmp(got, want, len));
	MUST(vrc_tlp_parse(got, len, &again) == (int)len);
	free(want);
	free(got);
}

static void use_range(const struct vrc_tlp *t)
{
	u64 addr;
	u32 len = vrc_tlp_range(t, &addr), i, enabled = 0;

	for (i = 0; i < t->len_dw * 4U; i++)
		enabled += vrc_tlp_byte_enabled(t, i);
	MUST(len <= 4096 && enabled <= len && (addr & 0xfff) + len <= 4096);
	MUST(vrc_tlp_contiguous(t) == (enabled == len));
	MUST(!vrc_tlp_byte_enabled(t, i));
}

static void answer(const struct vrc_tlp *req, u32 room, u32 rcb)
{
	u8 buf[VRC_TLP_MAX_LEN] = { 0 };
	struct vrc_tlp cpl, parsed;
	u32 done = 0, n;

	vrc_tlp_init_cpl(&cpl, req, 0x0100, VRC_CPL_UR);
	MUST(vrc_tlp_build(buf, &cpl) && vrc_tlp_parse(buf, sizeof(buf), &parsed) == 12);
	vrc_tlp_init_cpl(&cpl, req, 0x0100, VRC_CPL_SC);
	MUST(vrc_tlp_build(buf, &cpl));
	while ((n = vrc_tlp_cpl_chunk(&cpl, req, done, room, rcb))) {
		MUST(cpl.len_dw * 4U <= room);
		MUST(cpl.type == VRC_TLP_CPL || vrc_tlp_build(buf, &cpl));
		done += n;
	}
	MUST(done <= 4096 && (done || room < rcb + 4));
}

static void examine(const u8 *b, const struct vrc_tlp *t, u32 seed)
{
	MUST(vrc_tlp_type_name(t->type));
	if (vrc_tlp_is_completion(t))
		MUST(strcmp(vrc_tlp_status_name(t->status), "reserved"));
	rebuild(b, vrc_tlp_len(t), t);
	if (vrc_tlp_is_completion(t) || t->type == VRC_TLP_MSG || t->type == VRC_TLP_MSGD)
		return;
	use_range(t);
	if (!vrc_tlp_is_posted(t))
		answer(t, seed % 1500, seed & 1 ? 64 : 128);
}

int fuzz_one(const u8 *data, size_t size)
{
	struct vrc_tlp t;
	int ret;

	while (size) {
		ret = vrc_tlp_parse(data, size, &t);
		if (ret < 0 && ret != -VRC_TLP_BAD_ECRC) {
			MUST(ret > -VRC_TLP_NR_ERRORS);
			MUST(strcmp(vrc_tlp_error_name(ret), "unknown"));
			return 0;
		}
		MUST(vrc_tlp_len(&t) <= size && (ret < 0 || ret == (int)vrc_tlp_len(&t)));
		examine(data, &t, (u32)(size * 2654435761U) >> 8);
		data += vrc_tlp_len(&t);
		size -= vrc_tlp_len(&t);
	}
	return 0;
}
