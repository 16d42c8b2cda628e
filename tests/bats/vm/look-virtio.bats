# SPDX-License-Identifier: GPL-2.0-only
# topology: bare
# iommu: virtio
# kernel: 6.12

load ../helpers/common
load ../helpers/guest

@test "a virtio IOMMU is told from others" {
	run "$VFIOCTL" status -nr -o iommu,iommu-units
	assert_success
	assert_output --regexp '^virtio [0-9a-zA-Z:.]+$'
	"$VFIOCTL" status --json -O >"$BATS_TEST_TMPDIR/out"
	validate_json status <"$BATS_TEST_TMPDIR/out"
}

@test "with a virtio IOMMU there are groups" {
	"$VFIOCTL" groups --json -O >"$BATS_TEST_TMPDIR/out"
	validate_json groups <"$BATS_TEST_TMPDIR/out"
	run "$VFIOCTL" groups -nr -o group
	assert_success
	assert_equal "${#lines[@]}" "$(find /sys/kernel/iommu_groups -mindepth 1 -maxdepth 1 | wc -l)"
}
