/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The test bench: the real core of vrcep with the test device, on a port that is
 * memory, and a root that the tests drive. Time passes only as the tests say.
 */
#ifndef VRC_TEST_BENCH_H
#define VRC_TEST_BENCH_H

#include <stdbool.h>
#include <stdint.h>

#include <proto/arq.h>
#include <proto/tlp.h>

#include "core.h"
#include "port.h"
#include "station.h"
#include "tap.h"

#define MS		1000000ull
#define MEM_BASE	0x100000000ull	/* guest memory as the device sees it */
#define MEM_SIZE	(4u << 20)
#define MSI_BASE	0xfee00000ull
#define SERIAL		0x1234ull
#define MAX_SEEN	64

/* A frame of a kind other than DATA and ACK that the root has received. */
struct seen {
	struct vrc_frame f;
	uint8_t dst[6], src[6];
	uint8_t payload[256];
};

struct held;

struct msi {
	uint64_t addr;
	uint32_t data;
};

/* One root; a session with function @fn while bound. */
struct root {
	uint8_t mac[6];
	uint64_t id, session, peer;
	const char *label;	/* of its BINDs */
	unsigned int fn;
	struct vrc_arq arq;
	struct held *queue;	/* waits for the window */
	bool bound;
	uint32_t max_payload, lease_ms;
	uint32_t requests;	/* MRds of the device */
	uint32_t data_frames;
	/* what the root does to the device's reads */
	enum { DMA_ANSWER, DMA_IGNORE, DMA_UR, DMA_POISON, DMA_WRONG_COUNT } dma;
	struct vrc_tlp held;	/* the last MRd that was ignored */
	/* completion awaited */
	uint8_t tag;
	bool done;
	uint8_t status;
	uint16_t completer;
	uint32_t got, cpls, cpl_max;
	uint8_t data[4096];
	struct msi msi[MAX_SEEN];
	unsigned int nr_msi;
	int intx;		/* level */
	unsigned int nr_intx;	/* messages */
	unsigned int nr_pme;
};

struct bench {
	struct ep_loop *loop;
	struct ep_port port;
	struct ep_station *st;
	struct root root, other;
	uint8_t *mem;
	struct seen seen[MAX_SEEN];
	unsigned int nr_seen;
	/* the network: to drop one frame in so many, and those above a size */
	unsigned int loss_ppm;
	uint32_t drop_above;
	uint64_t random;
	bool cut;		/* both ways */
	bool deaf;		/* the station hears nothing */
	uint64_t frames;
};

extern struct bench bench;
extern uint64_t bench_time;
/* Sees what passes the roots' side of the network, unless NULL. */
extern void (*bench_tap)(const uint8_t *frame, size_t len);

/* A station with test devices; tests run in it and must leave nothing behind. */
void bench_open(unsigned int functions);
/* Another one, of a model of the test's own. */
void bench_add(const struct ep_model *model);
void bench_close(void);
/* Runs the core and the roots until nothing moves. */
void bench_run(void);
/* Lets @ns pass in steps of up to a millisecond. */
void bench_pass(uint64_t ns);

/* A frame to the station; @payload of @f->length bytes may be NULL. */
void bench_send(const uint8_t *src, const uint8_t *dst, struct vrc_frame *f, const void *payload);
void bench_send_raw(const void *frame, size_t len);
/* The last frame of @kind seen since bench_forget(), or NULL. */
const struct seen *bench_seen(uint8_t kind);
unsigned int bench_count(uint8_t kind);
void bench_forget(void);

struct bind_args {
	uint64_t serial, instance;
	uint32_t lease_ms;
	uint16_t payload, window;
	uint8_t fn;
};

struct bind_args root_bind_args(uint8_t fn);
/* True when BOUND came back. */
bool root_bind(struct root *r, const struct bind_args *a);
bool root_bind_fn(struct root *r, uint8_t fn);
void root_release(struct root *r);

/* A DATA frame with what is at @buf. */
void root_send_data(struct root *r, const void *buf, uint32_t len);
/* One TLP; @data may be NULL. */
void root_send_tlp(struct root *r, const struct vrc_tlp *t, const void *data);
/* Sends the request and waits for the answer: its status, or -1. */
int root_request(struct root *r, struct vrc_tlp *t, const void *data);

uint32_t cfg_read(struct root *r, unsigned int reg);
int cfg_write(struct root *r, unsigned int reg, uint32_t val, unsigned int be);
int mem_read(struct root *r, uint64_t addr, void *buf, uint32_t len);
void mem_write(struct root *r, uint64_t addr, const void *buf, uint32_t len);
uint32_t mem_read32(struct root *r, uint64_t addr);
void mem_write32(struct root *r, uint64_t addr, uint32_t val);
unsigned int find_cap(struct root *r, uint8_t id);

/* BARs at fixed addresses, memory, I/O and bus mastering on, MPS and MRRS of 4096. */
#define BAR0		0xe0000000ull
#define BAR1		0xe0010000ull
#define BAR2		0x4000000000ull
#define BAR4		0xe0020000ull
#define BAR5		0xc000ull
#define ROM		0xe0030000ull
void root_configure(struct root *r);
/* Runs a command of the test device; its status register. */
uint32_t test_command(struct root *r, uint32_t command);
struct ep_func_core *func(unsigned int nr);

extern const struct tap_test session_tests[], config_tests[], access_tests[], dma_tests[],
	irq_tests[], network_tests[], conf_tests[];

#endif /* VRC_TEST_BENCH_H */
