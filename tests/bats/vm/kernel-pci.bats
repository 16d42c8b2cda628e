# SPDX-License-Identifier: GPL-2.0-only
# topology: kernel
# modules: ours
#
# vfio-pci: configuration space, BARs and interrupts.

load ../helpers/common
load ../helpers/vfio

IDLE=/sys/module/vfio_pci/parameters/disable_idle_d3
PLUGGED=0000:08:00.0
# All that is on one bus, and in one group with its bridge.
BEHIND='0000:05:01.0 0000:05:02.0 0000:05:03.0'

setup_file() {
	modprobe vfio-pci
	bind_to vfio-pci $EDU
	bind_to vfio-pci $NVME
}

teardown_file() {
	unbind $EDU $NVME
}

teardown() {
	holder_gone
	[[ ! -e /sys/module/irq_bypass ]] || rmmod irq-bypass
	[[ ! -e /sys/module/bar_taken ]] || rmmod bar-taken
	echo N >$IDLE
	if [[ -e $PCI/devices/$PLUGGED ]]; then
		monitor device_del e8
		vanishes $PCI/devices/$PLUGGED
	fi
	ledger_idle
}

@test "configuration space is virtualised, and BARs are out of reach while memory is off" {
	# Whoever had it before left it the bus.
	setpci -s $EDU COMMAND=4:4
	client pci-config $EDU
}

@test "the pin, MSI and the request interrupt go to eventfds, with masks and refusals" {
	client pci-irqs $EDU
}

@test "each of two functions on one line hears of its own interrupts" {
	bind_to vfio-pci $PAIR_A
	bind_to vfio-pci $PAIR_B
	client pci-shared-line $PAIR_A $PAIR_B
	unbind $PAIR_A $PAIR_B
}

@test "the expansion ROM is only read, and ports have a switch of their own" {
	bind_to vfio-pci $E1000E
	client pci-regions $E1000E
	unbind $E1000E
}

@test "MSI-X vectors come and go one by one, also while memory is off" {
	client pci-msix $NVME
}

@test "MSI-X vectors outlive a reset and a sleep, also while memory is off" {
	bind_to vfio-pci $E1000E
	client pci-msix-kept $E1000E "/vfioctl/build/test-modules/$(uname -r)/soft-reset.ko"
	unbind $E1000E
}

@test "vectors are offered to who can deliver them without the host" {
	insmod "/vfioctl/build/test-modules/$(uname -r)/irq-bypass.ko"
	client pci-bypass $EDU $NVME
}

@test "eventfds write into BARs, within limits and while memory is on" {
	client pci-ioeventfd $EDU $NVME
}

@test "a bus is reset for who owns all of it, and when all of it is ours" {
	local bdf
	run "$CLIENTS/pci-hot-reset" $EDU 1 0 $NVME
	assert_output ''
	for bdf in $BEHIND; do
		bind_to vfio-pci "$bdf"
	done
	run "$CLIENTS/pci-hot-reset" 0000:05:01.0 3 0 $NVME
	assert_output ''
	unbind 0000:05:03.0
	run "$CLIENTS/pci-hot-reset" 0000:05:01.0 3 -16 $NVME
	assert_output ''
	for bdf in $BEHIND; do
		unbind "$bdf"
	done
}

@test "a function is reset before its user has it, and after" {
	# What else is here has no reset, or does not change by it.
	monitor device_add virtio-rng-pci,id=e8,bus=p7,disable-legacy=on
	appears $PCI/devices/$PLUGGED/iommu_group
	echo Y >$IDLE
	bind_to vfio-pci $PLUGGED
	# For the host's own look.
	setpci -s $PLUGGED COMMAND=2:2
	client pci-scrubbed $PLUGGED
}

@test "a BAR of which somebody else on the host has a part, or more than it, is not the user's" {
	local what
	bind_to vfio-pci $E1000E
	for what in length=131072 length=4096 above=1; do
		insmod "/vfioctl/build/test-modules/$(uname -r)/bar-taken.ko" device=$E1000E $what
		client pci-bar-taken $E1000E yes
		rmmod bar-taken
		client pci-bar-taken $E1000E no
	done
	unbind $E1000E
}

@test "bus mastering is off again after the last close" {
	client edu $EDU
	run setpci -s $EDU COMMAND
	assert_success
	assert_equal $((0x$output & 4)) 0
}

@test "modules that match by driver_override are found by their alias" {
	run modinfo -F alias vfio-pci
	assert_line 'vfio_pci:v*d*sv*sd*bc*sc*i*'
}
