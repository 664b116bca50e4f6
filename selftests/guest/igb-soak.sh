#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# In the guest: iperf3 both ways at once with the host "opposite", for a time; the driver notices nothing.
# usage: selftests/guest/igb-soak.sh SECONDS
cd "$(dirname "$0")/../.." || exit 1
. selftests/lib.sh
. selftests/guest/igb-lib.sh

seconds=${1:-60} peer=198.51.100.1

# In runs of a minute, so that a connection that died is found soon.
traffic() {
	local end=$((SECONDS + seconds)) out
	while [ $SECONDS -lt $end ]; do
		out=$(transfer -c $peer --bidir -P 2 -t $((end - SECONDS < 60 ? end - SECONDS : 60))) || return
		echo "$out" | jq -er '.end | select(.sum_sent.bytes > 0 and .sum_received_bidir_reverse.bytes > 0) |
			"sent \(.sum_sent.bytes), received \(.sum_received_bidir_reverse.bytes) bytes"' || return
	done
}

modprobe igb
check "the driver binds" wait_for 20 interface_of_igb
dev=$(interface_of_igb)
ip link set "$dev" up
ip address add 198.51.100.2/24 dev "$dev"
check "link" wait_for 20 carrier "$dev"
check "traffic both ways for $seconds s" traffic
check "ping" no_loss -c 10 -i 0.2 -W 5 $peer
check "no errors and no drops counted" no_driver_errors "$dev"
check "no reset, no hang" quiet_kernel_log
tap_end
