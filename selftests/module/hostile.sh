#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A station that misbehaves (selftests/hostile/station.c): each misdeed is
# counted, and nothing else happens.
# shellcheck source=selftests/module/lib.sh
. "$(dirname "$0")/lib.sh"

station=build/selftests/hostile/station
alive=0x600dbeef

counter() {
	case $1 in
	port:*) port_counter "${1#port:}" ;;
	*) func_counter "$fn" "$1" ;;
	esac
}

commit() {	# NUMBER: it happens at the next read of BAR 0 or configuration space at the latest
	vrcctl write "$fn" 0 0 "$1"
	timeout 20 vrcctl read "$fn" 0 4 || true
	timeout 20 vrcctl ping -c 1 "$fn" || true
}

counted() {	# NUMBER COUNTER
	local before after out
	before=$(counter "$2")
	out=$(commit "$1" 2>/dev/null)
	after=$(counter "$2")
	[ "$after" -gt "$before" ] || { echo "$2 was $before and is $after"; return 1; }
	# But where that is the misdeed, the read has its value from the honest answer.
	case $2 in
	cpl_ur | cpl_ca | tlp_poisoned | cpl_timeout) ;;
	*) contains "$out" "${alive#0x}" ;;
	esac
}

alive() {
	contains "$(vrcctl read "$fn" 0 4)" "${alive#0x}"
}

modprobe vfio_iommu_type1
stop_stations
on_device $station eth0 &
sleep 0.5
check "scan" vrcctl scan eth1
fn=$(function_named 0x1209 0xbad0)
check "the hostile function is there" test -n "$fn"
echo 200 >$class/vrc0/completion_timeout_ms
uuid=$(new_uuid)
check "take it" mdev_create "$fn" "$uuid"
while read -r number name_of_counter name; do
	check "$name is counted ($name_of_counter)" counted "$number" "$name_of_counter"
	check "and the session lives on" wait_for 5 alive
done < <($station --list)
group=$($station --list | awk '/from a group address$/ { print $1 }')
before=$(port_counter stale_sent)
commit "$group" >/dev/null 2>&1
check "a group gets no STALE" is "$(port_counter stale_sent)" "$before"
# A read waits behind all that the function has sent.
echo 20000 >$class/vrc0/completion_timeout_ms
subject "$uuid" hostile
check "give it back" mdev_remove "$uuid"
pkill -x station
check "the port can go" vrcctl port del eth1
tap_end
