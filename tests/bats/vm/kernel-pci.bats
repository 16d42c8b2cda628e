# SPDX-License-Identifier: GPL-2.0-only
# topology: default
# modules: ours
#
# vfio-pci: configuration space, BARs and interrupts.

load ../helpers/common
load ../helpers/vfio

EDU=0000:05:00.0

setup_file() {
	modprobe vfio-pci
	bind_to vfio-pci $EDU
}

teardown_file() {
	unbind $EDU
}

teardown() {
	holder_gone
	ledger_idle
}

@test "configuration space is virtualised, and BARs are out of reach while memory is off" {
	run "$CLIENTS/pci-config" $EDU
	assert_output ''
	assert_success
}

@test "the pin, MSI and the request interrupt go to eventfds, with masks and refusals" {
	run "$CLIENTS/pci-irqs" $EDU
	assert_output ''
	assert_success
}

@test "bus mastering is off again after the last close" {
	run "$CLIENTS/edu" $EDU
	assert_success
	run setpci -s $EDU COMMAND
	assert_success
	assert_equal $((0x$output & 4)) 0
}

@test "modules that match by driver_override are found by their alias" {
	run modinfo -F alias vfio-pci
	assert_line 'vfio_pci:v*d*sv*sd*bc*sc*i*'
}
