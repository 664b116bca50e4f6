// SPDX-License-Identifier: GPL-2.0-only
/*
 * The configuration file: a JSON object whose members are the long options; the
 * stations are an array of objects, the functions of each an array of objects with
 * "model" and the model's own options.
 */
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "conf.h"

/* The text of a scalar value; NULL for anything else. */
static const char *scalar(struct json_object *v)
{
	switch (json_object_get_type(v)) {
	case json_type_boolean:
		return json_object_get_boolean(v) ? "on" : "off";
	case json_type_int:
	case json_type_string:
		return json_object_get_string(v);
	default:
		return NULL;
	}
}

static int bad_type(const char *name, const char *expected, char *err)
{
	snprintf(err, EP_ERR_LEN, "\"%s\": expected %s", name, expected);
	return -1;
}

static int set_scalar(struct ep_conf *c, const char *name, struct json_object *v, char *err)
{
	const char *text = scalar(v);

	if (!text)
		return bad_type(name, "a string, a number, true or false", err);
	return ep_conf_set(c, name, text, err);
}

static int add_option(struct ep_options *o, const char *name, struct json_object *v, char *err)
{
	const char *text = scalar(v);

	if (!text)
		return bad_type(name, "a string, a number, true or false", err);
	return ep_options_set(o, name, text, err, EP_ERR_LEN);
}

static int add_function(struct ep_conf *c, struct json_object *fn, char *err)
{
	struct ep_options *opts;
	struct json_object *model;

	if (!json_object_is_type(fn, json_type_object) ||
	    !json_object_object_get_ex(fn, "model", &model) ||
	    !json_object_is_type(model, json_type_string))
		return bad_type("functions", "objects with a \"model\"", err);
	opts = ep_options_new();
	if (!opts)
		return bad_type("functions", "more memory", err);
	json_object_object_foreach(fn, name, v) {
		if (!strcmp(name, "model") || !add_option(opts, name, v, err))
			continue;
		ep_options_free(opts);
		return -1;
	}
	return ep_conf_add_model(c, json_object_get_string(model), opts, err);
}

static int each(struct ep_conf *c, const char *name, struct json_object *array,
		int (*take)(struct ep_conf *c, struct json_object *v, char *err), char *err)
{
	size_t i, nr;

	if (!json_object_is_type(array, json_type_array))
		return bad_type(name, "an array", err);
	nr = json_object_array_length(array);
	for (i = 0; i < nr; i++)
		if (take(c, json_object_array_get_idx(array, i), err))
			return -1;
	return 0;
}

static int add_allow(struct ep_conf *c, struct json_object *v, char *err)
{
	return set_scalar(c, "allow", v, err);
}

static int fill_station(struct ep_conf *c, struct json_object *st, char *err)
{
	int ret = 0;

	if (!json_object_is_type(st, json_type_object))
		return bad_type("stations", "an array of objects", err);
	json_object_object_foreach(st, name, v) {
		if (!strcmp(name, "functions"))
			ret = each(c, name, v, add_function, err);
		else if (!strcmp(name, "allow") && json_object_is_type(v, json_type_array))
			ret = each(c, name, v, add_allow, err);
		else
			ret = set_scalar(c, name, v, err);
		if (ret)
			break;
	}
	return ret;
}

static int add_station(struct ep_conf *c, struct json_object *st, char *err)
{
	/* ep_conf_init() has made the first one. */
	if (c->station[c->nr_stations - 1].nr_functions && ep_conf_add_station(c, err))
		return -1;
	return fill_station(c, st, err);
}

static int fill(struct ep_conf *c, struct json_object *root, char *err)
{
	struct json_object *stations = NULL;

	if (!json_object_is_type(root, json_type_object))
		return bad_type("the file", "an object", err);
	json_object_object_foreach(root, name, v) {
		if (!strcmp(name, "stations"))
			stations = v;
		else if (set_scalar(c, name, v, err))
			return -1;
	}
	if (!stations)
		return bad_type("stations", "an array of objects, it is missing", err);
	return each(c, "stations", stations, add_station, err);
}

int ep_conf_file(struct ep_conf *c, const char *path, char *err)
{
	struct json_object *root = json_object_from_file(path);
	char what[EP_ERR_LEN];
	int ret;

	if (!root) {
		snprintf(what, sizeof(what), "%s", json_util_get_last_err());
		what[strcspn(what, "\n")] = '\0';
		snprintf(err, EP_ERR_LEN, "%.200s: %.300s", path, what);
		return -1;
	}
	ret = fill(c, root, what);
	if (ret)
		snprintf(err, EP_ERR_LEN, "%.200s: %.300s", path, what);
	json_object_put(root);
	return ret;
}
