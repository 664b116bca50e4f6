/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef VRCCTL_HEX_H
#define VRCCTL_HEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HEX_MAX		65536	/* bytes; more than any frame has */

struct bytes {
	uint8_t *data;
	size_t len, room;
};

void bytes_add(struct bytes *b, const void *data, size_t len);
void bytes_free(struct bytes *b);

/*
 * Adds the bytes that @text names: hex digits, with white space, ':', '-' or ',' between bytes and
 * 0x before them as they please. False, and a message, if it is none.
 */
bool hex_parse(const char *text, struct bytes *b);
/* The operands from optind on; "-" or none at all: standard input. */
bool hex_read(int argc, char **argv, struct bytes *b);

/* 16 bytes a line, blanks between them. */
void hex_print(const uint8_t *data, size_t len);
/* As hex_print() with an offset before and text behind, like xxd. */
void hex_dump(const uint8_t *data, size_t len, uint64_t offset);

#endif /* VRCCTL_HEX_H */
