// SPDX-License-Identifier: GPL-2.0-only
/* The life of a function: creation by its model, resets, destruction. */
#include <stdio.h>
#include <stdlib.h>

#include "core.h"
#include "options-core.h"
#include "station.h"

/*
 * The core of the function whose model's create() is running: ep_config_init()
 * ties the two together. Here, and not allocated there, so that nothing leaks when
 * create() fails half-way.
 */
static struct ep_func_core *creating;

struct ep_func_core *ep_func_creating(void)
{
	return creating;
}

static void free_core(struct ep_func_core *c)
{
	ep_options_free(c->opts);
	free(c->rom);
	free(c->msi.table);
	free(c->msi.pending);
	free(c);
}

struct ep_func_core *ep_func_create(struct ep_station *st, unsigned int number,
				    const struct ep_model *model, struct ep_options *opts,
				    char *err, size_t err_len)
{
	struct ep_func_core *c = calloc(1, sizeof(*c));
	struct ep_func *f = NULL;

	if (!c) {
		snprintf(err, err_len, "out of memory");
		ep_options_free(opts);
		return NULL;
	}
	c->opts = opts;
	creating = c;
	if (!ep_options_check(opts, model->name, model->options, err, err_len))
		f = model->create(st->port->loop, opts, err, err_len);
	creating = NULL;
	if (!f) {
		free_core(c);
		return NULL;
	}
	f->station = st;
	f->number = number;
	ep_dma_init(c);
	ep_session_init(&c->session, c);
	ep_func_reset(c, EP_RESET_CONVENTIONAL);
	return c;
}

void ep_func_destroy(struct ep_func_core *c)
{
	ep_session_destroy(&c->session);
	ep_dma_reset(c, false);
	c->f->model->destroy(c->f);
	free_core(c);
}

/*
 * A conventional reset comes with the end of a session or the start of one: no
 * TLP of the time before can arrive any more. A function level reset leaves the
 * session, and with it answers that are on their way.
 */
void ep_func_reset(struct ep_func_core *c, enum ep_reset kind)
{
	c->stats.resets++;
	c->flr_due = false;
	ep_dma_reset(c, kind == EP_RESET_FLR);
	ep_config_reset(c, kind);
	ep_msi_reset(c);
	ep_bar_update(c);
	if (kind == EP_RESET_CONVENTIONAL) {
		c->bus = 0;
		c->dev = 0;
	} else {
		c->stats.flrs++;
	}
	c->f->model->reset(c->f, kind);
}

struct ep_loop *ep_func_loop(const struct ep_func_core *c)
{
	return c->f->station->port->loop;
}

uint16_t ep_func_bdf(const struct ep_func_core *c)
{
	return VRC_BDF(c->bus, c->dev, c->f->number);
}

void ep_func_log(struct ep_func *f, const char *fmt, ...)
{
	char who[VRC_NAME_LEN + 32];
	va_list ap;

	/* During create() there is no station yet. */
	snprintf(who, sizeof(who), "%s.%u (%s)", f->station ? f->station->cfg.name : "new",
		 f->number, f->model->name);
	if (f->station && !ep_limit_ok(&f->core->limit, ep_now(ep_func_loop(f->core)), who))
		return;
	va_start(ap, fmt);
	ep_vlog(who, fmt, ap);
	va_end(ap);
}
