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

# refused COMMAND WHAT - after COMMAND, the configuration is refused since others can write WHAT
refused() {
	printf 'whitelist = shpchp\n' >"$conf"
	run --separate-stderr fakehost_run none sh -c "$1"' && exec "$VFIOCTL" whitelist'
	assert_failure 1
	assert_output ""
	assert_equal "$stderr" "vfioctl: '/etc/vfioctl.conf' is not used: others than root can write \
'$2'; run 'chown root:root $2; chmod go-w $2'"
}

@test "a file that others may write is refused" {
	refused 'chmod 666 /etc/vfioctl.conf' /etc/vfioctl.conf
	refused 'chmod 664 /etc/vfioctl.conf' /etc/vfioctl.conf
}

@test "a file that is not root's is refused" {
	((EUID == 0)) || skip 'only root can give a file away'
	refused 'chown 1 /etc/vfioctl.conf' /etc/vfioctl.conf
}

@test "a file in a directory that others may write is refused, sticky or not" {
	refused 'chmod 777 /etc' /etc
	refused 'chmod 1777 /etc' /etc
}

@test "a link is followed, and all that it leads through must be root's alone" {
	local through='mkdir -p /run/a/b && mv /etc/vfioctl.conf /run/a/b/c &&
		ln -s ../run/a/link /etc/vfioctl.conf && ln -s /run/a/../a/b/c /run/a/link'
	printf 'whitelist = shpchp\n' >"$conf"
	run fakehost_run none sh -c "$through"' && exec "$VFIOCTL" whitelist -nr'
	assert_success
	assert_line 'shpchp pci /etc/vfioctl.conf:1'
	refused "$through && chmod 777 /run/a/b" /run/a/b
	refused "$through && chmod 777 /run/a" /run/a
	refused "$through && chmod 666 /run/a/b/c" /run/a/b/c
}

@test "links in a circle, and what is no file, are told of" {
	printf 'whitelist = shpchp\n' >"$conf"
	run --separate-stderr fakehost_run none \
		sh -c 'ln -sf vfioctl.conf /etc/vfioctl.conf && exec "$VFIOCTL" whitelist'
	assert_failure 1
	assert_equal "$stderr" "vfioctl: cannot open '/etc/vfioctl.conf': Too many levels of symbolic links"
	run --separate-stderr fakehost_run none \
		sh -c 'rm /etc/vfioctl.conf && mkfifo /etc/vfioctl.conf && exec "$VFIOCTL" whitelist'
	assert_failure 1
	assert_equal "$stderr" "vfioctl: '/etc/vfioctl.conf' is not a regular file"
}
