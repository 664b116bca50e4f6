/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Failures on demand (Documentation/fault-injection of the kernel): the n-th
 * allocation or copy from or to user space of this thread, or one of those that
 * anybody makes in the module's name.
 */
#ifndef VRC_FIRE_INJECT_H
#define VRC_FIRE_INJECT_H

#include "fire.h"

/* 0, or -1 with the reason printed: the kernel has no fault injection */
int inject_init(void);

enum inject_scope {
	INJECT_ALL,
	INJECT_MODULE,		/* what the module "vrc" calls */
	INJECT_INIT,		/* what a module's init function calls */
};

/* Only what is called from there fails. */
int inject_only(enum inject_scope scope);

/* Nothing fails that the kernel's own function @symbol calls. */
int inject_spare(const char *symbol);

/* From here on the @nth that can fail does, in this thread. */
void inject_begin(unsigned long nth);
/* How many more would have been needed; 0: it has failed. Nothing fails from here on. */
unsigned long inject_end(void);

/* From here on the first slab allocation beyond @bytes bytes fails, whoever makes it. */
void inject_begin_bytes(unsigned long bytes);
/* How many bytes were left; in *@failed whether one has failed. */
unsigned long inject_end_bytes(bool *failed);

#endif /* VRC_FIRE_INJECT_H */
