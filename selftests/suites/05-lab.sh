#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The lab keeps its own promises: statuses, output, arguments.
. selftests/lib.sh

status_of() {
	local status=0
	tools/lab/run --no-setup -- "${@:2}" >/dev/null || status=$?
	is $status "$1"
}

one_line() {
	local out
	out=$(tools/lab/run --no-setup -- uname -r)
	is "$(printf '%s\n' "$out" | wc -l)" 1
	contains "$out" '^6\.12\.'
}

arguments_survive() {
	is "$(tools/lab/run --no-setup -- printf '<%s>' 'a b' "it's" '$HOME' '*' '')" "<a b><it's><\$HOME><*><>"
}

# A processor that never begins: QEMU is stopped as soon as it is there.
starts_over() {
	local pid out
	out=build/check/hung.out
	VRC_START_SECONDS=15 tools/lab/run --no-setup -- echo begun >$out 2>&1 &
	pid=$!
	wait_for 60 pkill -STOP -P $pid -x qemu-system-x86
	wait $pid && grep 'started over' $out && grep -x begun $out
}

# complaints COUNT STATUS: what splats says of a log with so many of them
complaints() {
	local log=build/check/splats.log status=0
	{
		echo "[ 1.0] KASAN initialized"
		yes "[ 1.1] WARNING: CPU: 0 PID: 1 at drivers/vrc/func.c:1" | head -n "$1"
	} >"$log"
	tools/lab/splats "$log" >/dev/null || status=$?
	is $status "$2"
}

mkdir -p build/check
check "a log without a complaint has none" complaints 0 1
check "one complaint is found" complaints 1 0
check "so are thousands" complaints 5000 0
check "the command's status 1 is returned" status_of 1 false
check "the command's status 42 is returned" status_of 42 sh -c 'exit 42'
check "uname -r prints one line" one_line
check "arguments survive" arguments_survive
check "a machine that hangs before it begins is started over" starts_over
check_fails "an unknown option is an error" tools/lab/run --colour -- true
check_fails "an unknown kernel is an error" tools/lab/run --kernel 5.10 -- true
tap_end
