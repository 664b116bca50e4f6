# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# For the guest's tests of the stock igb driver: what its interfaces are, what it counts and what it says.

# interface_of_igb [PATTERN]: the first interface of the driver whose MAC address matches
interface_of_igb() {
	local net
	for net in /sys/class/net/*; do
		[ "$(basename "$(readlink "$net/device/driver")")" = igb ] || continue
		grep -Eq "${1:-.}" "$net/address" || continue
		basename "$net"
		return
	done
	return 1
}

carrier() {	# DEV
	[ "$(cat "/sys/class/net/$1/carrier" 2>/dev/null)" = 1 ]
}

counter() {	# DEV NAME
	ethtool -S "$1" | awk -v name="$2:" '$1 == name { print $2 }'
}

no_loss() {	# ping's options and destination
	local out
	out=$(ping -q "$@") || { echo "$out"; return 1; }
	contains "$out" ' 0% packet loss'
}

# transfer OPTIONS...: iperf3's JSON. It gives up by itself when the other end is late to answer, as emulated
# machines that share processors may be: that says nothing of the card, so it may try three times.
transfer() {
	local attempt out
	for attempt in 1 2 3; do
		if out=$(iperf3 --json "$@"); then
			echo "$out"
			return
		fi
		echo "attempt $attempt: $(echo "$out" | jq -r .error)" >&2
		sleep 2
	done
	return 1
}

# rx_no_buffer_count is not an error: the frame had to wait for a buffer, and rx_missed_errors would say if it
# was lost. Neither is restart: the queue was full for a time, and the stack held its packets.
no_driver_errors() {	# DEV
	local out
	out=$(ethtool -S "$1" | grep -E '(err|drop|missed|fifo|timeout|collision|csum|jabber|hang)' |
		awk '$2 != 0 && $1 !~ /csum_good/')
	echo "$out"
	[ -z "$out" ]
}

quiet_kernel_log() {
	! dmesg | grep -E 'Tx Unit Hang|NETDEV WATCHDOG|Reset adapter|igb.*([Ff]ail|[Ee]rror|invalid)|BUG:|WARNING:'
}
