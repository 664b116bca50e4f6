# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# An Ethernet where everybody hears everything, for tests with a hostile neighbour: source it
# in place of lib.sh.
#
#     [root] ha ────┐
#     [device] hb ──┼── hub, a bridge that learns nothing [wire]
#     [mallory] hc ─┘

# shellcheck source=selftests/module/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

neighbour=build/selftests/hostile/neighbour

attach_to_hub() {	# NAME
	ip link add "$1" type veth peer name "$1p" netns wire
	ip -n wire link set "$1p" master hub up
	ip link set "$1" up
}

hub_up() {
	modprobe -q bridge
	ip netns add wire
	ip netns add mallory
	ip -n wire link add hub type bridge ageing_time 0
	ip -n wire link set hub up
	attach_to_hub ha
	attach_to_hub hb
	attach_to_hub hc
	ip link set hb netns device
	ip link set hc netns mallory
	ip -n device link set hb up
	ip -n mallory link set hc up
}

hub_down() {
	ip netns del wire
	ip netns del mallory
}

# The neighbour does COMMAND ARGS... on the hub.
mallory() {
	timeout 600 ip netns exec mallory $neighbour hc "$@"
}

# The same beside what follows, once it is ready; mallory_ends waits for its end.
mallory_later() {
	: >"$run/mallory"
	mallory "$@" >"$run/mallory" 2>&1 &
	mallory_pid=$!
	wait_for 10 grep -q ready "$run/mallory"
}

mallory_ends() {
	wait "$mallory_pid"
}

mac_of_station() {	# IFACE on the device side
	on_device cat "/sys/class/net/$1/address"
}
