#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# Manual pages against what the program says of itself.

load ../helpers/common

setup() {
	man=$BATS_TEST_DIRNAME/../../../man
	mapfile -t verbs < <("$VFIOCTL" --list-cmds | grep -vx help)
}

@test "every verb has a page, which vfioctl(8) refers to" {
	local verb
	for verb in "${verbs[@]}"; do
		assert_exist "$man/vfioctl-$verb.8"
		grep -q "^\.Xr vfioctl-$verb 8" "$man/vfioctl.8"
	done
}

@test "every page of a verb is of a verb that there is" {
	local page
	for page in "$man"/vfioctl-*.8; do
		page=${page##*/vfioctl-}
		"$VFIOCTL" --list-cmds | grep -qx "${page%.8}"
	done
}

@test "every column is in the page of its verb" {
	local verb column
	for verb in "${verbs[@]}"; do
		for column in $("$VFIOCTL" "$verb" -H --json | jq -r '.columns[].name'); do
			grep -qw -- "$column" "$man/vfioctl-$verb.8" ||
				fail "vfioctl-$verb(8) does not tell of the column $column"
		done
	done
}

@test "every option is in the page of its verb, or in vfioctl(8) when all have it" {
	local verb option
	for verb in "${verbs[@]}"; do
		for option in $("$VFIOCTL" "$verb" --list-opts | sed -n 's/^--\([^=]*\)=*$/\1/p'); do
			grep -q -- "Fl [A-Za-z] , -$option\|Fl -$option" \
				"$man/vfioctl-$verb.8" "$man/vfioctl.8" ||
				fail "no page tells of --$option of $verb"
		done
	done
	for option in $("$VFIOCTL" --list-opts | sed -n 's/^--\([^=]*\)=*$/\1/p'); do
		grep -q -- "Fl [A-Za-z] , -$option\|Fl -$option" "$man/vfioctl.8" ||
			fail "vfioctl(8) does not tell of --$option"
	done
}
