#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The reference is complete: what the sources have is described. That it builds is 20-static's business.
exec selftests/docs/complete.sh
