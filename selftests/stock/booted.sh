#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# After another reboot everything is there by itself.
# shellcheck source=selftests/stock/lib.sh
. "$(dirname "$0")/lib.sh"

check "after the reboot the mdev is there" soon test -e "/sys/bus/mdev/devices/$uuid"
check "and up" soon state_is "$fn" up
check "in its place" is "$(cat "$bus/$fn/label")" "$uuid"
check "the station answers" vrcctl ping -c 3 -i 0.1 "$fn"
check "no unit has failed" is "$(systemctl --failed --plain --no-legend | grep vrc)" ""
tap_end
