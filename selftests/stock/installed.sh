#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What apt has installed works: the module that DKMS has built for this kernel, the programs, the units.
# shellcheck source=selftests/stock/lib.sh
. "$(dirname "$0")/lib.sh"

units_are_valid() {
	local said
	said=$(systemd-analyze verify vrcep@enp0s16.service vrc-port@enp0s17.service vrc-scan@enp0s17.service \
		vrc-scan@enp0s17.timer 2>&1)
	# It fails for want of the program man, too.
	is "$(grep -v 'man:.*man' <<<"$said" | grep vrc)" ""
}

check "DKMS has built the module for the kernel that runs" is "$(modinfo -n vrc | sed 's/\.[xz][zst]*$//')" \
	"/lib/modules/$(uname -r)/updates/dkms/vrc.ko"
check "and signed it" contains "$(modinfo -F signer vrc)" .
check "modprobe vrc" modprobe vrc
check "vrcctl reaches it" vrcctl port list
check "manual pages" test -s /usr/share/man/man8/vrcctl.8.gz -a -s /usr/share/man/man8/vrcep.8.gz
check "HTML" test -s /usr/share/doc/vrc-doc/html/index.html
check "the user of vrcep exists" getent passwd vrcep
check "systemd takes the units" units_are_valid
check "no unit has failed" is "$(systemctl --failed --plain --no-legend | grep vrc)" ""
tap_end
