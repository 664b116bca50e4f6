// SPDX-License-Identifier: GPL-2.0-only
/*
 * VRC frames: header and payload checks, names, text fields.
 */
#include "crc32c.h"
#include "frame.h"

#define HDR_LEN		sizeof(struct vrc_wire_hdr)
#define COMMON_LEN	4	/* version to flags: the same in all versions */
#define MIN_TLP		12

/* Big-endian field @field of the structure @type at @p, without alignment. */
#define AT(p, type, field)	((const u8 *)(p) + offsetof(struct type, field))
#define GET8(p, type, field)	(*AT(p, type, field))
#define GET16(p, type, field)	vrc_get16(AT(p, type, field))
#define GET32(p, type, field)	vrc_get32(AT(p, type, field))
#define GET64(p, type, field)	vrc_get64(AT(p, type, field))

static bool payload_size_ok(u16 size)
{
	return size >= VRC_MIN_PAYLOAD && size <= VRC_MAX_PAYLOAD;
}

static bool function_ok(const u8 *fn)
{
	u8 state = GET8(fn, vrc_wire_function, state);
	bool owned = GET64(fn, vrc_wire_function, owner);

	return state <= VRC_FUNC_OWNED && owned == (state == VRC_FUNC_OWNED);
}

static int check_functions(const u8 *fn, u32 nr)
{
	u32 i, seen = 0;
	u8 number;

	for (i = 0; i < nr; i++, fn += sizeof(struct vrc_wire_function)) {
		number = GET8(fn, vrc_wire_function, number);
		if (number >= VRC_MAX_FUNCTIONS || seen & 1U << number)
			return -VRC_FRAME_BAD_FIELD;
		seen |= 1U << number;
		if (!function_ok(fn))
			return -VRC_FRAME_BAD_FIELD;
	}
	return 0;
}

static int check_discover(const struct vrc_frame *f)
{
	return GET64(f->payload, vrc_wire_discover, root_id) ? 0 : -VRC_FRAME_BAD_FIELD;
}

static int check_advertise(const struct vrc_frame *f)
{
	const u8 *p = f->payload;
	u32 nr = GET8(p, vrc_wire_advertise, nr_functions);

	if (!nr || nr > VRC_MAX_FUNCTIONS)
		return -VRC_FRAME_BAD_FIELD;
	if (f->length != sizeof(struct vrc_wire_advertise) +
			 nr * sizeof(struct vrc_wire_function))
		return -VRC_FRAME_BAD_LENGTH;
	if (!GET64(p, vrc_wire_advertise, serial) ||
	    !GET64(p, vrc_wire_advertise, instance) ||
	    !payload_size_ok(GET16(p, vrc_wire_advertise, max_payload)))
		return -VRC_FRAME_BAD_FIELD;
	return check_functions(p + sizeof(struct vrc_wire_advertise), nr);
}

/*
 * Only what an answer needs: the station answers all other values that it does
 * not like with REFUSED, so that the root learns about it.
 */
static int check_bind(const struct vrc_frame *f)
{
	if (!GET64(f->payload, vrc_wire_bind, root_id) ||
	    !GET64(f->payload, vrc_wire_bind, session))
		return -VRC_FRAME_BAD_FIELD;
	return 0;
}

static int check_bound(const struct vrc_frame *f)
{
	const u8 *p = f->payload;
	u32 lease = GET32(p, vrc_wire_bound, lease_ms);
	u16 window = GET16(p, vrc_wire_bound, window);

	if (!GET64(p, vrc_wire_bound, session) ||
	    lease < VRC_MIN_LEASE_MS || lease > VRC_MAX_LEASE_MS ||
	    !window || window > VRC_MAX_WINDOW ||
	    !payload_size_ok(GET16(p, vrc_wire_bound, max_payload)))
		return -VRC_FRAME_BAD_FIELD;
	return 0;
}

static int check_refused(const struct vrc_frame *f)
{
	u16 reason = GET16(f->payload, vrc_wire_refused, reason);

	return vrc_refusal_name(reason) ? 0 : -VRC_FRAME_BAD_FIELD;
}

static int check_release(const struct vrc_frame *f)
{
	u16 reason = GET16(f->payload, vrc_wire_release, reason);

	return vrc_release_name(reason) ? 0 : -VRC_FRAME_BAD_FIELD;
}

/* What is no multiple of 4 or has no room for a header cannot be TLPs. */
static int check_data(const struct vrc_frame *f)
{
	return f->length & 3 ? -VRC_FRAME_BAD_LENGTH : 0;
}

static int check_probe(const struct vrc_frame *f)
{
	u16 size = GET16(f->payload, vrc_wire_probe, size);

	return size == f->length ? 0 : -VRC_FRAME_BAD_FIELD;
}

static int check_probed(const struct vrc_frame *f)
{
	u16 size = GET16(f->payload, vrc_wire_probe, size);

	if (size < sizeof(struct vrc_wire_probe) || size > VRC_MAX_PAYLOAD)
		return -VRC_FRAME_BAD_FIELD;
	return 0;
}

