// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rounds of discovery.
 *
 * ADVERTISE arrives in softirq. An answer to the nonce of the round that runs goes to
 * the round's store, which takes no more than port->max_stations; any other counts only
 * if its station is known already, and waits - at most VRC_MAX_ADVERTS do - for a work
 * item that may sleep. Of strangers user space is told that there are some, every two seconds
 * at most, and no more. So what they send costs bounded memory, and between rounds none.
 *
 * Only what was asked for is believed. Anybody can send an ADVERTISE in a station's name, but
 * only who gets the station's frames knows the nonce when that station alone is asked. So
 * an unsolicited one only makes us ask, and a flood of them no oftener than VRC_RUMOUR_HZ allows.
 */
#include <linux/etherdevice.h>
#include <linux/random.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "compat.h"
#include "event.h"
#include "func.h"
#include "port.h"
#include "scan.h"

#define VRC_DISCOVER_BURST	3	/* DISCOVERs of a round: one may get lost */
#define VRC_REFRESH_MS		300
#define VRC_ASK_MS		200
#define VRC_RUMOUR_HZ		(HZ / 10)
#define VRC_STRANGER_HZ		(2 * HZ)

/*
 * DISCOVER
 */

static void send_discover(struct vrc_port *port, const u8 *mac, u32 nonce, u16 spread_ms)
{
	struct vrc_frame f = {
		.version = VRC_WIRE_VERSION,
		.kind = VRC_KIND_DISCOVER,
		.length = sizeof(struct vrc_wire_discover),
	};
	struct vrc_wire_discover *d;
	struct sk_buff *skb;

	skb = vrc_port_alloc(port, sizeof(*d), GFP_KERNEL);
	if (!skb)
		return;
	vrc_frame_build(skb->data, &f);
	d = skb_put_zero(skb, sizeof(*d));
	d->root_id = cpu_to_be64(port->root_id);
	d->nonce = cpu_to_be32(nonce);
	d->spread_ms = cpu_to_be16(spread_ms);
	vrc_frame_seal(skb->data);
	vrc_port_xmit(port, skb, mac);
}

/* Returns the nonce; while there is no answer all ask with the same. */
static u32 ask(struct vrc_station *st)
{
	u8 mac[ETH_ALEN];
	u32 nonce;

	spin_lock_bh(&st->lock);
	while (!st->nonce)
		st->nonce = get_random_u32();
	nonce = st->nonce;
	ether_addr_copy(mac, st->last.mac);
	spin_unlock_bh(&st->lock);
	send_discover(st->port, mac, nonce, 0);
	return nonce;
}

void vrc_discover_ask(struct vrc_station *st)
{
	u32 nonce = ask(st);

	wait_event_killable_timeout(st->heard, READ_ONCE(st->last.nonce) == nonce,
				    msecs_to_jiffies(VRC_ASK_MS));
}

/*
 * ADVERTISE
 */

static void parse_advert(struct vrc_advert *ad, const u8 *mac, const struct vrc_frame *f)
{
	const struct vrc_wire_advertise *w = (const void *)f->payload;
	unsigned int i, n;

	memset(ad, 0, sizeof(*ad));
	/* Byte by byte, for a frame is aligned to four bytes at best */
	ad->serial = vrc_get64(&w->serial);
	ad->instance = vrc_get64(&w->instance);
	ad->nonce = vrc_get32(&w->nonce);
	ad->max_payload = vrc_get16(&w->max_payload);
	ether_addr_copy(ad->mac, mac);
	vrc_frame_get_text(ad->name, w->name, VRC_NAME_LEN);
	vrc_frame_get_text(ad->group, w->group, VRC_GROUP_LEN);
	for (i = 0; i < w->nr_functions; i++) {
		n = w->function[i].number;
		ad->functions |= BIT(n);
		if (w->function[i].state == VRC_FUNC_OWNED) {
			ad->owned |= BIT(n);
			ad->owner[n] = vrc_get64(&w->function[i].owner);
		}
	}
}

static u64 answer_key(const struct vrc_discovery *d, const struct vrc_advert *ad)
{
	return siphash_2u64(ad->serial, ether_addr_to_u64(ad->mac), &d->key);
}

