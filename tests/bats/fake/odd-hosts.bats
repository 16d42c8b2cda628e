# SPDX-License-Identifier: GPL-2.0-only
#
# Machines drawn from seeds in which a third of the functions lack an attribute, or have something
# in its place that cannot be read: no verb may fall over any of them.

load ../helpers/common
load ../helpers/fakehost

SEEDS='1 2 3 4 5 6'

setup_file() {
	local seed
	for seed in $SEEDS; do
		fakehost_make "$seed" -e "fill functions=96 missing=33 group=1..6 others=12 seed=$seed"
	done
}

setup() {
	fakehost_need
}

@test "every device of the bus is listed, whatever it lacks" {
	local seed
	for seed in $SEEDS; do
		run fakehost_vfioctl "$seed" devices -nr -o bdf
		assert_success
		assert_equal "$(grep -c ':' <<<"$output")" 96
		assert_equal "$(grep ':' <<<"$output" | sort)" \
			"$(ls "$(fakehost_dir "$seed")/sys/bus/pci/devices" | sort)"
	done
}

@test "every group is listed, with the members that it has" {
	local seed groups members
	for seed in $SEEDS; do
		groups=$(fakehost_dir "$seed")/sys/kernel/iommu_groups
		run fakehost_vfioctl "$seed" groups -nr -o group,count
		assert_success
		members=$(cd "$groups" && for group in *; do
			printf '%s %d\n' "$group" "$(ls "$group/devices" | wc -l)"
		done | sort -n)
		assert_output "$members"
	done
}

@test "all columns of every verb can be asked for, and their JSON is valid" {
	local seed verb
	for seed in $SEEDS; do
		for verb in devices groups viable status; do
			fakehost_vfioctl "$seed" "$verb" -O --json >"$BATS_TEST_TMPDIR/out" ||
				[[ $verb:$? == viable:3 ]]
			validate_json "$verb" <"$BATS_TEST_TMPDIR/out"
		done
	done
}

@test "a verdict is the same from devices, groups and viable" {
	local seed
	for seed in $SEEDS; do
		fakehost_vfioctl "$seed" groups -nr -o group,viable | sort -u >"$BATS_TEST_TMPDIR/groups"
		# What is in no group, or in one that its own link does not tell, has no verdict.
		fakehost_vfioctl "$seed" devices -nr -o group,viable | awk 'NF == 2' |
			sort -u >"$BATS_TEST_TMPDIR/devices"
		run comm -13 "$BATS_TEST_TMPDIR/groups" "$BATS_TEST_TMPDIR/devices"
		assert_output ""
		fakehost_vfioctl "$seed" viable -nr -o group,viable |
			sort -u >"$BATS_TEST_TMPDIR/viable"
		run diff "$BATS_TEST_TMPDIR/groups" "$BATS_TEST_TMPDIR/viable"
		assert_success
	done
}

@test "without sysfs every verb that looks at the host fails and says so" {
	local dir=$BATS_TEST_TMPDIR/bare verb
	mkdir -p "$dir/sys"
	for verb in status devices groups viable 'bind --dry-run 01:00.0'; do
		# shellcheck disable=SC2086
		run -1 "$FAKEHOST_RUN" "$dir" -- "$VFIOCTL" $verb
		assert_output "vfioctl: '/sys' is empty: sysfs is not mounted there"
	done
}
