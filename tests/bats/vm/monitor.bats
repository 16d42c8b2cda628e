# SPDX-License-Identifier: GPL-2.0-only
# topology: sriov
# kernel: any
#
# monitor tells what happens to devices and groups, all of it and no more: on a stock core, or where
# none is loaded.

load ../helpers/common
load ../helpers/vfio
load ../helpers/guest
load ../helpers/monitor

SPARE=0000:01:00.0
PF=0000:02:00.0
VF1=0000:02:00.1
VF2=0000:02:00.2

setup_file() {
	modprobe pci-stub
	modprobe -a vfio-pci vfio_iommu_type1
}

teardown() {
	holder_gone
	monitor_gone
	echo 0 >$PCI/devices/$PF/sriov_numvfs
	echo 1 >$PCI/devices/$PF/sriov_drivers_autoprobe
	if [[ $(driver_of $SPARE) != nvme ]]; then
		unbind $SPARE
		echo $SPARE >$PCI/drivers/nvme/bind
	fi
	rm -f /etc/vfioctl.conf
}

# bind_a_lot - a thousand events; in a shell of its own, as bats makes each command slow
bind_a_lot() {
	bash -c "cd $PCI/drivers/pci-stub
		for ((i = 0; i < 500; i++)); do
			echo $SPARE >unbind
			echo $SPARE >bind
		done"
}

@test "binding and unbinding are told with group, driver, and what they make of the group" {
	local group=$(group_of $SPARE)
	monitor_begin
	bind_to vfio-pci $SPARE
	unbind $SPARE
	echo $SPARE >$PCI/drivers/nvme/bind
	told "unbound $SPARE $group nvme
viability $group true
bound $SPARE $group vfio-pci
unbound $SPARE $group vfio-pci
bound $SPARE $group nvme
viability $group false $SPARE=nvme"
	validate_news
}

@test "a driver of the whitelist does not stand in the way, and one that joins it no more" {
	local group=$(group_of $SPARE)
	monitor_begin --interval=1
	echo 'whitelist = pci:nvme' >/etc/vfioctl.conf
	told "viability $group true" "viability $(group_of $PF) true" "viability $(group_of 0000:03:00.0) true"
	rm /etc/vfioctl.conf
	told "viability $group true" "viability $(group_of $PF) true" "viability $(group_of 0000:03:00.0) true" \
		"viability $group false $SPARE=nvme" "viability $(group_of $PF) false $PF=nvme" \
		"viability $(group_of 0000:03:00.0) false 0000:03:00.0=nvme"
}

@test "a whitelist that cannot be read is told once and changes nothing" {
	monitor_begin --interval=1
	echo nonsense >/etc/vfioctl.conf
	sleep 3.5
	told
	assert_equal "$(jq -r .warning.message "$MONITOR_ERR" | grep -c 'the whitelist stays as it was')" 1
}

@test "virtual functions are told, each by itself and all together" {
	monitor_begin
	echo 0 >$PCI/devices/$PF/sriov_drivers_autoprobe
	echo 2 >$PCI/devices/$PF/sriov_numvfs
	local first=$(group_of $VF1) second=$(group_of $VF2)
	bind_to vfio-pci $VF1
	told "added $VF1 $first" "added $VF2 $second" "vfs $PF $(group_of $PF) 2" "bound $VF1 $first vfio-pci"
	echo 0 >$PCI/devices/$PF/sriov_numvfs
	told "added $VF1 $first" "added $VF2 $second" "vfs $PF $(group_of $PF) 2" "bound $VF1 $first vfio-pci" \
		"unbound $VF1 $first vfio-pci" "removed $VF1 $first" "removed $VF2 $second" \
		"vfs $PF $(group_of $PF) 0"
}

