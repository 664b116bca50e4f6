#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# In the root host: three VMs at once, on one station: each has a port of the 82576, or the NVMe controller, and
# sees nothing else.
cd "$(dirname "$0")/../.." || exit 1
. selftests/lib.sh

bus=/sys/bus/vrc/devices
declare -A fn uuid out pid

functions_of_class() {
	grep -lx "$1" $bus/*/class | xargs -r -n 1 dirname | xargs -r -n 1 basename
}

attach() {	# VM FUNCTION
	fn[$1]=$2
	uuid[$1]=$(cat /proc/sys/kernel/random/uuid)
	vrcctl attach "$2" --uuid "${uuid[$1]}"
}

start() {	# VM COMMAND...
	local vm=$1
	shift
	out[$vm]=$(mktemp)
	tools/lab/guest --timeout 1200 --mdev "${uuid[$vm]}" -- "$@" >"${out[$vm]}" 2>&1 &
	pid[$vm]=$!
}

all_said() {	# TEXT
	local vm
	for vm in "${!out[@]}"; do
		grep -q "$1" "${out[$vm]}" || return
	done
}

owners() {	# of all three, by the station's own account
	local status vm
	status=$(tools/lab/device vrcep --query /run/vrc/vrcep.sock)
	for vm in "${!uuid[@]}"; do
		contains "$status" "${uuid[$vm]}" || return
	done
}

listed() {
	local list vm
	list=$(vrcctl list --json | jq -r '.[] | "\(.function) \(.label)"')
	echo "$list"
	for vm in "${!uuid[@]}"; do
		echo "$list" | grep -F "${fn[$vm]}" | grep -q "${uuid[$vm]}" || return
	done
}

ended() {	# VM
	local status=0
	wait "${pid[$1]}" || status=$?
	grep '^not ok\|^#' "${out[$1]}"
	[ $status -eq 0 ] && ! grep -q '^not ok' "${out[$1]}"
}

check "the host opposite is there" tools/lab/device selftests/guest/igb-peer.sh start
check "scan" vrcctl scan eth1
mapfile -t nics < <(functions_of_class 0x020000)
check "two ports" is "${#nics[@]}" 2
check "the first port" attach port0 "${nics[0]}"
check "the second port" attach port1 "${nics[1]}"
check "the NVMe controller" attach nvme "$(functions_of_class 0x010802)"
start port0 selftests/guest/several-guest.sh nic 198.51.100 5201
start port1 selftests/guest/several-guest.sh nic 198.51.101 5202
start nvme selftests/guest/several-guest.sh nvme
check "all three are under way" wait_for 900 all_said 'under way'
check "vrcctl list says which VM holds what" listed
check "the station says which VM holds what" owners
for vm in port0 port1 nvme; do
	check "$vm: has its device, and no other" ended $vm
	check "$vm: is given back" vrcctl detach "${uuid[$vm]}"
done
check "the host opposite goes" tools/lab/device selftests/guest/igb-peer.sh stop
rm -f "${out[@]}"
tap_end
