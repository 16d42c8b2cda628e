# SPDX-License-Identifier: GPL-2.0-only
#
# What is left when bind, unbind and recover are cut short at a system call, or their devices go.
# The tracer does to a made host what the kernel does to a real one (tests/crash/model.h), so that
# there is time for each call of each process. In a guest: guest.bats.

load ../helpers/common
load ../helpers/fakehost
load ../helpers/crash

setup() {
	crash_setup
}

@test "killed before any system call of any of its processes, the next run brings it to its end" {
	gone_through kill 0000:01:00.0
}

@test "all its processes are killed at once, with two devices of a group in its hands" {
	gone_through -w kill-all 0000:02:00.0 0000:02:01.0
}

@test "a driver that took nothing when the kernel said that it did is found out" {
	gone_through lie 0000:01:00.0
}

@test "a device that vanishes before any call of what changes it is not on record afterwards" {
	gone_through -w vanish 0000:01:00.0
}

@test "a device that is replaced by another of its name is not taken for it" {
	gone_through -w replace 0000:01:00.0
}
