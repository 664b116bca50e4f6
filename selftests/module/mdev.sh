#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Mediated devices on functions, and what becomes of them when the station dies, restarts, is taken.
# shellcheck source=selftests/module/lib.sh
. "$(dirname "$0")/lib.sh"

available() {
	cat "$bus/$1"/mdev_supported_types/*/available_instances
}

answered() {	# FUNC: requests in its histogram of round trips
	tr ' ' '\n' <"$bus/$1/stats/latency_log2_us" | awk '{ n += $1 } END { print n }'
}

has_ids() {	# COMMAND...: that prints a function as JSON
	"$@" | jq -e '.session and .peer_session'
}

has_no_ids() {
	"$@" | jq -e '.state == "up" and (has("session") or has("peer_session") | not)'
}

stop_stations
station --name lab --serial 0x77 --function test --function test
sleep 1
check "scan" vrcctl scan eth1
fn=$(function_named 0x104c 0xb500)
other=$(function_named 0x104c 0xb500 2)
uuid=$(new_uuid)
echo 1000 >$class/vrc0/lease_ms
check "one instance available" is "$(available "$fn")" 1
check "the type has a name for people" test -s "$(echo $bus/"$fn"/mdev_supported_types/*/name)"
check "create" mdev_create "$fn" "$uuid"
check "the function is up" state_is "$fn" up
check "its label is the UUID" is "$(cat "$bus/$fn/label")" "$uuid"
check "no instance left" is "$(available "$fn")" 0
check "the ids of its session are told" has_ids vrcctl show --json "$fn"
check "but not without CAP_NET_ADMIN" has_no_ids setpriv --bounding-set -net_admin --inh-caps -net_admin \
	vrcctl show --json "$fn"
check_fails "a UUID in use" mdev_create "$other" "$uuid"
check_fails "a second mdev on the function" mdev_create "$fn" "$(new_uuid)"
check_fails "no UUID at all" mdev_create "$other" not-a-uuid
check_fails "the module stays while an mdev exists" rmmod vrc
check_fails "the port stays while an mdev exists" vrcctl port del eth1
check_fails "reset is refused while in use" vrcctl reset "$fn"
check "ping the function in use" vrcctl ping -c 2 -i 0.1 "$fn"
answered=$(answered "$fn")
vrcctl ping -c 3 -i 0.01 "$fn" >/dev/null
check "each is in its histogram of round trips" is "$(answered "$fn")" $((answered + 3))
stop_stations -KILL
check "killed: down after the lease" wait_for 5 state_is "$fn" down
sleep 3
check "the reason is said, and stays while nobody answers" grep -q "^lease over" "$bus/$fn/reason"
check_fails "ping ends with an error" vrcctl ping -c 1 "$fn"
station --name lab --serial 0x77 --function test --function test
check "restarted: up again, by itself" wait_for 5 state_is "$fn" up
check "ping" vrcctl ping -c 2 -i 0.1 "$fn"
stop_stations -KILL
station --name lab --serial 0x77 --function test --function test
check "restarted within the lease: noticed and up" wait_for 5 vrcctl ping -c 1 "$fn"
pkill -STOP -x vrcep
sleep 0.4
pkill -CONT -x vrcep
check "stopped for less than the lease: nothing is lost" vrcctl ping -c 2 -i 0.1 "$fn"
pkill -STOP -x vrcep
check "stopped for longer: down after the lease" wait_for 5 state_is "$fn" down
pkill -CONT -x vrcep
check "continued: up again" wait_for 5 state_is "$fn" up
check "in a session that works" vrcctl ping -c 2 -i 0.1 "$fn"
ip link set eth1 down
sleep 0.4
ip link set eth1 up
check "NIC down for less than the lease: nothing is lost" wait_for 5 vrcctl ping -c 1 "$fn"
stop_stations
check "shut down: down at once" wait_for 2 state_is "$fn" down
truncate -s 1G /tmp/mdev.img
station --name lab --serial 0x77 --function nvme,path=/tmp/mdev.img
check "back with another device: changed" wait_for 5 state_is "$fn" changed
stop_stations
check "remove" mdev_remove "$uuid"
check "gone" not test -e "/sys/bus/mdev/devices/$uuid"
for _ in 1 2 3 4 5 6 7 8 9 10; do
	uuid=$(new_uuid)
	mdev_create "$other" "$uuid" 2>/dev/null && mdev_remove "$uuid"
done
station --name lab --serial 0x77 --function test --function test
sleep 1
check "scan again" vrcctl scan eth1
check "ten times in and out" bash -c "
	for i in 1 2 3 4 5 6 7 8 9 10; do
		uuid=\$(cat /proc/sys/kernel/random/uuid)
		echo \$uuid >\$(echo $bus/$fn/mdev_supported_types/*/create) || exit 1
		echo 1 >/sys/bus/mdev/devices/\$uuid/remove || exit 1
	done"
check "attach prints the QEMU option" contains "$(vrcctl attach "$fn")" '-device vfio-pci,sysfsdev='
check "detach" vrcctl detach "$fn"
stop_stations
check "the port can go" vrcctl port del eth1
tap_end
