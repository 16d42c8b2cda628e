# SPDX-License-Identifier: GPL-2.0-only
# topology: races
# iommu: intel-noremap
#
# Without interrupt remapping, a device could raise any interrupt of the host: only who says so by a
# parameter gets it. The stock modules do the same.

load ../helpers/common
load ../helpers/vfio

UNSAFE=/sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts

setup_file() {
	modprobe -a vfio-pci vfio_iommu_type1
	bind_to vfio-pci $QUICK
}

teardown_file() {
	unbind $QUICK
}

teardown() {
	echo N >$UNSAFE
	ledger_idle
}

@test "a group whose interrupts are not remapped is refused, and the log names the parameter" {
	assert_equal "$(cat $UNSAFE)" N
	log_mark
	run "$CLIENTS/group" $QUICK iommu
	assert_output $'viable\nattached\nOperation not permitted'
	run log_since
	assert_output --partial allow_unsafe_interrupts
}

@test "allow_unsafe_interrupts lets it in" {
	echo Y >$UNSAFE
	run "$CLIENTS/group" $QUICK iommu
	assert_output $'viable\nattached\ntranslated'
	client edu $QUICK
}
