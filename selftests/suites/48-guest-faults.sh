#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A guest reads back what it has written while the network fails, and while station and QEMU die and come back.
exec tools/lab/run --again -- selftests/guest/faults.sh
