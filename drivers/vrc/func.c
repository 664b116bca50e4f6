// SPDX-License-Identifier: GPL-2.0-only
/*
 * Functions: who uses them, and the session that they have meanwhile.
 */
#include <linux/delay.h>
#include <linux/etherdevice.h>
#include <linux/module.h>
#include <linux/sched/signal.h>

#include "event.h"
#include "func.h"
#include "port.h"
#include "scan.h"
#include "trace.h"

#define VRC_FLR_MS		100	/* PCIe 6.6.2: what a function may take */
#define VRC_MOMENT_MS		100	/* how long another root may scan a function */
#define VRC_MOMENT_TRIES	10
#define VRC_SCAN_TRIES		2
#define VRC_PENDING_MS		100	/* for its own requests before that */

/*
 * States
 */

static const char * const state_names[] = {
	[VRC_STATE_READY]	= "ready",
	[VRC_STATE_UP]		= "up",
	[VRC_STATE_DOWN]	= "down",
	[VRC_STATE_CHANGED]	= "changed",
	[VRC_STATE_GONE]	= "gone",
	[VRC_STATE_UNKNOWN]	= "unknown",
	[VRC_STATE_ABSENT]	= "absent",
};

const char *vrc_func_state_name(u32 state)
{
	return state < ARRAY_SIZE(state_names) ? state_names[state] : "?";
}

u32 vrc_func_reported_state(const struct vrc_func *f)
{
	u32 state = READ_ONCE(f->state);

	if (state == VRC_FUNC_READY && !READ_ONCE(f->station->present))
		return VRC_STATE_ABSENT;
	return state;
}

static bool may_change(enum vrc_func_state from, enum vrc_func_state to)
{
	switch (to) {
	case VRC_FUNC_READY:
		return from != VRC_FUNC_READY && from != VRC_FUNC_GONE;
	case VRC_FUNC_UP:
		return from == VRC_FUNC_READY || from == VRC_FUNC_DOWN;
	case VRC_FUNC_DOWN:
		return from == VRC_FUNC_UP;
	case VRC_FUNC_CHANGED:
		return from == VRC_FUNC_UP || from == VRC_FUNC_DOWN;
	case VRC_FUNC_GONE:
		return from == VRC_FUNC_READY || from == VRC_FUNC_UNKNOWN;
	case VRC_FUNC_UNKNOWN:
		break;
	}
	return false;
}

static void tell_user_space(struct vrc_func *f)
{
	char state[32], reason[sizeof(f->reason) + 16];
	char *env[3] = { state, reason };

	vrc_event(f->port, VRC_EVENT_FUNC_STATE, f->bdf, f->state, "%s", f->reason);
	if (!device_is_registered(&f->dev))
		return;
	snprintf(state, sizeof(state), "VRC_STATE=%s", vrc_func_state_name(f->state));
	snprintf(reason, sizeof(reason), "VRC_REASON=%s", f->reason);
	kobject_uevent_env(&f->dev.kobj, KOBJ_CHANGE, env);
}

void vrc_func_set_state(struct vrc_func *f, enum vrc_func_state state, const char *reason)
{
	enum vrc_func_state old = f->state;

	lockdep_assert_held(&f->lock);
	if (WARN_ON_ONCE(!may_change(old, state)))
		return;
	WRITE_ONCE(f->state, state);
	if (state == VRC_FUNC_UP)
		f->told_gone = false;
	strscpy(f->reason, reason, sizeof(f->reason));
	trace_vrc_func_state(dev_name(&f->dev), f->bdf, old, state, f->reason);
	if (state == VRC_FUNC_DOWN || state == VRC_FUNC_CHANGED || old == VRC_FUNC_DOWN)
		dev_info_ratelimited(&f->dev, "%s: %s\n", vrc_func_state_name(state), f->reason);
	tell_user_space(f);
}

int vrc_func_fail(struct vrc_func *f, int err, const char *fmt, ...)
{
	va_list args;

	lockdep_assert_held(&f->lock);
	va_start(args, fmt);
	vsnprintf(f->reason, sizeof(f->reason), fmt, args);
	va_end(args);
	f->error = err;
	return err;
}

/*
 * The session
 */

static struct vrc_session *session_of(struct vrc_func *f)
{
	return rcu_dereference_protected(f->session, lockdep_is_held(&f->lock));
}

struct vrc_session *vrc_func_session_get(struct vrc_func *f)
{
	struct vrc_session *s;

	rcu_read_lock();
	s = rcu_dereference(f->session);
	if (s && !kref_get_unless_zero(&s->ref))
		s = NULL;
	rcu_read_unlock();
	return s;
}

