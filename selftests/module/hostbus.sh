#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What an orchestrated host needs: numbers of ports, the map as a file, word of strangers, functions as PCI devices of the host.
# shellcheck source=selftests/module/lib.sh
. "$(dirname "$0")/lib.sh"

uevents=$run/uevents

# pci_of FUNCTION: the name of its PCI device
pci_of() {
	echo "8009:${1#vrc9:}"
}

stop_stations
# A port of another test would be in the way.
for name in "$class"/*; do
	[ ! -e "$name" ] || vrcctl port del "$(basename "$name")"
done

check "a port with a number" is "$(vrcctl port add eth1 --number 9)" vrc9
check "it has that number" test -e $class/vrc9
ip link add vh0 type veth peer name vh1
check_fails "the number is taken" vrcctl port add vh0 --number 9
check "the error says which" error_names vrc9 vrcctl port add vh0 --number 9
check_fails "no number" vrcctl port add vh0 --number 65536
check "the largest number" is "$(vrcctl port add vh0 --number 65535)" vrc65535
check "the lowest that is free, without" bash -c "vrcctl port del vh0 && [ \"\$(vrcctl port add vh0)\" = vrc0 ]"
ip link del vh0
check "port del" vrcctl port del vrc0

udevadm monitor --kernel --property --subsystem-match=vrc >"$uevents" 2>&1 &
monitor=$!
sleep 1
station --name one --serial 0x1111 --function test --function test
check "a station that nobody has asked for is told of" wait_for 10 grep -q '^VRC_EVENT=stranger' "$uevents"
check "with the interface" grep -q '^VRC_IFNAME=eth1' "$uevents"
check "it is not added" is "$(find $bus -maxdepth 1 -name 'vrc9:*' | wc -l)" 0
sleep 4
: >"$uevents"
check "scan" vrcctl scan eth1
stop_stations
station --name one --serial 0x1111 --function test --function test
sleep 3
check "of a station that is known nothing is told" not grep -q '^VRC_EVENT=stranger' "$uevents"
check "an allow-list without it" vrcctl port set vrc9 allow=serial=9999
: >"$uevents"
stop_stations
station --name one --serial 0x1111 --function test --function test
sleep 3
check "of a station that it does not name neither" not grep -q '^VRC_EVENT=stranger' "$uevents"
check "every station again" vrcctl port set vrc9 allow=

printf '# a comment\n\n  1111=40:03	# one\n2222=41:00\n' >"$run/map"
check "map --restore" vrcctl map vrc9 --restore "$run/map"
check "scan" vrcctl scan eth1
fn=vrc9:40:03.0
check "the station is where the file says" test -e "$bus/$fn"
check "map --save" vrcctl map vrc9 --save "$run/saved"
check "it has both" is "$(sed 's/[[:space:]]*#.*//' "$run/saved" | sort | paste -sd' ')" \
	"0000000000001111=40:03 0000000000002222=41:00"
check "what was saved can be restored" vrcctl map vrc9 --restore "$run/saved"
echo "1111=50:00" >"$run/wrong"
echo "1111=50:20:1" >>"$run/wrong"
check_fails "a wrong line" vrcctl map vrc9 --restore "$run/wrong"
check "the error names it" error_names 'wrong:2: .*50:20:1' vrcctl map vrc9 --restore "$run/wrong"
check "and nothing was changed" contains "$(vrcctl map vrc9)" '^40:03'
check_fails "a file that is not there" vrcctl map vrc9 --restore "$run/nosuch"
check_fails "a file that cannot be written" vrcctl map vrc9 --save "$run/nosuch/map"
: >"$uevents"
stop_stations
station --name two --serial 0x2222 --function test
check "a station with a place that was never seen is told of, too" wait_for 10 grep -q '^VRC_EVENT=stranger' "$uevents"
kill $monitor
stop_stations
check "port del" vrcctl port del vrc9

