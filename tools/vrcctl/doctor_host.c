// SPDX-License-Identifier: GPL-2.0-only
/*
 * The host: kernel, modules, permissions, limits.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <linux/capability.h>

#include "doctor.h"
#include "names.h"
#include "sysfs.h"

/* A line of the file contains @text. */
static bool line_in(const char *path, const char *text)
{
	FILE *f = fopen(path, "re");
	char line[4096];
	bool hit = false;

	while (f && !hit && fgets(line, sizeof(line), f))
		hit = strstr(line, text);
	if (f)
		fclose(f);
	return hit;
}

static bool loaded(const char *module)
{
	char path[SYSFS_PATH];

	snprintf(path, sizeof(path), "/sys/module/%s", module);
	return !access(path, F_OK);
}

/* Whether modprobe could find it. */
static bool installed(const struct utsname *os, const char *module)
{
	char path[SYSFS_PATH], file[64];

	snprintf(file, sizeof(file), "/%s.ko", module);
	snprintf(path, sizeof(path), "/lib/modules/%s/modules.dep", os->release);
	if (line_in(path, file))
		return true;
	snprintf(path, sizeof(path), "/lib/modules/%s/modules.builtin", os->release);
	return line_in(path, file);
}

static void check_kernel(const struct utsname *os)
{
	unsigned int major = 0, minor = 0;
	bool old;

	old = sscanf(os->release, "%u.%u", &major, &minor) != 2 || major < 6 ||
	      (major == 6 && minor < 1);
	found(old ? WRONG : GOOD, "kernel", "%s%s", os->release, old ? " is older than 6.1" : "");
	if (old)
		advise("kernel", "install a kernel from 6.1 on");
}

static void check_mdev(const struct utsname *os)
{
	bool there = loaded("mdev") || installed(os, "mdev");

	found(there ? GOOD : WRONG, "VFIO_MDEV", "%s", there ? "this kernel has it" :
	      "this kernel has no mediated devices");
	if (!there)
		advise("kernel", "install linux-image-amd64: Debian's cloud kernels lack them");
}

static void check_module(const struct utsname *os)
{
	bool there = installed(os, "vrc");

	if (loaded("vrc")) {
		found(GOOD, "module", "vrc is loaded");
		return;
	}
	found(WRONG, "module", there ? "vrc is not loaded" : "there is no vrc.ko for this kernel");
	if (there)
		advise("no-module", "modprobe vrc");
	else
		advise("no-module", "install vrc-dkms and linux-headers-%s, or \"make install\"",
		       os->release);
}

static void check_vfio(const struct utsname *os)
{
	bool there = loaded("vfio_iommu_type1") || installed(os, "vfio_iommu_type1");

	found(there ? GOOD : WRONG, "VFIO", there ? "vfio_iommu_type1 is there" :
	      "this kernel has no vfio_iommu_type1");
	if (!there)
		advise("kernel", "install linux-image-amd64");
}

static void check_device(void)
{
	int fd;

	if (!loaded("vrc"))
		return;
	fd = open("/dev/vrc", O_RDWR | O_CLOEXEC);
	if (fd >= 0) {
		close(fd);
		found(GOOD, "/dev/vrc", "can be opened");
		return;
	}
	found(WRONG, "/dev/vrc", "%m");
	advise("no-permission", "run vrcctl as root");
}

static bool has_capability(unsigned int n)
{
	unsigned long long effective = 0;
	FILE *f = fopen("/proc/self/status", "re");
	char line[256];

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "CapEff: %llx", &effective) == 1)
			break;
	if (f)
		fclose(f);
	return effective >> n & 1;
}

static void check_capability(void)
{
	bool has = has_capability(CAP_NET_ADMIN);

	found(has ? GOOD : DUBIOUS, "permission", has ? "CAP_NET_ADMIN" :
	      "no CAP_NET_ADMIN: nothing can be changed");
	if (!has)
		advise("no-permission", "run vrcctl as root");
}

/* All of a guest's memory gets locked if it uses a device of VFIO. */
static void check_memlock(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_MEMLOCK, &limit))
		return;
	if (limit.rlim_cur == RLIM_INFINITY || has_capability(CAP_IPC_LOCK)) {
		found(GOOD, "memlock", "unlimited");
		return;
	}
	found(DUBIOUS, "memlock", "%llu KiB may be locked: a VM started from here can have no more",
	      (unsigned long long)limit.rlim_cur / 1024);
	advise("memlock", "ulimit -l unlimited, or LimitMEMLOCK=infinity in the unit of the VM");
}

static void check_names(void)
{
	struct vrc_ioctl_func_info known = { .vendor = 0x8086, .device = 0x10c9 };
	char name[NAME_LEN];
	bool there = device_name(&known, name);

	found(there ? GOOD : DUBIOUS, "pci.ids", there ? "names of devices are known" :
	      "not found: devices have no names");
	if (!there)
		advise("names", "apt-get install pci.ids");
}

void doctor_host(void)
{
	struct utsname os;

	uname(&os);
	check_kernel(&os);
	check_mdev(&os);
	check_vfio(&os);
	check_module(&os);
	check_device();
	check_capability();
	check_memlock();
	check_names();
}
