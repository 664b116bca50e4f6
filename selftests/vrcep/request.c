// SPDX-License-Identifier: GPL-2.0-only
/* Requests of a root, and the set-up of a function. */
#include <string.h>

#include <linux/pci_regs.h>

#include "bench.h"

#define WAIT_MS	500

int root_request(struct root *r, struct vrc_tlp *t, const void *data)
{
	unsigned int ms;

	t->tag = ++r->tag;
	r->done = false;
	r->got = 0;
	r->cpls = 0;
	r->cpl_max = 0;
	root_send_tlp(r, t, data);
	bench_run();
	for (ms = 0; !r->done && ms < WAIT_MS; ms++)
		bench_pass(MS);
	return r->done ? r->status : -1;
}

static uint32_t le32(const uint8_t *p)
{
	return p[0] | p[1] << 8 | p[2] << 16 | (uint32_t)p[3] << 24;
}

static struct vrc_tlp cfg_tlp(const struct root *r, enum vrc_tlp_type type, unsigned int reg,
			      unsigned int be)
{
	return (struct vrc_tlp){ .type = type, .len_dw = 1, .target = VRC_BDF(5, 0, r->fn),
				 .reg = (uint16_t)reg, .first_be = (uint8_t)be };
}

uint32_t cfg_read(struct root *r, unsigned int reg)
{
	struct vrc_tlp t = cfg_tlp(r, VRC_TLP_CFGRD0, reg, 0xf);

	return root_request(r, &t, NULL) == VRC_CPL_SC ? le32(r->data) : ~0u;
}

int cfg_write(struct root *r, unsigned int reg, uint32_t val, unsigned int be)
{
	struct vrc_tlp t = cfg_tlp(r, VRC_TLP_CFGWR0, reg, be);
	uint8_t data[4] = { (uint8_t)val, (uint8_t)(val >> 8), (uint8_t)(val >> 16),
			    (uint8_t)(val >> 24) };

	return root_request(r, &t, data);
}

int mem_read(struct root *r, uint64_t addr, void *buf, uint32_t len)
{
	struct vrc_tlp t = { .type = VRC_TLP_MRD };
	int status;

	vrc_tlp_set_range(&t, addr, len);
	status = root_request(r, &t, NULL);
	if (status == VRC_CPL_SC && EXPECT_EQ(r->got, len))
		memcpy(buf, r->data, len);
	return status;
}

void mem_write(struct root *r, uint64_t addr, const void *buf, uint32_t len)
{
	struct vrc_tlp t = { .type = VRC_TLP_MWR };
	uint8_t data[4104] = { 0 };

	vrc_tlp_set_range(&t, addr, len);
	memcpy(data + (addr & 3), buf, len);
	root_send_tlp(r, &t, data);
	bench_run();
}

uint32_t mem_read32(struct root *r, uint64_t addr)
{
	uint8_t data[4];

	return mem_read(r, addr, data, 4) == VRC_CPL_SC ? le32(data) : ~0u;
}

void mem_write32(struct root *r, uint64_t addr, uint32_t val)
{
	uint8_t data[4] = { (uint8_t)val, (uint8_t)(val >> 8), (uint8_t)(val >> 16),
			    (uint8_t)(val >> 24) };

	mem_write(r, addr, data, 4);
}

unsigned int find_cap(struct root *r, uint8_t id)
{
	unsigned int off = cfg_read(r, PCI_CAPABILITY_LIST) & 0xff, left = 48;

	while (off && left--) {
		uint32_t cap = cfg_read(r, off);

		if ((cap & 0xff) == id)
			return off;
		off = cap >> 8 & 0xff;
	}
	return 0;
}

void root_configure(struct root *r)
{
	unsigned int exp = find_cap(r, PCI_CAP_ID_EXP);

	cfg_write(r, PCI_BASE_ADDRESS_0, BAR0, 0xf);
	cfg_write(r, PCI_BASE_ADDRESS_1, BAR1, 0xf);
	cfg_write(r, PCI_BASE_ADDRESS_2, (uint32_t)BAR2, 0xf);
	cfg_write(r, PCI_BASE_ADDRESS_3, BAR2 >> 32, 0xf);
	cfg_write(r, PCI_BASE_ADDRESS_4, BAR4, 0xf);
	cfg_write(r, PCI_BASE_ADDRESS_5, BAR5, 0xf);
	cfg_write(r, PCI_COMMAND, PCI_COMMAND_IO | PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER, 0x3);
	cfg_write(r, exp + PCI_EXP_DEVCTL, 5 << 5 | 5 << 12 | PCI_EXP_DEVCTL_EXT_TAG, 0x3);
}

uint32_t test_command(struct root *r, uint32_t command)
{
	unsigned int ms = 0;
	uint32_t status;

	mem_write32(r, BAR0 + 4, command);
	do {
		bench_pass(MS);
		status = mem_read32(r, BAR0 + 8);
	} while (!(status & 1 << 6) && ++ms < 8000);
	return status;
}
