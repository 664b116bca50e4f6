# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# For the tests of the module, which run in the lab's root host with the veth
# topology: eth1 here, eth0 with the stations in the network namespace "device".

tests=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$tests/.." || exit 1
# shellcheck source=selftests/lib.sh
. "$tests/lib.sh"

bus=/sys/bus/vrc/devices
class=/sys/class/vrc
programs=${VRC_PROGRAMS:-build/selftests/module}
run=$(mktemp -d)

on_device() {
	ip netns exec device "$@"
}

# stations OPTIONS...: one vrcep more on eth0; its pid is left in $!
station() {
	on_device vrcep -i eth0 "$@" >>"$run/vrcep.log" 2>&1 &
}

stop_stations() {
	pkill -x "${1:--TERM}" vrcep
	wait_for 5 not pgrep -x vrcep
}

not() {
	! "$@"
}

# function VENDOR DEVICE [NTH]: its name, "vrc0:01:00.0"
function_named() {
	local dev
	for dev in "$bus"/*; do
		[ "$(cat "$dev/vendor" 2>/dev/null)" = "$1" ] && [ "$(cat "$dev/device")" = "$2" ] || continue
		basename "$dev"
	done | sed -n "${3:-1}p"
}

# The function of the station with one "test". On a debug kernel a station takes its time to begin.
scan_finds() {
	vrcctl scan eth1 && [ -n "$(function_named 0x104c 0xb500)" ]
}

state_is() {	# FUNC STATE
	is "$(cat "$bus/$1/state")" "$2"
}

func_counter() {
	cat "$bus/$1/stats/$2"
}

port_counter() {
	cat "$class/${2:-vrc0}/stats/$1"
}

mdev_create() {	# FUNC UUID
	echo "$2" >"$(echo "$bus/$1"/mdev_supported_types/*/create)"
}

mdev_remove() {
	echo 1 >"/sys/bus/mdev/devices/$1/remove"
}

# error_names TEXT COMMAND...: fails, and the message names TEXT
error_names() {
	local text=$1 out
	shift
	if out=$("$@" 2>&1); then
		echo "did not fail: $*"
		return 1
	fi
	contains "$out" "$text"
}

new_uuid() {
	cat /proc/sys/kernel/random/uuid
}

# Of a test that ends before its time the results are missing, not its plan.
all_run() {	# FILE
	local plan
	plan=$(sed -n 's/^1\.\.//p' "$1")
	is "$(grep -cE '^(not )?ok ' "$1") of ${plan:-no plan}" "$plan of $plan"
}

# results_of NAME COMMAND...: a test's own results become ours
results_of() {
	local name=$1 out line
	shift
	out=$(mktemp)
	timeout 300 "$@" >"$out" 2>&1 || echo "# exit status $?" >>"$out"
	check "$name: all were run" all_run "$out"
	while IFS= read -r line; do
		case $line in
		"ok "*) tap_result ok "$name: ${line#*- }" ;;
		"not ok "*)
			cp "$out" "$tap_out"
			tap_result "not ok" "$name: ${line#*- }"
			;;
		esac
	done <"$out"
	rm -f "$out"
}

# subject UUID SUBJECT [ARGS...]
subject() {
	results_of "$2" "$programs/vfio_test" "$@"
}
