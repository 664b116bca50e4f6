/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The attributes of ports, functions, mdevs, the bus, and the module's parameters; but none that
 * makes or removes something.
 */
#ifndef VRC_FIRE_ATTRS_H
#define VRC_FIRE_ATTRS_H

#include "fire.h"

/* Reads or writes one of them, with the random numbers of @r. True: @port's allow-list was set. */
bool attrs_one(uint64_t *r, uint32_t port);
/* Lists all, reads each and writes nonsense to each. 0, or -1 with what is wrong printed. */
int attrs_sweep(uint32_t port);
/* What was written may stop everything else: puts it back. */
void attrs_restore(uint32_t port);

#endif /* VRC_FIRE_ATTRS_H */
