/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What proto/ needs of its surroundings: the kernel's integer types and
 * byte-wise big-endian access, in the kernel and in user space alike.
 */
#ifndef VRC_PROTO_TYPES_H
#define VRC_PROTO_TYPES_H

#ifdef __KERNEL__
#include <linux/bits.h>
#include <linux/bitops.h>
#include <linux/compiler.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/stddef.h>
#include <linux/string.h>
#include <linux/types.h>
#else
#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef __UINT8_TYPE__ u8;
typedef __UINT16_TYPE__ u16;
typedef __UINT32_TYPE__ u32;
typedef __UINT64_TYPE__ u64;
typedef __INT32_TYPE__ s32;
typedef __INT64_TYPE__ s64;

/* As in the kernel's linux/bitops.h, linux/compiler.h, linux/kernel.h and linux/minmax.h */
static inline unsigned int hweight64(u64 v)
{
	return (unsigned int)__builtin_popcountll(v);
}

static inline unsigned int __ffs64(u64 v)
{
	return (unsigned int)__builtin_ctzll(v);
}

static inline unsigned int fls64(u64 v)
{
	return v ? 64 - (unsigned int)__builtin_clzll(v) : 0;
}

#define BIT_ULL(nr)	(1ULL << (nr))
#define READ_ONCE(x)	__atomic_load_n(&(x), __ATOMIC_RELAXED)

#ifndef ARRAY_SIZE
#define ARRAY_SIZE(arr)	(sizeof(arr) / sizeof((arr)[0]))
#endif

#ifndef min
#define min(a, b)	({ __typeof__(a) min_a = (a); __typeof__(b) min_b = (b); \
			   min_a < min_b ? min_a : min_b; })
#define max(a, b)	({ __typeof__(a) max_a = (a); __typeof__(b) max_b = (b); \
			   max_a > max_b ? max_a : max_b; })
#define min_t(type, a, b)	min((type)(a), (type)(b))
#define max_t(type, a, b)	max((type)(a), (type)(b))
#endif
#endif

static inline u16 vrc_get16(const void *p)
{
	const u8 *b = p;

	return (u16)(b[0] << 8 | b[1]);
}

static inline u32 vrc_get32(const void *p)
{
	return (u32)vrc_get16(p) << 16 | vrc_get16((const u8 *)p + 2);
}

static inline u64 vrc_get64(const void *p)
{
	return (u64)vrc_get32(p) << 32 | vrc_get32((const u8 *)p + 4);
}

static inline void vrc_put16(void *p, u16 v)
{
	u8 *b = p;

	b[0] = (u8)(v >> 8);
	b[1] = (u8)v;
}

static inline void vrc_put32(void *p, u32 v)
{
	vrc_put16(p, (u16)(v >> 16));
	vrc_put16((u8 *)p + 2, (u16)v);
}

static inline void vrc_put64(void *p, u64 v)
{
	vrc_put32(p, (u32)(v >> 32));
	vrc_put32((u8 *)p + 4, (u32)v);
}

#endif /* VRC_PROTO_TYPES_H */
