# SPDX-License-Identifier: GPL-2.0-only
# topology: default
# kernel: any
#
# reset shows how devices are reset, chooses it, and resets none that is needed or in use.

bats_require_minimum_version 1.5.0
load ../helpers/common
load ../helpers/guest
load ../helpers/act

nvme=0000:01:00.0 mounted=0000:02:00.0 e1000e=0000:04:00.0 edu=0000:05:00.0
two=0000:06:00.0 bridged=0000:08:01.0 beside=(0000:08:02.0 0000:08:03.0)

# What they had at first: "default" looks anew for what a device has, and a device that the kernel
# found first on its bus is no longer alone there.
setup_file() {
	local device
	modprobe -a vfio-pci vfio_iommu_type1
	for device in $nvme $e1000e $edu $bridged; do
		cp "$pci/$device/reset_method" "$BATS_FILE_TMPDIR/$device"
	done
}

teardown() {
	local device
	for device in $nvme $e1000e $edu $bridged; do
		[[ $(<"$BATS_FILE_TMPDIR/$device") == "$(<"$pci/$device/reset_method")" ]] ||
			cat "$BATS_FILE_TMPDIR/$device" >"$pci/$device/reset_method"
	done
	give_back
}

# device BDF EXPRESSION - of the JSON in $output
device() {
	jq -c ".devices[] | select(.bdf == \"$1\") | $2" <<<"$output"
}

# steps - of the plan in $output, "STEP VALUE UNDO", one to a line
steps() {
	jq -r '.steps[] | "\(.step) \(.value) \(.undo)"' <<<"$output"
}

@test "without an option nothing is done, and the methods are those of sysfs" {
	local device before
	before=$(state)
	run -0 --separate-stderr vfioctl reset --json $nvme $mounted $e1000e $edu $two $bridged
	assert_equal "$stderr" ''
	validate_json reset <<<"$output"
	for device in $nvme $mounted $e1000e $edu $two $bridged; do
		assert_equal "$(device $device '.methods | join(" ")')" "\"$(<"$pci/$device/reset_method")\""
	done
	assert_equal "$(device $nvme .driver)" '"nvme"'
	assert_equal "$(state)" "$before"
	run -0 vfioctl reset --show $nvme
	assert_line --regexp "^$nvme +[0-9]+ nvme +flr,bus"
}

@test "what a hot reset would hit is what stands behind the same bridge, with the drivers" {
	run -0 vfioctl reset --json $edu $two $bridged 0000:00:1f.2
	assert_equal "$(device $edu '[.hits, .source]')" '[[],"topology"]'
	assert_equal "$(device $two '[.hits, .hit_drivers, .source]')" \
		'[["0000:06:00.1"],["e1000e"],"topology"]'
	assert_equal "$(device $bridged '[.hits, .hit_drivers]')" \
		'[["0000:08:02.0","0000:08:03.0"],[null,null]]'
	assert_equal "$(device 0000:00:1f.2 '[.hits, .source]')" '[[],null]'
}

@test "of a device that VFIO has, the kernel tells what a hot reset would hit" {
	vfioctl bind $two 0000:06:00.1 $bridged
	run -0 vfioctl reset --json $two $bridged
	assert_equal "$(device $two '[.hits, .hit_drivers, .source]')" \
		'[["0000:06:00.1"],["vfio-pci"],"kernel"]'
	assert_equal "$(device $bridged '[.hits, .source]')" \
		'[["0000:08:02.0","0000:08:03.0"],"kernel"]'
	# Nothing is opened that is not asked for, nor what somebody else has.
	hold $bridged
	run -0 vfioctl reset --json $bridged
	assert_equal "$(device $bridged '[.hits, .source]')" \
		'[["0000:08:02.0","0000:08:03.0"],"topology"]'
}

@test "--now resets a device that VFIO has, and its registers are restored" {
	vfioctl bind $nvme $edu
	run -0 --separate-stderr vfioctl reset --now --json $nvme $edu
	validate_json reset <<<"$output"
	assert_equal "$(device $nvme '[.result, .message]')" '["done",null]'
	assert_equal "$(device $edu .result)" '"done"'
	assert_equal "$(driver_of $nvme $edu)" 'vfio-pci vfio-pci'
	run -0 vfioctl unbind $nvme
	run -0 head -c 10 "/dev/$(disk_of $nvme)"
	assert_output 'disk spare'
}

