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

check "the command's status 1 is returned" status_of 1 false
check "the command's status 42 is returned" status_of 42 sh -c 'exit 42'
check "uname -r prints one line" one_line
check "arguments survive" arguments_survive
check_fails "an unknown option is an error" tools/lab/run --colour -- true
check_fails "an unknown kernel is an error" tools/lab/run --kernel 5.10 -- true
tap_end
