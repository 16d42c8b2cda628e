# SPDX-License-Identifier: GPL-2.0-only
#
# What the looking verbs cost, as far as it does not depend on the machine: system calls, files
# opened, memory. Times are the business of `make bench`.

load ../helpers/common
load ../helpers/fakehost

COLUMNS_LISTED=bdf,vendor,device,class,driver,group

setup_file() {
	fakehost_make big -e 'fill functions=4096'
	fakehost_make two -e 'fill functions=1024'
	fakehost_make one -e 'fill functions=512'
}

setup() {
	fakehost_need
	# LeakSanitizer wants to trace the program itself.
	export ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0
	trace=$BATS_TEST_TMPDIR/trace
}

# traced HOST VERB [ARGUMENT]... - leaves a line for each system call in $trace
traced() {
	local host=$1 status=0
	shift

	fakehost_run "$host" strace -f -qq -s 300 -e signal=none -o "$trace" "$VFIOCTL" "$@" \
		>"$BATS_TEST_TMPDIR/out" || status=$?
	[[ -s $BATS_TEST_TMPDIR/out ]] || fail "'$*' printed nothing"
	return "$status"
}

count() {
	grep -c -- "$1" "$trace" || true
}

# at_most_calls N VERB [ARGUMENT]... - N for each function
at_most_calls() {
	local n=$1 calls
	shift

	traced two "$@"
	calls=$(count '(')
	((calls <= n * 1024)) || fail "'$*' made $calls system calls for 1024 functions"
}

@test "a listing of devices makes at most 6 system calls a device" {
	at_most_calls 6 devices -nr -o "$COLUMNS_LISTED"
}

@test "no listing makes more than 14 system calls a device" {
	at_most_calls 14 devices
	at_most_calls 14 devices --json
	at_most_calls 14 groups
	at_most_calls 14 groups --json
	at_most_calls 14 groups --tree
	at_most_calls 14 status
}

@test "no looking verb ever opens a config" {
	local verb
	for verb in devices groups status whitelist viable 'groups --tree' 'devices --json'; do
		# The status of viable is its verdict.
		# shellcheck disable=SC2086
		traced one $verb || [[ $verb:$? == viable:3 ]]
		assert_equal "$verb: $(count 'open.*[/"]config"')" "$verb: 0"
	done
}

@test "what no column asks for is not read" {
	traced one devices -nr -o "$COLUMNS_LISTED"
	run grep -oE '"[^"]*/(vendor|device|class|modalias|numa_node|driver_override|power[^"]*|reset_method|resource|irq|sriov_[a-z]*)"' "$trace"
	assert_output ""
	run count '/uevent"'
	assert_output 512
	run grep -c 'pci\.ids' "$trace"
	assert_output 0
}

@test "names are looked up in one reading of pci.ids" {
	traced one groups
	run count 'open.*pci\.ids.* = [0-9]'
	assert_output 1
}

@test "twice the functions take at most twice the system calls" {
	local one two verb
	for verb in devices groups 'groups --json' 'groups --tree'; do
		# shellcheck disable=SC2086
		traced one $verb
		one=$(count '(')
		# shellcheck disable=SC2086
		traced two $verb
		two=$(count '(')
		((two <= one * 2 + 100)) || fail "'$verb': $one calls for 512, $two for 1024"
	done
}

@test "4096 functions are listed within 12 MiB" {
	local verb
	[[ $VFIOCTL != *build-san* ]] || skip 'a sanitised program has shadow memory'
	for verb in "devices -nr -o $COLUMNS_LISTED" devices groups 'groups --json' 'groups --tree'; do
		# shellcheck disable=SC2086
		fakehost_run big /usr/bin/time -f %M -o "$BATS_TEST_TMPDIR/rss" "$VFIOCTL" $verb \
			>"$BATS_TEST_TMPDIR/out"
		[[ -s $BATS_TEST_TMPDIR/out ]] || fail "'$verb' printed nothing"
		(($(<"$BATS_TEST_TMPDIR/rss") <= 12 * 1024)) ||
			fail "'$verb' took $(<"$BATS_TEST_TMPDIR/rss") KiB"
	done
}

@test "the bare program of the benchmarks and devices say the same" {
	local bare=${MKFAKEHOST%/*}/bare

	fakehost_run big "$bare" >"$BATS_TEST_TMPDIR/bare"
	fakehost_vfioctl big devices -nr -o "$COLUMNS_LISTED" >"$BATS_TEST_TMPDIR/devices"
	assert_equal "$(wc -l <"$BATS_TEST_TMPDIR/devices")" 4096
	run diff "$BATS_TEST_TMPDIR/bare" "$BATS_TEST_TMPDIR/devices"
	assert_success
}
