# SPDX-License-Identifier: GPL-2.0-only
# topology: kernel
# modules: ours
#
# vfio-pci: functions that sleep, because nobody has them open or their user lets them.

load ../helpers/common
load ../helpers/vfio

IDLE=/sys/module/vfio_pci/parameters/disable_idle_d3

setup_file() {
	modprobe vfio-pci
}

teardown() {
	holder_gone
	echo N >$IDLE
	unbind $NVME $EDU $E1000E
	ledger_idle
}

# is_in STATE ADDRESS - within some seconds
is_in() {
	local i state
	for ((i = 0; i < 100; i++)); do
		read -r state <"$PCI/devices/$2/power_state"
		[[ $state != "$1" ]] || return 0
		pause 0.1
	done
	fail "$2 is in $state"
}

@test "a function that nobody has open is in D3, and what is open is not" {
	local bdf
	for bdf in $NVME $E1000E; do
		bind_to vfio-pci $bdf
		is_in D3hot $bdf
		hold $bdf
		is_in D0 $bdf
		pause 1
		is_in D0 $bdf
		holder_gone
		is_in D3hot $bdf
		unbind $bdf
		is_in D0 $bdf
	done
}

@test "with disable_idle_d3 it stays awake from when it is bound" {
	echo Y >$IDLE
	bind_to vfio-pci $NVME
	hold $NVME
	holder_gone
	pause 1
	is_in D0 $NVME
	# It may still sleep while it is open, and its user says so.
	client pci-low-power $NVME
}

@test "a function sleeps for its user, wakes for each access, and tells of it" {
	bind_to vfio-pci $NVME
	client pci-low-power $NVME
}

@test "an interrupt at the pin waits for the end of a sleep" {
	bind_to vfio-pci $EDU
	client pci-low-power $EDU plain
}

@test "a function that its user let sleep is taken back" {
	local grace=/sys/module/vfio/parameters/grace_ms before
	bind_to vfio-pci $NVME
	read -r before <$grace
	echo 500 >$grace
	hold $NVME sleeping
	is_in D3hot $NVME
	unbind $NVME
	echo "$before" >$grace
	is_in D0 $NVME
	heard gone
}

@test "a bus is reset although one of its functions sleeps" {
	local bdf behind='0000:05:01.0 0000:05:02.0 0000:05:03.0'
	for bdf in $behind; do
		bind_to vfio-pci "$bdf"
	done
	bind_to vfio-pci $EDU
	run "$CLIENTS/pci-hot-reset" 0000:05:01.0 3 0 $EDU
	assert_output ''
	for bdf in $behind; do
		unbind "$bdf"
	done
	bind_to vfio-pci $NVME
	is_in D3hot $NVME
}
