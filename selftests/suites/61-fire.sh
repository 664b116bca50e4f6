#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The short forms of what "make torture" does to the module on the debug kernel.
tools/lab/chroot make -s -C selftests programs >&2 || exit 1
exec tools/lab/run --kernel debug -- selftests/module/run fire/frames fire/control fire/failnth fire/lifecycle