@test "a device that the host drives is refused with 4, and allowed by its driver's name alone" {
	run -4 vfioctl reset --now $nvme
	assert_output --partial "the host drives '$nvme' by 'nvme'"
	assert_output --partial "--allow-driver=nvme"
	run -4 vfioctl reset --now --allow-driver=e1000e $nvme
	before=$(dmesg | grep -c 'nvme nvme[0-9]*: .* queues')
	run -0 vfioctl reset --now --allow-driver=e1000e,nvme $nvme
	assert_equal "$(driver_of $nvme)" nvme
	# It was told of the reset, and set its queues up again.
	started_again() {
		(($(dmesg | grep -c 'nvme nvme[0-9]*: .* queues') > before))
	}
	eventually started_again
	run -0 head -c 10 "/dev/$(disk_of $nvme)"
	assert_output 'disk spare'
}

@test "a disk that is mounted is refused with 4 whatever its driver" {
	run -4 vfioctl reset --now --allow-driver=nvme $mounted
	assert_output --partial "'/srv' on"
	assert_output --partial '--allow=mounted'
	run -4 --separate-stderr vfioctl reset --now --dry-run --json --allow-driver=nvme $mounted
	validate_json plan <<<"$output"
	assert_equal "$(jq -r '.steps[0] | "\(.step) \(.value)"' <<<"$output")" 'block mounted'
	run -0 touch /srv/still-there
}

@test "a device that a process has is refused with 5, and the process is named" {
	vfioctl bind $nvme $edu
	hold $nvme
	# One refusal refuses the call.
	run -5 --separate-stderr vfioctl reset --now --json $nvme $edu
	[[ $stderr == *"process $holder ('hold-vfio') has /dev/vfio/$(group_of $nvme) open"* ]]
	assert_equal "$(device $nvme .result)" '"busy"'
	assert_equal "$(device $edu .result)" '"not-started"'
	validate_json reset <<<"$output"
	let_go
	run -0 vfioctl reset --now $nvme
}

@test "a reset of the bus is refused when it would hit what is driven by the host, or in use" {
	vfioctl bind $two
	run -4 vfioctl reset --now --allow-driver=e1000e $two
	assert_output --partial "would hit '0000:06:00.1', which the host drives by 'e1000e'; 'vfioctl bind 0000:06:00.1'"
	assert_equal "$(driver_of 0000:06:00.1)" e1000e
	# The other way round: who is named is driven, and no allowance helps.
	run -4 vfioctl reset --now --method=bus --allow=address --allow-driver=e1000e 0000:06:00.1
	assert_output --partial "the host drives '0000:06:00.1' by 'e1000e', and its bus is reset only"
	run -4 vfioctl reset --now --method=bus --allow=address 0000:06:00.1
	assert_output --partial "the host drives '0000:06:00.1' by 'e1000e', and its bus is reset only"
	refute_output --partial '(--allow-driver'
	vfioctl bind $bridged 0000:08:02.0 0000:08:03.0
	hold 0000:08:02.0
	run -5 vfioctl reset --now $bridged
	assert_output --partial "process $holder ('hold-vfio')"
}

# mark ADDRESS... - what a reset forgets, and the kernel does not restore
mark() {
	local device
	for device; do
		setpci -s "$device" CAP_MSI+4.l=fee01000
		assert_equal "$(setpci -s "$device" CAP_MSI+4.l)" fee01000
	done
}

# hot_resets - how many strace saw, of which all went well
hot_resets() {
	assert_equal "$(grep 'ioctl(.*, 0x3b71,' "$BATS_TEST_TMPDIR/trace" | grep -cv '= 0$')" 0
	grep -c 'ioctl(.*, 0x3b71,' "$BATS_TEST_TMPDIR/trace"
}

