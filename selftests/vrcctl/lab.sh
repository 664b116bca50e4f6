#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# In the lab's root host: the verbs of vrcctl that show, watch and look for faults.
#
#     [root] eth1 ──────── eth0 [device]   the lab's own vrcep
# shellcheck source=selftests/module/lib.sh
. "$(dirname "$0")/../module/lib.sh"

func=vrc0:01:00.0
nic=vrc0:01:00.2
trap 'rm -rf "$run" "$tap_out"' EXIT

answered() {	# FUNC: requests in its histogram
	tr ' ' '\n' <"$bus/$1/stats/latency_log2_us" | awk '{ n += $1 } END { print n }'
}

# ---- the histogram of round trips ----

# Binding for a ping takes requests of its own: the function is in use.
every_ping_is_counted() {
	local before sum
	vrcctl attach $func >/dev/null || return
	before=$(answered $func)
	sum=$(func_counter $func latency_ns)
	vrcctl ping $func -c 5 -i 0.01 -q >/dev/null || return
	is "$(answered $func)" $((before + 5)) && [ "$(func_counter $func latency_ns)" -gt "$sum" ]
}

# While it is in use: a single ping is one number that changes

# The time that ping prints is in the bucket that it belongs to.
in_the_right_bucket() {
	local before after us bucket
	before=$(tr ' ' '\n' <$bus/$func/stats/latency_log2_us)
	us=$(vrcctl ping $func -c 1 --json | jq '.min_ms * 1000 | floor')
	after=$(tr ' ' '\n' <$bus/$func/stats/latency_log2_us)
	bucket=$(paste <(echo "$before") <(echo "$after") | awk '$2 != $1 { print NR - 1 }')
	echo "$us us in bucket $bucket"
	vrcctl detach $func
	# The histogram's end is the completion's arrival, ping's a little later.
	[ "$us" -ge $(((1 << bucket) / 2)) ]
}

a_timeout_is_not_counted() {
	local before
	pkill -STOP -x vrcep
	before=$(answered $func)
	timeout 30 vrcctl ping $func -c 1 -q >/dev/null
	pkill -CONT -x vrcep
	is "$(answered $func)" "$before"
}

# ---- showing ----

tree_is_complete() {
	local tree
	tree=$(vrcctl tree)
	contains "$tree" '^-\[vrc0\]  eth1  up$' && contains "$tree" '^ \\-\[01:00\]  lab  ([0-9a-f]{2}:){5}' &&
		contains "$tree" '^          \+-0  .*\[1234:4e56\]' &&
		contains "$tree" '^          \\-3  Intel Corporation 82576 Gigabit Network Connection  ready$' &&
		is "$(vrcctl tree --json | jq '.[0].stations[0].functions | length')" 4
}

names_are_known() {
	contains "$(vrcctl list)" "^$nic +lab.2 +ready +Intel Corporation 82576 Gigabit Network Connection +-$" &&
		contains "$(vrcctl show $nic)" '^class +020000, Ethernet controller$' &&
		is "$(vrcctl list --json | jq -r '.[2].device_name')" "Intel Corporation 82576 Gigabit Network Connection"
}

# Under script(1) standard output is a terminal.
colours_on_a_terminal_only() {
	contains "$(TERM=xterm script -qec 'vrcctl list' /dev/null </dev/null)" $'\033\\[1m' &&
		! contains "$(TERM=xterm NO_COLOR=1 script -qec 'vrcctl list' /dev/null </dev/null)" $'\033' >/dev/null &&
		! contains "$(TERM=xterm vrcctl list)" $'\033' >/dev/null &&
		contains "$(vrcctl list --color always)" $'\033\\[1m'
}

progress_after_a_second() {
	contains "$(script -qec 'vrcctl scan eth1 --time 2500' /dev/null </dev/null)" 'scanning, 1 s' &&
		! contains "$(vrcctl scan eth1 --time 1500 2>&1)" 'scanning' >/dev/null
}

# ---- top ----

top_shows_rates() {
	local line
	vrcctl ping $func -i 0.02 -q >/dev/null &
	line=$(vrcctl top $func --count 1 --delay 2 --json)
	kill -INT $!
	wait
	echo "$line"
	jq -e '.[0] | .function == "vrc0:01:00.0" and .tlp_tx_per_s > 0 and .tlp_rx_per_s > 0 and .requests > 0 and
		.p50_us > 0 and .p50_us <= .p95_us and .p95_us <= .p99_us' <<<"$line" >/dev/null
}

