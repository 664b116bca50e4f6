/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef VRC_FUZZ_H
#define VRC_FUZZ_H

#include "types.h"

int fuzz_one(const u8 *data, size_t size);

/* What must hold for every input: libFuzzer keeps the input that breaks it. */
#define MUST(cond)	do { if (!(cond)) __builtin_trap(); } while (0)

#endif /* VRC_FUZZ_H */
