// SPDX-License-Identifier: GPL-2.0-only
#include "channel.h"

#include <stdlib.h>

#include "arq.h"
#include "tap.h"

struct way {			/* one direction */
	u64	wire_free;	/* when the wire has sent what waits for it */
	u64	dead_until;	/* end of this burst of loss */
	u32	count;
};

struct channel {
	struct channel_config cfg;
	u64	random;
	u64	order;		/* what arrives at the same time arrives as sent */
	struct way way[2];
	struct message **heap;	/* the earliest is heap[0] */
	u32	nr, size;
};

struct channel *channel_create(const struct channel_config *cfg, u64 seed)
{
	struct channel *c = calloc(1, sizeof(*c));

	if (!c)
		abort();
	c->cfg = *cfg;
	c->random = seed;
	return c;
}

void channel_destroy(struct channel *c)
{
	while (c->nr)
		free(c->heap[--c->nr]);
	free(c->heap);
	free(c);
}

static bool earlier(const struct message *a, const struct message *b)
{
	return a->at != b->at ? a->at < b->at : a->order < b->order;
}

static void heap_push(struct channel *c, struct message *m)
{
	u32 i = c->nr++;

	if (c->nr > c->size) {
		c->size = c->size ? c->size * 2 : 64;
		c->heap = realloc(c->heap, c->size * sizeof(c->heap[0]));
		if (!c->heap)
			abort();
	}
	for (; i && earlier(m, c->heap[(i - 1) / 2]); i = (i - 1) / 2)
		c->heap[i] = c->heap[(i - 1) / 2];
	c->heap[i] = m;
}

static struct message *heap_pop(struct channel *c)
{
	struct message *top = c->heap[0];
	struct message *last = c->heap[--c->nr];
	u32 i = 0, child;

	for (; (child = 2 * i + 1) < c->nr; i = child) {
		if (child + 1 < c->nr && earlier(c->heap[child + 1], c->heap[child]))
			child++;
		if (!earlier(c->heap[child], last))
			break;
		c->heap[i] = c->heap[child];
	}
	c->heap[i] = last;
	return top;
}

static bool happens(struct channel *c, u32 ppm)
{
	return ppm && tap_random(&c->random) % 1000000 < ppm;
}

static bool is_lost(struct channel *c, struct way *w, u64 now)
{
	if (now < w->dead_until)
		return true;
	if (!happens(c, c->cfg.loss_ppm))
		return false;
	w->dead_until = now + c->cfg.burst_ns;
	return true;
}

static u64 delay(struct channel *c, struct way *w)
{
	u64 ns = c->cfg.delay_ns;

	if (c->cfg.jitter_ns)
		ns += tap_random(&c->random) % c->cfg.jitter_ns;
	if (w->count++ & 1)
		ns += c->cfg.bond_ns;
	return ns;
}

static void deliver_at(struct channel *c, int to, const struct vrc_frame *f,
		       const struct pkt *data, u64 at)
{
	struct message *m = malloc(sizeof(*m));

	if (!m)
		abort();
	m->at = at;
	m->order = c->order++;
	m->to = to;
	m->f = *f;
	m->has_data = data;
	if (data)
		m->data = *data;
	heap_push(c, m);
}

int channel_send(struct channel *c, int to, const struct vrc_frame *f,
		 const struct pkt *data, u64 now)
{
	struct way *w = &c->way[to];
	int i, copies = 1;

	if (w->wire_free < now)
		w->wire_free = now;
	if (c->cfg.queue && w->wire_free - now > c->cfg.queue * c->cfg.frame_ns)
		return 0;
	w->wire_free += c->cfg.frame_ns;
	if (is_lost(c, w, w->wire_free))
		return 0;
	if (happens(c, c->cfg.dup_ppm))
		copies = 2;
	for (i = 0; i < copies; i++)
		deliver_at(c, to, f, data, w->wire_free + delay(c, w));
	return copies;
}

u64 channel_next(const struct channel *c)
{
	return c->nr ? c->heap[0]->at : VRC_ARQ_NEVER;
}

void channel_receive(struct channel *c, struct message *m)
{
	struct message *top = heap_pop(c);

	*m = *top;
	free(top);
}
