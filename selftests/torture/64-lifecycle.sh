#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A thousand random steps of everything that comes and goes, on the debug kernel.
tools/lab/chroot make -s -C selftests programs >&2 || exit 1
exec tools/lab/run --kernel debug --timeout 6000 -- env SEED="$SEED" LONG=1 LIMIT=5000 selftests/module/run fire/lifecycle
