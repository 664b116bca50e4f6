// SPDX-License-Identifier: GPL-2.0-only
/*
 * Making a network interface a port.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "portadd.h"
#include "vrcctl.h"

static int fail_add(const char *ifname, u16 ethertype, int number, int err)
{
	switch (-err) {
	case EPFNOSUPPORT:
		return fail(EXIT_FAILED, "%s is no Ethernet interface", ifname);
	case EEXIST:
		return fail(EXIT_BUSY, "%s is a port already: see \"vrcctl port list\"", ifname);
	case EBUSY:
		return fail(EXIT_BUSY, "another port is vrc%d: see \"vrcctl port list\"", number);
	case EOPNOTSUPP:
		return fail(EXIT_FAILED, "--pci: not on this architecture");
	case ERANGE:
		return fail(EXIT_USAGE, "--number \"%d\": expected 0 to %u with --pci", number,
			    VRC_PORT_PCI_MAX);
	case EINVAL:
		return fail(EXIT_USAGE, "EtherType 0x%04x: expected 0x0600 to 0xffff", ethertype);
	case ENODEV:
		return fail(EXIT_NOT_FOUND, "no interface \"%s\":\n"
			    "  \"ip link\" lists those of this network namespace", ifname);
	}
	return fail(exit_code(err), "%s cannot be a port: %s", ifname, strerror(-err));
}

int port_add(const char *ifname, u16 ethertype, int number, bool pci, struct port *port)
{
	struct vrc_ioctl_port_add add = { .argsz = sizeof(add), .ethertype = ethertype };
	int ret;

	if (number >= 0) {
		add.flags = VRC_PORT_NUMBER;
		add.port = (u32)number;
	}
	if (pci)
		add.flags |= VRC_PORT_PCI;
	dev_fd();
	add.ifindex = if_nametoindex(ifname);
	ret = add.ifindex ? dev_ioctl(VRC_IOC_PORT_ADD, &add) : -ENODEV;
	if (ret)
		return fail_add(ifname, ethertype, number, ret);
	port->id = add.port;
	snprintf(port->ifname, sizeof(port->ifname), "%s", ifname);
	return EXIT_OK;
}

int port_find_or_add(const char *text, struct port *port)
{
	return port_lookup(text, port) ? EXIT_OK : port_add(text, 0, -1, false, port);
}
