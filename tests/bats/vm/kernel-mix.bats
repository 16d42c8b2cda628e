# SPDX-License-Identifier: GPL-2.0-only
# topology: kernel
# modules: ours
#
# Our modules and the stock ones, which have the same names, refuse each other in every mix, and the
# log says which symbol was missing.

load ../helpers/common
load ../helpers/vfio

MODULES=/lib/modules/$(uname -r)
OURS=$MODULES/updates
STOCK=$MODULES/kernel/drivers/vfio

setup() {
	rmmod vfio-pci vfio_pci_core vfio_iommu_type1 vfio 2>/dev/null || true
	assert_not_exist /sys/module/vfio
}

teardown() {
	rmmod vfio-pci vfio_pci_core vfio_iommu_type1 vfio 2>/dev/null || true
}

# with_needs FILE - insert what the module depends on and the core is not, then itself
with_needs() {
	local need
	for need in $(modinfo -F depends "$1" | tr ',' ' '); do
		[[ $need == vfio* && $need != vfio_virqfd ]] || modprobe "$need"
	done
	insmod "$1"
}

# refused FILE MODULE - it does not load, and the log names it and a symbol that it lacks
refused() {
	log_mark
	run insmod "$1"
	assert_failure
	assert_output --partial 'Unknown symbol'
	run log_since
	assert_output --regexp "$2: .*(Unknown symbol|uses symbol|disagrees about version of symbol).* vfio"
	assert_not_exist "/sys/module/$2"
}

@test "the stock type 1 does not load on our core" {
	insmod $OURS/vfio.ko
	refused $STOCK/vfio_iommu_type1.ko vfio_iommu_type1
}

@test "the stock PCI driver's core does not load on our core" {
	insmod $OURS/vfio.ko
	modprobe -q irqbypass || true
	refused "$(echo $STOCK/pci/vfio-pci-core.ko)" vfio_pci_core
}

@test "our type 1 does not load on the stock core" {
	with_needs $STOCK/vfio.ko
	refused $OURS/vfio_iommu_type1.ko vfio_iommu_type1
}

@test "our PCI driver does not load on the stock core" {
	with_needs $STOCK/vfio.ko
	modprobe -q irqbypass || true
	refused $OURS/vfio-pci.ko vfio_pci
}

@test "our type 1 and our PCI driver do not load without a core" {
	modprobe -q irqbypass || true
	refused $OURS/vfio_iommu_type1.ko vfio_iommu_type1
	refused $OURS/vfio-pci.ko vfio_pci
}
