# SPDX-License-Identifier: GPL-2.0-only
# topology: kernel
# modules: ours
#
# A device can be taken from its holder, in bounded time.

load ../helpers/common
load ../helpers/vfio

GRACE=/sys/module/vfio/parameters/grace_ms

setup_file() {
	modprobe vfio-pci
}

setup() {
	bind_to vfio-pci $EDU
	echo 2000 >$GRACE
}

teardown() {
	holder_gone
	ledger_idle
	echo 10000 >$GRACE
	[[ -e $PCI/devices/$EDU ]] || echo 1 >$PCI/rescan
	unbind $EDU
}

now_ms() {
	local up
	read -r up _ </proc/uptime
	echo $((10#${up/./} * 10))
}

# timed_write WORD FILE - sets took, in ms, and states, in which the writer was seen
timed_write() {
	local out
	out=$("$CLIENTS/timed-write" "$2" "$1")
	read -r took states <<<"$out"
}

# Within the grace period and a second; under the checkers of the debug kernel, and ten.
in_time() {
	local slack=1000
	[[ $(uname -r) != *-debug ]] || slack=10000
	((took <= 2000 + slack))
}

@test "the log names a device whose holder never asked to be told that it is wanted back" {
	log_mark
	"$CLIENTS/occupy" 0 4096 $EDU >"$BATS_TEST_TMPDIR/hold" 2>&1 3>&- &
	holder=$!
	heard held
	timed_write $EDU $PCI/drivers/vfio-pci/unbind
	run log_since
	assert_line --regexp "vfio-pci $EDU: wanted back, but its user did not ask to be told$"
	holder_gone
	bind_to vfio-pci $EDU
	hold $EDU
	log_mark
	timed_write $EDU $PCI/drivers/vfio-pci/unbind
	run log_since
	refute_output --partial 'wanted back'
}

# A machine with much else to do lets the guest stand still now and then: it may try three times.
@test "unbinding a device that is held ends within the grace period and a second" {
	local try
	for try in 1 2 3; do
		hold $EDU
		timed_write $EDU $PCI/drivers/vfio-pci/unbind
		((took >= 1900)) || fail "it was taken after $took ms already"
		assert_not_exist $PCI/devices/$EDU/driver
		heard asked
		heard gone
		wait "$holder"
		holder=
		! in_time || break
		bind_to vfio-pci $EDU
	done
	in_time || fail "it took $took ms"
}

# The second is reset by whoever closes it, which takes its time; the first at once.
@test "the unbinding process is never in state D" {
	local device
	bind_to vfio-pci $NVME
	for device in $EDU $NVME; do
		hold $device
		timed_write $device $PCI/drivers/vfio-pci/unbind
		[[ $states == *S* ]] || fail "never seen asleep, only as '$states'"
		[[ $states != *D* ]] || fail "seen as '$states'"
		heard gone
		wait "$holder"
		holder=
	done
	unbind $NVME
}

@test "a holder who gives the device back on request ends the wait" {
	echo 60000 >$GRACE
	hold $EDU polite
	timed_write $EDU $PCI/drivers/vfio-pci/unbind
	((took < 30000)) || fail "it took $took ms"
	wait "$holder"
	holder=
}

@test "a killed unbinder does not wait on" {
	echo 60000 >$GRACE
	hold $EDU
	bash -c "echo $EDU >$PCI/drivers/vfio-pci/unbind" 3>&- &
	local pid=$! start
	heard asked
	start=$(now_ms)
	kill -KILL $pid
	wait $pid || true
	(($(now_ms) - start < 30000)) || fail "it took $(($(now_ms) - start)) ms"
	heard gone
}

@test "a mapping of a revoked device answers SIGBUS" {
	hold $EDU touch
	timed_write $EDU $PCI/drivers/vfio-pci/unbind
	heard sigbus
	wait "$holder"
	holder=
}

@test "a revoked device can be used again by another, while the old holder still has his files" {
	echo 100 >$GRACE
	hold $EDU
	# Not one that looks at the revoked device and leaves: he sleeps through it.
	kill -STOP "$holder"
	timed_write $EDU $PCI/drivers/vfio-pci/unbind
	echo $EDU >$PCI/drivers/vfio-pci/bind
	client edu $EDU
	kill -CONT "$holder"
	heard gone
	wait "$holder"
	holder=
}

@test "hot removal of a device that is held is bounded as well" {
	hold $EDU
	timed_write 1 $PCI/devices/$EDU/remove
	((took < 30000)) || fail "it took $took ms"
	assert_not_exist $PCI/devices/$EDU
	heard gone
	wait "$holder"
	holder=
	echo 1 >$PCI/rescan
	assert_exist $PCI/devices/$EDU
}

@test "a device that is unplugged while it is held goes, and its holder hears of it" {
	bind_to vfio-pci $LOOSE
	hold $LOOSE
	monitor device_del u7
	heard asked
	vanishes $PCI/devices/$LOOSE
	heard gone
	wait "$holder"
	holder=
	monitor device_add edu,id=u7,bus=p6
	appears $PCI/devices/$LOOSE/iommu_group
	bind_to vfio-pci $LOOSE
	client edu $LOOSE
	unbind $LOOSE
}

@test "container, group and device may be closed in every order around a hot removal" {
	bind_to vfio-pci $QUICK
	client unplug $QUICK
	unbind $QUICK
}

@test "the modules unload when nothing uses them, and everything is gone" {
	unbind $EDU
	run awk '$4 != 0' /sys/kernel/debug/vfio/ledger
	assert_output ''
	rmmod vfio-pci vfio_iommu_type1 vfio
	assert_not_exist /dev/vfio
	modprobe vfio-pci
}
