// SPDX-License-Identifier: GPL-2.0-only
/* Frames: every kind at its edges, every error, text that is hostile. */
#include <stdlib.h>

#include "crc32c.h"
#include "frame.h"
#include "tap.h"

#define HDR		sizeof(struct vrc_wire_hdr)
#define PUT(p, size, type, field, v) \
	vrc_put##size((p) + offsetof(struct type, field), (v))

/* A frame that is right, to be broken by the tests */
struct draft {
	u8 buf[HDR + VRC_MAX_PAYLOAD];
	struct vrc_frame f;
};

static u8 *payload(struct draft *d)
{
	return d->buf + HDR;
}

static int parse(struct draft *d, struct vrc_frame *got)
{
	size_t len = HDR + d->f.length;
	u8 *exact = malloc(len);	/* ASan sees a read beyond it */
	int ret;

	vrc_frame_build(d->buf, &d->f);
	memcpy(exact, d->buf, len);
	ret = vrc_frame_parse(exact, len, got);
	free(exact);
	return ret;
}

static int error_of(struct draft *d)
{
	struct vrc_frame got;

	return parse(d, &got);
}

static void fill_advertise(u8 *p, u32 functions)
{
	u8 *fn = p + sizeof(struct vrc_wire_advertise);
	u32 i;

	PUT(p, 64, vrc_wire_advertise, serial, 0x1122334455667788ULL);
	PUT(p, 64, vrc_wire_advertise, instance, 1);
	PUT(p, 16, vrc_wire_advertise, max_payload, 1468);
	p[offsetof(struct vrc_wire_advertise, nr_functions)] = (u8)functions;
	for (i = 0; i < functions; i++, fn += sizeof(struct vrc_wire_function)) {
		fn[0] = (u8)i;
		fn[1] = i & 1;
		PUT(fn, 64, vrc_wire_function, owner, i & 1);
	}
}

static u16 fill_payload(u8 *p, u8 kind)
{
	switch (kind) {
	case VRC_KIND_DISCOVER:
		PUT(p, 64, vrc_wire_discover, root_id, 1);
		return sizeof(struct vrc_wire_discover);
	case VRC_KIND_ADVERTISE:
		fill_advertise(p, 8);
		return sizeof(struct vrc_wire_advertise) + 8 * sizeof(struct vrc_wire_function);
	case VRC_KIND_BIND:
		PUT(p, 64, vrc_wire_bind, root_id, 1);
		PUT(p, 64, vrc_wire_bind, session, 1);
		return sizeof(struct vrc_wire_bind);
	case VRC_KIND_BOUND:
		PUT(p, 64, vrc_wire_bound, session, 1);
		PUT(p, 32, vrc_wire_bound, lease_ms, VRC_MIN_LEASE_MS);
		PUT(p, 16, vrc_wire_bound, max_payload, VRC_MIN_PAYLOAD);
		PUT(p, 16, vrc_wire_bound, window, 1);
		return sizeof(struct vrc_wire_bound);
	case VRC_KIND_REFUSED:
		PUT(p, 16, vrc_wire_refused, reason, VRC_REFUSED_OWNED);
		return sizeof(struct vrc_wire_refused);
	case VRC_KIND_RELEASE:
		PUT(p, 16, vrc_wire_release, reason, VRC_RELEASE_ADMIN);
		return sizeof(struct vrc_wire_release);
	case VRC_KIND_DATA:
		return 12;
	case VRC_KIND_PROBE:
		PUT(p, 16, vrc_wire_probe, size, 576);
		return 576;
	case VRC_KIND_PROBED:
		PUT(p, 16, vrc_wire_probe, size, 576);
		return sizeof(struct vrc_wire_probe);
	case VRC_KIND_STALE:
		PUT(p, 64, vrc_wire_stale, session, 1);
		return sizeof(struct vrc_wire_stale);
	}
	return 0;
}

static bool has_session(u8 kind)
{
	return kind != VRC_KIND_DISCOVER && kind != VRC_KIND_ADVERTISE &&
	       kind != VRC_KIND_BIND && kind != VRC_KIND_STALE;
}

