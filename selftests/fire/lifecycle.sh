#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Everything comes and goes, in an order that the seed gives, much of it at once: lifecycle.c. Afterwards nothing
# is left, and what is honest works.
#
#     [root] la ──────── lb [device]   a veth pair of this test's own, stations on lb
#
# STEPS=N: how many.
# shellcheck source=selftests/fire/lib.sh
. "$(dirname "$0")/lib.sh"

steps=${STEPS:-$(long 1000 40)}
VRC_MODULE=$(modinfo -n vrc)
export VRC_MODULE LIFE_LOGS=$run LIFE_GUEST_KERNEL=$VRC_IMAGE_7_3

# What the program prints shows even if it passes.
made() {
	$fire/lifecycle --seed "$seed" --count "$steps" >"$run/lifecycle" 2>&1
}

nothing_is_left() {
	no_mdev_is_left && is "$(ls $class $bus)" "$(printf '%s:\n\n%s:' $bus $class)" && is "$(cat /sys/module/vrc/refcnt)" 0
}

nic_goes() {
	timeout 60 ip link del la || timeout 60 ip link del lz
}

serves() {
	two_test_functions && vrcctl ping -c 2 -i 0.1 "${functions[0]}"
}

stop_stations
ip netns add elsewhere
# Every step in the kernel's log
echo on >/proc/sys/kernel/printk_devkmsg
check "$steps steps of seed $seed end, and no data was wrong" made
sed 's/^\([^#]\)/# \1/' "$run/lifecycle"
echo "# the last that stations and guests said:"
tail -qn 3 "$run"/{stations,guest} 2>/dev/null | sed "s/^/# /"
check "no mdev, port, function or reference is left" nothing_is_left
check "the NIC goes" nic_goes
ip netns del elsewhere
check "an honest station is served" serves
stop_stations
check "the module unloads" module_unloads
tap_end
