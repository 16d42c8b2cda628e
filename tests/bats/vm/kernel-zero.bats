# SPDX-License-Identifier: GPL-2.0-only
# modules: ours
# kernel: debug
#
# The last to run in each guest of check-debug: when every device was given back, nothing is left.

load ../helpers/common
load ../helpers/vfio

@test "the ledger is zero, the modules go, and nothing has leaked" {
	modprobe -a vfio-pci vfio_iommu_type1
	run awk '$4 != 0' $LEDGER
	assert_output ''
	rmmod vfio-pci vfio_iommu_type1 vfio
	# Files of races switch it off once it has found nothing in their first test.
	[[ -e $LEAKS_DONE ]] || nothing_leaked
}
