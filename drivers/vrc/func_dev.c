// SPDX-License-Identifier: GPL-2.0-only
/*
 * Functions as devices: the bus "vrc", its one driver, and the mdev type of
 * each function.
 *
 * The bus and the driver have no other purpose than the names: an mdev type's directory
 * is called after the driver of its parent, and a parent must have one.
 */
#include <linux/module.h>
#include <linux/pci_ids.h>
#include <linux/slab.h>

#include "compat.h"
#include "event.h"
#include "func.h"
#include "hostbus.h"
#include "port.h"
#include "scan.h"
#include "vdev.h"

u16 vrc_func_cfg16(const struct vrc_func *f, u16 off)
{
	return f->config[off] | f->config[off + 1] << 8;
}

u32 vrc_func_cfg32(const struct vrc_func *f, u16 off)
{
	return vrc_func_cfg16(f, off) | (u32)vrc_func_cfg16(f, off + 2) << 16;
}

/*
 * The mdev type
 */

static const struct {
	u16 class;
	const char *name;
} class_names[] = {
	{ PCI_CLASS_STORAGE_EXPRESS >> 8, "NVMe controller" },
	{ PCI_CLASS_STORAGE_SCSI, "SCSI controller" },
	{ PCI_CLASS_NETWORK_ETHERNET, "Ethernet controller" },
	{ PCI_CLASS_DISPLAY_VGA, "VGA controller" },
	{ PCI_CLASS_SERIAL_USB, "USB controller" },
};

static const char *class_name(u16 class)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(class_names); i++)
		if (class_names[i].class == class)
			return class_names[i].name;
	return "PCI function";
}

/* One name for all functions of a kind: schedulers choose by it. */
static void name_type(struct vrc_func *f)
{
	u16 vendor = vrc_func_cfg16(f, PCI_VENDOR_ID), device = vrc_func_cfg16(f, PCI_DEVICE_ID);

	snprintf(f->type_name, sizeof(f->type_name), "%04x-%04x", vendor, device);
	snprintf(f->type_pretty, sizeof(f->type_pretty), "VRC %s %04x:%04x",
		 class_name(vrc_func_cfg16(f, PCI_CLASS_DEVICE)), vendor, device);
	f->type.sysfs_name = f->type_name;
	f->type.pretty_name = f->type_pretty;
	f->types[0] = &f->type;
}

struct vrc_func *vrc_func_of_type(struct mdev_type *type)
{
	return container_of(type, struct vrc_func, type);
}

unsigned int vrc_func_get_available(struct mdev_type *type)
{
	return READ_ONCE(vrc_func_of_type(type)->state) == VRC_FUNC_READY;
}

ssize_t vrc_func_show_description(struct mdev_type *type, char *buf)
{
	struct vrc_func *f = vrc_func_of_type(type);
	struct vrc_advert ad;

	vrc_station_last(f->station, &ad);
	return sysfs_emit(buf, "function %u of station %s (serial %016llx, %pM), %s\n",
			  f->number, ad.name, ad.serial, ad.mac,
			  vrc_func_state_name(vrc_func_reported_state(f)));
}

int vrc_func_register_parent(struct vrc_func *f, struct device *dev)
{
	return mdev_register_parent(&f->parent, dev, &vrc_mdev_driver, f->types, 1);
}

void vrc_func_unregister_parent(struct vrc_func *f)
{
	mdev_unregister_parent(&f->parent);
}

static int func_probe(struct device *dev)
{
	struct vrc_func *f = to_vrc_func(dev);

	return f->hosted ? vrc_hostbus_link(f) : vrc_func_register_parent(f, dev);
}

static void func_unbind(struct device *dev)
{
	struct vrc_func *f = to_vrc_func(dev);

	if (f->hosted)
		vrc_hostbus_unlink(f);
	else
		vrc_func_unregister_parent(f);
}

static struct bus_type vrc_bus = {
	.name = "vrc",
	.probe = func_probe,
	.remove = func_unbind,
};

static struct device_driver func_driver = {
	.name = "vrc",
	.bus = &vrc_bus,
	.owner = THIS_MODULE,
	.suppress_bind_attrs = true,
};

/*
 * Life
 */

/* Of kmalloc() one would take 4 KiB. */
static struct kmem_cache *func_cache;

static void func_release(struct device *dev)
{
	struct vrc_func *f = to_vrc_func(dev);
	struct vrc_port *port = f->port;
	unsigned int i;

	vrc_txn_destroy(&f->txn);
	for (i = 0; i < VRC_NUM_BARS; i++)
		vrc_map_free_bar(&port->map, &f->bar[i]);
	kfree(f->config);
	vrc_station_put(f->station);
	mutex_destroy(&f->lock);
	kmem_cache_free(func_cache, f);
	/* Last: who unloads the module waits for the ports, and then destroys the cache */
	vrc_port_put(port);
}

