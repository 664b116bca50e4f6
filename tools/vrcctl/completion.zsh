#compdef vrcctl
# SPDX-License-Identifier: GPL-2.0-only
# Completion of vrcctl for zsh: vrcctl itself knows what can come.

local -a candidates
candidates=(${(f)"$(${words[1]} --complete $((CURRENT - 1)) "${(@)words}" 2> /dev/null)"})
if [[ "$candidates" = FILE ]]; then
	_files
else
	compadd -- "${(@)candidates}"
fi
