#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Floods of a hostile neighbour that last minutes, and what it forges without and with MACsec, on the debug kernel. What
# matters is how much comes, not what: there is nothing to seed.
tools/lab/chroot make -s -C selftests programs >&2 || exit 1
exec tools/lab/run --kernel debug --timeout 7200 -- env FLOOD=50000 LIMIT=6000 selftests/module/run neighbour macsec
