#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The module's own tests in the root host on 7.3.
tools/lab/chroot make -s -C selftests programs >&2 || exit 1
exec tools/lab/run --kernel 7.3 -- selftests/module/run
