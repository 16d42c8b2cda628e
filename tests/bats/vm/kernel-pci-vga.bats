# SPDX-License-Identifier: GPL-2.0-only
# topology: vga
# modules: ours
#
# vfio-pci: the legacy addresses of display adapters.

load ../helpers/common
load ../helpers/vfio
load ../helpers/vga

ONE=0000:01:00.0
TWO=0000:02:00.0
OTHER=0000:03:00.0

teardown() {
	unbind $ONE $TWO $OTHER
	ledger_idle
	modprobe -r vfio-pci
}

@test "two adapters have the legacy addresses in turns, each with its own values" {
	modprobe vfio-pci
	bind_to vfio-pci $ONE
	bind_to vfio-pci $TWO
	client pci-vga $ONE $TWO
}

@test "who has the addresses locked keeps nobody waiting for long" {
	local fd
	modprobe vfio-pci
	bind_to vfio-pci $ONE
	exec {fd}<>/dev/vga_arbiter
	echo "target PCI:$TWO" >&"$fd"
	echo "lock io+mem" >&"$fd"
	run timeout 60 "$CLIENTS/pci-vga" busy $ONE
	exec {fd}>&-
	assert_output ''
	assert_success
	# Nor was the lock lost, or taken twice.
	bind_to vfio-pci $TWO
	client pci-vga $ONE $TWO
}

@test "there is no such region without an adapter, nor with disable_vga" {
	modprobe vfio-pci
	bind_to vfio-pci $OTHER
	client pci-vga none $OTHER
	unbind $OTHER
	modprobe -r vfio-pci
	modprobe vfio-pci disable_vga=1
	bind_to vfio-pci $ONE
	client pci-vga none $ONE
}

@test "with disable_vga the arbiter leaves an adapter alone while it is bound" {
	modprobe vfio-pci
	bind_to vfio-pci $ONE
	assert_equal "$(decodes $ONE)" io+mem
	unbind $ONE
	modprobe -r vfio-pci
	modprobe vfio-pci disable_vga=1
	bind_to vfio-pci $ONE
	assert_equal "$(decodes $ONE)" none
	assert_equal "$(decodes $TWO)" io+mem
	unbind $ONE
	assert_equal "$(decodes $ONE)" io+mem
}
