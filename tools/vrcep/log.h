/* SPDX-License-Identifier: GPL-2.0-only */
/* Log lines go to stderr, where systemd or a shell picks them up. */
#ifndef VRCEP_LOG_H
#define VRCEP_LOG_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>

#define __printf(fmt, args)	__attribute__((__format__(printf, fmt, args)))

/* What a peer or a guest can provoke is limited: a burst, then a few lines a second. */
struct ep_limit {
	uint64_t since;		/* start of the period, ns */
	unsigned int lines;	/* written in this period */
	unsigned int dropped;
};

/* May a line be written at @now? Says once how many were not. */
bool ep_limit_ok(struct ep_limit *l, uint64_t now, const char *who);

__printf(1, 2) void ep_log(const char *fmt, ...);
void ep_vlog(const char *who, const char *fmt, va_list ap);

#define EP_MAC_FMT	"%02x:%02x:%02x:%02x:%02x:%02x"
#define EP_MAC_ARG(m)	(m)[0], (m)[1], (m)[2], (m)[3], (m)[4], (m)[5]

#endif /* VRCEP_LOG_H */