static struct vrc_answer *find_answer(struct vrc_discovery *d, const struct vrc_advert *ad)
{
	struct vrc_answer *a;

	hash_for_each_possible(d->answers, a, hash, answer_key(d, ad))
		if (a->ad.serial == ad->serial && ether_addr_equal(a->ad.mac, ad->mac))
			return a;
	return NULL;
}

/* Whether the station is in the map, and at that MAC. */
static bool at_home(struct vrc_port *port, const struct vrc_advert *ad)
{
	struct vrc_station *st;
	struct vrc_advert last;
	bool home = false;

	rcu_read_lock();
	st = vrc_map_by_serial(&port->map, ad->serial);
	if (st) {
		vrc_station_last(st, &last);
		home = ether_addr_equal(last.mac, ad->mac);
	}
	rcu_read_unlock();
	return home;
}

/*
 * False: there is no room or no memory for it. However many strangers answer, there is room
 * for the stations that are known.
 */
static bool keep_answer(struct vrc_port *port, const struct vrc_advert *ad)
{
	struct vrc_discovery *d = &port->discovery;
	struct vrc_answer *a = find_answer(d, ad);
	bool stranger;

	lockdep_assert_held(&d->lock);
	if (a) {
		a->ad = *ad;
		return true;
	}
	stranger = !at_home(port, ad);
	if (stranger && d->nr_strangers >= READ_ONCE(port->max_stations))
		return false;
	a = kmalloc_obj(*a, GFP_ATOMIC | __GFP_NOWARN);
	if (!a)
		return false;
	a->ad = *ad;
	hash_add(d->answers, &a->hash, answer_key(d, ad));
	d->nr_strangers += stranger;
	return true;
}

/* For the work; an answer has room, since there is one to each question at most. */
static bool pass_on(struct vrc_port *port, const struct vrc_advert *ad, bool asked)
{
	struct vrc_discovery *d = &port->discovery;
	struct vrc_answer *a;

	lockdep_assert_held(&d->lock);
	if (d->stop || (!asked && d->nr_adverts >= VRC_MAX_ADVERTS))
		return false;
	a = kmalloc_obj(*a, GFP_ATOMIC | __GFP_NOWARN);
	if (!a)
		return false;
	a->ad = *ad;
	a->asked = asked;
	list_add_tail(&a->node, &d->adverts);
	d->nr_adverts++;
	queue_work(vrc_scan_wq, &d->work);
	return true;
}

static bool is_answer(struct vrc_station *st, const struct vrc_advert *ad, bool at_home)
{
	lockdep_assert_held(&st->lock);
	if (!at_home || !st->nonce || ad->nonce != st->nonce)
		return false;
	st->nonce = 0;
	return true;
}

/*
 * All of them say the same, that there is something to ask: one in a while is enough. Those from
 * another address do not use up what the station's own is allowed.
 */
static bool is_rumour(struct vrc_station *st, bool at_home)
{
	unsigned long *next = &st->next_rumour[at_home];

	lockdep_assert_held(&st->lock);
	if (time_before(jiffies, *next))
		return false;
	*next = jiffies + VRC_RUMOUR_HZ;
	return true;
}

/* False: it is dropped. */
static bool keep_of_known(struct vrc_station *st, const struct vrc_advert *ad)
{
	bool at_home, asked, worth;

	spin_lock_bh(&st->lock);
	at_home = ether_addr_equal(st->last.mac, ad->mac);
	asked = is_answer(st, ad, at_home);
	worth = asked || is_rumour(st, at_home);
	spin_unlock_bh(&st->lock);
	return worth && pass_on(st->port, ad, asked);
}

/* Runs @work now, or when @at has come. */
static void queue_at(struct vrc_discovery *d, struct delayed_work *work, unsigned long at)
{
	lockdep_assert_held(&d->lock);
	if (!d->stop)
		queue_delayed_work(vrc_scan_wq, work, time_after(at, jiffies) ? at - jiffies : 0);
}

static void report_stranger(struct vrc_port *port)
{
	struct vrc_discovery *d = &port->discovery;

	queue_at(d, &d->stranger_work, READ_ONCE(d->last_stranger) + VRC_STRANGER_HZ);
}