static int bind_failed(struct vrc_func *f, int err)
{
	const struct vrc_bind_refusal *r = &f->refusal;

	switch (err) {
	case -EBUSY:
		return vrc_func_fail(f, err, "owned by %s (%016llx)",
				     r->owner_name[0] ? r->owner_name : "another root", r->owner);
	case -ETIMEDOUT:
		if (r->reason)
			return vrc_func_fail(f, err, "the station is busy");
		/* That there is still no answer says less than why it went down. */
		if (f->state == VRC_FUNC_DOWN) {
			f->error = err;
			return err;
		}
		return vrc_func_fail(f, err, "no answer to BIND from the station");
	case -ENETDOWN:
		return vrc_func_fail(f, err, "the port has no usable NIC");
	case -EACCES:
		if (!r->reason)
			return vrc_func_fail(f, err, "not allowed by the port's allow-list");
		fallthrough;
	default:
		if (r->reason)
			return vrc_func_fail(f, err, "refused: %s", vrc_refusal_name(r->reason));
		return vrc_func_fail(f, err, "binding failed with %d", err);
	}
}

static struct vrc_session *try_bind(struct vrc_func *f, const char *label, unsigned long wait,
				    u64 *instance)
{
	struct vrc_bind_request req = { .function = f->number, .wait = wait };
	struct vrc_advert ad;

	memset(&f->refusal, 0, sizeof(f->refusal));
	vrc_station_last(f->station, &ad);
	if (!vrc_allow_check(f->port, &ad))
		return ERR_PTR(-EACCES);
	ether_addr_copy(req.mac, ad.mac);
	req.serial = ad.serial;
	req.instance = ad.instance;
	strscpy(req.label, label, sizeof(req.label));
	*instance = ad.instance;
	return vrc_session_bind(f->port, &req, &vrc_func_session_ops, f, &f->refusal);
}

/* Another root scans or pings: that is no owner who stays. */
static bool owned_for_a_moment(const struct vrc_func *f)
{
	const char *label = f->refusal.label;

	return !strcmp(label, VRC_LABEL_SCAN) || !strcmp(label, VRC_LABEL_PING) ||
	       !strcmp(label, VRC_LABEL_RESET);
}

/* A station that has restarted may not have been heard of: ask it, once. */
static struct vrc_session *bind_session(struct vrc_func *f, const char *label, unsigned long wait)
{
	unsigned int tries = VRC_MOMENT_TRIES;
	struct vrc_session *s;
	u64 instance;

	lockdep_assert_held(&f->lock);
	s = try_bind(f, label, wait, &instance);
	if (s == ERR_PTR(-ESTALE)) {
		vrc_discover_ask(f->station);
		s = try_bind(f, label, wait, &instance);
	}
	while (s == ERR_PTR(-EBUSY) && owned_for_a_moment(f) && tries-- &&
	       !fatal_signal_pending(current)) {
		msleep(VRC_MOMENT_MS);
		s = try_bind(f, label, wait, &instance);
	}
	if (IS_ERR(s)) {
		if (s == ERR_PTR(-ETIMEDOUT) || s == ERR_PTR(-ESTALE))
			vrc_discover_refresh(f->port);
		return ERR_PTR(bind_failed(f, PTR_ERR(s)));
	}
	f->instance = instance;
	vrc_func_count(f, sessions);
	return s;
}

/* Requests that wait for a completion end when their session has, so that none outlives it. */
static void end_session(struct vrc_func *f)
{
	struct vrc_session *s = session_of(f);

	if (!s)
		return;
	RCU_INIT_POINTER(f->session, NULL);
	vrc_session_end(s);
	vrc_txn_abort(&f->txn);
}

/*
 * Conventional reset. The new session replaces the old one at the station in one step,
 * so that no other root gets in between. What the old one still delivers is dropped,
 * for it is not f->session. A VM waits for it, so not longer than it would for a read.
 */
static int replace_session(struct vrc_func *f)
{
	struct vrc_session *old = session_of(f), *s;

	RCU_INIT_POINTER(f->session, NULL);
	s = bind_session(f, f->client->label, vrc_completion_timeout(f));
	vrc_session_end(old);
	vrc_txn_abort(&f->txn);
	if (IS_ERR(s))
		return PTR_ERR(s);
	rcu_assign_pointer(f->session, s);
	return 0;
}

/* Binds and configures. */
static int bring_up(struct vrc_func *f)
{
	struct vrc_session *s = bind_session(f, f->client->label, VRC_BIND_WAIT);
	int err;

	if (IS_ERR(s))
		return PTR_ERR(s);
	rcu_assign_pointer(f->session, s);
	err = vrc_func_configure(f);
	if (err)
		end_session(f);
	else
		f->error = 0;
	return err;
}

