// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "options.h"
#include "options-core.h"

struct ep_options {
	unsigned int nr;
	struct {
		char *name;
		char *value;
	} v[EP_MAX_OPTIONS];
};

struct ep_options *ep_options_new(void)
{
	return calloc(1, sizeof(struct ep_options));
}

void ep_options_free(struct ep_options *o)
{
	unsigned int i;

	if (!o)
		return;
	for (i = 0; i < o->nr; i++) {
		free(o->v[i].name);
		free(o->v[i].value);
	}
	free(o);
}

static int find(const struct ep_options *o, const char *name)
{
	unsigned int i;

	for (i = 0; i < o->nr; i++)
		if (!strcmp(o->v[i].name, name))
			return (int)i;
	return -1;
}

const char *ep_options_get(const struct ep_options *o, const char *name)
{
	int i = find(o, name);

	return i < 0 ? NULL : o->v[i].value;
}

int ep_options_set(struct ep_options *o, const char *name, const char *value, char *err,
		   size_t err_len)
{
	if (find(o, name) >= 0) {
		snprintf(err, err_len, "option '%s' is given twice", name);
		return -1;
	}
	if (o->nr == EP_MAX_OPTIONS) {
		snprintf(err, err_len, "option '%s': more than %d options", name, EP_MAX_OPTIONS);
		return -1;
	}
	o->v[o->nr].name = strdup(name);
	o->v[o->nr].value = strdup(value);
	if (!o->v[o->nr].name || !o->v[o->nr].value) {
		free(o->v[o->nr].name);
		free(o->v[o->nr].value);
		snprintf(err, err_len, "out of memory");
		return -1;
	}
	o->nr++;
	return 0;
}

/* Copies one comma-separated item to @dst, ",," as a comma; returns where the next starts. */
static const char *next_item(const char *s, char *dst)
{
	while (*s) {
		if (*s == ',') {
			if (s[1] != ',')
				break;
			s++;
		}
		*dst++ = *s++;
	}
	*dst = '\0';
	return *s ? s + 1 : NULL;
}

int ep_options_parse(struct ep_options *o, const char *text, char *model, size_t model_len,
		     char *err, size_t err_len)
{
	char *item = malloc(strlen(text) + 1);
	const char *rest;
	int ret = 0;

	if (!item) {
		snprintf(err, err_len, "out of memory");
		return -1;
	}
	rest = next_item(text, item);
	snprintf(model, model_len, "%s", item);
	while (rest && !ret) {
		char *eq;

		rest = next_item(rest, item);
		eq = strchr(item, '=');
		if (eq)
			*eq = '\0';
		ret = ep_options_set(o, item, eq ? eq + 1 : "on", err, err_len);
	}
	free(item);
	return ret;
}

static bool known(const struct ep_option *allowed, const char *name)
{
	for (; allowed && allowed->name; allowed++)
		if (!strcmp(allowed->name, name))
			return true;
	return false;
}

int ep_options_check(const struct ep_options *o, const char *model,
		     const struct ep_option *allowed, char *err, size_t err_len)
{
	unsigned int i;
	int n;

	for (i = 0; i < o->nr; i++) {
		if (known(allowed, o->v[i].name))
			continue;
		n = snprintf(err, err_len, "'%s' has no option '%s'; it has:", model,
			     o->v[i].name);
		for (; allowed && allowed->name && n > 0 && (size_t)n < err_len; allowed++)
			n += snprintf(err + n, err_len - (size_t)n, " %s", allowed->name);
		return -1;
	}
	return 0;
}

static int suffix_shift(char c)
{
	static const char suffixes[] = "KMGT";
	const char *p = c ? strchr(suffixes, c & ~0x20) : NULL;

	return p ? 10 * (int)(p - suffixes + 1) : -1;
}

int ep_parse_number(const char *s, uint64_t *val)
{
	int shift = 0;
	char *end;

	if (*s < '0' || *s > '9')
		return -1;
	errno = 0;
	*val = strtoull(s, &end, s[0] == '0' && (s[1] | 0x20) == 'x' ? 16 : 10);
	if (errno)
		return -1;
	if (*end) {
		shift = suffix_shift(*end);
		if (shift < 0 || end[1] || *val > UINT64_MAX >> shift)
			return -1;
	}
	*val <<= shift;
	return 0;
}

int ep_options_number(const struct ep_options *o, const char *name, uint64_t min, uint64_t max,
		      uint64_t *val, char *err, size_t err_len)
{
	const char *s = ep_options_get(o, name);
	uint64_t v;

	if (!s)
		return 0;
	if (ep_parse_number(s, &v) || v < min || v > max) {
		snprintf(err, err_len, "%s=%s: expected a number from %llu to %llu", name, s,
			 (unsigned long long)min, (unsigned long long)max);
		return -1;
	}
	*val = v;
	return 0;
}

int ep_options_bool(const struct ep_options *o, const char *name, bool *val, char *err,
		    size_t err_len)
{
	const char *s = ep_options_get(o, name);

	if (!s)
		return 0;
	if (!strcmp(s, "on") || !strcmp(s, "true") || !strcmp(s, "1")) {
		*val = true;
	} else if (!strcmp(s, "off") || !strcmp(s, "false") || !strcmp(s, "0")) {
		*val = false;
	} else {
		snprintf(err, err_len, "%s=%s: expected on or off", name, s);
		return -1;
	}
	return 0;
}
