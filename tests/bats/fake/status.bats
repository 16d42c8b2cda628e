#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only

load ../helpers/common
load ../helpers/fakehost

setup_file() {
	fakehost_make small small
	fakehost_make none no-iommu
	fakehost_make amd -e 'iommu amd'
	fakehost_make sriov sriov
}

setup() {
	fakehost_need
}

@test "vfioctl alone shows what status shows" {
	run fakehost_vfioctl small
	assert_success
	assert_output "$(fakehost_vfioctl small status)"
	assert_line --regexp '^IOMMU: +intel$'
	assert_line --regexp '^GROUPS: +9$'
}

@test "the host at a glance counts groups, viable ones, and bound devices" {
	run fakehost_vfioctl small status --json
	assert_success
	validate_json status <<<"$output"
	assert_equal "$(jq -c '.hosts[0] |
		[.iommu, .iommu_units, .groups, .viable, .devices, .bound, .in_use]' <<<"$output")" '["intel",["dmar0"],9,5,12,1,0]'
}

@test "the VFIO modules that are loaded are named with where they come from" {
	run fakehost_vfioctl small status --json -O
	assert_success
	jq -e '.hosts[0].modules | index("vfio_pci")' <<<"$output"
	jq -e '.hosts[0] | (.modules | length) as $n |
		all(.module_origins, .module_versions, .module_files; length == $n)' <<<"$output"
}

@test "a host without an IOMMU says that there is none" {
	run fakehost_vfioctl none status --json
	assert_success
	validate_json status <<<"$output"
	assert_equal "$(jq -c '.hosts[0] | [.iommu, .iommu_units, .groups]' <<<"$output")" '[null,[],0]'
}

@test "the kind of IOMMU is told" {
	assert_equal "$(fakehost_vfioctl amd status -nr -o iommu)" amd
}

@test "of a device everything is told, a line each" {
	run fakehost_vfioctl small status 01:00.0
	assert_success
	assert_line --regexp '^BDF: +0000:01:00\.0$'
	assert_line --regexp '^DRIVER: +e1000e$'
	assert_line --regexp '^OVERRIDE: +-$'
	assert_line --regexp '^NUMA: +0$'
	assert_line --regexp '^RESET-METHODS: +flr$'
	assert_line --regexp '^RESERVED: +0x'
	# More than one line has a list of several.
	assert_equal "$(grep -c '^[A-Z]' <<<"$output")" "$("$VFIOCTL" --list-columns=devices | wc -l)"
}

@test "each device of a group is told of, a blank line apart" {
	run fakehost_vfioctl small status group:20
	assert_success
	assert_equal "$(grep -c '^BDF:' <<<"$output")" 4
	assert_equal "$(grep -c '^$' <<<"$output")" 3
}

@test "a device's JSON is that of devices" {
	run fakehost_vfioctl small status --json 05:00.0
	assert_success
	validate_json devices <<<"$output"
	assert_output "$(fakehost_vfioctl small devices --json -O 05:00.0)"
}

@test "a device's columns can be chosen" {
	run fakehost_vfioctl small status -o bdf,driver 05:00.0
	assert_success
	assert_output $'BDF:    0000:05:00.0\nDRIVER: vfio-pci'
}

@test "nothing selected is exit 32" {
	run --separate-stderr fakehost_vfioctl small status 07:00.0
	assert_failure 32
	assert_output ""
	assert_equal "$stderr" "vfioctl: no device matches '07:00.0'"
}
