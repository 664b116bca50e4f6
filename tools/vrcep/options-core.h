/* SPDX-License-Identifier: GPL-2.0-only */
/* Options from the side of those who collect them; models see options.h. */
#ifndef VRCEP_OPTIONS_CORE_H
#define VRCEP_OPTIONS_CORE_H

#include "options.h"

#define EP_MAX_OPTIONS	32	/* of one function */

/* All that return int: 0, or -1 with a message in @err. */
struct ep_options *ep_options_new(void);
void ep_options_free(struct ep_options *o);
int ep_options_set(struct ep_options *o, const char *name, const char *value, char *err,
		   size_t err_len);
/* "nvme,path=disk.img,readonly": the model's name goes to @model, ",," is a comma in a value. */
int ep_options_parse(struct ep_options *o, const char *text, char *model, size_t model_len,
		     char *err, size_t err_len);
/* Has @o only options that the list @allowed names? */
int ep_options_check(const struct ep_options *o, const char *model,
		     const struct ep_option *allowed, char *err, size_t err_len);

/* Decimal or 0x, with K, M, G, T; 0 or -1. */
int ep_parse_number(const char *s, uint64_t *val);

#endif /* VRCEP_OPTIONS_CORE_H */
