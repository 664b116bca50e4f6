/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef VRC_FIRE_ORDER_H
#define VRC_FIRE_ORDER_H

#include "slot.h"

/*
 * round.c: makes an mdev of the slot's function, opens it, does with it once all that a VMM does,
 * as a VMM does it, and removes it. 0, or -1 with what has failed printed.
 */
int order_round(struct slot *s);

#endif /* VRC_FIRE_ORDER_H */
