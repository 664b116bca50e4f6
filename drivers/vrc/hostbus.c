// SPDX-License-Identifier: GPL-2.0-only
/*
 * Functions as PCI devices of the host (hostbus.h).
 *
 * Each bus of a port that has functions is a root bus of its own, for there are no bridges.
 */
#include <linux/pci.h>
#include <linux/slab.h>

#include "compat.h"
#include "func.h"
#include "hostbus.h"
#include "port.h"
#include "scan.h"

struct vrc_hostbus {
	struct pci_sysdata sysdata;	/* of the root bus: this is how accesses find us */
	struct resource numbers;
	struct pci_bus *bus;
	unsigned int nr_funcs;		/* under port->lock */
	struct vrc_func *func[256];	/* by devfn; cleared before the function goes */
};

static struct vrc_hostbus *to_hostbus(const struct pci_bus *bus)
{
	return container_of(to_pci_sysdata(bus), struct vrc_hostbus, sysdata);
}

/* What the host may know of a function: who it is. */
static u8 shown(const struct vrc_func *f, int off)
{
	switch (off) {
	case PCI_VENDOR_ID ... PCI_DEVICE_ID + 1:
	case PCI_CLASS_REVISION ... PCI_CLASS_DEVICE + 1:
	case PCI_SUBSYSTEM_VENDOR_ID ... PCI_SUBSYSTEM_ID + 1:
		return f->config[off];
	default:
		return 0;
	}
}

static int host_read(struct pci_bus *bus, unsigned int devfn, int where, int size, u32 *value)
{
	const struct vrc_func *f = READ_ONCE(to_hostbus(bus)->func[devfn]);
	int i;

	*value = f ? 0 : U32_MAX;
	if (!f)
		return PCIBIOS_DEVICE_NOT_FOUND;
	for (i = 0; i < size; i++)
		*value |= (u32)shown(f, where + i) << (8 * i);
	return PCIBIOS_SUCCESSFUL;
}

static int host_write(struct pci_bus *bus, unsigned int devfn, int where, int size, u32 value)
{
	return PCIBIOS_SUCCESSFUL;
}

static struct pci_ops host_ops = {
	.read = host_read,
	.write = host_write,
};

/*
 * The driver, which is there for its name and to be the parent's
 */

static int host_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct vrc_func *f;
	int err;

	if (pdev->bus->ops != &host_ops)
		return -ENODEV;
	f = to_hostbus(pdev->bus)->func[pdev->devfn];
	err = vrc_func_register_parent(f, &pdev->dev);
	if (!err)
		f->pdev = pdev;
	return err;
}

/* By us, or by a person, who will not find it again with a rescan of the bus. */
static void host_remove(struct pci_dev *pdev)
{
	struct vrc_hostbus *hb = to_hostbus(pdev->bus);
	struct vrc_func *f = hb->func[pdev->devfn];

	vrc_func_unregister_parent(f);
	f->pdev = NULL;
	WRITE_ONCE(hb->func[pdev->devfn], NULL);
}

static struct pci_driver host_driver = {
	.name = "vrc",
	.probe = host_probe,
	.remove = host_remove,
	.driver = {
		.suppress_bind_attrs = true,
		.probe_type = PROBE_FORCE_SYNCHRONOUS,
	},
};

/*
 * Buses
 */

static struct vrc_hostbus *create_bus(struct vrc_port *port, u8 number)
{
	struct vrc_hostbus *hb = kzalloc_obj(*hb);
	LIST_HEAD(windows);

	if (!hb)
		return NULL;
	hb->sysdata.domain = VRC_HOST_DOMAIN + port->id;
	hb->sysdata.node = NUMA_NO_NODE;
	hb->numbers = (struct resource){
		.name = "VRC", .start = number, .end = number, .flags = IORESOURCE_BUS,
	};
	pci_add_resource(&windows, &hb->numbers);
	hb->bus = pci_create_root_bus(&port->dev, number, &host_ops, &hb->sysdata, &windows);
	if (hb->bus && !xa_err(xa_store(&port->host_buses, number, hb, GFP_KERNEL)))
		return hb;
	if (hb->bus)
		pci_remove_root_bus(hb->bus);
	else
		pci_free_resource_list(&windows);
	kfree(hb);
	return NULL;
}

