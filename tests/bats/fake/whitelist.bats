#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only

load ../helpers/common
load ../helpers/fakehost

setup_file() {
	fakehost_make none no-iommu
}

setup() {
	fakehost_need
	conf=$BATS_TEST_TMPDIR/conf
	FAKEHOST_OPTIONS=(--conf "$conf")
}

@test "without a file the built-in drivers are listed" {
	FAKEHOST_OPTIONS=()
	run fakehost_vfioctl none whitelist -nr
	assert_success
	assert_output $'pci-stub pci built-in\npcieport pci built-in'
}

@test "what the configuration adds is listed with its file and line" {
	printf '# more\nwhitelist = shpchp\n' >"$conf"
	run fakehost_vfioctl none whitelist -nr
	assert_success
	assert_line 'pci-stub pci built-in'
	assert_line --regexp '^shpchp [a-z]* /etc/vfioctl\.conf:2$'
}

@test "the list is valid JSON" {
	printf 'whitelist = shpchp\n' >"$conf"
	run fakehost_vfioctl none whitelist --json
	assert_success
	validate_json whitelist <<<"$output"
	assert_equal "$(jq '.drivers | length' <<<"$output")" 3
}

@test "a line that is no setting stops every verb that judges, and is named" {
	printf 'whitelist = shpchp\nnonsense\n' >"$conf"
	local verb
	for verb in whitelist viable groups devices status; do
		run --separate-stderr fakehost_vfioctl none "$verb"
		assert_failure 1
		assert_output ""
		assert_regex "$stderr" '/etc/vfioctl\.conf.*2|2.*/etc/vfioctl\.conf'
	done
}

@test "a file that others may write is refused" {
	printf 'whitelist = shpchp\n' >"$conf"
	run --separate-stderr fakehost_run none \
		sh -c 'chmod 666 /etc/vfioctl.conf && exec "$VFIOCTL" whitelist'
	assert_failure 1
	assert_output ""
	assert_regex "$stderr" "others than root can write it"
}
