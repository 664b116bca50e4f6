/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The endpoint's core, replaced: a model's DMA reaches an array, its
 * interrupts are counted. The loop and the options are the real ones. For the
 * native tests of the models.
 */
#ifndef FAKE_EP_H
#define FAKE_EP_H

#include "function.h"

/* Needs 64-bit addresses everywhere; the machine of the register oracle has memory there, too. */
#define MEM_BASE	0x140000000ull
#define MEM_SIZE	(48u << 20)
#define FAKE_READS	4096	/* in flight at once */

struct fake {
	uint8_t *mem;
	bool no_bus_master;
	bool no_msix;			/* not enabled: MSI if @msi_enabled, else the pin */
	bool msi_enabled;
	bool in_d3, pme_enabled;
	bool hold_reads;		/* DMA reads stay unanswered */
	size_t backlog;
	unsigned int reads, writes;	/* DMA requests */
	unsigned int msi[128];		/* notifications by vector */
	bool intx;
	unsigned int intx_edges;	/* times the pin was asserted */
	unsigned int pmes;
	struct ep_config_id id;
	uint64_t bar_size;
	unsigned int vectors;
	uint64_t serial;
	bool bars[6];
	char log[8192];
	uint64_t random;
	/* of the fake itself: */
	struct ep_dma *pending[FAKE_READS];
	unsigned int nr_pending;
};

extern struct fake fake;

void fake_reset(void);
/* Answers the reads so far, in random order; true if there was one. */
bool fake_answer_reads(void);
/* What the core does at a function reset: no read of the time before is answered. */
void fake_drop_reads(void);
/* Guest memory at @addr, NULL if @len bytes are not all in it. */
void *fake_mem(uint64_t addr, size_t len);

#endif /* FAKE_EP_H */
