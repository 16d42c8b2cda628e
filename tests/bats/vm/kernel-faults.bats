# SPDX-License-Identifier: GPL-2.0-only
# topology: faults
# modules: ours
# kernel: debug
#
# Every allocation and every copy from or to user memory that our modules ask for fails once.

load ../helpers/common
load ../helpers/vfio

BESIDE=0000:00:11.0
EXPRESS=0000:01:00.0
BUS=0000:03:01.0
RESETS=0000:04:00.0
PHYSICAL=0000:05:00.0
ADAPTER=0000:06:00.0

setup_file() {
	modprobe -a vfio-pci vfio_iommu_type1
	# Looking for leaks by itself it would take the one processor for minutes.
	echo scan=off >/sys/kernel/debug/kmemleak
	echo 1 >/sys/module/vfio/parameters/grace_ms
	echo Y >/sys/module/vfio_pci/parameters/enable_sriov
	# QEMU's loses its virtual functions when it is reset.
	echo >$PCI/devices/$PHYSICAL/reset_method
	for device in $QUICK $BESIDE $EXPRESS $BUS $RESETS $PHYSICAL $ADAPTER; do
		bind_to vfio-pci "$device"
	done
}

teardown_file() {
	echo 10000 >/sys/module/vfio/parameters/grace_ms
	echo N >/sys/module/vfio_pci/parameters/enable_sriov
	unbind $QUICK $BESIDE $EXPRESS $BUS $RESETS $PHYSICAL $ADAPTER
}

teardown() {
	ledger_idle
}

# failing DEVICE OPERATION... - how many faults each of them saw goes to the report
failing() {
	printf '%s\n' "${@:2}" >>"$BATS_FILE_TMPDIR/operations"
	run --separate-stderr "$CLIENTS/failnth" "$1" $BESIDE "${@:2}"
	printf '# %s\n' "${stderr_lines[@]}" >&3
	assert_output ''
	assert_success
}

@test "opening and asking survive each failure" {
	failing $QUICK open-container open-group api-version check-extension check-extension-model \
		group-status group-status-attached iommu-info
}

@test "attaching and detaching a group survives each failure" {
	failing $QUICK set-container set-container-beside unset-container unset-container-model \
		unset-container-beside set-iommu
}

@test "mapping and unmapping survives each failure" {
	failing $QUICK map map-page-by-page map-registers unmap unmap-all
}

@test "opening a device survives each failure" {
	failing $QUICK get-device get-device-again
}

@test "each question and access to a device survives each failure" {
	failing $QUICK device-info region-info irq-info config-read config-write bar-read bar-map
}

@test "interrupts survive each failure" {
	failing $QUICK intx intx-again intx-mask intx-unmask intx-unmask-off intx-off msi msi-again \
		msi-off request request-off
}

@test "what only functions of PCI Express have survives each failure" {
	failing $EXPRESS rom-read power msix msix-grow msix-off error error-off low-power \
		low-power-wakeup low-power-exit
}

@test "resets survive each failure" {
	failing $BUS reset hot-reset-info hot-reset
}

@test "a reset by a register survives each failure" {
	failing $RESETS flr
}

@test "ioeventfds and features survive each failure" {
	failing $QUICK ioeventfd ioeventfd-off feature-probe
}

@test "the addresses of VGA survive each failure" {
	failing $ADAPTER vga-read vga-write
}

@test "physical and virtual functions survive each failure" {
	failing $PHYSICAL vf-token vfs-come vfs-go
}

@test "closing in each order survives each failure" {
	failing $QUICK close-device close-group close-container close-all close-all-reverse
}

@test "probe and removal survive each failure" {
	failing $QUICK bind unbind unbind-held unplug unplug-held
}

@test "each operation that can fail was made to" {
	run sort "$BATS_FILE_TMPDIR/operations"
	assert_output "$("$CLIENTS/failnth" list | sort)"
}

@test "after all failures the device does DMA" {
	client edu $QUICK
}
