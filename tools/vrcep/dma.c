// SPDX-License-Identifier: GPL-2.0-only
/*
 * The function as a requester: reads with tags, many in flight, and writes.
 *
 * The completion timeout counts only time in which the peer was heard: while the
 * network is silent but the lease still runs, answers are late, not lost, because
 * the peer's ARQ sends them again. So a cable that is out for less than the lease
 * does not fail a read.
 */
#include <string.h>

#include "container.h"
#include "core.h"
#include "station.h"

#define PERIOD_NS		700000000ull
#define TIMEOUT_PERIODS		4	/* completion timeout: 2.1 to 2.8 s */
#define QUARANTINE_PERIODS	16	/* then the tag is used again */
#define RCB			64
#define MIN_FILL		128u	/* bytes: less room than that is left empty */

static void run_done(struct ep_idle *i);
static void expired(struct ep_timer *t);

void ep_dma_init(struct ep_func_core *c)
{
	struct ep_dma_core *d = &c->dma;

	d->waiting_tail = &d->waiting;
	d->done_tail = &d->done;
	d->idle.run = run_done;
	ep_timer_init(&d->timer, expired);
}

static struct ep_func_core *core_of(struct ep_dma_core *d)
{
	return container_of(d, struct ep_func_core, dma);
}

/* ---- callbacks: never from inside of ep_dma_read() ---- */

static void push_done(struct ep_func_core *c, struct ep_dma *d)
{
	d->next = NULL;
	*c->dma.done_tail = d;
	c->dma.done_tail = &d->next;
	ep_idle_queue(ep_func_loop(c), &c->dma.idle);
}

static struct ep_dma *pop_done(struct ep_dma_core *dc)
{
	struct ep_dma *d = dc->done;

	if (!d)
		return NULL;
	dc->done = d->next;
	if (!dc->done)
		dc->done_tail = &dc->done;
	return d;
}

static void run_done(struct ep_idle *i)
{
	struct ep_dma_core *dc = container_of(i, struct ep_dma_core, idle);
	struct ep_dma *d;

	while ((d = pop_done(dc)))
		d->done(d, d->status);
}

/* ---- tags ---- */

static int find_tag(const struct ep_func_core *c)
{
	unsigned int i, words = ep_config_tags(c) / 64;

	for (i = 0; i < words; i++)
		if (~c->dma.used[i])
			return (int)(i * 64) + __builtin_ctzll(~c->dma.used[i]);
	if (!words && (uint32_t)~c->dma.used[0])
		return __builtin_ctz((uint32_t)~c->dma.used[0]);
	return -1;
}

static void take_tag(struct ep_func_core *c, unsigned int nr)
{
	c->dma.used[nr / 64] |= 1ull << nr % 64;
	c->dma.nr_used++;
	if (c->dma.timer.at != UINT64_MAX)
		return;
	c->dma.period = ep_now(ep_func_loop(c));
	ep_timer_set(ep_func_loop(c), &c->dma.timer, c->dma.period + PERIOD_NS);
}

static void free_tag(struct ep_func_core *c, unsigned int nr)
{
	c->dma.tag[nr].state = EP_TAG_FREE;
	c->dma.tag[nr].dma = NULL;
	c->dma.used[nr / 64] &= ~(1ull << nr % 64);
	c->dma.nr_used--;
}

static void quarantine(struct ep_tag *t)
{
	t->state = EP_TAG_QUARANTINE;
	t->dma = NULL;
	t->age = 0;
}

/* ---- reads ---- */

/* Bytes of the next request of @d: within MRRS and within a page. */
static uint32_t request_len(const struct ep_func_core *c, const struct ep_dma *d)
{
	uint64_t addr = d->addr + d->asked;
	size_t left = d->len - d->asked;
	uint32_t page = 4096 - (addr & 4095), mrrs = ep_config_mrrs(c);
	/* Requests end on multiples of MRRS, so that the next ones are whole. */
	uint32_t n = mrrs - (addr & (mrrs - 1));

	if (n > page)
		n = page;
	return left < n ? (uint32_t)left : n;
}

static bool send_request(struct ep_func_core *c, struct ep_dma *d, unsigned int nr)
{
	struct vrc_tlp t = {
		.type = VRC_TLP_MRD,
		.requester = ep_func_bdf(c),
		.tag = (uint8_t)nr,
	};
	uint32_t len = request_len(c, d);

	vrc_tlp_set_range(&t, d->addr + d->asked, len);
	if (!ep_session_tlp(&c->session, &t))
		return false;
	c->dma.tag[nr] = (struct ep_tag){
		.dma = d, .off = d->asked, .len = (uint16_t)len, .state = EP_TAG_BUSY,
	};
	d->asked += len;
	take_tag(c, nr);
	return true;
}

