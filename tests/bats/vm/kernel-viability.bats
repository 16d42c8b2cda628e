# SPDX-License-Identifier: GPL-2.0-only
# topology: default
# modules: ours
#
# Which groups may be used, and what keeps host drivers out of those that are.

load ../helpers/common
load ../helpers/vfio

# One slot, one group.
EDU=0000:06:00.0
NIC=0000:06:00.1

setup_file() {
	modprobe vfio-pci
	modprobe pci-stub
}

setup() {
	bind_to vfio-pci $EDU
}

teardown() {
	holder_gone
	ledger_idle
	[[ -e $PCI/devices/$NIC ]] || echo 1 >$PCI/rescan
	unbind $EDU
	bind_to e1000e $NIC
	unbind $NIC
	echo $NIC >$PCI/drivers/e1000e/bind
	echo pci:pci-stub,pci:pcieport >/sys/module/vfio/parameters/driver_whitelist
}

@test "a host driver in the group makes it not viable, and the log names device and driver" {
	log_mark
	run "$CLIENTS/group" $EDU
	assert_output $'not viable\nOperation not permitted'
	run log_since
	assert_output --partial "is not viable: $NIC is bound to 'e1000e'"
}

@test "a group whose other member has no driver is viable" {
	unbind $NIC
	run "$CLIENTS/group" $EDU
	assert_output $'viable\nattached'
}

@test "a whitelisted driver leaves the group viable, until it is taken off the list" {
	bind_to pci-stub $NIC
	run "$CLIENTS/group" $EDU
	assert_output $'viable\nattached'
	echo pci:pcieport >/sys/module/vfio/parameters/driver_whitelist
	run "$CLIENTS/group" $EDU
	assert_output $'not viable\nOperation not permitted'
}

@test "a whitelisted driver that does DMA of its own is still in the way" {
	echo pci:e1000e,pci:pcieport >/sys/module/vfio/parameters/driver_whitelist
	run "$CLIENTS/group" $EDU
	assert_output $'not viable\nOperation not permitted'
}

@test "a driver of a listed name on another bus is still in the way" {
	bind_to pci-stub $NIC
	echo platform:pci-stub >/sys/module/vfio/parameters/driver_whitelist
	run "$CLIENTS/group" $EDU
	assert_output $'not viable\nOperation not permitted'
}

@test "a host driver cannot bind in a live group, and the group stays live" {
	unbind $NIC
	hold $EDU
	run bash -c "echo $NIC >$PCI/drivers/e1000e/bind"
	assert_failure
	assert_not_exist $PCI/devices/$NIC/driver
	run grep -x gone "$BATS_TEST_TMPDIR/hold"
	assert_failure
	holder_gone
	echo $NIC >$PCI/drivers/e1000e/bind
	assert_exist $PCI/devices/$NIC/driver
}

@test "a device that is hot-added to a live group gets no host driver, and the log says so" {
	local held=0000:08:01.0 added=0000:08:02.0
	bind_to vfio-pci $held
	hold $held
	echo 1 >$PCI/devices/$added/remove
	log_mark
	echo 1 >$PCI/rescan
	assert_equal "$(readlink $PCI/devices/$added/iommu_group)" \
		"$(readlink $PCI/devices/$held/iommu_group)"
	run log_since
	assert_output --partial "$added: appeared in group"
	modprobe uio_pci_generic
	echo uio_pci_generic >$PCI/devices/$added/driver_override
	run bash -c "echo $added >$PCI/drivers/uio_pci_generic/bind"
	assert_failure
	assert_not_exist $PCI/devices/$added/driver
	run grep -x gone "$BATS_TEST_TMPDIR/hold"
	assert_failure
	holder_gone
	echo $added >$PCI/drivers/uio_pci_generic/bind
	assert_exist $PCI/devices/$added/driver
	unbind $added
	unbind $held
	modprobe -r uio_pci_generic
}

# The slot's multifunction bit comes too late for it: it lands in a group of its own.
@test "a function that is hot-added beside a live sibling is named in the log" {
	unbind $NIC
	hold $EDU
	echo 1 >$PCI/devices/$NIC/remove
	log_mark
	echo 1 >$PCI/rescan
	run log_since
	assert_output --regexp "$NIC: appeared (in group|beside $EDU)"
	run grep -x gone "$BATS_TEST_TMPDIR/hold"
	assert_failure
}
