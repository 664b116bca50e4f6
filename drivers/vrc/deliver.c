// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a function sends: frames are taken apart into TLPs, completions go to
 * txn, requests to the client.
 *
 * A TLP is counted when it has been dealt with, so one that is tried again counts once.
 */
#include <linux/skbuff.h>

#include "func.h"
#include "port.h"
#include "scan.h"
#include "trace.h"

#define func_warn(func, fmt, ...)						\
do {										\
	struct vrc_func *_f = (func);						\
										\
	dev_warn_ratelimited(&_f->dev, "station %016llx: " fmt,			\
			     _f->station->serial, ##__VA_ARGS__);		\
} while (0)

int vrc_func_complete(struct vrc_session *s, const struct vrc_tlp *req, enum vrc_cpl_status status)
{
	struct vrc_tlp cpl;
	u8 *p;

	vrc_tlp_init_cpl(&cpl, req, 0, status);
	p = vrc_session_tlp_begin(s, vrc_tlp_len(&cpl));
	if (!p)
		return READ_ONCE(s->state) == VRC_SESSION_UP ? -ENOMEM : 0;
	if (vrc_tlp_build(p, &cpl))
		vrc_session_tlp_end(s, VRC_LEAVE_LATER);
	else
		vrc_session_tlp_cancel(s);
	return 0;
}

/* Nobody wants it: that is UR for what waits for an answer, and nothing for the rest. */
static int reject(struct vrc_session *s, const struct vrc_tlp *t)
{
	vrc_func_count(s->owner, requests_unsupported);
	return vrc_tlp_is_posted(t) ? 0 : vrc_func_complete(s, t, VRC_CPL_UR);
}

static bool for_client(const struct vrc_tlp *t)
{
	switch (t->type) {
	case VRC_TLP_MRD:
	case VRC_TLP_MWR:
	case VRC_TLP_MSG:
	case VRC_TLP_MSGD:
		return true;
	default:
		return false;
	}
}

static int deliver_request(struct vrc_session *s, const struct vrc_tlp *t, bool may_sleep)
{
	struct vrc_func *f = s->owner;
	struct vrc_client *c = READ_ONCE(f->client);

	if (t->ep) {
		vrc_func_count(f, tlp_poisoned);
		func_warn(f, "poisoned %s dropped\n", vrc_tlp_type_name(t->type));
		return vrc_tlp_is_posted(t) ? 0 : vrc_func_complete(s, t, VRC_CPL_UR);
	}
	if (t->requester != f->bdf) {
		func_warn(f, "%s with requester ID %04x, its own is %04x\n",
			  vrc_tlp_type_name(t->type), t->requester, f->bdf);
		return reject(s, t);
	}
	if (!for_client(t)) {
		func_warn(f, "%s is not for an endpoint to send\n", vrc_tlp_type_name(t->type));
		return reject(s, t);
	}
	return c ? c->ops->request(c, t, may_sleep) : reject(s, t);
}

static int deliver_tlp(struct vrc_session *s, const struct vrc_tlp *t, bool may_sleep)
{
	struct vrc_func *f = s->owner;
	int err = 0;

	if (vrc_tlp_is_completion(t))
		vrc_txn_complete(f, t);
	else
		err = deliver_request(s, t, may_sleep);
	if (err)
		return err;
	vrc_func_count(f, tlp_rx);
	trace_vrc_tlp(dev_name(&f->dev), s->id, false, t);
	return 0;
}

/* Bytes to go on behind, or 0: nothing behind it can be trusted. */
static size_t drop_tlp(struct vrc_func *f, const u8 *bytes, u32 left,
		       const struct vrc_tlp *t, int err)
{
	func_warn(f, "TLP dropped: %s (%*ph)\n", vrc_tlp_error_name(err),
		  min_t(int, left, VRC_TLP_MAX_HDR), bytes);
	if (err == -VRC_TLP_BAD_ECRC) {
		vrc_func_count(f, tlp_bad_ecrc);
		return vrc_tlp_len(t);
	}
	vrc_func_count(f, tlp_malformed);
	return 0;
}

/* As vrc_tlp_parse() of what comes next, at *@bytes, *@left of them; or -ENOMEM. */
static int parse_next(struct vrc_rx *rx, struct vrc_tlp *t, const u8 **bytes, u32 *left)
{
	int len;

	*bytes = vrc_rx_bytes(rx, left);
	len = vrc_tlp_parse(*bytes, *left, t);
	if (len != -VRC_TLP_TRUNCATED || *left == vrc_rx_left(rx))
		return len;
	/* The rest of it is in another piece */
	*bytes = vrc_rx_gather(rx, left);
	return *bytes ? vrc_tlp_parse(*bytes, *left, t) : -ENOMEM;
}

static int func_deliver(struct vrc_session *s, struct vrc_rx *rx, bool may_sleep)
{
	struct vrc_func *f = s->owner;
	struct vrc_tlp t;
	const u8 *bytes;
	int len, err;
	u32 left;

	/* A session that is being replaced, or is not configured yet, has nothing to say */
	while (vrc_rx_left(rx) && rcu_access_pointer(f->session) == s) {
		len = parse_next(rx, &t, &bytes, &left);
		if (len == -ENOMEM)
			return len;
		if (len < 0) {
			len = drop_tlp(f, bytes, left, &t, len);
			if (!len)
				return 0;
		} else {
			err = deliver_tlp(s, &t, may_sleep);
			if (err)
				return err;
		}
		rx->pos += len;
	}
	return 0;
}

static void func_died(struct vrc_session *s, enum vrc_death why)
{
	struct vrc_func *f = s->owner;

	if (rcu_access_pointer(f->session) == s)
		vrc_txn_abort(&f->txn);
	mod_delayed_work(f->port->wq, &f->link_work, 0);
}

const struct vrc_session_ops vrc_func_session_ops = {
	.deliver = func_deliver,
	.died = func_died,
};