/* A scan that runs may find it; whether there is still one to be found is known afterwards. */
static void stranger_work(struct work_struct *work)
{
	struct vrc_port *port = container_of(to_delayed_work(work), struct vrc_port,
					     discovery.stranger_work);
	struct vrc_discovery *d = &port->discovery;

	WRITE_ONCE(d->last_stranger, jiffies);
	if (mutex_trylock(&d->scan_lock)) {
		mutex_unlock(&d->scan_lock);
		vrc_port_report_stranger(port);
		return;
	}
	spin_lock_bh(&d->lock);
	report_stranger(port);
	spin_unlock_bh(&d->lock);
}

/* No answer to a round */
static bool keep_other(struct vrc_port *port, const struct vrc_advert *ad)
{
	struct vrc_station *st;
	bool kept = false;

	rcu_read_lock();
	st = vrc_map_by_serial(&port->map, ad->serial);
	if (st)
		kept = keep_of_known(st, ad);
	else
		report_stranger(port);
	rcu_read_unlock();
	return kept;
}

void vrc_scan_advertise(struct vrc_port *port, const u8 *mac, const struct vrc_frame *f)
{
	struct vrc_discovery *d = &port->discovery;
	struct vrc_advert ad;
	bool kept;

	parse_advert(&ad, mac, f);
	if (!vrc_allow_check(port, &ad))
		return;
	spin_lock_bh(&d->lock);
	if (d->nonce && ad.nonce == d->nonce)
		kept = keep_answer(port, &ad);
	else
		kept = keep_other(port, &ad);
	spin_unlock_bh(&d->lock);
	if (!kept)
		vrc_port_count(port, stations_dropped);
}

/*
 * What an advertisement of a known station means
 */

static bool has_session(struct vrc_station *st)
{
	unsigned int i;

	for (i = 0; i < VRC_MAX_FUNCTIONS; i++)
		if (st->func[i] && rcu_access_pointer(st->func[i]->session))
			return true;
	return false;
}

void vrc_discover_conflict(struct vrc_station *st, const u8 *mac)
{
	struct vrc_port *port = st->port;

	if (st->conflict)
		return;
	WRITE_ONCE(st->conflict, true);
	dev_warn(&port->dev, "station %016llx (%s) is claimed by %pM and %pM; keeping the first\n",
		 st->serial, st->last.name, st->last.mac, mac);
	vrc_event(port, VRC_EVENT_STATION_CONFLICT, VRC_BDF(st->bus, st->device, 0), st->serial,
		  "%pM claims the serial of station %s at %pM", mac, st->last.name, st->last.mac);
}

/* A place that was pinned beforehand, or a function more than a scan has found. */
static bool has_news(const struct vrc_station *st, const struct vrc_advert *ad)
{
	unsigned int i;

	lockdep_assert_held(&st->port->lock);
	for (i = 0; i < VRC_MAX_FUNCTIONS; i++)
		if (ad->functions & ~ad->owned & BIT(i) &&
		    !(st->func[i] && st->func[i]->published))
			return true;
	return false;
}

static bool round_runs(struct vrc_discovery *d)
{
	bool runs;

	spin_lock_bh(&d->lock);
	runs = d->nonce;
	spin_unlock_bh(&d->lock);
	return runs;
}

/*
 * From another MAC than we know the station has moved, or it is a second one with the
 * same serial: that is for a round to find out, unless a session proves that ours is alive.
 * While a round runs the station is asked already, and what we asked besides would take the place
 * of that in the one answer that it owes us.
 */
static void heard_of(struct vrc_station *st, const struct vrc_answer *a)
{
	if (!st->seen || !ether_addr_equal(st->last.mac, a->ad.mac)) {
		if (has_session(st))
			vrc_discover_conflict(st, a->ad.mac);
		else
			vrc_discover_refresh(st->port);
	} else if (a->asked) {
		vrc_station_update(st, &a->ad);
		vrc_station_kick(st);
	} else if (round_runs(&st->port->discovery)) {
		vrc_station_kick(st);
	} else {
		ask(st);
	}
}