/*
 * link_work: what the session's death and the station's return lead to
 */

static void death_reason(const struct vrc_func *f, enum vrc_death why, char *buf, size_t len)
{
	switch (why) {
	case VRC_DEATH_PEER:
		strscpy(buf, "the station has released it", len);
		break;
	case VRC_DEATH_STALE:
		strscpy(buf, "station restarted", len);
		break;
	case VRC_DEATH_LEASE:
		snprintf(buf, len, "lease over: silent for %u ms", READ_ONCE(f->port->lease_ms));
		break;
	default:
		strscpy(buf, vrc_death_name(why), len);
		break;
	}
}

/* One that said that it ends, or was restarted, has a lease's time to come back. */
static void go_down(struct vrc_func *f, bool silent, const char *reason)
{
	u32 grace = silent ? 0 : READ_ONCE(f->port->lease_ms);

	f->gone_at = jiffies + msecs_to_jiffies(grace);
	vrc_func_set_state(f, VRC_FUNC_DOWN, reason);
}

static bool is_gone(const struct vrc_func *f)
{
	lockdep_assert_held(&f->lock);
	return f->state == VRC_FUNC_CHANGED ||
	       (f->state == VRC_FUNC_DOWN && time_after_eq(jiffies, f->gone_at));
}

static void retry_later(struct vrc_func *f)
{
	queue_delayed_work(f->port->wq, &f->link_work,
			   msecs_to_jiffies(READ_ONCE(f->port->lease_ms) / 4));
}

/* Who is silent may have moved: a round finds out sooner than a BIND to where it was. */
static void look_for_station(struct vrc_func *f)
{
	WRITE_ONCE(f->station->present, false);
	vrc_discover_refresh(f->port);
	retry_later(f);
}

static void bury_dead_session(struct vrc_func *f)
{
	struct vrc_session *s = session_of(f);
	char reason[sizeof(f->reason)];
	bool silent;

	if (!s || READ_ONCE(s->state) != VRC_SESSION_DEAD || f->state != VRC_FUNC_UP)
		return;
	silent = s->death == VRC_DEATH_LEASE;
	if (silent)
		look_for_station(f);
	death_reason(f, s->death, reason, sizeof(reason));
	/* Before its requests end: who made them looks whether it is worth to wait */
	WRITE_ONCE(f->returning, s->death == VRC_DEATH_STALE);
	end_session(f);
	go_down(f, silent, reason);
}

/* Lets the client know, without func->lock, for it may well want to use the function. */
static void tell_client(struct vrc_func *f)
{
	struct vrc_client *c = NULL;
	bool up;

	mutex_lock(&f->lock);
	up = f->state == VRC_FUNC_UP;
	if (f->client && !f->closing && f->told_up != up) {
		c = f->client;
		f->told_up = up;
	}
	mutex_unlock(&f->lock);
	if (c)
		c->ops->link_change(c, up);
}

/* The same for a function that is gone. */
static void tell_gone(struct vrc_func *f)
{
	enum vrc_policy policy;
	struct vrc_client *c = NULL;

	mutex_lock(&f->lock);
	policy = f->policy;
	if (f->client && !f->closing && !f->told_gone && policy != VRC_POLICY_HOLD && is_gone(f)) {
		c = f->client;
		f->told_gone = true;
	}
	mutex_unlock(&f->lock);
	if (c)
		c->ops->gone(c, policy);
}

int vrc_func_set_policy(struct vrc_func *f, enum vrc_policy policy)
{
	if (mutex_lock_killable(&f->lock))
		return -EINTR;
	WRITE_ONCE(f->policy, policy);
	f->told_gone = false;
	if (is_gone(f))
		mod_delayed_work(f->port->wq, &f->link_work, 0);
	mutex_unlock(&f->lock);
	return 0;
}

static void try_again(struct vrc_func *f)
{
	int err;

	if (f->state != VRC_FUNC_DOWN || f->closing || delayed_work_pending(&f->link_work))
		return;
	err = bring_up(f);
	if (!err)
		vrc_func_set_state(f, VRC_FUNC_UP, "the station is back");
	else if (err == -ENODEV)
		vrc_func_set_state(f, VRC_FUNC_CHANGED, "another device is in its place");
	else
		retry_later(f);
}

/* The first attempt to bind it anew has been made, whatever has come of it. */
static void has_returned(struct vrc_func *f)
{
	lockdep_assert_held(&f->lock);
	WRITE_ONCE(f->returning, false);
	wake_up_all(&f->back);
}

