#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The same with a guest, and what dies and returns.
exec tools/lab/run --again --timeout 14400 -- selftests/guest/faults.sh --seconds 30
