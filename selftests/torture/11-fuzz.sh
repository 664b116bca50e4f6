#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# libFuzzer on every parser and on all of vrcep that receives: five minutes for each target, not seconds.
FUZZ_SECONDS=300 exec "$(dirname "$0")/../suites/11-fuzz.sh"
