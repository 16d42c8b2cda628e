# SPDX-License-Identifier: GPL-2.0-only
# topology: nested
# modules: ours
# kernel: 6.1 6.12 7.3
# timeout: 4800
# stall: 700
#
# A QEMU in the guest boots a system of its own with an NVMe and a network card that were assigned to
# it, and that system uses them: its drivers, their interrupts and their DMA, through our modules.

load ../helpers/common
load ../helpers/vfio
load ../helpers/guest
load ../helpers/inner

GRACE=/sys/module/vfio/parameters/grace_ms

setup_file() {
	inner_outside
	bind_to vfio-pci $DISK
	bind_to vfio-pci $CARD
}

teardown_file() {
	inner_stop
	unbind $DISK $CARD
}

teardown() {
	echo 10000 >$GRACE
}

# tell WORDS - that it goes on, for whoever waits, and when
tell() {
	echo "# $*, at $(cut -d ' ' -f 1 /proc/uptime) s" >&3
}

# interrupts_by KIND TYPE - what has come from this device inside came by interrupts of this type
interrupts_by() {
	inner_ask "interrupts $1"
	[[ $output =~ ^interrupts\ $2\ ([0-9]+)$ ]] || fail "inside: $output"
	((BASH_REMATCH[1] > 0)) || fail "no interrupt of the $1 ever came"
}

@test "the inner system reads the disk that it was assigned, and writes to it" {
	inner_ready
	inner_reads_disk 0 1048576
	inner_reads_disk $((7 << 20)) 1048576
	inner_ask "fill $((6 << 20)) 65536 x"
	assert_output 'filled 65536'
	head -c 65536 /dev/zero | tr '\0' x |
		dd of="$INNER_DISK" bs=65536 seek=$((6 * 16)) conv=notrunc status=none
	inner_reads_disk $((6 << 20)) 131072
	interrupts_by disk PCI-MSI
}

@test "it passes traffic, counted at both ends" {
	inner_ready
	inner_ask net
	assert_output 'net 52:54:00:00:00:02'
	inner_passes_traffic 200
	interrupts_by net PCI-MSI
}

@test "each device is reset from inside, ten times over" {
	local i
	inner_ready
	for i in {1..10}; do
		inner_ask 'reset disk'
		assert_output 'reset by flr'
		inner_ask 'reset net'
		inner_works $i
		tell "reset $i"
	done
}

@test "each device is taken away and assigned again, ten times over" {
	local i
	inner_ready
	for i in {1..10}; do
		inner_loses disk
		inner_loses net
		assert_equal "$(inner_holds)" 0
		inner_gets disk
		inner_gets net
		inner_works $i
		tell "assignment $i"
	done
}

@test "a device that the outer system takes away is unplugged from the inner one, which goes on" {
	local remover
	inner_ready
	echo 120000 >$GRACE
	log_mark
	"$CLIENTS/timed-write" $PCI/drivers/vfio-pci/unbind $DISK >"$BATS_TEST_TMPDIR/took" 3>&- &
	remover=$!
	inner_lets_go disk
	wait $remover
	assert_not_exist $PCI/devices/$DISK/driver
	tell "that took $(cut -d ' ' -f 1 "$BATS_TEST_TMPDIR/took") ms"
	inner_ask net
	inner_passes_traffic 16
	echo $DISK >$PCI/drivers/vfio-pci/bind
	inner_gets disk
	inner_works 1
	run log_since
	refute_output --partial revoked
}

@test "a device that is unplugged from the outer system leaves the inner one as well" {
	inner_ready
	# Two emulators deep the inner system takes longer than the ten seconds that it would have.
	echo 120000 >$GRACE
	monitor device_del e2
	inner_lets_go net
	vanishes $PCI/devices/$CARD
	inner_reads_disk 0 65536
	monitor device_add e1000e,id=e2,netdev=h2,bus=p2,mac=52:54:00:00:00:02
	appears $PCI/devices/$CARD/iommu_group
	bind_to vfio-pci $CARD
	inner_gets net
	inner_works 2
}

@test "a machine that is reset has both devices as new" {
	inner_ready
	inner_monitor system_reset
	inner_hears up
	inner_works 3
}

@test "a QEMU that does not answer loses its device in time, and nothing of it is left" {
	local took states
	inner_ready
	echo 2000 >$GRACE
	kill -STOP "$qemu"
	read -r took states < <("$CLIENTS/timed-write" $PCI/drivers/vfio-pci/unbind $DISK)
	kill -CONT "$qemu"
	((took >= 1900 && took < 30000)) || fail "it took $took ms"
	[[ $states != *D* ]] || fail "seen as '$states'"
	inner_stop
	ledger_idle
	bind_to vfio-pci $DISK
}

@test "a QEMU of its own, without message interrupts, uses both devices by their pins" {
	inner_stop
	inner_start tcg pci=nomsi
	inner_works 4
	interrupts_by disk IO-APIC
	interrupts_by net IO-APIC
	inner_stop
}

@test "a QEMU of its own, with KVM, is reset ten times over" {
	local i
	inner_start kvm
	for i in {1..10}; do
		inner_works $i
		interrupts_by disk PCI-MSI
		interrupts_by net PCI-MSI
		inner_monitor system_reset
		inner_hears up
		tell "reset $i"
	done
	inner_works 11
	inner_stop
}

@test "when all is over, the outer system finds what the inner one wrote, and nothing is in use" {
	inner_stop
	ledger_idle
	unbind $DISK $CARD
	run awk '$4 != 0' $LEDGER
	assert_output ''
	echo $DISK >$PCI/drivers/nvme/bind
	run cmp "$INNER_DISK" "$(disk_of $DISK)"
	assert_output ''
	assert_success
}
