#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# libvirt on a stock trixie: parents of mdevs, nodedev-define and -start, a domain with the device, detached and attached again.
mkdir -p build/stock
selftests/stock/mk-guest build/stock/guest.initrd >&2 || exit 1
exec tools/lab/stock --suite libvirt --timeout 1500 --memory 3072 -- selftests/stock/libvirt.sh
