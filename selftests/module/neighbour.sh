#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A hostile neighbour (selftests/hostile/neighbour.c) on the Ethernet of a root and a station.
# Without a MAC or a session id that is not its own it gets nothing, and what it floods costs
# bounded memory. FLOOD=frames makes the floods longer.
# shellcheck source=selftests/module/hub.sh
. "$(dirname "$0")/hub.sh"

flood=${FLOOD:-2000}
serial=0x00000000000000a1

scan_finds() {	# the honest station, ready
	vrcctl scan ha --time "${1:-600}" && fn=$(function_named 0x104c 0xb500) && [ -n "$fn" ]
}

new_value() {	# BEFORE COMMAND...: it says something greater
	local before=$1 now
	shift
	now=$("$@")
	[ "$now" -gt "$before" ] || { echo "$* was $before and is $now"; return 1; }
}

stations() {
	cat $class/vrc0/stations
}

at_most() {	# NUMBER COMMAND...
	local n
	n=$("${@:2}")
	[ "$n" -le "$1" ] || { echo "$n is more than $1"; return 1; }
}

station_status() {	# JQ-FILTER
	vrcep --query "$run/status" | jq -r "$1"
}

# A sum over all the station's sessions or of the station itself, by name.
station_counter() {
	station_status "[.. | objects | .$1? // empty | numbers] | add // 0"
}

rss() {
	awk '/^VmRSS/ { print $2 }' "/proc/$(pgrep -x vrcep)/status"
}

# The ids of COUNT sessions of the function in $run/sessions, one in each line: the root's and the station's
have_sessions() {	# COUNT
	local i
	for ((i = 0; i < $1; i++)); do
		mdev_create "$fn" "$uuid" || return
		vrcctl show "$fn" --json | jq -r '"\(.session) \(.peer_session)"' || return
		mdev_remove "$uuid" || return
	done >"$run/sessions"
}

# Whether each bit but the last FEW has been 0 and 1. By chance it is the same in 40 ids once in 2^39 times.
each_bit_changes() {	# FEW ID...
	local few=$1 id ones=0 zeros=0
	shift
	for id; do
		ones=$((ones | id)) zeros=$((zeros | ~id))
	done
	is "$(printf %x $((~(ones & zeros) & -1 << few)))" 0
}

holds() {	# the root: its session is the one it had
	is "$(func_counter "$fn" sessions)" "$sessions" && vrcctl ping -c 1 "$fn"
}

honest() {	# OPTIONS...
	on_device vrcep -i hb --name honest --serial $serial --function test --status "$run/status" "$@" \
		>>"$run/vrcep.log" 2>&1 &
}

stop_stations
check "the network" hub_up
check "the port" vrcctl port add ha
honest
check "the station is found" wait_for 20 scan_finds
root_mac=$(cat /sys/class/net/ha/address)
station_mac=$(mac_of_station hb)

# Discovery
before=$(port_counter stations_dropped)
check "stations that nobody asked for" mallory stray "$flood"
check "are counted" new_value "$before" port_counter stations_dropped
# What is still on its way would be taken for an answer that was dropped.
no_more_come() {
	local before
	before=$(port_counter stations_dropped)
	sleep 0.5
	is "$(port_counter stations_dropped)" "$before"
}
check "all that come" wait_for 20 no_more_come
check "and none is added" is "$(stations)" 1
echo 8 >$class/vrc0/max_stations
before=$(port_counter stations_dropped)
mallory_later advertise "$flood"
began=$SECONDS
vrcctl scan ha --time 8000 >"$run/scan" 2>&1 &
scan=$!
# Not when its eight seconds are over: until then they would take memory.
dropped_early() {
	new_value "$before" port_counter stations_dropped && [ $((SECONDS - began)) -lt 7 ]
}
check "of $flood answers what is too much is dropped as it comes" wait_for 5 dropped_early
check "the scan ends" wait $scan
mallory_ends
check "max_stations holds" at_most 8 stations
check "the station that was known is there" state_is "$fn" ready
mallory_later advertise "$flood" $serial
check "a scan among $flood thieves of its serial ends" vrcctl scan ha --time 600
mallory_ends
check "it keeps its place and its address" is "$(cat "$bus/$fn/mac")" "$station_mac"
check "and the conflict is shown" contains "$(vrcctl map --json)" conflict
check "a scan without them forgets them" wait_for 20 vrcctl scan ha --forget
check "there is one station" is "$(stations)" 1

