# SPDX-License-Identifier: GPL-2.0-only
# topology: default
# modules: ours
#
# The type1 backend through the ABI.

load ../helpers/common
load ../helpers/vfio

EDU=0000:09:00.0
OTHER=0000:05:00.0

setup_file() {
	modprobe vfio-pci
	bind_to vfio-pci $EDU
	bind_to vfio-pci $OTHER
}

teardown_file() {
	unbind $EDU
	unbind $OTHER
}

teardown() {
	ledger_idle
}

@test "type1 checks every argument of its ioctls" {
	run "$CLIENTS/type1-args" $EDU
	assert_success
}

@test "type1 unmaps whole, partial and overlapping ranges as v1 and v2 demand" {
	run "$CLIENTS/type1-unmap" $EDU
	assert_success
}

@test "type1 charges pinned memory to who mapped it, through fork, exec and exit" {
	run "$CLIENTS/type1-account" $EDU
	assert_success
}

@test "a map whose memory is slow in coming keeps no unmap, no detach and no kill waiting" {
	run "$CLIENTS/type1-faults" $EDU
	assert_success
}

@test "a second group gets the mappings that are there, and the last one to leave takes them along" {
	run "$CLIENTS/type1-groups" $EDU $OTHER
	assert_success
}

@test "device memory can be mapped, is not charged, and obeys its protection" {
	run "$CLIENTS/type1-frames" $EDU
	assert_success
}
