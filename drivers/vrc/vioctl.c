// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the VMM asks of the vfio device: its regions, its interrupts, a reset.
 */
#include <linux/err.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "compat.h"
#include "vdev.h"

static long get_info(struct vrc_vdev *v, void __user *arg)
{
	unsigned long minsz = offsetofend(struct vfio_device_info, num_irqs);
	struct vfio_device_info info;

	if (copy_from_user(&info, arg, minsz))
		return -EFAULT;
	if (info.argsz < minsz)
		return -EINVAL;
	info.flags = VFIO_DEVICE_FLAGS_PCI | VFIO_DEVICE_FLAGS_RESET;
	info.num_regions = VFIO_PCI_NUM_REGIONS;
	info.num_irqs = VFIO_PCI_NUM_IRQS;
	return copy_to_user(arg, &info, minsz) ? -EFAULT : 0;
}

int vrc_vdev_region_info(struct vfio_device *vfio, struct vfio_region_info *info,
			 struct vfio_info_cap *caps)
{
	struct vrc_vdev *v = to_vrc_vdev(vfio);

	info->flags = 0;
	switch (info->index) {
	case VFIO_PCI_BAR0_REGION_INDEX ... VFIO_PCI_BAR5_REGION_INDEX:
		info->size = v->func->bar[info->index].size;
		if (info->size)
			info->flags = VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_WRITE;
		break;
	case VFIO_PCI_ROM_REGION_INDEX:
		info->size = v->func->bar[VRC_ROM_BAR].size;
		if (info->size)
			info->flags = VFIO_REGION_INFO_FLAG_READ;
		break;
	case VFIO_PCI_CONFIG_REGION_INDEX:
		info->size = v->config.size;
		info->flags = VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_WRITE;
		break;
	default:
		return -EINVAL;
	}
	info->offset = vrc_region_offset(info->index);
	return 0;
}

static long get_irq_info(struct vrc_vdev *v, void __user *arg)
{
	unsigned long minsz = offsetofend(struct vfio_irq_info, count);
	struct vfio_irq_info info;

	if (copy_from_user(&info, arg, minsz))
		return -EFAULT;
	if (info.argsz < minsz || info.index >= VFIO_PCI_NUM_IRQS)
		return -EINVAL;
	info.count = vrc_irq_count(v, info.index);
	info.flags = VFIO_IRQ_INFO_EVENTFD;
	if (info.index == VFIO_PCI_INTX_IRQ_INDEX)
		info.flags |= VFIO_IRQ_INFO_MASKABLE | VFIO_IRQ_INFO_AUTOMASKED;
	return copy_to_user(arg, &info, minsz) ? -EFAULT : 0;
}

static long set_irqs(struct vrc_vdev *v, void __user *arg)
{
	unsigned long minsz = offsetofend(struct vfio_irq_set, count);
	struct vfio_irq_set hdr;
	void *data = NULL;
	size_t size = 0;
	long ret;

	if (copy_from_user(&hdr, arg, minsz))
		return -EFAULT;
	ret = vfio_set_irqs_validate_and_prepare(&hdr, vrc_irq_count(v, hdr.index),
						 VFIO_PCI_NUM_IRQS, &size);
	if (ret)
		return ret;
	if (size) {
		data = memdup_user(arg + minsz, size);
		if (IS_ERR(data))
			return PTR_ERR(data);
	}
	ret = -EINTR;
	if (!mutex_lock_killable(&v->lock)) {
		ret = vrc_irq_set(v, &hdr, data);
		mutex_unlock(&v->lock);
	}
	kfree(data);
	return ret;
}

static long reset(struct vrc_vdev *v)
{
	long ret;

	if (mutex_lock_killable(&v->lock))
		return -EINTR;
	ret = vrc_vdev_reset(v);
	mutex_unlock(&v->lock);
	return ret;
}

long vrc_vdev_ioctl(struct vfio_device *vfio, unsigned int cmd, unsigned long arg)
{
	struct vrc_vdev *v = to_vrc_vdev(vfio);
	void __user *p = (void __user *)arg;

	switch (cmd) {
	case VFIO_DEVICE_GET_INFO:
		return get_info(v, p);
	case VFIO_DEVICE_GET_REGION_INFO:
		return vrc_compat_region_info(vfio, p, vrc_vdev_region_info);
	case VFIO_DEVICE_GET_IRQ_INFO:
		return get_irq_info(v, p);
	case VFIO_DEVICE_SET_IRQS:
		return set_irqs(v, p);
	case VFIO_DEVICE_RESET:
		return reset(v);
	}
	return -ENOTTY;
}
