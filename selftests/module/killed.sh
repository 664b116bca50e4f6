#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A station stops; who waits for it would for a minute, and dies at once when he is killed.
# shellcheck source=selftests/module/lib.sh
. "$(dirname "$0")/lib.sh"

# dies COMMAND...: it does not end by itself, but when it is killed
dies() {
	local pid
	"$@" >/dev/null 2>&1 &
	pid=$!
	sleep 0.5
	test -e /proc/$pid || { echo "'$*' did not wait"; return 1; }
	kill -KILL $pid
	wait_for 10 not test -e /proc/$pid
}

port_in_use() {
	local status=0
	timeout 20 vrcctl port del eth1 || status=$?
	is $status 4
}

stop_stations
station --name lab --serial 0x79 --function test
check "scan" wait_for 20 scan_finds
fn=$(function_named 0x104c 0xb500)
uuid=$(new_uuid)
check "create" mdev_create "$fn" "$uuid"
echo 60000 >$class/vrc0/completion_timeout_ms
echo 600000 >$class/vrc0/lease_ms
subject "$uuid" killed "pkill -STOP -x vrcep" "pkill -CONT -x vrcep"
check "it is up again" wait_for 20 state_is "$fn" up
pkill -STOP -x vrcep
check "a ping dies" dies vrcctl ping -c 1 "$fn"
check "a scan dies" dies vrcctl scan eth1 --time 60000
# The reset has the function's lock for a minute.
vrcctl reset --force "$fn" >/dev/null 2>&1 &
reset=$!
sleep 0.5
check "who asks for the port does not wait for a reset" port_in_use
check "nor does the map" timeout 20 vrcctl map
check "the reset still waits" kill -KILL $reset
pkill -CONT -x vrcep
check "remove" mdev_remove "$uuid"
stop_stations
check "the port can go" vrcctl port del eth1
tap_end
