#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A guest uses the NVMe controller, the upstream endpoint test and the 82576 on 6.1.
exec tools/lab/run --again --kernel 6.1 -- selftests/guest/run nvme endpoint igb
