#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Each fault of the network for a second, on the debug kernel.
tools/lab/chroot make -s -C selftests programs >&2 || exit 1
exec tools/lab/run --kernel debug --timeout 7200 -- env LIMIT=6000 selftests/module/run faults