static void heard(struct vrc_port *port, const struct vrc_answer *a)
{
	const struct vrc_advert *ad = &a->ad;
	struct vrc_station *st;

	mutex_lock(&port->lock);
	st = vrc_map_by_serial(&port->map, ad->serial);
	if (!st || port->removed || !vrc_allowed(port, ad)) {
		mutex_unlock(&port->lock);
		return;
	}
	if (has_news(st, ad)) {
		spin_lock_bh(&port->discovery.lock);
		report_stranger(port);
		spin_unlock_bh(&port->discovery.lock);
	}
	heard_of(st, a);
	mutex_unlock(&port->lock);
}

static struct vrc_answer *pop_advert(struct vrc_discovery *d)
{
	struct vrc_answer *a;

	spin_lock_bh(&d->lock);
	a = list_first_entry_or_null(&d->adverts, struct vrc_answer, node);
	if (a) {
		list_del(&a->node);
		d->nr_adverts--;
	}
	spin_unlock_bh(&d->lock);
	return a;
}

static void advert_work(struct work_struct *work)
{
	struct vrc_port *port = container_of(work, struct vrc_port, discovery.work);
	struct vrc_answer *a;

	while ((a = pop_advert(&port->discovery))) {
		heard(port, a);
		kfree(a);
		cond_resched();
	}
}

/*
 * Rounds
 */

static void open_store(struct vrc_discovery *d)
{
	spin_lock_bh(&d->lock);
	do {
		d->nonce = get_random_u32();
	} while (!d->nonce);
	spin_unlock_bh(&d->lock);
}

static void close_store(struct vrc_discovery *d, struct list_head *answers)
{
	struct vrc_answer *a;
	struct hlist_node *next;
	unsigned int i;

	spin_lock_bh(&d->lock);
	d->nonce = 0;
	d->nr_strangers = 0;
	hash_for_each_safe(d->answers, i, next, a, hash) {
		hash_del(&a->hash);
		list_add_tail(&a->node, answers);
	}
	spin_unlock_bh(&d->lock);
}

int vrc_discover_round(struct vrc_port *port, u32 time_ms, struct list_head *answers)
{
	struct vrc_discovery *d = &port->discovery;
	u32 slice_ms = time_ms / VRC_DISCOVER_BURST;
	u8 everybody[ETH_ALEN];
	unsigned int i;
	long left = 0;

	lockdep_assert_held(&d->scan_lock);
	if (!vrc_port_carrier(port))
		return -ENETDOWN;
	eth_broadcast_addr(everybody);
	open_store(d);
	for (i = 0; i < VRC_DISCOVER_BURST && !left; i++) {
		/* The last answers need the time for their way, too */
		send_discover(port, everybody, d->nonce, slice_ms / 2);
		left = wait_event_killable_timeout(d->stop_wait, READ_ONCE(d->stop),
						   msecs_to_jiffies(slice_ms));
	}
	close_store(d, answers);
	if (!left)
		return 0;
	vrc_discover_free(answers);
	return left < 0 ? -EINTR : -ENODEV;
}

void vrc_discover_free(struct list_head *answers)
{
	struct vrc_answer *a, *next;

	list_for_each_entry_safe(a, next, answers, node) {
		list_del(&a->node);
		kfree(a);
	}
}

/*
 * Two passes, so that the MAC that we know wins over another one whatever the order of
 * the answers. The second pass adopts the first other MAC of a station whose own did
 * not answer.
 */
static void resolve_known_mac(struct vrc_port *port, struct list_head *answers)
{
	struct vrc_answer *a, *next;
	struct vrc_station *st;

	list_for_each_entry_safe(a, next, answers, node) {
		st = vrc_map_by_serial(&port->map, a->ad.serial);
		if (!st || !st->seen || !ether_addr_equal(st->last.mac, a->ad.mac))
			continue;
		vrc_station_update(st, &a->ad);
		vrc_station_kick(st);
		list_del(&a->node);
		kfree(a);
	}
}