/* Also while link_work has yet to begin. */
static bool is_returning(struct vrc_func *f)
{
	struct vrc_session *s;
	bool restarted;

	rcu_read_lock();
	s = rcu_dereference(f->session);
	restarted = s && READ_ONCE(s->state) == VRC_SESSION_DEAD &&
		    READ_ONCE(s->death) == VRC_DEATH_STALE;
	rcu_read_unlock();
	return restarted || READ_ONCE(f->returning);
}

bool vrc_func_came_back(struct vrc_func *f, unsigned long timeout)
{
	if (!is_returning(f))
		return false;
	return wait_event_killable_timeout(f->back, !is_returning(f), timeout) > 0 &&
	       READ_ONCE(f->state) == VRC_FUNC_UP;
}

void vrc_func_link_work(struct work_struct *work)
{
	struct vrc_func *f = container_of(to_delayed_work(work), struct vrc_func, link_work);

	mutex_lock(&f->lock);
	bury_dead_session(f);
	mutex_unlock(&f->lock);
	tell_client(f);
	mutex_lock(&f->lock);
	try_again(f);
	mutex_unlock(&f->lock);
	tell_client(f);
	mutex_lock(&f->lock);
	has_returned(f);
	mutex_unlock(&f->lock);
	tell_gone(f);
}

void vrc_func_kick(struct vrc_func *f)
{
	struct vrc_session *s;

	if (READ_ONCE(f->state) == VRC_FUNC_DOWN)
		mod_delayed_work(f->port->wq, &f->link_work, 0);
	s = vrc_func_session_get(f);
	if (!s)
		return;
	vrc_session_nudge(s);
	vrc_session_put(s);
}

/*
 * Claims
 */

static int may_claim(struct vrc_func *f)
{
	if (f->state == VRC_FUNC_UNKNOWN || f->state == VRC_FUNC_GONE ||
	    READ_ONCE(f->port->removed))
		return -ENODEV;
	if (f->client)
		return -EBUSY;
	return try_module_get(THIS_MODULE) ? 0 : -ENODEV;
}

static int claim_locked(struct vrc_func *f, struct vrc_client *c)
{
	int err = may_claim(f);

	if (err)
		return err;
	WRITE_ONCE(f->client, c);
	err = bring_up(f);
	if (err) {
		dev_warn(&f->dev, "cannot be used: %s\n", f->reason);
		WRITE_ONCE(f->client, NULL);
		module_put(THIS_MODULE);
		return err;
	}
	f->told_up = true;
	f->returning = false;
	vrc_func_set_state(f, VRC_FUNC_UP, c->label);
	return 0;
}

int vrc_func_claim(struct vrc_func *f, struct vrc_client *c)
{
	int err;

	if (mutex_lock_killable(&f->lock))
		return -EINTR;
	err = claim_locked(f, c);
	mutex_unlock(&f->lock);
	return err;
}

void vrc_func_unclaim(struct vrc_func *f, struct vrc_client *c)
{
	mutex_lock(&f->lock);
	if (WARN_ON(f->client != c)) {
		mutex_unlock(&f->lock);
		return;
	}
	f->closing = true;
	mutex_unlock(&f->lock);

	/* The work may be queued again, but it does nothing any more */
	cancel_delayed_work_sync(&f->link_work);

	mutex_lock(&f->lock);
	end_session(f);
	WRITE_ONCE(f->client, NULL);
	f->closing = false;
	vrc_func_set_state(f, VRC_FUNC_READY, "released");
	mutex_unlock(&f->lock);
	module_put(THIS_MODULE);
}

/*
 * Reset
 */

/*
 * Its own requests must have come back, or their completions would meet the function
 * after its reset.
 */
static int wait_not_pending(struct vrc_func *f)
{
	unsigned long end = jiffies + msecs_to_jiffies(VRC_PENDING_MS);
	u32 status;
	int err;

	do {
		err = vrc_cfg_read(f, f->cap_exp + PCI_EXP_DEVSTA, 2, &status);
		if (err || !(status & PCI_EXP_DEVSTA_TRPND))
			return err;
		usleep_range(500, 1000);
	} while (time_before(jiffies, end));
	dev_info(&f->dev, "transactions still pending before FLR\n");
	return 0;
}

static int function_level_reset(struct vrc_func *f)
{
	u32 control;
	int err;

	err = vrc_cfg_write(f, PCI_COMMAND, 2, PCI_COMMAND_INTX_DISABLE);
	if (err)
		return err;
	err = wait_not_pending(f);
	if (err)
		return err;
	err = vrc_cfg_read(f, f->cap_exp + PCI_EXP_DEVCTL, 2, &control);
	if (err)
		return err;
	err = vrc_cfg_write(f, f->cap_exp + PCI_EXP_DEVCTL, 2, control | PCI_EXP_DEVCTL_BCR_FLR);
	if (err)
		return err;
	msleep(VRC_FLR_MS);
	return vrc_func_configure(f);
}

