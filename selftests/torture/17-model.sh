#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# spin with larger bounds. It sees every state, so there is nothing to seed.
cd "$(dirname "$0")/../.." || exit 1
mkdir -p build/selftests/model
exec tools/lab/chroot timeout 7200 selftests/model/run build/selftests/model long
