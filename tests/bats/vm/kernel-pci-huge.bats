# SPDX-License-Identifier: GPL-2.0-only
# topology: dpdk
# kernel: 6.1 6.12 7.3
#
# vfio-pci: BARs of much memory.

load ../helpers/common
load ../helpers/vfio

MEMORY=0000:06:00.0

setup_file() {
	modprobe -a vfio-pci vfio_iommu_type1
	bind_to vfio-pci $MEMORY
}

teardown_file() {
	unbind $MEMORY
}

@test "a large BAR is mapped with few faults, and not at all while memory is off" {
	case $VM_KERNEL in
	# Single pages only, of which ours gives the neighbours as well.
	6.1) client pci-huge-bar $MEMORY 2 1024 8 ;;
	# One for each entry of the table of 2 MiB, and one for the only entry of the one above.
	*) client pci-huge-bar $MEMORY 2 32 1 ;;
	esac
	ledger_idle
}
