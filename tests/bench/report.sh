# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The table of a benchmark: what was measured, its target, and whether it is met.

declare -A wall cpu memory runs ended calls configs
unmeasured=0

# read_times FILE - what interleave printed. A program that failed counts as not measured.
read_times() {
	local name median least busy rss n status

	while IFS=$'\t' read -r name median least busy rss n status; do
		ended[$name]=$status
		((status == 0)) || continue
		wall[$name]=$median cpu[$name]=$busy memory[$name]=$rss runs[$name]=$n
		: "$least"
	done <"$1"
}

count() {
	calls[$1]=$2 configs[$1]=$3
}

title() {
	printf '\n%s\n' "$1"
}

show_times() {
	local name

	for name; do
		if [[ -n ${wall[$name]:-} ]]; then
			printf '  %-56s %10s ms' "$name" "$(div "${wall[$name]}" 1000 2)"
			((cpu[$name] == 0)) || printf '  cpu %9s ms  %6s KiB' \
				"$(div "${cpu[$name]}" 1000 2)" "${memory[$name]}"
			printf '  %3d runs\n' "${runs[$name]}"
		else
			missing "$name" "status ${ended[$name]:-unknown}"
		fi
	done
}

div() {
	awk -v a="$1" -v b="$2" -v digits="$3" 'BEGIN { printf "%.*f", digits, a / b }'
}

missing() {
	printf '  %-56s %10s     (%s)\n' "$1" 'none' "$2"
	unmeasured=1
}

# The same ratio in processor time, which a busy machine disturbs less.
busy() {
	((cpu[$2] == 0)) || printf '(cpu %s)' "$(div "${cpu[$1]}" "${cpu[$2]}" 2)"
}

# row WHAT FIGURE UNIT less|more TARGET [REMARK]
row() {
	local verdict

	verdict=$(awk -v a="$2" -v b="$5" -v way="$4" 'BEGIN {
		ok = way == "less" ? a <= b : a >= b
		print ok ? "ok" : "OVER" }')
	[[ $verdict == ok || $4 == less ]] || verdict=UNDER
	printf '  %-56s %10s %-3s  %s %6s  %s\n' "$1" "$2" "$3" \
		"$([[ $4 == less ]] && echo '<=' || echo '>=')" "$5" "$verdict${6:+ $6}"
}

ratio() {
	if [[ -n ${wall[$2]:-} && -n ${wall[$3]:-} ]]; then
		row "$1" "$(div "${wall[$2]}" "${wall[$3]}" 2)" x "$5" "$4" "$(busy "$2" "$3")"
	else
		missing "$1" 'not measured'
	fi
}

at_most() {
	ratio "$@" less
}

at_least() {
	ratio "$@" more
}

# compare WHAT NAME OTHER - a ratio that has no target
compare() {
	if [[ -n ${wall[$2]:-} && -n ${wall[$3]:-} ]]; then
		printf '  %-56s %10s x\n' "$1" "$(div "${wall[$2]}" "${wall[$3]}" 2)"
	else
		missing "$1" 'not measured'
	fi
}

at_most_calls() {
	if [[ -n ${calls[$1]:-} ]]; then
		row "$1, system calls a device" "$(div "${calls[$1]}" "$2" 2)" '' less "$3"
	else
		missing "$1, system calls a device" 'not measured'
	fi
}

no_config() {
	if [[ -n ${configs[$1]:-} ]]; then
		row "$1, times that a config was opened" "${configs[$1]}" '' less 0
	else
		missing "$1, times that a config was opened" 'not measured'
	fi
}

at_most_memory() {
	if [[ -n ${memory[$1]:-} ]]; then
		row "$1, peak memory" "$(div "${memory[$1]}" 1024 1)" MiB less "$2"
	else
		missing "$1, peak memory" 'not measured'
	fi
}

finish() {
	exit "$unmeasured"
}