static void put_bus(struct vrc_port *port, u8 number)
{
	struct vrc_hostbus *hb = xa_load(&port->host_buses, number);

	lockdep_assert_held(&port->lock);
	if (hb->nr_funcs)
		return;
	xa_erase(&port->host_buses, number);
	pci_stop_root_bus(hb->bus);
	pci_remove_root_bus(hb->bus);
	kfree(hb);
}

static int add_device(struct vrc_hostbus *hb, struct vrc_func *f, unsigned int devfn)
{
	struct pci_dev *pdev;
	int err;

	WRITE_ONCE(hb->func[devfn], f);
	pdev = pci_scan_single_device(hb->bus, devfn);
	if (!pdev) {
		WRITE_ONCE(hb->func[devfn], NULL);
		return -ENODEV;
	}
	/* No driver is tried before the device is added to the bus. */
	err = vrc_compat_driver_override(pdev, host_driver.name);
	if (!err) {
		pci_bus_add_device(pdev);
		err = f->pdev ? 0 : -ENODEV;
	}
	if (err) {
		pci_stop_and_remove_bus_device(pdev);
		WRITE_ONCE(hb->func[devfn], NULL);
	}
	return err;
}

int vrc_hostbus_add(struct vrc_func *f)
{
	struct vrc_port *port = f->port;
	u8 number = VRC_BDF_BUS(f->bdf);
	struct vrc_hostbus *hb;
	int err = -ENOMEM;

	lockdep_assert_held(&port->lock);
	pci_lock_rescan_remove();
	hb = xa_load(&port->host_buses, number);
	if (!hb)
		hb = create_bus(port, number);
	if (hb) {
		err = add_device(hb, f, f->bdf & 0xff);
		if (!err)
			hb->nr_funcs++;
		else
			put_bus(port, number);
	}
	f->hosted = !err;
	pci_unlock_rescan_remove();
	return err;
}

void vrc_hostbus_remove(struct vrc_func *f)
{
	struct vrc_hostbus *hb;

	lockdep_assert_held(&f->port->lock);
	if (!f->hosted)
		return;
	pci_lock_rescan_remove();
	hb = xa_load(&f->port->host_buses, VRC_BDF_BUS(f->bdf));
	if (f->pdev)
		pci_stop_and_remove_bus_device(f->pdev);
	f->hosted = false;
	hb->nr_funcs--;
	put_bus(f->port, VRC_BDF_BUS(f->bdf));
	pci_unlock_rescan_remove();
}

/*
 * The function's directory leads to the PCI device and to the mdev types there, and the
 * PCI device's back. The latter link goes with its directory.
 */
int vrc_hostbus_link(struct vrc_func *f)
{
	struct kobject *kobj = &f->dev.kobj;
	int err = -ENODEV;

	pci_lock_rescan_remove();
	if (f->pdev)
		err = sysfs_create_link(&f->pdev->dev.kobj, kobj, "vrc");
	if (!err)
		err = sysfs_create_link(kobj, &f->pdev->dev.kobj, "pci");
	if (!err)
		err = sysfs_create_link(kobj, &f->parent.mdev_types_kset->kobj,
					"mdev_supported_types");
	pci_unlock_rescan_remove();
	return err;
}

void vrc_hostbus_unlink(struct vrc_func *f)
{
	sysfs_remove_link(&f->dev.kobj, "mdev_supported_types");
	sysfs_remove_link(&f->dev.kobj, "pci");
}

int vrc_hostbus_init(void)
{
	return pci_register_driver(&host_driver);
}

void vrc_hostbus_exit(void)
{
	pci_unregister_driver(&host_driver);
}
