# SPDX-License-Identifier: GPL-2.0-only
#
# Many vfioctl at once, over a made host: see tests/crash/storm.c. In a guest: guest.bats.

load ../helpers/common
load ../helpers/fakehost
load ../helpers/crash

setup() {
	crash_setup
}

@test "64 at once, on shared and on separate groups: none loses what another did" {
	run "$FAKEHOST_RUN" --conf /dev/null crash -- "${VFIOCTL%/*}/tests/storm" "${STORM_ROUNDS:-1000}" \
		0000:01:00.0 0000:02:00.0 0000:02:01.0 0000:03:00.0
	grep ' at once' <<<"$output" | sed 's/^/# /' >&3
	assert_success
	assert_output --regexp ' at once .* status 0 [0-9]+ times'
}
