// SPDX-License-Identifier: GPL-2.0-only
/*
 * vrcctl encode: fields to hex, the inverse of decode.
 *
 * The arguments are layers with "+" between them: an Ethernet header, a frame,
 * the functions of an ADVERTISE or the TLPs of a DATA frame. A layer is its name
 * and its fields.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "hex.h"
#include "layouts.h"
#include "vrcctl.h"

struct layer {
	char **argv;		/* [0] is the name */
	int argc;
};

/* Splits "KEY=VALUE"; NULL and a message if it is none. */
static const char *split(const struct layer *in, const char *arg, size_t *key_len)
{
	const char *eq = strchr(arg, '=');

	if (!eq) {
		usage("%s: \"%s\" is not FIELD=VALUE", in->argv[0], arg);
		return NULL;
	}
	*key_len = eq - arg;
	return eq + 1;
}

static bool set_field(const struct layer *in, const struct layout *l, const struct field *f,
		      void *base, const char *value)
{
	if (field_parse(l, f, base, value))
		return true;
	usage("%s: %s \"%s\": expected %s", in->argv[0], f->key, value, field_expects(f));
	return false;
}

static bool no_field(const struct layer *in, const char *arg, size_t key_len)
{
	usage("%s has no field \"%.*s\"", in->argv[0], (int)key_len, arg);
	return false;
}

/* Sets all fields that are of @a on @base_a, or else of @b on @base_b. */
static bool set_fields(const struct layer *in, const struct layout *a, void *base_a,
		       const struct layout *b, void *base_b)
{
	const struct field *f;
	const char *value;
	size_t len;
	int i;

	for (i = 1; i < in->argc; i++) {
		value = split(in, in->argv[i], &len);
		if (!value)
			return false;
		f = field_find(a, in->argv[i], len);
		if (f) {
			if (!set_field(in, a, f, base_a, value))
				return false;
			continue;
		}
		f = b ? field_find(b, in->argv[i], len) : NULL;
		if (!f)
			return no_field(in, in->argv[i], len);
		if (!set_field(in, b, f, base_b, value))
			return false;
	}
	return true;
}

/* What is said of a TLP besides its fields. */
struct tlp_words {
	bool length;		/* length= is given */
	bool byte_count;
	u64 bytes;		/* len=, 0: not given */
	struct bytes data;
};

static const struct field *find_tlp_field(const struct vrc_tlp *t, const char *key, size_t len)
{
	size_t i;

	for (i = 0; i < tlp_layout.nr; i++) {
		const struct field *f = &tlp_layout.fields[i];

		if (tlp_has_field(t, f) && strlen(f->key) == len && !memcmp(f->key, key, len))
			return f;
	}
	return NULL;
}

static bool is(const char *key, size_t len, const char *word)
{
	return len == strlen(word) && !memcmp(key, word, len);
}

static bool tlp_word(const struct layer *in, const char *arg, struct vrc_tlp *t,
		     struct tlp_words *w)
{
	const struct field *f;
	const char *value;
	size_t len;

	value = split(in, arg, &len);
	if (!value)
		return false;
	if (is(arg, len, "data"))
		return hex_parse(value, &w->data);
	if (is(arg, len, "len") && t->type <= VRC_TLP_CFGWR1) {
		if (parse_u64(value, VRC_TLP_MAX_DATA, &w->bytes) && w->bytes)
			return true;
		usage("%s: len \"%s\": expected 1 to 4096 bytes", in->argv[0], value);
		return false;
	}
	f = find_tlp_field(t, arg, len);
	if (!f)
		return no_field(in, arg, len);
	w->length |= is(arg, len, "length");
	w->byte_count |= is(arg, len, "byte_count");
	return set_field(in, &tlp_layout, f, t, value);
}

/* Address and byte enables from a range of bytes; data gets padded to double words. */
static bool set_range(const struct layer *in, struct vrc_tlp *t, struct tlp_words *w)
{
	bool cfg = t->type >= VRC_TLP_CFGRD0;
	u64 addr = cfg ? t->reg : t->addr;
	struct bytes padded = { };
	static const u8 zeros[4];

	if (vrc_tlp_has_data(t) && w->data.len && w->data.len != w->bytes) {
		usage("%s: len is %llu and data has %zu bytes", in->argv[0],
		      (unsigned long long)w->bytes, w->data.len);
		return false;
	}
	vrc_tlp_set_range(t, addr, (u32)w->bytes);
	if (w->data.len) {
		bytes_add(&padded, zeros, addr & 3);
		bytes_add(&padded, w->data.data, w->data.len);
		bytes_add(&padded, zeros, -padded.len & 3);
		bytes_free(&w->data);
		w->data = padded;
	}
	return true;
}

