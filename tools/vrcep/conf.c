// SPDX-License-Identifier: GPL-2.0-only
/* See conf.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf.h"

#define DEFAULT_RING	2048

static struct ep_conf_station *current(struct ep_conf *c)
{
	return &c->station[c->nr_stations - 1];
}

int ep_conf_add_station(struct ep_conf *c, char *err)
{
	struct ep_conf_station *s = realloc(c->station, (c->nr_stations + 1) * sizeof(*s));

	if (!s) {
		snprintf(err, EP_ERR_LEN, "out of memory");
		return -1;
	}
	c->station = s;
	s += c->nr_stations++;
	memset(s, 0, sizeof(*s));
	memcpy(s->interface, c->interface, sizeof(s->interface));
	s->count = 1;
	s->cfg.max_lease_ms = VRC_MAX_LEASE_MS;
	return 0;
}

int ep_conf_init(struct ep_conf *c, char *err)
{
	*c = (struct ep_conf){ .ethertype = VRC_ETHERTYPE, .ring_frames = DEFAULT_RING,
				 .sandbox = true };
	return ep_conf_add_station(c, err);
}

void ep_conf_free(struct ep_conf *c)
{
	unsigned int i, j;

	for (i = 0; i < c->nr_stations; i++)
		for (j = 0; j < c->station[i].nr_functions; j++)
			ep_options_free(c->station[i].function[j].opts);
	free(c->station);
	free(c->user);
	free(c->status);
}

/* ---- values ---- */

static int set_text(char *dst, size_t max, const char *name, const char *value, char *err)
{
	size_t len = strlen(value);

	if (!len || len > max) {
		snprintf(err, EP_ERR_LEN, "%s '%s': expected 1 to %zu bytes", name, value, max);
		return -1;
	}
	memcpy(dst, value, len + 1);
	return 0;
}

static int parse_number(const char *name, const char *value, uint64_t min, uint64_t max,
			uint64_t *v, char *err)
{
	if (!ep_parse_number(value, v) && *v >= min && *v <= max)
		return 0;
	snprintf(err, EP_ERR_LEN, "%s '%s': expected a number from %#llx to %#llx", name, value,
		 (unsigned long long)min, (unsigned long long)max);
	return -1;
}

static bool parse_mac(const char *value, uint8_t *mac)
{
	int end = 0;

	return sscanf(value, "%2hhx:%2hhx:%2hhx:%2hhx:%2hhx:%2hhx%n", &mac[0], &mac[1], &mac[2],
		      &mac[3], &mac[4], &mac[5], &end) == 6 && !value[end];
}

static int set_mac(struct ep_conf *c, const char *value, char *err)
{
	struct ep_conf_station *s = current(c);

	s->has_mac = parse_mac(value, s->cfg.mac) && !(s->cfg.mac[0] & 1);
	if (s->has_mac)
		return 0;
	snprintf(err, EP_ERR_LEN, "mac '%s': expected a unicast address like 02:00:00:00:00:01",
		 value);
	return -1;
}

static int set_allow(struct ep_conf *c, const char *value, char *err)
{
	struct ep_station_config *cfg = &current(c)->cfg;
	struct ep_allow *a = &cfg->allow[cfg->nr_allow];

	if (cfg->nr_allow == EP_MAX_ALLOW) {
		snprintf(err, EP_ERR_LEN, "allow '%s': more than %d entries", value, EP_MAX_ALLOW);
		return -1;
	}
	a->is_mac = parse_mac(value, a->mac);
	if (!a->is_mac && (ep_parse_number(value, &a->root_id) || !a->root_id)) {
		snprintf(err, EP_ERR_LEN,
			 "allow '%s': expected a MAC or the number of a root (0x...)", value);
		return -1;
	}
	cfg->nr_allow++;
	return 0;
}

static int set_serial(struct ep_conf *c, const char *value, char *err)
{
	struct ep_conf_station *s = current(c);

	s->has_serial = true;
	return parse_number("serial", value, 1, UINT64_MAX, &s->cfg.serial, err);
}

static int set_count(struct ep_conf *c, const char *value, char *err)
{
	uint64_t v = 0;
	int ret = parse_number("count", value, 1, EP_MAX_COUNT, &v, err);

	current(c)->count = (unsigned int)v;
	return ret;
}

static int set_lease(struct ep_conf *c, const char *value, char *err)
{
	uint64_t v = 0;
	int ret = parse_number("max-lease", value, VRC_MIN_LEASE_MS, VRC_MAX_LEASE_MS, &v, err);

	current(c)->cfg.max_lease_ms = (uint32_t)v;
	return ret;
}

static int set_name(struct ep_conf *c, const char *value, char *err)
{
	return set_text(current(c)->cfg.name, VRC_NAME_LEN, "name", value, err);
}

static int set_group(struct ep_conf *c, const char *value, char *err)
{
	return set_text(current(c)->cfg.group, VRC_GROUP_LEN, "group", value, err);
}

/* For this station and those that follow. */
static int set_interface(struct ep_conf *c, const char *value, char *err)
{
	if (set_text(c->interface, sizeof(c->interface) - 1, "interface", value, err))
		return -1;
	memcpy(current(c)->interface, c->interface, sizeof(c->interface));
	return 0;
}

