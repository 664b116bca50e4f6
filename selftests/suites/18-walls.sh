#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vrcep's sandbox and privileges, and a neighbour that hammers on it. SEED picks another run.
# shellcheck source=selftests/native.sh
. "$(dirname "$0")/../native.sh"

build walls
tools/lab/chroot make -s -C tools/vrcep BUILD="$PWD/$out" >&2
tools/lab/chroot timeout 120 "$out/test-walls"
exec tools/lab/chroot timeout 600 unshare --net selftests/walls/run "$out" "$out/vrcep" "${SEED:-1}" "${FRAMES:-100000}"
