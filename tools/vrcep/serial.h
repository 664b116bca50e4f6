/* SPDX-License-Identifier: GPL-2.0-only */
/* Numbers that nobody gave, the same after every start on the same host. */
#ifndef VRCEP_SERIAL_H
#define VRCEP_SERIAL_H

#include <stdint.h>

uint64_t ep_serial_derive(const char *interface, unsigned int index);
/* A locally administered address that belongs to @serial. */
void ep_serial_mac(uint64_t serial, uint8_t *mac);

#endif /* VRCEP_SERIAL_H */
