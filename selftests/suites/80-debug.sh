#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The module's tests on the debug kernel (KASAN, lockdep, kmemleak, DEBUG_ATOMIC_SLEEP):
# the lab fails the run when the kernel complains. Those that wait for floods and faults of the network take a
# quarter of an hour more there; selftests/torture has them.
tools/lab/chroot make -s -C selftests programs >&2 || exit 1
exec tools/lab/run --kernel debug -- selftests/module/run ports scan allow mdev killed hostbus hostile vfio
