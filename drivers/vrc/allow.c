// SPDX-License-Identifier: GPL-2.0-only
/*
 * Allow-lists (allow.h).
 */
#include <linux/etherdevice.h>
#include <linux/kstrtox.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "allow.h"
#include "compat.h"
#include "port.h"
#include "scan.h"

#define SEPARATORS	", \t\n"

/*
 * Who may come
 */

static bool rule_matches(const struct vrc_allow_rule *r, const struct vrc_advert *ad)
{
	switch (r->kind) {
	case VRC_ALLOW_MAC:
		return ether_addr_equal_unaligned(r->mac, ad->mac);
	case VRC_ALLOW_SERIAL:
		return r->serial == ad->serial;
	case VRC_ALLOW_GROUP:
		return !strcmp(r->group, ad->group);
	}
	return false;
}

static bool list_allows(const struct vrc_allow *list, const struct vrc_advert *ad)
{
	unsigned int i;

	for (i = 0; list && i < list->nr; i++)
		if (rule_matches(&list->rule[i], ad))
			return true;
	return !list;
}

bool vrc_allowed(struct vrc_port *port, const struct vrc_advert *ad)
{
	bool allowed;

	rcu_read_lock();
	allowed = list_allows(rcu_dereference(port->allow), ad);
	rcu_read_unlock();
	return allowed;
}

bool vrc_allow_check(struct vrc_port *port, const struct vrc_advert *ad)
{
	if (vrc_allowed(port, ad))
		return true;
	vrc_port_count(port, stations_not_allowed);
	dev_warn_ratelimited(&port->dev, "station %016llx (%s, group '%s') at %pM is not allowed\n",
			     ad->serial, ad->name, ad->group, ad->mac);
	return false;
}

/*
 * Rules
 */

static bool parse_group(struct vrc_allow_rule *r, const char *value)
{
	return value[0] && strscpy(r->group, value, sizeof(r->group)) > 0;
}

static bool parse_mac(struct vrc_allow_rule *r, const char *value)
{
	return mac_pton(value, r->mac) && strlen(value) == 3 * ETH_ALEN - 1 &&
	       is_valid_ether_addr(r->mac);
}

static bool parse_serial(struct vrc_allow_rule *r, const char *value)
{
	return !kstrtou64(value, 16, &r->serial) && r->serial;
}

static bool parse_rule(struct vrc_allow_rule *r, const char *text)
{
	static const struct {
		const char *name;
		bool (*parse)(struct vrc_allow_rule *r, const char *value);
	} kinds[] = {
		[VRC_ALLOW_MAC]		= { "mac=", parse_mac },
		[VRC_ALLOW_SERIAL]	= { "serial=", parse_serial },
		[VRC_ALLOW_GROUP]	= { "group=", parse_group },
	};
	unsigned int i;
	size_t len;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		len = str_has_prefix(text, kinds[i].name);
		r->kind = i;
		if (len)
			return kinds[i].parse(r, text + len);
	}
	return false;
}

/* Adds the rules in @text, which it takes apart. */
static int parse_rules(struct vrc_port *port, struct vrc_allow *list, char *text)
{
	char *word;

	while ((word = strsep(&text, SEPARATORS))) {
		if (!*word)
			continue;
		if (list->nr == VRC_MAX_ALLOW) {
			dev_err(&port->dev, "allow: more than %d rules\n", VRC_MAX_ALLOW);
			return -E2BIG;
		}
		list->nr++;
		if (!parse_rule(&list->rule[list->nr - 1], word)) {
			dev_err(&port->dev,
				"allow: '%s' is not mac=02:00:00:00:00:01, serial=HEX or group=NAME\n",
				word);
			return -EINVAL;
		}
	}
	return 0;
}

/* ERR_PTR, or NULL: there are no rules in @text. */
static struct vrc_allow *make_list(struct vrc_port *port, const char *text)
{
	struct vrc_allow *list;
	char *copy;
	int err = -ENOMEM;

	list = kzalloc(struct_size(list, rule, VRC_MAX_ALLOW), GFP_KERNEL);
	copy = kstrdup(text, GFP_KERNEL);
	if (list && copy)
		err = parse_rules(port, list, copy);
	kfree(copy);
	if (!err && list->nr)
		return list;
	kfree(list);
	return err ? ERR_PTR(err) : NULL;
}

/* A place that was pinned stays so; what is in use stays until it is given back. */
void vrc_allow_forget(struct vrc_port *port)
{
	struct vrc_station *st;
	unsigned long index;

	lockdep_assert_held(&port->lock);
	xa_for_each(&port->map.places, index, st) {
		if (!st->seen || vrc_allowed(port, &st->last))
			continue;
		if (vrc_station_drop_functions(st, VRC_ALL_FUNCTIONS))
			continue;
		if (st->pinned)
			WRITE_ONCE(st->present, false);
		else
			vrc_station_remove(st);
	}
}

int vrc_allow_set(struct vrc_port *port, const char *text)
{
	struct vrc_allow *list = make_list(port, text), *old;

	if (IS_ERR(list))
		return PTR_ERR(list);
	if (mutex_lock_killable(&port->lock)) {
		kfree(list);
		return -EINTR;
	}
	if (port->removed) {
		mutex_unlock(&port->lock);
		kfree(list);
		return -ENODEV;
	}
	old = rcu_replace_pointer(port->allow, list, lockdep_is_held(&port->lock));
	vrc_allow_forget(port);
	mutex_unlock(&port->lock);
	if (old)
		kfree_rcu(old, rcu);
	return 0;
}

static ssize_t show_rule(const struct vrc_allow_rule *r, char *buf, ssize_t at)
{
	switch (r->kind) {
	case VRC_ALLOW_MAC:
		return sysfs_emit_at(buf, at, "mac=%pM\n", r->mac);
	case VRC_ALLOW_SERIAL:
		return sysfs_emit_at(buf, at, "serial=%016llx\n", r->serial);
	case VRC_ALLOW_GROUP:
		return sysfs_emit_at(buf, at, "group=%s\n", r->group);
	}
	return 0;
}

ssize_t vrc_allow_show(struct vrc_port *port, char *buf)
{
	const struct vrc_allow *list;
	ssize_t len = 0;
	unsigned int i;

	rcu_read_lock();
	list = rcu_dereference(port->allow);
	for (i = 0; list && i < list->nr; i++)
		len += show_rule(&list->rule[i], buf, len);
	rcu_read_unlock();
	return len;
}
