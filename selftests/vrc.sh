#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The tests of the module (module/) under kselftest: eth1 in a network namespace that is the root host, eth0 in another one
# that is the device side. Without root, the module, or vrcctl and vrcep, it is skipped.
cd "$(dirname "$0")" || exit 1

skip_all() {
	echo "KTAP version 1"
	echo "1..0 # SKIP $1"
	exit 4
}

[ "$(id -u)" -eq 0 ] || skip_all "needs root"
for program in vrcctl vrcep ip jq; do
	command -v $program >/dev/null || skip_all "needs $program"
done
modprobe -q vrc || skip_all "needs the module vrc"
modprobe -q -a veth vfio_iommu_type1
[ -z "$(ls -A /sys/class/vrc)" ] || skip_all "a port of VRC is in use"

if [ -z "${VRC_NAMESPACE:-}" ]; then
	ip netns list | grep -qw device && skip_all "there is a network namespace 'device' already"
	trap 'ip netns del device' EXIT
	ip netns add device
	VRC_NAMESPACE=1 unshare --net "$0"
	exit
fi
ip link set lo up
ip link add eth1 type veth peer name eth0 netns device
ip link set eth1 up
ip -n device link set lo up
ip -n device link set eth0 up
export VRC_PROGRAMS=$PWD
module/run ports scan mdev vfio
