/* SPDX-License-Identifier: GPL-2.0-only */
/* Which bit of a function's config space is of which sort (vconfig.h). */
#ifndef VRC_VCONFIG_MAP_H
#define VRC_VCONFIG_MAP_H

#include "func.h"
#include "vconfig.h"

/* Fills in the maps of @c, which are zero, and c->initial for the function @f. */
void vrc_vconfig_map(struct vrc_vconfig *c, const struct vrc_func *f);

#endif /* VRC_VCONFIG_MAP_H */
