#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What vrcep does against hostile roots and neighbours is taken out of it, one thing at a time, by the patches in
# selftests/mutants/vrcep: the test of 13-vrcep.sh that its patch names must fail.
. selftests/lib.sh

tree=build/selftests/vrcep-mutants

copy_sources() {
	rm -rf $tree
	mkdir -p $tree
	cp -r --parents -t $tree drivers/vrc/proto include selftests/unit selftests/vrcep tools/vrcep
}

builds() {
	tools/lab/chroot make -s -C $tree/selftests/vrcep -j2 O="$PWD/$tree/out" CFLAGS=-O1
}

# The patch is taken out again even if what it names did not fail.
is_found() {	# PATCH
	local wanted status=0
	wanted=$(sed -n 's/^Fails: //p' "$1")
	patch --quiet --fuzz 0 --no-backup-if-mismatch --directory $tree --strip 0 <"$1" && builds || return
	tools/lab/chroot timeout 120 $tree/out/test-vrcep >"$tree/said" 2>&1
	grep -q "^not ok [0-9]* - $wanted" $tree/said || { tail -n 20 $tree/said; status=1; }
	patch --quiet --no-backup-if-mismatch --directory $tree --strip 0 --reverse <"$1" || return
	return $status
}

check "the sources are there" copy_sources
check "they build" builds
for patch in selftests/mutants/vrcep/*.patch; do
	check "without: $(sed -n 2p "$patch")" is_found "$patch"
done
tap_end
