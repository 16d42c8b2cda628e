#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# Completion as a user meets it: keys typed into an interactive bash on a terminal.

load ../helpers/common
load ../helpers/fakehost

setup_file() {
	fakehost_make small small
	fakehost_make hostile hostile
}

setup() {
	fakehost_need
	PATH=$(dirname "$VFIOCTL"):$PATH
	completions=$FAKEHOST_TOP/completions/vfioctl.bash
}

# tab HOST LINE WANTED - what the line is after a tab
tab() {
	assert_equal "$(fakehost_run "$1" "$BATS_TEST_DIRNAME/../helpers/complete-line" \
		"$completions" "$2")" "<$3>"
}

# all HOST LINE WANTED - the line with all possible completions
all() {
	assert_equal "$(fakehost_run "$1" "$BATS_TEST_DIRNAME/../helpers/complete-line" --all \
		"$completions" "$2")" "<$3>"
}

@test "a verb is completed, and all of them are offered" {
	tab small 'vfioctl dev' 'vfioctl devices '
	all small 'vfioctl ' "vfioctl $("$VFIOCTL" --list-cmds | sort | tr '\n' ' ')"
	tab small 'vfioctl help gro' 'vfioctl help groups '
}

@test "options are completed, and one that takes a value waits for it" {
	tab small 'vfioctl groups --tr' 'vfioctl groups --tree '
	tab small 'vfioctl groups --output=' 'vfioctl groups --output='
	tab small 'vfioctl bind --dri' 'vfioctl bind --driver='
	tab small 'vfioctl --vers' 'vfioctl --version '
	tab small 'vfioctl --list-columns=wh' 'vfioctl --list-columns=whitelist '
}

@test "columns are completed one after the other in a list" {
	tab small 'vfioctl devices -o dri' 'vfioctl devices -o driver'
	tab small 'vfioctl devices -o bdf,dri' 'vfioctl devices -o bdf,driver'
	tab small 'vfioctl devices -nro bdf,driver,over' 'vfioctl devices -nro bdf,driver,override'
	tab small 'vfioctl devices --output=+over' 'vfioctl devices --output=+override'
	tab small 'vfioctl devices -o BDF,DRI' 'vfioctl devices -o BDF,DRIVER'
}

@test "a column that is in the list is not offered again" {
	all small 'vfioctl whitelist -o bus,' 'vfioctl whitelist -o bus,driver bus,kernel bus,source '
}

@test "what the whitelist can be told is offered, and what can be removed" {
	all small 'vfioctl whitelist ' 'vfioctl whitelist add apply remove reset '
	tab small 'vfioctl whitelist res' 'vfioctl whitelist reset '
	printf 'whitelist = shpchp\n' >"$BATS_TEST_TMPDIR/conf"
	FAKEHOST_OPTIONS=(--conf "$BATS_TEST_TMPDIR/conf")
	tab small 'vfioctl whitelist remove ' 'vfioctl whitelist remove shpchp '
}

@test "columns are those of the verb" {
	all small 'vfioctl whitelist -o ' 'vfioctl whitelist -o bus driver kernel source '
}

@test "an address is completed across its colons" {
	tab small 'vfioctl devices 0000:01' 'vfioctl devices 0000:01:00.0 '
	tab small 'vfioctl devices 0000:01:0' 'vfioctl devices 0000:01:00.0 '
	tab small 'vfioctl devices 0000:05:0' 'vfioctl devices 0000:05:0'
	tab small 'vfioctl devices 03:' 'vfioctl devices 03:00.0 '
	tab small 'vfioctl devices 1b36:001' 'vfioctl devices 1b36:0010 '
}

@test "a second address is completed like the first" {
	tab small 'vfioctl status 0000:01:00.0 0000:02' 'vfioctl status 0000:01:00.0 0000:02:00.0 '
}

@test "drivers, groups and classes are completed behind their colon" {
	tab small 'vfioctl devices driver:nv' 'vfioctl devices driver:nvme '
	tab small 'vfioctl groups group:20' 'vfioctl groups group:20 '
	tab small 'vfioctl devices class:netw' 'vfioctl devices class:network '
	tab small 'vfioctl devices dri' 'vfioctl devices driver:'
}

@test "bind offers endpoints that are not bound yet, unbind those that are" {
	all small 'vfioctl bind 0000:05' 'vfioctl bind 0000:05:01.0 05:02.0 '
	tab small 'vfioctl unbind 0000' 'vfioctl unbind 0000:05:00.0 '
	tab small 'vfioctl probe 0000' 'vfioctl probe 0000:05:00.0 '
}

@test "drivers and reasons are completed as values" {
	tab small 'vfioctl bind --driver=vfi' 'vfioctl bind --driver=vfio-pci '
	tab small 'vfioctl bind --allow=mounted,addr' 'vfioctl bind --allow=mounted,address'
	tab small 'vfioctl reset --method=flr,b' 'vfioctl reset --method=flr,bus'
	tab small 'vfioctl reset --allow-driver=vfi' 'vfioctl reset --allow-driver=vfio-pci'
	tab small 'vfioctl probe --backend=c' 'vfioctl probe --backend=cdev '
}

@test "a verb without operands offers none" {
	tab small 'vfioctl whitelist 0000' 'vfioctl whitelist 0000'
}

@test "a hostile name is never put on the command line" {
	tab hostile 'vfioctl devices 0000:00:01' 'vfioctl devices 0000:00:01.0 '
	all hostile 'vfioctl devices line' 'vfioctl devices line'
}
