# SPDX-License-Identifier: GPL-2.0-only
# topology: kernel
# kernel: any
#
# monitor tells of devices that are plugged in and out.

load ../helpers/common
load ../helpers/vfio
load ../helpers/guest
load ../helpers/monitor

LATE=0000:08:00.0

teardown() {
	monitor_gone
}

@test "a device that is plugged in, bound and plugged out is told, with its group" {
	local group
	modprobe vfio-pci
	monitor_begin
	monitor device_add edu,id=late,bus=p7
	appears $PCI/devices/$LATE
	group=$(group_of $LATE)
	told "added $LATE $group"
	bind_to vfio-pci $LATE
	monitor device_del late
	vanishes $PCI/devices/$LATE
	told "added $LATE $group" "bound $LATE $group vfio-pci" "unbound $LATE $group vfio-pci" \
		"removed $LATE $group"
	validate_news
}
