# SPDX-License-Identifier: GPL-2.0-only
# topology: crash
# kernel: 6.12
#
# A driver of our own that fails, hangs and faults: tests/guest/trouble.

bats_require_minimum_version 1.5.0
load ../helpers/common
load ../helpers/act

device=0000:04:00.0
neighbour=0000:05:00.0
parameters=/sys/module/trouble/parameters

setup_file() {
	modprobe vfio-pci
}

setup() {
	insmod "/vfioctl/build/trouble/$(uname -r)/trouble.ko" 2>/dev/null || true
}

# trouble PROBE REMOVE - what the driver does from now on
trouble() {
	echo "$1" >$parameters/probe
	echo "$2" >$parameters/remove
	echo N >$parameters/go
}

let_it_go() {
	echo Y >$parameters/go
}

teardown() {
	if [[ $BATS_TEST_DESCRIPTION == *faults* ]]; then
		return
	fi
	[[ ! -e $parameters ]] || {
		trouble ok ok
		let_it_go
	}
	eventually no_vfioctl
	vfioctl unbind --driver virtio-pci $device >/dev/null || true
	give_back
	eventually rmmod trouble
}

no_vfioctl() {
	! pgrep -x vfioctl >/dev/null
}

bound_to() {
	[[ $(driver_of $device) == "$1" ]]
}

@test "a driver whose probe fails: 7, and the device has its old driver" {
	trouble fail ok
	run -7 vfioctl bind --driver trouble $device
	assert_output --partial "driver 'trouble' did not take '$device': Input/output error"
	assert_equal "$(driver_of $device) $(override_of $device)" 'virtio-pci none'
}

@test "a probe that hangs for a minute: 6 in time, and where it waits is told" {
	trouble hang ok
	SECONDS=0
	run -6 vfioctl bind --driver trouble --timeout 2 $device
	((SECONDS < 40))
	assert_output --partial "did not get through 'bind to 'trouble'' within 2 s"
	assert_output --partial "'make_trouble'"
	# Nobody who looks is held up, nor is another group.
	run -0 vfioctl devices --output-all
	run -0 vfioctl status $device
	run -0 vfioctl bind $neighbour
	run -5 vfioctl recover --timeout 1
	let_it_go
	eventually bound_to trouble
	eventually no_vfioctl
	run -0 vfioctl recover
	assert_output ''
	run -0 vfioctl unbind $device
	assert_equal "$(driver_of $device) $(override_of $device)" 'virtio-pci none'
}

@test "a run that was killed while its driver's probe hung is recovered once that has ended" {
	local worker
	trouble hang ok
	run -6 vfioctl bind --driver trouble --timeout 1 $device
	worker=$(pgrep -x vfioctl)
	kill -KILL "$worker"
	run -5 vfioctl recover --timeout 1
	let_it_go
	eventually no_vfioctl
	run -0 vfioctl recover
	assert_output --partial ' finished '
	assert_equal "$(driver_of $device)" trouble
	run -0 vfioctl unbind $device
	assert_equal "$(driver_of $device) $(override_of $device)" 'virtio-pci none'
}

@test "a removal that hangs: 6, and it is finished later" {
	trouble ok hang
	run -0 vfioctl bind --driver trouble $device
	run -6 vfioctl unbind --timeout 2 $device
	assert_output --partial "'make_trouble' < 'pci_device_remove'"
	let_it_go
	eventually bound_to virtio-pci
	eventually no_vfioctl
	assert_equal "$(override_of $device)" none
	run -0 vfioctl recover
	assert_output ''
}

@test "a module whose loading hangs: 6 in time, and nothing was changed" {
	local modules
	rmmod trouble
	modules=/lib/modules/$(uname -r)
	mkdir -p "$modules/updates" /etc/modprobe.d
	cp "/vfioctl/build/trouble/$(uname -r)/trouble.ko" "$modules/updates"
	depmod
	echo 'options trouble load=hang' >/etc/modprobe.d/trouble.conf
	before=$(state)
	run -6 vfioctl bind --driver trouble --timeout 2 $device
	assert_output --partial "the loading of module 'trouble' did not end within 2 s"
	assert_equal "$(state)" "$before"
	assert_not_exist /run/vfioctl/devices/pci:$device
	let_it_go
	eventually no_vfioctl
	rm /etc/modprobe.d/trouble.conf
	run -0 vfioctl bind --driver trouble $device
	assert_equal "$(driver_of $device)" trouble
}

# The last of the guest: its device stays locked for ever. tests/vm/run knows of this oops.

@test "a driver whose probe faults takes its own thread with it, and nobody else" {
	echo 0 >/proc/sys/kernel/panic_on_oops
	echo 0 >/proc/sys/kernel/hung_task_timeout_secs
	run -0 vfioctl bind $neighbour
	trouble oops ok
	run -8 vfioctl bind --driver trouble $device
	assert_output --partial "the process that changed '$device' died in 'bind to 'trouble''"
	assert_exist /run/vfioctl/devices/pci:$device
	run -0 vfioctl devices --output-all
	run -0 vfioctl status $device
	run -6 vfioctl recover --timeout 2
	run -0 vfioctl unbind $neighbour
	assert_equal "$(driver_of $neighbour)" none
}
