#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The configuration of Documentation/install.rst: stations, a port with a number of its own and a place for the station, an
# mdev that mdevctl starts. It works now; whether it works after a reboot is for the next boot to see.
# shellcheck source=selftests/stock/lib.sh
. "$(dirname "$0")/lib.sh"

main_pid() {
	systemctl show -P MainPID vrcep@eth0.service
}

in_status() {	# REGEX, of vrcep
	grep -qx "$1" "/proc/$(main_pid)/status"
}

# What it sees of the files, although root asks
in_its_files() {	# COMMAND...
	nsenter --mount --target "$(main_pid)" "$@"
}

write_configuration
cat >/etc/vrc/port/eth1.conf <<'END'
PORT_OPTIONS="--number 5"
PORT_SETTINGS="lease_ms=2000 max_stations=100"
END

check "vrcep@ starts" systemctl enable --now vrcep@eth0.service
check "it answers on its socket" soon vrcep --query /run/vrcep/eth0/status
check "without capabilities" in_status "CapPrm:[[:space:]]*0*"
check "as the user vrcep" in_status "Uid:[[:space:]]*$(id -u vrcep)[[:space:]].*"
check "behind a filter of system calls" in_status "Seccomp:[[:space:]]*2"
check "it may write its images" in_its_files sh -c 'touch /var/lib/vrc/here && rm /var/lib/vrc/here'
for path in /usr /etc /boot /home; do
	check_fails "but not to $path" in_its_files touch $path/here
done
check "it sees nothing of others' files in /tmp" is "$(touch /tmp/there; in_its_files ls /tmp)" ""
check "vrc-port@ starts" systemctl enable --now vrc-port@eth1.service
systemctl restart --no-block vrc-port@eth1.service
check "it can be stopped while it starts" systemctl stop vrc-port@eth1.service
check "and leaves no port" not test -e /sys/class/vrc/vrc5
check "it starts again" systemctl start vrc-port@eth1.service
check "the function is where the map says, on the port that was asked for" soon test -e "$bus/$fn"
check "settings of the port" is "$(cat /sys/class/vrc/vrc5/lease_ms)" 2000
type=$(basename "$bus/$fn"/mdev_supported_types/*)
check "mdevctl types knows the function" contains "$(mdevctl types)" "^$fn"
check "and its type" contains "$(mdevctl types --parent "$fn")" "^  $type"
check "mdevctl define" mdevctl define --uuid "$uuid" --parent "$fn" --type "$type" --auto
check "mdevctl start" mdevctl start --uuid "$uuid"
check "the function is up" state_is "$fn" up
check "mdevctl list" contains "$(mdevctl list)" "^$uuid $fn $type"
check "none is left" is "$(cat "$bus/$fn/mdev_supported_types/$type/available_instances")" 0
check "vrcctl map --save writes what --restore takes" contains "$(vrcctl map vrc5 --save -)" '^00000000000001ab=07:03'
check "mdevctl stop" mdevctl stop --uuid "$uuid"
# The next boot shall be without stations.
check "vrcep@ is disabled" systemctl disable vrcep@eth0.service
tap_end
