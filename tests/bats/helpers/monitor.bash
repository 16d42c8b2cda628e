# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# vfioctl monitor in the background, and what it tells. Load after helpers/common.

# monitor_begin [ARGUMENT]... - with JSON, until it is ready; sets monitor, MONITOR_OUT, MONITOR_ERR.
# $MONITOR_AS is the user whose right it has.
monitor_begin() {
	monitor_start --json "$@"
	eventually has_begun '*"event":"ready"*'
}

monitor_begin_text() {
	monitor_start "$@"
	eventually has_begun '*ready*'
}

has_begun() {
	# shellcheck disable=SC2053 # a pattern
	[[ $(<"$MONITOR_OUT") == $1 ]]
}

monitor_start() {
	local as=()
	[[ -z ${MONITOR_AS-} ]] || as=(setpriv --reuid "$MONITOR_AS" --clear-groups)
	# What runs in the background of a script ignores SIGINT.
	env --default-signal=INT "${as[@]}" "$VFIOCTL" monitor "$@" >"$MONITOR_OUT" 2>"$MONITOR_ERR" 3>&- &
	monitor=$!
}

setup() {
	MONITOR_OUT=$BATS_TEST_TMPDIR/monitor.out
	MONITOR_ERR=$BATS_TEST_TMPDIR/monitor.err
}

monitor_gone() {
	[[ -z ${monitor-} ]] || kill -KILL "$monitor" 2>/dev/null || true
	[[ -z ${monitor-} ]] || wait "$monitor" 2>/dev/null || true
	monitor=
}

# eventually COMMAND... - within 30 seconds
eventually() {
	local end=$((SECONDS + 30)) never
	# A process that sleeps costs more than what it waits for.
	exec {never}<> <(:)
	while ((SECONDS < end)); do
		! "$@" || {
			exec {never}<&-
			return 0
		}
		read -r -t 0.1 -u "$never" _ || true
	done
	exec {never}<&-
	return 1
}

# news - each event but the first, in short: its name and all that is not null but the time
news() {
	jq -r 'select(.event != "ready") | [.event, .device, .group, .driver, .viable, .vfs,
		if (.event | test("opened|closed|attached|detached")) then .users else null end,
		([.blockers, .drivers] | transpose[] | join("="))] |
		map(select(. != null) | tostring) | join(" ")' "$MONITOR_OUT"
}

wait_for_news() {
	eventually test_news "$1" || fail "only $(news | wc -l) of $1: $(news | tail -3)"
}

test_news() {
	local have
	mapfile -t have <"$MONITOR_OUT"
	((${#have[@]} > $1))
}

# eventually_news LINE - that is told last
eventually_news() {
	local end=$((SECONDS + 60))
	while ((SECONDS < end)); do
		[[ $(news | tail -1) != "$1" ]] || return 0
		sleep 0.5
	done
	fail "the last news are: $(news | tail -5)"
}

# told LINE... - this was told since the beginning, and after a while nothing else. Words of one
# argument may be several lines.
told() {
	local wanted
	wanted=$(printf '%s\n' "$@")
	[[ -z $wanted ]] || wait_for_news "$(wc -l <<<"$wanted")"
	sleep 0.5
	assert_equal "$(news)" "$wanted"
}

# monitor_ends STATUS [SIGNAL] - by itself or by the signal, within 20 s
monitor_ends() {
	local i status=0
	[[ -z ${2-} ]] || kill "-$2" "$monitor"
	for ((i = 0; i < 200; i++)); do
		kill -0 "$monitor" 2>/dev/null || break
		sleep 0.1
	done
	((i < 200)) || fail "it is still there"
	wait "$monitor" || status=$?
	monitor=
	assert_equal "$status" "$1"
}

# validate_news - each line against the schema
validate_news() {
	local line
	while read -r line; do
		validate_json monitor <<<"$line"
	done <"$MONITOR_OUT"
}
