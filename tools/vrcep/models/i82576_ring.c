// SPDX-License-Identifier: GPL-2.0-only
/*
 * Descriptor rings: fetched ahead by one read for each run, written back by one
 * write for each run. Whatever goes wrong with a ring stops this queue only, until it
 * is enabled again.
 */
#include <stdarg.h>
#include <stdio.h>

#include "i82576_packet.h"

#define DESC_SIZE	sizeof(union i82576_desc)

static unsigned int reg(const struct i82576_ring *r, unsigned int rx, unsigned int tx)
{
	return r->tx ? tx : rx;
}

static unsigned int reg_control(const struct i82576_ring *r)
{
	return reg(r, I82576_RXDCTL(r->queue), I82576_TXDCTL(r->queue));
}

static unsigned int reg_head(const struct i82576_ring *r)
{
	return reg(r, I82576_RDH(r->queue), I82576_TDH(r->queue));
}

void i82576_ring_init(struct i82576_ring *r, struct i82576 *n, unsigned int queue, bool tx)
{
	r->nic = n;
	r->queue = queue;
	r->tx = tx;
}

/* ---- begin and end ---- */

static void forget(struct i82576_ring *r)
{
	r->fetched = 0;
	r->taken = 0;
	r->retired = 0;
	r->fetching = false;
}

/* Where the ring is; looked at when nothing of it is here, because then it may be changed. */
static void locate(struct i82576_ring *r)
{
	struct i82576 *n = r->nic;
	unsigned int q = r->queue;

	r->base = i82576_get(n, reg(r, I82576_RDBAL(q), I82576_TDBAL(q))) & ~0x7fu;
	r->base |= (uint64_t)i82576_get(n, reg(r, I82576_RDBAH(q), I82576_TDBAH(q))) << 32;
	r->size = (i82576_get(n, reg(r, I82576_RDLEN(q), I82576_TDLEN(q))) & 0xfff80) / DESC_SIZE;
	r->head = i82576_get(n, reg_head(r)) & 0xffff;
	if (r->size && r->head >= r->size)
		i82576_ring_fail(r, "head %u is not in a ring of %u descriptors", r->head, r->size);
}

static void begin(struct i82576_ring *r)
{
	forget(r);
	r->running = true;
	locate(r);
}

/* The driver sees the queue enabled until the last read is back. */
static bool drained(struct i82576_ring *r)
{
	r->draining = false;
	if (!r->again) {
		i82576_clear_bits(r->nic, reg_control(r), XDCTL_ENABLE);
		return false;
	}
	r->again = false;
	begin(r);
	return true;
}

void i82576_ring_reset(struct i82576_ring *r, bool dma_gone)
{
	r->running = false;
	r->again = false;
	if (dma_gone)
		r->reads = 0;
	r->draining = r->reads;
	forget(r);
}

static void end(struct i82576_ring *r)
{
	i82576_ring_reset(r, false);
	if (r->draining)
		i82576_set_bits(r->nic, reg_control(r), XDCTL_ENABLE);
}

bool i82576_ring_control(struct i82576_ring *r, uint32_t old)
{
	bool enable = i82576_get(r->nic, reg_control(r)) & XDCTL_ENABLE;

	/* Descriptors are always written back at once: nothing is left to flush. */
	i82576_clear_bits(r->nic, reg_control(r), XDCTL_SWFLSH);
	if (r->draining) {
		r->again = enable;
		if (!enable)
			i82576_set_bits(r->nic, reg_control(r), XDCTL_ENABLE);
		return false;
	}
	if (enable && !(old & XDCTL_ENABLE))
		begin(r);
	else if (!enable && old & XDCTL_ENABLE)
		end(r);
	return r->running && !(old & XDCTL_ENABLE);
}

/* ---- errors ---- */

void i82576_ring_fail(struct i82576_ring *r, const char *fmt, ...)
{
	char text[128];
	va_list ap;

	if (!r->running)
		return;
	r->running = false;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	ep_func_log(&r->nic->func, "%s queue %u stops: %s", r->tx ? "transmit" : "receive",
		    r->queue, text);
}

void i82576_ring_dma_error(struct i82576_ring *r, enum ep_dma_status status, const char *what)
{
	/* Without bus mastering nothing is wrong: it goes on where it was. */
	if (status == EP_DMA_ERROR)
		i82576_ring_fail(r, "the host refused the read of %s", what);
}

/* ---- fetch ---- */

static uint32_t slot(const struct i82576_ring *r, uint32_t nr)
{
	return (r->head + (nr - r->retired)) % r->size;
}

uint32_t i82576_ring_waiting(struct i82576_ring *r)
{
	uint32_t tail = i82576_get(r->nic, reg(r, I82576_RDT(r->queue), I82576_TDT(r->queue)));
	uint32_t next;

	tail &= 0xffff;
	if (r->running && r->fetched == r->retired && !r->fetching)
		locate(r);
	if (!r->running || !r->size)
		return 0;
	if (tail >= r->size) {
		i82576_ring_fail(r, "tail %u is not in a ring of %u descriptors", tail, r->size);
		return 0;
	}
	/* From the head, because a tail that went back may be behind what was fetched. */
	next = (tail + r->size - r->head) % r->size;
	return next > r->fetched - r->retired ? next - (r->fetched - r->retired) : 0;
}

static void fetched(struct ep_dma *d, enum ep_dma_status status)
{
	struct i82576_ring *r = container_of(d, struct i82576_ring, dma);

	if (!i82576_ring_read_done(r))
		return;
	r->fetching = false;
	if (status != EP_DMA_OK) {
		i82576_ring_dma_error(r, status, "descriptors");
		return;
	}
	r->fetched += r->fetch_count;
	i82576_turn(r->nic);
}

static uint32_t at_most(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

void i82576_ring_fetch(struct i82576_ring *r, uint32_t ahead)
{
	uint32_t count = i82576_ring_waiting(r), in_window = r->fetched - r->retired;
	uint32_t at = r->fetched % RING_WINDOW;

	if (!count || r->fetching || in_window >= ahead || !i82576_may_dma(r->nic))
		return;
	count = at_most(at_most(count, RING_FETCH), ahead - in_window);
	/* One read is one run, in the ring and in the window. */
	count = at_most(at_most(count, r->size - slot(r, r->fetched)), RING_WINDOW - at);
	r->fetching = true;
	r->fetch_count = count;
	r->reads++;
	ep_dma_read(&r->nic->func, &r->dma, r->base + slot(r, r->fetched) * DESC_SIZE,
		    &r->desc[at], count * DESC_SIZE, fetched);
}

bool i82576_ring_read_done(struct i82576_ring *r)
{
	r->reads--;
	if (!r->draining)
		return r->running;
	if (!r->reads && drained(r))
		i82576_turn(r->nic);
	return false;
}

/* ---- write back ---- */

void i82576_ring_write(struct i82576_ring *r, uint32_t from, uint32_t count)
{
	while (count) {
		uint32_t at = from % RING_WINDOW, n = at_most(count, RING_WINDOW - at);

		n = at_most(n, r->size - slot(r, from));
		ep_dma_write(&r->nic->func, r->base + slot(r, from) * DESC_SIZE, &r->desc[at],
			     n * DESC_SIZE);
		from += n;
		count -= n;
	}
}

void i82576_ring_retire(struct i82576_ring *r, uint32_t nr)
{
	r->head = slot(r, nr);
	r->retired = nr;
	i82576_set(r->nic, reg_head(r), r->head);
}
