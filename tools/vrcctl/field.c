// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fields to text and back.
 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "field.h"
#include "proto/frame.h"
#include "proto/tlp.h"
#include "vrcctl.h"

struct name {
	u32 value;
	const char *text;
};

static const struct name attr_names[] = {
	{ VRC_TLP_ATTR_NS, "NS" }, { VRC_TLP_ATTR_RO, "RO" }, { VRC_TLP_ATTR_IDO, "IDO" }, { }
};

static const struct name flag_names[] = {
	{ VRC_FLAG_ACK_REQ, "ACK_REQ" }, { VRC_FLAG_ACK_DELAYED, "ACK_DELAYED" },
	{ VRC_FLAG_DUP, "DUP" }, { VRC_FLAG_CHECK, "CHECK" }, { }
};

static const struct name status_names[] = {
	{ VRC_CPL_SC, "SC" }, { VRC_CPL_UR, "UR" }, { VRC_CPL_RRS, "RRS" },
	{ VRC_CPL_CA, "CA" }, { }
};

u64 field_get(const struct layout *l, const struct field *f, const void *base)
{
	const u8 *p = (const u8 *)base + f->offset;
	u16 v16;
	u32 v32;
	u64 v64;

	switch (f->size) {
	case 1:
		return *p;
	case 2:
		memcpy(&v16, p, sizeof(v16));
		return l->wire ? vrc_get16(p) : v16;
	case 4:
		memcpy(&v32, p, sizeof(v32));
		return l->wire ? vrc_get32(p) : v32;
	default:
		memcpy(&v64, p, sizeof(v64));
		return l->wire ? vrc_get64(p) : v64;
	}
}

static void set_wire(u8 *p, u8 size, u64 value)
{
	if (size == 1)
		*p = (u8)value;
	else if (size == 2)
		vrc_put16(p, (u16)value);
	else if (size == 4)
		vrc_put32(p, (u32)value);
	else
		vrc_put64(p, value);
}

static void set_host(u8 *p, u8 size, u64 value)
{
	u16 v16 = (u16)value;
	u32 v32 = (u32)value;

	if (size == 1)
		*p = (u8)value;
	else if (size == 2)
		memcpy(p, &v16, sizeof(v16));
	else if (size == 4)
		memcpy(p, &v32, sizeof(v32));
	else
		memcpy(p, &value, sizeof(value));
}

/* Names of the bits of @value with commas between them, the rest in hex. */
static void bits_text(const struct name *names, u64 value, char *text)
{
	const char *comma = "";

	*text = '\0';
	for (; names->text; names++) {
		if (!(value & names->value))
			continue;
		value &= ~(u64)names->value;
		text += sprintf(text, "%s%s", comma, names->text);
		comma = ",";
	}
	if (value || !*comma)
		sprintf(text, "%s%s%llx", comma, value ? "0x" : "", (unsigned long long)value);
}

static bool bits_parse(const struct name *names, const char *text, u64 *value)
{
	const struct name *n;
	size_t len;
	char word[24];
	u64 bits;

	for (*value = 0;; text += len + 1) {
		len = strcspn(text, ",");
		if (len >= sizeof(word))
			return false;
		memcpy(word, text, len);
		word[len] = '\0';
		for (n = names; n->text && strcasecmp(n->text, word); n++)
			;
		if (n->text)
			bits = n->value;
		else if (!parse_u64(word, 0xffff, &bits))
			return false;
		*value |= bits;
		if (!text[len])
			return true;
	}
}

static void mac_text(const u8 *m, char *text)
{
	sprintf(text, "%02x:%02x:%02x:%02x:%02x:%02x", m[0], m[1], m[2], m[3], m[4], m[5]);
}

static void bdf_text(u64 bdf, char *text)
{
	sprintf(text, "%02x:%02x.%x", (u32)VRC_BDF_BUS(bdf), (u32)VRC_BDF_DEV(bdf),
		(u32)VRC_BDF_FN(bdf));
}

static void message_text(u64 code, char *text)
{
	const char *name = vrc_tlp_msg_name((u8)code);

	if (name)
		sprintf(text, "%s", name);
	else
		sprintf(text, "0x%02llx", (unsigned long long)code);
}

void field_text(const struct layout *l, const struct field *f, const void *base, char *text)
{
	const u8 *p = (const u8 *)base + f->offset;
	u64 value;

	if (f->format == FIELD_TEXT) {
		vrc_frame_get_text(text, (const char *)p, f->size);
		return;
	}
	if (f->format == FIELD_MAC) {
		mac_text(p, text);
		return;
	}
	value = field_get(l, f, base);
	switch (f->format) {
	case FIELD_HEX:
		sprintf(text, "0x%llx", (unsigned long long)value);
		break;
	case FIELD_ID:
		sprintf(text, "0x%016llx", (unsigned long long)value);
		break;
	case FIELD_BDF:
		bdf_text(value, text);
		break;
	case FIELD_ATTR:
		bits_text(attr_names, value, text);
		break;
	case FIELD_FLAGS:
		bits_text(flag_names, value, text);
		break;
	case FIELD_STATUS:
		sprintf(text, "%s", vrc_tlp_status_name((u8)value));
		break;
	case FIELD_MESSAGE:
		message_text(value, text);
		break;
	default:
		sprintf(text, "%llu", (unsigned long long)value);
	}
}

bool parse_mac(const char *text, u8 *mac)
{
	unsigned int b[6];
	int i, end = -1;

	if (sscanf(text, "%2x:%2x:%2x:%2x:%2x:%2x%n",
		   &b[0], &b[1], &b[2], &b[3], &b[4], &b[5], &end) != 6 || text[end])
		return false;
	for (i = 0; i < 6; i++)
		mac[i] = (u8)b[i];
	return true;
}