static struct draft *draft(u8 kind)
{
	static struct draft d;

	memset(&d, 0, sizeof(d));
	d.f.version = VRC_WIRE_VERSION;
	d.f.kind = kind;
	d.f.flags = 0xbeef;
	d.f.window = VRC_MAX_WINDOW;
	d.f.session = has_session(kind) ? 0x0102030405060708ULL : 0;
	d.f.seq = 0x11121314;
	d.f.ack = 0x21222324;
	d.f.sack = 0x3132333435363738ULL;
	d.f.length = fill_payload(payload(&d), kind);
	return &d;
}

static void layout_is_that_of_the_document(void)
{
	static const u8 want[HDR] = {
		1, VRC_KIND_ACK, 0xbe, 0xef, 0, 0, 0, 64, 1, 2, 3, 4, 5, 6, 7, 8,
		0x11, 0x12, 0x13, 0x14, 0x21, 0x22, 0x23, 0x24,
		0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37, 0x38,
	};
	struct draft *d = draft(VRC_KIND_ACK);

	vrc_frame_build(d->buf, &d->f);
	EXPECT(!memcmp(d->buf, want, sizeof(want)));
	EXPECT_EQ(sizeof(struct vrc_wire_discover), 32);
	EXPECT_EQ(sizeof(struct vrc_wire_advertise), 72);
	EXPECT_EQ(sizeof(struct vrc_wire_function), 16);
	EXPECT_EQ(sizeof(struct vrc_wire_bind), 120);
	EXPECT_EQ(sizeof(struct vrc_wire_bound), 24);
	EXPECT_EQ(sizeof(struct vrc_wire_refused), 88);
	EXPECT_EQ(sizeof(struct vrc_wire_release), 8);
	EXPECT_EQ(sizeof(struct vrc_wire_probe), 8);
	EXPECT_EQ(sizeof(struct vrc_wire_stale), 8);
}

static void every_kind_survives_build_and_parse(void)
{
	struct vrc_frame got;
	struct draft *d;
	u8 kind;

	for (kind = VRC_KIND_DISCOVER; kind <= VRC_KIND_STALE; kind++) {
		d = draft(kind);
		if (!EXPECT_EQ(parse(d, &got), 0))
			tap_note("%s", vrc_frame_kind_name(kind));
		EXPECT_EQ(got.version, 1);
		EXPECT_EQ(got.kind, kind);
		EXPECT_EQ(got.flags, d->f.flags);
		EXPECT_EQ(got.length, d->f.length);
		EXPECT_EQ(got.window, d->f.window);
		EXPECT_EQ(got.session, d->f.session);
		EXPECT_EQ(got.seq, d->f.seq);
		EXPECT_EQ(got.ack, d->f.ack);
		EXPECT_EQ(got.sack, d->f.sack);
		EXPECT_EQ(vrc_frame_parse(d->buf, sizeof(d->buf), &got), 0);	/* padding */
		EXPECT(got.payload == d->buf + HDR);
	}
}

static void truncation_is_found(void)
{
	struct vrc_frame got;
	struct draft *d;
	size_t len;
	u8 kind, *cut;

	for (kind = VRC_KIND_DISCOVER; kind <= VRC_KIND_STALE; kind++) {
		d = draft(kind);
		vrc_frame_build(d->buf, &d->f);
		for (len = 0; len < HDR + d->f.length; len++) {
			cut = malloc(len + !len);
			memcpy(cut, d->buf, len);
			EXPECT_EQ(vrc_frame_parse(cut, len, &got), -VRC_FRAME_TRUNCATED);
			free(cut);
		}
	}
}

static void flip(u8 *b, size_t bit)
{
	b[bit / 8] ^= (u8)(1 << bit % 8);
}

