#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Ports: a NIC comes, goes, changes its name, MTU and namespace.
#
#     [root]  va ──────── vb      a veth pair of this test's own
# shellcheck source=selftests/module/lib.sh
. "$(dirname "$0")/lib.sh"

port_of() {	# IFNAME: "vrc1"
	basename "$(dirname "$(grep -lx "$1" $class/*/ifname)")"
}

pair() {	# [IFNAME PEER]
	local a=${1:-va} b=${2:-vb}
	ip link add "$a" type veth peer name "$b" && ip link set "$a" up && ip link set "$b" up
}


port_state() {	# STATE [PORT]
	is "$(cat "$class/${2:-$port}/state")" "$1"
}

# While the first port waits for va, the NIC of the second gets that name.
two_ports() {
	pair && pair vc vd && vrcctl port add va && vrcctl port add vc || return
	first=$(port_of va)
	second=$(port_of vc)
}

finds_a_function() {	# PORT
	vrcctl scan "$1" && [ -n "$(function_named 0x104c 0xb500)" ]
}

rename_to_va() {
	ip link set vc down && ip link set vc name va && ip link set va up
}

both_wait() {
	is "$(sort "$class/$first/ifname" "$class/$second/ifname" | xargs)" "va va" &&
		port_state no-nic "$first" && port_state no-nic "$second"
}

one_waits() {
	is "$(sort "$class/$first/state" "$class/$second/state" | xargs)" "no-nic up"
}

check "/dev/vrc is of root" is "$(stat -c '%a %U' /dev/vrc)" "600 root"
check_fails "no such interface" vrcctl port add nosuch0
check "the error names it" error_names nosuch0 vrcctl port add nosuch0
check "lo is no Ethernet device" error_names lo vrcctl port add lo
modprobe -q ipip
if ip link add vrctun type ipip local 192.0.2.1 remote 192.0.2.2 2>/dev/null; then
	check_fails "an IP tunnel is no Ethernet device" vrcctl port add vrctun
	ip link del vrctun
else
	skip "an IP tunnel is no Ethernet device" "this kernel has no ipip"
fi
check "make a veth pair" pair
check "add a port" vrcctl port add va
port=$(port_of va)
check "it is a device of class vrc" test -d "$class/$port"
check "it shows its address" is "$(cat "$class/$port/address")" "$(cat /sys/class/net/va/address)"
check "it is up" port_state up
check_fails "add it a second time" vrcctl port add va
ip link set va mtu 9000
check "the largest payload follows the MTU" is "$(cat "$class/$port/payload")" $((9000 - 36))
ip link set va mtu 1500
ip link set va down
check "NIC down" wait_for 5 port_state no-link
ip link set va name vz
check "the name follows" is "$(cat "$class/$port/ifname")" vz
ip link set vz name va
ip link set va up
check "NIC up" wait_for 5 port_state up
ip link set vb down
check "no carrier" wait_for 5 port_state no-link
ip link set vb up
check "carrier" wait_for 5 port_state up
ip link del va
check "the NIC is gone, the port stays" wait_for 5 port_state no-nic
check_fails "no scan without a NIC" vrcctl scan va
check "a NIC of the same name returns" pair
check "the port has it again" wait_for 5 port_state up
ip netns add elsewhere
ip link set va netns elsewhere
check "a NIC that moves to another namespace is gone" wait_for 5 port_state no-nic
ip -n elsewhere link set va netns 1
ip link set va up
check "and is back when it returns" wait_for 5 port_state up
ip netns del elsewhere
check "lease_ms can be set" bash -c "echo 700 >$class/$port/lease_ms && grep -qx 700 $class/$port/lease_ms"
for value in 99 600001 -1 many ''; do
	check_fails "lease_ms refuses '$value'" bash -c "echo '$value' >$class/$port/lease_ms"
done
for value in 0 60001 soon; do
	check_fails "completion_timeout_ms refuses '$value'" \
		bash -c "echo '$value' >$class/$port/completion_timeout_ms"
done
check "remove the port" vrcctl port del va
check "it is gone" not test -e "$class/$port"
check "ten ports in and out, with the module" bash -c '
	for i in 1 2 3 4 5 6 7 8 9 10; do
		vrcctl port add va && vrcctl port del va || exit 1
	done'
results_of events "$programs/events_test" va
ip link del va
check "two ports" two_ports
vrcep -i vd --name renamed --serial 0x99 --function test >"$run/vrcep.log" 2>&1 &
vrcep=$!
check "a station on the second" wait_for 10 finds_a_function "$second"
fn=$(function_named 0x104c 0xb500)
uuid=$(new_uuid)
check "its function is used" mdev_create "$fn" "$uuid"
ip link del va
check "the NIC of the first is gone" wait_for 5 port_state no-nic "$first"
sessions=$(func_counter "$fn" sessions)
check "that of the second gets its name" rename_to_va
check "and stays with the second" wait_for 5 port_state up "$second"
check "whose session goes on" vrcctl ping -c 3 -i 0.1 "$fn"
check "and is still the same" is "$(func_counter "$fn" sessions)" "$sessions"
check "the first still waits" port_state no-nic "$first"
mdev_remove "$uuid"
kill "$vrcep" && wait "$vrcep"
ip link del va
check "both wait for one name" both_wait
check "a NIC of that name" pair
check "is for one of them" wait_for 5 one_waits
check "remove the first" vrcctl port del "$first"
check "and the second" vrcctl port del "$second"
ip link del va

# A NIC that is pulled out while a function is used, and put in again: macvlan, whose other end stays
make_nic() {
	ip link add link va name vm address 02:00:00:00:aa:01 type macvlan && ip link set vm up
}

check "a NIC that can go alone" pair
check "is made" make_nic
check "its port" vrcctl port add vm
port=$(port_of vm)
echo 10000 >"$class/$port/lease_ms"
vrcep -i vb --name alone --serial 0x9a --function test >"$run/vrcep.log" 2>&1 &
vrcep=$!
check "its station" wait_for 10 finds_a_function "$port"
fn=$(function_named 0x104c 0xb500)
check "the function is used" mdev_create "$fn" "$uuid"
sessions=$(func_counter "$fn" sessions)
check "the NIC is unregistered meanwhile" ip link del vm
check "which the port knows" wait_for 5 port_state no-nic
check "it comes back within the lease" make_nic
check "and the port has it" wait_for 5 port_state up
check "the session goes on" wait_for 20 vrcctl ping -c 1 "$fn"
check "as the one that it was" is "$(func_counter "$fn" sessions)" "$sessions"
check "it is unregistered again" ip link del vm
check "past the lease the function is down" wait_for 40 state_is "$fn" down
check "it comes back after that" make_nic
check "and so does the function" wait_for 20 state_is "$fn" up
check "in a new session" is "$(func_counter "$fn" sessions)" $((sessions + 1))
check "which answers" vrcctl ping -c 1 "$fn"
check "give it back" mdev_remove "$uuid"
kill "$vrcep" && wait "$vrcep"
check "remove its port" vrcctl port del "$port"
ip link del va
check "the module unloads" rmmod vrc
check "and loads" modprobe vrc
tap_end
