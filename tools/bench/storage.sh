# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# For the scripts of the bench that run in the root host of the lab, topology veth, and give one guest the same file three times:
# as an NVMe controller on the Ethernet ("vrc"); by nvmet-tcp over the same two interfaces, as virtio-blk ("tcp"); and by
# QEMU's own nvme ("near"). tools/bench/lib.sh comes first.
#
# The file is on a tmpfs: the block size that an overlay reports to nvmet is one that its host refuses.

image=/run/vrc/bench.img
address=198.18.0
nqn=nqn.2014-08.org.nvmexpress:vrc-bench
target=/sys/kernel/config/nvmet

# The listening socket belongs to the network namespace of who makes the link.
serve_tcp()
{
	local subsystem=$target/subsystems/$nqn port=$target/ports/1

	modprobe -a nvmet nvmet-tcp
	mountpoint -q /sys/kernel/config || mount -t configfs configfs /sys/kernel/config
	mkdir -p "$subsystem/namespaces/1" "$port"
	echo 1 > "$subsystem/attr_allow_any_host"
	echo "$image" > "$subsystem/namespaces/1/device_path"
	echo 1 > "$subsystem/namespaces/1/enable"
	echo tcp > "$port/addr_trtype"
	echo ipv4 > "$port/addr_adrfam"
	echo "$address.2" > "$port/addr_traddr"
	echo 4420 > "$port/addr_trsvcid"
	nsenter --net=/run/netns/device ln -s "$subsystem" "$port/subsystems/$nqn"
}

# The disk of the subsystem, as the root host has it
tcp_disk()
{
	local path

	path=$(grep -lx "$nqn" /sys/class/nvme-subsystem/*/subsysnqn) || return
	path=$(echo "${path%/*}"/nvme*n1)
	[[ -b /dev/${path##*/} && $(cat "/sys/block/${path##*/}/size") -gt 0 ]] && echo "/dev/${path##*/}"
}

connect_tcp()
{
	ip address add "$address.1/30" dev eth1
	ip -n device address add "$address.2/30" dev eth0
	serve_tcp
	modprobe nvme-tcp
	nvme connect --transport=tcp --traddr="$address.2" --trsvcid=4420 --nqn="$nqn" >&2
	for _ in {1..50}; do
		! tcp_disk > /dev/null || return 0
		sleep 0.1
	done
	die "nvme-tcp: no disk of $nqn"
}

# Called by a trap.
# shellcheck disable=SC2317
clean_up()
{
	nvme disconnect --nqn="$nqn" >&2 || true
	rm -f "$target/ports/1/subsystems/$nqn"
	rmdir "$target/ports/1" "$target/subsystems/$nqn/namespaces/1" "$target/subsystems/$nqn" || true
	ip address del "$address.1/30" dev eth1 || true
	ip -n device address del "$address.2/30" dev eth0 || true
	rm -f build/bench/segments-*
	vrcctl detach "$uuid" >&2 || true
	kill "$station"
	set_mtu 1500
	rm -f "$image"
}

# A station of its own. The lab's vrcep ends first: on the same interface it would be woken by each frame as well.
start_station()
{
	end_stations
	ip netns exec device vrcep -i eth0 --name bench --function nvme,path="$image",size=128M >&2 &
	station=$!
	sleep 1
	vrcctl scan eth1 > /dev/null
	function=$(function_by station bench)
}

# segments whole|cut: TCP's segments of more than a frame pass the two interfaces as they are, or become frames first.
# The guest waits for the file.
segments()
{
	local switch=on

	[[ $1 = whole ]] || switch=off
	ethtool -K eth1 tso "$switch" gso "$switch"
	ip netns exec device ethtool -K eth0 tso "$switch" gso "$switch"
	rm -f build/bench/segments-*
	touch "build/bench/segments-$1"
}

# All that passes the link, both ways, as the interface counts it
packets()
{
	cat /sys/class/net/eth1/statistics/{tx,rx}_packets | awk '{ all += $1 } END { print all }'
}

# prepare MTU: the file, and all three ways to it
prepare()
{
	uuid=''
	trap clean_up EXIT
	rm -f build/bench/segments-*
	set_mtu "$1"
	start_station
	attach "$function"
	connect_tcp
}

# guest COMMAND...: in the guest that has the three disks
guest()
{
	tools/lab/guest --timeout 1500 --mdev "$uuid" \
		-drive "file=$(tcp_disk),format=raw,if=none,id=tcp,cache=none,aio=io_uring" \
		-device virtio-blk-pci,drive=tcp,serial=tcp \
		-drive "file=$image,format=raw,if=none,id=near,cache=none,aio=io_uring,file.locking=off" \
		-device nvme,drive=near,serial=near \
		-- "$@"
}
