#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# libvirt on a stock trixie: parents of mdevs, nodedev-define and -start.
exec tools/lab/stock --again --timeout 1500 -- sh -c 'selftests/stock/configure.sh && selftests/stock/libvirt.sh'
