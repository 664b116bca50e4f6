#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# In the root host: a guest writes to its NVMe disk and through its NIC, and reads back what it has written, while
# the network fails (network), and while station, root, QEMU and guest die and come back (death).
# usage: selftests/guest/faults.sh [--guest KERNEL] [--seconds N] [network] [death]
# --seconds: of each fault of the network, 5 by default. A part of death, after its file: "a_file path_shrinks"
cd "$(dirname "$0")/../.." || exit 1
. selftests/lib.sh

bus=/sys/bus/vrc/devices
class=/sys/class/vrc
seconds=5 kernel=$VRC_KERNEL
declare -A fn uuid sessions before slot=([nvme]=slot1 [igb]=slot2)

# ---- the guest ----

qemu_options() {
	local dev n=0
	for dev in nvme igb; do
		n=$((n + 1))
		echo "-device pcie-root-port,id=slot$n,chassis=$n,slot=$n"
		echo "-device vfio-pci,sysfsdev=/sys/bus/mdev/devices/${uuid[$dev]},id=$dev,bus=slot$n"
	done
}

# Its commands are files in $dir, its output is $out. It may be reset.
start_guest() {
	dir=$(mktemp -d "$VRC_RUN/agent.XXXXXX") out=$(mktemp) socket=$(mktemp -u /run/vrc/qmp.XXXXXX) number=0
	# shellcheck disable=SC2046
	tools/lab/guest --kernel "$kernel" --timeout 3000 -action reboot=reset -qmp "unix:$socket,server=on,wait=off" \
		$(qemu_options) -- selftests/guest/agent.sh "$dir" >"$out" 2>&1 &
	guest=$!
}

qemu_pid() {
	pgrep -f "^[^ ]*qemu-system-x86_64.*$socket"
}

guest_runs() {
	ps -o stat= -p "$guest" | grep -qv Z
}

ended() {
	grep -q "^end $number " "$out" || ! guest_runs
}

# tell COMMAND...: leaves it for the guest
tell() {
	number=$((number + 1))
	printf '%q ' "$@" >"$dir/new"
	mv "$dir/new" "$dir/$number.sh"
}

# ask VERB [ARGUMENT]: what selftests/guest/faults-guest.sh does there, and its status
ask() {
	tell selftests/guest/faults-guest.sh "$@"
	wait_for 600 ended || { tail -n 5 "$out"; return 1; }
	rm -f "$dir/$number.sh"
	sed -n "/^begin $number\$/,/^end $number /p" "$out"
	return "$(awk -v n="$number" '$1 == "end" && $2 == n { s = $3 } END { print s == "" ? 1 : s }' "$out")"
}

stop_guest() {
	touch "$dir/stop"
	wait $guest
}

# qmp COMMAND [ARGUMENTS]: the answer; fails if it is an error
qmp() {
	local answer
	answer=$(printf '%s\n' '{"execute":"qmp_capabilities"}' \
		"{\"execute\":\"$1\",\"arguments\":${2:-{\}}}" | socat -t 2 - "UNIX-CONNECT:$socket" | tail -n +3)
	echo "$answer"
	echo "$answer" | grep -q '"return"' && ! echo "$answer" | grep -q '"error"'
}

qemu_has() {	# DEVICE
	qmp qom-list '{"path":"/machine/peripheral"}' | grep -q "\"name\": \"$1\""
}

status_is() {
	qmp query-status | grep -q "\"status\": \"$1\""
}

plug() {	# DEVICE
	qmp device_add "{\"driver\":\"vfio-pci\",\"id\":\"$1\",\"bus\":\"${slot[$1]}\",\"sysfsdev\":\"/sys/bus/mdev/devices/${uuid[$1]}\"}"
}

not() {
	! "$@"
}

# ---- the device side ----

station() {	# start|kill|stop|continue
	case $1 in
	start)
		tools/lab/device setsid vrcep --config tools/lab/vrcep.json >>/run/vrc/vrcep.log 2>&1 </dev/null & ;;
	kill)	tools/lab/device pkill -KILL -x vrcep ;;
	stop)	tools/lab/device pkill -STOP -x vrcep ;;
	continue) tools/lab/device pkill -CONT -x vrcep ;;
	esac
}

