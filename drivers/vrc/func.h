/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The function object: one PCI function of a station, a device on the bus "vrc"
 * and the parent of at most one mdev. Nothing at or below this layer knows vfio; the
 * vdev is a client.
 *
 * States (func->state, under func->lock, one switch in vrc_func_set_state()):
 *
 *   UNKNOWN advertised, not (yet) enumerated: no device in sysfs
 *   READY   enumerated, nobody of ours uses it, no session
 *   UP      claimed and bound: the session is live
 *   DOWN    claimed, without a session: the station is gone or refuses; binding
 *           is tried again every quarter of the lease, and at once when the station advertises
 *   CHANGED claimed, the station came back with another device here: DOWN until released
 *   GONE    removed; only references keep the memory
 *
 * Scans and vrcctl bind a READY function for a moment, with func->lock held
 * all the time: the state stays READY, and who claims it then waits.
 *
 * Of a claimed function func->lock may be held for long: while a station is silent, and
 * while a session ends whose last request waits for memory that the VMM owes. So who has
 * port->lock looks at func->client first, and takes func->lock only if that is NULL: then
 * whoever has it binds, for a bounded time.
 *
 * One work item, link_work, notices that the session has died, binds again, and
 * tells the client; so the client hears of changes one at a time and in order.
 *
 * The device holds a reference on the port's device. func->session is written
 * under func->lock and read under RCU.
 */
#ifndef VRC_FUNC_H
#define VRC_FUNC_H

#include <linux/device.h>
#include <linux/ioport.h>
#include <linux/mdev.h>
#include <linux/pci_regs.h>

#include <vrc.h>

#include "link.h"
#include "stats.h"
#include "txn.h"

enum vrc_func_state {
	VRC_FUNC_READY		= VRC_STATE_READY,
	VRC_FUNC_UP		= VRC_STATE_UP,
	VRC_FUNC_DOWN		= VRC_STATE_DOWN,
	VRC_FUNC_CHANGED	= VRC_STATE_CHANGED,
	VRC_FUNC_GONE		= VRC_STATE_GONE,
	VRC_FUNC_UNKNOWN	= VRC_STATE_UNKNOWN,
};

/* What its user is told when it is gone (vrc_func_is_gone()); the names are those of sysfs. */
enum vrc_policy {
	VRC_POLICY_HOLD,	/* nothing: reads stay ones until it returns */
	VRC_POLICY_UNPLUG,	/* to let go of it */
	VRC_POLICY_ERROR,	/* that it has failed */
};

#define VRC_NUM_BARS	7	/* six BARs and the expansion ROM */
#define VRC_ROM_BAR	6

struct vrc_bar {
	u64 size;		/* bytes, 0: not implemented, or the upper half of a 64-bit BAR */
	u64 addr;		/* bus address in the port's domain */
	u32 flags;		/* IORESOURCE_IO, _MEM, _MEM_64, _PREFETCH */
	u8 reg;			/* offset of its register in config space */
};

/* Labels of who binds a function for a moment only; another root waits for him. */
#define VRC_LABEL_SCAN	"scan"
#define VRC_LABEL_PING	"ping"
#define VRC_LABEL_RESET	"reset"

struct vrc_func;
struct vrc_client;
struct vrc_station;

/* Callbacks to who has claimed a function. */
struct vrc_client_ops {
	/*
	 * An inbound MRd, MWr, Msg or MsgD, in order, its requester ID checked, not
	 * poisoned. May be softirq. 0: dealt with. -EAGAIN (only if !@may_sleep): call
	 * again in process context. -ENOMEM: call again a little later.
	 */
	int (*request)(struct vrc_client *c, const struct vrc_tlp *t, bool may_sleep);
	/*
	 * The function is bound and configured again (@up: BARs and DevCtl are set,
	 * Memory and I/O Space on, Bus Master off, interrupts off), or its session has
	 * died. Process context, func->lock not held. Two @up in a row: it has been
	 * reset by the administrator.
	 */
	void (*link_change)(struct vrc_client *c, bool up);
	/*
	 * The function is gone, and @policy, which is not HOLD, says that its user be told.
	 * Once each time it is gone, and again when the policy is set meanwhile. Context as
	 * link_change().
	 */
	void (*gone)(struct vrc_client *c, enum vrc_policy policy);
};

