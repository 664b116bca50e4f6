/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rounds of discovery: DISCOVER out, answers in (scan.h tells the whole).
 */
#ifndef VRC_DISCOVER_H
#define VRC_DISCOVER_H

#include <linux/hashtable.h>
#include <linux/if_ether.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/siphash.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include <vrc_wire.h>

#include "proto/frame.h"

struct vrc_port;
struct vrc_station;

#define VRC_MAX_ADVERTS		256	/* unsolicited: that wait for discovery->work */

struct vrc_discovery {
	struct mutex scan_lock;		/* held by who runs a round */
	wait_queue_head_t stop_wait;
	bool stop;			/* the port is going: rounds end at once */
	struct delayed_work refresh_work;
	unsigned long last_refresh;	/* jiffies, under scan_lock */
	struct delayed_work stranger_work;
	unsigned long last_stranger;	/* jiffies, written by stranger_work */

	spinlock_t lock;		/* everything below */
	u32 nonce;			/* of the round that runs, 0: none */
	DECLARE_HASHTABLE(answers, 10);	/* to the round, by serial and MAC */
	siphash_key_t key;		/* of answers: who answers must not choose the chain */
	unsigned int nr_strangers;	/* among the answers */
	struct list_head adverts;	/* those of known stations that no round asked for */
	unsigned int nr_adverts;
	struct work_struct work;
};

/* An ADVERTISE, taken apart. */
struct vrc_advert {
	u64 serial, instance;
	u32 nonce;
	u8 mac[ETH_ALEN];
	u16 max_payload;
	u8 functions;			/* bit n: has function n */
	u8 owned;			/* bit n: function n is owned */
	u64 owner[VRC_MAX_FUNCTIONS];
	char name[VRC_NAME_LEN + 1];
	char group[VRC_GROUP_LEN + 1];
};

/* From link_rx.c, softirq: an ADVERTISE has arrived; copies what it needs. */
void vrc_scan_advertise(struct vrc_port *port, const u8 *mac, const struct vrc_frame *f);

/*
 * A round of discovery, scan_lock held: afterwards the answers are on @answers, to be
 * freed with vrc_discover_free(). -EINTR killed, -ENODEV the port is going, -ENETDOWN.
 */
struct vrc_answer {
	struct hlist_node hash;
	struct list_head node;
	bool asked;			/* of discovery->adverts: not unsolicited */
	struct vrc_advert ad;
};

int vrc_discover_round(struct vrc_port *port, u32 time_ms, struct list_head *answers);
void vrc_discover_free(struct list_head *answers);
/*
 * Enters what @answers say of stations that are known; those of unknown ones stay on
 * @answers. Under port->lock.
 */
void vrc_discover_resolve(struct vrc_port *port, struct list_head *answers);
/* @mac claims the serial of @st, too: log and event, once a round. Under port->lock. */
void vrc_discover_conflict(struct vrc_station *st, const u8 *mac);
/* Starts a round soon, at most one a second: a station that is needed does not answer. */
void vrc_discover_refresh(struct vrc_port *port);
/*
 * Asks one station for an ADVERTISE and waits a little until its answer is entered. Process
 * context, killable.
 */
void vrc_discover_ask(struct vrc_station *st);

/* Of a port's life; stop makes a round that runs end at once. */
void vrc_discover_init(struct vrc_port *port);
void vrc_discover_stop(struct vrc_port *port);
void vrc_discover_exit(struct vrc_port *port);

#endif /* VRC_DISCOVER_H */
