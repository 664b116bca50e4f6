#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Hostile input: drivers/vrc/proto, what vrcep receives and reads, vrcctl's codec; FUZZ_SECONDS (default 6) for each target
# from SEED (default 1). And what the corpus in the tree covers.
set -euo pipefail
cd "$(dirname "$0")/../.."
seconds=${FUZZ_SECONDS:-6}
exec tools/lab/chroot timeout "$((seconds * 7 + 600))" sh -c \
	"make -s -C selftests/fuzz all >&2 && make -s -C selftests/fuzz run FUZZ_SECONDS=$seconds SEED=${SEED:-1} &&
	make -s -C selftests/fuzz coverage"
