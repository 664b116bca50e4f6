// SPDX-License-Identifier: GPL-2.0-only
/*
 * Scans: a round of discovery, then enumeration of what is new.
 *
 * Enumeration waits for the network most of the time, so a few workers share the
 * functions. port->lock is held while tables change, not while the network is waited
 * for: so a station that answers slowly holds up nobody but the scan, and there only
 * one worker.
 */
#include <linux/list_sort.h>
#include <linux/sched/signal.h>

#include "event.h"
#include "func.h"
#include "port.h"
#include "scan.h"

#define VRC_SCAN_WORKERS	8

struct workqueue_struct *vrc_scan_wq;

struct scan {
	struct vrc_port *port;
	struct vrc_scan_result *res;
	spinlock_t lock;		/* of the lists, between the workers */
	struct list_head todo, done;	/* functions, by scan_node */
	atomic_t running;
	wait_queue_head_t finished;
	bool stop;
};

struct scan_worker {
	struct work_struct work;
	struct scan *scan;
};

/*
 * Workers
 */

static struct vrc_func *next_function(struct scan *scan)
{
	struct vrc_func *f = NULL;

	spin_lock(&scan->lock);
	if (!scan->stop && !READ_ONCE(scan->port->discovery.stop))
		f = list_first_entry_or_null(&scan->todo, struct vrc_func, scan_node);
	if (f)
		list_del(&f->scan_node);
	spin_unlock(&scan->lock);
	return f;
}

static void scan_work(struct work_struct *work)
{
	struct scan *scan = container_of(work, struct scan_worker, work)->scan;
	struct vrc_func *f;

	while ((f = next_function(scan))) {
		vrc_func_scan(f);
		spin_lock(&scan->lock);
		list_add_tail(&f->scan_node, &scan->done);
		spin_unlock(&scan->lock);
	}
	if (atomic_dec_and_test(&scan->running))
		wake_up(&scan->finished);
}

/* Killed, it still waits for the workers, each of which ends after the function it is at. */
static int run_workers(struct scan *scan)
{
	struct scan_worker workers[VRC_SCAN_WORKERS];
	unsigned int i;
	int err;

	atomic_set(&scan->running, VRC_SCAN_WORKERS);
	for (i = 0; i < VRC_SCAN_WORKERS; i++) {
		workers[i].scan = scan;
		INIT_WORK_ONSTACK(&workers[i].work, scan_work);
		queue_work(vrc_scan_wq, &workers[i].work);
	}
	err = wait_event_killable(scan->finished, !atomic_read(&scan->running));
	if (err) {
		spin_lock(&scan->lock);
		scan->stop = true;
		spin_unlock(&scan->lock);
	}
	for (i = 0; i < VRC_SCAN_WORKERS; i++) {
		flush_work(&workers[i].work);
		destroy_work_on_stack(&workers[i].work);
	}
	return err ? -EINTR : 0;
}

/*
 * From answers to stations
 */

static int by_serial(void *priv, const struct list_head *a, const struct list_head *b)
{
	u64 x = list_entry(a, struct vrc_answer, node)->ad.serial;
	u64 y = list_entry(b, struct vrc_answer, node)->ad.serial;

	return x < y ? -1 : x > y;
}

static void add_station(struct vrc_port *port, const struct vrc_advert *ad,
			struct vrc_scan_result *res)
{
	struct vrc_station *st;
	int err = -ENOMEM;

	if (port->map.nr_stations >= READ_ONCE(port->max_stations)) {
		vrc_port_count(port, stations_dropped);
		return;
	}
	st = vrc_station_create(port, ad->serial);
	if (st)
		err = vrc_map_add(&port->map, st);
	if (!err) {
		vrc_station_update(st, ad);
		return;
	}
	if (st)
		vrc_station_put(st);
	res->errors++;
	dev_warn_ratelimited(&port->dev, "no place for station %s (%016llx): %d\n", ad->name,
			     ad->serial, err);
}

/* By serial, so that the places do not depend on who answered first. */
static void add_stations(struct vrc_port *port, struct list_head *answers,
			 struct vrc_scan_result *res)
{
	struct vrc_station *st;
	struct vrc_answer *a;

	list_sort(NULL, answers, by_serial);
	list_for_each_entry(a, answers, node) {
		st = vrc_map_by_serial(&port->map, a->ad.serial);
		if (st)
			vrc_discover_conflict(st, a->ad.mac);
		else
			add_station(port, &a->ad, res);
	}
}