/* Each single bit of header, payload and check; but a frame without the flag has no check. */
static void damage_is_found(void)
{
	struct draft *d = draft(VRC_KIND_BIND);
	size_t bit, len = HDR + d->f.length + VRC_CHECK_LEN, flag = 3 * 8 + 3;

	d->f.flags = VRC_FLAG_ACK_REQ;
	vrc_frame_build(d->buf, &d->f);
	EXPECT(vrc_frame_intact(d->buf, HDR + d->f.length));
	EXPECT_EQ(vrc_frame_checked(d->buf, HDR + d->f.length), 0);
	vrc_frame_seal(d->buf);
	EXPECT_EQ(vrc_frame_checked(d->buf, HDR), HDR + d->f.length);
	EXPECT_EQ(vrc_frame_checked(d->buf, HDR - 1), 0);
	EXPECT(vrc_frame_intact(d->buf, len));
	EXPECT(vrc_frame_intact(d->buf, sizeof(d->buf)));	/* padding */
	EXPECT(!vrc_frame_intact(d->buf, len - 1));
	for (bit = 8; bit < len * 8; bit++) {
		flip(d->buf, bit);
		EXPECT_EQ(vrc_frame_intact(d->buf, len), bit == flag);
		flip(d->buf, bit);
	}
	EXPECT(vrc_frame_intact(d->buf, len));
}

/* That of a known frame: the same on both sides of the network, whatever computes it. */
static void check_is_crc32c(void)
{
	static const u8 digits[] = "123456789";
	struct vrc_frame f = { .version = 1, .kind = VRC_KIND_RELEASED, .session = 1 };
	u8 b[HDR + VRC_CHECK_LEN];

	EXPECT_EQ(~vrc_crc32c(~0U, digits, 9), 0xe3069283);
	EXPECT_EQ(~vrc_crc32c_table(~0U, digits, 9), 0xe3069283);
	vrc_frame_build(b, &f);
	vrc_frame_seal(b);
	EXPECT_EQ(vrc_get16(b + 2), VRC_FLAG_CHECK);
	EXPECT_EQ(vrc_get32(b + HDR), ~vrc_crc32c_table(~0U, b, HDR));
}

/* The processor's instruction, which takes words and runs of words, gives what a table does. */
static void all_lengths_sum_alike(void)
{
	static u8 bytes[256];
	size_t i, from, to;

	for (i = 0; i < sizeof(bytes); i++)
		bytes[i] = (u8)(i * 151 + 7);
	for (from = 0; from < 9; from++)
		for (to = from; to <= sizeof(bytes); to++)
			EXPECT_EQ(vrc_crc32c(~0U, bytes + from, to - from),
				  vrc_crc32c_table(~0U, bytes + from, to - from));
}

/* A frame of another version is recognized by its first 4 bytes, whatever follows. */
static void other_versions_are_told(void)
{
	const u8 b[4] = { 2, VRC_KIND_ADVERTISE, 0, 0 };
	struct vrc_frame got;

	EXPECT_EQ(vrc_frame_parse(b, sizeof(b), &got), -VRC_FRAME_BAD_VERSION);
	EXPECT_EQ(got.version, 2);
	EXPECT_EQ(got.kind, VRC_KIND_ADVERTISE);
}

static void unknown_kinds_are_told(void)
{
	struct draft *d = draft(VRC_KIND_ACK);
	int kind;

	for (kind = 0; kind < 256; kind++) {
		if (kind >= VRC_KIND_DISCOVER && kind <= VRC_KIND_STALE)
			continue;
		d->f.kind = (u8)kind;
		EXPECT_EQ(error_of(d), -VRC_FRAME_BAD_KIND);
		EXPECT(!vrc_frame_kind_name((u8)kind));
	}
}

