#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# On the device side: what the host "opposite" does while the guest is tested.
# usage: selftests/guest/igb-peer.sh start|stop
cd "$(dirname "$0")/../.." || exit 1

opposite() {
	ip netns exec opposite "$@"
}

# To a group that the guest joins, and to one that it does not.
send_multicast() {
	while :; do
		for group in 239.1.2.3 239.9.9.9; do
			echo "to $group" | opposite socat - "UDP4-DATAGRAM:$group:5000,ip-multicast-if=198.51.100.1"
		done
		sleep 0.2
	done
}

start() {
	ip -n opposite link add link eth0 name eth0.100 type vlan id 100
	ip -n opposite address add 198.51.200.1/24 dev eth0.100
	ip -n opposite link set eth0.100 up
	ip -n opposite address add 2001:db8::1/64 dev eth0 nodad
	# One for each port, since a server has one client at a time.
	opposite iperf3 -s -D --pidfile /run/vrc/iperf3.pid
	opposite iperf3 -s -D -p 5202 --pidfile /run/vrc/iperf3-2.pid
	send_multicast >/dev/null 2>&1 </dev/null &
	echo $! >/run/vrc/multicast.pid
}

stop() {
	kill "$(cat /run/vrc/iperf3.pid)" "$(cat /run/vrc/iperf3-2.pid)" "$(cat /run/vrc/multicast.pid)"
	ip -n opposite link del eth0.100
}

case ${1:-} in
start|stop)	"$1" ;;
*)	echo "usage: igb-peer.sh start|stop" >&2; exit 2 ;;
esac
