#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The fuzzed frames, part 3 of 3.
exec selftests/torture/frames 3
