# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# For selftests/run and selftests/torture/run: runs programs that print TAP and keeps what came of them in
# $logs/NAME.log and .result ("PASSED FAILED SKIPPED"). $limit: seconds for one of them.
# shellcheck disable=SC2154

count() {	# REGEX LOG
	grep -cE "$1" "$2"
}

run_suite() {	# SCRIPT
	local name log status=0 ok bad skip again
	name=$(basename "$1" .sh)
	log=$logs/$name.log
	SECONDS=0
	timeout -k 10 $limit "$1" >"$log" 2>&1 </dev/null || status=$?
	# What came before a machine was lost and started over comes again.
	again=$(grep -n '^# lab: .*started over' "$log" | cut -d: -f1)
	[ -z "$again" ] || sed -i "1,$((again - 1))d" "$log"
	skip=$(count '^ok .*# SKIP' "$log")
	ok=$(($(count '^ok ' "$log") - skip))
	bad=$(count '^not ok ' "$log")
	# A suite that fails without saying what, or says nothing at all, is a failure of its own.
	if [ "$bad" -eq 0 ] && { [ $status -ne 0 ] || [ $((ok + skip)) -eq 0 ]; }; then
		echo "not ok - $name: exit status $status" >>"$log"
		bad=1
	fi
	echo "$ok $bad $skip" >"$logs/$name.result"
	# At once, so that the lines of two suites do not mix.
	if [ "$bad" -eq 0 ]; then
		echo "ok $name: $ok passed, 0 failed, $skip skipped, $SECONDS s${again:+, started over}"
	else
		printf '%s\n' "not ok $name: $ok passed, $bad failed, $skip skipped, $SECONDS s
$(show_failures "$log")"
	fi
}

# Short, because who reads the output of CI sees only its beginning and its end: what failed, the
# first complaint of a kernel, and the end.
show_failures() {
	grep -E -A 6 '^not ok ' "$1" | head -n 40 | sed 's/^/    /'
	if tools/lab/splats "$1" >"$1.splats"; then
		echo "    ... a kernel complained:"
		head -n 25 "$1.splats" | sed 's/^/    /'
	fi
	echo "    ... the last lines of $1:"
	tail -n 8 "$1" | sed 's/^/    /'
}

# sum_up RESULT-FILE...: in $passed, $failed and $skipped
sum_up() {
	local result ok bad skip
	passed=0 failed=0 skipped=0
	for result; do
		read -r ok bad skip <"$result"
		passed=$((passed + ok)) failed=$((failed + bad)) skipped=$((skipped + skip))
	done
}

# Two run at a time: each takes from its end of the queue, until they meet.

fill_queue() {	# SCRIPT...
	: >"$logs/queue"
	[ $# -eq 0 ] || printf '%s\n' "$@" >"$logs/queue"
}

take() {	# 1|$: the first or the last
	(
		flock 9
		sed -n "$1p" "$logs/queue"
		sed -i "$1d" "$logs/queue"
	) 9>"$logs/queue.lock"
}

run_lane() {	# 1|$ COMMAND
	local script
	while script=$(take "$1") && [ -n "$script" ]; do
		"$2" "$script"
	done
}

# run_lanes COMMAND...: each beside the others. All are waited for, since a shell minds no signal while a program of
# its own runs in the foreground. timeout has a process group of its own and passes what it gets on to it.
run_lanes() {
	local lane lanes=()
	for lane; do
		$lane &
		lanes+=($!)
	done
	trap 'kill $(pgrep -P "$(IFS=,; echo "${lanes[*]}")") "${lanes[@]}" 2>/dev/null; exit 130' INT TERM
	wait "${lanes[@]}"
	trap - INT TERM
}
