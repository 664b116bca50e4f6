// SPDX-License-Identifier: GPL-2.0-only
/*
 * Virtual Root Complex: PCI Express over Ethernet.
 */
#include <linux/module.h>

#include "chardev.h"
#include "func.h"
#include "port.h"
#include "scan.h"
#include "vdev.h"

static int __init vrc_init(void)
{
	int err;

	err = vrc_vdev_init();
	if (err)
		return err;
	err = vrc_scan_init();
	if (err)
		goto exit_vdev;
	err = vrc_func_init();
	if (err)
		goto exit_scan;
	err = vrc_port_init();
	if (err)
		goto exit_func;
	err = vrc_chardev_init();
	if (err)
		goto exit_port;
	return 0;

exit_port:
	vrc_port_exit();
exit_func:
	vrc_func_exit();
exit_scan:
	vrc_scan_exit();
exit_vdev:
	vrc_vdev_exit();
	return err;
}

static void __exit vrc_exit(void)
{
	vrc_chardev_exit();
	vrc_port_remove_all();
	vrc_port_exit();
	vrc_func_exit();
	vrc_scan_exit();
	vrc_vdev_exit();
}

module_init(vrc_init);
module_exit(vrc_exit);

MODULE_DESCRIPTION("Virtual Root Complex: PCI Express over Ethernet");
MODULE_LICENSE("GPL");
