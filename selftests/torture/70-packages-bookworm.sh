#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The packages on a new bookworm.
. selftests/stock/packages.sh
packages bookworm
[ "$tap_failed" -eq 0 ] || exit 1
exec tools/lab/stock --suite bookworm -- sh -c 'selftests/stock/installed.sh && selftests/stock/removed.sh'
