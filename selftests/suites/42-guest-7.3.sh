#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A guest of 7.3 uses the NVMe controller, the upstream endpoint test and the 82576. Its root host has 6.12:
# Documentation/lab.rst, "How a machine starts", tells why.
exec tools/lab/run --again --kernel 6.12 -- selftests/guest/run --guest 7.3 nvme endpoint igb
