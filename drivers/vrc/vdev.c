// SPDX-License-Identifier: GPL-2.0-only
/*
 * The life of a vdev: a mediated device, made by writing a UUID to "create" of a
 * function, that a VMM opens as a vfio device (vdev.h).
 *
 * Made: claims the function, which stays bound until it is removed. Opened: the
 * function is as after a reset. Closed: no DMA, no pins, no interrupts, the
 * function reset. A link that comes back finds the function configured but otherwise
 * as after a reset; what the guest had set of that which is not in memory BARs is
 * written again, so a driver that resets its controller can go on.
 */
#include <linux/mdev.h>
#include <linux/module.h>

#include "compat.h"
#include "vdev.h"

#define REAL_COMMAND_UNKNOWN	U32_MAX

static struct vrc_vdev *of_client(struct vrc_client *c)
{
	return container_of(c, struct vrc_vdev, client);
}

static u16 real_command(struct vrc_vdev *v, u16 command, u16 enabled)
{
	u16 real = PCI_COMMAND_IO | PCI_COMMAND_MEMORY | (enabled & PCI_COMMAND_MASTER);

	if (command & PCI_COMMAND_INTX_DISABLE || v->irq.index == VFIO_PCI_MSI_IRQ_INDEX ||
	    v->irq.index == VFIO_PCI_MSIX_IRQ_INDEX)
		real |= PCI_COMMAND_INTX_DISABLE;
	return real;
}

