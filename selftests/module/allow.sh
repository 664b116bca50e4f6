#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Allow-lists of a port: who is not on it is neither listed nor bound.
#
#     [root] eth1 ──────── eth0 [device]   two stations, of serials 1111 and 2222
# shellcheck source=selftests/module/lib.sh
. "$(dirname "$0")/lib.sh"

allow() {
	vrcctl port set vrc0 "allow=$1"
}

rules() {
	tr '\n' ' ' <$class/vrc0/allow
}

serials() {	# of the stations that have functions
	cat $bus/*/serial 2>/dev/null | sort -u | tr '\n' ' '
}

scan_finds() {	# SERIALS...
	vrcctl scan eth1 --time 300 && is "$(serials)" "$*"
}

log_names() {
	contains "$(dmesg | tail -n 30)" "$1"
}

grows() {	# COUNTER BEFORE
	[ "$(port_counter "$1")" -gt "$2" ] || { echo "$1 is still $2"; return 1; }
}

says_not_allowed() {
	contains "$(cat "$bus/$fn/reason")" "not allowed by the port's allow-list"
}

one=0000000000001111 two=0000000000002222
stop_stations
station --name one --serial 0x1111 --group lab --function test
station --name two --serial 0x2222 --group shelf --function test
check "both are found without a list" wait_for 20 scan_finds $one $two ""
fn=$(grep -lx $two $bus/*/serial | xargs dirname | xargs basename)
mac=$(cat "$bus/$fn/mac")
check "the list is empty" is "$(rules)" ""
before=$(port_counter stations_not_allowed)
check "allow one by its serial" allow serial=1111
check "the other is forgotten at once" is "$(serials)" "$one "
check "it is read back" is "$(rules)" "serial=$one "
check "a scan does not find it" scan_finds $one ""
check "it is counted" grows stations_not_allowed "$before"
check "and named in the log" log_names "station $two .two, group 'shelf'. at $mac is not allowed"
check "allow the other by its group" allow group=shelf
check "a scan finds it alone" scan_finds $two ""
check "allow it by its MAC" allow "mac=$mac"
check "a scan finds it alone" scan_finds $two ""
check "allow both" allow "group=lab,mac=$mac"
check "a scan finds both" scan_finds $one $two ""
check "allow one whose name begins alike" allow group=labs
check "that is another" is "$(serials)" ""

for bad in lab mac= mac=02:00:00:00:00 mac=02:00:00:00:00:01:02 mac=ff:ff:ff:ff:ff:ff serial=0 \
	serial=xyz serial=11112222333344445 group= group=seventeen-letters; do
	check "'$bad' is refused" error_names "$bad" allow "group=lab,$bad"
done
many=$(seq -f 'serial=%g' -s, 1 65)
check "65 rules are refused" error_names 'at most 64' allow "$many"
check "nothing has changed" is "$(rules)" "group=labs "
check "64 are taken" allow "${many%,*}"
check "and shown" is "$(wc -l <$class/vrc0/allow)" 64

check "allow everybody" allow ''
check "both are found" scan_finds $one $two ""
fn=$(grep -lx $one $bus/*/serial | xargs dirname | xargs basename)
uuid=$(new_uuid)
check "take one" mdev_create "$fn" "$uuid"
check "take it from the list" allow serial=2222
check "it stays while it is in use" vrcctl ping -c 1 "$fn"
before=$(port_counter stations_not_allowed)
pkill -f 'vrcep .*0x1111'
wait_for 5 not pgrep -f 'vrcep .*0x1111'
station --name one --serial 0x1111 --group lab --function test
check "when its station has restarted it stays down" wait_for 20 state_is "$fn" down
check "which is counted" grows stations_not_allowed "$before"
check "the reason says why" wait_for 10 says_not_allowed
check "give it back" mdev_remove "$uuid"
check_fails "it cannot be taken again" mdev_create "$fn" "$uuid"
check "the next scan forgets it" scan_finds $two ""
stop_stations
check "the port can go" vrcctl port del eth1
tap_end
