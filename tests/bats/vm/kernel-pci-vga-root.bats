# SPDX-License-Identifier: GPL-2.0-only
# topology: vga-root
# modules: ours
#
# vfio-pci: a display adapter that has no bridge of its own. QEMU's always listens to the legacy
# addresses there, so that others cannot be tried beside it.

load ../helpers/common
load ../helpers/vfio
load ../helpers/vga

ONE=0000:01:00.0
TWO=0000:02:00.0
ROOT=0000:00:1d.0

teardown() {
	unbind $ROOT
	ledger_idle
	modprobe -r vfio-pci
}

@test "an adapter that no bridge can keep the addresses from is not left alone" {
	modprobe vfio-pci disable_vga=1
	bind_to vfio-pci $ROOT
	assert_equal "$(decodes $ROOT)" io+mem
	unbind $ROOT
	# Nor if it is the only one.
	echo 1 >$PCI/devices/$ONE/remove
	echo 1 >$PCI/devices/$TWO/remove
	bind_to vfio-pci $ROOT
	assert_equal "$(decodes $ROOT)" io+mem
	unbind $ROOT
	echo 1 >$PCI/rescan
	appears $PCI/devices/$ONE
	appears $PCI/devices/$TWO
}
