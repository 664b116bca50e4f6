/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef VRCCTL_LISTING_H
#define VRCCTL_LISTING_H

#include "dev.h"

/* Prints the functions of @nr ports as a table or JSON; EXIT_*. */
int listing_print(const struct port *ports, unsigned int nr);

typedef void (*func_visitor)(const struct func *f, const struct vrc_map_place *place,
			     const struct vrc_ioctl_func_info *info, void *arg);
/* Every function of a port, in the order of BDFs; EXIT_*. */
int each_func(unsigned int port, func_visitor visit, void *arg);
/* Those of one station. */
void each_func_of(unsigned int port, const struct vrc_map_place *place, func_visitor visit,
		  void *arg);

/* The same keys in "list" and "show". */
struct json_object *listing_json(const struct func *f, const struct vrc_map_place *place,
				 const struct vrc_ioctl_func_info *info);
/* "absent" if the station did not answer the last scan, else the state. */
const char *listing_state(const struct vrc_map_place *place,
			  const struct vrc_ioctl_func_info *info);
/* Who has the function, into @text; "-": nobody. */
void listing_user(const struct vrc_ioctl_func_info *info, char *text, size_t size);

#endif /* VRCCTL_LISTING_H */
