#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Frames as no station sends them, at sessions that live and at devices that are open: no
# complaint, nothing lost for good, and each part of the module has had its share. The NIC is a tap, which has the
# frames in one piece or in several, cut anywhere.
#
# FRAMES=N: how many.
# shellcheck source=selftests/fire/lib.sh
. "$(dirname "$0")/lib.sh"

count=${FRAMES:-$(long 400000 12000)}

exec {never}<> <(:)

fire_functions() {
	grep -l '^0xf1f' "$bus"/*/device | xargs -n 1 dirname | xargs -n 1 basename
}

fuzzer_found() {
	vrcctl scan fp && [ "$(fire_functions | wc -l)" -eq 4 ]
}

# Another hand, but not all the time: it would take half of it.
bystander() {
	while :; do
		vrcctl scan fp --time 100
		vrcctl ping -c 1 "${functions[2]}"
		vrcctl list
		read -r -t 5 -u $never
	done >"$run/bystander" 2>&1
}

stop_stations
pkill -x frames
$fire/frames --iface fp --seed "$seed" --count "$count" \
	--seconds "$(long 6500 600)" >"$run/frames" 2>&1 &
frames=$!
check "a NIC" wait_for 20 ip link set fp up
check "a port" vrcctl port add fp
# A debug kernel takes its time
echo 5000 >$class/vrc0/completion_timeout_ms
check "scan" wait_for 60 fuzzer_found
mapfile -t functions < <(fire_functions)
nice -n 5 $fire/hold --seed "$seed" "${functions[0]}" "${functions[1]}" >"$run/hold" 2>&1 &
hold=$!
check "two devices are open" wait_for 60 grep -q '^open' "$run/hold"
echo 100 >$class/vrc0/completion_timeout_ms
echo 2000 >$class/vrc0/lease_ms
pkill -USR1 -x frames
bystander &
bystander=$!
check "the frames are all sent" wait $frames
kill $bystander
check "who had the devices open can let go" bash -c "kill $hold; for i in {1..600}; do
	kill -0 $hold 2>/dev/null || exit 0; sleep 0.1; done; exit 1"
sed 's/^/# /' "$run/frames"
count_port rx_frames
echo "# the port took $counted frames"
check "nine of ten have arrived, or more" at_least "$((count * 9 / 10))" "$counted"
check "a fifth of them or more got as far as TLPs" at_least "$((count / 5))" "$(said deep "$run/frames")"
for counter in tlp_rx tlp_malformed tlp_bad_ecrc tlp_poisoned cpl_unexpected cpl_ur duplicates rx_bad_ack \
	dma_read_bytes dma_write_bytes dma_fault dma_slow requests_unsupported interrupts \
	interrupts_bad messages; do
	count_functions $counter
	check "$counter" at_least 1 "$counted"
done
for counter in rx_truncated rx_bad_version rx_bad_kind rx_bad_length rx_bad_session rx_bad_window \
	rx_bad_field rx_unknown_session rx_wrong_source rx_not_for_us stale_sent; do
	count_port $counter
	check "$counter" at_least 1 "$counted"
done
remove_all() {
	local mdev
	for mdev in /sys/bus/mdev/devices/*; do
		[ ! -e "$mdev" ] || mdev_remove "${mdev##*/}"
	done
	no_mdev_is_left
}
check "the mdevs can go" wait_for 60 remove_all
check "an honest station is served as before" two_test_functions
check "its function answers" wait_for 20 vrcctl ping -c 2 -i 0.1 "$(function_named 0x104c 0xb500)"
stop_stations
check "the port can go" vrcctl port del fp
check "that of the honest station, too" vrcctl port del eth1
check "the NIC can go" timeout 60 ip link del fp
check "the module unloads" module_unloads
tap_end
