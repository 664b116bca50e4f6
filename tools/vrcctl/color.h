/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Colours, on a terminal only: "--color auto", the default. NO_COLOR (no-color.org) turns them off.
 */
#ifndef VRCCTL_COLOR_H
#define VRCCTL_COLOR_H

#include <stdbool.h>

enum color { COLOR_NONE, COLOR_GOOD, COLOR_WARN, COLOR_BAD, COLOR_DIM, COLOR_BOLD };

/* auto, always or never; false: it is none of these. */
bool color_set(const char *when);
/* What to print before and after; empty where there are no colours. */
const char *color_begin(enum color c);
const char *color_end(enum color c);
/* Of a function that is in @state, VRC_STATE_*. */
enum color color_of_state(unsigned int state);

#endif /* VRCCTL_COLOR_H */
