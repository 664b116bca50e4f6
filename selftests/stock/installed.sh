#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What apt has installed works: the module that DKMS has built for this kernel, the programs, the units.
# shellcheck source=selftests/stock/lib.sh
. "$(dirname "$0")/lib.sh"

units_are_valid() {
	is "$(systemd-analyze verify --man=no vrcep@eth0.service vrc-port@eth1.service vrc-scan@eth1.service \
		vrc-scan@eth1.timer 2>&1 | grep vrc)" ""
}

manual_pages() {
	local page
	for page in vrcctl.8 vrcep.8 vrc.4 vrc-howto.7 $(basename -as .rst Documentation/man/vrcctl-*.8.rst); do
		test -s "/usr/share/man/man${page##*.}/$page.gz" || { echo "no $page"; return 1; }
	done
}

check "DKMS has built the module for the kernel that runs" is "$(modinfo -n vrc | sed 's/\.[xz][zst]*$//')" \
	"/lib/modules/$(uname -r)/updates/dkms/vrc.ko"
check "and signed it" contains "$(modinfo -F signer vrc)" .
check "modprobe vrc" modprobe vrc
check "vrcctl reaches it" vrcctl port list
check "manual pages, of every verb, too" manual_pages
check "completion" test -s /usr/share/bash-completion/completions/vrcctl -a -s /usr/share/zsh/vendor-completions/_vrcctl
check "the dissector" test -s "$(echo /usr/lib/*/wireshark/plugins/vrc/vrc.lua)"
check "recipes for bpftrace" test -x /usr/share/vrc/tracing/tlp-latency.bt
check "HTML" test -s /usr/share/doc/vrc-doc/html/index.html
check "the user of vrcep exists" getent passwd vrcep
check "systemd takes the units" units_are_valid
check "no unit has failed" is "$(systemctl --failed --plain --no-legend | grep vrc)" ""
tap_end
