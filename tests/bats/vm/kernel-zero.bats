# SPDX-License-Identifier: GPL-2.0-only
# modules: ours
# kernel: debug
#
# The last to run in each guest of check-debug: when every device was given back, nothing is left.

load ../helpers/common
load ../helpers/vfio

@test "the ledger is zero, the modules go, and kmemleak finds nothing" {
	local leaks=/sys/kernel/debug/kmemleak
	modprobe -a vfio-pci vfio_iommu_type1
	run awk '$4 != 0' $LEDGER
	assert_output ''
	rmmod vfio-pci vfio_iommu_type1 vfio
	# What is younger than five seconds is no leak yet, and only what two scans missed is one.
	sleep 6
	echo scan >$leaks
	echo scan >$leaks
	run cat $leaks
	assert_output ''
}