static void set_completion_length(struct vrc_tlp *t, struct tlp_words *w)
{
	static const u8 zeros[4];
	struct bytes padded = { };

	if (!w->byte_count)
		t->byte_count = (u16)w->data.len;
	bytes_add(&padded, zeros, t->lower_addr & 3);
	bytes_add(&padded, w->data.data, w->data.len);
	bytes_add(&padded, zeros, -padded.len & 3);
	bytes_free(&w->data);
	w->data = padded;
	t->len_dw = (u16)(padded.len / 4);
}

/* Lengths that were not given, from what was. */
static bool complete_tlp(const struct layer *in, struct vrc_tlp *t, struct tlp_words *w)
{
	bool request = t->type <= VRC_TLP_CFGWR1;

	if (w->length && w->bytes) {
		usage("%s: give length (double words) or len (bytes), not both", in->argv[0]);
		return false;
	}
	if (w->data.len > VRC_TLP_MAX_DATA) {
		usage("%s: %zu bytes of data, at most 4096", in->argv[0], w->data.len);
		return false;
	}
	if (!w->length && request && !w->bytes)
		w->bytes = w->data.len ? w->data.len : 4;
	if (w->bytes)
		return set_range(in, t, w);
	if (!w->length && t->type == VRC_TLP_CPLD)
		set_completion_length(t, w);
	else if (!w->length && t->type == VRC_TLP_MSGD)
		t->len_dw = (u16)(w->data.len / 4);
	return true;
}

static bool check_data(const struct layer *in, const struct vrc_tlp *t, const struct tlp_words *w)
{
	size_t want = vrc_tlp_has_data(t) ? t->len_dw * 4u : 0;

	if (w->data.len == want || (want && !w->data.len))
		return true;
	if (!want)
		usage("%s carries no data", in->argv[0]);
	else
		usage("%s: length %u is %zu bytes, data has %zu", in->argv[0], t->len_dw, want,
		      w->data.len);
	return false;
}

static bool build_tlp(const struct layer *in, const struct vrc_tlp *t, const struct tlp_words *w,
		      struct bytes *out)
{
	u8 buf[VRC_TLP_MAX_LEN] = { };
	u8 *data = vrc_tlp_build(buf, t);

	if (!data) {
		fail(EXIT_FAILED, "%s breaks a rule of the specification:\n"
		     "  Length %u, First DW BE 0x%x, Last DW BE 0x%x, Address 0x%llx,\n"
		     "  Byte Count %u, Completion Status %u",
		     in->argv[0], t->len_dw, t->first_be, t->last_be, (unsigned long long)t->addr,
		     t->byte_count, t->status);
		return false;
	}
	if (w->data.len)
		memcpy(data, w->data.data, w->data.len);
	if (t->td)
		vrc_tlp_seal(buf, t);
	bytes_add(out, buf, vrc_tlp_len(t));
	return true;
}

static bool encode_tlp(const struct layer *in, struct bytes *out)
{
	struct vrc_tlp t = { .byte_count = 4 };
	struct tlp_words w = { };
	bool ok = true;
	int i;

	if (!find_tlp_type(in->argv[0], &t.type)) {
		usage("no TLP is called \"%s\":\n"
		      "  MRd, MWr, IORd, IOWr, CfgRd0, CfgWr0, CfgRd1, CfgWr1,\n"
		      "  Cpl, CplD, Msg or MsgD",
		      in->argv[0]);
		return false;
	}
	for (i = 1; ok && i < in->argc; i++)
		ok = tlp_word(in, in->argv[i], &t, &w);
	ok = ok && complete_tlp(in, &t, &w) && check_data(in, &t, &w) &&
	     build_tlp(in, &t, &w, out);
	bytes_free(&w.data);
	return ok;
}

static bool encode_tlps(const struct layer *in, int nr, struct bytes *out)
{
	int i;

	for (i = 0; i < nr; i++)
		if (!encode_tlp(&in[i], out))
			return false;
	return true;
}

static bool encode_functions(const struct layer *in, int nr, struct bytes *out)
{
	struct vrc_wire_function fn;
	int i;

	for (i = 0; i < nr; i++) {
		if (strcasecmp(in[i].argv[0], "function")) {
			usage("\"%s\" after an ADVERTISE: expected a function", in[i].argv[0]);
			return false;
		}
		memset(&fn, 0, sizeof(fn));
		if (!set_fields(&in[i], &function_layout, &fn, NULL, NULL))
			return false;
		bytes_add(out, &fn, sizeof(fn));
	}
	return true;
}

/* What follows the fields of the payload: layers, or the padding of a PROBE. */
static bool encode_rest(u8 kind, const struct layer *in, int nr, struct bytes *payload)
{
	static const u8 zeros[VRC_MAX_PAYLOAD];
	u16 size;

	if (kind == VRC_KIND_DATA)
		return encode_tlps(in, nr, payload);
	if (kind == VRC_KIND_ADVERTISE) {
		payload->data[offsetof(struct vrc_wire_advertise, nr_functions)] = (u8)nr;
		return encode_functions(in, nr, payload);
	}
	if (nr) {
		usage("%s carries nothing, \"%s\" cannot follow", vrc_frame_kind_name(kind),
		      in->argv[0]);
		return false;
	}
	if (kind == VRC_KIND_PROBE) {
		size = vrc_get16(payload->data);
		if (size > payload->len && size <= VRC_MAX_PAYLOAD)
			bytes_add(payload, zeros, size - payload->len);
	}
	return true;
}

