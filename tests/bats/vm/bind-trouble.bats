# SPDX-License-Identifier: GPL-2.0-only
# topology: default
# kernel: any
#
# Two at once, devices that are held, hang, or vanish.

bats_require_minimum_version 1.5.0
load ../helpers/common
load ../helpers/act

spare=0000:01:00.0
edu=0000:05:00.0
bridged=(0000:08:01.0 0000:08:02.0 0000:08:03.0)

teardown() {
	exec 8>&-
	[[ -e $pci/$edu ]] || echo 1 >/sys/bus/pci/rescan
	give_back
}

# lock ADDRESS - take the lock of its group, on fd 8
lock() {
	mkdir -pm 700 /run/vfioctl
	exec 8>>"/run/vfioctl/group-$(group_of "$1").lock"
	flock 8
}

# in_background COMMAND... - its status and output go to files in $BATS_TEST_TMPDIR
in_background() {
	(
		exec 8>&-
		"$@" >"$BATS_TEST_TMPDIR/output" 2>&1 && echo 0 >"$BATS_TEST_TMPDIR/status" ||
			echo $? >"$BATS_TEST_TMPDIR/status"
	) 3>&- &
}

finished() {
	[[ -s $BATS_TEST_TMPDIR/status ]]
}

@test "two binds of one group at once: one waits and finds nothing left to do" {
	local i
	for i in 1 2 3; do
		rm -f "$BATS_TEST_TMPDIR/status"
		in_background vfioctl bind "${bridged[@]}"
		run -0 vfioctl bind "${bridged[@]}"
		eventually finished
		assert_equal "$(<"$BATS_TEST_TMPDIR/status")" 0
		cat "$BATS_TEST_TMPDIR/output"
		assert_equal "$(driver_of "${bridged[@]}")" 'vfio-pci vfio-pci vfio-pci'
		output+=$(<"$BATS_TEST_TMPDIR/output")
		assert_equal "$(grep -o ' done ' <<<"$output" | wc -l)" 3
		run -0 vfioctl unbind "${bridged[@]}"
		assert_equal "$(overrides)" ''
	done
}

@test "two binds of one group to different drivers never leave half of each" {
	local i drivers
	for i in 1 2 3; do
		rm -f "$BATS_TEST_TMPDIR/status"
		in_background vfioctl bind --driver pci-stub "${bridged[@]}"
		vfioctl bind --driver vfio-pci "${bridged[@]}" || [[ $? == 5 ]]
		eventually finished
		[[ $(<"$BATS_TEST_TMPDIR/status") == [05] ]]
		drivers=$(driver_of "${bridged[@]}")
		[[ $drivers == 'vfio-pci vfio-pci vfio-pci' || $drivers == 'pci-stub pci-stub pci-stub' ]]
		run -0 vfioctl unbind "${bridged[@]}"
		assert_equal "$(driver_of "${bridged[@]}") $(overrides)" 'none none none '
	done
}

@test "a group that another run has locked ends with 5 after --timeout" {
	lock $edu
	echo "4711 vfioctl bind of somebody else" >&8
	before=$(state)
	run -5 vfioctl bind --timeout 1 $edu
	assert_output --partial "process 4711 ('vfioctl bind of somebody else')"
	assert_equal "$(state)" "$before"
}

@test "a device that is open is not unbound: 5, and the holder is named" {
	run -0 vfioctl bind $spare
	hold $spare
	run -5 vfioctl unbind $spare
	assert_output --partial "process $holder ('hold-vfio')"
	assert_equal "$(driver_of $spare)" vfio-pci
	let_go
	run -0 vfioctl unbind $spare
	assert_equal "$(driver_of $spare)" nvme
}

@test "an unbind that hangs ends with 6 in time, names the holder, and is finished later" {
	run -0 vfioctl bind $spare $edu
	hold $spare
	SECONDS=0
	run -6 vfioctl unbind --allow=held --timeout 3 $spare $edu
	((SECONDS < 15))
	assert_output --partial "'$spare' did not get through 'unbind from 'vfio-pci'' within 3 s"
	assert_output --partial "process $holder ('hold-vfio')"
	assert_line --regexp "^$spare +[0-9]+ timed-out +vfio-pci "
	# Another group is not held up, and the record is kept.
	assert_equal "$(driver_of $edu)" none
	assert_exist /run/vfioctl/devices/pci:$spare
	# Nor is anybody who only looks.
	run -0 vfioctl status $spare
	run -0 vfioctl devices --output-all
	# The group stays locked for as long as its change goes on.
	run -5 vfioctl bind --timeout 1 $spare
	assert_output --partial "$(group_of $spare).lock' is locked by process"
	let_go
	eventually test -e $pci/$spare/nvme
	eventually test ! -e /run/vfioctl/devices/pci:$spare
	assert_equal "$(driver_of $spare) $(override_of $spare)" 'nvme none'
}