bool parse_bdf(const char *text, u16 *bdf)
{
	unsigned int bus, dev, fn;
	int end = -1;

	if (sscanf(text, "%2x:%2x.%1x%n", &bus, &dev, &fn, &end) != 3 || text[end])
		return false;
	if (dev > 31 || fn > 7)
		return false;
	*bdf = VRC_BDF(bus, dev, fn);
	return true;
}

static bool message_parse(const char *text, u64 *value)
{
	const char *name;
	int code;

	for (code = 0; code < 256; code++) {
		name = vrc_tlp_msg_name((u8)code);
		if (name && !strcasecmp(name, text)) {
			*value = code;
			return true;
		}
	}
	return parse_u64(text, 0xff, value);
}

static bool status_parse(const char *text, u64 *value)
{
	const struct name *n;

	for (n = status_names; n->text; n++) {
		if (!strcasecmp(n->text, text)) {
			*value = n->value;
			return true;
		}
	}
	return false;
}

static bool number_parse(const struct field *f, const char *text, u64 *value)
{
	u64 max = f->size == 8 ? ~0ULL : (1ULL << f->size * 8) - 1;
	u16 bdf = 0;

	switch (f->format) {
	case FIELD_ATTR:
		return bits_parse(attr_names, text, value) && *value <= 7;
	case FIELD_FLAGS:
		return bits_parse(flag_names, text, value);
	case FIELD_STATUS:
		return status_parse(text, value);
	case FIELD_MESSAGE:
		return message_parse(text, value);
	case FIELD_BDF:
		if (!parse_bdf(text, &bdf))
			return false;
		*value = bdf;
		return true;
	case FIELD_BOOL:
		max = 1;
		break;
	}
	return parse_u64(text, max, value);
}

bool field_parse(const struct layout *l, const struct field *f, void *base, const char *text)
{
	u8 *p = (u8 *)base + f->offset;
	u64 value;

	if (f->format == FIELD_TEXT) {
		if (strlen(text) > f->size)
			return false;
		vrc_frame_put_text((char *)p, text, f->size);
		return true;
	}
	if (f->format == FIELD_MAC)
		return parse_mac(text, p);
	if (!number_parse(f, text, &value))
		return false;
	if (l->wire)
		set_wire(p, f->size, value);
	else
		set_host(p, f->size, value);
	return true;
}

const char *field_expects(const struct field *f)
{
	static const char *const numbers[] = {
		[1] = "a number from 0 to 255", [2] = "a number from 0 to 65535",
		[4] = "a number of 32 bits", [8] = "a number of 64 bits",
	};

	switch (f->format) {
	case FIELD_ATTR:
		return "0, or of NS, RO and IDO some with commas between";
	case FIELD_FLAGS:
		return "0, or of ACK_REQ, ACK_DELAYED, DUP and CHECK some with commas between";
	case FIELD_STATUS:
		return "SC, UR, RRS or CA";
	case FIELD_MESSAGE:
		return "a message like Assert_INTA or a number from 0 to 255";
	case FIELD_BDF:
		return "bus, device and function like 01:00.0";
	case FIELD_MAC:
		return "a MAC address like 02:00:00:00:00:01";
	case FIELD_TEXT:
		return "a shorter text";
	case FIELD_BOOL:
		return "0 or 1";
	}
	return numbers[f->size];
}

const struct field *field_find(const struct layout *l, const char *key, size_t len)
{
	size_t i;

	for (i = 0; i < l->nr; i++)
		if (strlen(l->fields[i].key) == len && !memcmp(l->fields[i].key, key, len))
			return &l->fields[i];
	return NULL;
}

static const char *meaning(const struct layout *l, const struct field *f, const void *base)
{
	const char *text;

	switch (f->format) {
	case FIELD_REFUSAL:
		text = vrc_refusal_name((u16)field_get(l, f, base));
		return text ? text : "no reason that version 1 knows";
	case FIELD_RELEASE:
		text = vrc_release_name((u16)field_get(l, f, base));
		return text ? text : "no reason that version 1 knows";
	}
	return "";
}

void print_long(const char *name, const char *value, const char *meaning)
{
	printf("  %-19s  %s%s%s%s\n", name, value, *meaning ? "  (" : "", meaning,
	       *meaning ? ")" : "");
}

void field_print_long(const struct layout *l, const struct field *f, const void *base)
{
	char text[FIELD_VALUE_LEN];

	field_text(l, f, base, text);
	print_long(f->name, text, meaning(l, f, base));
}

void print_word(const char *text)
{
	const char *p = text;

	while (isalnum((unsigned char)*p) || (*p && strchr("_.,:/-", *p)))
		p++;
	if (*text && !*p) {
		fputs(text, stdout);
		return;
	}
	putchar('\'');
	for (; *text; text++) {
		if (*text == '\'')
			fputs("'\\''", stdout);
		else
			putchar(*text);
	}
	putchar('\'');
}

void field_print_short(const struct layout *l, const struct field *f, const void *base)
{
	char text[FIELD_VALUE_LEN];

	field_text(l, f, base, text);
	printf(" %s=", f->key);
	print_word(text);
}

void field_add_json(const struct layout *l, const struct field *f, const void *base,
		    struct json_object *object)
{
	char text[FIELD_VALUE_LEN];
	struct json_object *value;

	field_text(l, f, base, text);
	if (f->format == FIELD_BOOL)
		value = json_object_new_boolean(field_get(l, f, base) != 0);
	else if (f->format == FIELD_DEC || f->format == FIELD_REFUSAL ||
		 f->format == FIELD_RELEASE)
		value = json_object_new_uint64(field_get(l, f, base));
	else
		value = json_object_new_string(text);
	json_object_object_add(object, f->key, value);
}
