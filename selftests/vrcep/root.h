/* SPDX-License-Identifier: GPL-2.0-only */
/* The bench's side of the roots. */
#ifndef VRC_TEST_ROOT_H
#define VRC_TEST_ROOT_H

#include "bench.h"

void root_init(struct root *r, uint8_t number);
void root_rx(struct root *r, const uint8_t *frame, size_t len);
/* Retransmissions and acks that are due; true if there were any. */
bool root_flush(struct root *r);
void root_tick(struct root *r);

#endif /* VRC_TEST_ROOT_H */
