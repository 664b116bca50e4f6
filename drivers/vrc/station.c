// SPDX-License-Identifier: GPL-2.0-only
/*
 * Stations: what they last advertised, their place, and who may change it.
 */
#include <linux/etherdevice.h>
#include <linux/slab.h>

#include "compat.h"
#include "event.h"
#include "func.h"
#include "port.h"
#include "scan.h"

/*
 * Life
 */

struct vrc_station *vrc_station_create(struct vrc_port *port, u64 serial)
{
	struct vrc_station *st = kzalloc_obj(*st);

	if (!st)
		return NULL;
	kref_init(&st->ref);
	st->port = port;
	st->serial = serial;
	spin_lock_init(&st->lock);
	init_waitqueue_head(&st->heard);
	st->last.serial = serial;
	st->next_rumour[false] = jiffies;
	st->next_rumour[true] = jiffies;
	return st;
}

static void station_release(struct kref *ref)
{
	struct vrc_station *st = container_of(ref, struct vrc_station, ref);

	kfree_rcu(st, rcu);
}

void vrc_station_put(struct vrc_station *st)
{
	kref_put(&st->ref, station_release);
}

static u16 station_bdf(const struct vrc_station *st)
{
	return VRC_BDF(st->bus, st->device, 0);
}

int vrc_station_drop_functions(struct vrc_station *st, u8 mask)
{
	unsigned int i;
	int err = 0;

	lockdep_assert_held(&st->port->lock);
	for (i = 0; i < VRC_MAX_FUNCTIONS; i++) {
		if (!(mask & BIT(i)) || !st->func[i])
			continue;
		if (vrc_func_remove(st->func[i]))
			err = -EBUSY;
		else
			st->func[i] = NULL;
	}
	return err;
}

int vrc_station_remove(struct vrc_station *st)
{
	/* Do not begin what cannot be ended; a claim may still come in between */
	if (vrc_station_in_use(st) || vrc_station_drop_functions(st, VRC_ALL_FUNCTIONS))
		return -EBUSY;
	vrc_map_del(&st->port->map, st);
	vrc_event(st->port, VRC_EVENT_STATION_GONE, station_bdf(st), st->serial,
		  "station %s forgotten", st->last.name);
	vrc_station_put(st);
	return 0;
}

bool vrc_station_in_use(struct vrc_station *st)
{
	unsigned int i;

	lockdep_assert_held(&st->port->lock);
	for (i = 0; i < VRC_MAX_FUNCTIONS; i++)
		if (st->func[i] && READ_ONCE(st->func[i]->client))
			return true;
	return false;
}

/*
 * Advertisements
 */

void vrc_station_last(struct vrc_station *st, struct vrc_advert *ad)
{
	spin_lock_bh(&st->lock);
	*ad = st->last;
	spin_unlock_bh(&st->lock);
}

static void report_changes(struct vrc_station *st, const struct vrc_advert *old,
			   const struct vrc_advert *ad)
{
	u16 bdf = station_bdf(st);

	if (!old->instance)
		vrc_event(st->port, VRC_EVENT_STATION_NEW, bdf, st->serial,
			  "station %s at %pM", ad->name, ad->mac);
	else if (old->instance != ad->instance)
		vrc_event(st->port, VRC_EVENT_STATION_RESTARTED, bdf, st->serial,
			  "station %s has restarted", ad->name);
	if (old->instance && !ether_addr_equal(old->mac, ad->mac))
		vrc_event(st->port, VRC_EVENT_STATION_MOVED, bdf, st->serial,
			  "station %s moved from %pM to %pM", ad->name, old->mac, ad->mac);
}

void vrc_station_update(struct vrc_station *st, const struct vrc_advert *ad)
{
	struct vrc_advert old;

	lockdep_assert_held(&st->port->lock);
	vrc_station_last(st, &old);
	spin_lock_bh(&st->lock);
	st->last = *ad;
	spin_unlock_bh(&st->lock);
	WRITE_ONCE(st->seen, true);
	WRITE_ONCE(st->present, true);
	wake_up_all(&st->heard);
	report_changes(st, &old, ad);
}

