// SPDX-License-Identifier: GPL-2.0-only
/* Numbers for stations and addresses for functions that were not given any. */
#include <stdio.h>
#include <string.h>

#include "serial.h"

#define FNV_OFFSET	0xcbf29ce484222325ull
#define FNV_PRIME	0x100000001b3ull

static uint64_t hash(uint64_t h, const void *buf, size_t len)
{
	const uint8_t *p = buf;

	while (len--)
		h = (h ^ *p++) * FNV_PRIME;
	return h;
}

/* One per installed system; a host without it goes by its interface's name alone. */
static size_t machine_id(char *buf, size_t len)
{
	FILE *f = fopen("/etc/machine-id", "re");
	size_t n;

	if (!f)
		return 0;
	n = fread(buf, 1, len, f);
	fclose(f);
	return n;
}

uint64_t ep_serial_derive(const char *interface, unsigned int index)
{
	char id[32];
	uint64_t h = hash(FNV_OFFSET, id, machine_id(id, sizeof(id)));

	h = hash(h, interface, strlen(interface));
	h = hash(h, &index, sizeof(index));
	return h ? h : 1;
}

void ep_serial_mac(uint64_t serial, uint8_t *mac)
{
	uint64_t h = hash(FNV_OFFSET, &serial, sizeof(serial));
	unsigned int i;

	mac[0] = 0x02;
	for (i = 1; i < 6; i++, h >>= 8)
		mac[i] = (uint8_t)h;
}
