#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The packages on a new bookworm: they are built and installed there, work, and are removed.
. selftests/stock/packages.sh
packages bookworm
[ "$tap_failed" -eq 0 ] || exit 1
exec tools/lab/stock --suite bookworm --again --timeout 1500 -- \
	sh -c 'selftests/stock/installed.sh && selftests/stock/removed.sh'
