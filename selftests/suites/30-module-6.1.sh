#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The module's own tests in the root host on 6.1. The faults of the network are for 6.12 and, on all, for selftests/torture.
tools/lab/chroot make -s -C selftests programs >&2 || exit 1
exec tools/lab/run --kernel 6.1 -- selftests/module/run ports scan allow mdev killed hostbus hostile neighbour macsec vfio
