// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "table.h"

#define MAX_COLUMNS	12
#define CELL_LEN	160

struct cell {
	enum color color;
	char text[CELL_LEN];
};

struct table {
	unsigned int columns;
	int width[MAX_COLUMNS];
	bool right[MAX_COLUMNS];
	struct cell *cells;
	size_t nr;
};

/* Columns on the terminal: bytes that begin a character of UTF-8. */
static int display_width(const char *text)
{
	int n = 0;

	for (; *text; text++)
		n += (*text & 0xc0) != 0x80;
	return n;
}

static struct cell *next_cell(struct table *t)
{
	if (!(t->nr & 63))
		t->cells = xrealloc(t->cells, (t->nr + 64) * sizeof(*t->cells));
	return &t->cells[t->nr++];
}

static void fit_column(struct table *t)
{
	unsigned int column = (t->nr - 1) % t->columns;
	int width = display_width(t->cells[t->nr - 1].text);

	if (width > t->width[column])
		t->width[column] = width;
}

struct table *table_new(const char *columns)
{
	struct table *t = xzalloc(sizeof(*t));
	const char *p = columns, *end;
	struct cell *cell;

	for (end = columns; *end; end++)
		t->columns += *end == '|';
	t->columns++;
	for (; p; p = *end ? end + 1 : NULL) {
		end = strchrnul(p, '|');
		t->right[t->nr] = *p == '>';
		p += *p == '>';
		cell = next_cell(t);
		cell->color = COLOR_BOLD;
		snprintf(cell->text, CELL_LEN, "%.*s", (int)(end - p), p);
		fit_column(t);
	}
	return t;
}

void table_add(struct table *t, enum color c, const char *fmt, ...)
{
	struct cell *cell = next_cell(t);
	va_list args;

	cell->color = c;
	va_start(args, fmt);
	vsnprintf(cell->text, CELL_LEN, fmt, args);
	va_end(args);
	fit_column(t);
}

static void print_cell(const struct table *t, size_t i)
{
	const struct cell *cell = &t->cells[i];
	unsigned int column = i % t->columns;
	bool last = column == t->columns - 1;
	int pad = t->width[column] - display_width(cell->text);

	printf("%*s%s%s%s%*s%s", t->right[column] ? pad : 0, "", color_begin(cell->color),
	       cell->text, color_end(cell->color), t->right[column] || last ? 0 : pad, "",
	       last ? "\n" : "  ");
}

void table_print(struct table *t)
{
	size_t i;

	for (i = 0; i < t->nr; i++)
		print_cell(t, i);
	free(t->cells);
	free(t);
}
