# SPDX-License-Identifier: GPL-2.0-only
# topology: kernel
#
# What clients of VFIO rely on, asked by small programs. All of it holds for the stock modules as
# well, which keeps these tests honest.

load ../helpers/common
load ../helpers/vfio

setup_file() {
	modprobe -a vfio-pci vfio_iommu_type1
	bind_to vfio-pci $EDU
}

teardown() {
	ledger_idle
}

teardown_file() {
	unbind $EDU
}

@test "container, group and device answer good, short, long and wrong arguments" {
	client ioctls $EDU
}

@test "edu does DMA both ways, is stopped outside of mappings and raises an MSI" {
	client edu $EDU
}

@test "container, group and device may be closed in every order" {
	client lifetime $EDU
}

@test "type 1 answers good, short, long and wrong arguments, also at the ends of 64 bits" {
	client type1-args $EDU
}

@test "type 1 unmaps more, less and other than was mapped as its two models do" {
	client type1-unmap $EDU
}

@test "locked memory is charged to who maps it, through fork, exec and exit" {
	client type1-account $EDU
}
