#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# VRC as a part of the source tree of Linux 7.3: it is put there by tools/kernel-tree, configured, built, and its selftests run.
. selftests/lib.sh

out=build/kernel-tree

added() {
	tools/lab/chroot sh -ec '
		tools/kernel-tree "$1/linux"
		tools/kernel-tree "$1/linux"
		cd "$1/linux"
		for line in "source \"drivers/vrc/Kconfig\"" "obj-\$(CONFIG_VRC).*vrc/" "TARGETS += drivers/vrc" \
			"^VIRTUAL ROOT COMPLEX"; do
			found=$(grep -c "$line" drivers/Kconfig drivers/Makefile tools/testing/selftests/Makefile \
				MAINTAINERS | grep -c ":1\$")
			[ "$found" = 1 ] || { echo "$line: in $found files, expected 1"; exit 1; }
		done' sh "$out"
}

builds() {
	tools/lab/chroot sh -ec '
		cd "$1/linux"
		scripts/config -m VRC
		make -s olddefconfig
		grep -x CONFIG_VRC=m .config
		make -j2 W=1 KBUILD_MODPOST_WARN=1 drivers/vrc/vrc.ko > "../make.log" 2>&1 || { tail -n 20 ../make.log; exit 1; }
		test -s drivers/vrc/vrc.ko
		! grep -n "warning:.*drivers/vrc\|drivers/vrc.*warning:" ../make.log' sh "$out"
}

built_in() {
	tools/lab/chroot sh -ec '
		cd "$1/linux"
		scripts/config -e VFIO -e VFIO_MDEV -e VRC
		make -s olddefconfig
		grep -x CONFIG_VRC=y .config
		make -s -j2 drivers/vrc/main.o drivers/vrc/trace.o
		make -n drivers/vrc/ | grep -q "drivers/vrc/built-in.a"' sh "$out"
}

kselftest() {
	local result
	tools/lab/chroot sh -ec '
		make -s -C "$1/linux" headers
		make -s -C "$1/linux/tools/testing/selftests" TARGETS=drivers/vrc run_tests' sh "$out" >"$out/ktap" 2>&1
	for result in 'ok [0-9]* selftests: drivers/vrc: test_tlp' 'ok [0-9]* selftests: drivers/vrc: test_frame' \
		'ok [0-9]* selftests: drivers/vrc: test_arq' 'ok [0-9]* selftests: drivers/vrc: vrc.sh # SKIP'; do
		grep -qx "$result" "$out/ktap" || { echo "no '$result' in:"; cat "$out/ktap"; return 1; }
	done
}

rm -rf $out
mkdir -p $out
check "the source is there" cp -a "$(tools/lab/mk-kernel-source)" $out/linux
check "tools/kernel-tree adds VRC, and nothing twice" added
check "drivers/vrc builds as a module, W=1 is silent" builds
check "it can be built in" built_in
check "kselftest runs what needs no machine, and skips the rest" kselftest
tap_end
