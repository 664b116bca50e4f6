#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# libvirt as Debian has it: VRC's functions are parents of mdevs, an mdev is defined and started, a domain starts with it,
# gives it back and gets it again. What OpenStack Nova and KubeVirt read is there (Documentation/fleet.rst).
# shellcheck source=selftests/stock/lib.sh
. "$(dirname "$0")/lib.sh"

parent=pci_8005_07_03_0
pci=8005:07:03.0
type=vrc-1234-4e56
mdev=mdev_${uuid//-/_}_8005_07_03_0
console=/var/log/libvirt/qemu/guest.console
dir=$(mktemp -d)

# The guest's disk is not empty.
configure() {
	write_configuration
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

hostdev_xml() {
	cat <<-END
	<hostdev mode='subsystem' type='mdev' model='vfio-pci'>
	  <source><address uuid='$uuid'/></source>
	</hostdev>
	END
}

# Unless it is told, libvirt gives a domain all processors, those that are kept from tasks, too.
processors() {
	sed -n 's/^Cpus_allowed_list:[[:space:]]*//p' /proc/self/status
}

domain_xml() {
	cat <<-END
	<domain type='$1'>
	  <name>guest</name>
	  <memory unit='MiB'>384</memory>
	  <vcpu cpuset='$(processors)'>1</vcpu>
	  <os>
	    <type arch='x86_64' machine='q35'>hvm</type>
	    <kernel>$(readlink -f /boot/vmlinuz-"$(uname -r)")</kernel>
	    <initrd>/var/lib/libvirt/guest.initrd</initrd>
	    <cmdline>console=ttyS0 loglevel=4 panic=-1 mitigations=off</cmdline>
	  </os>
	  <features><acpi/></features>
	  <devices>
	    <emulator>/usr/bin/qemu-system-x86_64</emulator>
	    <controller type='pci' index='0' model='pcie-root'/>
	    <controller type='pci' index='1' model='pcie-root-port'/>
	    <controller type='pci' index='2' model='pcie-root-port'/>
	    <controller type='usb' model='none'/>
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

is_set() {	# FIELD of nodedev-info
	contains "$(virsh nodedev-info "$mdev")" "^$1: +yes"
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

cp "$PWD/build/stock/guest.initrd" /var/lib/libvirt/guest.initrd
kind=qemu
[ ! -w /dev/kvm ] || kind=kvm
domain_xml $kind >"$dir/domain.xml"
check "virsh define" virsh define "$dir/domain.xml"
check "virsh start ($kind)" virsh start guest
[ "$tap_failed" -eq 0 ] || exit 1
check "the guest has the disk" soon said "disk $(sum_of_disk)" 1
check "and writes" soon said written 1
check "what it has written is in the image" is \
	"$(dd if=/var/lib/vrc/disk.img bs=1 skip=$((4096 * 1024)) count=20 status=none)" "written by the guest"
hostdev_xml >"$dir/hostdev.xml"
check "virsh detach-device" virsh detach-device guest "$dir/hostdev.xml" --live
check "the guest has given it back" soon said "no disk" 1
check "virsh attach-device" soon virsh attach-device guest "$dir/hostdev.xml" --live
check "the guest has it again" soon said "disk $(sum_of_disk)" 2
check "virsh destroy" virsh destroy guest
check "virsh nodedev-destroy" virsh nodedev-destroy "$mdev"
check "it can be had again" soon available 1
check "virsh nodedev-undefine" virsh nodedev-undefine "$mdev"
check "as Nova does it: created" virsh nodedev-create "$dir/mdev.xml"
check "then defined" virsh nodedev-define "$dir/mdev.xml"
check "then to start by itself" virsh nodedev-autostart "$mdev"
check "it is active" is_set Active
check "it persists" is_set Persistent
check "it starts by itself" is_set Autostart
check "and goes" sh -c "virsh nodedev-destroy $mdev && virsh nodedev-undefine $mdev"
check "a PCI device that a person removes is gone" sh -c "echo 1 >/sys/bus/pci/devices/$pci/remove && echo 1 >/sys/bus/pci/rescan &&
	! test -e /sys/bus/pci/devices/$pci"
check "the port can go" systemctl stop vrc-port@eth1.service
check "and with it its buses" not test -e /sys/class/pci_bus/8005:07
[ "$tap_failed" -eq 0 ] || { virsh dumpxml guest; cat $console; tail -n 20 /var/log/libvirt/qemu/guest.log; } 2>&1 | sed 's/^/# /'
tap_end
