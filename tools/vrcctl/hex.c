// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bytes from hex text and to it.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hex.h"
#include "vrcctl.h"

void bytes_add(struct bytes *b, const void *data, size_t len)
{
	if (b->len + len > b->room) {
		b->room = 2 * (b->len + len);
		b->data = xrealloc(b->data, b->room);
	}
	if (len)
		memcpy(b->data + b->len, data, len);
	b->len += len;
}

void bytes_free(struct bytes *b)
{
	free(b->data);
	*b = (struct bytes){ };
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)tolower((unsigned char)c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool is_separator(char c)
{
	return c && (isspace((unsigned char)c) || strchr(":-,", c));
}

/* @p is not two hex digits. */
static bool bad_hex(const char *p, const char *text)
{
	if (digit(p[0]) >= 0 && (!p[1] || is_separator(p[1]))) {
		fail(EXIT_FAILED, "half a byte, '%c', at character %zu: bytes have two hex digits",
		     *p, p - text + 1);
		return false;
	}
	if (digit(p[0]) >= 0)
		p++;
	fail(EXIT_FAILED, "'%c' at character %zu is no hex digit",
	     isprint((unsigned char)*p) ? *p : '?', p - text + 1);
	return false;
}

bool hex_parse(const char *text, struct bytes *b)
{
	const char *p = text;
	uint8_t byte;

	while (*p) {
		if (is_separator(*p)) {
			p++;
			continue;
		}
		if (p[0] == '0' && (p[1] == 'x' || p[1] == 'X')) {
			p += 2;
			continue;
		}
		if (digit(p[0]) < 0 || digit(p[1]) < 0)
			return bad_hex(p, text);
		byte = (uint8_t)(digit(p[0]) << 4 | digit(p[1]));
		bytes_add(b, &byte, 1);
		p += 2;
	}
	return true;
}

static bool read_stdin(struct bytes *b)
{
	struct bytes text = { };
	char buf[4096];
	size_t n;
	bool ok;

	while ((n = fread(buf, 1, sizeof(buf), stdin)) > 0 && text.len < 8 * HEX_MAX)
		bytes_add(&text, buf, n);
	if (memchr(text.data ? text.data : (void *)"", 0, text.len)) {
		fail(EXIT_FAILED, "standard input is binary:\n"
		     "  give it as hex, for example through xxd -p");
		bytes_free(&text);
		return false;
	}
	bytes_add(&text, "", 1);
	ok = hex_parse((char *)text.data, b);
	bytes_free(&text);
	return ok;
}

bool hex_read(int argc, char **argv, struct bytes *b)
{
	int i;

	if (optind == argc || (optind == argc - 1 && !strcmp(argv[optind], "-"))) {
		if (!read_stdin(b))
			return false;
	}
	for (i = optind; i < argc && strcmp(argv[i], "-"); i++)
		if (!hex_parse(argv[i], b))
			return false;
	if (!b->len)
		fail(EXIT_FAILED, "no bytes: give hex as arguments or on standard input");
	else if (b->len > HEX_MAX)
		fail(EXIT_FAILED, "more than %d bytes", HEX_MAX);
	return b->len && b->len <= HEX_MAX;
}

void hex_print(const uint8_t *data, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		printf("%02x%c", data[i], i % 16 == 15 || i == len - 1 ? '\n' : ' ');
}

static void dump_line(const uint8_t *data, size_t n, uint64_t offset)
{
	size_t i;

	printf("%08llx:", (unsigned long long)offset);
	for (i = 0; i < 16; i++) {
		if (i < n)
			printf(" %02x", data[i]);
		else
			fputs("   ", stdout);
	}
	fputs("  ", stdout);
	for (i = 0; i < n; i++)
		putchar(isprint(data[i]) ? data[i] : '.');
	putchar('\n');
}

void hex_dump(const uint8_t *data, size_t len, uint64_t offset)
{
	size_t i;

	for (i = 0; i < len; i += 16)
		dump_line(data + i, len - i < 16 ? len - i : 16, offset + i);
}