static int conventional_reset(struct vrc_func *f)
{
	int err = replace_session(f);

	return err ? err : vrc_func_configure(f);
}

static int reset_locked(struct vrc_func *f)
{
	int err = -EOPNOTSUPP;

	if (f->state != VRC_FUNC_UP)
		return -EIO;
	vrc_func_count(f, resets);
	if (f->flr)
		err = function_level_reset(f);
	/* A silent station would not answer BIND either; link_work tries that without us */
	if (err && err != -ETIMEDOUT)
		err = conventional_reset(f);
	if (!err)
		return 0;
	end_session(f);
	if (err == -ENODEV)
		vrc_func_set_state(f, VRC_FUNC_CHANGED, "reset failed");
	else
		go_down(f, false, "reset failed");
	mod_delayed_work(f->port->wq, &f->link_work, 0);
	return err;
}

int vrc_func_reset(struct vrc_func *f, struct vrc_client *c)
{
	int err;

	if (mutex_lock_killable(&f->lock))
		return -EINTR;
	err = WARN_ON(f->client != c) ? -EINVAL : reset_locked(f);
	mutex_unlock(&f->lock);
	return err;
}

/*
 * Use for a moment
 */

static int bind_for_a_moment(struct vrc_func *f, const char *label)
{
	struct vrc_session *s = bind_session(f, label, VRC_BIND_WAIT);

	if (IS_ERR(s))
		return PTR_ERR(s);
	rcu_assign_pointer(f->session, s);
	return 0;
}

static int use_ready(struct vrc_func *f, const char *label,
		     int (*fn)(struct vrc_func *f, void *arg), void *arg)
{
	int err = bind_for_a_moment(f, label);

	if (err)
		return err;
	err = vrc_func_configure(f);
	if (!err)
		err = fn(f, arg);
	end_session(f);
	return err;
}

int vrc_func_use(struct vrc_func *f, const char *label,
		 int (*fn)(struct vrc_func *f, void *arg), void *arg)
{
	int err;

	if (mutex_lock_killable(&f->lock))
		return -EINTR;
	switch (f->state) {
	case VRC_FUNC_READY:
		err = use_ready(f, label, fn, arg);
		break;
	case VRC_FUNC_UP:
		mutex_unlock(&f->lock);
		return fn(f, arg);
	case VRC_FUNC_DOWN:
	case VRC_FUNC_CHANGED:
		err = -EIO;
		break;
	default:
		err = f->error ? f->error : -ENODEV;
		break;
	}
	mutex_unlock(&f->lock);
	return err;
}

/* Binding has reset it, unless somebody has claimed it since we looked. */
static int check_not_claimed(struct vrc_func *f, void *arg)
{
	return READ_ONCE(f->client) ? -EBUSY : 0;
}

int vrc_func_admin_reset(struct vrc_func *f, bool force)
{
	int err;

	if (mutex_lock_killable(&f->lock))
		return -EINTR;
	if (!f->client) {
		mutex_unlock(&f->lock);
		return vrc_func_use(f, VRC_LABEL_RESET, check_not_claimed, NULL);
	}
	err = force ? reset_locked(f) : -EBUSY;
	if (!err) {
		f->told_up = false;
		mod_delayed_work(f->port->wq, &f->link_work, 0);
	}
	mutex_unlock(&f->lock);
	return err;
}

/* A completion that is late once need not cost the function its place in this scan. */
static int scan_locked(struct vrc_func *f)
{
	unsigned int tries = VRC_SCAN_TRIES;
	int err;

	do {
		err = bind_for_a_moment(f, VRC_LABEL_SCAN);
		if (err)
			return err;
		if (f->state == VRC_FUNC_UNKNOWN)
			err = vrc_func_enumerate(f);
		else
			err = vrc_func_configure(f);
		end_session(f);
	} while (err == -ETIMEDOUT && --tries);
	return err;
}

int vrc_func_scan(struct vrc_func *f)
{
	int err = -ENODEV;

	mutex_lock(&f->lock);
	if (f->state == VRC_FUNC_UNKNOWN || f->state == VRC_FUNC_READY) {
		err = scan_locked(f);
		f->error = err;
		if (err)
			f->instance = 0;	/* the next scan tries again */
	}
	mutex_unlock(&f->lock);
	return err;
}
