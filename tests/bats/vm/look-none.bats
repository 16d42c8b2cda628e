# SPDX-License-Identifier: GPL-2.0-only
# topology: bare
# iommu: none
#
# A real host without an IOMMU.

load ../helpers/common
load ../helpers/guest

@test "without an IOMMU groups are an empty array and exit 0" {
	run --separate-stderr "$VFIOCTL" groups --json
	assert_success
	assert_output '{"version":1,"groups":[]}'
	assert_equal "$stderr" ""
	validate_json groups <<<"$output"
}

@test "without an IOMMU devices are listed without groups" {
	run "$VFIOCTL" devices -nr -o group
	assert_success
	refute_output --regexp '[0-9]'
	assert_equal "$("$VFIOCTL" devices -nr -o bdf | wc -l)" "$(find "$DEVICES" -mindepth 1 | wc -l)"
}

@test "without an IOMMU status says so" {
	run "$VFIOCTL" status
	assert_success
	assert_line --regexp '^IOMMU: +-$'
	assert_line --regexp '^GROUPS: +0$'
	"$VFIOCTL" status --json >"$BATS_TEST_TMPDIR/out"
	validate_json status <"$BATS_TEST_TMPDIR/out"
}

@test "without an IOMMU no device is viable" {
	local device
	device=$(basename "$(find "$DEVICES" -mindepth 1 | head -1)")
	run --separate-stderr "$VFIOCTL" viable "$device"
	assert_failure 3
	assert_output ""
	assert_regex "$stderr" "'$device' is in no IOMMU group"
}
