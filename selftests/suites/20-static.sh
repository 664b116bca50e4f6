#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What can be said without running anything: compilers with all warnings,
# sparse and checkpatch on the three kernels, shellcheck, Sphinx.
. selftests/lib.sh

kernels="6.1 6.12 7.3"

# Everything is compiled anew, in a directory of its own, and nothing is said but what is done. That
# sparse has seen every file is counted: kbuild goes on without it if it cannot use it.
compiles_silently() {	# KERNEL
	local out=build/static/$1 log
	rm -rf "$out"
	log=$(tools/lab/chroot make module KDIR="$(tools/lab/kernel "$1" kdir)" OUT="$out" \
		KFLAGS="CC=gcc W=1 C=2 CF='-include $PWD/selftests/sparse.h'" 2>&1) ||
		{ printf '%s\n' "$log"; return 1; }
	is "$(said "$log")" "" &&
		is "$(grep -cE '^  CHECK ' <<<"$log") files" "$(find drivers/vrc -name '*.c' | wc -l) files"
}

# What a build says that is neither a step of it nor known: Debian's kernels come without a vmlinux.
said() {
	grep -vE -e '^  [A-Z]+( \[M\])? ' -e '^make' -e '^Skipping BTF generation' <<<"$1"
}

# What is not for the kernel is looked at once, by the newest.
sources() {	# KERNEL
	git ls-files 'drivers/vrc/*.[ch]' 'include/uapi/*.h'
	[ "$1" != 7.3 ] || git ls-files 'selftests/*.[ch]' 'tools/*.[ch]'
}

# checkpatch as such: one line for each thing it says.
run_checkpatch() {	# KERNEL
	# shellcheck disable=SC2046
	tools/lab/chroot "/usr/src/vrc-linux-$1/scripts/checkpatch.pl" --no-tree --strict --terse --quiet \
		--no-summary --show-types --max-line-length=100 \
		--file $(sources "$1")
}

# The lines of $2 that the exception list $1 does not cover. Exceptions that cover one go to $3.
without_exceptions() {
	local line glob type reason
	while read -r line; do
		while read -r glob type reason; do
			# shellcheck disable=SC2053
			if [[ -n $reason && ${line%%:*} == $glob && $line =~ :\ [A-Z]+:$type:\  ]]; then
				echo "$glob $type" >>"$3"
				continue 2
			fi
		done <"$1"
		printf '%s\n' "$line"
	done <"$2"
}

# Exceptions, with reasons, are in selftests/checkpatch-exceptions.
exceptions() {
	sed -e 's/#.*//' selftests/checkpatch-exceptions | grep '[^[:space:]]'
}

checkpatch() {	# KERNEL
	local said=build/static/checkpatch-$1
	# It fails when it has something to say; what matters is what that is, and that it did run.
	run_checkpatch "$1" >"$said" 2>&1
	[ $? -le 1 ] && is "$(without_exceptions build/static/exceptions "$said" build/static/excepted)" ""
}

exceptions_are_needed() {
	local glob type reason bad=0
	while read -r glob type reason; do
		[ -n "$reason" ] || { echo "$glob $type: no reason is given"; bad=1; }
		grep -qxF "$glob $type" build/static/excepted || { echo "$glob $type: not needed"; bad=1; }
	done <build/static/exceptions
	return $bad
}

shell_scripts() {
	git ls-files | while read -r file; do
		head -n 1 "$file" 2>/dev/null | grep -qE '^#!.*\b(ba)?sh$|shellcheck shell' && echo "$file"
	done
	git ls-files '*.sh'
}

shellcheck_is_silent() {
	# shellcheck disable=SC2046
	tools/lab/chroot shellcheck -x -P "$PWD" -S warning $(shell_scripts | sort -u)
}

# But for data and those whose form has no comments, for which debian/copyright speaks.
every_file_has_a_licence() {
	local file bad=0
	for file in $(git ls-files | grep -vE -e '/corpus/|^COPYING$|\.(json|pcap)$' \
		-e '^debian/(changelog|copyright|source/format|.*\.doc-base)$|/MAINTAINERS$'); do
		[ -L "$file" ] || head -n 3 "$file" | grep -q 'SPDX-License-Identifier: ' || { echo "$file"; bad=1; }
	done
	return $bad
}

versions_only_in_compat() {
	! git grep -nE 'LINUX_VERSION_CODE|KERNEL_VERSION\(' -- '*.[ch]' ':!*compat.h'
}

nothing_left_behind() {
	! git grep -nwE 'TODO|FIXME|XXX|HACK' -- ':!selftests/suites/20-static.sh'
}

# torture/50-mutants.sh builds and runs them.
mutants_apply() {
	local patch bad=0
	for patch in selftests/mutants/*.patch; do
		tools/lab/chroot patch --dry-run --quiet --fuzz 0 --strip 0 --input "$patch" || { echo "$patch"; bad=1; }
	done
	return $bad
}

documentation_builds() {
	make -s docs
}

mkdir -p build/static
exceptions >build/static/exceptions
: >build/static/excepted
for kernel in $kernels; do
	check "W=1 and sparse are silent on $kernel" compiles_silently "$kernel"
	check "checkpatch --strict of $kernel is silent" checkpatch "$kernel"
done
check "every exception for checkpatch has a reason and is needed" exceptions_are_needed
check "shellcheck is silent" shellcheck_is_silent
check "every file names its licence" every_file_has_a_licence
check "kernel versions are known in compat.h only" versions_only_in_compat
check "nothing is left for later" nothing_left_behind
check "what the mutants take out is there" mutants_apply
check "the documentation builds without warnings" documentation_builds
tap_end
