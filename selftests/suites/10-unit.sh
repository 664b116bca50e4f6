#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# drivers/vrc/proto, part by part, under the address and undefined behaviour sanitizers.
# Built anew, because what stands in build/unit may be of another C library.
set -euo pipefail
cd "$(dirname "$0")/../.."
exec tools/lab/chroot timeout 300 sh -c 'make -s -B -C selftests/unit all >&2 && make -s -C selftests/unit run'
