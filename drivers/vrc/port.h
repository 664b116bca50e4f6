/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Ports: a VRC root port on one net_device, and a PCI domain of its own.
 *
 * Life: vrc_port_add() makes vrcN and takes the NIC; the NIC may go away
 * (unregister, move to another namespace) and the port stays as a dead link,
 * until a NIC of the same name in the same namespace, which no other port has,
 * returns or vrc_port_remove() ends it. The struct lives as long as its device is
 * referenced; functions and sessions hold such a reference.
 *
 * Lock order, outermost first:
 *   vrc_ports_lock (list of ports; not with port->lock, which may be waited for)
 *   port->lock     (stations, functions and their places)
 *   func->lock     (binding, configuration, reset of one function; func.h)
 *   RTNL           (the list of ports changes under it, too, so that the netdev
 *                   notifier, which has RTNL, can walk it)
 *   port->nic_lock (which NIC; nothing below it may take RTNL)
 *   session->lock  (spinlock, bottom halves off; link.h)
 */
#ifndef VRC_PORT_H
#define VRC_PORT_H

#include <linux/device.h>
#include <linux/hashtable.h>
#include <linux/if_ether.h>
#include <linux/mutex.h>
#include <linux/netdevice.h>
#include <linux/ratelimit.h>
#include <linux/xarray.h>

#include "allow.h"
#include "discover.h"
#include "map.h"
#include "stats.h"

#define VRC_PEER_HASH_BITS	10

struct vrc_port {
	struct device dev;
	unsigned int id;		/* the N of vrcN and the domain number */
	struct list_head node;		/* in the list of ports */
	struct mutex lock;		/* stations, functions, map */
	bool removed;			/* under lock: nothing may be added any more */

	struct mutex nic_lock;		/* which NIC, and its state */
	struct net_device __rcu *ndev;	/* NULL: no NIC at present; written under RTNL, nic_lock */
	netdevice_tracker tracker;
	bool link;			/* as last reported, under nic_lock */
	char ifname[IFNAMSIZ];		/* under nic_lock; follows renames */
	u64 net_cookie;			/* of the namespace the NIC belongs to */
	struct packet_type ptype;

	u16 ethertype;			/* fixed at vrc_port_add() */
	u64 root_id;			/* fixed: who we are to the stations */

	/* settings, written and read anywhere with WRITE_ONCE() and READ_ONCE() */
	u32 lease_ms;			/* 100 to 600000, default 5000 */
	u32 completion_timeout_ms;	/* 1 to 60000, default 1000 */
	u32 max_stations;		/* bound on what discovery may add */
	struct vrc_allow __rcu *allow;	/* NULL: every station; written under lock */

	/* Sessions, read under RCU; both tables are written under the lock of the first. */
	struct xarray sessions;		/* low bits of our id -> vrc_session */
	u32 next_session;
	DECLARE_HASHTABLE(peers, VRC_PEER_HASH_BITS);	/* by the peer's id, for STALE */
	struct ratelimit_state stale_limit;

	struct workqueue_struct *wq;	/* binding, rx in process context */
	bool pci;			/* fixed: functions are PCI devices, too (hostbus.h) */
	struct xarray host_buses;	/* by number, under port->lock */
	struct vrc_map map;		/* places of the stations, addresses of the BARs */
	struct vrc_discovery discovery;
	struct vrc_port_stats __percpu *stats;
};

#define to_vrc_port(d)	container_of(d, struct vrc_port, dev)

/*
 * Errors: -ENODEV the interface is going away, -EPFNOSUPPORT no Ethernet device,
 * -EINVAL ethertype below 0x0600, -EEXIST a port already, -EBUSY the number is taken,
 * -EOPNOTSUPP @pci is not possible here, -ENOMEM. 0 is the default ethertype, a number
 * below 0 the lowest that is free. The result has a reference for the caller. Takes RTNL.
 */
struct vrc_port *vrc_port_add(struct net_device *ndev, u16 ethertype, int number, bool pci);
/*
 * -EBUSY while a function of it is claimed, -ENODEV removed already, -EINTR killed. Takes
 * RTNL; the caller keeps its reference.
 */
int vrc_port_remove(struct vrc_port *port);
/* Tells user space that a station advertises that no scan has found. */
void vrc_port_report_stranger(struct vrc_port *port);

/* What the layers above hang on a port; called by port.c. */
int vrc_scan_port_init(struct vrc_port *port);		/* scan.c: map and lists */
/*
 * Under port->lock: removes all functions and stations, or -EBUSY and nothing
 * is changed. Afterwards port->removed is set and nothing may be added.
 */
int vrc_scan_port_clear(struct vrc_port *port);
void vrc_scan_port_exit(struct vrc_port *port);		/* undoes init, at the device's end */
extern const struct attribute_group *vrc_port_groups[];	/* sysfs_port.c */

/* With a reference (vrc_port_put()), or NULL. */
struct vrc_port *vrc_port_get_by_id(unsigned int id);
void vrc_port_put(struct vrc_port *port);

/*
 * Room for a frame: an skb that has the VRC header (put, not written) and room
 * for @payload bytes and the check behind it; the Ethernet header goes in front at transmit.
 */
struct sk_buff *vrc_port_alloc(struct vrc_port *port, size_t payload, gfp_t gfp);
/*
 * Sends a frame that is sealed (skb->data at the VRC header); consumes @skb. A loss is counted,
 * never reported.
 */
void vrc_port_xmit(struct vrc_port *port, struct sk_buff *skb, const u8 *dst);
/* Largest payload (after the VRC header) that the NIC's MTU takes now; 0 without NIC. */
u32 vrc_port_max_payload(struct vrc_port *port);
/* A NIC that is up and has carrier. */
bool vrc_port_carrier(struct vrc_port *port);

/* port_io.c: the packet_type's function */
int vrc_port_rcv(struct sk_buff *skb, struct net_device *ndev,
		 struct packet_type *ptype, struct net_device *orig_dev);

int vrc_port_init(void);	/* class, notifier */
/*
 * First thing when the module goes: none is claimed then. Waits without a limit until the last
 * reference has gone, for who drops it runs in the module.
 */
void vrc_port_remove_all(void);
void vrc_port_exit(void);

#endif /* VRC_PORT_H */
