#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Each fault of the network for half a minute and not for a second, with the test device on 6.12.
tools/lab/chroot make -s -C selftests programs >&2 || exit 1
exec tools/lab/run --kernel 6.12 --timeout 7200 -- selftests/module/faults.sh 30
