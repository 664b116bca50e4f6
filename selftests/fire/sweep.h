/* SPDX-License-Identifier: GPL-2.0-only */
/* Each ioctl of /dev/vrc once as it should be, and with each of its fields odd. */
#ifndef VRC_FIRE_SWEEP_H
#define VRC_FIRE_SWEEP_H

#include <vrc.h>

#include "fire.h"

enum {
	PORT_ADD, PORT_REMOVE, SCAN, PLACE, MAP, FUNC_INFO, RESET, CFG, BAR, NR_IOCTLS
};

union arg {
	struct {
		__u32 argsz, flags, port;
	};
	struct vrc_ioctl_port_add add;
	struct vrc_ioctl_scan scan;
	struct vrc_ioctl_place place;
	struct vrc_ioctl_map map;
	struct vrc_ioctl_func_info info;
	struct vrc_ioctl_reset reset;
	struct vrc_ioctl_cfg cfg;
	struct vrc_ioctl_bar bar;
	uint8_t bytes[1024];
};

extern const char * const ioctl_names[NR_IOCTLS];
extern const uint32_t ioctl_sizes[NR_IOCTLS];

struct sweep {
	int dev;			/* /dev/vrc */
	unsigned int ifindex;
	uint32_t port;			/* of the interface; not in use */
	uint16_t bdf;			/* a function "test" of it */
	uint8_t *edge;			/* a page, behind which is nothing */
	size_t page;
	unsigned long good[NR_IOCTLS], bad[NR_IOCTLS];	/* that succeeded, that failed */
};

/*
 * The port is removed and added again on the way, which is in ->port then. 0, or -1 with what has
 * been answered otherwise than vrc.h says printed.
 */
int sweep_ioctls(struct sweep *w);

#endif /* VRC_FIRE_SWEEP_H */
