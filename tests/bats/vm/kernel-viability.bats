# SPDX-License-Identifier: GPL-2.0-only
# topology: kernel
# modules: ours
#
# Which groups may be used, and what keeps host drivers out of those that are.

load ../helpers/common
load ../helpers/vfio

# One that does DMA by its own leave, and takes whatever device it is told to.
HOST_DRIVER=uio_pci_generic
# Behind a PCI bridge, and what is plugged in beside it; the slot of a port.
BEHIND=0000:05:01.0 PLUGGED=0000:05:08.0 ALONE=0000:08:00.0

setup_file() {
	modprobe -a vfio-pci vfio_iommu_type1 pci-stub $HOST_DRIVER
}

setup() {
	bind_to vfio-pci $PAIR_A
	bind_to $HOST_DRIVER $PAIR_B
}

teardown() {
	holder_gone
	ledger_idle
	[[ -e $PCI/devices/$PAIR_B ]] || echo 1 >$PCI/rescan
	unbind $PAIR_A $PAIR_B $BEHIND
	echo pci:pci-stub,pci:pcieport >/sys/module/vfio/parameters/driver_whitelist
}

@test "a host driver in the group makes it not viable, and the log names device and driver" {
	log_mark
	run "$CLIENTS/group" $PAIR_A
	assert_output $'not viable\nOperation not permitted'
	run log_since
	assert_output --partial "is not viable: $PAIR_B is bound to '$HOST_DRIVER'"
}

@test "a group whose other member has no driver is viable" {
	unbind $PAIR_B
	run "$CLIENTS/group" $PAIR_A
	assert_output $'viable\nattached'
}

@test "a whitelisted driver leaves the group viable, until it is taken off the list" {
	bind_to pci-stub $PAIR_B
	run "$CLIENTS/group" $PAIR_A
	assert_output $'viable\nattached'
	echo pci:pcieport >/sys/module/vfio/parameters/driver_whitelist
	run "$CLIENTS/group" $PAIR_A
	assert_output $'not viable\nOperation not permitted'
}

@test "a whitelisted driver that does DMA of its own is still in the way" {
	echo pci:$HOST_DRIVER,pci:pcieport >/sys/module/vfio/parameters/driver_whitelist
	run "$CLIENTS/group" $PAIR_A
	assert_output $'not viable\nOperation not permitted'
}

@test "a driver of a listed name on another bus is still in the way" {
	bind_to pci-stub $PAIR_B
	echo platform:pci-stub >/sys/module/vfio/parameters/driver_whitelist
	run "$CLIENTS/group" $PAIR_A
	assert_output $'not viable\nOperation not permitted'
}

@test "a host driver cannot bind in a live group, and the group stays live" {
	unbind $PAIR_B
	hold $PAIR_A
	echo $HOST_DRIVER >$PCI/devices/$PAIR_B/driver_override
	run bash -c "echo $PAIR_B >$PCI/drivers/$HOST_DRIVER/bind"
	assert_failure
	assert_not_exist $PCI/devices/$PAIR_B/driver
	run grep -x gone "$BATS_TEST_TMPDIR/hold"
	assert_failure
	holder_gone
	echo $PAIR_B >$PCI/drivers/$HOST_DRIVER/bind
	assert_exist $PCI/devices/$PAIR_B/driver
}

# still_held - the holder lost nothing
still_held() {
	kill -0 "$holder"
	run grep -x -e gone -e asked "$BATS_TEST_TMPDIR/hold"
	assert_failure
}

@test "a device that is plugged into a live group gets no driver, and the log says so" {
	bind_to vfio-pci $BEHIND
	hold $BEHIND
	log_mark
	monitor device_add edu,id=hot,bus=b4,addr=8
	appears $PCI/devices/$PLUGGED/iommu_group
	run log_since
	assert_output --partial "$PLUGGED: appeared in group"
	assert_equal "$(readlink -f $PCI/devices/$PLUGGED/iommu_group)" \
		"$(readlink -f $PCI/devices/$BEHIND/iommu_group)"
	echo $HOST_DRIVER >$PCI/devices/$PLUGGED/driver_override
	run bash -c "echo $PLUGGED >$PCI/drivers/$HOST_DRIVER/bind"
	assert_failure
	assert_not_exist $PCI/devices/$PLUGGED/driver
	still_held
	# With it, 6.1's driver of the IOMMU takes away what its neighbours behind the bridge are found
	# by, and its lists of devices are broken when they change domains next: it stays there.
	[[ $VM_KERNEL != 6.1 ]] || return 0
	monitor device_del hot
	vanishes $PCI/devices/$PLUGGED
	still_held
}

@test "a device that comes and goes in another slot leaves a live group alone" {
	unbind $PAIR_B
	hold $PAIR_A
	log_mark
	monitor device_add edu,id=hot,bus=p7
	appears $PCI/devices/$ALONE/iommu_group
	run log_since
	refute_output --partial "$ALONE: appeared"
	monitor device_del hot
	vanishes $PCI/devices/$ALONE
	still_held
}

# Its header lacks the bit that says so, and the kernel looks at it before it knows better.
@test "a function that lands in a group of its own beside a live sibling is logged" {
	unbind $PAIR_B
	hold $PAIR_A
	echo 1 >$PCI/devices/$PAIR_B/remove
	log_mark
	echo 1 >$PCI/rescan
	assert_exist $PCI/devices/$PAIR_B
	run log_since
	assert_output --partial "$PAIR_B: appeared beside $PAIR_A, which is in use in group"
	assert_not_equal "$(readlink -f $PCI/devices/$PAIR_B/iommu_group)" \
		"$(readlink -f $PCI/devices/$PAIR_A/iommu_group)"
	assert_not_exist $PCI/devices/$PAIR_B/driver
	still_held
}
