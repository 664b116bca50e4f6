#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The packages on a new trixie: it is configured, rebooted while the station is away, rebooted while it is there; libvirt gives
# its device to a domain; then all is removed.
. selftests/stock/packages.sh
packages trixie
[ "$tap_failed" -eq 0 ] || exit 1
mkdir -p build/stock
selftests/stock/mk-guest build/stock/guest.initrd >&2 || exit 1
exec tools/lab/stock --suite trixie --again --timeout 1800 --then selftests/stock/late.sh --then '
	selftests/stock/booted.sh && selftests/stock/libvirt.sh && selftests/stock/removed.sh' -- \
	sh -c 'selftests/stock/installed.sh && selftests/stock/configure.sh'