struct vrc_client {
	const struct vrc_client_ops *ops;
	char label[VRC_LABEL_LEN + 1];
};

struct vrc_func {
	struct device dev;		/* vrc0:BB:DD.F */
	struct vrc_port *port;
	struct vrc_station *station;	/* scan.h; lives as long as its functions */
	u16 bdf;
	u8 number;

	struct mutex lock;		/* binding, configuration, reset, state, client */
	enum vrc_func_state state;
	bool closing;			/* vrc_func_unclaim() has begun: no callbacks, no binding */
	bool told_up;			/* what the client knows */
	bool told_gone;			/* it knows that, too, as policy wants */
	bool returning;			/* restarted: bound anew in a moment; read without lock */
	wait_queue_head_t back;		/* for returning to end */
	enum vrc_policy policy;
	unsigned long gone_at;		/* jiffies: DOWN counts as gone from then on */
	bool published;			/* under port->lock: device_add() was called */
	struct vrc_session __rcu *session;
	/*
	 * Set before it is bound, cleared when the session has ended: stable while one lives,
	 * for deliver(). Read without lock under port->lock.
	 */
	struct vrc_client *client;
	struct delayed_work link_work;
	struct list_head scan_node;	/* in vrc_scan()'s list, which has a reference */
	struct vrc_bind_refusal refusal;	/* why the last binding was refused */
	int error;			/* of the last try to bind or enumerate, negative errno */
	char reason[VRC_UAPI_LABEL];	/* why it is in its state */

	/* What enumeration found; constant once published. */
	u64 instance;			/* of the station, when it was enumerated or checked */
	u8 *config;			/* shadow as after reset; enumerate.c says what it covers */
	u16 config_size;		/* 256 or 4096, */
	u16 shadow_size;		/* and what of it is kept: the rest is zero */
	struct vrc_bar bar[VRC_NUM_BARS];
	u8 cap_pm, cap_msi, cap_msix, cap_exp;	/* offsets, 0: absent */
	bool flr;
	u16 mps, mrrs;			/* bytes, as set in DevCtl */

	struct vrc_txn txn;
	struct vrc_func_stats stats;

	bool hosted;			/* hostbus.h, under port->lock */
	struct pci_dev *pdev;		/* under pci_lock_rescan_remove(); NULL: none any more */

	struct mdev_parent parent;	/* of func->dev, or of pdev */
	struct mdev_type type;
	struct mdev_type *types[1];
	char type_name[32], type_pretty[96];
};

#define to_vrc_func(d)	container_of(d, struct vrc_func, dev)

/*
 * Makes @c the one user: binds with its label, configures. 0, -EBUSY (ours already, or
 * another root's: func->refusal says whose), -ENODEV gone or another device, or what
 * vrc_session_bind() and the configuration return. Holds the module. Process context,
 * killable.
 */
int vrc_func_claim(struct vrc_func *f, struct vrc_client *c);
/*
 * Releases; no callback of @c runs afterwards. It waits for link_change(), so the
 * caller holds no lock that link_change() takes.
 */
void vrc_func_unclaim(struct vrc_func *f, struct vrc_client *c);
/*
 * Function Level Reset if the function has it, else a conventional reset (a new
 * session); afterwards it is configured as link_change(up) promises. No link_change()
 * is called, unless it fails: then the function is DOWN and link_change(down) follows.
 * -EIO while DOWN; but while it is being bound anew, which takes as long as its station is
 * silent, this waits for that. -EINTR if killed meanwhile.
 */
int vrc_func_reset(struct vrc_func *f, struct vrc_client *c);

