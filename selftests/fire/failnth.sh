#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Every allocation and every copy to or from user space fails once, from loading to unloading.
# shellcheck source=selftests/fire/lib.sh
. "$(dirname "$0")/lib.sh"

fail() {
	$fire/failnth --iface eth1 --seed "$seed" --count "$(long 0 4)" "/lib/modules/$(uname -r)/updates/vrc.ko" 2>&1 ||
		echo "not ok - exit status $?"
}

# What the program says of each operation becomes a result of ours.
subjects() {
	local line
	while IFS= read -r line; do
		echo "$line" >>"$run/failnth"
		case $line in
		"ok - "*) tap_result ok "${line#ok - }" ;;
		"not ok - "*)
			cp "$run/failnth" "$tap_out"
			tap_result "not ok" "${line#not ok - }"
			;;
		esac
	done < <(fail)
}

modprobe vfio_iommu_type1
stop_stations
station --name fire --serial 0x78 --function test
sleep 1
check "the module can be unloaded" rmmod vrc
if [ -e /proc/self/fail-nth ]; then
	subjects
	check "places were found" at_least 40 "$(said places "$run/failnth")"
else
	skip "failures on demand" "this kernel has no fault injection"
fi
check "the module loads" modprobe vrc
check "it works" wait_for 30 scan_finds 1
stop_stations
check "and unloads" module_unloads
tap_end
