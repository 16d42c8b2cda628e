# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Completion of vfioctl for bash with bash-completion. All it offers comes from the program itself,
# so that it cannot tell of a verb, an option or a column that is not there.

# _vfioctl_offer CUR [PREFIX] - offers those words of stdin that begin with CUR, PREFIX before them.
# A word with a backslash stands for hostile bytes, which a command line cannot hold as they are.
_vfioctl_offer() {
	local word
	while IFS= read -r word; do
		[[ $word == *\\* || $word != "$1"* ]] || COMPREPLY+=("${2-}$word")
	done
}

# _vfioctl_offer_list CUR - of a list apart by commas, offers those words of stdin that it has not
# yet. Upper case is answered in upper case.
_vfioctl_offer_list() {
	local last=${1##*,} before word
	before=${1%"$last"}
	if [[ -z $before && $last == +* ]]; then
		before=+ last=${last#+}
	fi
	while IFS= read -r word; do
		[[ $last$before != *[[:upper:]]* ]] || word=${word^^}
		[[ ,${before#+} != *,"$word",* && $word == "$last"* ]] || continue
		COMPREPLY+=("$before$word")
	done
	compopt -o nospace
}

# _vfioctl_devices PROGRAM VERB COLUMN - a column of the devices that make sense for the verb
_vfioctl_devices() {
	"$1" devices -nr -o "role,vfio,$3" 2>/dev/null | while read -r role vfio value; do
		case $2 in
		bind) [[ $role == endpoint && $vfio == no ]] || continue ;;
		unbind | probe) [[ $vfio == yes ]] || continue ;;
		reset) [[ $role == endpoint ]] || continue ;;
		esac
		[[ -z $value ]] || printf '%s\n' "$value"
	done | sort -u
}

# What of: takes: interfaces, and once there is a slash, paths.
_vfioctl_of() {
	local interface path
	if [[ $1 == of:/* ]]; then
		while IFS= read -r path; do
			[[ ! -d $path ]] || path+=/
			printf 'of:%s\n' "$path"
		done < <(compgen -f -- "${1#of:}")
		return
	fi
	printf 'of:/\n'
	for interface in /sys/class/net/*; do
		[[ ! -e $interface ]] || printf 'of:%s\n' "${interface##*/}"
	done
}

_vfioctl_selectors() {
	local program=$1 verb=$2
	case $cur in
	driver:*) _vfioctl_offer "$cur" < <(_vfioctl_devices "$program" "$verb" driver | sed 's/^/driver:/') ;;
	group:*) _vfioctl_offer "$cur" < <(_vfioctl_devices "$program" "$verb" group | sed 's/^/group:/') ;;
	class:*) _vfioctl_offer "$cur" < <("$program" --list-classes | sed 's/^/class:/') ;;
	of:*) _vfioctl_offer "$cur" < <(_vfioctl_of "$cur") ;;
	*)
		_vfioctl_offer "$cur" < <(_vfioctl_devices "$program" "$verb" bdf)
		# Without its domain, which is 0000 then.
		[[ ! $cur =~ ^[[:xdigit:]]{1,2}: ]] ||
			_vfioctl_offer "$cur" < <(_vfioctl_devices "$program" "$verb" bdf | sed -n 's/^0000://p')
		[[ ! $cur =~ ^[[:xdigit:]]{4}: ]] ||
			_vfioctl_offer "$cur" < <(_vfioctl_devices "$program" "$verb" id)
		_vfioctl_offer "$cur" <<<$'class:\ndriver:\ngroup:\nof:'
		;;
	esac
	[[ ${#COMPREPLY[@]} != 1 || ${COMPREPLY[0]} != *[:/] ]] || compopt -o nospace
	__ltrim_colon_completions "$cur"
}

# _vfioctl_whitelist PROGRAM ACT PLACE - what follows the verb at PLACE
_vfioctl_whitelist() {
	if (($3 == 1)); then
		_vfioctl_offer "$cur" <<<$'add\napply\nremove\nreset'
	elif [[ $2 == remove ]]; then
		_vfioctl_offer "$cur" < <("$1" whitelist -nr -o driver,source 2>/dev/null |
			sed -n 's,^\([^ ]*\) /.*,\1,p')
	elif [[ $2 == add ]]; then
		_vfioctl_offer "$cur" < <(printf '%s\n' /sys/bus/pci/drivers/* | sed 's,.*/,,')
	fi
}

_vfioctl_options() {
	_vfioctl_offer "$cur" < <("$@" 2>/dev/null)
	[[ ${#COMPREPLY[@]} != 1 || ${COMPREPLY[0]} != *= ]] || compopt -o nospace
}

# _vfioctl_value PROGRAM VERB OPTION - what an option takes; fails for one that takes nothing
_vfioctl_value() {
	case $3 in
	--output)
		_vfioctl_offer_list "$cur" < <("$1" --list-columns="$2" 2>/dev/null |
			tr '[:upper:]' '[:lower:]')
		;;
	--allow) _vfioctl_offer_list "$cur" < <("$1" --list-reasons 2>/dev/null) ;;
	--backend) _vfioctl_offer "$cur" <<<$'cdev\ngroup' ;;
	--method) _vfioctl_offer_list "$cur" <<<$'acpi\naf_flr\nbus\ndefault\ndevice_specific\nflr\npm' ;;
	--allow-driver) _vfioctl_offer_list "$cur" < <(printf '%s\n' /sys/bus/pci/drivers/* | sed 's,.*/,,') ;;
	--driver) _vfioctl_offer "$cur" < <(printf '%s\n' /sys/bus/pci/drivers/* | sed 's,.*/,,') ;;
	--list-opts | --list-columns) _vfioctl_offer "$cur" < <("$1" --list-cmds) ;;
	--*) "$1" --list-opts="$2" 2>/dev/null | grep -qxF -- "$3=" ;;
	# One letter, or several of which the last takes the value.
	-*o) _vfioctl_value "$1" "$2" --output ;;
	*) return 1 ;;
	esac
}

_vfioctl() {
	local cur prev words cword split verb='' i
	_init_completion -s -n : || return
	local program=${words[0]/#~/$HOME}

	for ((i = 1; i < cword; i++)); do
		[[ ${words[i]} != -* ]] || continue
		verb=${words[i]}
		break
	done
	! _vfioctl_value "$program" "$verb" "$prev" || return 0
	! $split || return 0
	if [[ -z $verb ]]; then
		if [[ $cur == -* ]]; then
			_vfioctl_options "$program" --list-opts
		else
			_vfioctl_offer "$cur" < <("$program" --list-cmds 2>/dev/null)
		fi
	elif [[ $verb == help ]]; then
		_vfioctl_offer "$cur" < <("$program" --list-cmds 2>/dev/null | grep -vx help)
	elif [[ $cur == -* ]]; then
		_vfioctl_options "$program" --list-opts="$verb"
	elif [[ $verb == whitelist ]]; then
		_vfioctl_whitelist "$program" "${words[i + 1]}" $((cword - i))
	elif "$program" help "$verb" 2>/dev/null | grep -q '^Usage:.*SELECTOR'; then
		_vfioctl_selectors "$program" "$verb"
	fi
} &&
	complete -F _vfioctl vfioctl
