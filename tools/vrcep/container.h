/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef VRCEP_CONTAINER_H
#define VRCEP_CONTAINER_H

#include <stddef.h>

/* The structure of type @type whose member @member @ptr points to. */
#define container_of(ptr, type, member) \
	((type *)((char *)(ptr) - offsetof(type, member)))

#endif /* VRCEP_CONTAINER_H */
