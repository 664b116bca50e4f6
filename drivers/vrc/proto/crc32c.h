/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * CRC-32C, for the frame check alone: the kernel's, or the processor's instruction in
 * user space, where no library that every system has offers it.
 */
#ifndef VRC_PROTO_CRC32C_H
#define VRC_PROTO_CRC32C_H

#include "types.h"

#ifdef __KERNEL__
#include <linux/crc32c.h>

static inline u32 vrc_crc32c(u32 crc, const u8 *p, size_t len)
{
	return crc32c(crc, p, len);
}
#else
static inline u32 vrc_crc32c_table(u32 crc, const u8 *p, size_t len)
{
	static const u32 nibble[16] = {
		0x00000000, 0x105ec76f, 0x20bd8ede, 0x30e349b1,
		0x417b1dbc, 0x5125dad3, 0x61c69362, 0x7198540d,
		0x82f63b78, 0x92a8fc17, 0xa24bb5a6, 0xb21572c9,
		0xc38d26c4, 0xd3d3e1ab, 0xe330a81a, 0xf36e6f75,
	};

	while (len--) {
		crc ^= *p++;
		crc = crc >> 4 ^ nibble[crc & 0xf];
		crc = crc >> 4 ^ nibble[crc & 0xf];
	}
	return crc;
}

#ifdef __x86_64__
__attribute__((target("sse4.2")))
static inline u64 vrc_crc32c_word(u64 sum, const u8 *p)
{
	u64 word;

	memcpy(&word, p, sizeof(word));
	return __builtin_ia32_crc32di(sum, word);
}

__attribute__((target("sse4.2")))
static inline u32 vrc_crc32c_sse(u32 crc, const u8 *p, size_t len)
{
	u64 sum = crc;

	/* By single words the loop takes more instructions than the sum. */
	for (; len >= 32; p += 32, len -= 32) {
		sum = vrc_crc32c_word(sum, p);
		sum = vrc_crc32c_word(sum, p + 8);
		sum = vrc_crc32c_word(sum, p + 16);
		sum = vrc_crc32c_word(sum, p + 24);
	}
	for (; len >= 8; p += 8, len -= 8)
		sum = vrc_crc32c_word(sum, p);
	while (len--)
		sum = __builtin_ia32_crc32qi((u32)sum, *p++);
	return (u32)sum;
}
#endif

static inline u32 vrc_crc32c(u32 crc, const u8 *p, size_t len)
{
#ifdef __x86_64__
	if (__builtin_cpu_supports("sse4.2"))
		return vrc_crc32c_sse(crc, p, len);
#endif
	return vrc_crc32c_table(crc, p, len);
}
#endif

#endif /* VRC_PROTO_CRC32C_H */