/*
 * From stations to functions
 */

static void set_owner(struct vrc_func *f, u64 owner)
{
	lockdep_assert_held(&f->lock);
	memset(&f->refusal, 0, sizeof(f->refusal));
	if (!owner) {
		vrc_func_fail(f, 0, "free");
		return;
	}
	f->refusal.reason = VRC_REFUSED_OWNED;
	f->refusal.owner = owner;
	vrc_func_fail(f, -EBUSY, "owned by root %016llx", owner);
}

/*
 * What a refused BIND has told of the owner is kept for as long as the owner is the same.
 * func.h says why a claimed one is let alone before its lock is taken.
 */
static void note_owner(struct vrc_func *f, u64 owner)
{
	if (READ_ONCE(f->client))
		return;
	mutex_lock(&f->lock);
	if (!f->client && f->refusal.owner != owner)
		set_owner(f, owner);
	mutex_unlock(&f->lock);
}

static bool owned_by_other(const struct vrc_station *st, const struct vrc_func *f)
{
	return st->last.owned & BIT(f->number) && st->last.owner[f->number] != st->port->root_id;
}

static void queue_function(struct scan *scan, struct vrc_func *f)
{
	struct vrc_station *st = f->station;

	if (owned_by_other(st, f)) {
		note_owner(f, st->last.owner[f->number]);
		return;
	}
	note_owner(f, 0);
	if (READ_ONCE(f->client) || (f->published && f->instance == st->last.instance))
		return;
	get_device(&f->dev);
	list_add_tail(&f->scan_node, &scan->todo);
}

static void queue_station(struct scan *scan, struct vrc_station *st)
{
	u8 functions = st->last.functions;
	unsigned int i;

	scan->res->stations++;
	scan->res->functions += hweight8(functions);
	vrc_station_drop_functions(st, ~functions);
	for (i = 0; i < VRC_MAX_FUNCTIONS; i++) {
		if (!(functions & BIT(i)))
			continue;
		if (!st->func[i])
			st->func[i] = vrc_func_create(st, i);
		if (st->func[i])
			queue_function(scan, st->func[i]);
		else
			scan->res->errors++;
	}
}

static void queue_all(struct scan *scan)
{
	struct vrc_station *st;
	unsigned long index;

	xa_for_each(&scan->port->map.places, index, st)
		if (st->present)
			queue_station(scan, st);
}

/*
 * What enumeration has found
 */

static void report_error(struct scan *scan, struct vrc_func *f, int err)
{
	scan->res->errors++;
	dev_warn(&scan->port->dev, "%s on station %s (%016llx): %s\n", dev_name(&f->dev),
		 f->station->last.name, f->station->serial, f->reason);
	vrc_event(scan->port, VRC_EVENT_FUNC_ERROR, f->bdf, -err, "%s", f->reason);
}

static void publish(struct scan *scan, struct vrc_func *f)
{
	int err = vrc_func_publish(f);

	if (!err) {
		scan->res->new_functions++;
		return;
	}
	mutex_lock(&f->lock);
	vrc_func_fail(f, err, "no device could be made: %d", err);
	mutex_unlock(&f->lock);
	report_error(scan, f, err);
	vrc_station_drop_functions(f->station, BIT(f->number));
}

/* Another device is in its place: it gets an object of its own, which is still to be enumerated. */
static void replace_function(struct scan *scan, struct vrc_func *f)
{
	struct vrc_station *st = f->station;

	vrc_station_drop_functions(st, BIT(f->number));
	if (st->func[f->number])
		return;		/* claimed meanwhile: its client hears of it */
	st->func[f->number] = vrc_func_create(st, f->number);
	if (st->func[f->number])
		queue_function(scan, st->func[f->number]);
	else
		scan->res->errors++;
}

static void settle(struct scan *scan, struct vrc_func *f)
{
	/* It may have been removed or claimed meanwhile */
	if (f->state != VRC_FUNC_UNKNOWN && f->state != VRC_FUNC_READY)
		return;
	if (!f->error && !f->published)
		publish(scan, f);
	else if (f->error == -ENODEV && f->published)
		replace_function(scan, f);
	else if (f->error)
		report_error(scan, f, f->error);
}

static void settle_all(struct scan *scan)
{
	struct vrc_func *f, *next;

	list_for_each_entry_safe(f, next, &scan->done, scan_node) {
		list_del_init(&f->scan_node);
		settle(scan, f);
		vrc_func_put(f);
	}
}

