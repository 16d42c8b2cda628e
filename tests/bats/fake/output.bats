#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# What holds for the output of every looking verb, on hosts of all kinds.

load ../helpers/common
load ../helpers/fakehost

verbs=(status devices groups viable whitelist)
hosts=(small hostile none buses broken sriov some big)

setup_file() {
	fakehost_make small small
	fakehost_make hostile hostile
	fakehost_make none no-iommu
	fakehost_make buses other-buses
	fakehost_make broken broken
	fakehost_make sriov sriov
	fakehost_make some fill-64
	fakehost_make big fill-4096
}

setup() {
	fakehost_need
}

# json HOST VERB [ARGUMENT]... - what the verb prints there; viable may exit 3
json() {
	local status=0

	fakehost_vfioctl "$1" "${@:2}" --json 2>"$BATS_TEST_TMPDIR/stderr" || status=$?
	((status == 0 || status == 3)) || fail "'${*:2}' on $1 exited $status"
}

@test "every JSON output is allowed by the schema of its verb, on every kind of host" {
	local host verb
	for host in "${hosts[@]}"; do
		for verb in "${verbs[@]}"; do
			json "$host" "$verb" | validate_json "$verb"
		done
	done
}

@test "with all columns, too" {
	local host verb
	for host in small hostile none buses broken sriov some; do
		for verb in "${verbs[@]}"; do
			json "$host" "$verb" -O | validate_json "$verb"
		done
		json "$host" status '*:*' | validate_json devices
	done
}

@test "JSON has the same keys for none, one or many rows and under every filter" {
	local keys
	keys=$(json small groups | jq -c '[.groups[] | keys] | unique')
	assert_equal "$(jq length <<<"$keys")" 1
	assert_equal "$(json small groups group:20 | jq -c '[.groups[] | keys]')" "$keys"
	assert_equal "$(json small groups --tree | jq -c '[.groups[] | keys] | unique')" "$keys"
	assert_equal "$(json none groups | jq -c keys)" '["groups","version"]'
}

@test "JSON is in UTF-8 in any locale" {
	local locale
	for locale in C POSIX C.UTF-8; do
		LC_ALL=$locale json hostile groups -O | validate_json groups
		LC_ALL=$locale json hostile devices -O | validate_json devices
	done
}

@test "a name with a quote, a line break, an escape and bad UTF-8 comes through JSON" {
	json hostile devices -o bdf,driver,override >"$BATS_TEST_TMPDIR/out"
	assert_equal "$(jq -c '.devices[] | select(.bdf == "0000:00:01.0") | .override' \
		"$BATS_TEST_TMPDIR/out")" "$(printf '"other\\"driver\\u001b[1m\xef\xbf\xbd"')"
	jq -e '[.devices[].bdf] | index("line\nbreak \"and\" quote")' "$BATS_TEST_TMPDIR/out"
}

@test "no format but JSON ever prints a control byte or bad UTF-8" {
	local verb format locale
	for verb in 'devices -O' 'groups -O' 'groups --tree' 'viable -O' 'status *:*' whitelist; do
		for format in '' --raw --pairs; do
			for locale in C C.UTF-8; do
				# shellcheck disable=SC2086
				LC_ALL=$locale fakehost_run hostile timeout 20 "$VFIOCTL" $verb $format \
					>"$BATS_TEST_TMPDIR/out" || [[ $? == 3 ]]
				[[ -s $BATS_TEST_TMPDIR/out ]]
				run grep -naP '[\x00-\x09\x0b-\x1f\x7f]' "$BATS_TEST_TMPDIR/out"
				assert_output ""
				iconv -f UTF-8 -t UTF-8 "$BATS_TEST_TMPDIR/out" >/dev/null
			done
		done
	done
}

@test "raw is one line a row whose cells are counted by blanks" {
	local rows
	rows=$(json hostile devices | jq '.devices | length')
	fakehost_vfioctl hostile devices --raw -O >"$BATS_TEST_TMPDIR/out"
	assert_equal "$(wc -l <"$BATS_TEST_TMPDIR/out")" $((rows + 1))
	assert_equal "$(awk -F ' ' '{print gsub(/ /, "")}' "$BATS_TEST_TMPDIR/out" | sort -u | wc -l)" 1
}

@test "pairs can be given to a shell, which runs nothing of them" {
	local rows=0 line
	while read -r line; do
		# shellcheck disable=SC2034
		(eval "$line" && [[ -n ${BDF-} ]])
		rows=$((rows + 1))
	done < <(fakehost_vfioctl hostile devices --pairs -O)
	assert_equal "$rows" "$(json hostile devices | jq '.devices | length')"
}

@test "standard output that is full fails every verb and format, with a sentence" {
	local verb format
	for verb in "${verbs[@]}"; do
		for format in '' --raw --pairs --json; do
			# shellcheck disable=SC2016
			run --separate-stderr fakehost_run small \
				sh -c '"$VFIOCTL" $1 >/dev/full' - "$verb $format"
			assert_failure 1
			assert_regex "$stderr" 'cannot write the output: No space left on device'
		done
	done
}

@test "help and lists that do not fit fail, too" {
	local line
	for line in --help --version --list-cmds --list-opts 'groups --help' 'groups -H' help; do
		# shellcheck disable=SC2016
		run --separate-stderr sh -c '"$VFIOCTL" $1 >/dev/full' - "$line"
		assert_failure 1
		assert_regex "$stderr" 'cannot write the output'
	done
}

@test "a reader that goes away ends the verb quietly" {
	local verb
	for verb in 'devices' 'groups' 'devices --json' 'groups --raw'; do
		# shellcheck disable=SC2016
		run --separate-stderr fakehost_run big bash -c \
			'"$VFIOCTL" $1 | head -1; echo "${PIPESTATUS[0]}"' - "$verb"
		assert_success
		assert_equal "$stderr" ""
		assert_equal "${#lines[@]}" 2
		assert_equal "${lines[1]}" 141
	done
}

@test "there is no colour but on a terminal, and none with NO_COLOR" {
	# shellcheck disable=SC2016
	local on_terminal='script -qec "$VFIOCTL groups" /dev/null'

	run fakehost_vfioctl small groups
	refute_output --partial $'\e['
	TERM=xterm run fakehost_run small bash -c "$on_terminal"
	assert_output --partial $'\e['
	NO_COLOR=1 TERM=xterm run fakehost_run small bash -c "$on_terminal"
	refute_output --partial $'\e['
}