/* Says why the receiver would not take what has been built. */
static bool check_frame(const struct bytes *frame)
{
	struct vrc_frame f;
	int err = vrc_frame_parse(frame->data, frame->len, &f);

	if (err)
		fail(EXIT_FAILED, "%s would be dropped: %s (length %u, window %u, session 0x%llx)",
		     vrc_frame_kind_name(frame->data[1]), vrc_frame_error_name(err), f.length,
		     f.window, (unsigned long long)f.session);
	return !err;
}

/* length= may be left out: it is what the payload has. */
static bool length_agrees(const struct layer *in, const struct vrc_wire_hdr *hdr, size_t len)
{
	u16 given = vrc_get16(&hdr->length);

	if (!given || given == len)
		return true;
	usage("%s: length %u, but the payload has %zu bytes", in->argv[0], given, len);
	return false;
}

static bool encode_frame(const struct layer *in, int nr, u8 kind, struct bytes *out)
{
	struct vrc_wire_hdr hdr = { .version = VRC_WIRE_VERSION, .kind = kind };
	u8 fields[sizeof(struct vrc_wire_bind)] = { };
	struct bytes payload = { }, frame = { };
	bool ok;

	bytes_add(&payload, fields, payload_size(kind));
	ok = set_fields(in, &frame_layout, &hdr, payload_layout(kind), payload.data) &&
	     encode_rest(kind, in + 1, nr - 1, &payload);
	if (ok && payload.len > VRC_MAX_PAYLOAD) {
		fail(EXIT_FAILED, "a payload of %zu bytes: at most %d", payload.len,
		     VRC_MAX_PAYLOAD);
		ok = false;
	}
	ok = ok && length_agrees(in, &hdr, payload.len);
	vrc_put16(&hdr.length, (u16)payload.len);
	bytes_add(&frame, &hdr, sizeof(hdr));
	bytes_add(&frame, payload.data, payload.len);
	if (vrc_get16(&hdr.flags) & VRC_FLAG_CHECK) {
		bytes_add(&frame, fields, VRC_CHECK_LEN);
		vrc_frame_seal(frame.data);
	}
	ok = ok && check_frame(&frame);
	if (ok)
		bytes_add(out, frame.data, frame.len);
	bytes_free(&payload);
	bytes_free(&frame);
	return ok;
}

static bool encode_ether(const struct layer *in, struct bytes *out)
{
	struct ether_hdr eth = { .type = { VRC_ETHERTYPE >> 8, VRC_ETHERTYPE & 0xff } };

	if (!set_fields(in, &ether_layout, &eth, NULL, NULL))
		return false;
	bytes_add(out, &eth, sizeof(eth));
	return true;
}

static bool encode(const struct layer *in, int nr, struct bytes *out)
{
	u8 kind;

	if (!strcasecmp(in->argv[0], "ether")) {
		if (!encode_ether(in, out))
			return false;
		in++;
		nr--;
		if (!nr || !find_kind(in->argv[0], &kind)) {
			usage("after ether: expected a kind of frame, as DATA");
			return false;
		}
	}
	if (find_kind(in->argv[0], &kind))
		return encode_frame(in, nr, kind, out);
	return encode_tlps(in, nr, out);
}

/* Number of layers, or 0 and a message. */
static int split_layers(int argc, char **argv, struct layer *layers)
{
	int i, nr = 0;

	layers[0] = (struct layer){ argv, 0 };
	for (i = 0; i < argc; i++) {
		if (strcmp(argv[i], "+")) {
			layers[nr].argc++;
			continue;
		}
		if (!layers[nr].argc)
			break;
		layers[++nr] = (struct layer){ argv + i + 1, 0 };
	}
	if (!layers[nr].argc) {
		usage("nothing %s \"+\"", i < argc ? "before" : "after");
		return 0;
	}
	return nr + 1;
}

static int run(int argc, char **argv)
{
	struct layer *layers;
	struct bytes out = { };
	int nr, ret = EXIT_USAGE;

	next_option(argc, argv);
	if (!operands_ok(argc, 1, argc))
		return EXIT_USAGE;
	layers = xzalloc((size_t)argc * sizeof(*layers));
	nr = split_layers(argc - optind, argv + optind, layers);
	if (nr && encode(layers, nr, &out)) {
		hex_print(out.data, out.len);
		ret = EXIT_OK;
	}
	free(layers);
	bytes_free(&out);
	return ret;
}

const struct verb verb_encode = {
	.name = "encode",
	.operands = { OPERAND_LAYER },
	.run = run,
};
