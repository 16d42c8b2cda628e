#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only

load ../helpers/common
load ../helpers/fakehost

setup_file() {
	fakehost_make small small
	fakehost_make none no-iommu
	fakehost_make buses other-buses
	fakehost_make broken broken
}

setup() {
	fakehost_need
}

@test "groups has one row a group, with its members aligned below one another" {
	run fakehost_vfioctl small groups
	assert_success
	assert_line --index 0 --regexp '^GROUP VIABLE DEVICES +DRIVERS +VERDICTS +NAMES$'
	assert_line --regexp '^    1 yes    0000:00:01\.0 pcieport whitelisted Intel'
	assert_line --regexp '^   20 no     0000:04:00\.0 -        driverless  Red Hat'
	assert_line --regexp '^             0000:05:01\.0 e1000    blocks      Intel'
}

@test "plural cells of a group have an element for each device" {
	run fakehost_vfioctl small groups --json -O group:20
	assert_success
	assert_equal "$(jq -c '.groups[0] | .devices, .drivers, .verdicts, .blockers, .roles' <<<"$output")" \
'["0000:04:00.0","0000:05:00.0","0000:05:01.0","0000:05:02.0"]
[null,"vfio-pci","e1000",null]
["driverless","vfio","blocks","driverless"]
["0000:05:01.0"]
["bridge","endpoint","endpoint","endpoint"]'
	assert_equal "$(jq -c '.groups[] | [.viable, .count, .bound]' <<<"$output")" '[false,4,1]'
	jq -e '.groups[0] | (.devices | length) as $n | all(.drivers, .names, .ids, .classes; length == $n)' \
		<<<"$output"
}

@test "groups are in the order of their numbers" {
	run fakehost_vfioctl small groups -nr -o group
	assert_output "$(printf '%s\n' 0 1 2 3 4 5 6 7 20)"
}

@test "a tree has the members below their group" {
	LC_ALL=C.UTF-8 run fakehost_vfioctl small groups --tree
	assert_success
	assert_line --regexp '^20 +no '
	assert_line --regexp '^├─0000:04:00\.0 +-'
	assert_line --regexp '^└─0000:05:02\.0 +- '
	refute_line --partial DEVICES
}

@test "a tree is drawn in ASCII where the locale has no more" {
	LC_ALL=C run fakehost_vfioctl small groups --tree
	assert_success
	assert_line --regexp '^\|-0000:04:00\.0 '
	assert_line --regexp '^`-0000:05:02\.0 '
}

@test "a tree does not change the shape of JSON, raw or pairs" {
	local format
	for format in --json --raw --pairs; do
		assert_equal "$(fakehost_vfioctl small groups $format --tree)" \
			"$(fakehost_vfioctl small groups $format)"
	done
}

@test "a selector shows the whole group of what it selects, once" {
	run fakehost_vfioctl small groups -nr -o group,devices 05:00.0 05:01.0
	assert_output '20 0000:04:00.0,0000:05:00.0,0000:05:01.0,0000:05:02.0'
}

@test "members on other buses are in their groups" {
	run fakehost_vfioctl buses groups -nr -o group,devices,drivers
	assert_success
	assert_line '0 0000:00:01.0,fsl-bman vfio-pci,'
	assert_line '4 dpni.2,dprc.1 vfio-fsl-mc,fsl_mc_dprc'
}

@test "a host without an IOMMU has no groups, and that is no failure" {
	run --separate-stderr fakehost_vfioctl none groups --json
	assert_success
	assert_output '{"version":1,"groups":[]}'
	assert_equal "$stderr" ""
	validate_json groups <<<"$output"
	run fakehost_vfioctl none groups
	assert_success
	assert_output ""
}

@test "a group without members is viable, and its arrays are empty" {
	run fakehost_vfioctl broken groups --json -o group,viable,devices
	assert_success
	assert_equal "$(jq -c '.groups[] | select(.group == 92)' <<<"$output")" \
		'{"group":92,"viable":true,"devices":[]}'
}

@test "type and reserved regions of a group are told when asked for" {
	run fakehost_vfioctl small groups --json -o domain-type,reserved group:20
	assert_equal "$(jq -c '.groups[0]' <<<"$output")" \
		'{"domain_type":"DMA-FQ","reserved":["0x00000000fee00000 0x00000000feefffff msi"]}'
	run fakehost_vfioctl broken groups --json -o domain-type,reserved
	assert_success
	jq -e 'any(.groups[]; .domain_type == null and .reserved == [])' <<<"$output"
}