@test "virtual functions that were there before are known when they go" {
	echo 0 >$PCI/devices/$PF/sriov_drivers_autoprobe
	echo 2 >$PCI/devices/$PF/sriov_numvfs
	local first=$(group_of $VF1) second=$(group_of $VF2)
	monitor_begin
	echo 0 >$PCI/devices/$PF/sriov_numvfs
	told "removed $VF1 $first" "removed $VF2 $second" "vfs $PF $(group_of $PF) 0"
}

@test "selectors choose devices and their groups, also those that come later" {
	monitor_begin '0000:02:*.*'
	bind_to pci-stub $SPARE
	echo 0 >$PCI/devices/$PF/sriov_drivers_autoprobe
	echo 1 >$PCI/devices/$PF/sriov_numvfs
	told "added $VF1 $(group_of $VF1)" "vfs $PF $(group_of $PF) 1"
}

@test "a device that has left the driver that chose it stays chosen" {
	local group=$(group_of $SPARE)
	monitor_begin driver:nvme
	bind_to vfio-pci $SPARE
	told "unbound $SPARE $group nvme" "viability $group true" "bound $SPARE $group vfio-pci"
}

@test "a selector without a match fails, and one beside others is told at once" {
	run -32 vfioctl monitor 0000:99:00.0
	assert_output "vfioctl: no device matches '0000:99:00.0'"
	monitor_begin 0000:99:00.0 $SPARE
	assert_equal "$(jq -r .error.name "$MONITOR_ERR")" some-found
	monitor_ends 64 TERM
}

@test "a burst of a thousand events is told whole, even if nobody could take any of it meanwhile" {
	local group=$(group_of $SPARE)
	bind_to pci-stub $SPARE
	monitor_begin $SPARE
	kill -STOP $monitor
	bind_a_lot
	kill -CONT $monitor
	wait_for_news 1000
	assert_equal "$(news | head -1000 | sort | uniq -c | sed 's/^ *//')" "500 bound $SPARE $group pci-stub
500 unbound $SPARE $group pci-stub"
	assert_equal "$(news | uniq | wc -l)" 1000
	assert_equal "$(cat "$MONITOR_ERR")" ''
}

@test "a burst of uevents that change nothing is no news, and hides none" {
	local group=$(group_of $SPARE)
	monitor_begin
	bash -c "for ((i = 0; i < 1000; i++)); do echo change >$PCI/devices/$SPARE/uevent; done"
	bind_to vfio-pci $SPARE
	told "unbound $SPARE $group nvme" "viability $group true" "bound $SPARE $group vfio-pci"
}

@test "events that were lost are owned up to, and what they changed is told" {
	local group=$(group_of $SPARE)
	bind_to pci-stub $SPARE
	# An ordinary user gets no larger buffer than others, here that of older kernels.
	local most=$(</proc/sys/net/core/rmem_max)
	echo 212992 >/proc/sys/net/core/rmem_max
	MONITOR_AS=nobody monitor_begin $SPARE
	echo "$most" >/proc/sys/net/core/rmem_max
	kill -STOP $monitor
	bind_a_lot
	unbind $SPARE
	echo $SPARE >$PCI/drivers/nvme/bind
	kill -CONT $monitor
	eventually_news "viability $group false $SPARE=nvme"
	news >"$BATS_TEST_TMPDIR/news"
	assert_equal "$(grep -c '^overrun' "$BATS_TEST_TMPDIR/news")" 1
	assert_equal "$(tail -2 "$BATS_TEST_TMPDIR/news")" "bound $SPARE $group nvme
viability $group false $SPARE=nvme"
	# Each is bound and unbound in turn, whatever was lost.
	assert_equal "$(awk '/bound/ {print $1}' "$BATS_TEST_TMPDIR/news" | uniq -d)" ''
	(($(wc -l <"$BATS_TEST_TMPDIR/news") < 1000))
	assert_equal "$(jq -r .warning.message "$MONITOR_ERR" | grep -c 'some were lost')" 1
}

