// SPDX-License-Identifier: GPL-2.0-only
/* See world.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "world.h"

/* ---- ports: one per interface, however many stations use it ---- */

static struct ep_port *find_port(struct ep_world *w, const char *interface)
{
	struct ep_port *p;

	for (p = w->ports; p && strcmp(p->name, interface); p = p->next)
		;
	return p;
}

static struct ep_port *get_port(struct ep_world *w, const struct ep_conf *c,
				const char *interface, char *err)
{
	struct ep_port *p = find_port(w, interface);
	struct ep_packet_config cfg = {
		.interface = interface,
		.ethertype = c->ethertype,
		.qdisc_bypass = c->qdisc_bypass,
		.ring_frames = c->ring_frames,
	};

	if (p)
		return p;
	p = ep_packet_open(w->loop, &cfg, err, EP_ERR_LEN);
	if (p) {
		p->next = w->ports;
		w->ports = p;
	}
	return p;
}

/* ---- stations ---- */

static const struct ep_station *find_serial(const struct ep_world *w, uint64_t serial)
{
	const struct ep_port *p;
	const struct ep_station *st;

	for (p = w->ports; p; p = p->next)
		for (st = p->stations; st; st = st->next)
			if (st->cfg.serial == serial)
				return st;
	return NULL;
}

/* "%i" in the value of an option is the number of the station among its like. */
static int clone_value(struct ep_options *o, const char *name, const char *value, unsigned int i,
		       char *err)
{
	const char *p = strstr(value, "%i");
	char text[4096];

	if (!p)
		return ep_options_set(o, name, value, err, EP_ERR_LEN);
	snprintf(text, sizeof(text), "%.*s%u%s", (int)(p - value), value, i, p + 2);
	return ep_options_set(o, name, text, err, EP_ERR_LEN);
}

static struct ep_options *clone_options(const struct ep_conf_function *fn, unsigned int i,
					char *err)
{
	struct ep_options *o = ep_options_new();
	const struct ep_option *known = fn->model->options;

	for (; o && known && known->name; known++) {
		const char *value = ep_options_get(fn->opts, known->name);

		if (!value || !clone_value(o, known->name, value, i, err))
			continue;
		ep_options_free(o);
		return NULL;
	}
	if (!o)
		snprintf(err, EP_ERR_LEN, "out of memory");
	return o;
}

static int add_functions(struct ep_station *st, const struct ep_conf_station *s, unsigned int i,
			 char *err)
{
	unsigned int nr;
	char why[EP_ERR_LEN];

	for (nr = 0; nr < s->nr_functions; nr++) {
		const struct ep_conf_function *fn = &s->function[nr];
		struct ep_options *opts = clone_options(fn, i, why);

		if (opts && !ep_station_add_function(st, fn->model, opts, why, sizeof(why)))
			continue;
		snprintf(err, EP_ERR_LEN, "station '%s', function %u (%s): %.400s", st->cfg.name,
			 nr, fn->model->name, why);
		return -1;
	}
	return 0;
}

static void name_station(struct ep_station_config *cfg, const struct ep_conf_station *s,
			 const struct ep_port *p, unsigned int i)
{
	const char *base = s->cfg.name[0] ? s->cfg.name : p->name;

	if (s->count > 1 || (!s->cfg.name[0] && p->nr_stations))
		snprintf(cfg->name, sizeof(cfg->name), "%.24s-%u", base,
			 s->count > 1 ? i : p->nr_stations);
	else
		snprintf(cfg->name, sizeof(cfg->name), "%s", base);
}

static void number_station(struct ep_station_config *cfg, const struct ep_conf_station *s,
			   const struct ep_port *p, unsigned int i)
{
	if (s->has_serial)
		cfg->serial = s->cfg.serial + i;
	else
		cfg->serial = ep_serial_derive(p->name, p->nr_stations);
	if (s->has_mac && !i)
		return;
	if (!p->nr_stations && !p->mac_taken)
		memcpy(cfg->mac, p->mac, sizeof(cfg->mac));
	else
		ep_serial_mac(cfg->serial, cfg->mac);
}

static int check_unique(struct ep_world *w, struct ep_port *p,
			const struct ep_station_config *cfg, char *err)
{
	const struct ep_station *twin = find_serial(w, cfg->serial);

	if (twin) {
		snprintf(err, EP_ERR_LEN, "station '%s': serial %#llx is that of '%s' already",
			 cfg->name, (unsigned long long)cfg->serial, twin->cfg.name);
		return -1;
	}
	twin = ep_port_find(p, cfg->mac);
	if (twin) {
		snprintf(err, EP_ERR_LEN, "station '%s': address " EP_MAC_FMT
			 " is that of '%s' already", cfg->name, EP_MAC_ARG(cfg->mac),
			 twin->cfg.name);
		return -1;
	}
	return 0;
}

static int add_station(struct ep_world *w, struct ep_port *p, const struct ep_conf_station *s,
		       unsigned int i, char *err)
{
	struct ep_station_config cfg = s->cfg;
	struct ep_station *st;

	name_station(&cfg, s, p, i);
	number_station(&cfg, s, p, i);
	if (check_unique(w, p, &cfg, err))
		return -1;
	st = ep_station_create(p, &cfg, err, EP_ERR_LEN);
	return st ? add_functions(st, s, i, err) : -1;
}

static int add_stations(struct ep_world *w, const struct ep_conf *c,
			const struct ep_conf_station *s, char *err)
{
	struct ep_port *p = get_port(w, c, s->interface, err);
	unsigned int i;

	for (i = 0; p && i < s->count; i++)
		if (add_station(w, p, s, i, err))
			return -1;
	return p ? 0 : -1;
}

/* ---- all ---- */

int ep_world_open(struct ep_world *w, const struct ep_conf *c, char *err)
{
	unsigned int i;

	*w = (struct ep_world){ .loop = ep_loop_create() };
	if (!w->loop) {
		snprintf(err, EP_ERR_LEN, "no event loop: out of memory or file descriptors");
		return -1;
	}
	for (i = 0; i < c->nr_stations; i++) {
		if (!add_stations(w, c, &c->station[i], err))
			continue;
		ep_world_close(w);
		return -1;
	}
	return 0;
}

void ep_world_close(struct ep_world *w)
{
	struct ep_port *p;

	while ((p = w->ports)) {
		w->ports = p->next;
		while (p->stations)
			ep_station_destroy(p->stations);
		ep_port_destroy(p);
	}
	ep_loop_destroy(w->loop);
}

void ep_world_start(struct ep_world *w)
{
	struct ep_port *p;
	struct ep_station *st;

	for (p = w->ports; p; p = p->next)
		for (st = p->stations; st; st = st->next)
			ep_station_start(st);
}

void ep_world_shutdown(struct ep_world *w)
{
	struct ep_port *p;
	struct ep_station *st;

	for (p = w->ports; p; p = p->next)
		for (st = p->stations; st; st = st->next)
			ep_station_shutdown(st);
}

bool ep_world_busy(const struct ep_world *w)
{
	const struct ep_port *p;
	const struct ep_station *st;

	for (p = w->ports; p; p = p->next)
		for (st = p->stations; st; st = st->next)
			if (ep_station_busy(st))
				return true;
	return false;
}
