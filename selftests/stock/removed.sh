#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Removal leaves nothing but the data that is the user's.
# shellcheck source=selftests/stock/lib.sh
. "$(dirname "$0")/lib.sh"

purge() {
	apt-get -y purge vrc-dkms vrc-tools vrc-doc
}

# Everywhere but in the repository, in kernel file systems and in logs
left() {
	find / -xdev -path "$PWD" -prune -o -path "$VRC_CACHE" -prune -o -path /var/log -prune -o -path /var/lib/vrc/disk.img -prune -o \
		-path /run -prune -o -path '/etc/mdevctl.d*' -prune -o -name '*vrc*' -print
}

mdevctl stop --uuid "$uuid" 2>/dev/null
check "apt purge" purge
check "the module is not loaded" not test -e /sys/module/vrc
check "depmod knows none" not modinfo vrc
check "no process is left" not pgrep -x vrcep
rm -rf /var/lib/vrc
check "nothing is left on the disk" is "$(left)" ""
tap_end