static void pop_waiting(struct ep_dma_core *dc)
{
	dc->waiting = dc->waiting->next;
	if (!dc->waiting)
		dc->waiting_tail = &dc->waiting;
}

static void ask(struct ep_func_core *c)
{
	struct ep_dma *d;
	int nr;

	while ((d = c->dma.waiting)) {
		nr = find_tag(c);
		if (nr < 0 || !send_request(c, d, (unsigned int)nr))
			return;
		if (d->asked == d->len)
			pop_waiting(&c->dma);
	}
}

void ep_dma_read(struct ep_func *f, struct ep_dma *d, uint64_t addr, void *buf, size_t len,
		 void (*done)(struct ep_dma *d, enum ep_dma_status status))
{
	struct ep_func_core *c = f->core;

	*d = (struct ep_dma){ .done = done, .func = f, .buf = buf, .addr = addr, .len = len };
	c->stats.dma_reads++;
	c->stats.dma_read_bytes += len;
	if (!ep_bus_master(f) || !ep_session_up(&c->session))
		d->status = EP_DMA_ABORTED;
	if (d->status || !len) {
		push_done(c, d);
		return;
	}
	*c->dma.waiting_tail = d;
	c->dma.waiting_tail = &d->next;
	ask(c);
}

/* What is not asked for is not asked for any more. */
static void stop_asking(struct ep_func_core *c, struct ep_dma *d)
{
	struct ep_dma **p = &c->dma.waiting;

	while (*p && *p != d)
		p = &(*p)->next;
	if (*p) {
		*p = d->next;
		if (c->dma.waiting_tail == &d->next)
			c->dma.waiting_tail = p;
	}
	d->len = d->asked;
}

/* One request of a read is over, @status says how. */
static void retire(struct ep_func_core *c, unsigned int nr, enum ep_dma_status status)
{
	struct ep_tag *t = &c->dma.tag[nr];
	struct ep_dma *d = t->dma;

	d->arrived += t->len;
	if (status && !d->status) {
		c->stats.dma_errors++;
		d->status = status;
		stop_asking(c, d);
	}
	if (d->arrived == d->len)
		push_done(c, d);
}

/* ---- completions ---- */

static void unexpected(struct ep_func_core *c, const struct vrc_tlp *t, const char *what)
{
	c->stats.unexpected++;
	ep_func_log(c->f, "%s for tag %u dropped: %s (byte count %u, length %u)",
		    vrc_tlp_type_name(t->type), t->tag, what, t->byte_count, t->len_dw * 4);
}

static void finish(struct ep_func_core *c, unsigned int nr, enum ep_dma_status status)
{
	retire(c, nr, status);
	free_tag(c, nr);
	ask(c);
}

/* Bytes of the request that @t brings, 0 if it does not fit what is still missing. */
static uint32_t fitting(const struct ep_tag *tag, const struct vrc_tlp *t)
{
	uint64_t addr = tag->dma->addr + tag->off + tag->got;
	uint32_t left = tag->len - tag->got, lead = t->lower_addr & 3;
	uint32_t room = t->len_dw * 4u - lead;

	if (t->byte_count != left || t->lower_addr != (addr & 0x7f))
		return 0;
	return room < left ? room : left;
}

static void take_data(struct ep_func_core *c, const struct vrc_tlp *t)
{
	struct ep_tag *tag = &c->dma.tag[t->tag];
	uint32_t n = fitting(tag, t);

	if (!n || t->len_dw * 4u - (t->lower_addr & 3) >= n + 4) {
		unexpected(c, t, "is not what is missing");
		return;
	}
	memcpy(tag->dma->buf + tag->off + tag->got, t->data + (t->lower_addr & 3), n);
	tag->got = (uint16_t)(tag->got + n);
	tag->age = 0;
	if (tag->got == tag->len)
		finish(c, t->tag, EP_DMA_OK);
}

void ep_dma_rx(struct ep_func_core *c, const struct vrc_tlp *t, bool bad_ecrc)
{
	struct ep_tag *tag = &c->dma.tag[t->tag];

	if (tag->state != EP_TAG_BUSY || t->requester != ep_func_bdf(c)) {
		unexpected(c, t, tag->state == EP_TAG_QUARANTINE ? "came too late" :
			   "nothing was asked");
	} else if (t->status != VRC_CPL_SC) {
		finish(c, t->tag, EP_DMA_ERROR);
	} else if (bad_ecrc || t->ep) {
		ep_config_note_poison(c);
		retire(c, t->tag, EP_DMA_ERROR);
		/* More of it may follow. */
		quarantine(tag);
	} else if (t->type == VRC_TLP_CPLD) {
		take_data(c, t);
	} else {
		unexpected(c, t, "has no data");
	}
}

/* ---- timeout ---- */

