# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What can be said of the packages without a machine; for selftests/suites.
. selftests/lib.sh

# DKMS passes over such a kernel; who installs is told what to do.
without_mdev() {	# SUITE DEBS
	local dir=build/stock/$1-cloud
	rm -rf "$dir"
	mkdir -p "$dir"
	cp "$2"/vrc-dkms_*.deb "$dir/vrc-dkms.deb"
	unshare --mount --propagation private tools/lab/overlay-chroot "$(tools/lab/mk-debian "$1" host)" "$PWD/$dir" /vrc \
		apt-get install -y --no-install-recommends linux-headers-cloud-amd64 /vrc/vrc-dkms.deb \
		>"$dir/log" 2>&1 || { tail -n 20 "$dir/log"; return 1; }
	contains "$(cat "$dir/log")" 'vrc-dkms: the kernel .*cloud-amd64 has no VFIO_MDEV.*linux-image-amd64'
}

packages() {	# SUITE
	local debs
	check "$1: packages are built" tools/lab/mk-debs "$1"
	debs=$(tools/lab/mk-debs "$1") || return
	check "$1: lintian is silent" is "$(cat "$debs/lintian")" ""
	check "$1: apt installs them" tools/lab/mk-stock-image "$1"
	check "$1: a kernel without VFIO_MDEV is no error, and is named with what to install" without_mdev "$1" "$debs"
}
