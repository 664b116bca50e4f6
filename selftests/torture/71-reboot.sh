#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A trixie with the packages, configured, rebooted while the station is away, and again with everything there.
exec tools/lab/stock --suite trixie --timeout 1500 --then selftests/stock/late.sh --then selftests/stock/booted.sh -- \
	selftests/stock/configure.sh
