/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * If the machine runs under tools/bench/insns.c, instructions are counted between
 * mark_begin() and mark_end(), and mark_section() writes what has been counted. Otherwise
 * they do nothing.
 */
#ifndef BENCH_MARK_H
#define BENCH_MARK_H

/* "nopl disp32(%rax)": the assembler makes the displacement from what follows. */
static inline void mark_begin(void)
{
	__asm__ volatile(".byte 0x0f, 0x1f, 0x80, 'V', 'R', 'C', 1" ::: "memory");
}

static inline void mark_end(void)
{
	__asm__ volatile(".byte 0x0f, 0x1f, 0x80, 'V', 'R', 'C', 2" ::: "memory");
}

/* Forgets what has been counted so far. */
static inline void mark_reset(void)
{
	__asm__ volatile(".byte 0x0f, 0x1f, 0x80, 'V', 'R', 'C', 4" ::: "memory");
}

static inline void mark_section(void)
{
	__asm__ volatile(".byte 0x0f, 0x1f, 0x80, 'V', 'R', 'C', 3" ::: "memory");
}

#endif /* BENCH_MARK_H */
