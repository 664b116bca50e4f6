#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vrcctl without the module: decode, encode, usage errors. usage: codec.sh VRCCTL
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=selftests/lib.sh
. selftests/lib.sh

vrcctl=$1

# prints EXPECTED COMMAND...: standard output, white space squeezed
prints() {
	local expected=$1
	shift
	is "$("$@" 2>&1 | tr -s '[:space:]' ' ' | sed 's/ $//')" "$expected"
}

# exits STATUS TEXT COMMAND...: with that status, and standard error matches TEXT
exits() {
	local status=$1 text=$2 got=0 err
	shift 2
	err=$("$@" 2>&1 >/dev/null </dev/null) || got=$?
	is "$got" "$status" && contains "$err" "$text"
}

# From the one-line form to hex, back to the line, and to hex again.
round_trip() {	# decode option ("" for TLPs), encode arguments...
	local option=$1 hex line
	shift
	hex=$("$vrcctl" encode "$@") || return 1
	# shellcheck disable=SC2086
	line=$("$vrcctl" decode $option --short $hex) || return 1
	is "$(eval "$vrcctl encode $line")" "$hex"
}

field() {	# JSON filter, value, hex
	is "$("$vrcctl" decode --json "$3" | jq -r "$1")" "$2"
}

# Bytes by hand from the specification's figures 2-14 to 2-30.
check "MRd, 3DW" prints "00 00 00 10 00 00 03 ff 00 00 10 00" \
	"$vrcctl" encode MRd addr=0x1000 len=64 tag=3
check "MRd, 4DW" prints "20 00 00 01 01 08 07 0f 00 00 00 01 00 00 00 00" \
	"$vrcctl" encode MRd addr=0x100000000 len=4 tag=7 requester=01:01.0
check "MWr, unaligned bytes" prints "40 00 00 02 00 00 00 3c 00 00 20 00 00 00 aa bb cc dd 00 00" \
	"$vrcctl" encode MWr addr=0x2002 data=aabbccdd
check "IORd" prints "02 00 00 01 00 00 00 03 00 00 10 00" "$vrcctl" encode IORd addr=0x1000 len=2
check "CfgWr0" prints "44 00 00 01 00 00 05 03 02 09 00 04 06 00 00 00" \
	"$vrcctl" encode CfgWr0 target=02:01.1 reg=4 tag=5 data=0600
check "Cpl UR" prints "0a 00 00 00 01 00 20 04 00 00 09 00" \
	"$vrcctl" encode Cpl completer=01:00.0 status=UR tag=9
check "CplD at an odd address" prints "4a 00 00 01 01 00 00 02 00 00 01 41 00 12 34 00" \
	"$vrcctl" encode CplD completer=01:00.0 tag=1 lower_addr=0x41 data=1234
check "Msg Assert_INTA" prints "34 00 00 00 01 00 00 20 00 00 00 00 00 00 00 00" \
	"$vrcctl" encode Msg requester=01:00.0 code=Assert_INTA routing=4
check "attributes and traffic class" prints "00 54 20 01 00 00 00 0f 00 00 00 00" \
	"$vrcctl" encode MRd tc=5 attr=IDO,RO

check "decode: the type" field '.tlps[0].type' CfgRd0 04000001-0000000f,01000000
check "decode: target" field '.tlps[0].target' 01:00.0 "04000001-0000000f,01000000"
check "decode: two TLPs" field '.tlps | length' 2 \
	"04:00:00:01:00:00:00:0f:01:00:00:00 0x0a 00 00 00 01 00 20 04 00 00 09 00"
check "decode: Length 0 is 1024" field '.tlps[0].length' 1024 "00000000 000000ff 00001000"
check "decode: Byte Count 0 is 4096" field '.tlps[0].byte_count' 4096 "0a000000 01002000 00000900"
check "decode: a flush" contains "$("$vrcctl" decode 00000001 00000000 00001000)" "flush"
check "decode reads standard input" bash -c "echo 04000001-0000000f,01000000 | $vrcctl decode - | grep -q CfgRd0"
check "a wrong ECRC is shown" bash -c \
	"$vrcctl decode 00008001 0000000f 00001000 00000000 2>/dev/null | grep -q WRONG"
