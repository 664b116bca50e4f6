#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The fuzzed frames, part 2 of 3.
exec selftests/torture/frames 2
