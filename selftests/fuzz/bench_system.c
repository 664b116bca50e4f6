// SPDX-License-Identifier: GPL-2.0-only
/* In place of log.c: a line is made, so that its arguments are looked at, and not shown. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "log.h"
#include "serial.h"

void ep_vlog(const char *who, const char *fmt, va_list ap)
{
	char line[512];

	(void)who;
	vsnprintf(line, sizeof(line), fmt, ap);
}

void ep_log(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	ep_vlog(NULL, fmt, ap);
	va_end(ap);
}

bool ep_limit_ok(struct ep_limit *l, uint64_t at, const char *who)
{
	(void)l;
	(void)at;
	(void)who;
	return true;
}

/* In place of serial.c, which looks at the machine */
uint64_t ep_serial_derive(const char *interface, unsigned int index)
{
	(void)interface;
	return index + 1;
}

void ep_serial_mac(uint64_t serial, uint8_t *mac)
{
	memset(mac, (int)serial, 6);
}
