# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# For the tests that run in a stock Debian with the packages of VRC (tools/lab/stock): stations on eth0, the port
# on eth1, which are the ends of one cable.

cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
. selftests/lib.sh

bus=/sys/bus/vrc/devices
# shellcheck disable=SC2034
{
	uuid=3a6e1c0e-4f0b-4c53-9c36-0d4f6f0b9d6e
	fn=vrc5:07:03.0
}

not() {
	! "$@"
}

# Two machines boot beside each other under emulation: what a person would call long is not an error.
soon() {
	wait_for 240 "$@"
}

state_is() {	# FUNC STATE
	is "$(cat "$bus/$1/state")" "$2"
}

# Stations on eth0, and the place of their first on the port of eth1
write_configuration() {
	cat >/etc/vrc/vrcep/eth0.json <<-'END'
	{
		"stations": [
			{
				"name": "shelf1",
				"serial": "0x1ab",
				"functions": [
					{ "model": "nvme", "path": "/var/lib/vrc/disk.img" },
					{ "model": "test" }
				]
			}
		]
	}
	END
	echo "1ab=07:03	# shelf1" >/etc/vrc/map/eth1
	install -d /var/lib/vrc
	truncate -s 64M /var/lib/vrc/disk.img
}
