#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The vfio device of a function: what a VMM does with it, done by
# build/selftests/module/vfio_test without one.
# shellcheck source=selftests/module/lib.sh
. "$(dirname "$0")/lib.sh"

station_options="--name lab --serial 0x78 --function test"

# set_up MTU: a station, and an mdev of its function
set_up() {
	# shellcheck disable=SC2086
	station $station_options
	check "$1: scan" wait_for 20 scan_finds
	fn=$(function_named 0x104c 0xb500)
	uuid=$(new_uuid)
	check "$1: create" mdev_create "$fn" "$uuid"
	# A read of a register waits behind what the function has written; a debug kernel takes its time.
	echo 10000 >$class/vrc0/completion_timeout_ms
}

check "the test program is built" test -x "$programs/vfio_test"
modprobe vfio_iommu_type1
stop_stations
set_up 1500
for name in info config region dma irq reset; do
	subject "$uuid" $name
done
echo 1000 >$class/vrc0/completion_timeout_ms
echo 1000 >$class/vrc0/lease_ms
check "the policy is hold" is "$(cat "$bus/$fn/policy")" hold
check "it can be set" vrcctl set "$fn" policy=error
check "and is shown" contains "$(vrcctl show "$fn")" '^policy  *error '
check "another word is refused, and named" error_names '"maybe"' vrcctl set "$fn" policy=maybe
check "so is another setting" error_names '"colour"' vrcctl set "$fn" colour=red
check "it stays as it was" is "$(cat "$bus/$fn/policy")" error
subject "$uuid" link "pkill -KILL -x vrcep" \
	"ip netns exec device setsid vrcep -i eth0 $station_options >>$run/vrcep.log 2>&1 </dev/null & sleep 1"
subject "$uuid" remove
check "the mdev is gone" not test -e "/sys/bus/mdev/devices/$uuid"
check "the function is free" state_is "$fn" ready
stop_stations

# Frames of more than a page. Those of vrcep are in one piece up to 16 KiB; with a greater MTU they come in
# several, and a TLP may lie in two.
set_mtu() {
	ip link set eth1 mtu "$1" && on_device ip link set eth0 mtu "$1"
}
large_frames() {
	[ "$(cat "$bus/$fn/payload")" -gt 8192 ]
}
for mtu in 9000 20000; do
	check "MTU $mtu" set_mtu $mtu
	set_up $mtu
	check "$mtu: frames of more than two pages" wait_for 20 large_frames
	subject "$uuid" dma
	check "$mtu: remove" mdev_remove "$uuid"
	stop_stations
done
set_mtu 1500
check "the port can go" vrcctl port del eth1
tap_end
