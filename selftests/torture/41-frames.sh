#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A third of the fuzzed frames against the running module, on the debug kernel; its number makes a seed of its own. They
# take longest: so they come first, and one that was interrupted is not all of it.
number=${0##*/}
tools/lab/chroot make -s -C selftests programs >&2 || exit 1
exec tools/lab/run --kernel debug --timeout 7200 -- env SEED=$((SEED + ${number%%-*})) LONG=1 LIMIT=6900 \
	selftests/module/run fire/frames