@test "a bus of several devices is reset through VFIO, all of it, when all of it is in VFIO's hands" {
	vfioctl bind $bridged ${beside[0]}
	run -1 vfioctl reset --now $bridged
	assert_output --partial "'${beside[1]}' is not; 'vfioctl bind ${beside[1]}'"
	vfioctl bind ${beside[1]}
	mark $bridged ${beside[@]}
	run -0 --separate-stderr strace -f -X raw -e trace=ioctl -o "$BATS_TEST_TMPDIR/trace" \
		vfioctl reset --now --timeout 60 --json $bridged
	assert_equal "$(device $bridged '[.result, .message]')" '["done",null]'
	validate_json reset <<<"$output"
	assert_equal "$(hot_resets)" 1
	assert_equal "$(setpci -s $bridged CAP_MSI+4.l) $(setpci -s ${beside[0]} CAP_MSI+4.l) $(setpci -s ${beside[1]} CAP_MSI+4.l)" \
		'00000000 00000000 00000000'
	run -0 vfioctl holders
	assert_output ''
	run -0 vfioctl probe $bridged
}

@test "devices that are named together are reset together, also those without a method of their own" {
	vfioctl bind $bridged ${beside[@]}
	assert [ ! -e "$pci/${beside[0]}/reset" ]
	run -0 --separate-stderr strace -f -X raw -e trace=ioctl -o "$BATS_TEST_TMPDIR/trace" \
		vfioctl reset --now --timeout 60 --json ${beside[@]}
	assert_equal "$(device ${beside[0]} '[.result, .message]')" '["done",null]'
	assert_equal "$(device ${beside[1]} '[.result, .message]')" "[\"done\",\"reset along with '${beside[0]}'\"]"
	assert_equal "$(hot_resets)" 1
	run -0 vfioctl reset --now --dry-run --json ${beside[0]}
	assert_equal "$(steps)" "$(printf '%s\n' "hit $bridged null" "hit ${beside[1]} null" \
		'reset bus null' 'verify null null')"
}

@test "a bus that somebody takes a device of after all was judged is not reset, and nobody waits for ever" {
	local pid status=0
	vfioctl bind $bridged ${beside[@]}
	exec 8>"/run/vfioctl/group-$(group_of $bridged).lock"
	flock 8
	vfioctl reset --now --timeout 60 $bridged >"$BATS_TEST_TMPDIR/out" 2>&1 3>&- 8>&- &
	pid=$!
	eventually waits_for_lock $pid
	hold ${beside[1]} 8>&-
	exec 8>&-
	wait $pid || status=$?
	assert_equal $status 5
	run cat "$BATS_TEST_TMPDIR/out"
	assert_output --partial "process $holder ('hold-vfio') has /dev/vfio/$(group_of $bridged) open"
}

waits_for_lock() {
	ls -l "/proc/$1/fd" | grep -q 'group-.*\.lock'
}

@test "a bus whose group is taken right before its reset is told to be in use, and one that VFIO refuses to reset" {
	vfioctl bind $bridged ${beside[@]}
	run -5 strace -o /dev/null -f -P "/dev/vfio/$(group_of $bridged)" \
		-e inject=openat:error=EBUSY vfioctl reset --now --timeout 60 --json $bridged
	assert_output --partial "'$bridged' is in use"
	assert_output --partial '"result":"busy"'
	run -1 strace -o "$BATS_TEST_TMPDIR/trace" -f -P 'anon_inode:[vfio-device]' \
		-e inject=ioctl:error=EPERM:when=2 vfioctl reset --now --timeout 60 --json $bridged
	assert_output --partial "VFIO does not reset the bus of '$bridged': Operation not permitted"
	assert_output --partial '"result":"failed"'
	run -0 vfioctl reset --now --timeout 60 $bridged
}

# answer COUNT FIRST - resets $bridged, where the kernel says that a reset hits COUNT functions of bus
# 8, the first of them FIRST, a byte in hex
answer() {
	strace -o "$BATS_TEST_TMPDIR/trace" -f -X raw -P 'anon_inode:[vfio-device]' -e inject=ioctl:when=1:poke_exit=@arg3=0c010000000000000"$1"00000000000000000008"$2" \
		vfioctl reset --now --timeout 60 --json $bridged
}

