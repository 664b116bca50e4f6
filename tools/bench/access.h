/* SPDX-License-Identifier: GPL-2.0-only */
/* What the programs that use a vfio device share. */
#ifndef BENCH_ACCESS_H
#define BENCH_ACCESS_H

#include "vfio_dev.h"

/* Memory and bus mastering on. */
void dev_mem_enable(struct dev *d);
/* Frames that the port of @d has sent and received, ever. */
uint64_t port_frames(const struct dev *d);
/* Longer than the link delays an ack: then it is idle again. */
void settle(void);

#endif /* BENCH_ACCESS_H */
