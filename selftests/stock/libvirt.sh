#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# libvirt as Debian has it: VRC's functions are parents of mdevs, an mdev is defined and started. What OpenStack Nova and KubeVirt
# read is there (Documentation/fleet.rst).
# shellcheck source=selftests/stock/lib.sh
. "$(dirname "$0")/lib.sh"

parent=pci_8005_07_03_0
pci=8005:07:03.0
type=vrc-1234-4e56
mdev=mdev_${uuid//-/_}_8005_07_03_0
dir=$(mktemp -d)

# The mdevs that mdevctl has, and the port that they are on, give way to a port with --pci.
configure() {
	mdevctl stop --uuid "$uuid"
	mdevctl undefine --uuid "$uuid"
	systemctl stop vrc-port@eth1.service vrcep@eth0.service
	head -c 64M /dev/urandom >/var/lib/vrc/disk.img
	echo 'PORT_OPTIONS="--number 5 --pci"' >/etc/vrc/port/eth1.conf
	systemctl start vrcep@eth0.service vrc-port@eth1.service || { journalctl -b -n 30 --no-pager -u "vrc*"; return 1; }
}

nodedev_xml() {
	cat <<-END
	<device>
	  <parent>$parent</parent>
	  <capability type='mdev'>
	    <type id='$type'/>
	    <uuid>$uuid</uuid>
	  </capability>
	</device>
	END
}

host_sees_it() {
	contains "$(virsh nodedev-list --cap mdev_types)" "^$parent\$"
}

available() {
	is "$(virsh nodedev-dumpxml $parent | sed -n 's,.*<availableInstances>\(.*\)</availableInstances>.*,\1,p')" "$1"
}

check "stations and a port with --pci" configure
[ "$tap_failed" -eq 0 ] || exit 1
check "the function is a PCI device of the host" soon test -e /sys/bus/pci/devices/$pci
check "only the driver vrc has it" is "$(basename "$(readlink /sys/bus/pci/devices/$pci/driver)")" vrc
check "virsh nodedev-list --cap mdev_types" soon host_sees_it
xml=$(virsh nodedev-dumpxml $parent)
for want in "<capability type='pci'>" '<domain>32773</domain>' '<bus>7</bus>' '<slot>3</slot>' '<function>0</function>' \
	"<product id='0x4e56'" "<vendor id='0x1234'" "<type id='$type'>" '<name>VRC NVMe controller 1234:4e56</name>' \
	'<deviceAPI>vfio-pci</deviceAPI>' '<availableInstances>1</availableInstances>'; do
	check "Nova finds $want" contains "$xml" "$want"
done
check "Nova takes its address" contains "$(virsh nodedev-list --cap mdev_types)" \
	'^pci_[0-9a-fA-F]{4}_[0-9a-fA-F]{2}_[0-9a-fA-F]{2}_[0-7]$'
check "mdevctl types" contains "$(mdevctl types --parent $pci)" "^  $type"
nodedev_xml >"$dir/mdev.xml"
check "virsh nodedev-define" virsh nodedev-define "$dir/mdev.xml"
check "virsh nodedev-start" virsh nodedev-start "$mdev"
check "virsh nodedev-list --cap mdev" contains "$(virsh nodedev-list --cap mdev)" "^$mdev"
check "none is left for another" soon available 0
check "vrcctl shows it" contains "$(vrcctl show $fn)" "mdev +$uuid"
check "vrcctl finds it by its UUID" vrcctl show "$uuid"
check "KubeVirt finds its name" is "$(tr ' ' _ </sys/bus/mdev/devices/$uuid/mdev_type/name)" VRC_NVMe_controller_1234:4e56
check "KubeVirt finds its group" test -e /sys/bus/mdev/devices/$uuid/iommu_group
check "KubeVirt finds its parent's node" test -e /sys/bus/pci/devices/$pci/numa_node
tap_end