static void lengths_are_those_of_the_kind(void)
{
	struct draft *d;
	int delta;
	u8 kind;

	for (kind = VRC_KIND_DISCOVER; kind <= VRC_KIND_STALE; kind++)
		for (delta = -1; delta <= 1; delta += 2) {
			d = draft(kind);
			if (kind == VRC_KIND_PROBE || (delta < 0 && !d->f.length))
				continue;
			d->f.length = (u16)(d->f.length + delta);
			EXPECT_EQ(error_of(d), -VRC_FRAME_BAD_LENGTH);
		}
	d = draft(VRC_KIND_PROBE);
	d->f.length = sizeof(struct vrc_wire_probe) - 1;
	EXPECT_EQ(error_of(d), -VRC_FRAME_BAD_LENGTH);
	d = draft(VRC_KIND_DATA);
	d->f.length = VRC_MAX_PAYLOAD;
	EXPECT_EQ(error_of(d), 0);
	d->f.length = 8;
	EXPECT_EQ(error_of(d), -VRC_FRAME_BAD_LENGTH);
	d->f.length = 65001;
	vrc_frame_build(d->buf, &d->f);
	EXPECT_EQ(vrc_frame_parse(d->buf, sizeof(d->buf), &d->f), -VRC_FRAME_BAD_LENGTH);
}

static void advertise_has_room_for_its_functions(void)
{
	struct draft *d;
	u32 nr;

	for (nr = 0; nr <= 9; nr++) {
		d = draft(VRC_KIND_ADVERTISE);
		payload(d)[offsetof(struct vrc_wire_advertise, nr_functions)] = (u8)nr;
		EXPECT_EQ(error_of(d), nr == 8 ? 0 : nr && nr < 8 ? -VRC_FRAME_BAD_LENGTH :
			  -VRC_FRAME_BAD_FIELD);
	}
	d = draft(VRC_KIND_ADVERTISE);
	fill_advertise(payload(d), 1);
	d->f.length = sizeof(struct vrc_wire_advertise) + sizeof(struct vrc_wire_function);
	EXPECT_EQ(error_of(d), 0);
}

static void sessions_are_where_they_belong(void)
{
	struct draft *d;
	u8 kind;

	for (kind = VRC_KIND_DISCOVER; kind <= VRC_KIND_STALE; kind++) {
		d = draft(kind);
		d->f.session = !d->f.session;
		EXPECT_EQ(error_of(d), -VRC_FRAME_BAD_SESSION);
	}
}

static void windows_have_a_bound(void)
{
	struct draft *d = draft(VRC_KIND_ACK);

	d->f.window = VRC_MAX_WINDOW + 1;
	EXPECT_EQ(error_of(d), -VRC_FRAME_BAD_WINDOW);
}

struct field {
	u8 kind;
	u32 at, size;		/* bytes in the payload */
	u64 value;
	int error;
};

#define FIELD(kind, bits, type, field, value, error) \
	{ kind, offsetof(struct type, field), (bits) / 8, value, error }
#define BAD	(-VRC_FRAME_BAD_FIELD)
#define FN0	((u32)sizeof(struct vrc_wire_advertise))

