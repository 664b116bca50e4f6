#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# In the guest: its part of the tests of faults (faults.sh), which tell it what to do.
# usage: selftests/guest/faults-guest.sh VERB [ARGUMENT]
cd "$(dirname "$0")/../.." || exit 1
. selftests/lib.sh
. selftests/guest/igb-lib.sh

disk=/dev/nvme0n1 peer=198.51.100.1

# The drivers are Debian's.
drivers() {
	modprobe -a nvme igb
	wait_for 60 test -b $disk
	network
}

# The interface of the card may have come back under another name.
network() {
	local dev
	wait_for 60 interface_of_igb || return
	dev=$(interface_of_igb)
	ip link set "$dev" up && wait_for 60 carrier "$dev" || return
	ip address replace 198.51.100.2/24 dev "$dev"
	wait_for 60 ping -q -c 1 -W 2 $peer
}

# Reads back what it has written while it goes on writing.
start_fio() {	# SECONDS
	fio --name=faults --filename=$disk --offset=512M --size=32M --direct=1 --ioengine=libaio --iodepth=8 \
		--rw=randwrite --bsrange=4k-32k --time_based --runtime="$1" --verify=crc32c --verify_fatal=1 \
		--do_verify=1 --verify_backlog=32 --randseed=7 --output-format=terse >/tmp/fio.log 2>&1 &
	echo $! >/tmp/fio.pid
	sleep 1
	kill -0 "$(cat /tmp/fio.pid)"
}

# It ends by itself, and says by its status that all has been right.
end_fio() {
	while kill -0 "$(cat /tmp/fio.pid)" 2>/dev/null; do
		sleep 0.3
	done
	cat /tmp/fio.log
	[ "$(cut -d';' -f5 /tmp/fio.log | tail -n 1)" = 0 ] && ! grep -qE 'verify:|error' /tmp/fio.log
}

# In short runs, one after another: iperf3 gives up when its peer is late to answer (igb-lib.sh).
transfers() {	# SECONDS
	local end=$((SECONDS + $1))
	while [ $SECONDS -lt $end ]; do
		transfer -c $peer --bidir -t 5 |
			jq -r '.end | "sent \(.sum_sent.bytes), received \(.sum_received_bidir_reverse.bytes) bytes"'
		[ "${PIPESTATUS[0]}" -eq 0 ] || return
	done
	echo "all done"
}

start_iperf() {	# SECONDS
	transfers "$1" >/tmp/iperf.log 2>&1 &
	echo $! >/tmp/iperf.pid
}

end_iperf() {
	while kill -0 "$(cat /tmp/iperf.pid)" 2>/dev/null; do
		sleep 0.3
	done
	cat /tmp/iperf.log
	[ "$(tail -n 1 /tmp/iperf.log)" = "all done" ] &&
		awk '$1 == "sent" { sent += $2; got += $4 } END { exit !(sent > 0 && got > 0) }' /tmp/iperf.log
}

# No complaint of a driver since the last call, and no reset.
quiet() {
	local said
	said=$(dmesg --read-clear | grep -E 'nvme.*([Tt]imeout|reset|down|I/O error|failed)|igb.*([Rr]eset|lost|[Ff]ail|hang)|NETDEV WATCHDOG|BUG:|WARNING:')
	echo "$said"
	[ -z "$said" ] && no_driver_errors "$(interface_of_igb)"
}

# The controller was reset by its driver, and goes on.
nvme_was_reset() {
	dmesg --read-clear >/tmp/dmesg
	grep -E 'nvme|igb' /tmp/dmesg
	grep -qE 'nvme.*(reset controller|resetting|timeout.*reset)' /tmp/dmesg
}

# Nobody helps it. What it sends does not leave, so its queue fills, and the kernel has the driver reset the card.
# It takes 256 frames, unless byte queue limits stop it before. They go to a group, for a neighbour that is not found gets
# none, and the socket's buffer has room for them, where ping's own has for four.
igb_recovers() {
	local end=$((SECONDS + 120)) dev
	dev=$(interface_of_igb) || return
	until ping -q -c 5 -i 0.2 -w 5 $peer; do
		[ $SECONDS -lt $end ] || break
		ping -q -c 80 -i 0.01 -s 1400 -S 200000 -W 1 -I "$dev" 224.0.0.1
	done
	dmesg | grep -iE 'igb|watchdog' | tee -a /tmp/dmesg
	grep -q 'igb.*Reset adapter' /tmp/dmesg && ping -q -c 5 -i 0.2 -W 5 $peer
}

# A driver that has read ones has let go of its card for good.
bind_igb() {
	local card
	card=$(basename "$(readlink -f /sys/bus/pci/drivers/igb/*:*)") || return
	echo "$card" >/sys/bus/pci/drivers/igb/unbind && echo "$card" >/sys/bus/pci/drivers/igb/bind && network
}

# How long nvme waits for a command, until it is plugged in or bound anew: then it is 30 seconds, as at first
patience() {	# SECONDS
	echo $(($1 * 1000)) >"/sys/block/${disk#/dev/}/queue/io_timeout"
}

# What it says must leave the guest before.
reboot() {	# forced|sysrq
	echo "reboots: $1"
	sleep 2
	case $1 in
	forced)	busybox reboot -f ;;
	sysrq)	echo b >/proc/sysrq-trigger ;;
	esac
	sleep 60
}

has_booted() {
	[ ! -e /tmp/fio.pid ]
}

write_file() {
	selftests/guest/disk.sh write 8
}

verify_file() {
	selftests/guest/disk.sh verify
}

no_disk() {
	[ ! -e $disk ]
}

"$@"
