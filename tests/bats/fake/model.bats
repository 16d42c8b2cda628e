#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# What the scan finds, seen through the listings.

load ../helpers/common
load ../helpers/fakehost

setup_file() {
	fakehost_make mixed other-buses
	fakehost_make big -e 'iommu intel' -e 'fill functions=64 others=20'
}

setup() {
	fakehost_need
}

# Device and group of each line, from either listing.
by_devices() {
	fakehost_vfioctl "$1" devices -nr -o bdf,group | sort
}

by_groups() {
	fakehost_vfioctl "$1" groups --json |
		jq -r '.groups[] | .group as $g | .devices[] | "\(.) \($g)"' | sort
}

@test "devices and groups name the same members, on every bus" {
	assert_equal "$(by_devices mixed)" "$(by_groups mixed)"
	assert_equal "$(by_devices mixed | grep -c .)" 11
}

@test "a group of PCI and platform devices shows both in either listing" {
	run by_devices mixed
	assert_line '0000:00:01.0 0'
	assert_line 'fsl-bman 0'
	run by_groups mixed
	assert_line '0000:00:01.0 0'
	assert_line 'fsl-bman 0'
}

@test "a made machine shows each of its members in either listing" {
	assert_equal "$(by_devices big | awk 'NF == 2')" "$(by_groups big)"
}