int vrc_vdev_sync_command(struct vrc_vdev *v)
{
	u16 command = vrc_vconfig_get16(v, PCI_COMMAND), enabled = command, real;
	int ret = 0;

	lockdep_assert_held(&v->lock);
	if (!vrc_vconfig_powered(v))
		enabled &= ~(PCI_COMMAND_IO | PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
	real = real_command(v, command, enabled);
	/* The first DMA may be here before the answer to the write that allows it. */
	if (enabled & PCI_COMMAND_MASTER)
		WRITE_ONCE(v->enabled, enabled);
	if (real != v->real_command && vrc_vdev_is_up(v)) {
		ret = vrc_cfg_write(v->func, PCI_COMMAND, 2, real);
		v->real_command = ret ? REAL_COMMAND_UNKNOWN : real;
	}
	WRITE_ONCE(v->enabled, enabled);
	return ret == -EIO ? 0 : ret;
}

/* The function has been reset and configured: sets up what is ours. */
static void set_up_again(struct vrc_vdev *v)
{
	int ret;

	lockdep_assert_held(&v->lock);
	v->real_command = REAL_COMMAND_UNKNOWN;
	vrc_irq_deassert(v);
	vrc_vconfig_replay(v);
	ret = vrc_msi_program(v);
	if (!ret)
		ret = vrc_vdev_sync_command(v);
	if (ret)
		dev_warn_ratelimited(v->vfio.dev, "interrupts or Command could not be set up again: %d\n",
				     ret);
}

int vrc_vdev_reset(struct vrc_vdev *v)
{
	int ret;

	lockdep_assert_held(&v->lock);
	/* Writes of before the reset must not reach memory after it. */
	WRITE_ONCE(v->enabled, 0);
	vrc_vconfig_reset(v);
	/* A VM does not wait for a silent station to be bound anew: that will reset it, too. */
	ret = v->open && !vrc_vdev_is_up(v) ? -EIO : vrc_func_reset(v->func, &v->client);
	if (!ret)
		set_up_again(v);
	v->clean = !ret;
	return ret;
}

static void link_change(struct vrc_client *client, bool up)
{
	struct vrc_vdev *v = of_client(client);

	mutex_lock(&v->lock);
	v->real_command = REAL_COMMAND_UNKNOWN;
	vrc_irq_deassert(v);
	/* Binding always gives a function as it is after a reset. */
	v->clean = up && !v->open;
	if (up && v->open)
		set_up_again(v);
	mutex_unlock(&v->lock);
}

static void function_gone(struct vrc_client *client, enum vrc_policy policy)
{
	struct vrc_vdev *v = of_client(client);
	bool open, taken;

	mutex_lock(&v->lock);
	open = v->open;
	taken = policy == VRC_POLICY_UNPLUG ? vrc_irq_request(v) : vrc_irq_error(v);
	mutex_unlock(&v->lock);
	if (open)
		dev_notice(v->vfio.dev, "%s is gone: its user %s %s\n", dev_name(&v->func->dev),
			   taken ? "was" : "takes no notice and cannot be",
			   policy == VRC_POLICY_UNPLUG ? "asked to release it" : "told");
}

static int request(struct vrc_client *client, const struct vrc_tlp *t, bool may_sleep)
{
	struct vrc_vdev *v = of_client(client);

	switch (t->type) {
	case VRC_TLP_MRD:
		return vrc_dma_read(v, t, may_sleep);
	case VRC_TLP_MWR:
		if (t->addr - VRC_MSI_BASE >= VRC_MSI_SIZE)
			return vrc_dma_write(v, t, may_sleep);
		vrc_irq_msi(v, t);
		return 0;
	case VRC_TLP_MSG:
		vrc_irq_message(v, t);
		return 0;
	default:
		vrc_func_count(v->func, requests_unsupported);
		return 0;
	}
}

static const struct vrc_client_ops vdev_client_ops = {
	.request	= request,
	.link_change	= link_change,
	.gone		= function_gone,
};

static int vdev_open(struct vfio_device *vfio)
{
	struct vrc_vdev *v = to_vrc_vdev(vfio);
	int ret = 0;

	if (mutex_lock_killable(&v->lock))
		return -EINTR;
	if (v->clean && vrc_vdev_is_up(v))
		vrc_vconfig_reset(v);
	else
		ret = vrc_vdev_reset(v);
	if (ret) {
		u32 state = vrc_func_reported_state(v->func);

		dev_warn(vfio->dev, "cannot be opened: %s is %s: %d\n",
			 dev_name(&v->func->dev), vrc_func_state_name(state), ret);
	} else {
		v->open = true;
		v->clean = false;
		vrc_pin_open(&v->dma.cache);
	}
	mutex_unlock(&v->lock);
	return ret;
}

static void vdev_close(struct vfio_device *vfio)
{
	struct vrc_vdev *v = to_vrc_vdev(vfio);

	mutex_lock(&v->lock);
	WRITE_ONCE(v->enabled, 0);
	vrc_irq_close(v);
	vrc_pin_close(&v->dma.cache);
	v->open = false;
	/* Fails only if the function is DOWN, and then it is reset before it can be bound again. */
	vrc_vdev_reset(v);
	mutex_unlock(&v->lock);
}

static void vdev_dma_unmap(struct vfio_device *vfio, u64 iova, u64 length)
{
	vrc_pin_unmap(&to_vrc_vdev(vfio)->dma.cache, iova, length);
}

static void vdev_request(struct vfio_device *vfio, unsigned int count)
{
	struct vrc_vdev *v = to_vrc_vdev(vfio);

	if (vrc_irq_request(v)) {
		if (count % 10 == 0)
			dev_notice(vfio->dev, "asked its user to release it, %u times\n",
				   count + 1);
	} else if (!count) {
		dev_warn(vfio->dev, "in use by who takes no release requests: waiting\n");
	}
}

static int vdev_init(struct vfio_device *vfio)
{
	struct vrc_vdev *v = to_vrc_vdev(vfio);
	struct mdev_device *mdev = to_mdev_device(vfio->dev);
	int ret;

	mutex_init(&v->lock);
	v->func = vrc_func_of_type(mdev->type);
	v->client.ops = &vdev_client_ops;
	v->real_command = REAL_COMMAND_UNKNOWN;
	strscpy(v->client.label, dev_name(vfio->dev), sizeof(v->client.label));
	vrc_irq_init(v);
	ret = vrc_dma_init(v);
	if (ret)
		return ret;
	ret = vrc_vconfig_init(v);
	if (ret) {
		vrc_dma_destroy(v);
		return ret;
	}
	get_device(&v->func->dev);
	return 0;
}

static void vdev_release(struct vfio_device *vfio)
{
	struct vrc_vdev *v = to_vrc_vdev(vfio);

	vrc_vconfig_destroy(v);
	vrc_dma_destroy(v);
	mutex_destroy(&v->lock);
	put_device(&v->func->dev);
	vrc_compat_vfio_free(vfio);
}

static const struct vfio_device_ops vdev_ops = {
	.name		= "vrc",
	.init		= vdev_init,
	.release	= vdev_release,
	.open_device	= vdev_open,
	.close_device	= vdev_close,
	.read		= vrc_vdev_read,
	.write		= vrc_vdev_write,
	.ioctl		= vrc_vdev_ioctl,
	.request	= vdev_request,
	.dma_unmap	= vdev_dma_unmap,
	VRC_COMPAT_REGION_INFO_OPS
	VRC_COMPAT_IOMMUFD_OPS
};

static int vdev_probe(struct mdev_device *mdev)
{
	struct vrc_vdev *v;
	int ret;

	v = vfio_alloc_device(vrc_vdev, vfio, &mdev->dev, &vdev_ops);
	if (IS_ERR(v))
		return PTR_ERR(v);
	ret = vrc_func_claim(v->func, &v->client);
	if (ret)
		goto put;
	mutex_lock(&v->lock);
	v->clean = vrc_vdev_is_up(v);
	mutex_unlock(&v->lock);
	dev_set_drvdata(&mdev->dev, v);
	ret = vfio_register_emulated_iommu_dev(&v->vfio);
	if (ret)
		goto unclaim;
	return 0;

unclaim:
	vrc_func_unclaim(v->func, &v->client);
put:
	vfio_put_device(&v->vfio);
	return ret;
}

static void vdev_remove(struct mdev_device *mdev)
{
	struct vrc_vdev *v = dev_get_drvdata(&mdev->dev);

	/* Waits until it is closed. */
	vfio_unregister_group_dev(&v->vfio);
	vrc_func_unclaim(v->func, &v->client);
	vfio_put_device(&v->vfio);
}

struct mdev_driver vrc_mdev_driver = {
	.device_api		= VFIO_DEVICE_API_PCI_STRING,
	.probe			= vdev_probe,
	.remove			= vdev_remove,
	.get_available		= vrc_func_get_available,
	.show_description	= vrc_func_show_description,
	.driver = {
		.name		= "vrc_vdev",
		.owner		= THIS_MODULE,
		.mod_name	= KBUILD_MODNAME,
	},
};

int vrc_vdev_init(void)
{
	int ret = vrc_pin_module_init();

	if (ret)
		return ret;
	ret = mdev_register_driver(&vrc_mdev_driver);
	if (ret)
		vrc_pin_module_exit();
	return ret;
}

void vrc_vdev_exit(void)
{
	mdev_unregister_driver(&vrc_mdev_driver);
	vrc_pin_module_exit();
}
