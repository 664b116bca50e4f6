#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# In one root host: what vrcctl shows, the dissector on captures made there, and what the documentation says.
exec tools/lab/run --again -- bash -c '
	status=0
	selftests/vrcctl/lab.sh || status=1
	selftests/wireshark/lab.sh || status=1
	selftests/docs/run Documentation/howto.rst Documentation/troubleshooting.rst \
		Documentation/wireshark.rst Documentation/man/vrcctl*.rst || status=1
	exit $status'