static void drop_all(struct list_head *functions)
{
	struct vrc_func *f, *next;

	list_for_each_entry_safe(f, next, functions, scan_node) {
		list_del_init(&f->scan_node);
		vrc_func_put(f);
	}
}

/*
 * Twice at most: a function that has been replaced is enumerated in the second turn.
 * What has been found is settled even if the caller was killed.
 */
static int enumerate(struct scan *scan)
{
	struct vrc_port *port = scan->port;
	unsigned int turn;
	int err = 0;

	for (turn = 0; turn < 2 && !err && !list_empty(&scan->todo); turn++) {
		err = run_workers(scan);
		mutex_lock(&port->lock);
		if (port->removed)
			err = -ENODEV;
		else
			settle_all(scan);
		mutex_unlock(&port->lock);
	}
	drop_all(&scan->todo);
	drop_all(&scan->done);
	return err;
}

static int scan_locked(struct vrc_port *port, u32 time_ms, struct vrc_scan_result *res)
{
	struct scan scan = { .port = port, .res = res };
	LIST_HEAD(answers);
	int err;

	spin_lock_init(&scan.lock);
	INIT_LIST_HEAD(&scan.todo);
	INIT_LIST_HEAD(&scan.done);
	init_waitqueue_head(&scan.finished);
	err = vrc_discover_round(port, time_ms, &answers);
	if (err)
		return err;
	if (mutex_lock_killable(&port->lock)) {
		vrc_discover_free(&answers);
		return -EINTR;
	}
	if (port->removed) {
		err = -ENODEV;
	} else {
		vrc_allow_forget(port);
		vrc_discover_resolve(port, &answers);
		add_stations(port, &answers, res);
		queue_all(&scan);
	}
	mutex_unlock(&port->lock);
	vrc_discover_free(&answers);
	if (!err)
		err = enumerate(&scan);
	if (!err)
		vrc_event(port, VRC_EVENT_SCAN_DONE, 0, res->stations,
			  "%u stations, %u functions, %u new, %u errors",
			  res->stations, res->functions, res->new_functions, res->errors);
	return err;
}

int vrc_scan(struct vrc_port *port, u32 time_ms, struct vrc_scan_result *res)
{
	int err;

	memset(res, 0, sizeof(*res));
	if (!mutex_trylock(&port->discovery.scan_lock))
		return -EBUSY;
	err = scan_locked(port, time_ms, res);
	mutex_unlock(&port->discovery.scan_lock);
	return err;
}

/*
 * The port comes and goes
 */

int vrc_scan_port_init(struct vrc_port *port)
{
	int err = vrc_map_init(&port->map);

	if (!err)
		vrc_discover_init(port);
	return err;
}

/*
 * With port->removed set no claim can begin; taking the lock of a function that is not
 * claimed waits for one that has.
 */
static bool func_claimed(struct vrc_func *f)
{
	bool claimed = READ_ONCE(f->client);

	if (claimed)
		return true;
	mutex_lock(&f->lock);
	claimed = f->client;
	mutex_unlock(&f->lock);
	return claimed;
}

static bool station_claimed(struct vrc_station *st)
{
	unsigned int i;

	for (i = 0; i < VRC_MAX_FUNCTIONS; i++)
		if (st->func[i] && func_claimed(st->func[i]))
			return true;
	return false;
}

static bool any_claimed(struct vrc_port *port)
{
	struct vrc_station *st;
	unsigned long index;

	xa_for_each(&port->map.places, index, st)
		if (station_claimed(st))
			return true;
	return false;
}

int vrc_scan_port_clear(struct vrc_port *port)
{
	struct vrc_station *st;
	unsigned long index;

	lockdep_assert_held(&port->lock);
	WRITE_ONCE(port->removed, true);
	if (any_claimed(port)) {
		WRITE_ONCE(port->removed, false);
		return -EBUSY;
	}
	vrc_discover_stop(port);
	xa_for_each(&port->map.places, index, st)
		WARN_ON(vrc_station_remove(st));
	return 0;
}

void vrc_scan_port_exit(struct vrc_port *port)
{
	vrc_discover_exit(port);
	vrc_map_exit(&port->map);
}

int vrc_scan_init(void)
{
	vrc_scan_wq = alloc_workqueue("vrc_scan", WQ_UNBOUND, 0);
	return vrc_scan_wq ? 0 : -ENOMEM;
}

void vrc_scan_exit(void)
{
	destroy_workqueue(vrc_scan_wq);
}
