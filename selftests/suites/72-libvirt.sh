#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# libvirt on a stock trixie: parents of mdevs, mdevs of its own, a domain that has one, gives it back and gets it again; then
# what the documentation says of it.
mkdir -p build/stock
selftests/stock/mk-guest build/stock/guest.initrd >&2 || exit 1
exec tools/lab/stock --again --timeout 1500 -- sh -c 'selftests/stock/libvirt.sh && selftests/docs/run Documentation/fleet.rst'