function_of_class() {
	grep -lx "$1" $bus/*/class | head -n 1 | xargs -r dirname | xargs -r basename
}

state_is() {	# DEVICE STATE
	is "$(cat "$bus/${fn[$1]}/state")" "$2"
}

both_are() {
	state_is nvme "$1" && state_is igb "$1"
}

attach() {
	local dev
	fn[nvme]=$(function_of_class 0x010802) fn[igb]=$(function_of_class 0x020000)
	for dev in nvme igb; do
		uuid[$dev]=$(cat /proc/sys/kernel/random/uuid)
		vrcctl attach "${fn[$dev]}" --uuid "${uuid[$dev]}" || return
	done
}

detach() {
	vrcctl detach "${uuid[nvme]}" && vrcctl detach "${uuid[igb]}"
}

remember() {
	for dev in nvme igb; do
		sessions[$dev]=$(cat "$bus/${fn[$dev]}/stats/sessions")
	done
}

same_sessions() {
	local dev name
	for dev in nvme igb; do
		is "$dev ${sessions[$dev]}" "$dev $(cat "$bus/${fn[$dev]}/stats/sessions")" || return
		for name in cpl_timeout cpl_unexpected tlp_malformed dma_fault interrupts_bad; do
			is "$dev $name $(cat "$bus/${fn[$dev]}/stats/$name")" "$dev $name 0" || return
		done
	done
}

# ---- the network ----

both_counted() {	# COUNTER
	echo $(($(cat "$bus/${fn[nvme]}/stats/$1") + $(cat "$bus/${fn[igb]}/stats/$1")))
}

damaged_here() {
	cat $class/vrc0/stats/rx_bad_check
}

damaged_there() {
	tools/lab/device vrcep --query /run/vrc/vrcep.sock | jq '[.. | .rx_corrupted? // empty] | add'
}

count() {
	before=([retransmissions]=$(both_counted retransmissions) [duplicates]=$(both_counted duplicates)
		[here]=$(damaged_here) [there]=$(damaged_there))
}

grew() {	# COUNTER: since count
	local now
	now=$(both_counted "$1")
	echo "$1: ${before[$1]}, now $now"
	[ "$now" -gt "${before[$1]}" ]
}

damage_was_seen() {
	local here there
	here=$(($(damaged_here) - before[here])) there=$(($(damaged_there) - before[there]))
	echo "damaged frames found: $here by the root, $there by the station"
	[ $here -gt 0 ] && [ $there -gt 0 ]
}

bad_network() {
	tc qdisc replace dev eth1 root netem limit 10000 "$@" &&
		tools/lab/device tc qdisc replace dev eth0 root netem limit 10000 "$@"
}

good_network() {
	tc qdisc del dev eth1 root
	tools/lab/device tc qdisc del dev eth0 root
}

# A busy machine sends frames again by itself, so that says little of the network.
both_dropped() {
	local here there
	here=$(tc -s qdisc show dev eth1 root | sed -n 's/.*dropped \([0-9]*\).*/\1/p')
	there=$(tools/lab/device tc -s qdisc show dev eth0 root | sed -n 's/.*dropped \([0-9]*\).*/\1/p')
	echo "dropped: ${here:-none} here, ${there:-none} there"
	[ "${here:-0}" -gt 0 ] && [ "${there:-0}" -gt 0 ]
}

fault() {	# NAME PARAMETERS...
	local name=$1
	shift
	count
	check "$name" bad_network "$@"
	sleep "$seconds"
	case "$*" in *loss*) check "$name: frames were lost" both_dropped ;; esac
	good_network
	case "$*" in *loss*|*corrupt*) check "$name: lost frames were sent again" grew retransmissions ;; esac
	case "$*" in *duplicate*) check "$name: doubles were dropped" grew duplicates ;; esac
	case "$*" in *corrupt*) check "$name: damage was found" damage_was_seen ;; esac
}

cable() {	# up|down
	tools/lab/device ip link set eth0 "$1"
}

pull() {	# SECONDS
	cable down && sleep "$1" && cable up
}

# What was not acked when the cable was pulled is, so that the next silence is one of its own: together they are a lease.
both_answer() {
	vrcctl ping -c 1 "${fn[nvme]}" && vrcctl ping -c 1 "${fn[igb]}"
}

# Traffic runs through all of them: what ends it in error is found at the end, by the guest.
network() {
	local all=$((7 * seconds + 35))
	echo 20000 >$class/vrc0/completion_timeout_ms
	remember
	check "fio begins" ask start_fio $all
	check "iperf3 begins" ask start_iperf $all
	fault "loss 10 %" loss 10%
	fault "duplication 5 %" duplicate 5%
	fault "reordering 25 %" delay 1ms reorder 25%
	fault "corruption 1 %" corrupt 1%
	fault "delay 2 ms ± 2 ms" delay 2ms 2ms
	fault "all at once" delay 2ms 2ms reorder 25% loss 10% duplicate 5% corrupt 1%
	count
	check "the cable is pulled, for less than the lease" pull 2
	check "both answer" wait_for 20 both_answer
	check "frames were lost with it" grew retransmissions
	count
	station stop
	sleep 2
	check "the station stops and goes on, within the lease" station continue
	check "frames were repeated meanwhile" wait_for 20 grew retransmissions
	check "fio: every block is right" ask end_fio
	check "iperf3: data both ways" ask end_iperf
	check "no driver has noticed" ask quiet
	check "no session was lost, no request failed" same_sessions
	echo 1000 >$class/vrc0/completion_timeout_ms
}

