# SPDX-License-Identifier: GPL-2.0-only
# topology: crash
# kernel: 6.12
#
# What is left when bind, unbind and recover are killed, or refused by the kernel, at any point. Each
# error at each call, and each call of those that only look in one run, are in kill.bats and
# errors.bats, over made hosts.

load ../helpers/common
load ../helpers/crash

setup_file() {
	modprobe vfio-pci
}

# sliced MODE - at each call of what changes the device, and at every 16th of those of the processes
# that only look, which are five times as many
sliced() {
	local slice=${CRASH_SLICE:-0/64}
	run crash -s "${slice%/*}/16" "$1" 0000:04:00.0
	tell_counts
}

@test "killed before any system call, the next run brings it to its end" {
	sliced kill
}

@test "whichever system call fails, the device has its old driver, or its new one" {
	sliced errno
}

@test "64 at once, on shared and on separate groups" {
	run storm "${STORM_GUEST_ROUNDS:-3}" 0000:03:01.0 0000:03:02.0 0000:04:00.0 0000:01:00.0
	grep ' at once' <<<"$output" | sed 's/^/# /' >&3
	assert_success
}
