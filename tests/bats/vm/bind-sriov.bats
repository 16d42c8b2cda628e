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
	modprobe pci-stub
	echo 0 >$pci/$pf/sriov_drivers_autoprobe
	echo 2 >$pci/$pf/sriov_numvfs
	echo 1 >$pci/$pf/sriov_drivers_autoprobe
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

# QEMU's virtual functions want to be set up before nvme takes them: here they have no driver.

@test "a virtual function that the kernel may not probe is bound and given back" {
	local autoprobe
	for autoprobe in 1 0; do
		echo $autoprobe >$pci/$pf/sriov_drivers_autoprobe
		run -0 vfioctl bind $vf
		assert_equal "$(driver_of $vf $pf)" 'vfio-pci nvme'
		run -0 vfioctl unbind $vf
		assert_equal "$(driver_of $vf) $(override_of $vf)" 'none none'
	done
}

@test "a virtual function goes back to its driver although it may not be probed any more" {
	echo pci-stub >$pci/$vf/driver_override
	echo $vf >/sys/bus/pci/drivers/pci-stub/bind
	echo >$pci/$vf/driver_override
	echo 0 >$pci/$pf/sriov_drivers_autoprobe
	run -7 vfioctl bind --driver ne2k-pci $vf
	assert_equal "$(driver_of $vf) $(override_of $vf)" 'pci-stub none'
	run -0 vfioctl bind $vf
	run -0 vfioctl unbind $vf
	assert_equal "$(driver_of $vf) $(override_of $vf)" 'pci-stub none'
}

@test "without a record a virtual function that may not be probed has no driver then, and that is said" {
	run -0 vfioctl bind $vf
	echo 0 >$pci/$pf/sriov_drivers_autoprobe
	rm -r /run/vfioctl
	run -0 vfioctl unbind $vf
	assert_output --partial 'sriov_drivers_autoprobe off'
	assert_equal "$(driver_of $vf) $(override_of $vf)" 'none none'
}
