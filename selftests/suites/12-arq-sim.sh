#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Two ends of the ARQ over 20 kinds of bad network. SEED picks another run.
set -euo pipefail
cd "$(dirname "$0")/../.."
seed=${SEED:-1}
exec tools/lab/chroot timeout 300 sh -c \
	"make -s -B -C selftests/unit ../../build/unit/arq_sim >&2 && make -s -C selftests/unit sim SEED=$seed"