gone() {
	[[ ! -e /proc/$1 ]]
}

# kill_in_unbind ADDRESS - a bound device whose unbind was killed right after its driver let go
kill_in_unbind() {
	local worker
	run -0 vfioctl bind "$1"
	hold "$1"
	run -6 vfioctl unbind --allow=held --timeout 1 "$1"
	worker=$(pgrep -x vfioctl)
	kill -KILL "$worker"
	let_go
	eventually gone "$worker"
	assert_equal "$(driver_of "$1") $(override_of "$1")" 'none vfio-pci'
}

@test "the next run goes on where one was killed: to the driver that there was at first" {
	kill_in_unbind $spare
	run -0 vfioctl unbind $spare
	assert_equal "$(driver_of $spare) $(override_of $spare)" 'nvme none'
	assert_not_exist /run/vfioctl/devices/pci:$spare
	kill_in_unbind $spare
	run -0 vfioctl bind $spare
	assert_equal "$(driver_of $spare)" vfio-pci
	run -0 vfioctl unbind $spare
	assert_equal "$(driver_of $spare) $(override_of $spare)" 'nvme none'
}

@test "a run that is left behind keeps no pipe of its caller open" {
	run -0 vfioctl bind $spare
	hold $spare
	SECONDS=0
	vfioctl unbind --allow=held --timeout 1 $spare 2>&1 | cat >/dev/null
	((SECONDS < 10))
	let_go
	eventually test ! -e /run/vfioctl/devices/pci:$spare
}

@test "a device that vanishes before its turn is an error, and no other is touched" {
	before=$(state | grep -v $edu)
	lock $edu
	in_background vfioctl bind --timeout 60 $edu
	eventually grep -q flock\\\|FLOCK /proc/locks
	sleep 1
	echo 1 >$pci/$edu/remove
	exec 8>&-
	eventually finished
	assert_equal "$(<"$BATS_TEST_TMPDIR/status")" 1
	run cat "$BATS_TEST_TMPDIR/output"
	assert_output --partial "'$edu' is gone"
	assert_equal "$(state)" "$before"
}

@test "another device that takes the name meanwhile is not touched" {
	lock $edu
	in_background vfioctl bind --timeout 60 $edu
	sleep 1
	echo 1 >$pci/$edu/remove
	echo 1 >/sys/bus/pci/rescan
	assert_exist $pci/$edu
	exec 8>&-
	eventually finished
	assert_equal "$(<"$BATS_TEST_TMPDIR/status")" 1
	run cat "$BATS_TEST_TMPDIR/output"
	assert_output --partial "'$edu' was replaced by another device"
	assert_equal "$(driver_of $edu) $(override_of $edu)" 'none none'
}

@test "a driver that was changed by others meanwhile is not changed again" {
	lock $spare
	in_background vfioctl bind --timeout 60 $spare
	sleep 1
	echo $spare >/sys/bus/pci/drivers/nvme/unbind
	exec 8>&-
	eventually finished
	assert_equal "$(<"$BATS_TEST_TMPDIR/status")" 5
	run cat "$BATS_TEST_TMPDIR/output"
	assert_output --partial 'was changed by somebody else meanwhile'
	assert_equal "$(driver_of $spare) $(override_of $spare)" 'none none'
	echo $spare >/sys/bus/pci/drivers/nvme/bind
}

@test "SIGTERM starts no further group and finishes the one under way" {
	lock $edu
	in_background vfioctl bind --timeout 60 $edu $spare
	eventually test -e /sys/bus/pci/drivers/vfio-pci/$spare
	pkill -TERM -o -x vfioctl
	eventually finished
	[[ $(<"$BATS_TEST_TMPDIR/status") == 1 ]]
	run cat "$BATS_TEST_TMPDIR/output"
	assert_output --partial 'interrupted while waiting'
	assert_equal "$(driver_of $edu $spare) $(override_of $edu)" 'none vfio-pci none'
}

@test "a run directory that others may write is not trusted" {
	mkdir -m 777 /run/vfioctl
	chmod 777 /run/vfioctl
	run -1 vfioctl bind $edu
	assert_output --partial "cannot trust '/run/vfioctl'"
	assert_equal "$(driver_of $edu)" none
}

@test "a full /run changes nothing" {
	mkdir -m 700 /run/vfioctl
	mount -t tmpfs -o size=4k,mode=700 tmpfs /run/vfioctl
	mkdir -m 700 /run/vfioctl/devices
	dd if=/dev/zero of=/run/vfioctl/filler bs=4k count=1 status=none || true
	before=$(state)
	run -1 vfioctl bind $spare
	umount /run/vfioctl
	assert_output --partial 'No space left on device'
	assert_equal "$(state)" "$before"
}
