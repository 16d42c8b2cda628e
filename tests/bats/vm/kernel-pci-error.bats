# SPDX-License-Identifier: GPL-2.0-only
# topology: kernel
# modules: ours
#
# vfio-pci: errors on the bus, which QEMU makes and the host's AER driver handles.

load ../helpers/common
load ../helpers/vfio

IDLE=/sys/module/vfio_pci/parameters/disable_idle_d3
# Plugged in, as nothing else here reports errors: below a port whose link the host finds back after
# a reset, and below one where it does not.
export BACK=0000:09:00.0 GONE=0000:08:00.0

# port_of ADDRESS REGISTER... - setpci of the port above
port_of() {
	setpci -s "$(basename "$(readlink -f "$PCI/devices/$1/..")")" "${@:2}"
}

# power ADDRESS on|off - of its slot; without it all that is read is ones, and its registers are lost
power() {
	case $2 in
	on) port_of "$1" CAP_EXP+18.w=0:400 ;;
	off) port_of "$1" CAP_EXP+18.w=400:400 ;;
	esac
}

setup_file() {
	local bdf
	modprobe vfio-pci
	monitor device_add virtio-rng-pci,id=e9,bus=p8,aer=on,disable-legacy=on
	monitor device_add virtio-rng-pci,id=e8,bus=p7,aer=on,disable-legacy=on
	for bdf in $BACK $GONE; do
		appears $PCI/devices/$bdf/iommu_group
		bind_to vfio-pci $bdf
		# QEMU's bridge hands on what it may signal itself.
		port_of $bdf COMMAND=100:100 BRIDGE_CONTROL=2:2
	done
}

teardown_file() {
	monitor device_del e8
	monitor device_del e9
	vanishes $PCI/devices/$GONE
	vanishes $PCI/devices/$BACK
}

teardown() {
	holder_gone
	echo N >$IDLE
	ledger_idle
}

# inject ADDRESS NAME - the error, into the device; returns when the host is through with it, with
# its verdict in $verdict
inject() {
	local i id=e${1:6:1}
	log_mark
	setpci -s "$1" COMMAND=100:100 CAP_EXP+8.w=f:f
	monitor pcie_aer_inject_error "$id" "$2"
	for ((i = 0; i < 300; i++)); do
		verdict=$(log_since | sed -n 's/.*device recovery //p')
		[[ -z $verdict ]] || return 0
		pause 0.1
	done
	log_since
	fail "the host never recovered from $2"
}

# bound_anew ADDRESS Y|N - it sleeps while nobody has it open, or not
bound_anew() {
	echo "$2" >$IDLE
	unbind "$1"
	bind_to vfio-pci "$1"
}

# talk_to CLIENT ARG... - in the background; it is the holder, and reads what is written to $to_holder
talk_to() {
	: >"$BATS_TEST_TMPDIR/hold"
	[[ -p $BATS_TEST_TMPDIR/words ]] || mkfifo "$BATS_TEST_TMPDIR/words"
	exec {to_holder}<>"$BATS_TEST_TMPDIR/words"
	"$CLIENTS/$1" "${@:2}" <&$to_holder >"$BATS_TEST_TMPDIR/hold" 2>&1 3>&- &
	holder=$!
}

# strikes ADDRESS harmless|back|gone NAME - twice, and its user hears of the first
strikes() {
	local to_holder
	talk_to pci-error "$1" "$2"
	heard ready
	inject "$1" "$3"
	heard again
	inject "$1" "$3"
	echo >&$to_holder
	heard good
	holder_gone
}

@test "a user who asked for it is told of an error that changes nothing" {
	strikes $BACK harmless COMP_TIME
	assert_equal "$verdict" successful
}

@test "a function that an error cost its link is out of reach until the host has restored both" {
	strikes $BACK back DLP
	assert_equal "$verdict" successful
	strikes $BACK harmless COMP_TIME
}

@test "or, if the host cannot, until its user resets it, but not too early" {
	local try
	for try in 1 2 3; do
		strikes $GONE gone DLP
		assert_equal "$verdict" failed
		! grep -q refused "$BATS_TEST_TMPDIR/hold" || break
	done
	grep -q refused "$BATS_TEST_TMPDIR/hold" || fail "$try times the host was too slow"
	strikes $GONE harmless COMP_TIME
}

@test "an error that strikes while nobody has the function open does not cost the next user anything" {
	local idle bdf
	for idle in N Y; do
		for bdf in $BACK $GONE; do
			bound_anew $bdf $idle
			inject $bdf DLP
			strikes $bdf harmless COMP_TIME
		done
	done
}

@test "one that is reset behind our back has its BARs when its user turns it on again" {
	local to_holder
	talk_to pci-backdoor $GONE
	heard ready
	power $GONE off
	power $GONE on
	log_mark
	echo >&$to_holder
	heard good
	holder_gone
	run log_since
	assert_output --partial "$GONE: was reset without us: its BARs are put back"
}

@test "a function that does not answer after an error is not taken for restored" {
	bound_anew $GONE Y
	inject $GONE DLP
	# Past the time in which the host may still reset the link.
	pause 2
	power $GONE off
	assert_equal "$(setpci -s $GONE COMMAND)" ffff
	run "$CLIENTS/hold" $GONE
	power $GONE on
	assert_output --partial 'Resource temporarily unavailable'
	strikes $GONE harmless COMP_TIME
}

@test "nor a host driver that gets the function back" {
	local idle bdf before
	for idle in N Y; do
		for bdf in $BACK $GONE; do
			bound_anew $bdf $idle
			before=$(setpci -s $bdf BASE_ADDRESS_1 BASE_ADDRESS_4)
			[[ $before != *00000000* ]]
			inject $bdf DLP
			unbind $bdf
			run setpci -s $bdf BASE_ADDRESS_1 BASE_ADDRESS_4
			assert_output "$before"
		done
	done
}

@test "who dies of it leaves nothing behind" {
	local bdf
	for bdf in $BACK $GONE; do
		bound_anew $bdf Y
		hold $bdf touch
		inject $bdf DLP
		heard sigbus
		wait "$holder" || true
		holder=
		strikes $bdf harmless COMP_TIME
	done
}
