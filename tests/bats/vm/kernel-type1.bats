# SPDX-License-Identifier: GPL-2.0-only
# topology: kernel
# modules: ours
#
# The type1 backend beyond what kernel-abi.bats asks of it and of the stock one.

load ../helpers/common
load ../helpers/vfio

setup_file() {
	modprobe vfio-pci
	bind_to vfio-pci $EDU
	bind_to vfio-pci $LOOSE
}

teardown_file() {
	unbind $EDU $LOOSE
}

teardown() {
	ledger_idle
}

@test "a map whose memory is slow in coming keeps no unmap, no detach and no kill waiting" {
	client type1-faults $EDU
}

@test "a second group gets the mappings that are there, and the last one to leave takes them along" {
	client type1-groups $EDU $LOOSE
}

@test "device memory can be mapped, is not charged, and obeys its protection" {
	client type1-frames $EDU
}

@test "a device reaches the registers of another through a mapping of its BAR, and not without" {
	client edu $EDU $LOOSE
}

@test "a container has as many mappings as dma_entry_limit said when it began, also 262,144" {
	client type1-limit $EDU
}
