# SPDX-License-Identifier: GPL-2.0-only
#
# What is left when a system call of bind, unbind and recover fails, over a made host as in
# kill.bats.

load ../helpers/common
load ../helpers/fakehost
load ../helpers/crash

setup() {
	crash_setup
}

@test "each system call of each process fails with each error of its manual page" {
	gone_through errno-set 0000:01:00.0
}

@test "each of them fails with any error there is, as many as a slice has" {
	gone_through -s "${CRASH_SLICE:-0/64}" errno-all 0000:01:00.0
}
