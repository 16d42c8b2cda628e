# SPDX-License-Identifier: GPL-2.0-only
# topology: crash
# kernel: 6.12
#
# What is left when bind, unbind and recover are killed, or refused by the kernel, at any point. The
# loops over every process and error are those of kill.bats and errors.bats, over made hosts.

load ../helpers/common
load ../helpers/crash

setup_file() {
	modprobe vfio-pci
}

@test "killed before any system call of what changes a device, the next run brings it to its end" {
	run crash -w kill 0000:04:00.0
	tell_counts
}

@test "whichever of those calls fails, the device has its old driver, or its new one" {
	run crash -w -v bind errno 0000:04:00.0
	tell_counts bind
}

@test "64 at once, on shared and on separate groups" {
	run storm "${STORM_GUEST_ROUNDS:-3}" 0000:03:01.0 0000:03:02.0 0000:04:00.0 0000:01:00.0
	grep ' at once' <<<"$output" | sed 's/^/# /' >&3
	assert_success
}
