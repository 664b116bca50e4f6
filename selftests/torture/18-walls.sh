#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A neighbour that hammers on vrcep within its walls, with four million frames and not four hundred thousand.
FRAMES=1000000 LIMIT=5000 exec "$(dirname "$0")/../suites/18-walls.sh"
