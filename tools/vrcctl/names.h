/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Names that people know: of devices from pci.ids, by libpci, and of virtual machines.
 */
#ifndef VRCCTL_NAMES_H
#define VRCCTL_NAMES_H

#include <stddef.h>

#include "dev.h"

#define NAME_LEN	128

/* Of the class, as "Ethernet controller". */
void class_name(const struct vrc_ioctl_func_info *info, char *text);
/* Of the vendor and the device; false, and their numbers, if pci.ids does not know the device. */
bool device_name(const struct vrc_ioctl_func_info *info, char *text);
/* The device if it is known, else its class and its numbers. */
void short_name(const struct vrc_ioctl_func_info *info, char *text);

/*
 * The process that has the mdev @uuid open: "web1 (1234)", by QEMU's -name or else by the name of
 * the program. False: nobody, or it is not for us to see.
 */
bool vm_name(const char *uuid, char *text, size_t size);

#endif /* VRCCTL_NAMES_H */
