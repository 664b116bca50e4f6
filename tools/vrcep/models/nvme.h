/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The nvme model: an NVMe 1.4 controller with one namespace.
 *
 * The life of a command: nvme_queue.c fetches submission entries in batches and
 * takes a struct nvme_cmd from a pool for each; nvme_admin.c or nvme_io.c
 * checks it and starts DMA (nvme_prp.c) and disk operations (nvme_disk.c).
 * Whatever is asynchronous holds a wait of the command; when the last wait is
 * gone the command takes its next step. It ends on the list of its completion
 * queue, from where the turn of the controller posts it.
 *
 * The turn (nvme_turn()) runs from the loop's idle hook, once for everything
 * that happened before: one system call submits all disk operations, one DMA
 * read fetches all new entries of a queue, one interrupt announces all
 * completions of a queue.
 *
 * A controller reset does not free what is in flight. Its commands are marked
 * dead, and CSTS.RDY changes only when the last wait is over: nothing of the old
 * life touches a buffer, or the disk, in the new one.
 */
#ifndef VRCEP_NVME_H
#define VRCEP_NVME_H

#include <endian.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../container.h"
#include "../function.h"
#include "nvme_disk.h"
#include "nvme_spec.h"

#define NVME_PAGE		4096u
#define NVME_MDTS		7		/* of 4 KiB pages, as a power of two */
#define NVME_MAX_DATA		(NVME_PAGE << NVME_MDTS)
#define NVME_MAX_PRPS		(NVME_MAX_DATA / NVME_PAGE + 1)
#define NVME_MAX_QUEUES		64		/* I/O queue pairs */
#define NVME_QUEUE_ENTRIES	1024
#define NVME_FETCH		64		/* entries that one DMA read fetches */
#define NVME_ADMIN_CMDS		32
#define NVME_IO_CMDS_PER_QUEUE	32
#define NVME_DISK_DEPTH		256		/* disk operations that the kernel has at once */
#define NVME_ABORT_LIMIT	4
#define NVME_AER_LIMIT		4
#define NVME_ERROR_ENTRIES	64
#define NVME_NSID		1
#define NVME_FIRMWARE		"1.0"
#define NVME_TEMPERATURE	313		/* K: there is no sensor, so it never changes */
#define NVME_LINK_BACKLOG	0x40000		/* bytes on their way to the network: reads wait */

#define NVME_PCI_VENDOR		0x1234
#define NVME_PCI_DEVICE		0x4e56
#define NVME_BAR_SIZE		0x4000
#define NVME_MSIX_TABLE		0x2000
#define NVME_MSIX_PBA		0x3000

#define ARRAY_SIZE(a)		(sizeof(a) / sizeof((a)[0]))

struct nvme_ctrl;
struct nvme_cmd;

struct nvme_dma {
	struct ep_dma dma;
	struct nvme_cmd *cmd;
	void (*arrived)(struct nvme_cmd *cmd);
};

/* Too big to keep warm for each command, so apart from it and touched only as far as needed. */
struct nvme_transfer {
	nvme_le64 prp[NVME_MAX_PRPS];
	struct nvme_dma dma[NVME_MAX_PRPS];
};

struct nvme_list {
	struct nvme_cmd *head, **tail;
};

struct nvme_cmd {
	struct nvme_sqe sqe;
	struct nvme_ctrl *ctrl;
	struct nvme_sq *sq;		/* NULL: free */
	struct nvme_cmd *next;
	/* Called when nothing is waited for; it ends the command or waits for more. */
	void (*step)(struct nvme_cmd *cmd);
	unsigned int dma_waits, disk_waits;
	bool dead;			/* of a life before a reset: freed after the last wait */
	bool owns_cid;
	bool may_abort, abort;		/* ends before it touches the disk */
	bool unsupported;		/* the disk cannot do what was asked of it */
	uint16_t status;		/* the first error */
	uint16_t location;		/* the byte of the entry that is wrong */
	uint32_t dw0;
	uint64_t slba;
	uint32_t len;			/* of the data in guest memory */
	uint32_t prps, prps_known, prps_reading;
	uint32_t range, ranges;		/* of a Dataset Management */
	struct nvme_disk_op op;
	struct nvme_transfer *transfer;
	uint8_t *data;			/* NVME_MAX_DATA bytes */
	uint8_t *disk_data;		/* as much again: what Compare compares with */
};

