// SPDX-License-Identifier: GPL-2.0-only
/*
 * Frames from the Ethernet header on: what parses has its payload inside of the frame,
 * builds to the same header, and its texts can be shown and sent again.
 */
#include <stdlib.h>

#include "frame.h"
#include "fuzz.h"

#define TEXT(f, type, field, len) \
	use_text((const char *)(f)->payload + offsetof(struct type, field), len)

static void use_text(const char *field, size_t len)
{
	char *shown = malloc(len + 1), *again = malloc(len + 1), *sent = malloc(len);
	size_t i;

	vrc_frame_get_text(shown, field, len);
	MUST(strlen(shown) <= len);
	for (i = 0; shown[i]; i++)
		MUST((u8)shown[i] >= 0x20 && shown[i] != 0x7f);
	vrc_frame_put_text(sent, shown, len);
	vrc_frame_get_text(again, sent, len);
	MUST(!strcmp(shown, again));
	free(shown);
	free(again);
	free(sent);
}

static void use_payload(const struct vrc_frame *f)
{
	switch (f->kind) {
	case VRC_KIND_DISCOVER:
		TEXT(f, vrc_wire_discover, group, VRC_GROUP_LEN);
		break;
	case VRC_KIND_ADVERTISE:
		TEXT(f, vrc_wire_advertise, name, VRC_NAME_LEN);
		TEXT(f, vrc_wire_advertise, group, VRC_GROUP_LEN);
		break;
	case VRC_KIND_BIND:
		TEXT(f, vrc_wire_bind, root_name, VRC_NAME_LEN);
		TEXT(f, vrc_wire_bind, label, VRC_LABEL_LEN);
		break;
	case VRC_KIND_RELEASE:
		MUST(vrc_release_name(vrc_get16(f->payload)));
		break;
	case VRC_KIND_REFUSED:
		MUST(vrc_refusal_name(vrc_get16(f->payload)));
		TEXT(f, vrc_wire_refused, owner_name, VRC_NAME_LEN);
		TEXT(f, vrc_wire_refused, label, VRC_LABEL_LEN);
		break;
	}
}

/* Sealed it is intact, and the same frame; with any other check it is not. */
static void seal(const u8 *data, const struct vrc_frame *f)
{
	size_t len = sizeof(struct vrc_wire_hdr) + f->length;
	u8 *copy = malloc(len + VRC_CHECK_LEN);
	struct vrc_frame again;

	memcpy(copy, data, len);
	vrc_frame_seal(copy);
	MUST(vrc_frame_intact(copy, len + VRC_CHECK_LEN));
	MUST(!vrc_frame_parse(copy, len + VRC_CHECK_LEN, &again) && again.length == f->length);
	copy[len]++;
	MUST(!vrc_frame_intact(copy, len + VRC_CHECK_LEN));
	free(copy);
}

int fuzz_one(const u8 *data, size_t size)
{
	u8 hdr[sizeof(struct vrc_wire_hdr)];
	struct vrc_frame f;
	int ret;

	vrc_frame_intact(data, size);
	ret = vrc_frame_parse(data, size, &f);
	MUST(ret <= 0 && ret > -VRC_FRAME_NR_ERRORS);
	MUST(strcmp(vrc_frame_error_name(ret), "unknown"));
	if (ret)
		return 0;
	MUST(f.payload == data + sizeof(hdr) && f.length <= size - sizeof(hdr));
	MUST(vrc_frame_kind_name(f.kind));
	vrc_frame_build(hdr, &f);
	MUST(!memcmp(hdr, data, sizeof(hdr)));
	use_payload(&f);
	seal(data, &f);
	return 0;
}
