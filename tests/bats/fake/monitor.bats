#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# monitor where nothing happens but that the whitelist changes, which it finds by looking: what it
# prints, to whom, and how it ends. What the kernel tells is in the suites for guests.

load ../helpers/common
load ../helpers/fakehost

setup_file() {
	fakehost_make small small
	fakehost_make hostile hostile
	fakehost_make big fill-4096
}

setup() {
	fakehost_need
	# With a file of its own the host has an /etc of its own, in which it can be written.
	echo '# made' >"$BATS_TEST_TMPDIR/conf"
	FAKEHOST_OPTIONS=(--conf "$BATS_TEST_TMPDIR/conf")
}

# on HOST SCRIPT - there, with vfioctl's output in the file "out" and its errors in "err"; the script
# has:
#   begin ARGUMENT...   starts monitor, with JSON, until it is ready
#   lines COUNT         waits for so many lines
#   allow DRIVER...     is the whole whitelist
#   ends STATUS SIGNAL  the monitor does so
on() {
	# shellcheck disable=SC2016
	local words='set -e
		cd "$1"
		grep -qx "# made" /etc/vfioctl.conf
		begin() { : >out; env --default-signal=INT,PIPE "$VFIOCTL" monitor --interval=1 "$@" >>out 2>err & monitor=$!; lines 1; }
		lines() { for ((i = 0; i < 600; i++)); do (($(wc -l <out) < $1)) || return 0; sleep 0.1; done; exit 90; }
		allow() { printf "whitelist = %s\n" "$@" >/etc/vfioctl.conf; }
		ends() { local status=0; [[ -z ${2-} ]] || kill -$2 $monitor; wait $monitor || status=$?; [[ $status == $1 ]] || { echo "it ended with $status"; exit 91; }; }
	'
	# Inside of the host /tmp is as it is outside.
	run fakehost_run "$1" timeout 120 bash -c "$words$2" - "$BATS_TEST_TMPDIR"
	assert_output ''
	assert_success
}

@test "the first line tells that it is ready, and each is as the schema says" {
	on small 'begin --json; allow e1000e e1000; lines 4; allow nothing; lines 7; ends 0 TERM'
	local line
	while read -r line; do
		validate_json monitor <<<"$line"
	done <"$BATS_TEST_TMPDIR/out"
	assert_equal "$(jq -c '[.event, .viable, .blockers, .drivers]' "$BATS_TEST_TMPDIR/out" | head -5)" \
		'["ready",null,[],[]]
["viability",true,[],[]]
["viability",true,[],[]]
["viability",true,[],[]]
["viability",false,["0000:01:00.0"],["e1000e"]]'
	assert_equal "$(jq -sc '[.[] | keys] | unique | length' "$BATS_TEST_TMPDIR/out")" 1
}

@test "a selector chooses the groups that are told of" {
	on small 'begin --json 0000:05:01.0; allow e1000e e1000; lines 2; ends 0 INT'
	assert_equal "$(jq -c 'select(.group != null) | .group' "$BATS_TEST_TMPDIR/out")" 20
}

@test "a reader that goes away ends it quietly, although nothing happens" {
	# shellcheck disable=SC2016
	on small 'mkfifo pipe; exec 8<>pipe
		"$VFIOCTL" monitor >pipe 2>err 8>&- & monitor=$!
		read -r -u 8 line; [[ $line == TIME* ]]; exec 8>&-; ends 141'
	# Of another process namespace one cannot know.
	assert_equal "$(grep -v 'not every process could be looked into' "$BATS_TEST_TMPDIR/err")" ''
}

@test "a reader that does not read loses nothing, and does not keep it from ending" {
	# shellcheck disable=SC2016
	on big 'mkfifo pipe; exec 8<>pipe; allow nothing
		"$VFIOCTL" monitor --json --interval=1 >pipe 2>err 8>&- & monitor=$!
		read -r -u 8 line; [[ $line == *ready* ]]
		allow e1000e nvme ixgbe xhci_hcd ahci igb i40e snd_hda_intel; sleep 6
		read -r -u 8 line; [[ $line == *viability* ]]
		ends 1 TERM'
	assert_regex "$(<"$BATS_TEST_TMPDIR/err")" 'bytes of the output were not written, as nobody reads it'
}

@test "no text has a control byte, whatever devices and drivers are called" {
	on hostile 'for format in "" --raw --pairs; do
			allow nothing; begin -O $format; allow nvme e1000e; sleep 2.5; allow nothing; sleep 2.5
			ends 0 TERM; cat out >>all
		done'
	assert_file_not_empty "$BATS_TEST_TMPDIR/all"
	run grep -naP '[\x00-\x09\x0b-\x1f\x7f]' "$BATS_TEST_TMPDIR/all"
	assert_output ''
}

@test "a whitelist that cannot be read is told once, and the former one stays" {
	on small 'begin --json; echo nonsense >/etc/vfioctl.conf; sleep 3.5; ends 0 TERM'
	assert_equal "$(grep -c 'the whitelist stays as it was' "$BATS_TEST_TMPDIR/err")" 1
	assert_equal "$(wc -l <"$BATS_TEST_TMPDIR/out")" 1
}
