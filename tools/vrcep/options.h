/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Options of a model: --function nvme,path=disk.img,block=4096 on the command
 * line, the same names as members of an object in the configuration file.
 */
#ifndef VRCEP_OPTIONS_H
#define VRCEP_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ep_option {
	const char *name;
	const char *help;	/* one line: what it is, unit, default */
};

struct ep_options;

/* NULL if not given. */
const char *ep_options_get(const struct ep_options *o, const char *name);
/*
 * A number (decimal or 0x, with K, M, G, T as powers of 1024), on/off. 0, or -1 with a message in
 * @err when the value is no such thing or out of [min, max]. Not given: *@val is left alone.
 */
int ep_options_number(const struct ep_options *o, const char *name, uint64_t min, uint64_t max,
		      uint64_t *val, char *err, size_t err_len);
int ep_options_bool(const struct ep_options *o, const char *name, bool *val, char *err,
		    size_t err_len);

#endif /* VRCEP_OPTIONS_H */