static void resolve_other_mac(struct vrc_port *port, struct list_head *answers)
{
	struct vrc_answer *a, *next;
	struct vrc_station *st;

	list_for_each_entry_safe(a, next, answers, node) {
		st = vrc_map_by_serial(&port->map, a->ad.serial);
		if (!st)
			continue;
		if (st->present) {
			vrc_discover_conflict(st, a->ad.mac);
		} else {
			vrc_station_update(st, &a->ad);
			vrc_station_kick(st);
		}
		list_del(&a->node);
		kfree(a);
	}
}

/* The allow-list may have changed since they came. */
static void drop_not_allowed(struct vrc_port *port, struct list_head *answers)
{
	struct vrc_answer *a, *next;

	list_for_each_entry_safe(a, next, answers, node) {
		if (vrc_allowed(port, &a->ad))
			continue;
		list_del(&a->node);
		kfree(a);
	}
}

/* Absent until it answers, unless a session shows that it is there. */
static void expect_all(struct vrc_port *port)
{
	struct vrc_station *st;
	unsigned long index;

	xa_for_each(&port->map.places, index, st) {
		st->was_present = st->present;
		WRITE_ONCE(st->present, has_session(st));
		WRITE_ONCE(st->conflict, false);
	}
}

static void report_absent(struct vrc_port *port)
{
	struct vrc_station *st;
	unsigned long index;

	xa_for_each(&port->map.places, index, st)
		if (st->was_present && !st->present)
			vrc_event(port, VRC_EVENT_STATION_ABSENT, VRC_BDF(st->bus, st->device, 0),
				  st->serial, "station %s does not answer", st->last.name);
}

void vrc_discover_resolve(struct vrc_port *port, struct list_head *answers)
{
	lockdep_assert_held(&port->lock);
	drop_not_allowed(port, answers);
	expect_all(port);
	resolve_known_mac(port, answers);
	resolve_other_mac(port, answers);
	report_absent(port);
}

static void refresh_work(struct work_struct *work)
{
	struct vrc_port *port = container_of(to_delayed_work(work), struct vrc_port,
					     discovery.refresh_work);
	struct vrc_discovery *d = &port->discovery;
	LIST_HEAD(answers);

	if (!mutex_trylock(&d->scan_lock))
		return;		/* a scan finds them, too */
	if (!vrc_discover_round(port, VRC_REFRESH_MS, &answers)) {
		mutex_lock(&port->lock);
		if (!port->removed)
			vrc_discover_resolve(port, &answers);
		mutex_unlock(&port->lock);
		vrc_discover_free(&answers);
	}
	WRITE_ONCE(d->last_refresh, jiffies);
	mutex_unlock(&d->scan_lock);
}

void vrc_discover_refresh(struct vrc_port *port)
{
	struct vrc_discovery *d = &port->discovery;

	spin_lock_bh(&d->lock);
	queue_at(d, &d->refresh_work, READ_ONCE(d->last_refresh) + HZ);
	spin_unlock_bh(&d->lock);
}

/*
 * Life
 */

void vrc_discover_init(struct vrc_port *port)
{
	struct vrc_discovery *d = &port->discovery;

	mutex_init(&d->scan_lock);
	init_waitqueue_head(&d->stop_wait);
	INIT_DELAYED_WORK(&d->refresh_work, refresh_work);
	d->last_refresh = jiffies - HZ;
	INIT_DELAYED_WORK(&d->stranger_work, stranger_work);
	d->last_stranger = jiffies - VRC_STRANGER_HZ;
	spin_lock_init(&d->lock);
	hash_init(d->answers);
	get_random_bytes(&d->key, sizeof(d->key));
	INIT_LIST_HEAD(&d->adverts);
	INIT_WORK(&d->work, advert_work);
}

void vrc_discover_stop(struct vrc_port *port)
{
	struct vrc_discovery *d = &port->discovery;

	spin_lock_bh(&d->lock);
	WRITE_ONCE(d->stop, true);
	spin_unlock_bh(&d->lock);
	wake_up_all(&d->stop_wait);
}

void vrc_discover_exit(struct vrc_port *port)
{
	struct vrc_discovery *d = &port->discovery;

	vrc_discover_stop(port);
	cancel_delayed_work_sync(&d->refresh_work);
	cancel_work_sync(&d->work);
	cancel_delayed_work_sync(&d->stranger_work);
	vrc_discover_free(&d->adverts);
}