top_on_a_terminal() {
	local out
	out=$(sleep 1.5 | TERM=xterm timeout 20 script -qec 'vrcctl top --count 2 --delay 0.2' /dev/null)
	contains "$out" $'\033\\[\\?1049h' && contains "$out" 'TLP tx/s' && contains "$out" $'\033\\[\\?1049l'
}

# ---- metrics ----

metrics_parse() {
	vrcctl stats --format openmetrics >"$run/metrics" && python3 - "$run/metrics" <<'EOF'
import sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families
families = {f.name: f for f in text_string_to_metric_families(open(sys.argv[1]).read())}
count = lambda name: len(families[name].samples)
assert families["vrc_function_round_trip_seconds"].type == "histogram"
assert families["vrc_port_rx_frames"].type == "counter" and count("vrc_port_rx_frames") == 1
assert count("vrc_function_tlp_tx") == 4, count("vrc_function_tlp_tx")
assert all(f.documentation.strip(".") for f in families.values()), [f.name for f in families.values() if not f.documentation]
assert len(families) > 45, len(families)
EOF
}

metrics_are_the_counters() {
	vrcctl stats --format openmetrics >"$run/metrics"
	is "$(sed -n 's/^vrc_function_tlp_tx_total{function="vrc0:01:00.0",station="lab"} //p' "$run/metrics")" \
		"$(func_counter $func tlp_tx)" &&
		is "$(sed -n 's/^vrc_function_round_trip_seconds_count{function="vrc0:01:00.0".*} //p' "$run/metrics")" "$(answered $func)"
}

# As the manual says: written beside, renamed
node_exporter_takes_them() {
	local dir=$run/textfile pid
	mkdir "$dir"
	vrcctl stats --format openmetrics >"$dir/vrc.prom.new" && mv "$dir/vrc.prom.new" "$dir/vrc.prom"
	prometheus-node-exporter --web.listen-address=127.0.0.1:9100 --collector.disable-defaults --collector.textfile \
		--collector.textfile.directory="$dir" >"$run/exporter.log" 2>&1 &
	pid=$!
	ip link set lo up
	wait_for 30 curl -sf -o "$run/scraped" http://127.0.0.1:9100/metrics
	kill $pid
	wait $pid
	grep -E '^node_textfile_scrape_error' "$run/scraped"
	grep -qx 'node_textfile_scrape_error 0' "$run/scraped" &&
		is "$(grep -c '^vrc_function_tlp_tx_total' "$run/scraped")" 4 &&
		grep -q '^vrc_function_round_trip_seconds_bucket{.*le="+Inf"}' "$run/scraped"
}

# ---- capture ----

# capture NAME OPTION...: what is captured while functions 0 and 2 answer pings, and one of their sessions is older
capture() {
	local name=$1
	shift
	vrcctl capture -w "$run/$name.pcapng" --time 2 "$@" >"$run/$name.log" 2>&1 &
	sleep 0.7
	vrcctl ping $func -c 2 -i 0.01 -q >/dev/null
	vrcctl ping $nic -c 2 -i 0.01 -q >/dev/null
	wait $!
	chmod 644 "$run/$name.pcapng"
	cat "$run/$name.log"
}

of_capture() {	# NAME OPTION...
	local name=$1
	shift
	tshark -r "$run/$name.pcapng" "$@" 2>/dev/null
}

comments_name_function_and_vm() {
	local uuid vm status
	uuid=$(new_uuid)
	vrcctl attach $func --uuid "$uuid" >/dev/null || return
	# A process that has the group open as a VMM has
	sleep 60 9<>"/dev/vfio/$(basename "$(readlink "/sys/bus/mdev/devices/$uuid/iommu_group")")" &
	vm=$!
	sleep 0.2
	capture both
	contains "$(vrcctl list)" "^$func .* sleep \($vm\)$" &&
		contains "$(of_capture both -T fields -e frame.comment | sort -u)" "$func \(lab.0\), VM sleep \($vm\), mdev $uuid" &&
		contains "$(of_capture both -T fields -e frame.comment | sort -u)" "$nic \(lab.2\), for ping"
	status=$?
	kill $vm
	vrcctl detach $func
	return $status
}

nothing_else_is_captured() {
	[ "$(of_capture both | wc -l)" -gt 8 ] && is "$(of_capture both -Y 'eth.type != 0x88b5' | wc -l)" 0 &&
		contains "$(capinfos "$run/both.pcapng")" 'nanoseconds' &&
		contains "$(of_capture both -T fields -e frame.interface_name | sort -u)" '^eth1$' &&
		is "$(of_capture both -T fields -e frame.packet_flags_direction -Y "eth.src == $(cat /sys/class/net/eth1/address)" |
			sort -u)" 0x00000002
}

