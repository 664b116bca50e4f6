/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Discovery of stations and configuration of their functions.
 *
 * A round of discovery (discover.c) sends DISCOVER and collects the answers to its
 * nonce in a bounded store. vrc_scan() (scan.c) runs a round, enters the stations that
 * answered in the map, and enumerates (enumerate.c) the functions that are new or whose
 * station has restarted: it binds each (label "scan"), reads its config space by CfgRd
 * TLPs, sizes its BARs, gives them addresses, and releases it again. Functions owned by
 * others are listed without being enumerated.
 *
 * A round that is not part of a scan only looks for stations that are known: where have
 * they gone, have they restarted. It runs when binding fails or when a known serial
 * advertises from another MAC. One that advertises from its own is asked, alone. So an
 * unsolicited ADVERTISE never adds, moves or changes a station.
 *
 * A station object lives as long as it has a place in the map: it stays,
 * absent, when it stops answering, until it is forgotten. So do its functions.
 *
 * Lock order: discovery->scan_lock, port->lock, func->lock; discovery->lock and, below
 * it, station->lock are spinlocks below all of those, bottom halves off.
 */
#ifndef VRC_SCAN_H
#define VRC_SCAN_H

#include <linux/kref.h>
#include <linux/rhashtable-types.h>
#include <linux/spinlock.h>
#include <linux/wait.h>

#include "discover.h"

struct vrc_func;
struct vrc_port;

struct vrc_station {
	struct kref ref;		/* the map's and one of each function */
	struct rcu_head rcu;
	struct rhash_head hash;
	struct vrc_port *port;
	u64 serial;
	/* under port->lock: */
	u8 bus, device;			/* its place */
	bool pinned;
	struct vrc_func *func[VRC_MAX_FUNCTIONS];
	/* under port->lock; read anywhere: */
	bool seen;			/* has ever answered */
	bool present;			/* answered the last round; cleared when a lease is over */
	bool was_present;		/* before this round */
	bool conflict;			/* another MAC claims its serial */

	spinlock_t lock;		/* down to heard */
	struct vrc_advert last;		/* as it last answered; written with port->lock held too */
	u32 nonce;			/* it is asked with, and has not answered; 0: none */
	unsigned long next_rumour[2];	/* jiffies; of another address, of its own */

	wait_queue_head_t heard;	/* last has changed */
};

struct vrc_scan_result {
	u32 stations, functions, new_functions, errors;
};

/*
 * Process context, killable, bounded: @time_ms to listen plus enumeration. -EBUSY
 * another scan runs, -ENETDOWN no NIC or no carrier, -ENODEV the port is going, -EINTR
 * killed.
 */
int vrc_scan(struct vrc_port *port, u32 time_ms, struct vrc_scan_result *res);
/* Drops every absent station that is neither pinned nor in use; 0 or -EINTR: killed. */
int vrc_scan_forget_absent(struct vrc_port *port);

/* Administration of places; errors as VRC_IOC_PLACE says. */
int vrc_station_pin(struct vrc_port *port, u64 serial, u8 bus, u8 device);
int vrc_station_unpin(struct vrc_port *port, u64 serial);
int vrc_station_forget(struct vrc_port *port, u64 serial);

/* For scan.c and discover.c, under port->lock: */
/* Not in the map yet. */
struct vrc_station *vrc_station_create(struct vrc_port *port, u64 serial);
void vrc_station_update(struct vrc_station *st, const struct vrc_advert *ad);
void vrc_station_kick(struct vrc_station *st);
bool vrc_station_in_use(struct vrc_station *st);	/* a function is claimed */
#define VRC_ALL_FUNCTIONS	0xff
/* -EBUSY: a claimed one has stayed, and so has the station. */
int vrc_station_drop_functions(struct vrc_station *st, u8 mask);
int vrc_station_remove(struct vrc_station *st);
void vrc_station_put(struct vrc_station *st);
/* Any context: a copy of what it last advertised. */
void vrc_station_last(struct vrc_station *st, struct vrc_advert *ad);

/*
 * Reads config space of a bound function, sizes BARs: fills what func.h calls
 * enumeration. Under func->lock.
 */
int vrc_func_enumerate(struct vrc_func *f);
/*
 * Writes BARs, DevCtl, Command into a bound function; -ENODEV if it is another device
 * than enumerated. Under func->lock.
 */
int vrc_func_configure(struct vrc_func *f);

/* The workqueue of discovery and enumeration, for all ports. */
extern struct workqueue_struct *vrc_scan_wq;
int vrc_scan_init(void);
void vrc_scan_exit(void);	/* when the last port has gone */

#endif /* VRC_SCAN_H */
