# SPDX-License-Identifier: GPL-2.0-only
#
# make                  build the module for the running kernel (KDIR= another's build directory) and the tools
# make install          install them below PREFIX (default /usr/local), /etc and /lib/modules; uninstall undoes it
# make install-tools    the same without the module
# make demo             an unmodified VM uses an NVMe controller on the Ethernet, in the virtual lab
# make check [T=NAME]   all tests, or those whose name contains NAME
# make torture [SEED=N] [T=NAME]   the long forms of the tests, some hours; goes on where it stopped
# make bench            measurements, side by side with plain AF_PACKET
# make experiment       the paper's experiment: a VM and a host ping each other by an Intel 82576 on the Ethernet
# make lab              a shell in the lab's root host
# make docs             the documentation, as HTML and manual pages, in build/docs
#
# make's own part is small: kbuild builds the module, tools/*/Makefile the tools, tools/lab the lab.

KDIR ?= /lib/modules/$(shell uname -r)/build
# Where the module goes: one directory below build/ for each kernel.
OUT ?= build/native
PREFIX ?= /usr/local
DESTDIR ?=
J ?= 2

src := $(CURDIR)
farm := $(OUT)/src
tools := $(dir $(wildcard tools/vrcctl/Makefile tools/vrcep/Makefile tools/wireshark/Makefile tools/tracing/Makefile \
	tools/system/Makefile))

all: module tools

# kbuild writes beside the sources, so each kernel gets links to them in a directory of its own.
module: sync
	@test -d "$(KDIR)" || { echo "no kernel build directory '$(KDIR)': install linux-headers for this" \
		"kernel, or say KDIR=" >&2; exit 1; }
	@grep -qs '^CONFIG_VFIO_MDEV=' "$(KDIR)/.config" || { echo "the kernel of '$(KDIR)' has no" \
		"VFIO_MDEV: use Debian's linux-image-amd64, not its cloud flavour" >&2; exit 1; }
	$(MAKE) -j$(J) -C $(KDIR) M=$(abspath $(farm)) $(KFLAGS) modules
	@cp -u $(farm)/drivers/vrc/vrc.ko $(OUT)/vrc.ko

sync:
	@mkdir -p $(farm)
	@cp -rsf $(src)/Kbuild $(src)/drivers $(src)/include $(farm)/
	@find $(farm) -xtype l -delete

# Tools built for one C library are not left for a system with another.
toolchain := $(shell $(CC) -dumpfullversion 2>/dev/null; getconf GNU_LIBC_VERSION)
tools:
	@test "`cat build/tools/.toolchain 2>/dev/null`" = "$(toolchain)" || rm -rf build/tools
	@mkdir -p build/tools
	@echo "$(toolchain)" > build/tools/.toolchain
	@set -e; for dir in $(tools); do $(MAKE) -j$(J) -C $$dir; done

install: all install-tools
	$(MAKE) -C $(KDIR) M=$(abspath $(farm)) INSTALL_MOD_PATH=$(DESTDIR) modules_install

install-tools: tools
	@set -e; for dir in $(tools) Documentation; do $(MAKE) -C $$dir install DESTDIR=$(DESTDIR) PREFIX=$(PREFIX); done

# A module that DKMS has installed is not ours.
uninstall:
	@set -e; for dir in $(tools) Documentation; do $(MAKE) -C $$dir uninstall DESTDIR=$(DESTDIR) PREFIX=$(PREFIX); done
	find $(DESTDIR)/lib/modules/ -path '*/updates/drivers/vrc/vrc.ko*' -delete
	find $(DESTDIR)/lib/modules/ -path '*/updates/drivers*' -type d -empty -delete
	test -n "$(DESTDIR)" || depmod

check:
	@selftests/run $(if $(T),"$(T)")

torture:
	@SEED=$(SEED) selftests/torture/run $(if $(T),"$(T)")

demo:
	@tools/lab/run --again -- tools/lab/demo

bench:
	@tools/bench/run

experiment:
	@tools/bench/experiment

lab:
	@tools/lab/run --shell

docs:
	@tools/lab/chroot sphinx-build -q -W -b html Documentation build/docs/html
	@tools/lab/chroot sphinx-build -q -W -b man Documentation build/docs/man

clean:
	rm -rf build

.PHONY: all module sync tools install install-tools uninstall check torture demo bench experiment lab docs clean
