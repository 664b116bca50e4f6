# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# TAP for shell tests: source it, call check for every case, end with tap_end.
#
#   check "what must hold" command args...     passes if the command returns 0
#   check_fails "what must not work" command   passes if it fails, cleanly (status below 126)
#   skip "what" "why"
#   wait_for SECONDS command args...           polls until the command succeeds

tap_count=0
tap_failed=0
tap_out=$(mktemp)
trap 'rm -f "$tap_out"' EXIT

tap_result() {	# ok|"not ok" name
	tap_count=$((tap_count + 1))
	echo "$1 $tap_count - $2"
	if [ "$1" != ok ]; then
		tap_failed=$((tap_failed + 1))
		sed 's/^/# /' "$tap_out" | tail -n 40
	fi
}

check() {
	local name=$1
	shift
	if "$@" >"$tap_out" 2>&1; then
		tap_result ok "$name"
	else
		echo "status $? of: $*" >>"$tap_out"
		tap_result "not ok" "$name"
	fi
}

check_fails() {
	local name=$1 status=0
	shift
	"$@" >"$tap_out" 2>&1 || status=$?
	if [ "$status" -ne 0 ] && [ "$status" -lt 126 ]; then
		tap_result ok "$name"
	else
		echo "status $status of: $*" >>"$tap_out"
		tap_result "not ok" "$name"
	fi
}

skip() {
	tap_count=$((tap_count + 1))
	echo "ok $tap_count - $1 # SKIP $2"
}

wait_for() {
	local left=$(($1 * 10))
	shift
	until "$@" >/dev/null 2>&1; do
		left=$((left - 1))
		[ "$left" -gt 0 ] || { echo "gave up waiting for: $*"; return 1; }
		sleep 0.1
	done
}

# is ACTUAL EXPECTED: for check
is() {
	[ "$1" = "$2" ] || { echo "got '$1', expected '$2'"; return 1; }
}

# contains TEXT PATTERN: for check
contains() {
	printf '%s\n' "$1" | grep -qE -- "$2" || { echo "no '$2' in: $1"; return 1; }
}

tap_end() {
	echo "1..$tap_count"
	[ "$tap_failed" -eq 0 ]
}
