#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Everything there is has its place in the reference: it is looked for in the sources. usage: complete.sh
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=selftests/lib.sh
. selftests/lib.sh

# all_in FILE PATTERN-BEFORE PATTERN-AFTER LEAST: the words on standard input stand in FILE between the patterns
all_in() {
	local word words bad=""
	words=$(sort -u)
	[ "$(wc -l <<<"$words")" -ge "$4" ] || { echo "only: $words"; return 1; }
	for word in $words; do
		grep -qE "$2$word$3" "$1" || bad="$bad $word"
	done
	is "not in $1:$bad" "not in $1:"
}

list_of() {	# NAME: the counters of a list in stats.h
	sed -n "/#define $1(X)/,/^\$/s/.*X(\([a-z_]*\)).*/\1/p" drivers/vrc/stats.h
}

attributes() {	# FILE...: names of attributes
	sed -nE 's/^static DEVICE_ATTR_(RO|RW|WO)\(([a-z_0-9]+)\).*/\2/p; s/^(STATION|CONFIG|PORT|SETTING)[A-Z_]*\(([a-z_]+),.*/\2/p' "$@"
}

trace_fields() {
	grep -oE '__(field|array)\([a-z0-9 ]+, [a-z_]+' drivers/vrc/trace.h | sed 's/.*, //'
}

# An enum's names without their prefix, in its order
tlp_types() {
	sed -n '/^enum vrc_tlp_type/,/};/s/^\tVRC_TLP_\([A-Z0-9]*\),.*/\1/p' drivers/vrc/proto/tlp.h | grep -v NR_
}

types_have_their_numbers() {
	local name n=0 text
	text=$(tr '\n' ' ' <Documentation/reference.rst | tr -s ' ')
	for name in $(tlp_types); do
		grep -qiE "\b$name $n\b" <<<"$text" || { echo "$name $n"; return 1; }
		n=$((n + 1))
	done
	[ $n -eq 12 ]
}

ep_options() {
	sed -n 's/^\t{ "\([a-z-]*\)", \(required\|no\)_argument.*/\1/p' tools/vrcep/main.c
}

check "tracepoints" all_in Documentation/reference.rst '``' '``' 6 \
	< <(sed -nE 's/^(TRACE_EVENT|DEFINE_EVENT)\((vrc_state, )?(vrc_[a-z_]+),.*/\3/p' drivers/vrc/trace.h)
check "their fields" all_in Documentation/reference.rst '``' '``' 15 < <(trace_fields)
check "numbers of TLP types" types_have_their_numbers
check "parameters of the module" all_in Documentation/reference.rst '``' '``' 1 \
	< <(grep -ohE 'module_param\([a-z_]+' drivers/vrc/*.c | sed 's/.*(//')
check "counters of a port" all_in Documentation/ABI/testing/sysfs-class-vrc '^		' ' ' 15 < <(list_of VRC_PORT_COUNTERS)
check "counters of a function" all_in Documentation/ABI/testing/sysfs-bus-vrc '^		' ' ' 25 < <(list_of VRC_FUNC_COUNTERS)
check "attributes of a port" all_in Documentation/ABI/testing/sysfs-class-vrc '/' '$' 8 < <(attributes drivers/vrc/sysfs_port.c)
check "attributes of a function" all_in Documentation/ABI/testing/sysfs-bus-vrc '/' '$' 15 < <(attributes drivers/vrc/sysfs_func.c | grep -vx -e latency_ns -e _name)
check "options of vrcep" all_in Documentation/vrcep.rst '``--' '``' 15 < <(ep_options | grep -v help)
check "every counter means something" is \
	"$(awk -f tools/vrcctl/mk-counters Documentation/ABI/testing/sysfs-class-vrc Documentation/ABI/testing/sysfs-bus-vrc |
		grep -c '^	{ "[a-z_]*", ".')" "$(($( (list_of VRC_PORT_COUNTERS; list_of VRC_FUNC_COUNTERS; echo latency_ns) | wc -l)))"
tap_end
