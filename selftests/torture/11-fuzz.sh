#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# libFuzzer on every parser and on all of vrcep that receives: a minute for each target, not six seconds.
FUZZ_SECONDS=60 exec "$(dirname "$0")/../suites/11-fuzz.sh"
