# SPDX-License-Identifier: GPL-2.0-only
# topology: kernel
# modules: ours
#
# Parameters of vfio-pci, and the devices that it does not take. Each test loads the module anew.

load ../helpers/common
load ../helpers/vfio

# of fake-pci
FAKE=0000:08:00.0

setup() {
	modprobe -r vfio-pci
}

teardown() {
	rmmod fake-pci 2>/dev/null || true
	modprobe -q vfio-pci && unbind $EDU
	ledger_idle
	modprobe -r vfio-pci
}

@test "ids names devices that are taken at once, and what is not an id is told" {
	local edu
	log_mark
	modprobe vfio-pci ids=1234:11e8,nonsense,8086:10d3:ffff:ffff
	for edu in $QUICK $EDU $PAIR_A $PAIR_B; do
		assert_exist $PCI/drivers/vfio-pci/$edu
	done
	assert_not_exist $PCI/drivers/vfio-pci/$E1000E
	run log_since
	assert_output --partial "'nonsense' in the parameter ids is not vendor:device"
}

@test "with nointxmask the pin is masked outside of the function" {
	modprobe vfio-pci
	bind_to vfio-pci $EDU
	client pci-intx-mask $EDU 1
	echo 1 >/sys/module/vfio_pci/parameters/nointxmask
	client pci-intx-mask $EDU 0
	echo 0 >/sys/module/vfio_pci/parameters/nointxmask
	client pci-intx-mask $EDU 1
}

# pins DEVICE - how many of its pin a function with this id of Intel's offers its user
pins() {
	insmod "/vfioctl/build/test-modules/$(uname -r)/fake-pci.ko" vendor=0x8086 device="$1" pin=1
	bind_to vfio-pci $FAKE
	run --separate-stderr vfioctl probe --json $FAKE
	unbind $FAKE
	rmmod fake-pci
	assert_success
	output=$(jq -r '.. | objects | select(.kind == "irq" and .name == "intx") | .count' <<<"$output")
}

@test "functions whose pin tells nothing have none, unless it is masked outside of them" {
	local device
	modprobe vfio-pci
	for device in 0x1563 0x1572 0x1574 0x158{0,1,3,4,5,6,7,8,9,a,b} 0x37d{0,1,2}; do
		pins $device
		assert_output 0
	done
	for device in 0x10d3 0x1582; do
		pins $device
		assert_output 1
	done
	echo 1 >/sys/module/vfio_pci/parameters/nointxmask
	pins 0x1572
	echo 0 >/sys/module/vfio_pci/parameters/nointxmask
	assert_output 1
}

# fake DEVICE - a function with this id of Intel's is there, and vfio-pci is asked to take it
fake() {
	insmod "/vfioctl/build/test-modules/$(uname -r)/fake-pci.ko" vendor=0x8086 device="$1"
	echo vfio-pci >$PCI/devices/$FAKE/driver_override
	log_mark
	run bash -c "echo $FAKE >$PCI/drivers/vfio-pci/bind"
	unbind $FAKE
	rmmod fake-pci
}

@test "a device that is unsafe in any user's hands is refused, and the log says what takes it" {
	local device
	modprobe vfio-pci
	for device in 0x0435 0x0443 0x19e2 0x19e3 0x37c8 0x37c9 0x0b25 0x0cfe; do
		fake $device
		assert_failure
		run log_since
		assert_output --partial 'list of unsafe devices: not taken without disable_denylist'
	done
	fake 0x10d3
	assert_success
	run log_since
	refute_output --partial 'unsafe'
}

@test "with disable_denylist it is taken, which the log tells" {
	modprobe vfio-pci disable_denylist=1
	fake 0x0435
	assert_success
	run log_since
	assert_output --partial 'list of unsafe devices, taken by disable_denylist'
}