static const struct field fields[] = {
	FIELD(VRC_KIND_DISCOVER, 64, vrc_wire_discover, root_id, 0, BAD),
	FIELD(VRC_KIND_DISCOVER, 32, vrc_wire_discover, nonce, 0, 0),
	FIELD(VRC_KIND_DISCOVER, 16, vrc_wire_discover, reserved, 0xffff, 0),
	FIELD(VRC_KIND_ADVERTISE, 64, vrc_wire_advertise, serial, 0, BAD),
	FIELD(VRC_KIND_ADVERTISE, 64, vrc_wire_advertise, instance, 0, BAD),
	FIELD(VRC_KIND_ADVERTISE, 16, vrc_wire_advertise, max_payload, 575, BAD),
	FIELD(VRC_KIND_ADVERTISE, 16, vrc_wire_advertise, max_payload, 576, 0),
	FIELD(VRC_KIND_ADVERTISE, 16, vrc_wire_advertise, max_payload, 65000, 0),
	FIELD(VRC_KIND_ADVERTISE, 16, vrc_wire_advertise, max_payload, 65001, BAD),
	{ VRC_KIND_ADVERTISE, FN0, 1, 8, BAD },		/* number */
	{ VRC_KIND_ADVERTISE, FN0, 1, 1, BAD },		/* there are two of them now */
	{ VRC_KIND_ADVERTISE, FN0 + 1, 1, 2, BAD },	/* state */
	{ VRC_KIND_ADVERTISE, FN0 + 1, 1, 1, BAD },	/* owned by nobody */
	{ VRC_KIND_ADVERTISE, FN0 + 8, 8, 5, BAD },	/* free, with an owner */
	FIELD(VRC_KIND_BIND, 64, vrc_wire_bind, root_id, 0, BAD),
	FIELD(VRC_KIND_BIND, 64, vrc_wire_bind, session, 0, BAD),
	FIELD(VRC_KIND_BIND, 8, vrc_wire_bind, function, 200, 0),	/* REFUSED, not dropped */
	FIELD(VRC_KIND_BIND, 32, vrc_wire_bind, lease_ms, 0, 0),
	FIELD(VRC_KIND_BOUND, 64, vrc_wire_bound, session, 0, BAD),
	FIELD(VRC_KIND_BOUND, 32, vrc_wire_bound, lease_ms, 99, BAD),
	FIELD(VRC_KIND_BOUND, 32, vrc_wire_bound, lease_ms, 600000, 0),
	FIELD(VRC_KIND_BOUND, 32, vrc_wire_bound, lease_ms, 600001, BAD),
	FIELD(VRC_KIND_BOUND, 16, vrc_wire_bound, max_payload, 575, BAD),
	FIELD(VRC_KIND_BOUND, 16, vrc_wire_bound, max_payload, 65001, BAD),
	FIELD(VRC_KIND_BOUND, 16, vrc_wire_bound, window, 0, BAD),
	FIELD(VRC_KIND_BOUND, 16, vrc_wire_bound, window, 64, 0),
	FIELD(VRC_KIND_BOUND, 16, vrc_wire_bound, window, 65, BAD),
	FIELD(VRC_KIND_REFUSED, 16, vrc_wire_refused, reason, 0, BAD),
	FIELD(VRC_KIND_REFUSED, 16, vrc_wire_refused, reason, 7, 0),
	FIELD(VRC_KIND_REFUSED, 16, vrc_wire_refused, reason, 8, BAD),
	FIELD(VRC_KIND_RELEASE, 16, vrc_wire_release, reason, 0, BAD),
	FIELD(VRC_KIND_RELEASE, 16, vrc_wire_release, reason, 4, 0),
	FIELD(VRC_KIND_RELEASE, 16, vrc_wire_release, reason, 5, BAD),
	FIELD(VRC_KIND_PROBE, 16, vrc_wire_probe, size, 575, BAD),
	FIELD(VRC_KIND_PROBED, 16, vrc_wire_probe, size, 7, BAD),
	FIELD(VRC_KIND_PROBED, 16, vrc_wire_probe, size, 8, 0),
	FIELD(VRC_KIND_PROBED, 16, vrc_wire_probe, size, 65000, 0),
	FIELD(VRC_KIND_PROBED, 16, vrc_wire_probe, size, 65001, BAD),
	FIELD(VRC_KIND_STALE, 64, vrc_wire_stale, session, 0, BAD),
};

static void fields_are_in_their_ranges(void)
{
	const struct field *f;
	struct draft *d;
	u32 i;

	for (f = fields; f < fields + ARRAY_SIZE(fields); f++) {
		d = draft(f->kind);
		for (i = 0; i < f->size; i++)
			payload(d)[f->at + i] = (u8)(f->value >> 8 * (f->size - 1 - i));
		if (!EXPECT_EQ(error_of(d), f->error))
			tap_note("%s: %u bytes at %u set to %llu", vrc_frame_kind_name(f->kind),
				 f->size, f->at, (unsigned long long)f->value);
	}
}

