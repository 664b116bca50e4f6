#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Bad networks and dead hosts: traffic that verifies every byte and counts every interrupt while frames are lost,
# doubled, reordered, damaged and late, while cables are pulled, over a path that drops big frames, over a bond of
# which one link dies; and a root host that crashes.
#
#     [root] fr ──── wr ┐
#            fq ──── wq ┤ bridge0 [wire] ├ wd ──── fd [device]        fb0, fb1 ════ db0, db1: a bond of two links
#
# usage: selftests/module/faults.sh [SECONDS]    of each fault, default 1
# shellcheck source=selftests/module/lib.sh
. "$(dirname "$0")/lib.sh"

seconds=${1:-1}
program=build/selftests/module/vfio_test
uuid=$(new_uuid)

on_wire() {
	ip netns exec wire "$@"
}

port_of() {	# IFNAME
	basename "$(dirname "$(grep -lx "$1" $class/*/ifname)")"
}

function_of() {	# PORT: its first function
	find $bus/ -maxdepth 1 -name "$1:*" -printf '%f\n' | sort | head -n 1
}

cable() {	# END NAMESPACE FAR-END
	ip link add "$1" type veth peer name "$3" netns "$2" && ip link set "$1" up && ip -n "$2" link set "$3" up
}

connect() {
	ip netns add wire && ip -n wire link add bridge0 type bridge && ip -n wire link set bridge0 up || return
	cable fr wire wr && cable fq wire wq || return
	ip -n wire link add wd type veth peer name fd netns device || return
	ip -n wire link set wd up && ip -n device link set fd up || return
	for end in wr wq wd; do
		ip -n wire link set $end master bridge0 || return
	done
}

start_station() {	# IFNAME
	on_device vrcep -i "$1" --name faults --serial 0x79 --function test --status "$run/vrcep.sock" \
		>>"$run/vrcep.log" 2>&1 &
	wait_for 20 on_device vrcep --query "$run/vrcep.sock"
}

station_counter() {
	on_device vrcep --query "$run/vrcep.sock" | jq "[.. | .$1? // empty] | add"
}

scan_finds() {	# IFNAME
	vrcctl scan "$1" && port=$(port_of "$1") && fn=$(function_of "$port") && [ -n "$fn" ]
}

# How it is now, for all that follows a fault to be compared with.
declare -A before
remember() {
	local name
	for name in sessions retransmissions duplicates; do
		before[$name]=$(func_counter "$fn" $name)
	done
	before[rx_bad_check]=$(port_counter rx_bad_check "$port")
	before[rx_corrupted]=$(station_counter rx_corrupted)
}

grew() {	# COUNTER: of the function
	local now
	now=$(func_counter "$fn" "$1")
	[ "$now" -gt "${before[$1]}" ] || { echo "$1 is still $now"; return 1; }
}

damage_was_seen() {
	local root station
	root=$(($(port_counter rx_bad_check "$port") - before[rx_bad_check]))
	station=$(($(station_counter rx_corrupted) - before[rx_corrupted]))
	echo "damaged frames found: $root by the root, $station by the station"
	[ $root -gt 0 ] && [ "$station" -gt 0 ]
}

# The session has lived through it, and no request has failed.
same_session() {
	local name
	is "$(func_counter "$fn" sessions)" "${before[sessions]}" || return
	for name in cpl_timeout cpl_unexpected tlp_malformed tlp_bad_ecrc dma_fault interrupts_bad; do
		is "$name $(func_counter "$fn" $name)" "$name 0" || return
	done
}

traffic() {	# SECONDS
	timeout $(($1 + 300)) $program "$uuid" traffic "$1"
}

bad_network() {	# what is done to frames, both ways
	local end
	for end in wr wd; do
		on_wire tc qdisc replace dev $end root netem limit 10000 "$@" || return
	done
}

good_network() {
	on_wire tc qdisc del dev wr root
	on_wire tc qdisc del dev wd root
}

# A busy machine sends frames again by itself.
both_dropped() {
	local end dropped
	for end in wr wd; do
		dropped=$(on_wire tc -s qdisc show dev $end root | sed -n 's/.*dropped \([0-9]*\).*/\1/p')
		[ "${dropped:-0}" -gt 0 ] || { echo "$end has dropped ${dropped:-nothing that tc tells}"; return 1; }
	done
}

# fault NAME PARAMETERS...
fault() {
	local name=$1
	shift
	check "$name: netem" bad_network "$@"
	remember
	check "$name: every byte is right" traffic "$seconds"
	check "$name: nothing has failed" same_session
	case "$*" in *loss*) check "$name: frames were lost" both_dropped ;; esac
	case "$*" in *loss*|*corrupt*) check "$name: lost frames were sent again" grew retransmissions ;; esac
	case "$*" in *duplicate*) check "$name: doubles were dropped" grew duplicates ;; esac
	case "$*" in *corrupt*) check "$name: damage was found" damage_was_seen ;; esac
	good_network
}