struct nvme_pool {
	struct nvme_cmd *free;
	unsigned int count;		/* on the free list */
	unsigned int promised;		/* of these to fetches on their way */
};

/* The value of a doorbell in guest memory, and what we know of it (nvme_shadow.c). */
struct nvme_shadow {
	struct ep_dma dma;
	struct nvme_ctrl *ctrl;
	unsigned int slot;		/* of the doorbell */
	bool armed;			/* the driver will write the doorbell */
	bool reading;
	bool again;			/* asked for while it was being read */
	bool stale;			/* what is being read is of a queue that has gone */
	nvme_le32 value;
	uint64_t looked_at;
};

struct nvme_sq {
	struct ep_dma fetch;
	struct nvme_shadow shadow;
	struct ep_timer linger;		/* then the queue is armed */
	struct nvme_ctrl *ctrl;
	uint64_t base;
	uint32_t size;			/* entries; 0: there is no such queue */
	uint32_t head, tail;
	uint16_t id, cq_id;
	bool fetching;
	bool posted;			/* completions, since the shadow was thought of */
	uint64_t fetch_began;
	uint32_t fetched;		/* entries that the read on its way brings */
	uint32_t in_flight;		/* commands whose completion is not posted */
	struct nvme_cmd *delete_cmd;	/* waits for in_flight to become 0 */
	uint64_t cids[65536 / 64];	/* command identifiers in flight */
	struct nvme_sqe entries[NVME_FETCH];
};

struct nvme_cq {
	struct ep_timer coalesce;
	struct nvme_shadow shadow;
	struct nvme_ctrl *ctrl;
	uint64_t base;
	uint32_t size;			/* entries; 0: there is no such queue */
	uint32_t head, tail;
	uint16_t id, vector;
	bool phase, irq_enabled;
	uint32_t unannounced;		/* entries posted since the last interrupt */
	unsigned int sqs;		/* submission queues that complete here */
	struct nvme_list done;		/* completed, waiting for the turn or for room */
};

enum nvme_state {
	NVME_DISABLED,
	NVME_ENABLING,		/* CC.EN is set; the former life is not over yet */
	NVME_READY,
	NVME_DISABLING,		/* CC.EN is clear; commands are still in flight */
};

struct nvme_events {
	uint32_t pending[NVME_EVENT_TYPES];	/* bit n: information n is to be reported */
	bool masked[NVME_EVENT_TYPES];		/* reported, the log page is not read yet */
	struct nvme_list requests;
	unsigned int count;			/* of requests */
};

struct nvme_features {
	uint32_t arbitration, power, coalescing, atomicity, events;
	uint16_t over_temperature, under_temperature;
	bool write_cache;
	uint64_t no_coalescing[2];	/* bit n: interrupt vector n */
	uint64_t timestamp;		/* ms at timestamp_set; 0: never set */
	uint64_t timestamp_set;
};

struct nvme_stats {
	uint64_t reads, writes, blocks_read, blocks_written;	/* blocks of 512 bytes */
	uint64_t busy_ns, busy_since, started;
	uint64_t power_cycles, unsafe_shutdowns, media_errors, errors;
	unsigned int io_in_flight;
};

struct nvme_ctrl {
	struct ep_func func;
	struct ep_loop *loop;
	struct ep_idle turn;
	struct ep_timer retry, resize;
	struct nvme_disk *disk;
	uint32_t block, block_shift;
	bool readonly, has_write_cache, described;
	unsigned int queues, vectors;
	char serial[21], product[41];

	enum nvme_state state;
	uint32_t cc, csts, aqa, intms;
	uint64_t asq, acq;
	unsigned int dma_waits, disk_waits;	/* of all commands, fetches and the shutdown */
	struct nvme_disk_op sync;		/* of a shutdown */
	bool syncing, sync_stale;

