# SPDX-License-Identifier: GPL-2.0-only
# topology: sriov
# modules: ours
# kernel: 6.1 6.12 7.3
#
# vfio-pci: a user's physical function, and its virtual ones.

load ../helpers/common
load ../helpers/vfio

PLAIN=0000:01:00.0
PF=0000:02:00.0
VF=0000:02:00.1
SECOND=0000:02:00.2
ENABLE=/sys/module/vfio_pci/parameters/enable_sriov

setup_file() {
	modprobe vfio-pci
	bind_to vfio-pci $PLAIN
}

teardown_file() {
	unbind $PLAIN
}

# A reset of QEMU's physical function takes its virtual ones away and leaves the register say that
# they are there, so that the kernel does not bring them back: it is opened without a reset.
setup() {
	echo >$PCI/devices/$PF/reset_method
	echo Y >$ENABLE
	bind_to vfio-pci $PF
}

teardown() {
	holder_gone
	unbind $PF
	assert_not_exist $PCI/devices/$VF
	ledger_idle
}

vfs() {
	run bash -c "echo $1 >$PCI/devices/$PF/sriov_numvfs"
}

@test "virtual functions are made with enable_sriov alone" {
	echo N >$ENABLE
	vfs 2
	assert_failure
	assert_output --partial 'No such file or directory'
	assert_not_exist $PCI/devices/$VF
	echo Y >$ENABLE
	vfs 2
	assert_success
	# They are removed without it, too.
	echo N >$ENABLE
	vfs 0
	assert_success
}

@test "virtual functions are kept for vfio-pci, and their physical one stays awake" {
	local bdf state
	vfs 2
	assert_success
	for bdf in $VF $SECOND; do
		assert_equal "$(<$PCI/devices/$bdf/driver_override)" vfio-pci
		assert_exist $PCI/drivers/vfio-pci/$bdf
	done
	pause 1
	assert_equal "$(<$PCI/devices/$PF/power_state)" D0
	vfs 0
	assert_success
	for ((i = 0; i < 50; i++)); do
		state=$(<$PCI/devices/$PF/power_state)
		[[ $state != D3hot ]] || break
		pause 0.1
	done
	assert_equal "$state" D3hot
}

@test "virtual functions wake their physical one up, which its user had let sleep" {
	client pci-vf-token asleep $PF
}

@test "a host driver on a virtual function of a user's is told of in the log" {
	modprobe pci-stub
	vfs 1
	log_mark
	bind_to pci-stub $VF
	run log_since
	assert_output --partial "has the host driver 'pci-stub'"
}

@test "users of physical and virtual functions show each other the token" {
	vfs 2
	assert_success
	client pci-vf-token $PF $VF $PLAIN
}

@test "a virtual function of the host's has no token, and keeps its physical one the host's" {
	unbind $PF
	bind_to nvme $PF
	echo 0 >$PCI/devices/$PF/sriov_drivers_autoprobe
	vfs 1
	assert_success
	echo 1 >$PCI/devices/$PF/sriov_drivers_autoprobe
	bind_to vfio-pci $VF
	client pci-vf-token host $VF
	unbind $VF
	# Nor does vfio-pci take a physical function that has some already.
	unbind $PF
	log_mark
	run bind_to vfio-pci $PF
	assert_not_exist $PCI/drivers/vfio-pci/$PF
	run log_since
	assert_output --partial 'virtual functions are enabled: disable them first'
	bind_to nvme $PF
	vfs 0
}

@test "a physical function takes its virtual ones with it, although they are in use" {
	local grace=/sys/module/vfio/parameters/grace_ms before before_unbind took
	vfs 2
	read -r before <$grace
	echo 8000 >$grace
	"$CLIENTS/pci-vf-token" hold $PF $VF $SECOND >"$BATS_TEST_TMPDIR/hold" 2>&1 3>&- &
	holder=$!
	heard held
	# Their holder has the time for all of them at once, although he needs to let go of three.
	before_unbind=$SECONDS
	unbind $PF
	took=$((SECONDS - before_unbind))
	((took >= 7 && took < 15)) || fail "it took $took s"
	echo "$before" >$grace
	assert_not_exist $PCI/devices/$VF
	assert_not_exist $PCI/devices/$SECOND
}
