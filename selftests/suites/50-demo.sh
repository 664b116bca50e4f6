#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The demonstration, with every one of its steps.
. selftests/lib.sh

demo() {
	local out
	out=$(tools/lab/run --again -- tools/lab/demo) || { printf '%s\n' "$out"; return 1; }
	printf '%s\n' "$out"
	is "$(printf '%s\n' "$out" | tail -n 1)" "demo: ok"
}

check "make demo ends with demo: ok" demo
tap_end