/*
 * After a request has ended with -EIO: has the station restarted, and is the function bound
 * again? Then the request may be made again. Waits for that, killably, at most @timeout jiffies.
 */
bool vrc_func_came_back(struct vrc_func *f, unsigned long timeout);

/* A reference, or NULL if there is no session. Any context. */
struct vrc_session *vrc_func_session_get(struct vrc_func *f);

/*
 * Sends a completion without data of @req. -ENOMEM: try again later; 0 also if the
 * session is dead. It leaves when the drain ends.
 */
int vrc_func_complete(struct vrc_session *s, const struct vrc_tlp *req, enum vrc_cpl_status status);

/* The real function's config space, by TLP (txn.h), is vrc_cfg_read() and vrc_cfg_write(). */

/* The mdev type of a function, for vdev.c's struct mdev_driver. */
unsigned int vrc_func_get_available(struct mdev_type *type);
ssize_t vrc_func_show_description(struct mdev_type *type, char *buf);
struct vrc_func *vrc_func_of_type(struct mdev_type *type);

/* The function @bdf, with a reference on its device; -ENODEV none, -EINTR killed. */
struct vrc_func *vrc_func_get_by_bdf(struct vrc_port *port, u16 bdf);
void vrc_func_put(struct vrc_func *f);
/* VRC_STATE_*, with "absent" told from "ready"; any context. */
u32 vrc_func_reported_state(const struct vrc_func *f);
const char *vrc_func_state_name(u32 state);
u16 vrc_func_cfg16(const struct vrc_func *f, u16 off);	/* of the shadow, first 256 bytes */
u32 vrc_func_cfg32(const struct vrc_func *f, u16 off);

/*
 * Calls @fn while the function is bound: as it is if it is UP; bound with @label and
 * configured, for as long as @fn runs, if it is READY. -EIO while DOWN. Process
 * context, killable.
 */
int vrc_func_use(struct vrc_func *f, const char *label,
		 int (*fn)(struct vrc_func *f, void *arg), void *arg);
/* Reset by the administrator; @force: although it is in use. -EBUSY in use. */
int vrc_func_admin_reset(struct vrc_func *f, bool force);

/* Also for a function that is gone already: its user is told now. Process context, killable. */
int vrc_func_set_policy(struct vrc_func *f, enum vrc_policy policy);

/* For scan.c and station.c: */
/* UNKNOWN, not yet visible */
struct vrc_func *vrc_func_create(struct vrc_station *st, u8 number);
/*
 * Binds, enumerates and releases it; a READY one is checked to be the same device
 * (-ENODEV: it is not).
 */
int vrc_func_scan(struct vrc_func *f);
/* @dev, the function's own or that on the PCI bus, is the parent of its mdev. */
int vrc_func_register_parent(struct vrc_func *f, struct device *dev);
void vrc_func_unregister_parent(struct vrc_func *f);
int vrc_func_publish(struct vrc_func *f);	/* READY: device, mdev parent; under port->lock */
/* -EBUSY if it is claimed. Under port->lock. Drops the caller's reference if it returns 0. */
int vrc_func_remove(struct vrc_func *f);
/* The station has been heard of (again): bind now if DOWN, nudge the session if UP. Any context. */
void vrc_func_kick(struct vrc_func *f);

/*
 * Between the files of func: its sessions' frames (deliver.c), its device (func_dev.c),
 * its life (func.c).
 */
extern const struct vrc_session_ops vrc_func_session_ops;
void vrc_func_set_state(struct vrc_func *f, enum vrc_func_state state, const char *reason);
void vrc_func_link_work(struct work_struct *work);
/* Notes why it cannot be used; returns @err. Under func->lock. */
__printf(3, 4) int vrc_func_fail(struct vrc_func *f, int err, const char *fmt, ...);

int vrc_func_init(void);	/* bus, driver and the memory of functions */
void vrc_func_exit(void);

/* Attributes (sysfs_func.c). */
extern const struct attribute_group *vrc_func_groups[];

#endif /* VRC_FUNC_H */
