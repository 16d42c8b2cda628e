# SPDX-License-Identifier: GPL-2.0-only
# topology: default
#
# Where the kernel has a word of its own, it says the same; and drivers that are named.

bats_require_minimum_version 1.5.0
load ../helpers/common
load ../helpers/act

teardown() {
	give_back
}

# agree ADDRESS yes|no - program and kernel say this of the device's group
agree() {
	local group
	group=$(group_of "$1")
	assert_equal "$(vfioctl viable -nr -o viable "group:$group" || true)" "$2"
	assert_equal "$(group-viable "$group")" "$2"
}

@test "the kernel calls a group viable when the program does" {
	run -0 vfioctl bind 0000:01:00.0
	agree 0000:01:00.0 yes
	run -0 vfioctl bind 0000:08:01.0
	agree 0000:08:01.0 yes
}

@test "the kernel refuses a group in which the program sees a blocker" {
	run -0 vfioctl bind 0000:06:00.0
	agree 0000:06:00.0 no
	run -0 vfioctl bind 0000:06:00.1
	agree 0000:06:00.0 yes
}

@test "the kernel, too, lets pci-stub stay in a viable group" {
	run -0 vfioctl bind 0000:06:00.0
	run -0 vfioctl bind --driver pci-stub 0000:06:00.1
	agree 0000:06:00.0 yes
}

@test "pci-stub on the host drivers of a chipset group makes it viable for the kernel, too" {
	run -0 vfioctl bind 0000:00:1f.2 --driver vfio-pci
	agree 0000:00:1f.2 no
	vfioctl viable -nr -o commands 0000:00:1f.2 >"$BATS_TEST_TMPDIR/commands" || true
	run -0 bash -c "$(tr ',' '\n' <"$BATS_TEST_TMPDIR/commands" | sed 's/\\x20/ /g')"
	agree 0000:00:1f.2 yes
}

@test "unbind --driver gives a device to the driver that is named" {
	run -0 vfioctl bind --driver pci-stub 0000:04:00.0
	run -0 vfioctl bind --driver vfio-pci 0000:04:00.0
	run -0 vfioctl unbind --driver e1000e 0000:04:00.0
	assert_equal "$(driver_of 0000:04:00.0)" e1000e
	assert_equal "$(overrides)" ''
	assert_not_exist /run/vfioctl/devices/pci:0000:04:00.0
}

@test "unbind --driver that does not take the device leaves it where it was, with its record" {
	run -0 vfioctl bind 0000:01:00.0
	run -7 vfioctl unbind --driver e1000e 0000:01:00.0
	assert_output --partial "rolled back"
	assert_equal "$(driver_of 0000:01:00.0)" vfio-pci
	assert_equal "$(override_of 0000:01:00.0)" vfio-pci
	run -0 vfioctl unbind 0000:01:00.0
	assert_equal "$(driver_of 0000:01:00.0)" nvme
}

@test "unbind --driver refuses a VFIO driver and a driver that does not exist" {
	run -0 vfioctl bind 0000:01:00.0
	run -2 vfioctl unbind --driver vfio-pci 0000:01:00.0
	run -1 vfioctl unbind --driver nosuch 0000:01:00.0
	assert_output --partial "'nosuch'"
	assert_equal "$(driver_of 0000:01:00.0)" vfio-pci
}

@test "a group selector is as definite as an address: it does not ask" {
	run -0 vfioctl bind group:"$(group_of 0000:08:01.0)"
	assert_equal "$(driver_of 0000:08:01.0 0000:08:02.0 0000:08:03.0)" 'vfio-pci vfio-pci vfio-pci'
	run -2 vfioctl unbind driver:vfio-pci
	assert_output --partial '--yes'
}
