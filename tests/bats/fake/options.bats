#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# The command line: verbs, options, help, and the lists that completion is made of. Nothing here
# looks at devices.

load ../helpers/common

setup() {
	mapfile -t verbs < <("$VFIOCTL" --list-cmds | grep -vx help)
}

@test "an unknown verb is a usage error that names it and says where help is" {
	run --separate-stderr "$VFIOCTL" frobnicate
	assert_failure 2
	assert_output ""
	assert_equal "$stderr" "vfioctl: there is no verb 'frobnicate'; see 'vfioctl --help'"
}

@test "an unknown option is a usage error of every verb, and runs nothing" {
	local verb
	for verb in "${verbs[@]}"; do
		run --separate-stderr "$VFIOCTL" "$verb" --frobnicate
		assert_failure 2
		assert_output ""
		assert_equal "$stderr" \
			"vfioctl: $verb has no option '--frobnicate'; see 'vfioctl $verb --help'"
		run --separate-stderr "$VFIOCTL" "$verb" -x
		assert_failure 2
		assert_output ""
		assert_regex "$stderr" "has no option '-x'"
	done
}

@test "an option before the verb that is none is a usage error" {
	run --separate-stderr "$VFIOCTL" --frobnicate devices
	assert_failure 2
	assert_output ""
	assert_regex "$stderr" "'--frobnicate'"
}

@test "an option without its value, or with one it does not take, is a usage error" {
	run --separate-stderr "$VFIOCTL" devices -o
	assert_failure 2
	assert_equal "$stderr" "vfioctl: option '-o' of devices needs a value"
	run --separate-stderr "$VFIOCTL" devices --output
	assert_failure 2
	assert_equal "$stderr" "vfioctl: option '--output' of devices needs a value"
	run --separate-stderr "$VFIOCTL" devices --json=yes
	assert_failure 2
	assert_equal "$stderr" "vfioctl: option '--json=yes' of devices takes no value"
}

@test "formats exclude one another" {
	local pair
	for pair in '-J -r' '-r -P' '-P -J' '--json --pairs'; do
		# shellcheck disable=SC2086
		run --separate-stderr "$VFIOCTL" devices $pair
		assert_failure 2
		assert_output ""
		assert_regex "$stderr" 'exclude one another'
	done
	run "$VFIOCTL" groups --list --tree
	assert_failure 2
}

@test "a tree is an option of the verb that has one alone" {
	run "$VFIOCTL" devices --tree
	assert_failure 2
	run "$VFIOCTL" groups --list-opts
	assert_line -- --tree
}

@test "an operand where none belongs is a usage error" {
	run --separate-stderr "$VFIOCTL" whitelist pcieport
	assert_failure 2
	assert_equal "$stderr" \
		"vfioctl: whitelist knows no 'pcieport'; it takes add, remove, reset or apply"
	run --separate-stderr "$VFIOCTL" whitelist reset pcieport
	assert_failure 2
	assert_equal "$stderr" 'vfioctl: whitelist reset takes nothing more'
	run --separate-stderr "$VFIOCTL" whitelist add
	assert_failure 2
	assert_equal "$stderr" 'vfioctl: whitelist add takes the names of drivers'
}

@test "a verb that needs a selector says so" {
	run --separate-stderr "$VFIOCTL" bind
	assert_failure 2
	assert_regex "$stderr" 'bind needs to be told which devices'
}

@test "an unknown column is a usage error that names it" {
	run --separate-stderr "$VFIOCTL" devices -o bdf,colour
	assert_failure 2
	assert_output ""
	assert_regex "$stderr" "unknown column 'colour'"
}

@test "an unknown column is told before anything is looked for" {
	run --separate-stderr "$VFIOCTL" devices -o colour ffff:ff:1f.7
	assert_failure 2
	assert_regex "$stderr" "unknown column 'colour'"
}

@test "with --json a usage error is a JSON object, wherever --json stands" {
	local line
	for line in 'devices --frobnicate --json' 'devices --json --frobnicate' 'devices -J -o nope'; do
		# shellcheck disable=SC2086
		run --separate-stderr "$VFIOCTL" $line
		assert_failure 2
		assert_output ""
		"$BATS_TEST_DIRNAME/../helpers/validate-json" error <<<"$stderr"
		assert_equal "$(jq -r .error.name <<<"$stderr")" usage
	done
}

@test "hostile bytes of the command line are escaped" {
	run --separate-stderr "$VFIOCTL" $'\e[31mred\n'
	assert_failure 2
	assert_equal "$stderr" "vfioctl: there is no verb '\\x1b[31mred\\x0a'; see 'vfioctl --help'"
}

@test "the version is told" {
	run "$VFIOCTL" --version
	assert_success
	assert_output --regexp '^vfioctl [0-9]+\.[0-9]+'
	assert_equal "$("$VFIOCTL" -V)" "$output"
}

@test "help names every verb with its summary" {
	local verb
	run --separate-stderr "$VFIOCTL" --help
	assert_success
	assert_equal "$stderr" ""
	for verb in "${verbs[@]}"; do
		assert_output --regexp "
 $verb +[a-z]"
	done
	assert_equal "$("$VFIOCTL" help)" "$output"
	assert_equal "$("$VFIOCTL" -h)" "$output"
}

@test "help of a verb has each of its options and columns" {
	local verb word
	for verb in "${verbs[@]}"; do
		run "$VFIOCTL" "$verb" --help
		assert_success
		assert_equal "$("$VFIOCTL" help "$verb")" "$output"
		for word in $("$VFIOCTL" --list-opts="$verb" | grep '^--'); do
			assert_output --partial " $word"
		done
		for word in $("$VFIOCTL" --list-columns="$verb"); do
			assert_output --regexp " [ *] $word "
		done
	done
}

@test "help of an unknown verb is a usage error" {
	run "$VFIOCTL" help frobnicate
	assert_failure 2
	run "$VFIOCTL" help devices groups
	assert_failure 2
}

@test "every option that is listed is taken" {
	local verb word
	for verb in "${verbs[@]}"; do
		for word in $("$VFIOCTL" "$verb" --list-opts); do
			# With a value that a number and a list would both accept, and --help, so
			# that nothing is done.
			[[ $word == *= ]] && word+=1
			run --separate-stderr "$VFIOCTL" "$verb" "$word" --help
			refute_regex "$stderr" 'has no option'
		done
	done
}

@test "the list of options is the same from either place" {
	local verb
	for verb in "${verbs[@]}"; do
		assert_equal "$("$VFIOCTL" --list-opts="$verb")" "$("$VFIOCTL" "$verb" --list-opts)"
	done
	run "$VFIOCTL" --list-opts
	assert_line -- --list-cmds
	assert_line -- -V
}

@test "columns are listed with types and help, as a table and as JSON" {
	local verb json
	for verb in "${verbs[@]}"; do
		run "$VFIOCTL" "$verb" -H
		assert_success
		assert_line --regexp '^NAME +TYPE +DEFAULT +HELP$'
		json=$("$VFIOCTL" "$verb" --list-columns --json)
		"$BATS_TEST_DIRNAME/../helpers/validate-json" columns <<<"$json"
	done
}

@test "no column is listed twice, and each verb shows some by default" {
	local verb
	for verb in "${verbs[@]}"; do
		run bash -c '"$VFIOCTL" --list-columns="$1" | sort | uniq -d' - "$verb"
		assert_output ""
		"$VFIOCTL" "$verb" -H --json | jq -e 'any(.columns[]; .default)'
	done
}
