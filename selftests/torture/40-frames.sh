#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Fuzzed frames against the running module, on the debug kernel. This takes longest, and so comes first.
tools/lab/chroot make -s -C selftests programs >&2 || exit 1
exec tools/lab/run --kernel debug --timeout 13800 -- env SEED="$SEED" LONG=1 LIMIT=13000 selftests/module/run fire/frames