# Stations
check "$flood askers that allow ten seconds" mallory discover "$flood"
check "do not hide the station" wait_for 5 scan_finds 1500
before=$(rss)
check "$flood BINDs of roots that never answer" mallory bind "$flood"
check "took the function for once" new_value 0 station_counter refused
check "as a half-open session, which ends" wait_for 20 new_value 0 station_counter half_open
check "in no more memory" at_most $((before + 512)) rss
check "the station is still found" wait_for 20 scan_finds

# Sessions
uuid=$(new_uuid)
check "forty sessions" have_sessions 40
# shellcheck disable=SC2046
check "each bit of the root's ids changes" each_bit_changes 16 $(cut -d ' ' -f 1 "$run/sessions")
# shellcheck disable=SC2046
check "each bit of the station's ids changes" each_bit_changes 3 $(cut -d ' ' -f 2 "$run/sessions")
check "take the function" mdev_create "$fn" "$uuid"
mallory_later record "$run/old" 2
vrcctl ping -c 20 -i 0.05 -q "$fn" >/dev/null
mallory_ends
check "give it back" mdev_remove "$uuid"
check "take it again" mdev_create "$fn" "$uuid"
sessions=$(func_counter "$fn" sessions)
before=$(port_counter rx_unknown_session)
tlps=$(func_counter "$fn" tlp_rx)
check "the station's frames of the old session again" mallory replay "$run/old" "$station_mac"
check "are of an unknown session" new_value "$before" port_counter rx_unknown_session
check "and bring no TLP" is "$(func_counter "$fn" tlp_rx)" "$tlps"
before=$(station_counter rx_session)
check "the root's frames of the old session again" mallory replay "$run/old" "$root_mac"
check "are of an unknown session" new_value "$before" station_counter rx_session
check "the session holds" holds
before=$(port_counter rx_unknown_session) stale=$(port_counter stale_sent)
start=$SECONDS
check "$flood guesses of the root's id" mallory guess "$flood" "$root_mac" "$station_mac"
check "hit nothing" new_value "$before" port_counter rx_unknown_session
check "and get few answers" at_most $((stale + (SECONDS - start + 2) * 100)) port_counter stale_sent
check "$flood guesses of the station's id" mallory guess "$flood" "$station_mac" "$root_mac"
check "the session holds" holds
check "$flood BINDs of what is owned" mallory bind "$flood"
check "the session holds" holds
before=$(port_counter tx_frames)
start=$SECONDS
check "advertisements in the station's name" mallory pose 3 $serial "$station_mac"
check "make the root send few frames" at_most $((before + (SECONDS - start + 2) * 50)) port_counter tx_frames
check "the session holds" holds
mallory_later pose 300 $serial "$station_mac"
stop_stations -KILL
check "the station is lost while they come" wait_for 20 state_is "$fn" down
honest
check "it is back" wait_for 20 state_is "$fn" up
check "although they have not ended" pgrep -x neighbour
pkill -x neighbour
mallory_ends
check "ping" vrcctl ping -c 1 "$fn"
check "give it back" mdev_remove "$uuid"
stop_stations

# Who is on the station's list has nothing to fear from those who are not.
honest --allow "$root_mac"
check "a station with an allow-list" wait_for 20 scan_finds
before=$(station_counter refused)
check "$flood BINDs of roots that are not on it" mallory bind "$flood"
check "are refused" new_value $((before + flood / 2)) station_counter refused
check "the root takes it at once" mdev_create "$fn" "$uuid"
check "give it back" mdev_remove "$uuid"
stop_stations
check "the port can go" vrcctl port del ha
hub_down
tap_end
