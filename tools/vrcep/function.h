/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The PCI function: what a device model sees of vrcep. A model never sees a frame or a TLP.
 *
 * Everything runs in the one thread of its station's loop; callbacks must not
 * block. A model owns its struct ep_func (embedded in its own state) from
 * create() to destroy().
 *
 * Life: create() fills config space through the ep_config_*() calls; then any
 * number of resets, register accesses and DMA; destroy(). After reset() no DMA
 * callback of the time before arrives any more.
 */
#ifndef VRCEP_FUNCTION_H
#define VRCEP_FUNCTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "log.h"
#include "loop.h"
#include "options.h"

struct ep_func;
struct ep_station;

enum ep_reset {
	EP_RESET_CONVENTIONAL,	/* start, new session, end of session, lease over */
	EP_RESET_FLR,		/* Initiate Function Level Reset was written */
};

/* What a model asks of the system after create(): the walls of vrcep let it through (walls.h). */
enum ep_needs {
	EP_NEEDS_DISK	= 1,	/* io_uring on a disk that is open */
	EP_NEEDS_TAP	= 2,	/* opens its TAP again when that is back */
	EP_NEEDS_PACKET	= 4,	/* opens a packet socket on its interface again */
};

/*
 * Register accesses are what a TLP carried: @len is 1 to 4096 bytes, any
 * alignment, within the BAR. Sparse byte enables arrive as several writes.
 */
struct ep_model {
	const char *name;		/* of --function NAME,... */
	const struct ep_option *options;	/* what --function accepts, ends with a NULL name */
	unsigned int (*needs)(const struct ep_options *opts);	/* enum ep_needs; NULL: nothing */
	/* NULL and a message in @err (name the value, say what was expected) when it fails. */
	struct ep_func *(*create)(struct ep_loop *loop, const struct ep_options *opts,
				  char *err, size_t err_len);
	void (*destroy)(struct ep_func *f);
	void (*reset)(struct ep_func *f, enum ep_reset kind);
	void (*bar_read)(struct ep_func *f, unsigned int bar, uint64_t off, void *buf, size_t len);
	void (*bar_write)(struct ep_func *f, unsigned int bar, uint64_t off, const void *buf,
			  size_t len);
	/* Bytes of config space have changed (after the core's own part); may be NULL. */
	void (*config_written)(struct ep_func *f, unsigned int off, unsigned int len);
	/* Bus mastering, MSI-X or power state has changed; may be NULL. */
	void (*state_changed)(struct ep_func *f);
	/* ep_dma_backlog() was high and is low again; may be NULL. */
	void (*dma_drained)(struct ep_func *f);
	/* One line for the station's status file: what the device is doing; may be NULL. */
	void (*status)(struct ep_func *f, char *buf, size_t len);
};

/* ---- configuration space, called in create() ---- */

struct ep_config_id {
	uint16_t vendor, device, subsystem_vendor, subsystem;
	uint32_t class_code;		/* 24 bits: class, subclass, programming interface */
	uint8_t revision;
};

enum ep_bar_type {
	EP_BAR_MEM32,
	EP_BAR_MEM64,
	EP_BAR_MEM64_PREFETCH,
	EP_BAR_MEM32_PREFETCH,
	EP_BAR_IO,
};

/* Header, PCI Power Management and PCI Express capability (FLR, MPS 4096 supported). */
void ep_config_init(struct ep_func *f, const struct ep_model *model, const struct ep_config_id *id);
/* @size is a power of two, at least 16 (memory) or 4 (I/O); MEM64 takes @bar and @bar + 1. */
void ep_config_bar(struct ep_func *f, unsigned int bar, enum ep_bar_type type, uint64_t size);
/* Expansion ROM with @image (copied), padded to a power of two of at least 2 KiB. */
void ep_config_rom(struct ep_func *f, const void *image, size_t len);
/* @vectors is a power of two up to 32. */
void ep_config_msi(struct ep_func *f, unsigned int vectors);
/* The core serves the table and the PBA; they must be within @bar. @vectors 1 to 2048. */
void ep_config_msix(struct ep_func *f, unsigned int vectors, unsigned int bar,
		    uint32_t table_off, uint32_t pba_off);
