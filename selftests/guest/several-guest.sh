#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# In one of several guests: it has one device of VRC, and uses it for half a minute.
# usage: selftests/guest/several-guest.sh nvme | nic NETWORK IPERF3-PORT
cd "$(dirname "$0")/../.." || exit 1
. selftests/lib.sh
. selftests/guest/igb-lib.sh

# What QEMU itself brings is of Intel's chip set, Red Hat, or virtio.
only_device() {	# CLASS
	local dev found=''
	for dev in /sys/bus/pci/devices/*; do
		case $(cat "$dev/class") in
		0x010802|0x020000|0xff*|0x0780*)
			[ "$(cat "$dev/vendor")" = 0x1af4 ] || found+="$(cat "$dev/class") " ;;
		esac
	done
	is "$found" "$1 "
}

nic() {
	local dev
	check "the NIC is the only device" only_device 0x020000
	modprobe igb
	check "the driver binds" wait_for 30 interface_of_igb
	dev=$(interface_of_igb)
	ip link set "$dev" up
	ip address add "$1.2/24" dev "$dev"
	check "link" wait_for 30 carrier "$dev"
	check "ping" no_loss -c 5 -i 0.2 -W 5 "$1.1"
	echo "under way"
	check "iperf3" transfer -c "$1.1" -p "$2" -t 15
	check "iperf3 -R" transfer -c "$1.1" -p "$2" -t 15 -R
	check "no errors and no drops counted" no_driver_errors "$dev"
}

nvme() {
	check "the controller is the only device" only_device 0x010802
	modprobe nvme
	check "the driver binds" wait_for 30 test -b /dev/nvme0n1
	echo "under way"
	check "fio" fio --name=several --filename=/dev/nvme0n1 --direct=1 --ioengine=libaio --iodepth=8 \
		--rw=randwrite --bs=4k --size=8M --verify=crc32c --verify_fatal=1 --do_verify=1 --output-format=terse
}

"$@"
check "the kernel's log is quiet" quiet_kernel_log
tap_end