@test "without a right to look into other processes that is said" {
	bind_to vfio-pci $SPARE
	MONITOR_AS=nobody monitor_begin
	assert_equal "$(jq -r .warning.message "$MONITOR_ERR" | grep -c 'not every process could be looked into')" 1
}

@test "what is opened and attached on a stock core is found by looking" {
	! ours || skip 'our core tells it'
	bind_to vfio-pci $SPARE
	local group=$(group_of $SPARE) device=
	monitor_begin --interval=1
	# It looks when all has happened.
	kill -STOP $monitor
	hold $SPARE
	# Newer kernels say which device a file is of.
	! grep -qs vfio-device-syspath /proc/$holder/fdinfo/* || device="$SPARE "
	kill -CONT $monitor
	told "opened $group 1" "attached $group 1" "device-opened $device$group 1"
	validate_news
	kill -STOP $monitor
	holder_gone
	kill -CONT $monitor
	told "opened $group 1" "attached $group 1" "device-opened $device$group 1" \
		"device-closed $device$group 0" "detached $group 0" "closed $group 0"
}

@test "with an interval of 0 nobody looks" {
	! ours || skip 'our core tells it'
	bind_to vfio-pci $SPARE
	monitor_begin --interval=0
	hold $SPARE
	sleep 3
	told
}

@test "SIGINT and SIGTERM end it with 0, and all that it printed are whole lines" {
	local signal
	for signal in INT TERM; do
		monitor_begin
		echo change >$PCI/devices/$SPARE/uevent
		monitor_ends 0 $signal
		assert_equal "$(jq -r .event "$MONITOR_OUT")" ready
		assert_equal "$(cat "$MONITOR_ERR")" ''
	done
}

@test "it ends with its reader, at once and without a word" {
	local ready
	mkfifo "$BATS_TEST_TMPDIR/pipe"
	env --default-signal=PIPE "$VFIOCTL" monitor >"$BATS_TEST_TMPDIR/pipe" 2>"$MONITOR_ERR" 3>&- &
	monitor=$!
	read -r ready <"$BATS_TEST_TMPDIR/pipe"
	assert_regex "$ready" ^TIME
	monitor_ends 141
	assert_equal "$(cat "$MONITOR_ERR")" ''
}

@test "a reader that does not read can neither make it lose anything nor keep it from ending" {
	local i
	bind_to pci-stub $SPARE
	mkfifo "$BATS_TEST_TMPDIR/pipe"
	exec 8<>"$BATS_TEST_TMPDIR/pipe"
	"$VFIOCTL" monitor --json $SPARE >"$BATS_TEST_TMPDIR/pipe" 2>"$MONITOR_ERR" 3>&- 8>&- &
	monitor=$!
	read -r -u 8 _
	bind_a_lot
	for ((i = 0; i < 900; i++)); do
		read -r -u 8 -t 20 _ || fail "only $i came"
	done
	bind_a_lot
	monitor_ends 1 TERM
	exec 8>&-
	assert_regex "$(cat "$MONITOR_ERR")" 'bytes of the output were not written, as nobody reads it'
}

@test "text has a line for each event, in columns that stay where they are" {
	local group=$(group_of $SPARE)
	monitor_begin_text -o event,device,group,driver,viable,blockers
	bind_to vfio-pci $SPARE
	eventually grep -q 'bound.*vfio-pci' "$MONITOR_OUT"
	run sed 's/ *$//' "$MONITOR_OUT"
	assert_line --index 0 'EVENT         DEVICE        GROUP DRIVER     VIABLE  BLOCKERS'
	assert_line --index 1 'ready'
	assert_line --index 2 "$(printf 'unbound       %-13s %5d nvme' $SPARE "$group")"
	assert_line --index 3 "$(printf 'viability                   %5d            yes' "$group")"
	assert_line --index 4 "$(printf 'bound         %-13s %5d vfio-pci' $SPARE "$group")"
	assert_equal "${#lines[@]}" 5
}
