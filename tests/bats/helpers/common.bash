# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What every bats file loads first.

bats_require_minimum_version 1.5.0

# libraries - those of bats, as one list of functions that is made once: each test loads them anew,
# and they start forty processes for it, which takes a second in a guest.
libraries() {
	local all=$BATS_RUN_TMPDIR/libraries
	if [[ ! -e $all ]]; then
		bash -c 'for name in support assert file; do source "/usr/lib/bats/bats-$name/load.bash"
			done; declare -f' >"$all.$$"
		mv "$all.$$" "$all"
	fi
	# shellcheck source=/dev/null
	source "$all"
}
libraries

# The program under test: installed in a guest, freshly built on the host.
: "${VFIOCTL:=$(cd "$BATS_TEST_DIRNAME" && git rev-parse --show-toplevel)/build/vfioctl}"
export VFIOCTL

# in_own_mounts COMMAND... - in a mount namespace of its own, also for who is not root
in_own_mounts() {
	local options=(--mount)
	[[ $(id -u) == 0 ]] || options+=(--user --map-root-user)
	unshare "${options[@]}" "$@"
}
