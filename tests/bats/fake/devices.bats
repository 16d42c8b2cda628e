#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only

load ../helpers/common
load ../helpers/fakehost

setup_file() {
	fakehost_make small small
	fakehost_make sriov sriov
	fakehost_make none no-iommu
	fakehost_make buses other-buses
	fakehost_make broken broken
}

setup() {
	fakehost_need
}

# devices HOST COLUMNS [SELECTOR]... - rows without headings
devices() {
	local host=$1 columns=$2
	shift 2

	fakehost_vfioctl "$host" devices -nr -o "$columns" "$@"
}

@test "devices lists each device in the order of the addresses, with group, driver and name" {
	run fakehost_vfioctl small devices
	assert_success
	assert_line --index 0 --regexp '^BDF +ID +GROUP DRIVER +VERDICT +NAME$'
	assert_line --index 1 --regexp '^0000:00:00\.0 8086:29c0 +0 +driverless +Intel'
	assert_line --index 6 --regexp '^0000:01:00\.0 8086:10d3 +2 e1000e +blocks +Intel Corporation 82574L'
	assert_equal "${#lines[@]}" 13
}

@test "identifiers are hexadecimal digits as lspci -n has them" {
	run devices small bdf,vendor,device,class,prog-if,id 0000:03:00.0
	assert_output '0000:03:00.0 1b36 0010 0108 02 1b36:0010'
}

@test "the columns of the benchmark are one plain line a device" {
	run devices small bdf,vendor,device,class,driver,group
	assert_success
	assert_line --index 0 '0000:00:00.0 8086 29c0 0600  0'
	assert_line --index 9 '0000:05:00.0 1234 11e8 00ff vfio-pci 20'
}

@test "what a device means to its group is told in a word" {
	run devices small bdf,verdict,vfio group:20 00:01.0
	assert_line '0000:00:01.0 whitelisted no'
	assert_line '0000:04:00.0 driverless no'
	assert_line '0000:05:00.0 vfio yes'
	assert_line '0000:05:01.0 blocks no'
}

@test "a device whose group has a blocker is not viable, and the blocker is named" {
	run devices small bdf,viable,blockers 05:00.0 01:00.0 00:01.0
	assert_line '0000:05:00.0 no 0000:05:01.0'
	assert_line '0000:01:00.0 no 0000:01:00.0'
	assert_line '0000:00:01.0 yes '
}

@test "each kind of selector selects" {
	local one='0000:01:00.0' two=$'0000:01:00.0\n0000:02:00.0'
	assert_equal "$(devices small bdf 0000:01:00.0)" "$one"
	assert_equal "$(devices small bdf 01:00.0)" "$one"
	assert_equal "$(devices small bdf '0000:0[12]:*.*')" "$two"
	assert_equal "$(devices small bdf 8086:10d3)" "$two"
	assert_equal "$(devices small bdf driver:e1000e)" "$two"
	assert_equal "$(devices small bdf class:network driver:e1000e | head -2)" "$two"
	assert_equal "$(devices small bdf class:0108)" '0000:03:00.0'
	assert_equal "$(devices small bdf group:2)" "$one"
	assert_equal "$(devices buses bdf platform:80c000000.usb)" '80c000000.usb'
	assert_equal "$(devices buses bdf fsl-bman)" 'fsl-bman'
}

@test "a device that two selectors match is one row" {
	run devices small bdf 01:00.0 8086:10d3 group:2
	assert_output $'0000:01:00.0\n0000:02:00.0'
}

@test "a selector that matches nothing is named, exit 32" {
	run --separate-stderr fakehost_vfioctl small devices 07:00.0
	assert_failure 32
	assert_output ""
	assert_equal "$stderr" "vfioctl: no device matches '07:00.0'"
}

@test "of several selectors the one that matches nothing is named, the others shown, exit 64" {
	run --separate-stderr fakehost_vfioctl small devices -nr -o bdf 01:00.0 driver:nouveau
	assert_failure 64
	assert_output '0000:01:00.0'
	assert_equal "$stderr" "vfioctl: no device matches 'driver:nouveau'"
}

@test "with --json that error is an object on stderr, and stdout is whole" {
	run --separate-stderr fakehost_vfioctl small devices --json 01:00.0 driver:nouveau
	assert_failure 64
	validate_json devices <<<"$output"
	validate_json error <<<"$stderr"
	assert_equal "$(jq '.error.status' <<<"$stderr")" 64
}

@test "a malformed selector is a usage error" {
	run --separate-stderr fakehost_vfioctl small devices group:x
	assert_failure 2
	assert_output ""
	assert_regex "$stderr" "'group:x'"
}

@test "physical and virtual functions know of one another" {
	run devices sriov bdf,max-vfs,vfs,physfn 01:00.0 01:01.0 00:03.0
	assert_line '0000:01:00.0 8 3 '
	assert_line '0000:01:01.0   0000:01:00.0'
	assert_line '0000:00:03.0 64 0 '
}

@test "reset methods are a list in the order of trial" {
	run fakehost_vfioctl sriov devices -J -o reset-methods 01:00.0
	assert_equal "$(jq -c '.devices[0].reset_methods' <<<"$output")" '["flr","bus"]'
}

@test "an unset override is null, a set one its driver" {
	run fakehost_vfioctl small devices -J -o bdf,override 01:00.0 05:00.0
	assert_equal "$(jq -c '[.devices[].override]' <<<"$output")" '[null,"vfio-pci"]'
}

@test "a host without an IOMMU lists devices without groups" {
	run fakehost_vfioctl none devices -J -O
	assert_success
	assert_equal "$(jq -c '[.devices[] | .group, .verdict, .viable] | unique' <<<"$output")" '[null]'
	assert_equal "$(jq '.devices | length' <<<"$output")" 3
}

@test "the rows are the same whatever columns are shown" {
	local host
	for host in small sriov none buses broken; do
		assert_equal "$(devices "$host" bdf,bus)" \
			"$(fakehost_vfioctl "$host" devices -O -J | jq -r '.devices[] | "\(.bdf) \(.bus)"' |
				sed 's/ /\\x20/g; s/\\x20\([a-z-]*\)$/ \1/')"
	done
}

@test "what cannot be read is null, and no failure" {
	run fakehost_vfioctl broken devices -J -o numa,override,reset-methods,power 00:08.0
	assert_success
	assert_equal "$(jq -c '.devices[0]' <<<"$output")" \
		'{"numa":null,"override":null,"reset_methods":[],"power":null}'
}

@test "a device that vanished in the middle of the scan is left out" {
	run devices broken bdf
	assert_success
	assert_line '0000:00:0c.0'
	refute_line '0000:00:0d.0'
	refute_line '0000:00:0e.0'
}