one_function_only() {
	capture one $nic
	contains "$(of_capture one -T fields -e frame.comment | sort -u)" "^$nic " &&
		is "$(of_capture one -T fields -e frame.comment | grep -cv "^$nic ")" 0
}

capture_ends_after_count() {
	(sleep 0.5; vrcctl ping $func -c 3 -i 0.01 -q) >/dev/null &
	timeout 20 vrcctl capture -w - --count 3 2>/dev/null >"$run/count.pcapng" && wait &&
		is "$(of_capture count | wc -l)" 3
}

# ---- events ----

monitor_tells() {
	local out
	timeout 20 vrcctl monitor --count 1 --json >"$run/event" &
	sleep 0.5
	vrcctl scan eth1 >/dev/null
	wait $!
	out=$(cat "$run/event")
	is "$(jq -r .event <<<"$out")" scan-done
}

# ---- doctor ----

doctor() {	# FILTER: of the findings
	vrcctl doctor --json | jq -e "$1" >/dev/null || { vrcctl doctor; return 1; }
}

# A machine that is emulated, and busy, sends again what was only late: "slow".
finds_nothing() {
	vrcctl doctor || return
	doctor '[.[] | select(.verdict != "ok" and .entry != "slow")] == []'
}

finds() {	# TOPIC ENTRY
	doctor ".[] | select(.topic == \"$1\" and .verdict != \"ok\" and .entry == \"$2\")"
}

finds_filters() {
	tc qdisc add dev eth1 clsact && tc filter add dev eth1 ingress protocol 0x88b5 matchall action drop || return
	finds eth1 filters
	status=$?
	tc qdisc del dev eth1 clsact
	return $status
}

finds_a_bridge() {
	ip link add brx type bridge && ip link set eth1 master brx || return
	finds eth1 filters && check_status 1 vrcctl doctor
	status=$?
	ip link del brx
	return $status
}

check_status() {	# STATUS COMMAND...
	local wanted=$1 got=0
	shift
	"$@" >/dev/null || got=$?
	is $got "$wanted"
}

finds_small_mtu() {
	ip link set eth1 mtu 1000
	finds eth1 mtu
	status=$?
	ip link set eth1 mtu 1500
	return $status
}

finds_no_link() {
	ip link set eth1 down
	finds eth1 no-station && check_status 1 vrcctl doctor eth1
	status=$?
	ip link set eth1 up
	return $status
}

finds_memlock() {
	contains "$(setpriv --bounding-set -ipc_lock --inh-caps -ipc_lock prlimit --memlock=65536:65536 \
		vrcctl doctor --verbose)" 'warning +memlock +64 KiB'
}

finds_no_module() {
	vrcctl port del eth1 && rmmod vrc || return
	finds module no-module && check_status 1 vrcctl doctor
	status=$?
	modprobe vrc
	return $status
}

modprobe vfio_iommu_type1
vrcctl port del eth1 2>/dev/null
check "scan" vrcctl scan eth1
check "every answered request is in the histogram" every_ping_is_counted
check "in the bucket of its round trip" in_the_right_bucket
check "tree" tree_is_complete
check "names of devices" names_are_known
check "colours on a terminal only" colours_on_a_terminal_only
check "progress after a second, on a terminal" progress_after_a_second
check "top: rates and percentiles" top_shows_rates
check "top: a screen of its own on a terminal" top_on_a_terminal
check "metrics: Prometheus' parser takes them" metrics_parse
check "metrics: they are the counters" metrics_are_the_counters
check "metrics: node_exporter takes them" node_exporter_takes_them
check "capture: comments name function and VM" comments_name_function_and_vm
check "capture: nothing else is captured" nothing_else_is_captured
check "capture: of one function" one_function_only
check "capture: ends after --count" capture_ends_after_count
check "monitor" monitor_tells
check "stats --verbose says what counters count" contains "$(vrcctl stats vrc0 --verbose)" 'rx_frames .*arrived$'
check "completion offers functions" is "$(vrcctl --complete 2 vrcctl show lab.)" $'lab.0\nlab.1\nlab.2\nlab.3'
check "doctor finds nothing where nothing is wrong" finds_nothing
check "doctor finds a tc filter" finds_filters
check "doctor finds a bridge" finds_a_bridge
check "doctor finds a small MTU" finds_small_mtu
check "doctor finds a link that is down" finds_no_link
check "doctor finds the limit of locked memory" finds_memlock
check "a request that times out is not in the histogram" a_timeout_is_not_counted
check "doctor finds that the module is not loaded" finds_no_module
tap_end
