#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# In the lab's root host: the dissector on captures of the module and vrcep, made by vrcctl; what two of
# them say of one frame must be the same.
#
#     [root] eth1 ──────── eth0 [device]   the lab's own vrcep
# shellcheck source=selftests/module/lib.sh
. "$(dirname "$0")/../module/lib.sh"

func=vrc0:01:00.0
test_fn=vrc0:01:00.1
home=$(mktemp -d)
trap 'rm -rf "$run" "$home" "$tap_out"' EXIT
chmod 755 "$home"
make -s -C tools/wireshark install PLUGINS="$home/.local/lib/wireshark/plugins"

# As root Wireshark loads no plugins.
count() {	# NAME FILTER: frames
	(cd "$home" && HOME=$home setpriv --reuid 65534 --regid 65534 --clear-groups tshark -2 -n -r "$1.pcapng" -Y "$2" 2>/dev/null) | wc -l
}

# The same number of frames by two filters
same() {	# NAME FILTER FILTER
	local n
	n=$(count "$1" "$2")
	[ "$n" -gt 0 ] && is "$(count "$1" "$3") frames with $3" "$n frames with $3"
}

capture() {	# NAME COMMAND...
	vrcctl capture -w "$home/$1.pcapng" vrc0 2>"$run/$1.log" &
	local pid=$!
	wait_for 20 test -s "$home/$1.pcapng"
	"${@:2}"
	sleep 0.5
	kill -INT $pid
	wait $pid
	chmod 644 "$home/$1.pcapng"
	contains "$(cat "$run/$1.log")" '^[1-9][0-9]* frames, 0 dropped'
}

none() {	# NAME FILTER
	is "$(count "$1" "$2") frames with $2" "0 frames with $2"
}

some_work() {

	vrcctl attach $func --uuid "$uuid"
	for _ in 1 2 3; do
		vrcctl read $func 0 0
		vrcctl write $func 0 0x24 0
		vrcctl read $func config 0 64
		vrcctl read $test_fn 1 0 256
	done
	vrcctl detach $func
}

# The second copy of a frame, which a busy machine sends, has nothing new: its TLPs are the first one's.
every_request_is_answered() {
	local new='!vrc.analysis.retransmission && !vrc.analysis.duplicate'
	none work "vrc.tlp.name == \"MRd\" && !vrc.tlp.response_in && $new" &&
		none work "vrc.tlp.name contains \"Cpl\" && !vrc.tlp.response_to && $new" && none work 'vrc.expert.tlp_mismatch || vrc.drop' &&
		[ "$(count work 'vrc.tlp.response_time > 0')" -gt 50 ]
}

answered() {	# requests in the histogram
	tr ' ' '\n' <$bus/$func/stats/latency_log2_us | awk '{ n += $1 } END { print n }'
}

# The module has counted the same round trips as Wireshark has seen.
round_trips_agree() {
	local before after
	vrcctl attach $func --uuid "$uuid" || return
	before=$(answered)
	capture trips vrcctl ping $func -c 20 -i 0.01 -q >/dev/null
	after=$(answered)
	vrcctl detach $func
	is $((after - before)) 20 && is "$(count trips 'vrc.tlp.response_time > 0 && vrc.tlp.name == "CplD"')" 20
}

# Every fifth frame from the root gets lost behind the place of the capture.
lossy() {
	ip netns exec device tc qdisc add dev eth0 clsact &&
		ip netns exec device tc filter add dev eth0 ingress protocol 0x88b5 matchall \
			action pass random determ drop 5 || return
	vrcctl ping $func -c 60 -i 0.01 -q
	ip netns exec device tc qdisc del dev eth0 clsact
}

retransmissions_agree() {
	local before after
	vrcctl attach $func --uuid "$uuid" || return
	before=$(func_counter $func retransmissions)
	capture lossy lossy
	after=$(func_counter $func retransmissions)
	vrcctl detach $func
	[ "$after" -gt "$before" ] &&
		is "$(count lossy 'vrc.analysis.retransmission && vrc.direction == "to the function"')" $((after - before)) &&
		none lossy 'vrc.expert.tlp_mismatch || vrc.expert.tlp_unexpected || vrc.drop'
}

uuid=$(new_uuid)
vrcctl port del eth1 2>/dev/null
check "scan" vrcctl scan eth1
check "capture some work" capture work some_work
check "every request and its completion" every_request_is_answered
check "filter by VM: what vrcctl's comments say" same work "vrc.label == \"$uuid\"" "frame.comment contains \"$uuid\""
check "filter by function" same work 'vrc.function == 1' "frame.comment contains \"$test_fn\""
check "round trips: as many as the module counts" round_trips_agree
check "retransmissions: as many as the module counts" retransmissions_agree
vrcctl port del eth1
tap_end
