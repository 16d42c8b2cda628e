# SPDX-License-Identifier: GPL-2.0-only
# topology: sriov
#
# Physical and virtual functions.

bats_require_minimum_version 1.5.0
load ../helpers/common
load ../helpers/act

pf=0000:02:00.0
vf=0000:02:00.1

setup() {
	echo 1 >$pci/$pf/sriov_drivers_autoprobe
	echo 2 >$pci/$pf/sriov_numvfs
}

teardown() {
	give_back
	echo 1 >$pci/$pf/sriov_drivers_autoprobe
	echo 0 >$pci/$pf/sriov_numvfs
}

@test "a physical function with virtual ones is refused, and one of them named" {
	run -4 vfioctl bind $pf
	assert_output --partial "virtual function '$vf' exists"
	assert_output --partial '--allow=vfs'
	assert_equal "$(driver_of $pf)" nvme
}

@test "a virtual function is bound and given back" {
	assert_equal "$(driver_of $vf)" nvme
	run -0 vfioctl bind $vf
	assert_equal "$(driver_of $vf $pf)" 'vfio-pci nvme'
	run -0 vfioctl unbind $vf
	assert_equal "$(driver_of $vf) $(override_of $vf)" 'nvme none'
}

@test "a virtual function goes back to its driver although it may not be probed any more" {
	run -0 vfioctl bind $vf
	echo 0 >$pci/$pf/sriov_drivers_autoprobe
	run -0 vfioctl unbind $vf
	assert_equal "$(driver_of $vf) $(override_of $vf)" 'nvme none'
}

@test "a failed bind of a virtual function that may not be probed is rolled back to its driver" {
	echo 0 >$pci/$pf/sriov_drivers_autoprobe
	assert_equal "$(driver_of $vf)" nvme
	run -7 vfioctl bind --driver ne2k-pci $vf
	assert_equal "$(driver_of $vf) $(override_of $vf)" 'nvme none'
}

@test "without a record a virtual function that may not be probed is left without a driver, and that is said" {
	run -0 vfioctl bind $vf
	echo 0 >$pci/$pf/sriov_drivers_autoprobe
	rm -r /run/vfioctl
	run -0 vfioctl unbind $vf
	assert_output --partial 'sriov_drivers_autoprobe off'
	assert_equal "$(driver_of $vf) $(override_of $vf)" 'none none'
}
