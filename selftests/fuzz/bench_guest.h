/* SPDX-License-Identifier: GPL-2.0-only */
/* The root of the functions: it answers what they read of the guest's memory, and acknowledges. */
#ifndef VRC_FUZZ_BENCH_GUEST_H
#define VRC_FUZZ_BENCH_GUEST_H

#include <stddef.h>
#include <stdint.h>

#include <proto/frame.h>

#define GUEST_SIZE	65536u	/* addresses are taken modulo this */

void guest_open(void);
void guest_close(void);
void guest_put(uint16_t at, const uint8_t *p, size_t len);
/* A frame that the station has sent */
void guest_note(const struct vrc_frame *f);
/* A new session of function @fn has begun. */
void guest_bound(unsigned int fn);
/* The next sequence number to the station, and what has come from it */
uint32_t guest_seq(unsigned int fn);
uint32_t guest_expected(unsigned int fn);
/* Answers and acknowledgments, by @send: they may cause more. False: there was nothing. */
bool guest_answer(void (*send)(unsigned int fn, const uint8_t *tlps, uint16_t len));

#endif /* VRC_FUZZ_BENCH_GUEST_H */
