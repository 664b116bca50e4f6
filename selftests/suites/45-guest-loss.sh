#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The guest's NVMe run while 5 % of all frames are lost, both ways.
exec tools/lab/run --again -- selftests/guest/run --loss 5 nvme
