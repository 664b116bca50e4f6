#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# spin checks the model of the protocol, and finds what goes wrong without each of its mechanisms.
set -euo pipefail
cd "$(dirname "$0")/../.."
mkdir -p build/selftests/model
exec tools/lab/chroot timeout 900 selftests/model/run build/selftests/model
