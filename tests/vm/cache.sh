# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The cache that lives outside of the checkout: what is downloaded or takes long to build. An entry
# is a directory named NAME-KEY, where KEY is the hash of everything the entry is made of. It is
# built beside its final name and renamed into place, under a lock for each name, so that runs may
# go side by side, and one that was killed leaves nothing that a later one would take for whole.

shopt -s inherit_errexit

VM_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck disable=SC2034 # for those who source this
TOP_DIR=$(cd "$VM_DIR/../.." && pwd)
# What make is given for the project's own directories has no place in the tools started from here.
unset MAKEFLAGS MAKELEVEL CDPATH
export LC_ALL=C
PATH=$PATH:/usr/sbin:/sbin

CACHE=${VFIOCTL_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/vfioctl}

say() {
	printf '%s: %s\n' "${0##*/}" "$*" >&2
}

die() {
	say "$*"
	exit 1
}

# cache_key FILE... - one hash over the content of all of them; the file '-' is stdin
cache_key() {
	cat -- "$@" | sha256sum | cut -c1-12
}

# cache_entry NAME KEY BUILDER [ARG...] - print the entry's directory, built first when it is not
# there. The builder is called with the new directory in front of its arguments, stdout to stderr.
# Entries of the same name that nobody has used for two weeks are removed.
cache_entry() {
	local name=$1 key=$2 dir tmp
	shift 2
	dir=$CACHE/$name-$key
	if [[ ! -e $dir ]]; then
		mkdir -p "$CACHE"
		exec {cache_lock}>"$CACHE/.$name.lock"
		flock "$cache_lock"
		if [[ ! -e $dir ]]; then
			rm -rf "$CACHE/.$name".new.*
			tmp=$(mktemp -d "$CACHE/.$name.new.XXXXXX")
			chmod 755 "$tmp"
			"$1" "$tmp" "${@:2}" >&2 {cache_lock}>&-
			find "$CACHE" -maxdepth 1 -name "$name-????????????" -mtime +14 \
				-exec rm -rf {} +
			mv "$tmp" "$dir"
		fi
		exec {cache_lock}>&-
	fi
	touch -c "$dir"
	printf '%s\n' "$dir"
}
