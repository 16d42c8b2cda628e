# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# tests/crash over made hosts. Load after helpers/common and helpers/fakehost.

crash_setup() {
	fakehost_need
	[[ $VFIOCTL != *-san/* ]] || skip "the system calls of the sanitizers would be tried as well"
}

# tell_counts [VERB]... - of $output, how much was gone through is kept with what the test says; each
# verb must be there, all of them when none is named
tell_counts() {
	local verb
	(($#)) || set -- bind unbind recover
	grep -E ' runs( |$)' <<<"$output" | sed 's/^/# /' >&3
	assert_success
	for verb; do
		assert_line --regexp "^$verb: .* [1-9][0-9]* runs"
	done
}

# gone_through ARGUMENT... - crash on a host of its own
gone_through() {
	run "$FAKEHOST_RUN" --conf /dev/null crash -- env VFIOCTL="$VFIOCTL" "${VFIOCTL%/*}/tests/crash" -m "$@"
	tell_counts
}
