/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The core's own part of a function, which models do not see: configuration
 * space, BARs, interrupts, DMA, and the session with the owner.
 */
#ifndef VRCEP_CORE_H
#define VRCEP_CORE_H

#include <proto/tlp.h>

#include "function.h"
#include "log.h"
#include "session.h"

#define EP_CONFIG_SIZE	4096
#define EP_NR_BARS	6
#define EP_ROM		6	/* index of the expansion ROM among the BARs */
#define EP_NR_TAGS	256

/* Four images of configuration space: the value, that after reset, and what writes do. */
struct ep_config {
	uint8_t reg[EP_CONFIG_SIZE];
	uint8_t init[EP_CONFIG_SIZE];
	uint8_t writable[EP_CONFIG_SIZE];
	uint8_t w1c[EP_CONFIG_SIZE];	/* cleared by writing 1 */
	unsigned int next_cap, last_cap;	/* where the next goes, where the last link is */
	unsigned int next_ext, last_ext;	/* the same of the extended ones */
	unsigned int pm, exp, msi, msix, aer;	/* offsets, 0: not there */
};

struct ep_bar {
	bool there, io, wide;
	uint64_t size;
	uint64_t base;		/* as programmed */
	bool decoding;		/* base is valid and the space is enabled */
};

struct ep_msi {
	unsigned int msi_vectors;
	unsigned int msix_vectors;
	unsigned int msix_bar;
	uint32_t table_off, pba_off;
	uint8_t *table;		/* 16 bytes a vector, as the root sees it */
	uint64_t *pending;	/* a bit a vector */
	bool intx_level;	/* what the model says */
	bool intx_asserted;	/* what the root has been told */
};

enum ep_tag_state {
	EP_TAG_FREE,
	EP_TAG_BUSY,
	EP_TAG_QUARANTINE,	/* timed out or reset: an answer may still come */
};

struct ep_tag {
	struct ep_dma *dma;
	size_t off;		/* in dma->buf */
	uint16_t len, got;	/* bytes */
	uint8_t state;
	uint8_t age;		/* periods in which the peer was alive and did not answer */
};

struct ep_dma_core {
	struct ep_tag tag[EP_NR_TAGS];
	uint64_t used[EP_NR_TAGS / 64];	/* a bit a tag that is not free */
	unsigned int nr_used;
	struct ep_dma *waiting, **waiting_tail;	/* not fully asked for */
	struct ep_dma *done, **done_tail;	/* callback is due */
	struct ep_idle idle;
	struct ep_timer timer;
	uint64_t period;	/* start of this period of the timeout */
};

struct ep_func_stats {
	uint64_t ur, poisoned, unexpected, posted_dropped;
	uint64_t dma_reads, dma_writes, dma_read_bytes, dma_write_bytes;
	uint64_t dma_errors, dma_timeouts;
	uint64_t interrupts, resets, flrs;
};

struct ep_func_core {
	struct ep_func *f;
	struct ep_options *opts;
	struct ep_config cfg;
	struct ep_bar bar[EP_NR_BARS + 1];
	uint8_t *rom;
	struct ep_msi msi;
	struct ep_dma_core dma;
	struct ep_session session;
	uint8_t bus, dev;	/* captured from configuration writes */
	bool flr_due;
	struct ep_limit limit;
	struct ep_func_stats stats;
};

/* function.c; create: NULL and a message in @err. @opts is the core's from then on. */
struct ep_func_core *ep_func_create(struct ep_station *st, unsigned int number,
				    const struct ep_model *model, struct ep_options *opts,
				    char *err, size_t err_len);
void ep_func_destroy(struct ep_func_core *c);
/* The one whose model's create() is running. */
struct ep_func_core *ep_func_creating(void);
void ep_func_reset(struct ep_func_core *c, enum ep_reset kind);
struct ep_loop *ep_func_loop(const struct ep_func_core *c);
uint16_t ep_func_bdf(const struct ep_func_core *c);

/* config.c: the bytes of @mask are written (bit i: byte i) */
uint32_t ep_config_read(struct ep_func_core *c, unsigned int reg);
void ep_config_write(struct ep_func_core *c, unsigned int reg, uint32_t val, unsigned int be);
void ep_config_reset(struct ep_func_core *c, enum ep_reset kind);
void ep_config_set_multifunction(struct ep_func_core *c);
bool ep_config_d0(const struct ep_func_core *c);
unsigned int ep_config_mps(const struct ep_func_core *c);
unsigned int ep_config_mrrs(const struct ep_func_core *c);
unsigned int ep_config_tags(const struct ep_func_core *c);
unsigned int ep_config_rcb(const struct ep_func_core *c);
/* Device Status and Status: Non-Fatal Error and Unsupported Request, or poisoned */
void ep_config_note_ur(struct ep_func_core *c);
void ep_config_note_poison(struct ep_func_core *c);
void ep_config_note_error(struct ep_func_core *c, uint32_t uncorrectable);

/* bar.c */
void ep_bar_update(struct ep_func_core *c);
/* Index of the BAR that claims [addr, addr + len) and the offset in it, or -1. */
int ep_bar_find(const struct ep_func_core *c, bool io, uint64_t addr, uint32_t len, uint64_t *off);
void ep_bar_read(struct ep_func_core *c, unsigned int bar, uint64_t off, uint8_t *buf, size_t len);
void ep_bar_write(struct ep_func_core *c, unsigned int bar, uint64_t off, const uint8_t *buf,
		  size_t len);

/* msi.c */
void ep_msi_reset(struct ep_func_core *c);
void ep_msi_update(struct ep_func_core *c);	/* control, masks or command have changed */
void ep_msix_table_read(struct ep_func_core *c, uint64_t off, uint8_t *buf, size_t len);
void ep_msix_table_write(struct ep_func_core *c, uint64_t off, const uint8_t *buf, size_t len);
void ep_msix_pba_read(struct ep_func_core *c, uint64_t off, uint8_t *buf, size_t len);
uint64_t ep_msix_pba_len(const struct ep_func_core *c);

/* completer.c: a TLP of the root; @bad_ecrc: its data cannot be trusted */
void ep_complete(struct ep_func_core *c, const struct vrc_tlp *t, bool bad_ecrc);

/* dma.c */
void ep_dma_init(struct ep_func_core *c);
/* Forgets all reads; @quarantine: answers to them may still come. */
void ep_dma_reset(struct ep_func_core *c, bool quarantine);
void ep_dma_rx(struct ep_func_core *c, const struct vrc_tlp *t, bool bad_ecrc);
void ep_dma_resume(struct ep_func_core *c);	/* bus mastering or tags have changed */

#endif /* VRCEP_CORE_H */
