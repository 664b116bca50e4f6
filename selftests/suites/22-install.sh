#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# make install for those without packages: everything is there, make uninstall takes all of it away.
. selftests/lib.sh

out=$PWD/build/install

make_() {
	tools/lab/chroot make -s "$@" DESTDIR="$out" KFLAGS=CC=gcc KDIR="$(tools/lab/kernel 6.12 kdir)" OUT=build/6.12
}

installed() {
	local file bad=0
	for file in usr/local/sbin/vrcctl usr/local/sbin/vrcep usr/local/share/man/man8/vrcctl.8 \
		usr/local/share/man/man8/vrcep.8 usr/local/lib/systemd/system/vrcep@.service \
		usr/local/lib/systemd/system/vrc-port@.service usr/local/lib/systemd/system/vrc-scan@.service \
		usr/local/lib/systemd/system/vrc-scan@.timer usr/local/lib/udev/rules.d/60-vrc.rules \
		usr/local/lib/sysusers.d/vrc.conf "lib/modules/$(tools/lab/kernel 6.12 release)/updates/drivers/vrc/vrc.ko*"; do
		compgen -G "$out/$file" >/dev/null || { echo "no $file"; bad=1; }
	done
	find "$out" -path '*wireshark/plugins/vrc/vrc.lua' | grep -q . || { echo "no dissector"; bad=1; }
	[ -d "$out/etc/vrc/vrcep" ] || { echo "no /etc/vrc/vrcep"; bad=1; }
	return $bad
}

# Indexes of depmod are the system's.
left() {
	find "$out" -type f ! -name 'modules.*'
}

rm -rf "$out"
check "make install" make_ install
check "it is complete" installed
check "configuration that is there" touch "$out/etc/vrc/vrcep/eth0.json"
check "make uninstall" make_ uninstall
check "leaves nothing but configuration" is "$(left)" "$out/etc/vrc/vrcep/eth0.json"
tap_end
