# SPDX-License-Identifier: GPL-2.0-only
# topology: default
#
# That the guest is what the other files take it for.

load ../helpers/common
load ../helpers/guest

@test "the guest runs the kernel it was asked for" {
	[[ $(uname -r) == "$VM_KERNEL".* ]]
}

@test "devices are where the topology says, with their drivers" {
	assert_equal "$(driver_of 0000:01:00.0)" nvme
	assert_equal "$(driver_of 0000:02:00.0)" nvme
	assert_equal "$(driver_of 0000:03:00.0)" e1000e
	assert_equal "$(driver_of 0000:04:00.0)" e1000e
	assert_equal "$(driver_of 0000:06:00.1)" e1000e
	for edu in 05:00.0 06:00.0 08:01.0 08:02.0 08:03.0 09:00.0; do
		assert_equal "$(cat "/sys/bus/pci/devices/0000:$edu/vendor")" 0x1234
		assert_not_exist "/sys/bus/pci/devices/0000:$edu/driver"
	done
}

@test "the spare NVMe is alone in its group" {
	assert_equal "$(members_of 0000:01:00.0)" 0000:01:00.0
}

@test "a multifunction slot is one group" {
	assert_equal "$(members_of 0000:06:00.0)" $'0000:06:00.0\n0000:06:00.1'
}

@test "everything behind the PCIe-to-PCI bridge is one group with it" {
	assert_equal "$(members_of 0000:08:01.0)" \
		$'0000:07:00.0\n0000:08:01.0\n0000:08:02.0\n0000:08:03.0'
}

@test "the disk of the second NVMe is mounted on /srv and can be written" {
	run findmnt -no FSTYPE /srv
	assert_output ext4
	assert_equal "$(findmnt -no SOURCE /srv)" "$(disk_of 0000:02:00.0)"
	echo hello >/srv/file
	sync -f /srv/file
}

@test "the spare disk can be read" {
	run head -c 10 "$(disk_of 0000:01:00.0)"
	assert_output 'disk spare'
}

@test "one network device is up with an address, the other is neither" {
	up=$(ls /sys/bus/pci/devices/0000:03:00.0/net)
	down=$(ls /sys/bus/pci/devices/0000:04:00.0/net)
	run ip -br address show "$up"
	assert_output --partial 10.9.0.2/24
	assert_equal "$(cat "/sys/class/net/$up/carrier")" 1
	run ip -br address show "$down"
	refute_output --partial .
	assert_equal "$(cat "/sys/class/net/$down/flags")" 0x1002
}

@test "vfio-pci takes the spare NVMe and gives it back" {
	dev=/sys/bus/pci/devices/0000:01:00.0
	modprobe vfio-pci
	echo 0000:01:00.0 >"$dev/driver/unbind"
	echo vfio-pci >"$dev/driver_override"
	echo 0000:01:00.0 >/sys/bus/pci/drivers/vfio-pci/bind
	assert_equal "$(driver_of 0000:01:00.0)" vfio-pci
	assert_exist "/dev/vfio/$(group_of 0000:01:00.0)"
	echo 0000:01:00.0 >"$dev/driver/unbind"
	echo >"$dev/driver_override"
	echo 0000:01:00.0 >/sys/bus/pci/drivers/nvme/bind
	assert_equal "$(driver_of 0000:01:00.0)" nvme
}