	struct nvme_pool admin_pool, io_pool;
	struct nvme_cmd *cmds;
	unsigned int n_cmds;
	void *arena;			/* data buffers and transfers of all commands */
	size_t arena_len;
	struct nvme_list link;		/* data is read, waits for room on the network */
	unsigned int next_sq;		/* round robin */
	uint64_t shadows, event_indexes;	/* in guest memory; 0: not configured */
	uint64_t fetch_ns;		/* how long a fetch takes */

	unsigned int aborts;		/* Abort commands not yet posted */
	bool ns_changed;		/* for the log page */
	struct nvme_events events;
	struct nvme_features features;
	struct nvme_stats stats;
	struct nvme_error_entry errors[NVME_ERROR_ENTRIES];	/* ring, by error count */

	struct nvme_sq sq[NVME_MAX_QUEUES + 1];
	struct nvme_cq cq[NVME_MAX_QUEUES + 1];
};

static inline struct nvme_ctrl *nvme_of(struct ep_func *f)
{
	return container_of(f, struct nvme_ctrl, func);
}

static inline void nvme_list_init(struct nvme_list *l)
{
	l->head = NULL;
	l->tail = &l->head;
}

static inline void nvme_list_add(struct nvme_list *l, struct nvme_cmd *cmd)
{
	cmd->next = NULL;
	*l->tail = cmd;
	l->tail = &cmd->next;
}

static inline struct nvme_cmd *nvme_list_take(struct nvme_list *l)
{
	struct nvme_cmd *cmd = l->head;

	if (cmd) {
		l->head = cmd->next;
		if (!l->head)
			l->tail = &l->head;
	}
	return cmd;
}

/* ---- nvme.c ---- */

extern const struct ep_model ep_model_nvme;

/* Something is to be done before the loop sleeps. */
static inline void nvme_kick(struct nvme_ctrl *c)
{
	ep_idle_queue(c->loop, &c->turn);
}

/* ---- nvme_regs.c ---- */

uint32_t nvme_reg_read(struct nvme_ctrl *c, uint64_t off);
void nvme_reg_write(struct nvme_ctrl *c, uint64_t off, uint32_t val);
/* FLR or a conventional reset: registers and queues are as after power on. */
void nvme_function_reset(struct nvme_ctrl *c);
/* Goes on with enabling, disabling or shutting down if nothing is in flight any more. */
void nvme_settle(struct nvme_ctrl *c);
/* CSTS.CFS: the controller can no longer talk to its driver. */
void nvme_fatal(struct nvme_ctrl *c, const char *why);
static inline bool nvme_running(const struct nvme_ctrl *c)
{
	return c->state == NVME_READY && !(c->csts & (NVME_CSTS_CFS | NVME_CSTS_SHST_MASK));
}

/* ---- nvme_cmd.c ---- */

bool nvme_cmds_create(struct nvme_ctrl *c);
void nvme_cmds_destroy(struct nvme_ctrl *c);
struct nvme_cmd *nvme_cmd_get(struct nvme_sq *sq, const struct nvme_sqe *sqe);
void nvme_cmd_put(struct nvme_cmd *cmd);
struct nvme_pool *nvme_pool_of(struct nvme_sq *sq);
/* Notes the first error; @location is the byte of the entry that it is about. */
#define NVME_NO_LOCATION 0xffff
void nvme_cmd_fail(struct nvme_cmd *cmd, enum nvme_status status, unsigned int location);
/* Takes @step as soon as nothing is waited for, which may be at once. */
void nvme_cmd_then(struct nvme_cmd *cmd, void (*step)(struct nvme_cmd *cmd));
/* The command is over; posted in the next turn. */
void nvme_cmd_complete(struct nvme_cmd *cmd);
/* Starts @cmd->op, which holds a wait; failures are mapped to a status. */
void nvme_cmd_disk(struct nvme_cmd *cmd, enum nvme_disk_kind kind, uint64_t off, uint64_t len);
/* Starts a read that holds a wait; @arrived, if not NULL, sees the data before the wait ends. */
void nvme_cmd_dma_read(struct nvme_cmd *cmd, struct nvme_dma *d, uint64_t addr, void *buf,
		       size_t len, void (*arrived)(struct nvme_cmd *cmd));
/* All commands of this life die. @dma_gone: the DMA of the time before is not called back. */
void nvme_cmds_kill(struct nvme_ctrl *c, bool dma_gone);

