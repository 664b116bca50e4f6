#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Three VMs on one station at the same time.
exec tools/lab/run --again -- selftests/guest/several.sh