# On the PCI bus
station --name one --serial 0x1111 --function test --function test
check_fails "a number for which there is no domain of four digits" vrcctl port add eth1 --number 32768 --pci
check "the error says up to which there is" error_names 'expected 0 to 32767' vrcctl port add eth1 --number 32768 --pci
check "the largest" is "$(vrcctl port add eth1 --number 32767 --pci)" vrc32767
check "scan" vrcctl scan eth1
# This is what OpenStack Nova takes for an address (nova/pci/utils.py).
check "addresses are such that Nova takes them" contains "$(basename "$(readlink -f $bus/vrc32767:*.0/pci)")" \
	'^[0-9a-fA-F]{4}:[0-9a-fA-F]{2}:[0-9a-fA-F]{2}[.][0-7]$'
check "port del" vrcctl port del vrc32767
check "a port whose functions are PCI devices" vrcctl port add eth1 --number 9 --pci
check "scan" vrcctl scan eth1
fn=$(function_named 0x104c 0xb500)
other=$(function_named 0x104c 0xb500 2)
pci=$(pci_of "$fn")
check "the function is one" test -e "/sys/bus/pci/devices/$pci"
check "with its IDs" is "$(cat /sys/bus/pci/devices/"$pci"/{vendor,device} | paste -sd' ')" "0x104c 0xb500"
check "and its class" is "$(cat "/sys/bus/pci/devices/$pci/class")" "$(cat "$bus/$fn/class")"
check "no BAR" is "$(grep -cv '^0x0000000000000000 0x0000000000000000' "/sys/bus/pci/devices/$pci/resource")" 0
check "only the driver vrc has it" is "$(basename "$(readlink -f "/sys/bus/pci/devices/$pci/driver")")" vrc
check "the types are the PCI device's" test -e "/sys/class/mdev_bus/$pci/mdev_supported_types/vrc-104c-b500/create"
check "and no one else's" not test -e "/sys/class/mdev_bus/$fn"
uuid=$(new_uuid)
check "create" mdev_create "$fn" "$uuid"
check "the function is up" state_is "$fn" up
check "it is below the PCI device" test -e "/sys/bus/pci/devices/$pci/$uuid"
check "vrcctl finds it by function" contains "$(vrcctl show "$fn")" "mdev +$uuid"
check "and by UUID" contains "$(vrcctl show "$uuid")" "function +$fn"
check "what the host writes has no effect" sh -c "dd if=/dev/zero of=/sys/bus/pci/devices/$pci/config bs=1 count=64 2>/dev/null;
	[ \"\$(od -An -tx2 -N2 /sys/bus/pci/devices/$pci/config | tr -d ' ')\" = 104c ]"
check "ping" vrcctl ping -c 2 -i 0.1 "$fn"
check_fails "the port stays while an mdev exists" vrcctl port del vrc9
check "vrcctl detach" vrcctl detach "$fn"
check "a person removes the other one" sh -c "echo 1 >/sys/bus/pci/devices/$(pci_of "$other")/remove"
check "and does not find it again" sh -c "echo 1 >/sys/bus/pci/rescan && ! test -e /sys/bus/pci/devices/$(pci_of "$other")"
check "it is still a function" vrcctl ping -c 1 "$other"
check "a scan with all of it" vrcctl scan eth1
check "the station may go and be forgotten" bash -c "pkill -x vrcep; sleep 1; vrcctl scan eth1 --time 300 --forget"
check "no PCI device is left" not test -e "/sys/bus/pci/devices/$pci"
check "and no bus" is "$(find /sys/class/pci_bus -name '8009:*' | wc -l)" 0
station --name one --serial 0x1111 --function test
sleep 1
check "it returns" vrcctl scan eth1
check "the port can go" vrcctl port del vrc9
check "with its PCI devices" not test -e "/sys/bus/pci/devices/$pci"
stop_stations
tap_end
