#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What Ethernet cannot promise: a neighbour that forges everything, even the MAC and the session id
# of a station. On the bare interface its forgeries reach VRC. Over MACsec with static keys the
# same ones do not: the kernel's macsec counts and drops them.
#
#     [root]    msr on ha ────┐
#     [device]  msd on hb ────┼── hub [wire]
#     [mallory]        hc ────┘
# shellcheck source=selftests/module/hub.sh
. "$(dirname "$0")/hub.sh"

root_key=4d2a8f1166c0b97e5531e0c2aa0b9f73 station_key=9b07e2c45d18f36a7c4f21d08e6ab35d

# secure NAME ON KEY PEER-MAC PEER-KEY [NAMESPACE]: frames are encrypted, replays and all that is
# without MACsec refused
secure() {
	local ns=${6:+-n $6}
	# shellcheck disable=SC2086
	{
		ip $ns link add link "$2" "$1" type macsec encrypt on replay on window 0 validate strict
		ip $ns macsec add "$1" tx sa 0 pn 1 on key 01 "$3"
		ip $ns macsec add "$1" rx port 1 address "$4"
		ip $ns macsec add "$1" rx port 1 address "$4" sa 0 pn 1 on key 02 "$5"
		ip $ns link set "$1" up
	}
}

# Frames that macsec has dropped on the root's side, or another, of a reason as ip(8) names it.
dropped() {	# InPktsNoTag|InPktsLate|InPktsNotValid|... [INTERFACE [NAMESPACE]]
	ip ${3:+-n "$3"} -j -s macsec show "${2:-msr}" | jq "[.. | objects | .$1? // empty | numbers] | add // 0"
}

counters() {	# all of the port that tell of frames that do not belong, and what came in
	local name
	for name in rx_truncated rx_bad_version rx_bad_kind rx_bad_length rx_bad_session rx_bad_window \
		rx_bad_field rx_unknown_session rx_wrong_source rx_not_for_us stations_dropped; do
		port_counter $name
	done | tr '\n' ' '
	func_counter "$fn" sessions
	func_counter "$fn" rx_bad_ack
	func_counter "$fn" duplicates
	func_counter "$fn" requests_unsupported
}

grows() {	# BEFORE COMMAND...
	local before=$1 now
	shift
	now=$("$@")
	[ "$now" -gt "$before" ] || { echo "$* was $before and is $now"; return 1; }
}

scan_finds() {	# PORT
	vrcctl scan "$1" && fn=$(function_named 0x104c 0xb500) && [ -n "$fn" ]
}

# The root's id of the session of the function. Who tells it to the neighbour does not matter:
# here a recorder at the root's own interface.
learn() {	# INTERFACE
	local pid
	timeout 60 $neighbour "$1" record "$run/ids" 2 >"$run/recorded" &
	pid=$!
	wait_for 10 grep -q ready "$run/recorded"
	mallory_later record "$run/tape" 2
	vrcctl ping -c 20 -i 0.05 -q "$fn" >/dev/null
	mallory_ends
	wait $pid
	root_id=$(mallory ids "$run/ids" | awk -v m="$station_mac" '$1 == m { id = $3 } END { print id }')
	[ -n "$root_id" ]
}

# A BIND in the root's name, for which it needs no id: the station tells anybody who asks what else it needs.
usurp() {
	local instance
	instance=$(vrcctl map --json | jq -r '[.. | objects | .instance? // empty][0]')
	mallory usurp "$station_mac" "$root_mac" 0xa1 "$instance" "0x$(cat $class/vrc0/root_id)"
}

stop_stations
modprobe -q macsec
check "the network" hub_up
root_mac=$(cat /sys/class/net/ha/address)
station_mac=$(mac_of_station hb)

# Bare
check "the port" vrcctl port add ha
on_device vrcep -i hb --name bare --serial 0xa1 --function test >>"$run/vrcep.log" 2>&1 &
check "the station is found" wait_for 20 scan_finds ha
uuid=$(new_uuid)
check "take the function" mdev_create "$fn" "$uuid"
check "the neighbour learns the ids" learn ha
before=$(func_counter "$fn" rx_bad_ack)
check "bare: a forged ack" mallory forge ack "$root_mac" "$station_mac" "$root_id"
check "bare: reaches the session" wait_for 5 grows "$before" func_counter "$fn" rx_bad_ack
before=$(func_counter "$fn" duplicates)
check "bare: what was heard, again" mallory replay "$run/tape" "$station_mac"
check "bare: reaches the session" wait_for 5 grows "$before" func_counter "$fn" duplicates
before=$(func_counter "$fn" requests_unsupported)
check "bare: a forged write" mallory forge write "$root_mac" "$station_mac" "$root_id"
check "bare: reaches the function" wait_for 5 grows "$before" func_counter "$fn" requests_unsupported
before=$(func_counter "$fn" sessions)
check "bare: a forged release" mallory forge release "$root_mac" "$station_mac" "$root_id"
check "bare: ends the session" wait_for 20 grows "$before" func_counter "$fn" sessions
before=$(func_counter "$fn" sessions)
check "bare: a BIND in the name of the owner" usurp
check "bare: ends the session" wait_for 20 grows "$before" func_counter "$fn" sessions
check "give it back" mdev_remove "$uuid"
stop_stations
check "the port can go" vrcctl port del ha

# The same over MACsec
secure msr ha $root_key "$station_mac" $station_key
secure msd hb $station_key "$root_mac" $root_key device
check "the port on MACsec" vrcctl port add msr
on_device vrcep -i msd --name secure --serial 0xa1 --function test >>"$run/vrcep.log" 2>&1 &
check "the station is found" wait_for 20 scan_finds msr
check "a ping" vrcctl ping -c 3 -i 0.1 "$fn"
modprobe vfio_iommu_type1
check "take the function" mdev_create "$fn" "$uuid"
echo 10000 >$class/vrc0/completion_timeout_ms
subject "$uuid" region
check "the neighbour learns the ids, though not from the wire" learn msr
check "on the wire it hears no id" is "$(mallory ids "$run/tape" | wc -l)" 0
before=$(counters)
for forgery in ack write probe release; do
	tag=$(dropped InPktsNoTag)
	check "MACsec: a forged $forgery" mallory forge $forgery "$root_mac" "$station_mac" "$root_id"
	check "MACsec: is without a tag" wait_for 5 grows "$tag" dropped InPktsNoTag
done
tag=$(dropped InPktsNoTag msd device)
check "MACsec: a BIND in the name of the owner" usurp
check "MACsec: is without a tag" wait_for 5 grows "$tag" dropped InPktsNoTag msd device
late=$(dropped InPktsLate)
check "MACsec: what was heard, again" mallory replay "$run/tape" "$station_mac"
check "MACsec: is late" wait_for 5 grows "$late" dropped InPktsLate
bad=$(dropped InPktsNotValid)
check "MACsec: the same as if it were new" mallory replay "$run/tape" "$station_mac" new
check "MACsec: is not valid" wait_for 5 grows "$bad" dropped InPktsNotValid
tag=$(dropped InPktsNoTag)
check "MACsec: 500 answers of nobody" mallory stray 500
check "MACsec: are without a tag" wait_for 5 grows "$tag" dropped InPktsNoTag
check "nothing of that has reached VRC" is "$(counters)" "$before"
check "and the session goes on" vrcctl ping -c 3 -i 0.1 "$fn"
check "give it back" mdev_remove "$uuid"
stop_stations
check "the port can go" vrcctl port del msr
ip link del msr
hub_down
tap_end
