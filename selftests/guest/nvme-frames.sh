#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# In the guest: reads of 4 KiB, at depth 1 and at 32. Prints "begin DEPTH" and "end DEPTH READS", so that frames can be
# counted from outside.
cd "$(dirname "$0")/../.." || exit 1
. selftests/lib.sh

disk=/dev/nvme0n1

reads() {	# DEPTH NUMBER
	echo "begin $1"
	# What has been printed is looked at before fio begins.
	sleep 0.5
	fio --name=reads --filename=$disk --size=16M --direct=1 --ioengine=libaio --rw=randread --bs=4k \
		--iodepth="$1" --number_ios="$2" --norandommap --randseed=42 --output=/dev/null || exit
	echo "end $1 $2"
	sleep 0.5
}

modprobe nvme
wait_for 20 test -b $disk || exit
# What has never been written is never asked from a disk.
dd if=/dev/urandom of=$disk bs=1M count=16 oflag=direct status=none || exit
reads 1 300
reads 32 1000
