# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Shared by the lab's scripts: where things are, and how they are built once.

LAB=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# For the scripts that source this file.
# shellcheck disable=SC2034
REPO=$(cd "$LAB/../.." && pwd -P)
CACHE=${VRC_CACHE:-${HOME:-/root}/.cache/vrc}

# Exit statuses of the lab itself, above those that commands commonly return.
# shellcheck disable=SC2034
{
	LAB_USAGE=2
	LAB_TIMEOUT=124
	LAB_FAILED=125		# did not boot, crashed, or could not be built
	LAB_SPLAT=126		# the command ended, but the kernel complained
}

die()
{
	echo "${0##*/}: $*" >&2
	exit "${LAB_STATUS:-$LAB_FAILED}"
}

usage_error()
{
	LAB_STATUS=$LAB_USAGE die "$*"
}

# Progress goes to a person only: a script that calls the lab wants its command's output.
progress()
{
	[[ ! -t 2 ]] || echo "lab: $*" >&2
}

need_root()
{
	[[ $(id -u) -eq 0 ]] || die "needs root (for chroot, mounts and namespaces); you are uid $(id -u)"
}

# content_key FILE-OR-STRING...: a name for everything that decides what a build makes
content_key()
{
	local input

	for input; do
		if [[ -f $input ]]; then
			sha256sum < "$input"
		else
			echo "$input"
		fi
	done | sha256sum | cut -c 1-16
}

# build_once NAME KEY COMMAND...: print the path of NAME-KEY in the cache, having made it with
# `COMMAND... TEMPDIR` when it was not there. Two callers never build the same thing at once, and a
# build that was cut off leaves nothing that looks finished.
build_once()
{
	local name=$1 key=$2 out lock log status
	shift 2
	out=$CACHE/$name-$key log=$CACHE/$name-$key.log

	if [[ ! -e $out ]]; then
		mkdir -p "$CACHE"
		exec {lock}> "$CACHE/$name-$key.lock"
		flock "$lock"
		if [[ ! -e $out ]]; then
			progress "making $name (once; log in $log)"
			rm -rf "$out.tmp"
			mkdir "$out.tmp"
			# Not in a condition, where set -e would not hold.
			set +e
			(set -e; "$@" "$out.tmp") > "$log" 2>&1 {lock}>&- < /dev/null
			status=$?
			set -e
			if ((status != 0)); then
				tail -n 30 "$log" >&2
				die "making $name failed; the whole log is $log"
			fi
			mv -T "$out.tmp" "$out"
		fi
		exec {lock}>&-
	fi
	echo "$out"
}

# find_qemu VERSION: set "program" to the beginning of its command line, in the tree or a machine made of it
# shellcheck disable=SC2034
find_qemu()
{
	local prefix=/opt/qemu-$1

	case $1 in
	10.0)	program=(qemu-system-x86_64) ;;
	11.1)	program=(env "QEMU_MODULE_DIR=$prefix/usr/lib/x86_64-linux-gnu/qemu"
			"$prefix/usr/bin/qemu-system-x86_64" -L "$prefix/usr/share/qemu"
			-L "$prefix/usr/share/seabios" -L /usr/lib/ipxe/qemu) ;;
	*)	usage_error "no QEMU '$1', expected 10.0 or 11.1" ;;
	esac
}

# choose_accelerator: set "accel" to tcg or kvm, "accelerator" to its options for QEMU, and "processors" to those that
# tasks may have, if not all. A nested kernel needs SVM, which QEMU emulates; KVM is of use only where the processor itself has
# it. Of several emulated processors nobody works on the first: Documentation/lab.rst, "How a machine starts", tells why.
# shellcheck disable=SC2034
choose_accelerator()
{
	accel=tcg processors=''
	if [[ -n ${icount:-} ]]; then
		accelerator=(-accel "tcg,thread=single" -cpu "EPYC,+svm" -smp 1 -icount "shift=0,sleep=off")
	elif [[ -w /dev/kvm ]] && grep -qwE 'vmx|svm' /proc/cpuinfo; then
		accel=kvm
		accelerator=(-accel kvm -cpu host -smp 2)
	else
		accelerator=(-accel "tcg,thread=multi" -cpu "EPYC,+svm" -smp 3)
		processors=1-2
	fi
}

# lost_by_emulator: the machine of $dir ended by a signal, by a triple fault, or by a panic in which VRC has no part, of
# KVM, because a processor did not answer another, or because it ran a breakpoint that is not in memory any more
# shellcheck disable=SC2154
lost_by_emulator()
{
	! grep -qE '^Triple fault|^QEMU ended with status 1[2-9]' "$dir"/*.reset "$dir/host.qemu" || return 0
	grep -q 'Kernel panic' "$dir/host.console" &&
		grep -qE '\[kvm(_amd)?\]|smp_call_function_many_cond|Oops: int3:' "$dir/host.console" &&
		! grep -q '\[vrc\]' "$dir/host.console"
}

# start_over: begin anew, once, when the machine hung before it had begun, or, with --again, the emulator has lost it.
# Documentation/lab.rst, "How a machine starts", tells what is known of it.
# shellcheck disable=SC2154
start_over()
{
	[[ ${accelerator[1]} = tcg* && -z ${VRC_STARTED_OVER:-} ]] || return 0
	[[ -e $dir/hung ]] || { [[ -n $again ]] && lost_by_emulator; } || return 0
	cleanup
	echo "# lab: the emulator lost the machine, started over: $dir"
	VRC_STARTED_OVER=yes exec "$LAB/${0##*/}" "${arguments[@]}"
}
