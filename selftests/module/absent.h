/* SPDX-License-Identifier: GPL-2.0-only */
/* Memory whose pages come when somebody lets them. */
#ifndef VRC_ABSENT_H
#define VRC_ABSENT_H

#include <stddef.h>

/*
 * A userfaultfd with @flags for the pages of @mem that are not there yet, which come when it is
 * told to give them, or is closed. -1: the test is skipped, or has failed.
 */
int absent_pages(void *mem, size_t len, int flags);

#endif /* VRC_ABSENT_H */
