#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The vfio device of a function: what a VMM does with it, done by
# vfio_test without one, which is in $VRC_PROGRAMS or build/selftests/module.
# shellcheck source=selftests/module/lib.sh
. "$(dirname "$0")/lib.sh"

program=${VRC_PROGRAMS:-build/selftests/module}/vfio_test
station_options="--name lab --serial 0x78 --function test"

# subject UUID SUBJECT [ARGS...]: the test's own results become ours
subject() {
	local out line
	out=$(mktemp)
	timeout 300 $program "$@" >"$out" 2>&1 || echo "# exit status $?" >>"$out"
	check "$2: all were run" grep -q '^1\.\.' "$out"
	while IFS= read -r line; do
		case $line in
		"ok "*) tap_result ok "$2: ${line#*- }" ;;
		"not ok "*)
			cp "$out" "$tap_out"
			tap_result "not ok" "$2: ${line#*- }"
			;;
		esac
	done <"$out"
	rm -f "$out"
}

# A station on a debug kernel takes its time to begin.
scan_finds() {
	vrcctl scan eth1 && [ -n "$(function_named 0x104c 0xb500)" ]
}

check "the test program is built" test -x $program
modprobe vfio_iommu_type1
stop_stations
# shellcheck disable=SC2086
station $station_options
check "scan" wait_for 20 scan_finds
fn=$(function_named 0x104c 0xb500)
uuid=$(new_uuid)
check "create" mdev_create "$fn" "$uuid"
# A read of a register waits behind what the function has written; a debug kernel takes its time.
echo 10000 >$class/vrc0/completion_timeout_ms
for name in info config region dma irq reset; do
	subject "$uuid" $name
done
echo 1000 >$class/vrc0/completion_timeout_ms
subject "$uuid" link "pkill -KILL -x vrcep" \
	"ip netns exec device setsid vrcep -i eth0 $station_options >>$run/vrcep.log 2>&1 </dev/null & sleep 1"
subject "$uuid" remove
check "the mdev is gone" not test -e "/sys/bus/mdev/devices/$uuid"
check "the function is free" state_is "$fn" ready
stop_stations
check "the port can go" vrcctl port del eth1
tap_end