static void age_tag(struct ep_func_core *c, unsigned int nr)
{
	struct ep_tag *t = &c->dma.tag[nr];

	t->age++;
	if (t->state == EP_TAG_BUSY && t->age >= TIMEOUT_PERIODS) {
		c->stats.dma_timeouts++;
		ep_func_log(c->f, "read of %u bytes at %#llx: no completion", t->len,
			    (unsigned long long)(t->dma->addr + t->off));
		retire(c, nr, EP_DMA_ERROR);
		quarantine(t);
	} else if (t->state == EP_TAG_QUARANTINE && t->age >= QUARANTINE_PERIODS) {
		free_tag(c, nr);
	}
}

static void expired(struct ep_timer *timer)
{
	struct ep_dma_core *dc = container_of(timer, struct ep_dma_core, timer);
	struct ep_func_core *c = core_of(dc);
	unsigned int i;

	if (!dc->nr_used)
		return;
	if (c->session.heard > dc->period)
		for (i = 0; i < EP_NR_TAGS; i++)
			if (dc->used[i / 64] >> i % 64 & 1)
				age_tag(c, i);
	dc->period = ep_now(ep_func_loop(c));
	ep_timer_set(ep_func_loop(c), timer, dc->period + PERIOD_NS);
	ask(c);
	ep_session_poke(&c->session);
}

void ep_dma_reset(struct ep_func_core *c, bool keep_tags)
{
	struct ep_dma_core *d = &c->dma;
	unsigned int i;

	d->waiting = NULL;
	d->waiting_tail = &d->waiting;
	d->done = NULL;
	d->done_tail = &d->done;
	ep_idle_cancel(ep_func_loop(c), &d->idle);
	for (i = 0; i < EP_NR_TAGS; i++) {
		if (d->tag[i].state == EP_TAG_FREE)
			continue;
		if (keep_tags)
			quarantine(&d->tag[i]);
		else
			free_tag(c, i);
	}
	if (!keep_tags)
		ep_timer_set(ep_func_loop(c), &d->timer, UINT64_MAX);
}

/* Without bus mastering nothing more is asked; what is in flight still arrives. */
static void abort_waiting(struct ep_func_core *c)
{
	struct ep_dma *d;

	while ((d = c->dma.waiting)) {
		d->status = EP_DMA_ABORTED;
		stop_asking(c, d);
		if (d->arrived == d->len)
			push_done(c, d);
	}
}

void ep_dma_resume(struct ep_func_core *c)
{
	if (ep_bus_master(c->f))
		ask(c);
	else
		abort_waiting(c);
}

/* ---- writes ---- */

/*
 * Bytes of the next MWr: up to the end of the frame being filled, cut at a
 * multiple of RCB; in a fresh frame if that is not worth a header.
 */
static uint32_t write_len(struct ep_func_core *c, uint64_t addr, size_t left)
{
	uint32_t hdr = addr >> 32 ? 16 : 12, lead = addr & 3;
	uint32_t room = ep_session_room(&c->session), n = ep_config_mps(c) - lead, end;

	if (n > 4096 - (addr & 4095))
		n = 4096 - (addr & 4095);
	if (n > left)
		n = (uint32_t)left;
	if (room >= hdr + ((lead + n + 3) & ~3u))
		return n;
	if (room < hdr + MIN_FILL)
		room = c->session.payload;
	room = (room - hdr) & ~3u;
	if (lead + n <= room)
		return n;
	end = ((addr & (RCB - 1)) - lead + room) & ~(RCB - 1u);
	return end - (uint32_t)(addr & (RCB - 1));
}

static bool write_chunk(struct ep_func_core *c, uint64_t addr, const uint8_t *buf, uint32_t len)
{
	struct vrc_tlp t = { .type = VRC_TLP_MWR, .requester = ep_func_bdf(c) };
	uint32_t lead = addr & 3, pad = -(lead + len) & 3;
	uint8_t *data;

	vrc_tlp_set_range(&t, addr, len);
	data = ep_session_tlp(&c->session, &t);
	if (!data)
		return false;
	memset(data, 0, lead);
	memcpy(data + lead, buf, len);
	memset(data + lead + len, 0, pad);
	return true;
}

bool ep_dma_write(struct ep_func *f, uint64_t addr, const void *buf, size_t len)
{
	struct ep_func_core *c = f->core;
	const uint8_t *p = buf;

	if (!ep_bus_master(f) || !ep_session_up(&c->session))
		return false;
	c->stats.dma_writes++;
	c->stats.dma_write_bytes += len;
	while (len) {
		uint32_t n = write_len(c, addr, len);

		if (!write_chunk(c, addr, p, n))
			return false;
		addr += n;
		p += n;
		len -= n;
	}
	return true;
}

size_t ep_dma_backlog(const struct ep_func *f)
{
	return f->core->session.backlog;
}
