/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Fields of frames and TLPs as tables, which decode and encode share: so one
 * is the inverse of the other.
 */
#ifndef VRCCTL_FIELD_H
#define VRCCTL_FIELD_H

#include <json-c/json.h>
#include <stdio.h>

#include "proto/types.h"

enum field_format {
	FIELD_DEC,
	FIELD_HEX,
	FIELD_ID,		/* 16 hex digits */
	FIELD_BOOL,
	FIELD_BDF,
	FIELD_MAC,
	FIELD_TEXT,		/* NUL-padded */
	FIELD_ATTR,		/* VRC_TLP_ATTR_* */
	FIELD_STATUS,		/* enum vrc_cpl_status */
	FIELD_MESSAGE,		/* enum vrc_msg_code */
	FIELD_FLAGS,		/* VRC_FLAG_* */
	FIELD_REFUSAL,		/* enum vrc_refusal */
	FIELD_RELEASE,		/* enum vrc_release_reason */
};

#define FIELD_VALUE_LEN	192

struct field {
	const char *key;	/* in encode, --short and JSON */
	const char *name;	/* in the specification */
	u16 offset;		/* in the structure */
	u8 size;		/* bytes there */
	u8 format;		/* enum field_format */
	u16 types;		/* bit t: TLPs of type t have it */
};

struct layout {
	const struct field *fields;
	size_t nr;
	bool wire;		/* a structure of vrc_wire.h, big-endian; else host order */
};

/* The value as encode takes it again; @text has FIELD_VALUE_LEN bytes. */
void field_text(const struct layout *l, const struct field *f, const void *base, char *text);
/* Stores what @text says. False: that is no value of this field. */
bool field_parse(const struct layout *l, const struct field *f, void *base, const char *text);
/* What a value of this field looks like, for messages. */
const char *field_expects(const struct field *f);
const struct field *field_find(const struct layout *l, const char *key, size_t len);
u64 field_get(const struct layout *l, const struct field *f, const void *base);

/* One field in the form of the output chosen. */
void field_print_long(const struct layout *l, const struct field *f, const void *base);
void field_print_short(const struct layout *l, const struct field *f, const void *base);
void field_add_json(const struct layout *l, const struct field *f, const void *base,
		    struct json_object *object);
/* A line or word that is no field of the table. */
void print_long(const char *name, const char *value, const char *meaning);
/* @text in quotes if a shell would take it apart */
void print_word(const char *text);

bool parse_bdf(const char *text, u16 *bdf);
bool parse_mac(const char *text, u8 *mac);

#endif /* VRCCTL_FIELD_H */