static void names_are_there(void)
{
	int i;

	for (i = 0; i < VRC_FRAME_NR_ERRORS; i++)
		EXPECT(strcmp(vrc_frame_error_name(-i), "unknown"));
	EXPECT(!strcmp(vrc_frame_error_name(-VRC_FRAME_NR_ERRORS), "unknown"));
	EXPECT(!strcmp(vrc_frame_error_name(1), "unknown"));
	EXPECT(!strcmp(vrc_frame_kind_name(VRC_KIND_BOUND), "BOUND"));
	EXPECT(!strcmp(vrc_refusal_name(VRC_REFUSED_OWNED), "owned"));
	EXPECT(!vrc_refusal_name(0));
	EXPECT(!strcmp(vrc_release_name(VRC_RELEASE_LEASE), "lease expired"));
	EXPECT(!vrc_release_name(9));
}

struct text {
	const char *field, *shown;
};

static void texts_are_shown_safely(void)
{
	static const struct text texts[] = {
		{ "disk-7", "disk-7" },
		{ "", "" },
		{ "a\x1b[2Jb\x7f\n", "a?[2Jb??" },
		{ "\xe6\xa9\x8b \xc3\xa9", "\xe6\xa9\x8b \xc3\xa9" },
		{ "\302\23331m", "??31m" },			/* CSI as U+009B */
		{ "\xc0\xaf", "??" },				/* overlong */
		{ "\xe0\x80\xaf", "???" },
		{ "\xed\xa0\x80", "???" },			/* a surrogate */
		{ "\xf0\x9f\x90\xa7", "\xf0\x9f\x90\xa7" },
		{ "\xf4\x90\x80\x80", "????" },			/* beyond U+10FFFF */
		{ "\xff\xfe", "??" },
		{ "1234567\xe6\xa9", "1234567??" },		/* cut */
		{ "123456789\xe6", "123456789?" },
		{ "0123456789", "0123456789" },			/* fills the field */
	};
	char *field = malloc(10), *shown = malloc(11);
	u32 i;

	for (i = 0; i < ARRAY_SIZE(texts); i++) {
		memset(field, 0, 10);
		memcpy(field, texts[i].field, strlen(texts[i].field));
		vrc_frame_get_text(shown, field, 10);
		if (!EXPECT(!strcmp(shown, texts[i].shown)))
			tap_note("entry %u: '%s'", i, shown);
	}
	free(field);
	free(shown);
}

static void texts_are_cut_between_characters(void)
{
	char field[8];

	memset(field, 'x', sizeof(field));
	vrc_frame_put_text(field, "ab", sizeof(field));
	EXPECT(!memcmp(field, "ab\0\0\0\0\0\0", 8));
	vrc_frame_put_text(field, "12345678", sizeof(field));
	EXPECT(!memcmp(field, "12345678", 8));
	vrc_frame_put_text(field, "123456789", sizeof(field));
	EXPECT(!memcmp(field, "12345678", 8));
	vrc_frame_put_text(field, "123456\xe6\xa9\x8b", sizeof(field));
	EXPECT(!memcmp(field, "123456\0\0", 8));
	vrc_frame_put_text(field, "12345\346\251\2136", sizeof(field));
	EXPECT(!memcmp(field, "12345\346\251\213", 8));
}

int main(void)
{
	static const struct tap_test tests[] = {
		TAP_TEST(layout_is_that_of_the_document),
		TAP_TEST(every_kind_survives_build_and_parse),
		TAP_TEST(truncation_is_found),
		TAP_TEST(damage_is_found),
		TAP_TEST(check_is_crc32c),
		TAP_TEST(all_lengths_sum_alike),
		TAP_TEST(other_versions_are_told),
		TAP_TEST(unknown_kinds_are_told),
		TAP_TEST(lengths_are_those_of_the_kind),
		TAP_TEST(advertise_has_room_for_its_functions),
		TAP_TEST(sessions_are_where_they_belong),
		TAP_TEST(windows_have_a_bound),
		TAP_TEST(fields_are_in_their_ranges),
		TAP_TEST(names_are_there),
		TAP_TEST(texts_are_shown_safely),
		TAP_TEST(texts_are_cut_between_characters),
	};

	return tap_run(tests, ARRAY_SIZE(tests));
}
