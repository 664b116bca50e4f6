#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# libvirt as Debian has it: VRC's functions are parents of mdevs, an mdev is defined and started, a domain starts with it,
# gives it back and gets it again. What OpenStack Nova and KubeVirt read is there (Documentation/fleet.rst).
# shellcheck source=selftests/stock/lib.sh
. "$(dirname "$0")/lib.sh"

parent=pci_20005_07_03_0
pci=20005:07:03.0
type=vrc-1234-4e56
console=/var/log/libvirt/qemu/guest.console
dir=$(mktemp -d)

configure() {
	mkdir -p /var/lib/vrc
	head -c 64M /dev/urandom >/var/lib/vrc/disk.img
	echo '{ "stations": [ { "name": "shelf1", "serial": "0x1ab", "functions": [
		{ "model": "nvme", "path": "/var/lib/vrc/disk.img" } ] } ] }' >/etc/vrc/vrcep/enp0s16.json
	echo 'PORT_OPTIONS="--number 5 --pci"' >/etc/vrc/port/enp0s17.conf
	echo "1ab=07:03" >/etc/vrc/map/enp0s17
	systemctl start vrcep@enp0s16.service vrc-port@enp0s17.service
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

hostdev_xml() {
	cat <<-END
	<hostdev mode='subsystem' type='mdev' model='vfio-pci'>
	  <source><address uuid='$uuid'/></source>
	</hostdev>
	END
}

domain_xml() {
	cat <<-END
	<domain type='$1'>
	  <name>guest</name>
	  <memory unit='MiB'>384</memory>
	  <vcpu>1</vcpu>
	  <os>
	    <type arch='x86_64' machine='q35'>hvm</type>
	    <kernel>$(readlink -f /boot/vmlinuz-"$(uname -r)")</kernel>
	    <initrd>/var/lib/libvirt/guest.initrd</initrd>
	    <cmdline>console=ttyS0 loglevel=4 panic=-1 mitigations=off</cmdline>
	  </os>
	  <features><acpi/></features>
	  <devices>
	    <emulator>/usr/bin/qemu-system-x86_64</emulator>
	    <controller type='pci' model='pcie-root-port'/>
	    <controller type='pci' model='pcie-root-port'/>
	    <serial type='file'><source path='$console'/></serial>
	    <memballoon model='none'/>
	    $(hostdev_xml)
	  </devices>
	</domain>
	END
}

said() {	# TEXT TIMES
	[ "$(grep -c "^guest: $1" $console)" -ge "$2" ]
}

sum_of_disk() {
	head -c 1M /var/lib/vrc/disk.img | sha256sum | cut -d ' ' -f 1
}

host_sees_it() {
	contains "$(virsh nodedev-list --cap mdev_types)" "^$parent\$"
}

available() {
	is "$(virsh nodedev-dumpxml $parent | sed -n 's,.*<availableInstances>\(.*\)</availableInstances>.*,\1,p')" "$1"
}

check "stations and a port with --pci" configure
check "the function is a PCI device of the host" soon test -e /sys/bus/pci/devices/$pci
check "only the driver vrc has it" is "$(basename "$(readlink /sys/bus/pci/devices/$pci/driver)")" vrc
check "lspci names it" contains "$(lspci -s $pci -n 2>&1 || cat /sys/bus/pci/devices/$pci/vendor)" '1234'
check "virsh nodedev-list --cap mdev_types" soon host_sees_it
xml=$(virsh nodedev-dumpxml $parent)
for want in "<capability type='pci'>" '<domain>131077</domain>' '<bus>7</bus>' '<slot>3</slot>' '<function>0</function>' \
	"<product id='0x4e56'" "<vendor id='0x1234'" "<type id='$type'>" '<name>VRC NVMe controller 1234:4e56</name>' \
	'<deviceAPI>vfio-pci</deviceAPI>' '<availableInstances>1</availableInstances>'; do
	check "Nova finds $want" contains "$xml" "$want"
done
check "mdevctl types" contains "$(mdevctl types --parent $pci)" "^  $type"
nodedev_xml >"$dir/mdev.xml"
check "virsh nodedev-define" virsh nodedev-define "$dir/mdev.xml"
mdev=mdev_${uuid//-/_}_20005_07_03_0
check "virsh nodedev-start" virsh nodedev-start "$mdev"
check "virsh nodedev-list --cap mdev" contains "$(virsh nodedev-list --cap mdev)" "^$mdev"
check "none is left for another" soon available 0
check "vrcctl shows it" contains "$(vrcctl show $fn)" "mdev +$uuid"
check "vrcctl finds it by its UUID" vrcctl show "$uuid"
check "KubeVirt finds its name" is "$(cat /sys/bus/mdev/devices/$uuid/mdev_type/name)" "VRC NVMe controller 1234:4e56"
check "KubeVirt finds its group" test -e /sys/bus/mdev/devices/$uuid/iommu_group
check "KubeVirt finds its parent's node" test -e /sys/bus/pci/devices/$pci/numa_node

cp "$PWD/build/stock/guest.initrd" /var/lib/libvirt/guest.initrd
kind=qemu
[ ! -w /dev/kvm ] || kind=kvm
domain_xml $kind >"$dir/domain.xml"
check "virsh define" virsh define "$dir/domain.xml"
check "virsh start ($kind)" virsh start guest
check "the guest has the disk" soon said "disk $(sum_of_disk)" 1
check "and writes" soon said written 1
check "what it has written is in the image" is \
	"$(tail -c +$((4096 * 1024 + 1)) /var/lib/vrc/disk.img | head -c 20)" "written by the guest"
hostdev_xml >"$dir/hostdev.xml"
check "virsh detach-device" virsh detach-device guest "$dir/hostdev.xml" --live
check "the guest has given it back" soon said "no disk" 1
check "virsh attach-device" soon virsh attach-device guest "$dir/hostdev.xml" --live
check "the guest has it again" soon said "disk $(sum_of_disk)" 2
check "virsh destroy" virsh destroy guest
check "virsh nodedev-destroy" virsh nodedev-destroy "$mdev"
check "it can be had again" soon available 1
check "virsh nodedev-undefine" virsh nodedev-undefine "$mdev"
check "a PCI device that a person removes is gone" sh -c "echo 1 >/sys/bus/pci/devices/$pci/remove && echo 1 >/sys/bus/pci/rescan &&
	! test -e /sys/bus/pci/devices/$pci"
check "the port can go" systemctl stop vrc-port@enp0s17.service
check "and with it its buses" not test -e /sys/class/pci_bus/20005:07
[ "$tap_failed" -eq 0 ] || { virsh dumpxml guest; cat $console; tail -n 20 /var/log/libvirt/qemu/guest.log; } 2>&1 | sed 's/^/# /'
tap_end
