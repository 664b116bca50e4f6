#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vrcctl where no module is needed, under ASan and UBSan; and the examples of the specification.
out=build/selftests/vrcctl
sanitize="-O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all"

exec tools/lab/chroot bash -c "
	make -s -j2 -C tools/vrcctl BUILD=\$PWD/$out CFLAGS='$sanitize' >&2 || exit 1
	status=0
	selftests/vrcctl/codec.sh $out/vrcctl || status=1
	selftests/vrcctl/help.sh $out/vrcctl || status=1
	selftests/vrcctl/doc-examples $out/vrcctl Documentation/wire-protocol.rst || status=1
	exit \$status"
