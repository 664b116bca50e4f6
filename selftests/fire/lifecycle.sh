#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Everything comes and goes, in an order that the seed gives, some of it at once: ports, NICs,
# stations, mdevs, who has them open, the module. With traffic.
#
#     [root] la ──────── lb [device]   a veth pair of this test's own, stations on lb
#
# STEPS=N: how many.
# shellcheck source=selftests/fire/lib.sh
. "$(dirname "$0")/lib.sh"

steps=${STEPS:-$(long 1000 60)}
most_jobs=6
limit=120	# seconds for anything that a step starts
uuids=(f17e0000-0000-4000-8000-00000000a{001..004})
exec {never}<> <(:)

# Each step has three numbers of its own, so that the steps of a seed are the same whatever they meet.
draw() {
	r1=$RANDOM r2=$RANDOM r3=$RANDOM
}

# What a step starts has $limit seconds; what takes longer is stuck. Errors are expected.
try() {
	timeout -s KILL $limit "$@" >>"$run/steps.log" 2>&1
	[ $? -ne 137 ] || echo "$*" >>"$run/stuck"
}

# The same beside the steps that follow, unless too much is at work already.
beside() {
	local jobs
	mapfile -t jobs < <(jobs -rp)
	if [ ${#jobs[@]} -lt $most_jobs ]; then
		try "$@" &
	else
		try "$@"
	fi
}

write() {	# VALUE FILE: no process for it, if nothing can block
	{ echo "$1" >"$2"; } 2>>"$run/steps.log"
}

pause() {	# at most a tenth of a second
	read -r -t "0.0$((r3 % 10))" -u $never
}

functions_now() {
	functions=("$bus"/*)
	[ -e "${functions[0]}" ]
}

function_now() {
	functions_now && function=${functions[r1 % ${#functions[@]}]}
}

pair() {
	try ip link add la type veth peer name lb netns device
	try ip link set la up
	try ip -n device link set lb up
}

# ---- the steps ----

port_add() { beside vrcctl port add la; }
port_del() { beside vrcctl port del la; }
nic_down() { try ip link set la down; }
nic_up() { try ip link set la up; }
peer_down() { try ip -n device link set lb down; }
peer_up() { try ip -n device link set lb up; }
rename() { try ip link set la down; try ip link set la name lz; pause; try ip link set lz name la; nic_up; }
mtu() { try ip link set la mtu $((600 + r1 % 3 * 450)); }
address() { try ip link set la address "02:00:00:00:17:$(printf %02x $((r1 % 256)))"; }

unregister() {
	try ip link del la
	pause
	pair
}

elsewhere() {
	try ip link set la netns elsewhere
	pause
	try ip -n elsewhere link set la netns 1
	nic_up
}

scan() { beside vrcctl scan la --time 100; }
forget() { beside vrcctl scan la --time 60 --forget; }
pin() { beside vrcctl map --pin "0x79=0$((r1 % 4 + 1)):00"; }
ping() { function_now && beside vrcctl ping -c 3 -i 0.05 "${function##*/}"; }
force_reset() { function_now && beside vrcctl reset --force "${function##*/}"; }

station_start() {	# of two
	on_device setsid vrcep -i lb --name "s$((r1 % 2))" --serial $((0x78 + r1 % 2)) --function test --function test \
		>>"$run/vrcep.log" 2>&1 </dev/null &
}

station_signal() {	# SIGNAL
	local pids
	mapfile -t pids < <(pgrep -x vrcep)
	[ ${#pids[@]} -gt 0 ] || return
	kill "-$1" "${pids[r1 % ${#pids[@]}]}" 2>>"$run/steps.log"
}

station_stop() { station_signal TERM; }
station_kill() { station_signal KILL; }

station_pause() {
	station_signal STOP
	pause
	pkill -CONT -x vrcep
}

mdev_add() {
	function_now || return
	beside bash -c 'echo "$1" >"$(echo "$2"/mdev_supported_types/*/create)"' sh \
		"${uuids[r2 % ${#uuids[@]}]}" "$function"
}

mdev_del() {
	beside bash -c 'echo 1 >"/sys/bus/mdev/devices/$1/remove"' sh "${uuids[r1 % ${#uuids[@]}]}"
}

# A VMM of two functions, for some accesses.
use() {
	local names
	functions_now || return
	names=("${functions[@]:0:2}")
	beside $fire/order --seed $r1 --count 60 --seconds 5 --threads 2 "${names[@]##*/}"
}

# Firmware without a guest: what QEMU and it do with a device until there is nothing to boot.
vm() {
	local mdevs=(/sys/bus/mdev/devices/*)
	[ -e "${mdevs[0]}" ] || return
	beside bash -c '
		qemu-system-x86_64 -M q35 -accel tcg -m 64 -display none -serial none -nodefaults -no-user-config \
			-monitor "unix:$2,server=on,wait=off" -device "vfio-pci,sysfsdev=$1" &
		qemu=$!
		sleep 4
		[ "$3" -lt 2 ] || echo system_reset | timeout 2 nc -U "$2"
		sleep 2
		[ "$3" -lt 1 ] || echo quit | timeout 2 nc -U "$2"
		kill -KILL $qemu
		wait $qemu' sh "${mdevs[r1 % ${#mdevs[@]}]}" "$run/monitor.$r2" $((r3 % 3))
}

# While a function is claimed it must fail; else everything starts anew.
unload() {
	try rmmod vrc
	[ -e /dev/vrc ] || try modprobe vrc
}

settings() {
	local port
	for port in "$class"/*; do
		# A station that is gone ends its requests by its lease
		write 1000 "$port/lease_ms"
		write 5000 "$port/completion_timeout_ms"
	done
}

kinds=(
	port_add port_add port_add port_del nic_down nic_up nic_up peer_down peer_up rename unregister elsewhere
	scan scan scan scan forget pin ping ping force_reset
	station_start station_start station_start station_stop station_kill station_pause
	mdev_add mdev_add mdev_add mdev_add mdev_del mdev_del use use use unload mtu address settings settings
)
[ -z "${LONG:-}" ] || kinds+=(vm)

# What the steps have left down is put up, or hardly anything would be alive after a while.
revive() {
	ip link show la >/dev/null 2>&1 || pair
	nic_up
	peer_up
	try vrcctl port add la
	settings
	pgrep -x vrcep >/dev/null || station_start
	try vrcctl scan la --time 200
}

torture() {
	local n kind
	RANDOM=$seed
	for ((n = 1; n <= steps; n++)); do
		kind=${kinds[RANDOM % ${#kinds[@]}]}
		draw
		echo "$n $kind" >>"$run/steps"
		echo "--- $n $kind $r1 $r2 $r3" >>"$run/steps.log"
		$kind
		echo "--- at $SECONDS s" >>"$run/steps.log"
		pause
		[ $((n % 10)) -ne 0 ] || revive
		[ ! -e "$run/stuck" ] || return 1
	done
	mapfile -t left < <(jobs -rp)
	[ ${#left[@]} -eq 0 ] || wait "${left[@]}"
}

tortured() {
	torture || echo "stopped at: $(tail -n 1 "$run/steps")"
	[ ! -e "$run/stuck" ] || { sed 's/^/stuck: /' "$run/stuck"; tail -n 30 "$run/steps.log"; return 1; }
	is "$(wc -l <"$run/steps")" "$steps"
}

all_gone() {
	local mdev
	pkill -KILL -x order
	for mdev in /sys/bus/mdev/devices/*; do
		[ ! -e "$mdev" ] || timeout 20 bash -c 'echo 1 >"$1/remove"' sh "$mdev"
	done
	no_mdev_is_left
}

echo "# seed $seed, $steps steps"
modprobe vfio_iommu_type1
stop_stations
ip netns add elsewhere
ip link add la type veth peer name lb netns device
draw
check "begin" revive
check "the steps end, and nothing that they start is stuck" tortured
sort "$run/steps" -k 2 | awk '{ print $2 }' | uniq -c | sed 's/^/#/'
echo "# $(grep -c '^steps ' "$run/steps.log") runs of order came to their end"
stop_stations -KILL
check "no mdev is left" wait_for 60 all_gone
check "the NIC can go" timeout 60 ip link del la
ip netns del elsewhere
check "the module unloads" module_unloads
tap_end
