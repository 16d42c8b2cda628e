# SPDX-License-Identifier: GPL-2.0-only
# topology: default
# modules: ours
#
# The type1 backend through the ABI.

load ../helpers/common
load ../helpers/vfio

EDU=0000:09:00.0

setup_file() {
	modprobe vfio-pci
	bind_to vfio-pci $EDU
}

teardown_file() {
	unbind $EDU
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