static int check_stale(const struct vrc_frame *f)
{
	return GET64(f->payload, vrc_wire_stale, session) ? 0 : -VRC_FRAME_BAD_FIELD;
}

static const struct kind {
	const char *name;
	u16 min_len, max_len;
	bool session;		/* carries the receiver's session id */
	int (*check)(const struct vrc_frame *f);
} kinds[] = {
	[VRC_KIND_DISCOVER] = {
		"DISCOVER", sizeof(struct vrc_wire_discover),
		sizeof(struct vrc_wire_discover), false, check_discover },
	[VRC_KIND_ADVERTISE] = {
		"ADVERTISE", sizeof(struct vrc_wire_advertise),
		sizeof(struct vrc_wire_advertise) +
		VRC_MAX_FUNCTIONS * sizeof(struct vrc_wire_function), false, check_advertise },
	[VRC_KIND_BIND] = {
		"BIND", sizeof(struct vrc_wire_bind),
		sizeof(struct vrc_wire_bind), false, check_bind },
	[VRC_KIND_BOUND] = {
		"BOUND", sizeof(struct vrc_wire_bound),
		sizeof(struct vrc_wire_bound), true, check_bound },
	[VRC_KIND_REFUSED] = {
		"REFUSED", sizeof(struct vrc_wire_refused),
		sizeof(struct vrc_wire_refused), true, check_refused },
	[VRC_KIND_RELEASE] = {
		"RELEASE", sizeof(struct vrc_wire_release),
		sizeof(struct vrc_wire_release), true, check_release },
	[VRC_KIND_RELEASED] = { "RELEASED", 0, 0, true, NULL },
	[VRC_KIND_DATA] = { "DATA", MIN_TLP, VRC_MAX_PAYLOAD, true, check_data },
	[VRC_KIND_ACK] = { "ACK", 0, 0, true, NULL },
	[VRC_KIND_PROBE] = {
		"PROBE", sizeof(struct vrc_wire_probe), VRC_MAX_PAYLOAD, true, check_probe },
	[VRC_KIND_PROBED] = {
		"PROBED", sizeof(struct vrc_wire_probe),
		sizeof(struct vrc_wire_probe), true, check_probed },
	[VRC_KIND_STALE] = {
		"STALE", sizeof(struct vrc_wire_stale),
		sizeof(struct vrc_wire_stale), false, check_stale },
};

static const struct kind *find_kind(u8 kind)
{
	if (kind >= ARRAY_SIZE(kinds) || !kinds[kind].name)
		return NULL;
	return &kinds[kind];
}

static void parse_header(const u8 *b, struct vrc_frame *f)
{
	f->length = GET16(b, vrc_wire_hdr, length);
	f->window = GET16(b, vrc_wire_hdr, window);
	f->session = GET64(b, vrc_wire_hdr, session);
	f->seq = GET32(b, vrc_wire_hdr, seq);
	f->ack = GET32(b, vrc_wire_hdr, ack);
	f->sack = GET64(b, vrc_wire_hdr, sack);
	f->payload = b + HDR_LEN;
}

int vrc_frame_parse(const void *buf, size_t len, struct vrc_frame *f)
{
	const struct kind *kind;
	const u8 *b = buf;

	memset(f, 0, sizeof(*f));
	if (len < COMMON_LEN)
		return -VRC_FRAME_TRUNCATED;
	f->version = GET8(b, vrc_wire_hdr, version);
	f->kind = GET8(b, vrc_wire_hdr, kind);
	f->flags = GET16(b, vrc_wire_hdr, flags);
	if (f->version != VRC_WIRE_VERSION)
		return -VRC_FRAME_BAD_VERSION;
	if (len < HDR_LEN)
		return -VRC_FRAME_TRUNCATED;
	parse_header(b, f);

	kind = find_kind(f->kind);
	if (!kind)
		return -VRC_FRAME_BAD_KIND;
	if (f->length < kind->min_len || f->length > kind->max_len)
		return -VRC_FRAME_BAD_LENGTH;
	if (len < HDR_LEN + f->length)
		return -VRC_FRAME_TRUNCATED;
	if (kind->session != !!f->session)
		return -VRC_FRAME_BAD_SESSION;
	if (f->window > VRC_MAX_WINDOW)
		return -VRC_FRAME_BAD_WINDOW;
	return kind->check ? kind->check(f) : 0;
}

void vrc_frame_build(void *buf, const struct vrc_frame *f)
{
	u8 *b = buf;

	b[offsetof(struct vrc_wire_hdr, version)] = f->version;
	b[offsetof(struct vrc_wire_hdr, kind)] = f->kind;
	vrc_put16(b + offsetof(struct vrc_wire_hdr, flags), f->flags);
	vrc_put16(b + offsetof(struct vrc_wire_hdr, length), f->length);
	vrc_put16(b + offsetof(struct vrc_wire_hdr, window), f->window);
	vrc_put64(b + offsetof(struct vrc_wire_hdr, session), f->session);
	vrc_put32(b + offsetof(struct vrc_wire_hdr, seq), f->seq);
	vrc_put32(b + offsetof(struct vrc_wire_hdr, ack), f->ack);
	vrc_put64(b + offsetof(struct vrc_wire_hdr, sack), f->sack);
}

