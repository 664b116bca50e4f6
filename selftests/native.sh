# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# For suites that boot no machine: source it from selftests/suites, which leads to the repository.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# build DIRECTORY [TARGET]: builds selftests/DIRECTORY in the lab's tree into $out, or ends as a suite that failed
build()
{
	out=build/selftests/$1
	mkdir -p "$out"
	if ! tools/lab/chroot make -C "selftests/$1" -j2 O="$PWD/$out" ${2:+"$PWD/$out/$2"} >"$out/build.log" 2>&1; then
		tail -n 40 "$out/build.log"
		echo "1..1"
		echo "not ok 1 - selftests/$1 builds"
		exit 1
	fi
}
