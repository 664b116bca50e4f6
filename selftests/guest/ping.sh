#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# In the root host: the paper's experiment. A VM and a host on the other side of an Intel 82576 ping each other, the
# 82576 being on the Ethernet; beside it the same guest with QEMU's own igb and the root host at its other end.
# Prints "NAME VALUE UNIT", each once for each run, the two cards in turn.
# usage: selftests/guest/ping.sh [ROUND-TRIPS [SECONDS [RUNS]]]   defaults 100, 5, 1
cd "$(dirname "$0")/../.." || exit 1
. selftests/lib.sh

trips=${1:-100} seconds=${2:-5} runs=${3:-1}
local_mac=52:54:00:76:74:01
uuid=$(cat /proc/sys/kernel/random/uuid)

opposite() {
	tools/lab/device ip netns exec opposite "$@"
}

# answers NAME PING-COMMAND...: round trips that begin outside of the guest
answers() {
	local name=$1
	shift
	"$@" -q -c 5 -i 0.2 >/dev/null
	"$@" -q -c "$trips" -i 0.05 -s 64 |
		sed -n "s,^rtt [^=]*= [0-9.]*/\([0-9.]*\)/.*,$name \1 ms,p"
}

vrcctl scan eth1 >&2 || exit
nic=$(grep -lx 0x020000 /sys/bus/vrc/devices/*/class | head -n 1 | xargs -r dirname | xargs -r basename)
[ -n "$nic" ] || { echo "ping.sh: the scan found no 82576" >&2; exit 1; }
vrcctl attach "$nic" --uuid "$uuid" >&2 || exit
modprobe tun
ip tuntap add local0 mode tap vnet_hdr
ip address add 198.51.102.1/24 dev local0
ip link set local0 up
iperf3 -s -D
opposite iperf3 -s -D
out=$(mktemp)
tools/lab/guest --mdev "$uuid" -netdev tap,id=local,ifname=local0,script=no,downscript=no,vhost=off \
	-device "igb,netdev=local,mac=$local_mac" \
	-- selftests/guest/ping-guest.sh $local_mac "$trips" "$seconds" "$runs" >"$out" &
guest=$!
until grep -qx 'guest is ready' "$out"; do
	kill -0 $guest 2>/dev/null || { echo "ping.sh: the guest has ended" >&2; exit 1; }
	sleep 0.5
done
for ((run = 0; run < runs; run++)); do
	answers vrc-ping-in opposite ping 198.51.100.2
	answers local-ping-in ping 198.51.102.2
done
echo | nc -N 198.51.102.2 7000
wait $guest || exit
grep -v '^guest is ready$' "$out"
rm -f "$out"
vrcctl detach "$uuid" >&2