void vrc_station_kick(struct vrc_station *st)
{
	unsigned int i;

	lockdep_assert_held(&st->port->lock);
	for (i = 0; i < VRC_MAX_FUNCTIONS; i++)
		if (st->func[i])
			vrc_func_kick(st->func[i]);
}

/*
 * Administration of places
 */

static int pin_unseen(struct vrc_port *port, u64 serial, u8 bus, u8 device)
{
	struct vrc_station *st = vrc_station_create(port, serial);
	int err;

	if (!st)
		return -ENOMEM;
	err = vrc_map_add_at(&port->map, st, bus, device);
	if (err) {
		vrc_station_put(st);
		return err;
	}
	st->pinned = true;
	return 0;
}

/* Makes room at a place for a station that gets pinned there. */
static int clear_place(struct vrc_port *port, u8 bus, u8 device)
{
	struct vrc_station *st = vrc_map_by_place(&port->map, bus, device);

	if (!st)
		return 0;
	if (st->pinned || vrc_station_in_use(st))
		return -EEXIST;
	if (vrc_station_drop_functions(st, VRC_ALL_FUNCTIONS))
		return -EEXIST;
	return vrc_map_move_away(&port->map, st);
}

static int move_station(struct vrc_port *port, struct vrc_station *st, u8 bus, u8 device)
{
	int err;

	if (vrc_station_in_use(st))
		return -EBUSY;
	err = clear_place(port, bus, device);
	if (!err)
		err = vrc_station_drop_functions(st, VRC_ALL_FUNCTIONS);
	return err ? err : vrc_map_move(&port->map, st, bus, device);
}

static int pin_locked(struct vrc_port *port, u64 serial, u8 bus, u8 device)
{
	struct vrc_station *st = vrc_map_by_serial(&port->map, serial);
	int err = 0;

	if (port->removed)
		return -ENODEV;
	if (!st) {
		err = clear_place(port, bus, device);
		return err ? err : pin_unseen(port, serial, bus, device);
	}
	if (st->bus != bus || st->device != device)
		err = move_station(port, st, bus, device);
	if (!err)
		st->pinned = true;
	return err;
}

int vrc_station_pin(struct vrc_port *port, u64 serial, u8 bus, u8 device)
{
	int err;

	if (!bus || device >= VRC_MAP_DEVICES)
		return -ERANGE;
	if (mutex_lock_killable(&port->lock))
		return -EINTR;
	err = pin_locked(port, serial, bus, device);
	mutex_unlock(&port->lock);
	return err;
}

int vrc_station_unpin(struct vrc_port *port, u64 serial)
{
	struct vrc_station *st;

	if (mutex_lock_killable(&port->lock))
		return -EINTR;
	st = vrc_map_by_serial(&port->map, serial);
	if (st)
		st->pinned = false;
	mutex_unlock(&port->lock);
	return st ? 0 : -ENOENT;
}

int vrc_station_forget(struct vrc_port *port, u64 serial)
{
	struct vrc_station *st;
	int err;

	if (mutex_lock_killable(&port->lock))
		return -EINTR;
	st = vrc_map_by_serial(&port->map, serial);
	err = st ? vrc_station_remove(st) : -ENOENT;
	mutex_unlock(&port->lock);
	return err;
}

int vrc_scan_forget_absent(struct vrc_port *port)
{
	struct vrc_station *st;
	unsigned long index;

	if (mutex_lock_killable(&port->lock))
		return -EINTR;
	xa_for_each(&port->map.places, index, st)
		if (!st->present && !st->pinned)
			vrc_station_remove(st);
	mutex_unlock(&port->lock);
	return 0;
}
