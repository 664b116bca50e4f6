#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vrcep's network back ends on real interfaces, under the address and undefined behaviour sanitizers.
# shellcheck source=selftests/native.sh
. "$(dirname "$0")/../native.sh"

build vrcep-net
exec tools/lab/chroot timeout 300 "$out/test-net"
