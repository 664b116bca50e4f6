/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Events for the readers of /dev/vrc (include/uapi/vrc.h). Every reader has a
 * bounded queue of its own, so a slow one costs nobody else anything.
 */
#ifndef VRC_EVENT_H
#define VRC_EVENT_H

#include <linux/compiler.h>
#include <linux/types.h>
#include <vrc.h>

struct file;
struct poll_table_struct;
struct vrc_port;
struct vrc_reader;

/* Tells every reader. @bdf 0: about no function. Any context but hard interrupt. */
__printf(5, 6)
void vrc_event(const struct vrc_port *port, u32 type, u16 bdf, u64 arg, const char *fmt, ...);

/* For chardev.c: */
struct vrc_reader *vrc_reader_create(void);
void vrc_reader_destroy(struct vrc_reader *r);
ssize_t vrc_reader_read(struct vrc_reader *r, char __user *buf, size_t len, bool nonblock);
__poll_t vrc_reader_poll(struct vrc_reader *r, struct file *file, struct poll_table_struct *wait);

#endif /* VRC_EVENT_H */
