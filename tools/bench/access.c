// SPDX-License-Identifier: GPL-2.0-only
#include <linux/pci_regs.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "access.h"

/* The link delays an ack by 1 ms. */
#define PAUSE_NS	3000000

void dev_mem_enable(struct dev *d)
{
	cfg_set(d, PCI_COMMAND, 2, PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
}

static uint64_t port_counter(const struct dev *d, const char *name)
{
	unsigned long long val;
	char path[256];
	FILE *f;

	/* An mdev's directory is inside that of its function, and that inside the port's. */
	snprintf(path, sizeof(path), "/sys/bus/mdev/devices/%s/../../stats/%s", d->uuid, name);
	f = fopen(path, "r");
	if (!f || fscanf(f, "%llu", &val) != 1) {
		fprintf(stderr, "no counter %s\n", path);
		exit(1);
	}
	fclose(f);
	return val;
}

uint64_t port_frames(const struct dev *d)
{
	return port_counter(d, "tx_frames") + port_counter(d, "rx_frames");
}

void settle(void)
{
	struct timespec pause = { .tv_nsec = PAUSE_NS };

	nanosleep(&pause, NULL);
}