static int set_ethertype(struct ep_conf *c, const char *value, char *err)
{
	uint64_t v = 0;
	int ret = parse_number("ethertype", value, 0x600, 0xffff, &v, err);

	c->ethertype = (uint16_t)v;
	return ret;
}

static int set_ring(struct ep_conf *c, const char *value, char *err)
{
	uint64_t v = 0;
	int ret = parse_number("ring", value, 64, 1 << 20, &v, err);

	c->ring_frames = (unsigned int)v;
	return ret;
}

static int parse_on_off(const char *name, const char *value, bool *v, char *err)
{
	*v = !strcmp(value, "on");
	if (*v || !strcmp(value, "off"))
		return 0;
	snprintf(err, EP_ERR_LEN, "%s '%s': expected on or off", name, value);
	return -1;
}

static int set_qdisc_bypass(struct ep_conf *c, const char *value, char *err)
{
	return parse_on_off("qdisc-bypass", value, &c->qdisc_bypass, err);
}

static int set_sandbox(struct ep_conf *c, const char *value, char *err)
{
	return parse_on_off("sandbox", value, &c->sandbox, err);
}

static int set_string(char **dst, const char *value, char *err)
{
	free(*dst);
	*dst = strdup(value);
	if (*dst)
		return 0;
	snprintf(err, EP_ERR_LEN, "out of memory");
	return -1;
}

static int set_user(struct ep_conf *c, const char *value, char *err)
{
	return set_string(&c->user, value, err);
}

static int set_status(struct ep_conf *c, const char *value, char *err)
{
	return set_string(&c->status, value, err);
}

/* ---- functions ---- */

static const struct ep_model *find_model(const char *name)
{
	const struct ep_model *const *m;

	for (m = ep_models; *m; m++)
		if (!strcmp((*m)->name, name))
			return *m;
	return NULL;
}

static void no_model(const char *name, char *err)
{
	const struct ep_model *const *m;
	int n = snprintf(err, EP_ERR_LEN, "no model '%.64s'; there are:", name);

	for (m = ep_models; *m && n < EP_ERR_LEN; m++)
		n += snprintf(err + n, (size_t)(EP_ERR_LEN - n), " %s", (*m)->name);
}

int ep_conf_add_model(struct ep_conf *c, const char *name, struct ep_options *opts, char *err)
{
	struct ep_conf_station *s = current(c);
	const struct ep_model *model = find_model(name);

	if (!model) {
		no_model(name, err);
	} else if (s->nr_functions == VRC_MAX_FUNCTIONS) {
		snprintf(err, EP_ERR_LEN, "function '%s': a station has at most %d functions",
			 name, VRC_MAX_FUNCTIONS);
	} else if (!ep_options_check(opts, name, model->options, err, EP_ERR_LEN)) {
		s->function[s->nr_functions++] = (struct ep_conf_function){ model, opts };
		return 0;
	}
	ep_options_free(opts);
	return -1;
}

/* "nvme,path=disk.img" */
static int add_function(struct ep_conf *c, const char *text, char *err)
{
	struct ep_options *opts = ep_options_new();
	char model[64];

	if (!opts) {
		snprintf(err, EP_ERR_LEN, "out of memory");
		return -1;
	}
	if (ep_options_parse(opts, text, model, sizeof(model), err, EP_ERR_LEN)) {
		ep_options_free(opts);
		return -1;
	}
	return ep_conf_add_model(c, model, opts, err);
}

/* ---- settings by name ---- */

static const struct {
	const char *name;
	int (*set)(struct ep_conf *c, const char *value, char *err);
} settings[] = {
	{ "interface", set_interface },
	{ "ethertype", set_ethertype },
	{ "ring", set_ring },
	{ "qdisc-bypass", set_qdisc_bypass },
	{ "user", set_user },
	{ "sandbox", set_sandbox },
	{ "status", set_status },
	{ "name", set_name },
	{ "serial", set_serial },
	{ "mac", set_mac },
	{ "group", set_group },
	{ "allow", set_allow },
	{ "count", set_count },
	{ "max-lease", set_lease },
	{ "function", add_function },
};

int ep_conf_set(struct ep_conf *c, const char *name, const char *value, char *err)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(settings); i++)
		if (!strcmp(settings[i].name, name))
			return settings[i].set(c, value, err);
	snprintf(err, EP_ERR_LEN, "'%s' is no setting (vrcep --help lists them)", name);
	return -1;
}

unsigned int ep_conf_needs(const struct ep_conf *c)
{
	unsigned int i, j, needs = 0;

	for (i = 0; i < c->nr_stations; i++) {
		for (j = 0; j < c->station[i].nr_functions; j++) {
			const struct ep_conf_function *fn = &c->station[i].function[j];

			needs |= fn->model->needs ? fn->model->needs(fn->opts) : 0;
		}
	}
	return needs;
}

int ep_conf_check(const struct ep_conf *c, char *err)
{
	unsigned int i;

	for (i = 0; i < c->nr_stations; i++) {
		const struct ep_conf_station *s = &c->station[i];
		const char *missing = NULL;

		if (!s->interface[0])
			missing = "interface (-i eth0)";
		else if (!s->nr_functions)
			missing = "function (--function MODEL,...)";
		if (!missing)
			continue;
		snprintf(err, EP_ERR_LEN, "station %u ('%s') has no %s", i, s->cfg.name,
			 missing);
		return -1;
	}
	return 0;
}
