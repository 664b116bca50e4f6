#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What vrcctl says of itself: help, manual, completions in the shells that use them. usage: help.sh VRCCTL
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=selftests/lib.sh
. selftests/lib.sh

vrcctl=$(realpath "$1")
home=$(mktemp -d)
trap 'rm -rf "$home" "$tap_out"' EXIT
ln -s "$vrcctl" "$home/vrcctl"
PATH=$home:$PATH
verbs=$(vrcctl --complete 1 vrcctl "")
manual=Documentation/man

# The options that a verb takes are those that its page explains; all take the common ones.
options_are_documented() {	# VERB
	is "$(vrcctl --complete 2 vrcctl "$1" -- | grep -vxE -- '--(json|verbose|color|help)')" \
		"$(vrcctl "$1" --help | grep -oE '^-[a-z].*, --[a-z]+' | grep -oE -- '--[a-z]+$' | grep -vxE -- '--(json|verbose)')"
}

explains_itself() {	# VERB
	local help
	help=$(vrcctl "$1" --help) || return
	contains "$help" "^usage: vrcctl $1" && contains "$help" "^  (#|\\$) .*vrcctl" &&
		contains "$help" "^The manual: vrcctl-$1\\(8\\)" && ! grep -nE '``|\*\*|^\.\. |:[a-z]+:`' <<<"$help" &&
		! grep -nE '.{141}' <<<"$help"
}

verbs_are_listed() {
	is "$(vrcctl --help | sed -n 's/^  \([a-z]*\)  *[A-Z].*/\1/p')" "$verbs" &&
		is "$(cd $manual && ls vrcctl-*.8.rst)" "$(printf 'vrcctl-%s.8.rst\n' $verbs | sort)"
}

# What errors and the doctor point to is there.
pointers_lead_somewhere() {
	local entry entries bad=""
	entries=$(grep -ohE '(fail_see\([A-Z_]+, |advise\(|check_counter\(.*, )"[a-z-]+"' tools/vrcctl/*.c |
		grep -oE '"[a-z-]+"$' | tr -d '"' | sort -u)
	[ "$(wc -l <<<"$entries")" -gt 8 ] || { echo "only: $entries"; return 1; }
	entries+=$'\n'$(grep -ohE 'troubleshooting\(7\): [a-z-]+' tools/vrcep/*.c tools/vrcep/models/*.c | sed 's/.*: //' | sort -u)
	for entry in $entries; do
		grep -qE "^\*$entry\*$" Documentation/troubleshooting.rst || bad="$bad $entry"
	done
	is "$bad" ""
}

# bash_offers WORD...: what bash-completion offers for the last word, on one line
bash_offers() {
	bash -c '
		. /usr/share/bash-completion/bash_completion
		. tools/vrcctl/completion.bash
		COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMP_LINE="$*" COMP_POINT=${#COMP_LINE}
		compopt() { echo "compopt $*"; }
		_vrcctl
		echo "${COMPREPLY[*]}"' bash "$@"
}

zsh_offers() {
	zsh -f -c '
		compadd() { shift; print -r -- "$@" }
		_files() { print files }
		words=("$@") CURRENT=$#
		. tools/vrcctl/completion.zsh' zsh "$@"
}

for verb in $verbs; do
	check "$verb explains itself" explains_itself "$verb"
	check "$verb: its options are those of the manual" options_are_documented "$verb"
done
check "all verbs are listed, and have pages" verbs_are_listed
check "vrc-troubleshooting(7) has what messages point to" pointers_lead_somewhere
for shell in bash zsh; do
	check "$shell: verbs" is "$(${shell}_offers vrcctl s)" "scan show set stats"
	check "$shell: options" is "$(${shell}_offers vrcctl scan --f)" --forget
	check "$shell: common options" is "$(${shell}_offers vrcctl scan --j)" --json
	check "$shell: interfaces" is "$(${shell}_offers vrcctl scan l)" lo
	check "$shell: values of options" is "$(${shell}_offers vrcctl stats --format o)" openmetrics
	check "$shell: what follows an option before the verb" is "$(${shell}_offers vrcctl --json --color never tr)" tree
	check "$shell: commands of port" is "$(${shell}_offers vrcctl port a)" add
	check "$shell: interfaces for port add" is "$(${shell}_offers vrcctl port add l)" lo
	check "$shell: layers" is "$(${shell}_offers vrcctl encode CfgR)" "CfgRd0 CfgRd1"
done
check "bash: files" contains "$(bash_offers vrcctl capture -w "")" 'compopt -o default'
check "zsh: files" is "$(zsh_offers vrcctl capture -w "")" files
check "no colours but on a terminal" bash -c '! vrcctl --help | grep -q "$(printf "\033")"'
check "metrics without a module" bash -c '
	vrcctl stats --format openmetrics | python3 -c "
import sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse
print(len(list(parse(sys.stdin.read()))))"'
tap_end
