/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The only file that knows kernel versions. Everything else is written for the
 * newest kernel supported; what older ones lack is made here, by the name that
 * the newest has. Tests for a macro are better than tests for a version: stable
 * kernels carry backports.
 */
#ifndef VRC_COMPAT_H
#define VRC_COMPAT_H

#include <linux/version.h>

#include <linux/eventfd.h>
#include <linux/hrtimer.h>
#include <linux/pci.h>
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <linux/vfio.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 12, 0)
#include <asm/unaligned.h>
#else
#include <linux/unaligned.h>
#endif

/* mac_pton() was in kernel.h once. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 4, 0)
#include <linux/kernel.h>
#else
#include <linux/hex.h>
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 13, 0)
static inline void hrtimer_setup(struct hrtimer *timer,
				 enum hrtimer_restart (*function)(struct hrtimer *),
				 clockid_t clock_id, enum hrtimer_mode mode)
{
	hrtimer_init(timer, clock_id, mode);
	timer->function = function;
}
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
#define timer_delete_sync(timer)	del_timer_sync(timer)
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 8, 0)
#define eventfd_signal(ctx)	eventfd_signal(ctx, 1)
#endif

/* Before there was memory of devices in an skb, all of it could be read. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 12, 0)
static inline bool skb_frags_readable(const struct sk_buff *skb)
{
	return true;
}
#endif

#ifndef PCI_HEADER_TYPE_MASK
#define PCI_HEADER_TYPE_MASK	0x7f
#endif

/* Up to 6.1 release() itself frees the device. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
#define vrc_compat_vfio_free(vfio)	vfio_free_device(vfio)
#define VRC_COMPAT_IOMMUFD_OPS
#else
static inline void vrc_compat_vfio_free(struct vfio_device *vfio)
{
}

#define VRC_COMPAT_IOMMUFD_OPS \
	.bind_iommufd	= vfio_iommufd_emulated_bind, \
	.unbind_iommufd	= vfio_iommufd_emulated_unbind, \
	.attach_ioas	= vfio_iommufd_emulated_attach_ioas, \
	.detach_ioas	= vfio_iommufd_emulated_detach_ioas,
#endif

/* VFIO_DEVICE_GET_REGION_INFO came through ioctl() before it had a callback of its own. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 19, 0)
#define VRC_COMPAT_REGION_INFO_OPS
static inline long
vrc_compat_region_info(struct vfio_device *vfio, void __user *arg,
		       int (*get)(struct vfio_device *vfio, struct vfio_region_info *info,
				  struct vfio_info_cap *caps))
{
	unsigned long minsz = offsetofend(struct vfio_region_info, offset);
	struct vfio_region_info info = {};
	int ret;

	if (copy_from_user(&info, arg, minsz))
		return -EFAULT;
	if (info.argsz < minsz)
		return -EINVAL;
	ret = get(vfio, &info, NULL);
	if (ret)
		return ret;
	return copy_to_user(arg, &info, minsz) ? -EFAULT : 0;
}
#else
#define VRC_COMPAT_REGION_INFO_OPS \
	.get_region_info_caps	= vrc_vdev_region_info,
static inline long
vrc_compat_region_info(struct vfio_device *vfio, void __user *arg,
		       int (*get)(struct vfio_device *vfio, struct vfio_region_info *info,
				  struct vfio_info_cap *caps))
{
	return -ENOTTY;
}
#endif

/* Only the driver @name may have the device. Stable kernels got the change, too: Kbuild looks. */
static inline int vrc_compat_driver_override(struct pci_dev *pdev, const char *name)
{
#ifdef VRC_PCI_DRIVER_OVERRIDE
	return driver_set_override(&pdev->dev, &pdev->driver_override, name, strlen(name));
#else
	return device_set_driver_override(&pdev->dev, name);
#endif
}

#ifndef kzalloc_obj
#define kzalloc_obj(obj)	kzalloc(sizeof(obj), GFP_KERNEL)
#endif

#ifndef kmalloc_obj
#define kmalloc_obj(obj, gfp)	kmalloc(sizeof(obj), gfp)
#endif

/* Callbacks of binary attributes take a const attribute, and groups const lists of them. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 17, 0)
#define VRC_BIN_CONST
#else
#define VRC_BIN_CONST const
#endif

#endif /* VRC_COMPAT_H */
