# SPDX-License-Identifier: GPL-2.0-only
# topology: races
# modules: ours
# kernel: debug
#
# Every allocation and every copy from or to user memory that our modules ask for fails once.

load ../helpers/common
load ../helpers/vfio

setup_file() {
	modprobe -a vfio-pci vfio_iommu_type1
	echo 1 >/sys/module/vfio/parameters/grace_ms
	bind_to vfio-pci $QUICK
}

teardown_file() {
	echo 10000 >/sys/module/vfio/parameters/grace_ms
	unbind $QUICK
}

teardown() {
	ledger_idle
}

# Its stderr says how many faults each operation saw, and goes to the log.
failing() {
	run bash -c "$CLIENTS/failnth $QUICK $* 2>/dev/console"
	assert_output ''
	assert_success
}

@test "opening and asking survive each failure" {
	failing open-container open-group group-status check-extension iommu-info
}

@test "attaching and detaching a group survives each failure" {
	failing set-container unset-container unset-container-model set-iommu
}

@test "mapping and unmapping survives each failure" {
	failing map unmap unmap-all
}

@test "opening a device survives each failure" {
	failing get-device get-device-mapped
}

@test "each ioctl and access of a device survives each failure" {
	failing device-info region-info irq-info hot-reset-info reset config bar bar-map
}

@test "interrupts survive each failure" {
	failing intx msi msi-again msi-off request
}

@test "closing in each order survives each failure" {
	failing close-device close-group close-container close-all
}

@test "probe and removal survive each failure" {
	failing unbind bind unbind-held
}

@test "after all failures the device does DMA" {
	client edu $QUICK
}
