/* SPDX-License-Identifier: GPL-2.0-only */
/* /dev/vrc: include/uapi/vrc.h is its specification. */
#ifndef VRC_CHARDEV_H
#define VRC_CHARDEV_H

int vrc_chardev_init(void);
void vrc_chardev_exit(void);

#endif /* VRC_CHARDEV_H */
