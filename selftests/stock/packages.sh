# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What can be said of the packages without a machine; for selftests/suites.
. selftests/lib.sh

# DKMS passes over a kernel without VFIO_MDEV; who installs is told what to do.
without_mdev() {	# SUITE
	contains "$(cat "build/stock/$1/install.log")" \
		'vrc-dkms: the kernel .*cloud-amd64 has no VFIO_MDEV.*linux-image-amd64'
}

packages() {	# SUITE
	local debs
	check "$1: packages are built" tools/lab/mk-debs "$1"
	debs=$(tools/lab/mk-debs "$1") || return
	check "$1: lintian is silent" is "$(cat "$debs/lintian")" ""
	check "$1: apt installs them" tools/lab/mk-stock-image "$1"
	check "$1: a kernel without VFIO_MDEV is no error, and is named with what to install" without_mdev "$1"
}
