#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# After a reboot the port is there by itself; its station comes late, and the mdev starts all the same.
# shellcheck source=selftests/stock/lib.sh
. "$(dirname "$0")/lib.sh"

check "the port is there after the reboot" soon systemctl is-active vrc-port@eth1.service
check "with its number" test -e /sys/class/vrc/vrc5
check "no station, no function" not test -e "$bus/$fn"
sleep 5
check "the station comes" systemctl enable --now vrcep@eth0.service
check "its mdev starts by itself" soon test -e "/sys/bus/mdev/devices/$uuid"
check "and is up" state_is "$fn" up
check "the station goes" systemctl stop vrcep@eth0.service
check "the function is down" soon state_is "$fn" down
check "the station returns" systemctl start vrcep@eth0.service
check "the function is up again, with the same mdev" soon state_is "$fn" up
tap_end
