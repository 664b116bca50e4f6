// SPDX-License-Identifier: GPL-2.0-only
/* The status as JSON: Documentation/vrcep.rst tells what each member means. */
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "core.h"
#include "status.h"
#include "station.h"

static void add_text(struct json_object *o, const char *name, const char *value)
{
	json_object_object_add(o, name, json_object_new_string(value));
}

static void add_nr(struct json_object *o, const char *name, uint64_t value)
{
	json_object_object_add(o, name, json_object_new_uint64(value));
}

static void add_hex(struct json_object *o, const char *name, uint64_t value)
{
	char text[32];

	snprintf(text, sizeof(text), "%#018llx", (unsigned long long)value);
	add_text(o, name, text);
}

static void add_mac(struct json_object *o, const char *name, const uint8_t *mac)
{
	char text[18];

	snprintf(text, sizeof(text), EP_MAC_FMT, EP_MAC_ARG(mac));
	add_text(o, name, text);
}

/* A counter has the same name here as in its structure. */
#define ADD(o, stats, name)	add_nr(o, #name, (stats)->name)

static struct json_object *owner_json(const struct ep_session *s, uint64_t now)
{
	struct json_object *o = json_object_new_object();

	add_text(o, "name", s->owner);
	add_hex(o, "root", s->root_id);
	add_mac(o, "mac", s->mac);
	add_text(o, "label", s->label);
	add_nr(o, "lease_ms", s->lease_ms);
	add_nr(o, "seconds", (now - s->since) / 1000000000);
	add_nr(o, "silent_ms", (now - s->heard) / 1000000);
	add_nr(o, "payload", s->payload);
	add_nr(o, "rtt_us", s->arq.srtt / 1000);
	add_nr(o, "backlog", s->backlog);
	return o;
}

/* Of the session that is there, or was there last. */
static struct json_object *session_json(const struct ep_session *s)
{
	const struct vrc_arq_stats *a = &s->arq.stats;
	struct json_object *o = json_object_new_object();

	ADD(o, a, tx_frames);
	ADD(o, a, tx_again);
	ADD(o, a, tx_rto);
	ADD(o, a, tx_fast);
	ADD(o, a, spurious);
	ADD(o, a, rx_frames);
	ADD(o, a, rx_dup);
	ADD(o, a, rx_held);
	ADD(o, a, rx_outside);
	ADD(o, &s->stats, rx_tlps);
	ADD(o, &s->stats, tx_tlps);
	ADD(o, &s->stats, rx_bytes);
	ADD(o, &s->stats, tx_bytes);
	ADD(o, &s->stats, bad_tlps);
	ADD(o, &s->stats, bad_ecrc);
	ADD(o, &s->stats, bad_acks);
	ADD(o, &s->stats, leases_lost);
	ADD(o, &s->stats, half_open);
	ADD(o, &s->stats, stale);
	ADD(o, &s->stats, stuck);
	ADD(o, &s->stats, black_holes);
	return o;
}

static struct json_object *counters_json(const struct ep_func_core *c)
{
	const struct ep_func_stats *s = &c->stats;
	struct json_object *o = json_object_new_object();

	ADD(o, s, ur);
	ADD(o, s, poisoned);
	ADD(o, s, unexpected);
	ADD(o, s, posted_dropped);
	ADD(o, s, dma_reads);
	ADD(o, s, dma_writes);
	ADD(o, s, dma_read_bytes);
	ADD(o, s, dma_write_bytes);
	ADD(o, s, dma_errors);
	ADD(o, s, dma_timeouts);
	ADD(o, s, interrupts);
	ADD(o, s, resets);
	ADD(o, s, flrs);
	return o;
}

static struct json_object *function_json(struct ep_func_core *c)
{
	struct json_object *o = json_object_new_object();
	char text[256] = "", bdf[16];
	uint16_t id = ep_func_bdf(c);

	snprintf(bdf, sizeof(bdf), "%02x:%02x.%u", VRC_BDF_BUS(id), VRC_BDF_DEV(id),
		 VRC_BDF_FN(id));
	add_nr(o, "function", c->f->number);
	add_text(o, "model", c->f->model->name);
	add_text(o, "bdf", bdf);
	if (c->f->model->status)
		c->f->model->status(c->f, text, sizeof(text));
	add_text(o, "device", text);
	json_object_object_add(o, "owner", ep_session_up(&c->session) ?
			       owner_json(&c->session, ep_now(ep_func_loop(c))) : NULL);
	json_object_object_add(o, "session", session_json(&c->session));
	json_object_object_add(o, "counters", counters_json(c));
	return o;
}

static struct json_object *station_json(const struct ep_station *st)
{
	struct json_object *o = json_object_new_object(), *functions = json_object_new_array();
	unsigned int i;

	add_text(o, "name", st->cfg.name);
	add_text(o, "interface", st->port->name);
	add_hex(o, "serial", st->cfg.serial);
	add_hex(o, "instance", st->instance);
	add_mac(o, "mac", st->cfg.mac);
	add_text(o, "group", st->cfg.group);
	ADD(o, &st->stats, discovers);
	ADD(o, &st->stats, advertises);
	ADD(o, &st->stats, answers_dropped);
	ADD(o, &st->stats, binds);
	ADD(o, &st->stats, refused);
	ADD(o, &st->stats, rx_kind);
	ADD(o, &st->stats, rx_session);
	ADD(o, &st->stats, twins);
	for (i = 0; i < st->nr_functions; i++)
		json_object_array_add(functions, function_json(st->func[i]));
	json_object_object_add(o, "functions", functions);
	return o;
}

static struct json_object *port_json(struct ep_port *p)
{
	struct json_object *o = json_object_new_object();

	if (p->ops->update_stats)
		p->ops->update_stats(p);

	add_text(o, "name", p->name);
	add_mac(o, "mac", p->mac);
	add_nr(o, "mtu", p->mtu);
	add_nr(o, "buffers", p->pool.total);
	add_nr(o, "buffers_used", p->pool.used);
	ADD(o, &p->stats, rx_frames);
	ADD(o, &p->stats, tx_frames);
	ADD(o, &p->stats, tx_lost);
	ADD(o, &p->stats, rx_vlan);
	ADD(o, &p->stats, rx_other);
	ADD(o, &p->stats, rx_malformed);
	ADD(o, &p->stats, rx_version);
	ADD(o, &p->stats, rx_corrupted);
	ADD(o, &p->stats, rx_no_buffer);
	ADD(o, &p->stats, rx_ring_full);
	ADD(o, &p->stats, stale_sent);
	ADD(o, &p->stats, stale_limited);
	return o;
}

char *ep_status_json(struct ep_port *ports)
{
	struct json_object *root = json_object_new_object();
	struct json_object *interfaces = json_object_new_array();
	struct json_object *stations = json_object_new_array();
	const struct ep_station *st;
	char *text;

	for (; ports; ports = ports->next) {
		json_object_array_add(interfaces, port_json(ports));
		for (st = ports->stations; st; st = st->next)
			json_object_array_add(stations, station_json(st));
	}
	json_object_object_add(root, "interfaces", interfaces);
	json_object_object_add(root, "stations", stations);
	if (asprintf(&text, "%s\n",
		     json_object_to_json_string_ext(root, JSON_C_TO_STRING_PRETTY)) < 0)
		text = NULL;
	json_object_put(root);
	return text;
}