@test "a bus is not reset when the kernel would hit less of it than is there, or more than was judged" {
	vfioctl bind $bridged ${beside[@]}
	run -1 answer 2 08
	assert_output --partial "the kernel would reset only a part of the bus of '$bridged': not '${beside[1]}'"
	assert_output --partial '"result":"failed"'
	run ! grep 0x3b71 "$BATS_TEST_TMPDIR/trace"
	run -5 answer 3 20
	assert_output --partial "would hit '0000:08:04.0', which was not there before"
	assert_output --partial '"result":"busy"'
	run ! grep 0x3b71 "$BATS_TEST_TMPDIR/trace"
	run -0 answer 3 08
}

@test "a bus that the kernel cannot have for a moment is tried again, and in use when it stays so" {
	vfioctl bind $bridged ${beside[@]}
	run -0 strace -o "$BATS_TEST_TMPDIR/trace" -f -P 'anon_inode:[vfio-device]' -X raw \
		-e inject=ioctl:error=EAGAIN:when=2..4 vfioctl reset --now --timeout 60 --json $bridged
	assert_output --partial '"result":"done"'
	assert_equal "$(grep -c 'ioctl(.*, 0x3b71,' "$BATS_TEST_TMPDIR/trace")" 4
	run -5 strace -o "$BATS_TEST_TMPDIR/trace" -f -P 'anon_inode:[vfio-device]' -X raw \
		-e inject=ioctl:error=EAGAIN:when=2+ vfioctl reset --now --timeout 60 --json $bridged
	assert_output --partial "the bus of '$bridged' is in use: the kernel itself is at work on one"
	assert_output --partial '"result":"busy"'
	(($(grep -c 'ioctl(.*, 0x3b71,' "$BATS_TEST_TMPDIR/trace") > 4))
}

@test "a device that does not answer after its reset is told" {
	vfioctl bind $edu
	run -1 strace -o /dev/null -f -P "$(realpath "$pci/$edu")/config" \
		-e inject=pread64:poke_exit=@arg2=ffffffffffffffff vfioctl reset --now --json $edu
	assert_output --partial "'$edu' does not answer after its reset: No such device"
	assert_output --partial '"result":"failed"'
}

@test "more files than may be open are missed before anything is done" {
	vfioctl bind $bridged ${beside[@]}
	run -0 bash -c "ulimit -n 80; vfioctl reset --now --timeout 60 $bridged"
	run -1 bash -c "ulimit -n 80; vfioctl reset --now --timeout 60 $bridged ${beside[*]}"
	assert_output --partial '9 devices are too many for one call: only 80 files may be open'
	run -0 bash -c "ulimit -Sn 40; vfioctl reset --now --timeout 60 $bridged ${beside[*]}"
}

@test "bridges and parts of the platform are refused with 4" {
	run -4 vfioctl reset --now 0000:07:00.0
	assert_output --partial 'it is a bridge'
	run -4 vfioctl reset --now 0000:00:1f.0
	assert_output --partial 'it is a part of the platform'
}

@test "--method chooses, is read back, and default brings all of them back" {
	run -0 vfioctl reset --method=bus,pm --json $e1000e
	assert_equal "$(device $e1000e '[.result, .methods]')" '["done",["bus","pm"]]'
	assert_equal "$(<"$pci/$e1000e/reset_method")" 'bus pm'
	run -0 vfioctl reset --method=bus,pm --json $e1000e
	assert_equal "$(device $e1000e .result)" '"unchanged"'
	run -0 vfioctl reset --method=default --json $e1000e
	assert_equal "$(device $e1000e '[.result, .methods]')" '["done",["pm","bus"]]'
	# Nobody is disturbed: its driver stays.
	assert_equal "$(driver_of $e1000e)" e1000e
}

