# SPDX-License-Identifier: GPL-2.0-only
# topology: vga-root
# modules: ours
# kernel: 6.1 6.12 7.3
#
# vfio-pci: a display adapter on which the firmware has left a framebuffer, with the host's console
# on it. What is taken away does not come back until the machine is started again.

load ../helpers/common
load ../helpers/vfio

ADAPTER=0000:00:1d.0

teardown() {
	unbind $ADAPTER
	ledger_idle
	modprobe -r vfio-pci
}

# framebuffer - whose range of memory that is
framebuffer() {
	grep -oE '(vesafb|vesadrm|BOOTFB)$' /proc/iomem
}

@test "the framebuffer makes way, and its memory is the user's" {
	modprobe vfio-pci
	run framebuffer
	assert_success
	bind_to vfio-pci $ADAPTER
	run framebuffer
	assert_output ''
	run vfioctl probe -nr -o kind,index,flags $ADAPTER
	assert_line 'region 0 read,write,mmap'
}
