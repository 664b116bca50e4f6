#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# How many frames a read of 4 KiB takes by the guest's NVMe. With --icount, where no frame is late and sent again.
exec tools/lab/run --kernel 6.12 --icount --again -- selftests/guest/run reads