# pulled NAME SECONDS PULL PLUG: while there is traffic
pulled() {
	local name=$1 pid
	remember
	traffic $(($2 + seconds + 1)) >"$run/traffic" 2>&1 &
	pid=$!
	sleep 0.5
	eval "$3"
	sleep "$2"
	eval "$4"
	check "$name: every byte is right" wait $pid
	[ -n "$(grep '^not ok' "$run/traffic")" ] && sed 's/^/# /' "$run/traffic"
	check "$name: nothing has failed" same_session
}

payload_is() {
	is "$(cat "$bus/$fn/payload")" "$1"
}

black_hole() {
	local end
	for end in wr wd; do
		on_wire ip link set $end mtu "$1"
	done
}

jumbo() {
	ip link set fr mtu 9000 && on_device ip link set fd mtu 9000 && black_hole 9000
}

# Frames that are too big are dropped from now on: the session ends when they are not acked for a lease.
path_shrinks() {
	traffic 1 >/dev/null 2>&1
	wait_for 20 payload_is 1464
}

attach() {
	mdev_create "$fn" "$uuid"
}

# The root host loses power: it releases nothing, and comes back with an empty memory.
crash() {
	on_wire ip link set bridge0 down
	mdev_remove "$uuid"
	vrcctl port del fr && vrcctl port del fq && rmmod vrc && modprobe vrc
	on_wire ip link set bridge0 up
}

# ---- one network that does everything to frames ----

modprobe -q sch_netem
modprobe vfio_iommu_type1
stop_stations
check "the network" connect
[ $tap_failed -eq 0 ] || { tap_end; exit 1; }
check "a station" start_station fd
check "scan" wait_for 20 scan_finds fr
scan_finds fr >/dev/null || { tap_end; exit 1; }
# Each fault costs time, and a debug kernel takes its own.
echo 20000 >"$class/$port/completion_timeout_ms"
check "attach" attach
fault "loss 10 %" loss 10%
fault "duplication 5 %" duplicate 5%
fault "reordering 25 %" delay 1ms reorder 25%
fault "corruption 1 %" corrupt 1%
fault "delay 2 ms ± 2 ms" delay 2ms 2ms
fault "all at once" delay 2ms 2ms reorder 25% loss 10% duplicate 5% corrupt 1%

# ---- a station that restarts ----

restarts() {
	timeout 300 $program "$uuid" restart "pkill -KILL -x vrcep" "ip netns exec device setsid vrcep -i fd --name faults \
		--serial 0x79 --function test --status $run/vrcep.sock >>$run/vrcep.log 2>&1 </dev/null &"
}

check "detach before the restart" mdev_remove "$uuid"
echo 20000 >"$class/$port/lease_ms"
check "attach with a long lease" attach
check "a station that restarts within the lease is a device that was reset" restarts
check "detach after the restart" mdev_remove "$uuid"
check "attach again" attach

# ---- cables ----

# Two seconds, of a lease of twenty: a machine that gets no processor has made seven of them.
pulled "a cable pulled within the lease" 2 "on_wire ip link set bridge0 down" "on_wire ip link set bridge0 up"
pulled "the root's own cable" 2 "on_wire ip link set wr down" "on_wire ip link set wr up"
pulled "the station's own cable" 2 "on_wire ip link set wd down" "on_wire ip link set wd up"
pulled "the root's NIC down" 2 "ip link set fr down" "ip link set fr up"
check "detach" mdev_remove "$uuid"
echo 1000 >"$class/$port/lease_ms"
check "attach with a lease of a second" attach
on_wire ip link set bridge0 down
check "pulled for longer than the lease: down" wait_for 20 state_is "$fn" down
check "the reason is said" grep -q "^lease over" "$bus/$fn/reason"
on_wire ip link set bridge0 up
check "plugged in: up" wait_for 20 state_is "$fn" up
check "and works" traffic 1

# ---- a path that drops big frames ----

