# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# For what measures in the root host: samples, stations, functions, counters.

# Whose counters are read
function=''

sample()
{
	printf '%s %s\n' "$1" "$2"
}

die()
{
	echo "${0##*/}: $*" >&2
	exit 1
}

# set_mtu BYTES: of both ends, in the topology veth
set_mtu()
{
	ip link set eth1 mtu "$1"
	tools/lab/device ip link set eth0 mtu "$1"
}

# The lab's and all others
end_stations()
{
	pkill -x vrcep
	while pgrep -x vrcep > /dev/null; do
		sleep 0.1
	done
}

# function_by FILE VALUE: the function whose attribute FILE is VALUE
function_by()
{
	local path

	path=$(grep -lx "$2" /sys/bus/vrc/devices/*/"$1") || die "no function whose $1 is $2; see /run/vrc/vrcep.log"
	basename "$(dirname "$path")"
}

# Sets uuid
attach()
{
	uuid=$(cat /proc/sys/kernel/random/uuid)
	vrcctl attach "$1" --uuid "$uuid" > /dev/null
}

frames()
{
	local stats=/sys/class/vrc/vrc0/stats

	echo $(($(cat "$stats/tx_frames") + $(cat "$stats/rx_frames")))
}

# counter NAME: of $function
counter()
{
	cat "/sys/bus/vrc/devices/$function/stats/$1"
}

# Without acks
data_frames()
{
	echo $(($(counter frames_tx) + $(counter frames_rx)))
}

quotient()
{
	awk -v a="$1" -v b="$2" 'BEGIN { printf "%.4f\n", a / b }'
}
