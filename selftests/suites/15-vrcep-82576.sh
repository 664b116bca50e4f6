#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The 82576 model of vrcep over a replaced core and network, under the address and undefined behaviour
# sanitizers.
# shellcheck source=selftests/native.sh
. "$(dirname "$0")/../native.sh"

build vrcep-82576
exec tools/lab/chroot timeout 300 "$out/test-82576" "$out"
