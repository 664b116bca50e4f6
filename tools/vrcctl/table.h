/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tables whose columns are as wide as what is in them.
 */
#ifndef VRCCTL_TABLE_H
#define VRCCTL_TABLE_H

#include "color.h"
#include "vrcctl.h"

struct table;

/* @columns: their headings, with "|" between them; one that begins with ">" is set to the right. */
struct table *table_new(const char *columns);
/* The next cell of the row that is being filled; a full row begins the next. */
void table_add(struct table *t, enum color c, const char *fmt, ...) __printf(3, 4);
/* Prints it, the heading too if there is no row, and frees it. */
void table_print(struct table *t);

#endif /* VRCCTL_TABLE_H */