/* ---- nvme_queue.c ---- */

void nvme_queues_create(struct nvme_ctrl *c);
void nvme_sq_init(struct nvme_ctrl *c, unsigned int id, uint64_t base, uint32_t size,
		  unsigned int cq_id);
void nvme_cq_init(struct nvme_ctrl *c, unsigned int id, uint64_t base, uint32_t size,
		  unsigned int vector, bool irq_enabled);
void nvme_sq_remove(struct nvme_sq *sq);
void nvme_cq_remove(struct nvme_cq *cq);
void nvme_queues_remove(struct nvme_ctrl *c);
/* @slot counts 32-bit doorbells from NVME_REG_DOORBELL. */
void nvme_doorbell(struct nvme_ctrl *c, unsigned int slot, uint32_t val);
void nvme_queues_fetch(struct nvme_ctrl *c);
void nvme_queues_post(struct nvme_ctrl *c);
/* Ends a Delete I/O Submission Queue whose last command is posted. */
void nvme_sq_check_deleted(struct nvme_sq *sq);

/* Entries that are in the queue and not yet commands. */
uint32_t nvme_sq_waiting(const struct nvme_sq *sq);

/* ---- nvme_shadow.c ---- */

void nvme_shadows_create(struct nvme_ctrl *c);
/* @dma_gone: reads on their way are not called back. */
void nvme_shadows_reset(struct nvme_ctrl *c, bool dma_gone);
/* Doorbell Buffer Config */
void nvme_shadows_config(struct nvme_cmd *cmd);
/* Arms what is to be armed, and looks at what is not; in each turn. */
void nvme_shadows_watch(struct nvme_ctrl *c);
/* A fetch has taken so long. */
void nvme_shadow_fetched(struct nvme_ctrl *c, uint64_t ns);
/* The queue is new, or gone. */
void nvme_shadow_forget(struct nvme_shadow *s);

/* ---- nvme_irq.c ---- */

void nvme_irq_posted(struct nvme_cq *cq, unsigned int entries);
void nvme_irq_level(struct nvme_ctrl *c);
void nvme_irq_expired(struct ep_timer *t);

/* ---- nvme_prp.c ---- */

/* Finds where the @cmd->len bytes of data are; holds waits while it reads PRP lists. */
void nvme_prp_resolve(struct nvme_cmd *cmd);
/* From guest memory to @cmd->data: all reads at once, each holds a wait. */
void nvme_prp_read(struct nvme_cmd *cmd);
/* From @buf to guest memory. */
void nvme_prp_write(struct nvme_cmd *cmd, const void *buf);
/* Resolves, writes @len bytes of @cmd->data and completes. */
void nvme_cmd_answer(struct nvme_cmd *cmd, uint32_t len);

/* ---- nvme_admin.c, nvme_identify.c, nvme_feature.c, nvme_log.c, nvme_io.c ---- */

void nvme_admin_run(struct nvme_cmd *cmd);
void nvme_identify(struct nvme_cmd *cmd);
void nvme_set_features(struct nvme_cmd *cmd);
void nvme_get_features(struct nvme_cmd *cmd);
void nvme_features_reset(struct nvme_ctrl *c);
void nvme_get_log(struct nvme_cmd *cmd);
void nvme_log_error(struct nvme_cmd *cmd);
uint8_t nvme_critical_warning(const struct nvme_ctrl *c);
void nvme_io_run(struct nvme_cmd *cmd);
/* Sends the data of finished reads while the network takes it. */
void nvme_io_send(struct nvme_ctrl *c);
void nvme_io_account(struct nvme_cmd *cmd);

/* ---- nvme_event.c ---- */

void nvme_event(struct nvme_ctrl *c, enum nvme_event_type type, unsigned int info);
void nvme_event_request(struct nvme_cmd *cmd);
/* The log page of @type has been read: the next event of the type may be reported. */
void nvme_event_unmask(struct nvme_ctrl *c, enum nvme_event_type type);
bool nvme_event_abort(struct nvme_ctrl *c, uint16_t cid);
void nvme_events_reset(struct nvme_ctrl *c);

#endif /* VRCEP_NVME_H */
