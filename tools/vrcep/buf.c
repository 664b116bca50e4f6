// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>

#include "buf.h"

void ep_pool_init(struct ep_pool *p, size_t frame_size, unsigned int max)
{
	*p = (struct ep_pool){ .size = frame_size, .max = max };
}

void ep_pool_destroy(struct ep_pool *p)
{
	struct ep_buf *b;

	while ((b = p->free)) {
		p->free = b->next;
		free(b);
	}
}

static struct ep_buf *grow(struct ep_pool *p)
{
	struct ep_buf *b;

	if (p->total == p->max)
		return NULL;
	b = malloc(sizeof(*b) + p->size);
	if (b)
		p->total++;
	return b;
}

struct ep_buf *ep_buf_get(struct ep_pool *p)
{
	struct ep_buf *b = p->free;

	if (b)
		p->free = b->next;
	else
		b = grow(p);
	if (!b)
		return NULL;
	p->used++;
	b->next = NULL;
	b->rx = NULL;
	b->len = 0;
	b->shared = false;
	return b;
}

void ep_buf_put(struct ep_pool *p, struct ep_buf *b)
{
	p->used--;
	b->next = p->free;
	p->free = b;
}
