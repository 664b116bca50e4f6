// SPDX-License-Identifier: GPL-2.0-only
/*
 * vrcctl decode: hex to fields.
 */
#include <stdio.h>
#include <string.h>

#include "hex.h"
#include "layouts.h"
#include "vrcctl.h"

/* Each layer is printed as it is taken apart: as lines, on one line, or into JSON. */
static bool short_output;
static struct json_object *json_root;

static void begin_layer(const char *name, const char *note)
{
	static bool first = true;

	if (json_output)
		return;
	if (!short_output)
		printf("%s%s\n", name, note);
	else
		printf("%s%s", first ? "" : " + ", name);
	first = false;
}

static void show_field(const struct layout *l, const struct field *f, const void *base,
		       struct json_object *object)
{
	if (json_output)
		field_add_json(l, f, base, object);
	else if (short_output)
		field_print_short(l, f, base);
	else
		field_print_long(l, f, base);
}

static void show_fields(const struct layout *l, const void *base, struct json_object *object)
{
	size_t i;

	for (i = 0; i < l->nr; i++)
		show_field(l, &l->fields[i], base, object);
}

static struct json_object *json_array(const char *key)
{
	struct json_object *array = NULL;

	if (json_output && !json_object_object_get_ex(json_root, key, &array)) {
		array = json_object_new_array();
		json_object_object_add(json_root, key, array);
	}
	return array;
}

static const char *fmt_and_type(u8 b, char *text, size_t size)
{
	snprintf(text, size, "Fmt %d%d%d, Type %d%d%d%d%d", b >> 7, b >> 6 & 1, b >> 5 & 1,
		 b >> 4 & 1, b >> 3 & 1, b >> 2 & 1, b >> 1 & 1, b & 1);
	return text;
}

/* Says what is wrong with the TLP @t at @p, which vrc_tlp_parse() has refused. */
static int bad_tlp(int err, const u8 *p, size_t left, size_t at, const struct vrc_tlp *t)
{
	char text[200] = "";
	char type[40];

	switch (-err) {
	case VRC_TLP_TRUNCATED:
		snprintf(text, sizeof(text), "%zu bytes are left, its header asks for more", left);
		break;
	case VRC_TLP_BAD_TYPE:
		snprintf(text, sizeof(text), "byte 0 is 0x%02x, %s, which no TLP of VRC has",
			 p[0], fmt_and_type(p[0], type, sizeof(type)));
		break;
	case VRC_TLP_BAD_LENGTH:
		snprintf(text, sizeof(text), "Length %u, %s has 1", t->len_dw,
			 vrc_tlp_type_name(t->type));
		break;
	case VRC_TLP_BAD_BE:
		snprintf(text, sizeof(text), "First DW BE 0x%x, Last DW BE 0x%x, Length %u",
			 t->first_be, t->last_be, t->len_dw);
		break;
	case VRC_TLP_BAD_ADDR:
		snprintf(text, sizeof(text),
			 "Address 0x%llx, Length %u: crosses 4 KiB, or has 4DW below 4 GiB",
			 (unsigned long long)t->addr, t->len_dw);
		break;
	case VRC_TLP_BAD_STATUS:
		snprintf(text, sizeof(text),
			 "Completion Status %u, Byte Count %u, Length %u, Lower Address 0x%x",
			 t->status, t->byte_count, t->len_dw, t->lower_addr);
		break;
	}
	return fail(EXIT_FAILED, "TLP at byte %zu: %s: %s", at, vrc_tlp_error_name(err), text);
}

static void data_text(const struct vrc_tlp *t, char *text)
{
	u32 i;

	for (i = 0; i < t->len_dw * 4u; i++)
		text += sprintf(text, "%02x", t->data[i]);
}

static void show_data(const struct vrc_tlp *t, struct json_object *object)
{
	static char text[2 * VRC_TLP_MAX_DATA + 1];

	if (!json_output && !short_output) {
		puts("  Data");
		hex_dump(t->data, t->len_dw * 4u, 0);
		return;
	}
	data_text(t, text);
	if (json_output)
		json_add_text(object, "data", text);
	else
		printf(" data=%s", text);
}

/* What the address and the byte enables say together. */
static void show_range(const struct vrc_tlp *t)
{
	char text[80];
	u64 addr;
	u32 len = vrc_tlp_range(t, &addr);

	if (!len)
		snprintf(text, sizeof(text), "none: a flush");
	else
		snprintf(text, sizeof(text), "%u from 0x%llx%s", len, (unsigned long long)addr,
			 vrc_tlp_contiguous(t) ? "" : ", with gaps");
	print_long("bytes asked for", text, "");
}

