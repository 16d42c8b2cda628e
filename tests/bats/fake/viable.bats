#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only

load ../helpers/common
load ../helpers/fakehost

setup_file() {
	fakehost_make small small
	fakehost_make none no-iommu
	fakehost_make good -e 'iommu intel' -e 'pci 0000:00:01.0 driver=vfio-pci' -e 'pci 0000:00:02.0'
	fakehost_make shp -e 'iommu intel' \
		-e 'pci 0000:00:01.0 class=0x060400 driver=shpchp secondary=1 group=1' \
		-e 'pci 0000:01:00.0 parent=0000:00:01.0 driver=vfio-pci group=1' \
		-e 'device platform thing driver=thing-driver group=1'
}

setup() {
	fakehost_need
}

@test "viable exits 0 when every group is viable" {
	run fakehost_vfioctl good viable
	assert_success
	assert_line --regexp '^ +[0-9]+ yes'
	refute_line --regexp ' no '
}

@test "viable exits 3 and names device, driver and the command that clears it" {
	run --separate-stderr fakehost_vfioctl small viable group:20
	assert_failure 3
	assert_line --regexp \
		'^ +20 no +0000:05:01\.0 is driven by e1000 +vfioctl bind 0000:05:01\.0$'
	assert_equal "$stderr" ""
}

@test "one group that is not viable decides over those that are" {
	run fakehost_vfioctl small viable
	assert_failure 3
	assert_line --regexp '^ +1 yes'
	run fakehost_vfioctl small viable group:1 group:3
	assert_success
}

@test "a device stands for its whole group" {
	run fakehost_vfioctl small viable -nr -o group,viable,blockers 0000:05:00.0
	assert_failure 3
	assert_output '20 no 0000:05:01.0'
}

@test "a bridge's driver is cleared by pci-stub, another bus by no command" {
	run fakehost_vfioctl shp viable --json -O
	assert_failure 3
	assert_equal "$(jq -c '.groups[0] | .blockers, .drivers, .commands' <<<"$output")" \
'["0000:00:01.0","thing"]
["shpchp","thing-driver"]
["vfioctl bind --driver pci-stub 0000:00:01.0",null]'
}

@test "a whitelisted driver no longer blocks" {
	printf 'whitelist = shpchp\n' >"$BATS_TEST_TMPDIR/conf"
	FAKEHOST_OPTIONS=(--conf "$BATS_TEST_TMPDIR/conf")
	run fakehost_vfioctl shp viable -nr -o blockers
	assert_failure 3
	assert_output 'thing'
}

@test "a device in no group is not viable, and the sentence says why" {
	run --separate-stderr fakehost_vfioctl none viable 00:02.0
	assert_failure 3
	assert_output ""
	assert_regex "$stderr" "device '0000:00:02\.0' is in no IOMMU group"
}

@test "a host without an IOMMU has nothing to judge: exit 0, an empty array and a warning" {
	run --separate-stderr fakehost_vfioctl none viable --json
	assert_success
	assert_output '{"version":1,"groups":[]}'
	validate_json error <<<"$stderr"
	jq -e .warning <<<"$stderr"
}

@test "nothing selected is exit 32, not a verdict" {
	run --separate-stderr fakehost_vfioctl small viable 07:00.0
	assert_failure 32
	assert_output ""
}

@test "not viable outweighs a selector that matches nothing" {
	run --separate-stderr fakehost_vfioctl small viable 01:00.0 07:00.0
	assert_failure 3
	assert_regex "$stderr" "'07:00.0'"
}
