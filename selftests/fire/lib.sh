# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# For the tests that put the module under fire, which run as those of selftests/module do.
#
#   SEED=N	where their random numbers begin, 1
#   LONG=1	as long as "make torture" takes, not as short as "make check" must
# shellcheck source=selftests/module/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../module/lib.sh"

# For those who source it:
# shellcheck disable=SC2034
{
	fire=build/selftests/fire
	seed=${SEED:-1}
	functions=()
	counted=0
}

# The lab has kmemleak scan when all is over; what it does every ten minutes takes a fifth of the time.
[ ! -w /sys/kernel/debug/kmemleak ] || echo scan=off >/sys/kernel/debug/kmemleak

# long LONG SHORT: how much of it
long() {
	[ -n "${LONG:-}" ] && echo "$1" || echo "$2"
}

# said NAME LOG: the number that a program has printed as "NAME NUMBER"
said() {
	awk -v name="$1" '$1 == name { n = $2 } END { print n + 0 }' "$2"
}

at_least() {	# WANT GOT
	[ "$2" -ge "$1" ] || { echo "got $2, expected $1 or more"; return 1; }
}

# Counters without a process for each: on the debug kernel that is what costs most.

# The counter of all functions together, in $counted
count_functions() {	# COUNTER
	local dev value
	counted=0
	for dev in "$bus"/*; do
		read -r value <"$dev/stats/$1" && counted=$((counted + value))
	done
}

# That of the port, in $counted
count_port() {	# COUNTER
	counted=0
	read -r counted <"$class/vrc0/stats/$1"
}

scan_finds() {	# NUMBER
	vrcctl scan eth1
	[ "$(cat "$bus"/*/vendor | grep -c 0x104c)" -ge "$1" ]
}

two_test_functions() {
	stop_stations
	station --name fire --serial 0x78 --function test --function test
	wait_for 30 scan_finds 2
	# shellcheck disable=SC2034
	mapfile -t functions < <(basename -a "$bus"/*)
}

no_mdev_is_left() {
	[ -z "$(ls /sys/bus/mdev/devices)" ] || { ls /sys/bus/mdev/devices; return 1; }
}

# Everything that held the module has let go of it.
module_unloads() {
	wait_for 60 rmmod vrc && modprobe vrc
}