@test "a method that the device does not have changes nothing and ends with 1" {
	run -1 vfioctl reset --method=flr --json $e1000e
	assert_output --partial "does not take these methods: Invalid argument"
	assert_equal "$(<"$pci/$e1000e/reset_method")" 'pm bus'
	run -2 vfioctl reset --method=flr,flr $e1000e
	run -2 vfioctl reset --method=FLR $e1000e
	run -2 vfioctl reset --method=default,bus $e1000e
	run -2 vfioctl reset --method= $e1000e
}

@test "methods that the kernel took in silence, and did not keep, are missed" {
	run -1 strace -o /dev/null -f -P "$(realpath "$pci/$e1000e/reset_method")" \
		-e inject=write:retval=3 vfioctl reset --method=bus --json $e1000e
	assert_output --partial "'$e1000e' does not have the methods that were written"
	assert_output --partial '"result":"failed"'
}

@test "a reset that fails puts the former methods back and ends with 7" {
	vfioctl bind $bridged 0000:08:02.0 0000:08:03.0
	vfioctl bind $e1000e
	run -0 vfioctl reset --method=bus $e1000e
	assert_equal "$(<"$pci/$e1000e/reset_method")" bus
	# The write of the reset itself is made to fail.
	run -7 strace -o /dev/null -f -P "$(realpath "$pci/$e1000e/reset")" \
		-e inject=write:error=ENOTTY vfioctl reset --method=pm --now --json $e1000e
	assert_output --partial 'its methods are as before'
	assert_output --partial '"result":"rolled-back"'
	assert_equal "$(<"$pci/$e1000e/reset_method")" bus
}

@test "a reset that hangs ends with 6 in time, and its group stays locked" {
	vfioctl bind $edu
	strace -o /dev/null -f -P "$(realpath "$pci/$edu/reset")" \
		-e inject=write:delay_enter=20000000 bash -c "
			vfioctl reset --now --timeout 1 $edu; echo status \$?
			vfioctl reset --now --timeout 1 $edu; echo status \$?
			echo seconds \$SECONDS" >"$BATS_TEST_TMPDIR/out" 2>&1
	run cat "$BATS_TEST_TMPDIR/out"
	assert_output --partial "the reset of '$edu' did not end within 1 s"
	assert_line 'status 6'
	assert_line 'status 5'
	assert_line --regexp '^seconds 1?[0-9]$'
	# And once it has ended all is well again.
	run -0 vfioctl reset --now $edu
}

@test "--dry-run shows the steps, does none of them, and needs not be root" {
	local before
	vfioctl bind $bridged ${beside[@]}
	before=$(<"$pci/$e1000e/reset_method")
	vfioctl bind $e1000e
	run -0 setpriv --reuid=65534 --regid=65534 --clear-groups \
		vfioctl reset --dry-run --json --now --method=bus $e1000e
	validate_json plan <<<"$output"
	assert_equal "$(steps)" "$(printf '%s\n' 'inform held null' 'inform mapped null' \
		"choose bus choose ${before/ /,}" 'reset bus null' 'verify null null')"
	assert_equal "$(<"$pci/$e1000e/reset_method")" "$before"
	run -0 vfioctl reset --dry-run --json --now $bridged
	assert_equal "$(steps)" "$(printf '%s\n' 'hit 0000:08:02.0 null' 'hit 0000:08:03.0 null' \
		'reset bus null' 'verify null null')"
	run -1 setpriv --reuid=65534 --clear-groups vfioctl reset --now $e1000e
	assert_output --partial 'reset must be run by root'
	run -0 setpriv --reuid=65534 --clear-groups vfioctl reset $e1000e
}

@test "a pattern that matches more than was named needs --yes, and options exclude one another" {
	vfioctl bind --yes $edu 0000:09:00.0
	run -2 vfioctl reset --now '0000:0[59]:00.0'
	assert_output --partial 'match 2 devices'
	run -0 vfioctl reset --now --yes '0000:0[59]:00.0'
	run -2 vfioctl reset --now --show $edu
	run -2 vfioctl reset --dry-run $edu
	run -64 vfioctl reset --now $edu 0000:77:00.0
	assert_output --partial 'nothing was changed'
	run -32 vfioctl reset 0000:77:00.0
}
