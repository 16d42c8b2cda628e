# SPDX-License-Identifier: GPL-2.0-only
# topology: default
#
# What the looking verbs say of a real kernel, held against sysfs itself.

load ../helpers/common
load ../helpers/guest

setup_file() {
	# One device of our own to look at; nothing else is changed.
	"$VFIOCTL" bind 0000:01:00.0
}

teardown_file() {
	"$VFIOCTL" unbind 0000:01:00.0
}

@test "devices are those of sysfs, with their drivers and groups" {
	local dev driver group
	run "$VFIOCTL" devices -nr -o bdf,driver,group
	assert_success
	for dev in "$DEVICES"/*; do
		dev=${dev##*/}
		driver=$(driver_of "$dev")
		group=$(group_of "$dev")
		assert_line "$dev $driver $group"
	done
	assert_equal "${#lines[@]}" "$(find "$DEVICES" -mindepth 1 | wc -l)"
}

@test "groups are those of sysfs, with all their members" {
	local dir
	"$VFIOCTL" groups --json -o group,devices >"$BATS_TEST_TMPDIR/out"
	validate_json groups <"$BATS_TEST_TMPDIR/out"
	for dir in /sys/kernel/iommu_groups/*; do
		printf '%s %s\n' "${dir##*/}" "$(find "$dir/devices" -type l -printf '%f\n' | sort | tr '\n' ',')"
	done | sort -n >"$BATS_TEST_TMPDIR/wanted"
	sed -n 's/^{"group":\([0-9]*\),"devices":\[\(.*\)\]},*$/\1 \2,/p' "$BATS_TEST_TMPDIR/out" |
		tr -d '"' >"$BATS_TEST_TMPDIR/got"
	run diff "$BATS_TEST_TMPDIR/wanted" "$BATS_TEST_TMPDIR/got"
	assert_success
}

@test "a group behind a PCIe-to-PCI bridge is a tree of four" {
	run "$VFIOCTL" groups --tree 08:01.0
	assert_success
	assert_line --regexp '0000:07:00\.0 '
	assert_line --regexp '0000:08:03\.0 '
	assert_equal "${#lines[@]}" 6
}

@test "a group with a host driver in it is not viable: device, driver and command are named" {
	run --separate-stderr "$VFIOCTL" viable 06:00.0
	assert_failure 3
	assert_line --regexp \
		' no +0000:06:00\.1 is driven by e1000e +vfioctl bind 0000:06:00\.1$'
	"$VFIOCTL" viable --json 06:00.0 >"$BATS_TEST_TMPDIR/out" || [[ $? == 3 ]]
	validate_json viable <"$BATS_TEST_TMPDIR/out"
}

@test "groups without a host driver are viable" {
	run "$VFIOCTL" viable 01:00.0 05:00.0 08:01.0
	assert_success
}

@test "the host at a glance names the IOMMU, the modules and what is bound" {
	run "$VFIOCTL"
	assert_success
	assert_line --regexp '^IOMMU: +intel$'
	assert_line --regexp '^IOMMU-UNITS: +dmar0$'
	assert_line --regexp '^INTERRUPT-REMAPPING: +(yes|no)$'
	assert_line --regexp ' vfio_pci$'
	assert_line --regexp '^BOUND: +1$'
	assert_line --regexp '^IN-USE: +0$'
	assert_line --regexp "^GROUPS: +$(find /sys/kernel/iommu_groups -mindepth 1 -maxdepth 1 | wc -l)\$"
	assert_line --partial " $(uname -r)"
	"$VFIOCTL" status --json -O >"$BATS_TEST_TMPDIR/out"
	validate_json status <"$BATS_TEST_TMPDIR/out"
}

@test "a module of the kernel's own is in-tree, with its file" {
	run "$VFIOCTL" status -P -o modules,module-origins,module-files
	assert_success
	assert_output --regexp 'MODULES="[^"]*vfio_pci[,"]'
	assert_output --regexp 'MODULE_ORIGINS="[a-z,-]*(in-tree|built-in|out-of-tree)'
	assert_output --regexp '/lib/modules/'
}

@test "a group that someone has open is in use" {
	local node
	node=/dev/vfio/$(group_of 0000:01:00.0)
	exec 7<>"$node"
	run "$VFIOCTL" status -nr -o in-use
	exec 7>&-
	assert_output 1
	run "$VFIOCTL" status -nr -o in-use
	assert_output 0
}

@test "of a bound device override, node and its access are told" {
	run "$VFIOCTL" status 01:00.0
	assert_success
	assert_line --regexp '^DRIVER: +vfio-pci$'
	assert_line --regexp '^OVERRIDE: +vfio-pci$'
	assert_line --regexp '^VFIO: +yes$'
	assert_line --regexp '^VERDICT: +vfio$'
	assert_line --regexp "^NODE: +/dev/vfio/$(group_of 0000:01:00.0)\$"
	assert_line --regexp '^NODE-ACCESS: +root:root 0600$'
	assert_line --regexp '^RESET-METHODS: +(flr|pm|bus)$'
	assert_line --regexp '^RESERVED: +0x'
	assert_line --regexp '^POWER: +D'
	"$VFIOCTL" status --json 01:00.0 >"$BATS_TEST_TMPDIR/out"
	validate_json devices <"$BATS_TEST_TMPDIR/out"
}

@test "all columns of all devices are valid JSON on a real kernel" {
	"$VFIOCTL" devices --json -O >"$BATS_TEST_TMPDIR/devices"
	"$VFIOCTL" groups --json -O >"$BATS_TEST_TMPDIR/groups"
	"$VFIOCTL" whitelist --json >"$BATS_TEST_TMPDIR/whitelist"
	validate_json devices <"$BATS_TEST_TMPDIR/devices"
	validate_json groups <"$BATS_TEST_TMPDIR/groups"
	validate_json whitelist <"$BATS_TEST_TMPDIR/whitelist"
}

@test "an unprivileged user sees the same devices and groups" {
	local as_nobody=(setpriv --reuid 65534 --regid 65534 --clear-groups)
	"$VFIOCTL" groups --raw >"$BATS_TEST_TMPDIR/root"
	run "${as_nobody[@]}" "$VFIOCTL" groups --raw
	assert_success
	assert_output "$(<"$BATS_TEST_TMPDIR/root")"
	run "${as_nobody[@]}" "$VFIOCTL" status -P -o groups,in-use
	assert_success
	assert_output --regexp 'IN_USE=""$'
}

@test "no looking verb opens a config or writes anything" {
	type strace >/dev/null 2>&1 || skip 'no strace in this guest'
	local verb
	for verb in devices groups viable status whitelist 'status 01:00.0'; do
		# shellcheck disable=SC2086
		strace -f -qq -e trace=openat,open,write -o "$BATS_TEST_TMPDIR/trace" \
			"$VFIOCTL" $verb >"$BATS_TEST_TMPDIR/out" || [[ $? == 3 ]]
		# A worker has /dev/null for its standard files.
		run awk '/\/config"|"config"|O_WRONLY|O_RDWR/ && !/"\/dev\/null"/' \
			"$BATS_TEST_TMPDIR/trace"
		assert_success
		assert_output ""
	done
}
