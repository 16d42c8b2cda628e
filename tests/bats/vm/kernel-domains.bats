# SPDX-License-Identifier: GPL-2.0-only
# topology: bare
# iommu: none
# modules: ours
#
# Groups of one container that do not fit into one IOMMU domain. QEMU has one IOMMU in a machine, so
# that these are of one in software, tests/modules/fake-iommu.c.

load ../helpers/common
load ../helpers/vfio

UNSAFE=/sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts

setup_file() {
	modprobe -a vfio_iommu_type1
	insmod "/vfioctl/build/test-modules/$(uname -r)/fake-iommu.ko"
	# It remaps no interrupts; nobody raises any.
	echo 1 >$UNSAFE
}

# For kernel-zero, where it is there; what a test has lost on purpose is forgotten with the ledger.
teardown_file() {
	[[ $(uname -r) == *-debug ]] || return 0
	echo 1 >/sys/kernel/debug/fake-iommu/remove
	run awk '$4 != 0 && $1 != "pinned_pages"' $LEDGER
	assert_output ''
	rmmod fake-iommu vfio_iommu_type1 vfio
}

teardown() {
	[[ -n ${lost-} ]] || ledger_idle
}

@test "a device that could raise any interrupt is refused, unless that is allowed" {
	echo 0 >$UNSAFE
	run "$CLIENTS/type1-domains" unsafe
	echo 1 >$UNSAFE
	assert_output ''
	assert_success
}

@test "groups in different domains of one container reach the same, also after failures halfway" {
	client type1-domains
}

@test "memory that an IOMMU does not let go of is not given to anybody else" {
	lost=1
	log_mark
	client type1-domains lost
	run log_since
	assert_output --partial 'the IOMMU keeps 0x10000000-0x1003ffff mapped: its memory is lost'
}