struct vrc_func *vrc_func_create(struct vrc_station *st, u8 number)
{
	struct vrc_func *f = kmem_cache_zalloc(func_cache, GFP_KERNEL);

	lockdep_assert_held(&st->port->lock);
	if (!f)
		return NULL;
	mutex_init(&f->lock);
	INIT_DELAYED_WORK(&f->link_work, vrc_func_link_work);
	init_waitqueue_head(&f->back);
	INIT_LIST_HEAD(&f->scan_node);
	vrc_txn_init(&f->txn);
	f->state = VRC_FUNC_UNKNOWN;
	f->number = number;
	f->bdf = VRC_BDF(st->bus, st->device, number);
	kref_get(&st->ref);
	f->station = st;
	get_device(&st->port->dev);
	f->port = st->port;
	device_initialize(&f->dev);
	f->dev.bus = &vrc_bus;
	f->dev.parent = &f->port->dev;
	f->dev.groups = vrc_func_groups;
	f->dev.release = func_release;
	device_set_pm_not_required(&f->dev);
	if (dev_set_name(&f->dev, "%s:%02x:%02x.%u", dev_name(&f->port->dev),
			 st->bus, st->device, number)) {
		put_device(&f->dev);
		return NULL;
	}
	return f;
}

/* READY comes first, since user space may make an mdev as soon as it sees the device. */
int vrc_func_publish(struct vrc_func *f)
{
	int err;

	lockdep_assert_held(&f->port->lock);
	mutex_lock(&f->lock);
	vrc_func_set_state(f, VRC_FUNC_READY, "enumerated");
	mutex_unlock(&f->lock);
	name_type(f);
	err = f->port->pci ? vrc_hostbus_add(f) : 0;
	if (err)
		return err;
	err = device_add(&f->dev);
	if (err) {
		vrc_hostbus_remove(f);
		return err;
	}
	f->published = true;
	vrc_event(f->port, VRC_EVENT_FUNC_ADDED, f->bdf, 0, "%s", f->type_pretty);
	return f->dev.driver ? 0 : -ENODEV;
}

static int make_gone(struct vrc_func *f)
{
	int err = 0;

	if (READ_ONCE(f->client))
		return -EBUSY;
	mutex_lock(&f->lock);
	if (f->client)
		err = -EBUSY;
	else
		vrc_func_set_state(f, VRC_FUNC_GONE, "removed");
	mutex_unlock(&f->lock);
	return err;
}

int vrc_func_remove(struct vrc_func *f)
{
	int err = make_gone(f);

	lockdep_assert_held(&f->port->lock);
	if (err)
		return err;
	cancel_delayed_work_sync(&f->link_work);
	if (f->published) {
		device_del(&f->dev);
		vrc_hostbus_remove(f);
		vrc_event(f->port, VRC_EVENT_FUNC_REMOVED, f->bdf, 0, "%s", f->type_pretty);
	}
	put_device(&f->dev);
	return 0;
}

static struct vrc_func *find_function(struct vrc_port *port, u16 bdf)
{
	struct vrc_station *st;

	lockdep_assert_held(&port->lock);
	st = vrc_map_by_place(&port->map, VRC_BDF_BUS(bdf), VRC_BDF_DEV(bdf));
	return st ? st->func[VRC_BDF_FN(bdf)] : NULL;
}

struct vrc_func *vrc_func_get_by_bdf(struct vrc_port *port, u16 bdf)
{
	struct vrc_func *f;

	if (mutex_lock_killable(&port->lock))
		return ERR_PTR(-EINTR);
	f = find_function(port, bdf);
	if (f)
		get_device(&f->dev);
	mutex_unlock(&port->lock);
	return f ? f : ERR_PTR(-ENODEV);
}

void vrc_func_put(struct vrc_func *f)
{
	put_device(&f->dev);
}

int vrc_func_init(void)
{
	int err;

	func_cache = KMEM_CACHE(vrc_func, 0);
	if (!func_cache)
		return -ENOMEM;
	err = bus_register(&vrc_bus);
	if (err)
		goto destroy_cache;
	err = driver_register(&func_driver);
	if (err)
		goto unregister_bus;
	err = vrc_hostbus_init();
	if (err)
		goto unregister_driver;
	return 0;

unregister_driver:
	driver_unregister(&func_driver);
unregister_bus:
	bus_unregister(&vrc_bus);
destroy_cache:
	kmem_cache_destroy(func_cache);
	return err;
}

void vrc_func_exit(void)
{
	vrc_hostbus_exit();
	driver_unregister(&func_driver);
	bus_unregister(&vrc_bus);
	kmem_cache_destroy(func_cache);
}
