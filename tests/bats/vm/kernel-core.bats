# SPDX-License-Identifier: GPL-2.0-only
# topology: kernel
# modules: ours
#
# The core of the kernel suite, through the ABI.

load ../helpers/common
load ../helpers/vfio

setup_file() {
	modprobe vfio-pci
	bind_to vfio-pci $EDU
}

teardown_file() {
	unbind $EDU
}

teardown() {
	holder_gone
	ledger_idle
}

@test "our modules are the ones that are loaded" {
	assert_file_exist /sys/module/vfio/parameters/driver_whitelist
	assert_file_exist /sys/kernel/debug/vfio/ledger
	run modinfo -n vfio_iommu_type1 vfio-pci
	assert_line --index 0 --partial /updates/
	assert_line --index 1 --partial /updates/
}

@test "drivers and backends that lack something are refused" {
	insmod "/vfioctl/build/test-modules/$(uname -r)/incomplete.ko"
	rmmod incomplete
}

@test "nodes have the names and modes that clients expect" {
	assert_equal "$(stat -c '%a %t:%T' /dev/vfio/vfio)" 666\ a:c4
	local group
	group=$(basename "$(readlink $PCI/devices/$EDU/iommu_group)")
	assert_equal "$(stat -c %a "/dev/vfio/$group")" 600
	assert_exist "/sys/class/vfio/$group"
	assert_exist /sys/module/vfio_pci/drivers/pci:vfio-pci
}

@test "an unprivileged user can use a group that was given to him, and no other" {
	local group
	group=$(basename "$(readlink $PCI/devices/$EDU/iommu_group)")
	run setpriv --reuid 1000 --clear-groups "$CLIENTS/group" $EDU
	assert_failure
	chown 1000 "/dev/vfio/$group"
	run setpriv --reuid 1000 --clear-groups "$CLIENTS/group" $EDU
	chown 0 "/dev/vfio/$group"
	assert_output $'viable\nattached'
}

@test "the whitelist takes bus:driver pairs and nothing else" {
	local list=/sys/module/vfio/parameters/driver_whitelist bad
	assert_equal "$(cat $list)" pci:pci-stub,pci:pcieport
	for bad in pci-stub :x pci: pci:a,b ,; do
		run bash -c "echo '$bad' >$list"
		assert_failure
	done
	assert_equal "$(cat $list)" pci:pci-stub,pci:pcieport
	echo pci:pcieport >$list
	assert_equal "$(cat $list)" pci:pcieport
	echo pci:pci-stub,pci:pcieport >$list
}
