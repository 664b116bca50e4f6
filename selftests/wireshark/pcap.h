/* SPDX-License-Identifier: GPL-2.0-only */
/* Capture files of Ethernet frames, with times in nanoseconds. */
#ifndef VRC_TEST_PCAP_H
#define VRC_TEST_PCAP_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define PCAP_MAX_FRAME	65536

/* NULL, and a message, if it cannot be opened or is no such file. */
FILE *pcap_create(const char *path);
FILE *pcap_open(const char *path);

void pcap_write(FILE *pcap, uint64_t ns, const void *frame, size_t len);
/* The length of the next frame, in @frame of PCAP_MAX_FRAME bytes, or -1 at the end. */
long pcap_read(FILE *pcap, void *frame);

#endif /* VRC_TEST_PCAP_H */
