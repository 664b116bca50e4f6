# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# For the scripts of the bench that start their own endpoints and peers, in the topology veth.

pids=()

# Called by a trap.
# shellcheck disable=SC2317
stop_all()
{
	[[ ${#pids[@]} -eq 0 ]] || kill "${pids[@]}" 2> /dev/null || true
}
trap stop_all EXIT

# start COMMAND...: on the device side, in the background
start()
{
	tools/lab/device "$@" > /dev/null 2>> build/bench/peers.log &
	pids+=($!)
}

stop()
{
	stop_all
	wait "${pids[@]}" 2> /dev/null || true
	pids=()
}

# peer PROGRAM: answers on eth0, until stop_peer
peer()
{
	start "build/bench/$1" eth0
	for _ in {1..300}; do
		! tools/lab/device grep -q ' 88b6 ' /proc/net/packet || return 0
		sleep 0.1
	done
	die "$1 does not listen; see build/bench/peers.log"
}

stop_peer()
{
	kill "${pids[-1]}"
	wait "${pids[-1]}" 2> /dev/null || true
	unset 'pids[-1]'
}

# endpoint OPTIONS...: vrcep with them, and a root that has not seen anything yet
endpoint()
{
	modprobe -r vrc
	modprobe -a vfio_iommu_type1 vrc
	start vrcep -i eth0 "$@"
	for _ in {1..300}; do
		! tools/lab/device grep -q ' 88b5 ' /proc/net/packet || return 0
		sleep 0.1
	done
	die "vrcep $*: does not listen; see build/bench/peers.log"
}

device_mac()
{
	tools/lab/device cat /sys/class/net/eth0/address
}
