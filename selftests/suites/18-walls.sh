#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vrcep's sandbox and privileges, and a neighbour that hammers on it. SEED picks another run; FRAMES is how long it
# hammers, and LIMIT how many seconds that may take.
# shellcheck source=selftests/native.sh
. "$(dirname "$0")/../native.sh"

build walls
tools/lab/chroot make -s -C tools/vrcep BUILD="$PWD/$out" >&2
tools/lab/chroot timeout 120 "$out/test-walls"
exec tools/lab/chroot timeout "${LIMIT:-600}" unshare --net selftests/walls/run "$out" "$out/vrcep" "${SEED:-1}" "${FRAMES:-100000}"
