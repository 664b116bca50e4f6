#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Root host and device host are two machines with real NIC drivers.
exec tools/lab/run --again --topology two-hosts -- selftests/guest/run nvme experiment
