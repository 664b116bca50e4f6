// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>

#include "log.h"

#define PERIOD_NS	5000000000ull
#define BURST		10

void ep_vlog(const char *who, const char *fmt, va_list ap)
{
	char line[512];

	vsnprintf(line, sizeof(line), fmt, ap);
	if (who)
		fprintf(stderr, "vrcep: %s: %s\n", who, line);
	else
		fprintf(stderr, "vrcep: %s\n", line);
}

void ep_log(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	ep_vlog(NULL, fmt, ap);
	va_end(ap);
}

bool ep_limit_ok(struct ep_limit *l, uint64_t now, const char *who)
{
	if (!l->since || now - l->since >= PERIOD_NS) {
		if (l->dropped)
			fprintf(stderr, "vrcep: %s: %u more lines like these were not written\n",
				who, l->dropped);
		*l = (struct ep_limit){ .since = now };
	}
	if (l->lines == BURST) {
		l->dropped++;
		return false;
	}
	l->lines++;
	return true;
}
