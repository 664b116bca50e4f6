/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The allow-list of a port: which stations it lists and binds. Without rules every
 * station may come; with rules only those that one of them names.
 *
 * The list is replaced as a whole, under port->lock, and read under RCU: by discovery in
 * softirq, and by whoever binds.
 */
#ifndef VRC_ALLOW_H
#define VRC_ALLOW_H

#include <linux/if_ether.h>
#include <linux/rcupdate.h>
#include <linux/types.h>

#include <vrc_wire.h>

#define VRC_MAX_ALLOW	64	/* rules of a port */

struct vrc_advert;
struct vrc_port;

enum vrc_allow_kind {
	VRC_ALLOW_MAC,
	VRC_ALLOW_SERIAL,
	VRC_ALLOW_GROUP,
};

struct vrc_allow_rule {
	enum vrc_allow_kind kind;
	union {
		u8 mac[ETH_ALEN];
		u64 serial;
		char group[VRC_GROUP_LEN + 1];
	};
};

struct vrc_allow {
	struct rcu_head rcu;
	unsigned int nr;
	struct vrc_allow_rule rule[];
};

/* Any context: may the station that says @ad of itself be listed and bound? */
bool vrc_allowed(struct vrc_port *port, const struct vrc_advert *ad);
/* The same, and a station that may not is counted and named in the log. */
bool vrc_allow_check(struct vrc_port *port, const struct vrc_advert *ad);

/*
 * Takes the rules in @text, separated by commas or white space; none: everybody. Forgets who
 * is not allowed any more. -EINVAL: a rule cannot be read (the log names it), -E2BIG more
 * than VRC_MAX_ALLOW, -ENODEV the port is going, -ENOMEM. Nothing is changed then.
 */
int vrc_allow_set(struct vrc_port *port, const char *text);
/*
 * Forgets stations that are not allowed any more, but for functions in use. Under
 * port->lock.
 */
void vrc_allow_forget(struct vrc_port *port);
/* As sysfs shows it: a rule a line. */
ssize_t vrc_allow_show(struct vrc_port *port, char *buf);

#endif /* VRC_ALLOW_H */