static u32 frame_check(const u8 *b, size_t len)
{
	return ~vrc_crc32c(~0U, b, len);
}

void vrc_frame_seal(void *buf)
{
	u8 *b = buf;
	size_t len = HDR_LEN + GET16(b, vrc_wire_hdr, length);

	vrc_put16(b + offsetof(struct vrc_wire_hdr, flags),
		  GET16(b, vrc_wire_hdr, flags) | VRC_FLAG_CHECK);
	vrc_put32(b + len, frame_check(b, len));
}

size_t vrc_frame_checked(const void *hdr, size_t len)
{
	if (len < HDR_LEN || GET8(hdr, vrc_wire_hdr, version) != VRC_WIRE_VERSION ||
	    !(GET16(hdr, vrc_wire_hdr, flags) & VRC_FLAG_CHECK))
		return 0;
	return HDR_LEN + GET16(hdr, vrc_wire_hdr, length);
}

bool vrc_frame_intact(const void *buf, size_t len)
{
	size_t end = vrc_frame_checked(buf, len);
	const u8 *b = buf;

	return !end || (len >= end + VRC_CHECK_LEN && vrc_get32(b + end) == frame_check(b, end));
}

const char *vrc_frame_kind_name(u8 kind)
{
	const struct kind *k = find_kind(kind);

	return k ? k->name : NULL;
}

const char *vrc_frame_error_name(int error)
{
	static const char * const names[VRC_FRAME_NR_ERRORS] = {
		[VRC_FRAME_OK]		= "ok",
		[VRC_FRAME_TRUNCATED]	= "truncated",
		[VRC_FRAME_BAD_VERSION]	= "bad version",
		[VRC_FRAME_BAD_KIND]	= "bad kind",
		[VRC_FRAME_BAD_LENGTH]	= "bad length",
		[VRC_FRAME_BAD_SESSION]	= "bad session",
		[VRC_FRAME_BAD_WINDOW]	= "bad window",
		[VRC_FRAME_BAD_FIELD]	= "bad field",
	};

	if (error > 0 || error <= -VRC_FRAME_NR_ERRORS)
		return "unknown";
	return names[-error];
}

const char *vrc_refusal_name(u16 reason)
{
	switch (reason) {
	case VRC_REFUSED_OWNED:
		return "owned";
	case VRC_REFUSED_NO_FUNCTION:
		return "no such function";
	case VRC_REFUSED_INSTANCE:
		return "station restarted";
	case VRC_REFUSED_SERIAL:
		return "another station";
	case VRC_REFUSED_POLICY:
		return "not allowed";
	case VRC_REFUSED_BUSY:
		return "busy";
	case VRC_REFUSED_INVALID:
		return "invalid request";
	}
	return NULL;
}

const char *vrc_release_name(u16 reason)
{
	switch (reason) {
	case VRC_RELEASE_ADMIN:
		return "given back";
	case VRC_RELEASE_SHUTDOWN:
		return "shutdown";
	case VRC_RELEASE_LEASE:
		return "lease expired";
	case VRC_RELEASE_PROTOCOL:
		return "protocol error";
	}
	return NULL;
}

static bool continues(const u8 *p, size_t nr)
{
	while (nr--)
		if ((*p++ & 0xc0) != 0x80)
			return false;
	return true;
}

/*
 * Bytes of the printable UTF-8 character at @p, 0 if there is none: control
 * characters (a terminal obeys those of U+0080 to U+009F too), overlong forms,
 * surrogates, what is cut off by the end of the field.
 */
static size_t text_char(const u8 *p, size_t left)
{
	u32 two;

	if (p[0] < 0x80)
		return p[0] >= 0x20 && p[0] != 0x7f;
	if (left < 2)
		return 0;
	two = vrc_get16(p);
	if (two >= 0xc2a0 && two < 0xe000)
		return continues(p + 1, 1) ? 2 : 0;
	if (two >= 0xe0a0 && two < 0xf000 && (two < 0xeda0 || two >= 0xee00))
		return left >= 3 && continues(p + 1, 2) ? 3 : 0;
	if (two >= 0xf090 && two < 0xf490)
		return left >= 4 && continues(p + 1, 3) ? 4 : 0;
	return 0;
}

void vrc_frame_get_text(char *dst, const char *field, size_t len)
{
	size_t i, n;

	for (i = 0; i < len && field[i]; i += n) {
		n = text_char((const u8 *)field + i, len - i);
		if (n) {
			memcpy(dst + i, field + i, n);
		} else {
			dst[i] = '?';
			n = 1;
		}
	}
	dst[i] = '\0';
}

void vrc_frame_put_text(char *field, const char *src, size_t len)
{
	size_t n = strlen(src);

	if (n > len) {
		/* Not inside of a UTF-8 character */
		for (n = len; n && ((u8)src[n] & 0xc0) == 0x80; n--)
			;
	}
	memcpy(field, src, n);
	memset(field + n, 0, len - n);
}