check "a right ECRC is right" bash -c "$vrcctl encode MRd addr=0x1000 td=1 | $vrcctl decode | grep -q 'ECRC is right'"

for tlp in "MRd addr=0xfffffffc len=4" "MRd addr=0xffc len=4 td=1 ep=1" "MWr addr=0x123456789abc data=00112233" \
	"MRd addr=0x1008 length=2 first_be=0x5 last_be=0xa" "IOWr addr=0x10 data=01" "CfgRd1 target=ff:1f.7 reg=0xffc" \
	"CfgWr1 target=03:00.0 reg=0x10 data=ffffffff" "Cpl status=CA completer=01:00.0 byte_count=4096" \
	"CplD data=$(printf '%02x' {0..63}) byte_count=256 lower_addr=0x40" "Cpl status=RRS bcm=1" \
	"Msg code=ERR_FATAL routing=0" "MsgD code=0x7e dw2_3=0x1122334455667788 data=deadbeef" \
	"MRd addr=0 len=4 + MWr addr=4 data=01020304 + Cpl"; do
	# shellcheck disable=SC2086
	check "round trip: $tlp" round_trip "" $tlp
done
for frame in "DISCOVER root_id=1 nonce=7 spread_ms=100 group=g" \
	"ADVERTISE serial=1 instance=2 max_payload=1468 name=a_b + function + function number=3 state=1 owner=9" \
	"BIND serial=1 instance=2 root_id=3 own_session=4 label=x" \
	"BOUND session=1 own_session=4 lease_ms=5000 max_payload=576 own_window=1" \
	"REFUSED session=1 reason=1 owner=5 owner_name=o label=l" "RELEASE session=1 reason=3" "RELEASED session=1" \
	"DATA session=1 seq=4294967295 ack=7 sack=0x8000000000000001 window=64 flags=ACK_REQ + MRd addr=0 len=4 + Cpl" \
	"ACK session=1 flags=ACK_REQ,ACK_DELAYED,DUP window=0 ack=1" "ACK session=1 flags=CHECK" "PROBE session=1 size=1468 id=2" \
	"PROBED session=1 size=1468 id=2" "STALE unknown_session=0xffffffffffffffff"; do
	# shellcheck disable=SC2086
	check "round trip: $frame" round_trip --frame $frame
done
check "round trip: Ethernet" round_trip --ether ether dst=ff:ff:ff:ff:ff:ff src=02:00:00:00:00:01 + ACK session=1

