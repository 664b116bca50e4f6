#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The packages on a new trixie, which is configured, rebooted while the station is away, and again while it is there; then all is
# removed.
. selftests/stock/packages.sh
packages trixie
[ "$tap_failed" -eq 0 ] || exit 1
exec tools/lab/stock --suite trixie --again --timeout 1800 --then selftests/stock/late.sh --then \
	'selftests/stock/booted.sh && selftests/stock/removed.sh' -- \
	sh -c 'selftests/stock/installed.sh && selftests/stock/configure.sh'