/* Interrupt pin INTA. */
void ep_config_intx(struct ep_func *f);
/* Free bytes for a vendor or device specific capability; returns its offset. */
unsigned int ep_config_cap(struct ep_func *f, uint8_t id, unsigned int len);
/* Extended capability (from 0x100 on); returns its offset. */
unsigned int ep_config_ext_cap(struct ep_func *f, uint16_t id, uint8_t version, unsigned int len);
/* Extended capabilities: Device Serial Number, Advanced Error Reporting. */
void ep_config_dsn(struct ep_func *f, uint64_t serial);
void ep_config_aer(struct ep_func *f);
/* The function can wake the system from D0 and D3hot: see ep_pme(). */
void ep_config_pme(struct ep_func *f);
/* Raw little-endian access; ep_config_mask sets the bits that the root can write. */
uint32_t ep_config_get(struct ep_func *f, unsigned int off, unsigned int len);
void ep_config_set(struct ep_func *f, unsigned int off, unsigned int len, uint32_t val);
void ep_config_mask(struct ep_func *f, unsigned int off, unsigned int len, uint32_t writable);
/* Bits that the root clears by writing 1. */
void ep_config_w1c(struct ep_func *f, unsigned int off, unsigned int len, uint32_t bits);

/* ---- DMA: addresses are what the guest's driver gave the device ---- */

enum ep_dma_status {
	EP_DMA_OK,
	EP_DMA_ERROR,		/* UR, CA, poisoned: the address is not the guest's to use */
	EP_DMA_ABORTED,		/* no bus mastering, or the session has ended */
};

struct ep_dma {
	void (*done)(struct ep_dma *d, enum ep_dma_status status);
	/* the core's own: */
	struct ep_func *func;
	uint8_t *buf;
	uint64_t addr;
	size_t len, asked, arrived;
	enum ep_dma_status status;
	struct ep_dma *next;
};

/*
 * Reads guest memory into @buf. The caller keeps @d and @buf until done() is
 * called, which is never from inside this call. Any length; many reads are in
 * flight at once and finish in any order. Not called back after a reset.
 */
void ep_dma_read(struct ep_func *f, struct ep_dma *d, uint64_t addr, void *buf, size_t len,
		 void (*done)(struct ep_dma *d, enum ep_dma_status status));

/*
 * Writes guest memory. Posted: @buf is copied and free on return; writes, and
 * interrupts after them, arrive in the order of the calls. False: nothing was
 * sent, the function must not master the bus or has no session.
 */
bool ep_dma_write(struct ep_func *f, uint64_t addr, const void *buf, size_t len);

/* Bytes written and still waiting for the network: a model that streams stops above a bound. */
size_t ep_dma_backlog(const struct ep_func *f);
bool ep_bus_master(const struct ep_func *f);

/* ---- interrupts ---- */

/* MSI-X if enabled (masked vectors become pending), else MSI. False: neither is enabled. */
bool ep_msi_notify(struct ep_func *f, unsigned int vector);
bool ep_msix_enabled(const struct ep_func *f);
bool ep_msi_enabled(const struct ep_func *f);
/* Vectors that the root has enabled: of MSI-X the table size, of MSI Multiple Message Enable. */
unsigned int ep_msi_vectors(const struct ep_func *f);
/* Level of INTA; the core sends Assert/Deassert when it changes and INTx is not disabled. */
void ep_intx_set(struct ep_func *f, bool level);

/* ---- power ---- */

bool ep_in_d0(const struct ep_func *f);
bool ep_pme_enabled(const struct ep_func *f);
/* Sets PME Status, and sends PM_PME if PME is enabled and the status was clear. */
void ep_pme(struct ep_func *f);

/* ---- the rest ---- */

/* Log lines name station and function; errors that a guest can provoke are rate limited. */
__printf(2, 3) void ep_func_log(struct ep_func *f, const char *fmt, ...);

struct ep_func {
	const struct ep_model *model;
	struct ep_station *station;
	unsigned int number;
	struct ep_func_core *core;	/* function.c, config.c, dma.c; not the model's */
};

/* Every model, ends with NULL (models.c). */
extern const struct ep_model *const ep_models[];

#endif /* VRCEP_FUNCTION_H */
