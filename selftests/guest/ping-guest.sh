#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# In the guest: round trips and iperf3 by the 82576 on the Ethernet, and by QEMU's own igb. Prints
# "NAME VALUE UNIT" for ping.sh, which then pings the guest until it says so on port 7000.
# usage: selftests/guest/ping-guest.sh MAC-OF-LOCAL ROUND-TRIPS SECONDS RUNS
cd "$(dirname "$0")/../.." || exit 1
. selftests/lib.sh
. selftests/guest/igb-lib.sh

local_mac=$1 trips=$2 seconds=$3 runs=$4

set_up() {	# DEV ADDRESS
	ip link set "$1" up && ip address add "$2" dev "$1" && wait_for 20 carrier "$1"
}

rate() {	# NAME
	jq -r "\"$1 \\(.end.sum_received.bits_per_second / 1e6) Mbit/s\""
}

# measure NAME ADDRESS: 64 bytes of payload, as in the paper
measure() {
	ping -q -c 5 -i 0.2 "$2" >/dev/null
	ping -q -c "$trips" -i 0.05 -s 64 "$2" |
		sed -n "s,^rtt [^=]*= [0-9.]*/\([0-9.]*\)/.*,$1-ping-out \1 ms,p"
	transfer -c "$2" -t "$seconds" | rate "$1-tcp-out"
	transfer -c "$2" -t "$seconds" --reverse | rate "$1-tcp-in"
}

modprobe igb
wait_for 20 interface_of_igb "$local_mac" || exit
near=$(interface_of_igb "$local_mac")
for far in /sys/class/net/eth*; do
	[ "${far##*/}" = "$near" ] || break
done
far=${far##*/}
set_up "$far" 198.51.100.2/24 && set_up "$near" 198.51.102.2/24 || exit
for ((run = 0; run < runs; run++)); do
	measure vrc 198.51.100.1
	measure local 198.51.102.1
done
echo "guest is ready"
timeout 600 nc -l 7000 >/dev/null
