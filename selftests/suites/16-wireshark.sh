#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The Wireshark dissector, with tshark, on captures that the native bench of vrcep writes.
# shellcheck source=selftests/native.sh
. "$(dirname "$0")/../native.sh"

build wireshark
exec tools/lab/chroot timeout 600 selftests/wireshark/run "$out"
