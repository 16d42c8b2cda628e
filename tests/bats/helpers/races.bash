# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# For files of races: each pair of the calls that `races list` names. RACES says how often each.

GRACE=/sys/module/vfio/parameters/grace_ms

races_begin() {
	modprobe -a vfio-pci vfio_iommu_type1
	bind_to vfio-pci "$PLAIN"
	echo 1 >$GRACE
	# Each device that is taken away has its line in the log, and a serial line takes its time. What
	# checkers say is more urgent than that.
	dmesg -n 5
}

races_end() {
	dmesg -n 7
	echo 10000 >$GRACE
	unbind "$PLAIN"
}

# rounds FIRST SECOND - how often these two race: closing is one call, whatever of the three kinds of
# file is closed, so that these share what a pair has
rounds() {
	local kinds=1
	case "$1 $2" in
	close-*' close-'*) kinds=6 ;;
	*close-*) kinds=3 ;;
	esac
	kinds=$((kinds * ${share:-1}))
	echo $(((${RACES:-100} + kinds - 1) / kinds))
}

# race FIRST SECOND... - how many turns that took goes to the report
race() {
	local second
	for second in "${@:2}"; do
		run --separate-stderr "$CLIENTS/races" "$PLAIN" "$1" "$second" "$(rounds "$1" "$second")"
		printf '# %s\n' "${stderr_lines[@]}" >&3
		assert_output ''
		assert_success
	done
}

# race_on FIRST - with itself and each call that comes after it, but unbind, which has its own file
race_on() {
	local calls
	calls=$("$CLIENTS/races" list | sed -n "/^$1\$/,\$p" | grep -v unbind)
	# shellcheck disable=SC2086 # one word each
	race "$1" $calls
}

# race_followed - each pair of the file a fiftieth as often, with kmemleak on, where the kernel has
# it; then off, as it makes all that allocates take twice as long. The ledger counts in either case.
race_followed() {
	local share=50
	race_all
	[[ -e $LEAKS ]] || return 0
	nothing_leaked
	echo off >"$LEAKS"
	: >"$LEAKS_DONE"
}
