#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A guest reads back what it has written while the network fails. That station and QEMU die and come back takes
# a quarter of an hour more: selftests/torture/74-faults-guest.sh.
exec tools/lab/run --again -- selftests/guest/faults.sh network
