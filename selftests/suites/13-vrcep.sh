#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The core of vrcep on a port that is memory, under the address and undefined behaviour sanitizers.
# shellcheck source=selftests/native.sh
. "$(dirname "$0")/../native.sh"

build vrcep
exec tools/lab/chroot timeout 300 "$out/test-vrcep"
