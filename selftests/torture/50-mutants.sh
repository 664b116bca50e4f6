#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What vrc.ko does against hostile stations and neighbours is taken out of it, one thing at a time: the test that
# is for it must fail. There is nothing to seed.
kernel=6.12
tools/lab/chroot make -s -C selftests programs >&2 || exit 1
tools/lab/chroot selftests/mutants/build "$(tools/lab/kernel $kernel kdir)" build/mutants >&2 || exit 1
exec tools/lab/run --kernel $kernel --timeout 3600 -- selftests/mutants/run build/mutants
