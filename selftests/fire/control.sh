#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Whatever /dev/vrc, sysfs, mdevs and vfio devices can be asked for, in any order, right and
# wrong, one after the other and at once.
# shellcheck source=selftests/fire/lib.sh
. "$(dirname "$0")/lib.sh"

steps=${STEPS:-$(long 5000 300)}

# What it has printed, as notes; data for said() are among it.
notes() {
	sed 's/^\([^#]\)/# \1/' "$run/$1"
}

# run_fire NAME OPTIONS...: as a test that passes if it says so and made all its steps
run_fire() {
	local name=$1 began=$SECONDS
	shift
	$fire/"$name" "$@" >"$run/$name" 2>&1 || { cat "$run/$name"; return 1; }
	echo "# in $((SECONDS - began)) s" >>"$run/$name"
	cat "$run/$name"
	! grep '^not ok' "$run/$name" && at_least $((steps * 9 / 10)) "$(said steps "$run/$name")"
}

# The round at the beginning of order has to work; then control takes away what it likes.
both() {
	rm -f "$run/order"
	run_fire order --seed $((seed + 1)) --count "$steps" --threads 3 "${functions[@]}" &
	wait_for 120 grep -qs '^round' "$run/order"
	run_fire control --iface eth1 --seed $((seed + 1)) --count "$steps" && wait $!
}

modprobe vfio_iommu_type1
check "two functions" two_test_functions
echo 500 >$class/vrc0/completion_timeout_ms
check "mdevs and vfio devices in any order" \
	run_fire order --seed "$seed" --count "$steps" --threads 4 "${functions[@]}"
notes order
# Of few steps it cannot be expected that one of a seldom kind works.
for kind in create open reset info irqs region config map enable $(long "remove open-part close unmap no-mmap killed" ""); do
	check "$kind has worked" at_least 1 "$(said "$kind" "$run/order")"
done
check "no mdev is left" no_mdev_is_left
check "ioctls and attributes" run_fire control --iface eth1 --seed "$seed" --count "$steps" sweep
notes control
check "two functions again" two_test_functions
check "both at once" both
notes order
notes control
check "no mdev is left of that" no_mdev_is_left
# Who makes ports may have found the first number still in use, by a device that was open
vrcctl port del eth1
check "two functions in the end" two_test_functions
check "one answers" wait_for 20 vrcctl ping -c 2 -i 0.1 "$(function_named 0x104c 0xb500)"
stop_stations
check "the module unloads" module_unloads
tap_end
