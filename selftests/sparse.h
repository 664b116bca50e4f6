/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the headers of Linux 7.3 use and Debian's sparse (0.6.4) does not have yet: an operator,
 * and a constant for the length of a literal, in the static_assert() of MODULE_INFO(). Only
 * sparse sees this.
 */
#define __typeof_unqual__	__typeof__
#define __builtin_strlen(text)	(sizeof(text) - 1)
