#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# In the guest: keeps a file on the NVMe disk, or looks whether it is still there.
# usage: selftests/guest/disk.sh write|verify [MEBIBYTES]
# Prints the file's sha256 on success.
set -euo pipefail

disk=/dev/nvme0n1
what=${1:?write or verify}
mib=${2:-64}

modprobe nvme
for _ in $(seq 100); do
	[ -b "$disk" ] && break
	sleep 0.1
done
mkdir -p /mnt/disk
case $what in
write)
	mkfs.ext4 -q -F "$disk"
	mount "$disk" /mnt/disk
	head -c "${mib}M" /dev/urandom >/tmp/data
	dd if=/tmp/data of=/mnt/disk/data bs=1M conv=fsync status=none
	sha256sum </tmp/data | cut -d' ' -f1 >/mnt/disk/data.sha256
	sync
	;;
verify)
	mount "$disk" /mnt/disk
	;;
*)
	echo "disk.sh: '$what': expected write or verify" >&2
	exit 2
	;;
esac
echo 3 >/proc/sys/vm/drop_caches
sum=$(sha256sum </mnt/disk/data | cut -d' ' -f1)
expected=$(cat /mnt/disk/data.sha256)
umount /mnt/disk
[ "$sum" = "$expected" ] || {
	echo "disk.sh: checksum $sum, expected $expected" >&2
	exit 1
}
echo "$sum"
