#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# In the guest: the stock igb driver on the 82576 that is on the Ethernet, with the host "opposite"
# (igb-peer.sh) at the other end of its cable.
cd "$(dirname "$0")/../.." || exit 1
. selftests/lib.sh
. selftests/guest/igb-lib.sh

peer=198.51.100.1
seconds=2	# for one run of iperf3

# What the hardware has counted and what the driver has, sent and received.
counts() {
	ethtool -S "$dev" | awk '
		$1 == "tx_packets:" { tx = $2 }
		$1 == "rx_packets:" { rx = $2 }
		$1 ~ /^tx_queue_[0-9]+_packets:/ { queue_tx += $2 }
		$1 ~ /^rx_queue_[0-9]+_packets:/ { queue_rx += $2 }
		END { print tx, rx, queue_tx, queue_rx }'
}

# The driver reads the hardware's registers first, which may take a second here, and its own counters then. So
# they are of one moment only if nothing has come meanwhile: if they are the same twice.
settled() {
	local before=$now
	sleep 0.5
	now=$(counts)
	[ "$now" = "$before" ]
}

self_test() {
	local out status=0 test
	out=$(ethtool -t "$dev" offline) || status=$?
	echo "$out"
	[ $status -eq 0 ] && contains "$out" 'The test result is PASS' || return
	for test in Register Eeprom Interrupt Loopback Link; do
		echo "$out" | grep -Eq "^$test test .*[[:space:]]0$" || { echo "no result 0 of $test test"; return 1; }
	done
}

jumbo() {
	ip link set "$dev" mtu 9000 && wait_for 20 carrier "$dev" &&
		no_loss -c 10 -i 0.1 -M 'do' -s 8972 $peer
}

vlan() {
	ip link add link "$dev" name "$dev.100" type vlan id 100 &&
		ip address add 198.51.200.2/24 dev "$dev.100" &&
		ip link set "$dev.100" up &&
		no_loss -c 10 -i 0.1 198.51.200.1 &&
		no_loss -c 5 -i 0.1 -M 'do' -s 1472 198.51.200.1
}

multicast() {
	local out
	out=$(timeout 5 socat -u "UDP4-RECV:5000,reuseaddr,ip-add-membership=239.1.2.3:$dev" - | head -n 1)
	is "$out" "to 239.1.2.3"
}

# The filter keeps out the group that nobody has joined, until all are let in.
multicast_filter() {
	local before filtered
	before=$(counter "$dev" rx_multicast)
	sleep 2
	filtered=$(($(counter "$dev" rx_multicast) - before))
	ip link set "$dev" allmulticast on
	before=$(counter "$dev" rx_multicast)
	sleep 2
	echo "in 2 s: $filtered frames filtered, $(($(counter "$dev" rx_multicast) - before)) unfiltered"
	ip link set "$dev" allmulticast off
	[ "$filtered" -lt $(($(counter "$dev" rx_multicast) - before)) ]
}

moves_data() {	# iperf3 options
	local out
	out=$(transfer -c $peer -t "$seconds" "$@") || return
	echo "$out" | jq -r '"received \(.end.sum_received.bits_per_second / 1e6 | floor) Mbit/s, retransmits \(.end.sum_sent.retransmits)"'
	[ "$(echo "$out" | jq '.end.sum_received.bytes')" -gt 100000 ]
}

offloads() {	# on|off
	ethtool -K "$dev" rx "$1" tx "$1" sg "$1" tso "$1" gso "$1" gro "$1" rxvlan "$1" txvlan "$1" >/dev/null &&
		wait_for 20 carrier "$dev" && no_loss -c 3 -i 0.1 $peer
}

# What the hardware counts is what the driver has given to it. A TSO packet is one for the driver.
counts_agree() {
	local before now='' tx rx
	ethtool -K "$dev" tso off
	wait_for 1 settled && read -r -a before <<<"$now" || return
	no_loss -c 100 -i 0.02 -s 1000 $peer && wait_for 1 settled && read -r -a now <<<"$now" || return
	ethtool -K "$dev" tso on
	tx=$((now[0] - before[0])) rx=$((now[1] - before[1]))
	echo "hardware tx $tx rx $rx, driver tx $((now[2] - before[2])) rx $((now[3] - before[3]))"
	[ "$tx" -ge 100 ] && [ "$rx" -ge 100 ] &&
		[ "$tx" -eq $((now[2] - before[2])) ] && [ "$rx" -eq $((now[3] - before[3])) ]
}

unload() {
	modprobe -r igb && modprobe igb && wait_for 20 interface_of_igb
}

modprobe igb
check "the stock driver binds" wait_for 20 interface_of_igb
dev=$(interface_of_igb) || { tap_end; exit; }
check "ethtool -i says igb" contains "$(ethtool -i "$dev")" 'driver: igb'
check "registers are dumped" contains "$(ethtool -d "$dev")" 'CTRL'
check "the NVM is dumped" test "$(ethtool -e "$dev" raw on | wc -c)" -ge 2048
ip link set "$dev" up
check "link" wait_for 20 carrier "$dev"
check "1000 Mb/s, full duplex" contains "$(ethtool "$dev" | tr '\n' ' ')" 'Speed: 1000Mb/s.*Duplex: Full'
check "the driver's five tests pass" self_test
check "link after the tests" wait_for 20 carrier "$dev"
ip address add 198.51.100.2/24 dev "$dev"
ip address add 2001:db8::2/64 dev "$dev" nodad
check "ping" no_loss -c 50 -i 0.05 $peer
check "ping over IPv6" no_loss -c 10 -i 0.1 2001:db8::1
check "VLAN" vlan
check "multicast" multicast
check "multicast filter" multicast_filter
check "iperf3 -P 4" moves_data -P 4
check "iperf3 -P 4 -R" moves_data -P 4 -R
check "iperf3 over IPv6" moves_data -c 2001:db8::1
check "UDP" moves_data -u -b 20M
check "offloads off" offloads off
check "iperf3 without offloads" moves_data -P 4
check "iperf3 -R without offloads" moves_data -P 4 -R
check "offloads on" offloads on
check "jumbo frames" jumbo
check "iperf3 with jumbo frames" moves_data -P 4
check "iperf3 -R with jumbo frames" moves_data -P 4 -R
check "counters agree with what was sent" counts_agree
check "no errors and no drops counted" no_driver_errors "$dev"
check "the driver unloads and loads" unload
check "the kernel's log is quiet" quiet_kernel_log
tap_end
