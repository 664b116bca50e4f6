#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The quickstart, typed as written, on two new Debian machines with the packages; it ends with the guest's disk mounted.
exec tools/lab/stock --topology two-hosts --again --timeout 1500 -- selftests/docs/run Documentation/quickstart.rst
