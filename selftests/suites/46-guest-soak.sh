#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The stock igb driver at 1 % loss and reordering, for half a minute; "--seconds 1800" for longer.
exec tools/lab/run --again -- selftests/guest/run --seconds 30 soak
