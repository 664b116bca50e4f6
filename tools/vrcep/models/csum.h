/* SPDX-License-Identifier: GPL-2.0-only */
/* Checksums of Ethernet, IP, TCP, UDP and SCTP. */
#ifndef VRCEP_CSUM_H
#define VRCEP_CSUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The Internet checksum (RFC 1071), in the byte order of memory: sums can be
 * stored as they are. A sum goes on only after an even number of bytes.
 */
uint32_t csum_add(uint32_t sum, const void *buf, size_t len);
uint16_t csum_fold(uint32_t sum);	/* not inverted */
/* Addresses and protocol of the pseudo header at the IP header @l3, without the length. */
uint32_t csum_pseudo(const uint8_t *l3, bool ipv6, uint8_t protocol);
/* @len as it is in a pseudo header. */
uint32_t csum_length(uint32_t len);

/* CRC-32 (Ethernet's FCS) and CRC-32C (SCTP's); start with 0 and go on with what was returned. */
uint32_t crc32_ethernet(uint32_t crc, const void *buf, size_t len);
uint32_t crc32c(uint32_t crc, const void *buf, size_t len);

#endif /* VRCEP_CSUM_H */
