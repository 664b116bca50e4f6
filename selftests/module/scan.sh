#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Discovery and configuration: stations come, go, restart, collide.
#
#     [root] eth1 ──────── eth0 [device]   stations of this test's own
# shellcheck source=selftests/module/lib.sh
. "$(dirname "$0")/lib.sh"

station_at() {	# SERIAL: its place "BB:DD" by the map
	vrcctl map --json | jq -r --arg s "$1" '.. | objects | select(.serial? == $s) | .place // empty' | head -n 1
}

functions() {
	find $bus -maxdepth 1 -name 'vrc0:*' | wc -l
}


stop_stations
truncate -s 6G /tmp/scan.img
check "scan an Ethernet without stations" vrcctl scan eth1 --time 200
check "nothing is invented" is "$(functions)" 0
station --name two --serial 0x2222 --function test --function nvme,path=/tmp/scan.img
station --name one --serial 0x1111 --function test
sleep 1
check "scan finds them" vrcctl scan eth1
check "three functions" is "$(functions)" 3
test_fn=$(function_named 0x104c 0xb500)
nvme=$(grep -l 0x010802 $bus/*/class | head -n 1 | xargs dirname | xargs basename)
check "the controller's class is 0x010802" test -n "$nvme"
check "functions of one station share bus and device" is "${nvme%.*}" "vrc0:$(station_at 0x0000000000002222)"
check "resource shows addresses" bash -c "grep -qv '^0x0000000000000000 ' $bus/$test_fn/resource"
check "config starts with the vendor" is "$(od -An -tx2 -N2 "$bus/$test_fn/config" | tr -d ' ')" 104c
check "config is as long as PCI Express has it" is "$(wc -c <"$bus/$test_fn/config")" 4096
check "read in pieces it is the same" cmp "$bus/$test_fn/config" \
	<(dd if="$bus/$test_fn/config" bs=24 status=none)
check "what no capability has is zero" is "$(tail -c 1024 "$bus/$test_fn/config" | tr -d '\0' | wc -c)" 0
check "list" contains "$(vrcctl list)" "$nvme"
check "list --json is JSON" bash -c 'vrcctl list --json | jq -e . >/dev/null'
check "show" contains "$(vrcctl show "$nvme")" 'serial'
check "ping" vrcctl ping -c 3 -i 0.1 "$nvme"
before=$(vrcctl map --json | jq -S .)
check "rescan" vrcctl scan eth1
check "places stay" is "$(vrcctl map --json | jq -S .)" "$before"
place=$(station_at 0x0000000000001111)
stop_stations
check "scan without them" vrcctl scan eth1 --time 300
check "absent, not forgotten" state_is "$test_fn" absent
station --name one --serial 0x1111 --function test
sleep 1
check "one returns" vrcctl scan eth1
check "to its old place" is "$(station_at 0x0000000000001111)" "$place"
check "pin" vrcctl map --pin 0x1111=40:03
check "scan" vrcctl scan eth1
check "it is where it was pinned" is "$(station_at 0x0000000000001111)" 40:03
check_fails "a place that does not exist" vrcctl map --pin 0x1111=00:00
check_fails "a device number that does not exist" vrcctl map --pin 0x1111=40:20
ip -n device link add link eth0 name eth0m type macvlan mode bridge
ip -n device link set eth0m up
on_device vrcep -i eth0m --name thief --serial 0x1111 --function test >>"$run/vrcep.log" 2>&1 &
sleep 1
check "scan with two stations of one serial" vrcctl scan eth1
check "the conflict is shown" contains "$(vrcctl map --json)" 'conflict'
stop_stations
ip -n device link del eth0m
check_fails "a missing image file" on_device vrcep -i eth0 --function nvme,path=/nowhere/disk.img
check "the error names the file" error_names /nowhere/disk.img \
	on_device vrcep -i eth0 --function nvme,path=/nowhere/disk.img
check "vrcep on an interface that does not exist" error_names nosuch0 \
	on_device vrcep -i nosuch0 --function test
check "the port can go" vrcctl port del eth1
tap_end
