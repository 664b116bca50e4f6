#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What must not grow with the number of functions does not. By counted instructions (--icount), not by time.
. selftests/lib.sh

stations=200
samples=build/check/many.samples
mkdir -p build/check

value() {	# NAME
	awk -v name="$1" '$1 == name { print $2; exit }' "$samples"
}

# at_most WHAT VALUE LIMIT
at_most() {
	echo "$1: $2, at most $3"
	awk -v value="$2" -v limit="$3" 'BEGIN { exit !(value != "" && value > 0 && value + 0 <= limit + 0) }'
}

measure() {
	tools/lab/chroot make -s -C tools/bench || return
	tools/lab/run --kernel 7.3 --no-setup --icount -- tools/bench/many $stations >"$samples"
}

flat() {	# NAME
	at_most "instructions of a read, beside those with one function" "$(value "read_$1")" \
		$(($(printf %.0f "$(value read_one)") * 105 / 100))
}

# limit FACTOR NAME: 1.2 times FACTOR times that sample
limit() {
	awk -v factor="$1" -v cost="$(value "$2")" 'BEGIN { printf "%.0f", 1.2 * factor * cost }'
}

check "one vrcep has 1, $((stations / 10)) and $stations stations" measure
check "a read costs the same with $((stations / 10)) functions" flat tenth
check "a read costs the same with $stations functions" flat all
check "a scan costs at most what it does one by one" at_most nanoseconds "$(value scan_all)" "$(limit 1 scan_linear)"
check "a scan is linear" at_most nanoseconds "$(value scan_all)" "$(limit 10 scan_tenth)"
check "kernel memory of an idle function" at_most bytes "$(value idle)" 16384
check "kernel memory of a function whose VM has 1 GiB" at_most bytes "$(value vm)" 4194304
tap_end
