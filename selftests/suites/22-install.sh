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
		usr/local/share/man/man8/vrcep.8 usr/local/share/man/man8/vrcctl-map.8 usr/local/share/man/man7/vrc-howto.7 \
		"lib/modules/$(tools/lab/kernel 6.12 release)/updates/drivers/vrc/vrc.ko*"; do
		compgen -G "$out/$file" >/dev/null || { echo "no $file"; bad=1; }
	done
	find "$out" -path '*wireshark/plugins/vrc/vrc.lua' | grep -q . || { echo "no dissector"; bad=1; }
	return $bad
}

# Indexes of depmod are the system's.
left() {
	find "$out" -type f ! -name 'modules.*'
}

rm -rf "$out"
check "make install" make_ install
check "it is complete" installed
check "make uninstall" make_ uninstall
check "leaves nothing" is "$(left)" ""
tap_end