static void show_tlp(const struct vrc_tlp *t, int len, bool good_ecrc)
{
	struct json_object *object = NULL;
	char note[60];
	size_t i;

	if (json_output) {
		object = json_object_new_object();
		json_object_array_add(json_array("tlps"), object);
		json_add_text(object, "type", vrc_tlp_type_name(t->type));
		json_add_u64(object, "bytes", len);
		if (t->td)
			json_object_object_add(object, "ecrc_good",
					       json_object_new_boolean(good_ecrc));
	}
	snprintf(note, sizeof(note), ": %d bytes%s", len,
		 !t->td ? "" : good_ecrc ? ", ECRC is right" : ", ECRC is WRONG");
	begin_layer(vrc_tlp_type_name(t->type), note);
	for (i = 0; i < tlp_layout.nr; i++)
		if (tlp_has_field(t, &tlp_layout.fields[i]))
			show_field(&tlp_layout, &tlp_layout.fields[i], t, object);
	if (!json_output && !short_output && t->type <= VRC_TLP_CFGWR1)
		show_range(t);
	if (vrc_tlp_has_data(t))
		show_data(t, object);
}

static int decode_tlps(const u8 *p, size_t len, size_t at)
{
	struct vrc_tlp t;
	int n, ret = EXIT_OK;

	for (; len; p += n, len -= n, at += n) {
		n = vrc_tlp_parse(p, len, &t);
		if (n == -VRC_TLP_BAD_ECRC) {
			n = (int)vrc_tlp_len(&t);
			show_tlp(&t, n, false);
			ret = fail(EXIT_FAILED, "TLP at byte %zu: bad ECRC", at);
			continue;
		}
		if (n < 0)
			return bad_tlp(n, p, len, at, &t);
		show_tlp(&t, n, true);
	}
	return ret;
}

static void show_functions(const u8 *p, size_t len)
{
	struct json_object *object = NULL;

	const u8 *end = p + len;

	for (; p < end; p += sizeof(struct vrc_wire_function)) {
		if (json_output) {
			object = json_object_new_object();
			json_object_array_add(json_array("functions"), object);
		}
		begin_layer("function", "");
		show_fields(&function_layout, p, object);
	}
}

static int decode_payload(const struct vrc_frame *f, struct json_object *object, size_t at)
{
	show_fields(payload_layout(f->kind), f->payload, object);
	if (f->kind == VRC_KIND_ADVERTISE)
		show_functions(f->payload + payload_size(f->kind),
			       f->length - payload_size(f->kind));
	if (f->kind == VRC_KIND_DATA)
		return decode_tlps(f->payload, f->length, at);
	return EXIT_OK;
}

static int decode_frame(const u8 *p, size_t len, size_t at)
{
	struct json_object *object = NULL;
	const char *kind;
	struct vrc_frame f;
	char note[60];
	int err = vrc_frame_parse(p, len, &f);

	if (!vrc_frame_intact(p, len))
		return fail(EXIT_FAILED, "frame at byte %zu: the frame check is wrong, or cut off",
			    at);
	if (err)
		return fail(EXIT_FAILED, "frame at byte %zu: %s:\n"
			    "  version %u, kind %u, length %u of %zu, window %u, session 0x%016llx",
			    at, vrc_frame_error_name(err), f.version, f.kind, f.length, len,
			    f.window, (unsigned long long)f.session);
	kind = vrc_frame_kind_name(f.kind);
	if (json_output) {
		object = json_object_new_object();
		json_object_object_add(json_root, "frame", object);
		json_add_text(object, "kind", kind);
	}
	snprintf(note, sizeof(note), ": payload of %u bytes", f.length);
	begin_layer(kind, note);
	show_fields(&frame_layout, p, object);
	return decode_payload(&f, object, at + sizeof(struct vrc_wire_hdr));
}

static int decode_ether(const u8 *p, size_t len)
{
	struct json_object *object = NULL;

	if (len < sizeof(struct ether_hdr))
		return fail(EXIT_FAILED, "%zu bytes: an Ethernet header has 14", len);
	if (json_output) {
		object = json_object_new_object();
		json_object_object_add(json_root, "ethernet", object);
	}
	begin_layer("ether", "");
	show_fields(&ether_layout, p, object);
	return decode_frame(p + sizeof(struct ether_hdr), len - sizeof(struct ether_hdr),
			    sizeof(struct ether_hdr));
}

static int run(int argc, char **argv)
{
	struct bytes b = { };
	char from = 't';
	int c, ret;

	while ((c = next_option(argc, argv)) != -1) {
		if (c == 's')
			short_output = true;
		else
			from = (char)c;
	}
	if (!hex_read(argc, argv, &b)) {
		bytes_free(&b);
		return EXIT_FAILED;
	}
	if (json_output)
		json_root = json_object_new_object();
	if (from == 'e')
		ret = decode_ether(b.data, b.len);
	else if (from == 'f')
		ret = decode_frame(b.data, b.len, 0);
	else
		ret = decode_tlps(b.data, b.len, 0);
	if (json_output)
		print_json(json_root);
	else if (short_output)
		putchar('\n');
	bytes_free(&b);
	return ret;
}

static const struct verb_option decode_options[] = {
	OPTION("frame", 'f'),
	OPTION("ether", 'e'),
	OPTION("short", 's'),
	{ }
};

const struct verb verb_decode = {
	.name = "decode",
	.options = decode_options,
	.run = run,
};
