#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The accesses of the stock igb driver: do QEMU's own 82576 and vrcep's model answer the same?
# What may differ, and why: selftests/vrcep-82576/differences.
# shellcheck source=selftests/native.sh
. "$(dirname "$0")/../native.sh"

build vrcep-82576 replay
exec tools/lab/chroot timeout 300 python3 -B selftests/vrcep-82576/oracle/compare.py "$out/replay" \
	selftests/vrcep-82576/differences /usr/src/vrc-linux-7.3.tar.xz
