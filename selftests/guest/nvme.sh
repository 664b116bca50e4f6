#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# In the guest: the stock nvme driver on the controller that is on the Ethernet.
# usage: selftests/guest/nvme.sh [MEBIBYTES]   data that fio writes and verifies, default 48
cd "$(dirname "$0")/../.." || exit 1
. selftests/lib.sh

mib=${1:-48}
disk=/dev/nvme0n1

driver_of_nvme() {
	local dev
	for dev in /sys/bus/pci/devices/*; do
		[ "$(cat "$dev/class")" = 0x010802 ] || continue
		basename "$(readlink "$dev/driver")"
	done
}

fio_verify() {	# name, more fio options
	local name=$1
	shift
	fio --name="$name" --filename="$disk" --direct=1 --ioengine=libaio --iodepth=16 \
		--verify=crc32c --verify_fatal=1 --do_verify=1 --randseed=42 --output-format=terse "$@"
}

vectors() {
	grep -c nvme0q /proc/interrupts
}

io_queues_have_vectors() {
	local n
	n=$(vectors)
	[ "$n" -ge 2 ] || { echo "$n vectors named nvme0q*"; return 1; }
}

zeroes() {	# first block, count (512-byte sectors)
	cmp <(dd if="$disk" bs=512 skip="$1" count="$2" iflag=direct status=none) \
		<(head -c $(($2 * 512)) /dev/zero)
}

compare_finds_difference() {
	head -c 4096 /dev/urandom >/tmp/a
	head -c 4096 /dev/urandom >/tmp/b
	nvme write "$disk" --start-block=0 --block-count=7 --data-size=4096 --data=/tmp/a &&
		nvme compare "$disk" --start-block=0 --block-count=7 --data-size=4096 --data=/tmp/a &&
		! nvme compare "$disk" --start-block=0 --block-count=7 --data-size=4096 --data=/tmp/b
}

quiet_kernel_log() {
	! dmesg | grep -v 'resetting controller' |
		grep -E 'nvme.*(timeout|controller is down|I/O error|failed)|BUG:|WARNING:'
}

modprobe nvme
check "the stock driver binds" wait_for 20 test -b "$disk"
check "class 0x010802 is driven by nvme" is "$(driver_of_nvme)" nvme
check "I/O queues have vectors of their own" io_queues_have_vectors
check "more than 4 GiB" test "$(blockdev --getsize64 $disk)" -gt 4294967296
check "id-ctrl" contains "$(nvme id-ctrl /dev/nvme0 -o json)" '"mn"'
check "id-ns" contains "$(nvme id-ns "$disk" -o json)" '"nsze"'
check "ns-descs" nvme ns-descs "$disk"
check "list -o json" contains "$(nvme list -o json)" nvme0n1
check "smart-log" contains "$(nvme smart-log /dev/nvme0 -o json)" '"percent_used"'
check "error-log" nvme error-log /dev/nvme0
check "fw-log" nvme fw-log /dev/nvme0
check "get-feature: volatile write cache" nvme get-feature /dev/nvme0 -f 6
check "get-feature: number of queues" nvme get-feature /dev/nvme0 -f 7
check "fio --verify, 4 KiB random" fio_verify random --rw=randwrite --bs=4k --size="$((mib / 3))M"
check "fio --verify, 128 KiB sequential" fio_verify sequential --rw=write --bs=128k --size="${mib}M" --offset=1G
check "fio --verify, mixed sizes above 4 GiB" \
	fio_verify mixed --rw=randwrite --bsrange=512-64k --size="$((mib / 3))M" --offset=4200M
check "write zeroes" nvme write-zeroes "$disk" --start-block=2097152 --block-count=2047
check "zeroes read back" zeroes 2097152 2048
check "deallocate" nvme dsm "$disk" --ad --slbs=2097152 --blocks=4096
check "flush" nvme flush "$disk"
check "compare" compare_finds_difference
check_fails "reading beyond the end is an error" \
	nvme read "$disk" --start-block=99999999999 --block-count=0 --data-size=512
check "the error is LBA Out of Range" \
	contains "$(nvme read "$disk" --start-block=99999999999 --block-count=0 --data-size=512 2>&1)" \
	'[Ll][Bb][Aa]|0x80'
check_fails "an unknown admin opcode is an error" nvme admin-passthru /dev/nvme0 --opcode=0x7f
check "controller reset" nvme reset /dev/nvme0
check "after the reset data is still there" wait_for 20 nvme read "$disk" --start-block=0 --block-count=7 \
	--data-size=4096 --data=/tmp/c
check "and it is the data written" cmp /tmp/a /tmp/c
check "nothing in the kernel log" quiet_kernel_log
tap_end
