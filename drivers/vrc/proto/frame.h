/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * VRC frames: the header and the payload of each kind
 * (Documentation/wire-protocol.rst, include/uapi/vrc_wire.h).
 */
#ifndef VRC_PROTO_FRAME_H
#define VRC_PROTO_FRAME_H

#include "types.h"
#include <vrc_wire.h>

/* What a frame has besides its payload, after the Ethernet header. */
#define VRC_FRAME_OVERHEAD	((u32)sizeof(struct vrc_wire_hdr) + VRC_CHECK_LEN)

struct vrc_frame {		/* struct vrc_wire_hdr in host order */
	u8	version;
	u8	kind;
	u16	flags;
	u16	length;
	u16	window;
	u64	session;
	u32	seq;
	u32	ack;
	u64	sack;
	const u8 *payload;	/* length bytes in the buffer parsed */
};

enum vrc_frame_error {
	VRC_FRAME_OK = 0,
	VRC_FRAME_TRUNCATED,	/* shorter than the header or than length says */
	VRC_FRAME_BAD_VERSION,
	VRC_FRAME_BAD_KIND,
	VRC_FRAME_BAD_LENGTH,	/* length is not allowed for the kind */
	VRC_FRAME_BAD_SESSION,	/* 0 where one is needed, or the reverse */
	VRC_FRAME_BAD_WINDOW,	/* above VRC_MAX_WINDOW */
	VRC_FRAME_BAD_FIELD,	/* a field of the payload is out of its range */
	VRC_FRAME_NR_ERRORS,
};

/*
 * Takes the frame at @buf (after the Ethernet header) apart and checks the
 * header and the payload of every kind but DATA, whose TLPs are checked one by
 * one as they are delivered. Returns 0 or -enum vrc_frame_error.
 */
int vrc_frame_parse(const void *buf, size_t len, struct vrc_frame *f);

/* Writes the header to @buf, sizeof(struct vrc_wire_hdr) bytes. */
void vrc_frame_build(void *buf, const struct vrc_frame *f);

/*
 * Adds the frame check to the frame at @buf, whose header and payload are complete: sets the
 * flag, and writes VRC_CHECK_LEN bytes after the payload.
 */
void vrc_frame_seal(void *buf);
/*
 * Bytes that the check behind them is of, in a frame of @len bytes that begins with the header
 * @hdr; they and the check may reach beyond its end. 0: there is no check, or vrc_frame_parse()
 * will not like the frame anyway, for it is of another version or shorter than a header.
 */
size_t vrc_frame_checked(const void *hdr, size_t len);
/* Before vrc_frame_parse(): false if there is a frame check, and it is wrong. */
bool vrc_frame_intact(const void *buf, size_t len);

const char *vrc_frame_kind_name(u8 kind);	/* "DISCOVER", ... or NULL */
const char *vrc_frame_error_name(int error);
const char *vrc_refusal_name(u16 reason);	/* "owned", "no such function", ... */
const char *vrc_release_name(u16 reason);

/* Copies a NUL-padded field of @len bytes to @dst[len + 1], unprintable bytes as '?'. */
void vrc_frame_get_text(char *dst, const char *field, size_t len);
/* The inverse: copies @src into a field of @len bytes, cut and NUL-padded. */
void vrc_frame_put_text(char *field, const char *src, size_t len);

#endif /* VRC_PROTO_FRAME_H */
