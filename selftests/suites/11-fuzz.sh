#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# drivers/vrc/proto against hostile input; FUZZ_SECONDS (default 10) for each target.
set -euo pipefail
cd "$(dirname "$0")/../.."
seconds=${FUZZ_SECONDS:-10}
exec tools/lab/chroot timeout "$((seconds * 4 + 300))" sh -c \
	"make -s -B -C selftests/fuzz all >&2 && make -s -C selftests/fuzz run FUZZ_SECONDS=$seconds"
