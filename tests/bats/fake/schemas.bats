#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# The checked-in schemas against the columns that the program declares.

load ../helpers/common

SCHEMAS=$BATS_TEST_DIRNAME/../../../contrib/schemas

# columns VERB [SELECTOR] - "key type" of each column, as JSON has them
columns() {
	"$VFIOCTL" "$@" -H --json |
		jq -r '.columns[] | "\(.name | ascii_downcase | gsub("-"; "_")) \(.type)"' | sort
}

# properties SCHEMA - "key type" of each property of a row
properties() {
	jq -r '
		def word: if . == "array" then "strings" elif . == "integer" then "number" else . end;
		def types: if .enum then [.enum[] | if . == null then "null" else "string" end] | unique
			elif (.type | type) == "array" then .type else [.type] end;
		[.properties[] | select(.type == "array")][0].items.properties | to_entries[] |
		"\(.key) \([.value | types[] | select(. != "null")] | map(word) | join("|"))"
	' "$SCHEMAS/$1.json" | sort
}

@test "the schema of each looking verb has its columns and their types" {
	local verb
	for verb in status devices groups viable whitelist probe reset; do
		run properties "$verb"
		assert_success
		assert_output "$(columns "$verb")"
	done
}

@test "the schema of monitor is that of a line, with the version in it" {
	local lines='{properties: {events: {type: "array", items: {properties: (.properties | del(.version))}}}}'
	jq "$lines" "$SCHEMAS/monitor.json" >"$BATS_TEST_TMPDIR/monitor.json"
	SCHEMAS=$BATS_TEST_TMPDIR run properties monitor
	assert_success
	assert_output "$(columns monitor)"
	jq -e '.additionalProperties == false and .properties.version.const == 1' "$SCHEMAS/monitor.json"
}

@test "the schema of devices is that of status with a selector, too" {
	assert_equal "$(properties devices)" "$(columns status 00:00.0)"
}

@test "a row may hold nothing but columns" {
	local schema
	for schema in status devices groups viable whitelist; do
		jq -e '.additionalProperties == false and
			([.properties[] | select(.type == "array")][0].items.additionalProperties == false)' \
			"$SCHEMAS/$schema.json"
	done
}

@test "the validator refuses what the schema does not allow" {
	local validate=$BATS_TEST_DIRNAME/../helpers/validate-json text
	"$validate" groups <<<'{"version":1,"groups":[{"group":1,"drivers":[null]}]}'
	for text in '{"version":1,"groups":[{"group":"1"}]}' '{"version":2,"groups":[]}' \
		'{"version":1,"groups":[{"group":1,"extra":1}]}' '{"version":1}' \
		'{"version":1,"groups":[{"group":1,"group":2}]}' '{"version":1,"groups":[]} x' \
		'{"version":1,"groups":[{"devices":[null]}]}' '{"version":1,"groups":{}}'; do
		run "$validate" groups <<<"$text"
		assert_failure
	done
}

@test "the exit statuses of errors are those of the manual" {
	local status
	for status in $(jq '.properties.error.properties.status.enum[]' "$SCHEMAS/error.json"); do
		grep -q "^\\.It $status\$\|^\\.It Li $status\|\.It $status " \
			"$BATS_TEST_DIRNAME/../../../man/vfioctl.8"
	done
}