check "detach before the MTU changes" mdev_remove "$uuid"
stop_stations
check "jumbo frames" jumbo
check "a station that takes them" start_station fd
check "scan for it" vrcctl scan fr
check "attach for jumbo frames" attach
check "they are used" wait_for 20 payload_is 8964
check "and work" traffic 1
black_hole 1500
check "a path that begins to drop them is used at the size that works" path_shrinks
check "that is reported" bash -c 'dmesg | grep -q "path to .* drops frames above"'
check "it works at that size" traffic 1
check "detach from the small path" mdev_remove "$uuid"
check "a path that is small from the beginning" attach
check "is used at that size" wait_for 20 payload_is 1464
check "and works as well" traffic 1
black_hole 9000

# ---- two roots, one of which dies ----

check "detach, so that another root can look at it" mdev_remove "$uuid"
first=$fn first_port=$port
check "which it does" scan_finds fq
second=$fn fn=$first port=$first_port
owner=$(new_uuid)
check "the first has it" attach
check_fails "but does not get what is in use" mdev_create "$second" "$owner"
on_wire ip link set wr down
check "when the first has been silent for its lease, it does" wait_for 20 mdev_create "$second" "$owner"
on_wire ip link set wr up
check "the first hears that it is owned" wait_for 20 grep -q "^owned by" "$bus/$first/reason"
check "and is still down" state_is "$first" down
check "the second gives it back" mdev_remove "$owner"
check "the first has it again" wait_for 20 state_is "$first" up
check "and it works there" traffic 1

# ---- a root that crashes ----

check "detach before the crash" mdev_remove "$uuid"
echo 600000 >"$class/$port/lease_ms"
check "attach with a lease of ten minutes" attach
check "crash and restart" crash
check "scan after the restart" wait_for 20 scan_finds fr
scan_finds fr
check "the root gets its function back at once" attach
check "and it works after the crash" traffic 1
check "detach after the crash" mdev_remove "$uuid"
vrcctl port del fr
stop_stations

# ---- a bond ----

# bond NAME LINK...: in the namespace of the caller
bond() {
	local name=$1 link
	shift
	ip link add "$name" type bond mode balance-rr miimon 50 || return
	for link; do
		ip link set "$link" down && ip link set "$link" master "$name" && ip link set "$link" up || return
	done
	ip link set "$name" up
}

# One link is slower: frames do overtake each other.
bonds() {
	cable fb0 device db0 && cable fb1 device db1 && bond fb fb0 fb1 &&
		tc qdisc add dev fb1 root netem limit 10000 delay 300us && on_device tc qdisc add dev db1 root netem limit 10000 delay 300us &&
		on_device bash -c "$(declare -f bond); bond db db0 db1" && wait_for 10 grep -qx 1 /sys/class/net/fb/carrier
}

packets() {
	cat "/sys/class/net/$1/statistics/tx_packets"
}

both_are_used() {
	local a b
	a=$(($(packets fb0) - used0)) b=$(($(packets fb1) - used1))
	echo "$a frames by one link, $b by the other"
	[ $((a * 3)) -gt $b ] && [ $((b * 3)) -gt $a ]
}

# That frames overtake each other is no reason to send them again. A machine that stops for a while is.
few_needless() {
	local again frames
	again=$(($(func_counter "$fn" retransmissions) - before[retransmissions]))
	frames=$(($(func_counter "$fn" frames_tx) - sent))
	echo "$again of $frames frames were sent again"
	[ $((again * 20)) -le "$frames" ]
}

modprobe -q bonding max_bonds=0
check "two bonds" bonds
check "a station on a bond" start_station db
check "scan over a bond" wait_for 20 scan_finds fb
scan_finds fb
echo 20000 >"$class/$port/completion_timeout_ms"
check "attach over a bond" attach
used0=$(packets fb0) used1=$(packets fb1) sent=$(func_counter "$fn" frames_tx)
remember
check "bond: every byte is right" traffic "$seconds"
check "bond: nothing has failed" same_session
check "bond: both links are used" both_are_used
check "bond: hardly a frame is sent twice" few_needless
pulled "bond: one link pulled" 2 "on_device ip link set db1 down" "on_device ip link set db1 up"
check "detach from the bond" mdev_remove "$uuid"
vrcctl port del fb
stop_stations
ip link del fb
on_device ip link del db
for link in fb0 fb1 fr fq; do
	ip link del $link
done
ip netns del wire
tap_end
