#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The nvme model of vrcep over a replaced core, under the address and undefined behaviour sanitizers.
# shellcheck source=selftests/native.sh
. "$(dirname "$0")/../native.sh"

build vrcep-nvme
# Images are made in the build directory: punched holes and O_DIRECT need a real file system.
exec tools/lab/chroot timeout 300 "$out/test-nvme" "$out"