check "no verb" exits 2 usage $vrcctl
check "an unknown verb" exits 2 '"frobnicate"' "$vrcctl" frobnicate
check "a verb that could be two" exits 2 'scan or show' "$vrcctl" s
check "a verb may be short" contains "$("$vrcctl" enc MRd)" '^00 00 00 01'
check "options before the verb" contains "$("$vrcctl" --json --color never decode 04000001 0000000f 01000000)" '"type": ?"CfgRd0"'
check "an unknown option" exits 2 '"--colour"' "$vrcctl" list --colour
check "a colour that is none" exits 2 '"blue"' "$vrcctl" list --color blue
check "an option without its value" exits 2 'needs a value' "$vrcctl" scan eth1 --time
check "--time out of range" exits 2 '"49".*50 to 60000' "$vrcctl" scan eth1 --time 49
check "too many arguments" exits 2 'too many' "$vrcctl" ping a b
check "a bad count" exits 2 '"-1"' "$vrcctl" ping x -c -1
check "a bad delay" exits 2 '"0.01"' "$vrcctl" top --delay 0.01
check "a bad format" exits 2 '"xml"' "$vrcctl" stats --format xml
check "metrics of one function" exits 2 'too many' "$vrcctl" stats --format openmetrics x
check "a capture without a file" exits 2 '-w FILE' "$vrcctl" capture
check "a bad time" exits 2 '"0"' "$vrcctl" capture -w x --time 0
check "doctor of no interface" exits 3 '"nosuch0"' "$vrcctl" doctor nosuch0
check "a bad UUID" exits 2 '"1234"' "$vrcctl" attach x --uuid 1234
check "a bad pin" exits 2 '"zz=01:00"' "$vrcctl" map --pin zz=01:00
check "a bad EtherType" exits 2 '"0x5ff"' "$vrcctl" port add eth1 --ethertype 0x5ff
check "a setting without its value" exits 2 'missing' "$vrcctl" set x
check "a bad BAR" exits 2 '"7"' "$vrcctl" read x 7 0
check "a bad length" exits 2 '"4097"' "$vrcctl" read x 0 0 4097
check "a value that does not fit" exits 2 '"256"' "$vrcctl" write x 0 0 256 -w 1
check "no hex" exits 1 "'x'" "$vrcctl" decode 04xx
check "half a byte" exits 1 'half a byte' "$vrcctl" decode 040
check "no bytes" exits 1 'no bytes' "$vrcctl" decode
check "a truncated TLP" exits 1 'truncated: 8 bytes are left' "$vrcctl" decode 00000001 0000000f
check "data beyond the end" exits 1 'truncated' "$vrcctl" decode 40000002 0000000f 00001000 00000000
check "an unknown type" exits 1 '0x1f' "$vrcctl" decode 1f000001 0000000f 00001000
check "a config request of two DW" exits 1 'Length 2' "$vrcctl" decode 04000002 0000000f 01000000
check "byte enables" exits 1 'First DW BE 0x0' "$vrcctl" decode 00000002 000000f0 00001000
check "crossing 4 KiB" exits 1 '0xffc' "$vrcctl" decode 00000002 000000ff 00000ffc
check "a 4DW header below 4 GiB" exits 1 'bad address' "$vrcctl" decode 20000001 0000000f 00000000 00001000
check "a reserved status" exits 1 'Completion Status 3' "$vrcctl" decode 0a000000 01006004 00000900
check "the second TLP is bad" exits 1 'at byte 12' "$vrcctl" decode 00000001 0000000f 00001000 1f000000
check "a frame of another version" exits 1 'version 2' "$vrcctl" decode --frame 02010000
check "a short Ethernet header" exits 1 'has 14' "$vrcctl" decode --ether 0201
check "encode: no such TLP" exits 2 '"MRx"' "$vrcctl" encode MRx
check "encode: no such field" exits 2 '"adr"' "$vrcctl" encode MRd adr=1
check "encode: no value" exits 2 '"addr"' "$vrcctl" encode MRd addr
check "encode: a bad value" exits 2 '"300"' "$vrcctl" encode MRd tag=300
check "encode: data for a read" exits 2 'no data' "$vrcctl" encode MRd addr=0 data=00000000
check "encode: data of another length" exits 2 'length 2' "$vrcctl" encode MWr length=2 data=00
check "encode: crosses 4 KiB" exits 2 'rule' "$vrcctl" encode MRd addr=0xffc len=8
check "encode: nothing after +" exits 2 'after' "$vrcctl" encode MRd +
check "encode: a session is needed" exits 2 'bad session' "$vrcctl" encode ACK
if [ -e /dev/vrc ]; then
	skip "without the module" "the module is loaded here"
else
	for command in "scan eth1" list tree "show 01:00.0" map "port list" "ping vrc0:01:00.0" stats top monitor \
		"capture -w /dev/null"; do
		# shellcheck disable=SC2086
		check "without the module: $command" exits 6 'modprobe vrc' "$vrcctl" $command
	done
fi
tap_end
