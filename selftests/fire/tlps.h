/* SPDX-License-Identifier: GPL-2.0-only */
/* TLPs as a function may send them, and as none may. */
#ifndef VRC_FIRE_TLPS_H
#define VRC_FIRE_TLPS_H

#include "station.h"

/* As selftests/module/vfio_dev.h maps memory, and as drivers/vrc/irq.h has it. */
#define FIRE_IOVA	0x10000000ull
#define FIRE_MEM	(8u << 20)
#define FIRE_MSI	0xfee00000ull

/* Fills @buf with TLPs of session @s, at most @room bytes; returns how many bytes. */
size_t fire_tlps(struct station *st, const struct session *s, u8 *buf, size_t room);
/* Spoils @len bytes at @buf, which has room for @room; returns the new length. */
size_t fire_mutate(u64 *random, u8 *buf, size_t len, size_t room);

#endif /* VRC_FIRE_TLPS_H */
