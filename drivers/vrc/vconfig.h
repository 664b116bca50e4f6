/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The config space that the guest sees (table in Documentation/vfio-device.rst).
 *
 * Every bit is of one of these sorts, by the masks below:
 *
 *   constant   from the shadow that enumeration took; never a frame
 *   virtual    the guest's own copy; the function does not hear of it, except
 *              where vconfig.c acts on a write (Command, resets, power)
 *   live       read from the function
 *   through    written to the function; also kept, and written again after the
 *              link was down, if it is virtual as well
 *
 * Capabilities that would hand the guest something VRC has to own are taken out of the lists.
 * While the function is DOWN reads give ones and writes are dropped, as from an absent device.
 */
#ifndef VRC_VCONFIG_H
#define VRC_VCONFIG_H

#include <linux/types.h>

struct vrc_vdev;

struct vrc_vconfig {
	u8 *value;			/* constant and virtual bits */
	u8 *initial;			/* value after a reset */
	u8 *write;			/* 1: virtual */
	u8 *live;
	u8 *through;
	u16 size;
	u16 cap_af;			/* Advanced Features, 0: absent */
};

int vrc_vconfig_init(struct vrc_vdev *v);
void vrc_vconfig_destroy(struct vrc_vdev *v);

/* All under vdev->lock. */
void vrc_vconfig_reset(struct vrc_vdev *v);
/* After the link was down: what has been written through goes to the function again. */
void vrc_vconfig_replay(struct vrc_vdev *v);
/* @len 1, 2 or 4, aligned. 0, or -EINTR when killed while waiting. */
int vrc_vconfig_read(struct vrc_vdev *v, u16 off, unsigned int len, u32 *val);
int vrc_vconfig_write(struct vrc_vdev *v, u16 off, unsigned int len, u32 val);

u16 vrc_vconfig_get16(const struct vrc_vdev *v, u16 off);
/* In D0, as far as the guest has asked? */
bool vrc_vconfig_powered(const struct vrc_vdev *v);

#endif /* VRC_VCONFIG_H */
