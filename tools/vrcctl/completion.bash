# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Completion of vrcctl for bash: vrcctl itself knows what can come. For bash-completion 2.

_vrcctl()
{
	local cur words cword
	_get_comp_words_by_ref -n := cur words cword
	mapfile -t COMPREPLY < <("${words[0]}" --complete "$cword" "${words[@]}" 2> /dev/null)
	if [[ ${COMPREPLY[*]} = FILE ]]; then
		COMPREPLY=()
		compopt -o default
		return
	fi
	# Names of functions have colons, at which bash takes words apart.
	__ltrim_colon_completions "$cur"
}
complete -F _vrcctl vrcctl