# ---- death and return ----

dma_bytes() {
	echo $(($(cat "$bus/${fn[nvme]}/stats/dma_read_bytes") + $(cat "$bus/${fn[nvme]}/stats/dma_write_bytes")))
}

dma_runs() {
	local begin
	begin=$(dma_bytes)
	sleep 0.2
	[ "$(dma_bytes)" -gt "$begin" ]
}

bound_anew() {
	local dev
	for dev in nvme igb; do
		[ "$(cat "$bus/${fn[$dev]}/stats/sessions")" -gt "${sessions[$dev]}" ] || return
	done
	both_are up
}

restarted() {
	remember
	station kill
	sleep 0.3
	station start
	wait_for 60 bound_anew
}

# What a guest's write has been told to be on the disk is there, whatever dies then. A read that meets the restart waits
# for it, for as long as a slow machine takes.
station_dies() {
	echo 20000 >$class/vrc0/completion_timeout_ms
	check "nvme does not wait for a command for long" ask patience 5
	check "fio begins, again" ask start_fio 15
	check "the station is killed, and restarted" restarted
	check "fio: every block is right" ask end_fio
	check "nvme has reset its controller" ask nvme_was_reset
	check "igb has kept its card, and works again by itself" ask igb_recovers
	check "the file is as it was" ask verify_file
	echo 1000 >$class/vrc0/completion_timeout_ms
}

unplug_request() {
	check "policy unplug" vrcctl set "${fn[nvme]}" policy=unplug
	station kill
	check "gone past the lease: the guest has unplugged it" wait_for 60 not qemu_has nvme
	check "the guest has no disk" ask no_disk
	check "the card, for which nobody has asked that, is there" qemu_has igb
	check "it cannot be plugged in while it is gone" not plug nvme
	station start
	check "it is back" wait_for 60 both_are up
	check "it is plugged in as at first" plug nvme
	check "hold" vrcctl set "${fn[nvme]}" policy=hold
	check "the disk is there" ask wait_for 60 test -b /dev/nvme0n1
	check "the file is as it was" ask verify_file
}

hot_plug() {
	check "device_del" qmp device_del '{"id":"igb"}'
	check "the guest lets go of the card" wait_for 60 not qemu_has igb
	check "device_add" plug igb
	check "the card works again" ask network
}

payload_is() {	# BYTES
	is "$(cat "$bus/${fn[nvme]}/payload")" "$1"
}

lease_is_over() {
	both_are down && grep -q "^lease over" "$bus/${fn[nvme]}/reason" && grep -q "^lease over" "$bus/${fn[igb]}/reason"
}

# igb, which has read ones, has let go of its card.
link_is_out() {	# NAME COMMAND...: "down" or "up" is added to it
	local name=$1
	shift
	check "nvme waits for longer than that ($name)" ask patience 20
	check "fio begins ($name)" ask start_fio 20
	check "DMA runs ($name)" wait_for 30 dma_runs
	check "$name goes" "$@" down
	check "past the lease the functions are down ($name)" wait_for 30 lease_is_over
	sleep 3
	check "$name is back" "$@" up
	check "the functions are up ($name)" wait_for 30 both_are up
	check "fio: every block is right, past the lease ($name)" ask end_fio
	check "nvme has reset its controller ($name)" ask nvme_was_reset
	check "the file is as it was ($name)" ask verify_file
	check "igb is bound anew ($name)" ask bind_igb
}

cable_is_out() {
	link_is_out "the cable" cable
}

nic_is_down() {
	link_is_out "the NIC" ip link set eth1
}

# Frames above 1300 bytes are dropped: those of the session that is up are never acked, the next finds what gets through.
path_shrinks() {
	local mtu
	mtu=$(tools/lab/device cat /sys/class/net/eth0/mtu)
	check "frames are as large as the path" wait_for 30 payload_is $((mtu - 36))
	check "fio begins, and the path will shrink" ask start_fio 60
	check "DMA runs, in large frames" wait_for 30 dma_runs
	check "the path shrinks" tools/lab/device ip link set eth0 mtu 1300
	check "the largest of the sizes that still fit is found" wait_for 30 payload_is 1244
	check "and the kernel's log says so" bash -c 'dmesg | grep -q "drops frames above .* payload 1244 instead of"'
	check "and used" wait_for 90 dma_runs
	check "fio: every block is right, in small frames" ask end_fio
	check "nvme has reset its controller, in small frames" ask nvme_was_reset
	check "the file is as it was, in small frames" ask verify_file
	check "frames may be as large as before" tools/lab/device ip link set eth0 mtu "$mtu"
}

