/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Captures with comments: the pcapng format (draft-ietf-opsawg-pcapng), of one Ethernet
 * interface, times in ns.
 */
#ifndef VRCCTL_PCAPNG_H
#define VRCCTL_PCAPNG_H

#include <stdint.h>
#include <stdio.h>

#define PCAPNG_INBOUND	1
#define PCAPNG_OUTBOUND	2

struct pcapng_frame {
	uint64_t ns;			/* since 1970 */
	const void *data;
	uint32_t captured, length;	/* bytes here, on the wire */
	unsigned int direction;		/* PCAPNG_INBOUND, PCAPNG_OUTBOUND, 0: unknown */
	const char *comment;		/* or NULL */
};

/* Errors are those of @f: ferror() tells. */
void pcapng_begin(FILE *f, const char *ifname, const char *filter, uint32_t snaplen);
void pcapng_frame(FILE *f, const struct pcapng_frame *frame);
/* Statistics of the interface at the end. */
void pcapng_end(FILE *f, uint64_t ns, uint64_t received, uint64_t dropped);

#endif /* VRCCTL_PCAPNG_H */
