#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# In the guest: runs the commands that the root host leaves in a directory, NUMBER.sh, one after another, until there
# is a file "stop". What a command prints is between the lines "begin NUMBER" and "end NUMBER STATUS".
# usage: selftests/guest/agent.sh DIRECTORY
cd "$(dirname "$0")/../.." || exit 1
dir=${1:?the directory of the commands}
done=' '

next() {
	local file number
	for file in "$dir"/*.sh; do
		number=$(basename "$file" .sh)
		case $done in *" $number "*) continue ;; esac
		[ -e "$file" ] && echo "$number" && return
	done
	return 1
}

while [ ! -e "$dir/stop" ]; do
	if ! number=$(next); then
		sleep 0.3
		continue
	fi
	done+="$number "
	echo "begin $number"
	bash "$dir/$number.sh" </dev/null 2>&1
	echo "end $number $?"
done
