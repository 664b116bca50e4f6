// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <pci/pci.h>

#include "names.h"
#include "vrcctl.h"

static void __noreturn no_names(char *fmt, ...)
{
	char text[200];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	exit(fail(EXIT_FAILED, "pci.ids: %s", text));
}

static void say_nothing(char *fmt, ...)
{
	(void)fmt;
}

/* pci.ids is read when the first name is looked up. */
static struct pci_access *ids(void)
{
	static struct pci_access *access;

	if (!access) {
		access = pci_alloc();
		/* pci_init() would set them, and look for a PCI bus, of which we need none. */
		access->error = no_names;
		access->warning = say_nothing;
		access->debug = say_nothing;
	}
	return access;
}

void class_name(const struct vrc_ioctl_func_info *info, char *text)
{
	pci_lookup_name(ids(), text, NAME_LEN, PCI_LOOKUP_CLASS, info->class_code >> 8);
}

bool device_name(const struct vrc_ioctl_func_info *info, char *text)
{
	int flags = PCI_LOOKUP_VENDOR | PCI_LOOKUP_DEVICE;
	char known[NAME_LEN];

	pci_lookup_name(ids(), text, NAME_LEN, flags, info->vendor, info->device);
	/* libpci gives NULL for what it does not know if it is not allowed to make a name up. */
	flags = PCI_LOOKUP_DEVICE | PCI_LOOKUP_NO_NUMBERS;
	return pci_lookup_name(ids(), known, sizeof(known), flags, info->vendor, info->device);
}

void short_name(const struct vrc_ioctl_func_info *info, char *text)
{
	char class[NAME_LEN];

	if (device_name(info, text))
		return;
	class_name(info, class);
	snprintf(text, NAME_LEN, "%.*s [%04x:%04x]", NAME_LEN - 16, class, info->vendor,
		 info->device);
}
