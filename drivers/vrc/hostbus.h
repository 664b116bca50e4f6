/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Functions as PCI devices of the host. Managers of virtual machines (libvirt, and OpenStack above
 * it) look for parents of mediated devices among PCI devices and nowhere else. The functions of a
 * port that was made with VRC_PORT_PCI are there: port N is PCI domain VRC_HOST_DOMAIN + N, and a
 * function has the bus, device and function number there that it has in VRC.
 *
 * The host sees who a function is (IDs, class) and no more: no BARs, no capabilities, and what it
 * writes has no effect. The driver "vrc" is the only one that gets the device.
 *
 * Under port->lock; pci_lock_rescan_remove() is taken below it. Whoever removes a device by its
 * "remove" file has that lock first, and waits there for the mdev to be closed, but needs no
 * port->lock for it. Until it is closed all hotplug of the host waits, and with it who makes or
 * removes a function of a port that has VRC_PORT_PCI. He has that port's lock, so that port's
 * ioctls wait, too, killably; its sessions and other ports go on.
 */
#ifndef VRC_HOSTBUS_H
#define VRC_HOSTBUS_H

#include <linux/errno.h>
#include <linux/kconfig.h>

/* The upper half of what four digits can say: more of them OpenStack Nova takes for a mistake. */
#define VRC_HOST_DOMAIN	0x8000

struct vrc_func;

#if IS_ENABLED(CONFIG_X86)
/* Makes its PCI device, which becomes the parent of its mdev. */
int vrc_hostbus_add(struct vrc_func *f);
/* Undoes it; nothing to do if there is none. */
void vrc_hostbus_remove(struct vrc_func *f);
/* Links between the device of @f, which is being probed, and the PCI device. */
int vrc_hostbus_link(struct vrc_func *f);
void vrc_hostbus_unlink(struct vrc_func *f);
int vrc_hostbus_init(void);
void vrc_hostbus_exit(void);
#else
/* Where PCI domains are not the host bridge driver's to choose. VRC_PORT_PCI is refused. */
static inline int vrc_hostbus_add(struct vrc_func *f)
{
	return -EOPNOTSUPP;
}

static inline void vrc_hostbus_remove(struct vrc_func *f)
{
}

static inline int vrc_hostbus_link(struct vrc_func *f)
{
	return -EOPNOTSUPP;
}

static inline void vrc_hostbus_unlink(struct vrc_func *f)
{
}

static inline int vrc_hostbus_init(void)
{
	return 0;
}

static inline void vrc_hostbus_exit(void)
{
}
#endif

#endif /* VRC_HOSTBUS_H */
