# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Host layouts and what is to be found in them. Load after helpers/common and helpers/fakehost.

# host - makes the layout "safety" with the lines of stdin behind its own
host() {
	local layout=$BATS_TEST_TMPDIR/layout
	cat "$FAKEHOST_TOP/tests/fakehost/layouts/safety" - >"$layout"
	fakehost_make "judge-$BATS_TEST_NUMBER" "$layout"
}

# host_add LINE... - makes it anew, with more lines
host_add() {
	printf '%s\n' "$@" >>"$BATS_TEST_TMPDIR/layout"
	rm -rf "$(fakehost_dir "judge-$BATS_TEST_NUMBER")"
	fakehost_make "judge-$BATS_TEST_NUMBER" "$BATS_TEST_TMPDIR/layout"
}

# mounts NUMBER DIRECTORY TYPE SOURCE [OPTIONS] - one more line of the made mount table
mounts() {
	printf 'file proc/self/mountinfo "22 1 0:21 / / rw - tmpfs tmpfs rw\\n23 22 %s / %s rw - %s %s %s\\n"\n' \
		"$1" "$2" "$3" "$4" "${5:-rw}"
}

# verdicts DEVICE - what a dry run finds of it, "VERDICT REASON RESOURCE", one a line
verdicts() {
	fakehost_vfioctl "judge-$BATS_TEST_NUMBER" bind --dry-run --json "$1" 2>"$BATS_TEST_TMPDIR/err" |
		jq -r '.steps[] | select(.step | IN("block", "unknown", "ask", "inform", "allowed"))
			| "\(.step) \(.value) \(.message)"'
}

# judged DEVICE LINE... - exactly these findings, in any order, and the status that they give
judged() {
	local device=$1 found
	shift
	found=$(verdicts "$device" | LC_ALL=C sort)
	assert_equal "$found" "$(printf '%s\n' "$@" | LC_ALL=C sort)"
}

# cleared DEVICE... - nothing is found of any of them, and a plan is made
cleared() {
	run -0 fakehost_vfioctl "judge-$BATS_TEST_NUMBER" bind --dry-run -nr -o bdf,step,value,message "$@"
	assert_equal "$(grep -E ' (block|unknown|ask|inform|allowed|refuse) ' <<<"$output")" ''
	assert_equal "$(grep -c ' verify ' <<<"$output")" $#
}

# disk NAME COMMAND... - makes a disk of 16 MiB by a command that takes its name last
disk() {
	local file
	file=$(fakehost_dir "judge-$BATS_TEST_NUMBER")/dev/$1
	shift
	truncate -s 16M "$file"
	"$@" "$file"
}