# The VM is stopped, until somebody resets it: which is a reboot, with fio running.
error_notice() {
	check "policy error" vrcctl set "${fn[nvme]}" policy=error
	check "fio begins, and is not to end" ask start_fio 3000
	station kill
	check "gone past the lease: the VM is stopped" wait_for 60 status_is internal-error
	station start
	check "it is back, again" wait_for 60 both_are up
	check "hold, again" vrcctl set "${fn[nvme]}" policy=hold
	rm -f "$dir"/*.sh
	check "the VM is reset" qmp system_reset
	check "and goes on" qmp cont
	check "drivers after the reset" ask drivers
	check "the file is as it was" ask verify_file
}

# The guest boots anew: after its drivers have shut their devices down (forced), or in the middle of DMA (sysrq).
guest_reboots() {	# forced|sysrq
	check "fio begins, until the guest reboots ($1)" ask start_fio 3000
	check "DMA runs until then ($1)" wait_for 30 dma_runs
	tell selftests/guest/faults-guest.sh reboot "$1"
	check "it does ($1)" wait_for 60 grep -qx "reboots: $1" "$out"
	rm -f "$dir/$number.sh"
	check "the drivers bind ($1)" ask drivers
	check "in a system that has just booted ($1)" ask has_booted
	check "the file is as it was ($1)" ask verify_file
}

is_dead() {	# PID
	[ ! -e "/proc/$1" ]
}

# threads_are_in PID FUNCTION: one at least
threads_are_in() {
	cat /proc/"$1"/task/*/stack 2>/dev/null | grep -q " $2+"
}

# A thread that waits for the device ends at once. The device is closed when all of them have, and only that takes time.
has_let_go() {	# PID
	is_dead "$1" || threads_are_in "$1" vdev_close
}

bury() {	# NAME
	touch "$dir/stop"
	wait $guest
	check "its functions are still its own ($1)" wait_for 30 both_are up
}

qemu_dies_busy() {
	local pid
	check "fio begins (busy)" ask start_fio 3000
	check "DMA runs (busy)" wait_for 30 dma_runs
	pid=$(qemu_pid)
	kill -KILL "$pid"
	check "QEMU is dead (busy)" wait_for 30 is_dead "$pid"
	bury busy
}

# No completion comes, neither lease nor completion timeout end the wait: only being killed does.
qemu_dies_waiting() {
	local pid
	check "fio begins (waiting)" ask start_fio 3000
	echo 60000 >$class/vrc0/completion_timeout_ms
	station stop
	pid=$(qemu_pid)
	check "QEMU waits for a register" wait_for 30 threads_are_in "$pid" vrc_transact
	kill -KILL "$pid"
	check "killed, it waits no longer" wait_for 5 has_let_go "$pid"
	station continue
	check "QEMU is dead (waiting)" wait_for 30 is_dead "$pid"
	echo 1000 >$class/vrc0/completion_timeout_ms
	bury waiting
}

another_vm() {	# NAME LEASE
	echo "$2" >$class/vrc0/lease_ms
	check "new mdevs ($1)" detach
	check "for a new VM ($1)" attach
	start_guest
	check "drivers ($1)" ask drivers
	check "the file is as it was, in another VM ($1)" ask verify_file
	check "fio begins, in another VM ($1)" ask start_fio 5
	check "fio: every block is right, in another VM ($1)" ask end_fio
}

a_file() {
	check "a file is written" ask write_file
}

death() {
	a_file
	station_dies
	unplug_request
	hot_plug
	cable_is_out
	nic_is_down
	path_shrinks
	error_notice
	guest_reboots forced
	guest_reboots sysrq
	qemu_dies_busy
	another_vm busy 600000
	qemu_dies_waiting
	another_vm waiting 5000
}

while [ $# -gt 0 ]; do
	case $1 in
	--guest)	kernel=$2; shift 2 ;;
	--seconds)	seconds=$2; shift 2 ;;
	*)		break ;;
	esac
done
[ $# -gt 0 ] || set -- network death
modprobe sch_netem
check "the host opposite is there" tools/lab/device selftests/guest/igb-peer.sh start
check "scan" vrcctl scan eth1
check "attach" attach
start_guest
check "the guest's drivers" ask drivers
ask quiet >/dev/null
for name; do
	"$name"
done
check "the guest ends" stop_guest
check "detach" detach
check "the host opposite goes" tools/lab/device selftests/guest/igb-peer.sh stop
tap_end
