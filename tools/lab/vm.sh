# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Shared by the scripts that run inside the machines.

REPO=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
LAB=$REPO/tools/lab

# Addresses that run gives its NICs.
# shellcheck disable=SC2034
{
	HOST_LINK=52:54:00:76:72:01 HOST_MGMT=52:54:00:76:73:01
	DEVICE_LINK=52:54:00:76:72:02 DEVICE_MGMT=52:54:00:76:73:02
	HOST_IP=192.0.2.1 DEVICE_IP=192.0.2.2
}

# wait_for SECONDS COMMAND...
wait_for()
{
	local tries=$(($1 * 10))
	shift

	while ! "$@" > /dev/null 2>&1; do
		if ((tries-- == 0)); then
			echo "gave up waiting for: $*" >&2
			return 1
		fi
		sleep 0.1
	done
}

# name_nic MAC NAME: call the interface that has MAC NAME, and bring it up
name_nic()
{
	local old

	wait_for 10 grep -qx "$1" /sys/class/net/*/address
	old=$(grep -lx "$1" /sys/class/net/*/address)
	old=${old#/sys/class/net/}
	old=${old%/address}
	if [[ $old != "$2" ]]; then
		! ip link show "$2" > /dev/null 2>&1 || ip link set "$2" name "old-$2"
		ip link set "$old" name "$2"
	fi
	ip link set "$2" up
}

install_vrc()
{
	local built=$REPO/build/$VRC_KERNEL tool

	# The image has the modules of Debian's kernels only.
	[[ -z $VRC_MORE_MODULES ]] || cp -r "$VRC_MORE_MODULES"/* /lib/modules/
	if [[ -e $built/vrc.ko ]]; then
		install -D "$built/vrc.ko" "/lib/modules/$(uname -r)/updates/vrc.ko"
		cp "$built"/modules/modules.* "/lib/modules/$(uname -r)/"
	fi
	for tool in vrcctl vrcep; do
		[[ ! -x $REPO/build/tools/$tool ]] || install "$REPO/build/tools/$tool" /usr/local/sbin/
	done
}

# connect_opposite COMMAND-PREFIX...: the two ports of the 82576 lead to a third party, the network namespace
# "opposite", by TAPs of which vrcep is the card and bridges that are the cables.
connect_opposite()
{
	local n

	modprobe -a tun bridge veth 8021q
	ip netns list | grep -qw opposite || ip netns add opposite
	ip -n opposite link set lo up
	for n in 0 1; do
		"$@" ip tuntap add "tap$n" mode tap multi_queue vnet_hdr
		"$@" ip link add "cable$n" mtu 9216 type bridge
		"$@" ip link add "far$n" mtu 9216 type veth peer name "eth$n" mtu 9216 netns opposite
		"$@" ip link set "tap$n" mtu 9216 master "cable$n" up
		"$@" ip link set "far$n" master "cable$n" up
		"$@" ip link set "cable$n" up
		ip -n opposite address add "198.51.$((100 + n)).1/24" dev "eth$n"
		ip -n opposite link set "eth$n" up
	done
}

# start_device_side COMMAND-PREFIX...: vrcep with the lab's functions, on the interface that the prefix sees as eth0
start_device_side()
{
	if ! command -v vrcep > /dev/null; then
		echo "no vrcep in build/tools: the device side is not started"
		return 0
	fi
	connect_opposite "$@"
	mkdir -p /var/lib/vrc
	truncate -s 5G /var/lib/vrc/nvme.img
	"$@" setsid vrcep --config "$LAB/vrcep.json" > /run/vrc/vrcep.log 2>&1 < /dev/null &
	echo $! > /run/vrc/vrcep.pid
	sleep 0.5
	if ! kill -0 "$(cat /run/vrc/vrcep.pid)"; then
		echo "vrcep did not start:" >&2
		cat /run/vrc/vrcep.log >&2
		return 1
	fi
}
