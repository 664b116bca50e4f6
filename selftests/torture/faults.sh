#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Each fault of the network for half a minute and not for seconds, with the test device on every kernel, and with a guest.
# usage: selftests/torture/faults.sh [SECONDS]
cd "$(dirname "$0")/../.." || exit 1

seconds=${1:-30} count=0 failed=0

# Numbers the results of one machine on.
renumber() {	# NAME
	local line
	while IFS= read -r line; do
		case $line in
		"ok "*|"not ok "*)
			count=$((count + 1))
			[ "${line%%ok*}" = "" ] || failed=1
			echo "${line%%ok*}ok $count - $1: ${line#* - }"
			;;
		1..*)	;;
		*)	echo "# ${line#\# }" ;;
		esac
	done
}

machine() {	# NAME KERNEL COMMAND...
	local name=$1 kernel=$2 status
	shift 2
	renumber "$name" < <(tools/lab/run --kernel "$kernel" --timeout 14400 -- "$@" 2>&1; echo "status $?") >build/faults.out
	status=$(sed -n 's/^# status //p' build/faults.out)
	cat build/faults.out
	count=$((count + 1))
	if [ "$status" = 0 ]; then
		echo "ok $count - $name: the machine's status is 0"
	else
		echo "not ok $count - $name: the machine's status is $status"
		failed=1
	fi
}

mkdir -p build
tools/lab/chroot make -s -C selftests programs >&2 || exit 1
for kernel in 6.1 6.12 7.3; do
	machine "module on $kernel" $kernel selftests/module/faults.sh "$seconds"
done
machine "guest" 6.12 selftests/guest/faults.sh --seconds "$seconds"
echo "1..$count"
exit $failed
