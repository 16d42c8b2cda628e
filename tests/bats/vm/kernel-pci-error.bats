# SPDX-License-Identifier: GPL-2.0-only
# topology: kernel
# modules: ours
#
# vfio-pci: errors on the bus, which QEMU makes and the host's AER driver handles.

load ../helpers/common
load ../helpers/vfio

IDLE=/sys/module/vfio_pci/parameters/disable_idle_d3
# Plugged in: nothing else here reports errors.
export FAULTY=0000:08:00.0

setup_file() {
	modprobe vfio-pci
	monitor device_add virtio-rng-pci,id=e8,bus=p7,aer=on,disable-legacy=on
	appears $PCI/devices/$FAULTY/iommu_group
	bind_to vfio-pci $FAULTY
	# QEMU's bridge hands on what it may signal itself.
	setpci -s "$(basename "$(readlink -f $PCI/devices/$FAULTY/..)")" \
		COMMAND=100:100 BRIDGE_CONTROL=2:2
}

teardown_file() {
	monitor device_del e8
	vanishes $PCI/devices/$FAULTY
}

teardown() {
	holder_gone
	echo N >$IDLE
	ledger_idle
}

# inject NAME - the error, into the device; returns when the host is through with it
inject() {
	local i
	log_mark
	setpci -s $FAULTY COMMAND=100:100 CAP_EXP+8.w=f:f
	monitor pcie_aer_inject_error e8 "$1"
	for ((i = 0; i < 300; i++)); do
		[[ $(log_since) != *'device recovery '* ]] || return 0
		pause 0.1
	done
	log_since
	fail "the host never recovered from $1"
}

# bound_anew Y|N - it sleeps while nobody has it open, or not
bound_anew() {
	echo "$1" >$IDLE
	unbind $FAULTY
	bind_to vfio-pci $FAULTY
}

# strikes harmless|fatal NAME - twice, and its user hears of the first
strikes() {
	local to_holder
	: >"$BATS_TEST_TMPDIR/hold"
	[[ -p $BATS_TEST_TMPDIR/words ]] || mkfifo "$BATS_TEST_TMPDIR/words"
	exec {to_holder}<>"$BATS_TEST_TMPDIR/words"
	"$CLIENTS/pci-error" $FAULTY "$1" <&$to_holder >"$BATS_TEST_TMPDIR/hold" 2>&1 3>&- &
	holder=$!
	heard ready
	inject "$2"
	heard again
	inject "$2"
	echo >&$to_holder
	heard good
}

@test "a user who asked for it is told of an error that changes nothing" {
	strikes harmless COMP_TIME
}

@test "a function that an error cost its link is out of reach until its registers are back" {
	strikes fatal DLP
}

@test "an error that strikes while nobody has the function open does not cost the next user anything" {
	local idle
	for idle in N Y; do
		bound_anew $idle
		inject DLP
		strikes harmless COMP_TIME
		holder_gone
	done
}

@test "nor a host driver that gets the function back" {
	local idle before
	for idle in N Y; do
		bound_anew $idle
		before=$(setpci -s $FAULTY BASE_ADDRESS_1 BASE_ADDRESS_4)
		inject DLP
		unbind $FAULTY
		run setpci -s $FAULTY BASE_ADDRESS_1 BASE_ADDRESS_4
		assert_output "$before"
		[[ $output != *00000000* ]]
	done
}
