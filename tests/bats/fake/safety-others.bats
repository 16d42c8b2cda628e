#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# Hosts that depend on a display, on USB, on a guardian, on functions, or whose processes use a device.

bats_require_minimum_version 1.5.0
load ../helpers/common
load ../helpers/fakehost
load ../helpers/judge

gpu=0000:05:00.0
audio=0000:05:00.1 # in one group with it
usb=0000:06:00.0
serial=0000:07:00.0
plain=0000:08:00.0 # without a driver

setup() {
	fakehost_need
}

@test "boot-vga: also as the neighbour of what is taken" {
	host <<-'END'
	file sys/devices/pci0000:00/0000:00:05.0/0000:05:00.0/boot_vga "1\n"
	END
	judged $gpu "block boot-vga it is the boot display"
	judged $audio "block boot-vga it is the boot display ('$gpu', of the same group)"
	cleared $usb
}

@test "framebuffer: the firmware's is in the memory of the card" {
	host <<-'END'
	file proc/iomem "e0000000-efffffff : 0000:05:00.0\n  e0000000-e02fffff : BOOTFB\n"
	END
	judged $gpu "block framebuffer the framebuffer 'BOOTFB' is in its memory"
	cleared $usb
}

@test "framebuffer: one elsewhere, and other ranges in the card" {
	host <<-'END'
	file proc/iomem "a0000000-a02fffff : efifb\ne0000000-efffffff : 0000:05:00.0\n  e0000000-e02fffff : amdgpu\n"
	END
	cleared $gpu
}

@test "framebuffer: without addresses, which only root sees, it may be any display" {
	host <<-'END'
	file proc/iomem "00000000-00000000 : 0000:05:00.0\n  00000000-00000000 : BOOTFB\n"
	END
	judged $gpu "unknown framebuffer only root can see where the firmware's framebuffer 'BOOTFB' is"
	cleared $usb
}

@test "display: a screen that shows something, and one that is plugged in and dark" {
	host <<-'END'
	child drm card0-DP-1 parent=drm:card0 attr:status="connected\n" attr:enabled="enabled\n"
	child drm card0-DP-2 parent=drm:card0 attr:status="connected\n" attr:enabled="disabled\n"
	END
	judged $gpu "block display the screen at 'card0-DP-1' shows something"
}

@test "console: the kernel's, on a serial card" {
	host <<-'END'
	child tty console attr:active="tty0 ttyS4\n"
	END
	judged $serial "block console the console 'ttyS4' is on it"
}

@test "console: another port is none" {
	host <<-'END'
	child tty console attr:active="tty0 ttyS0\n"
	child tty ttyS0 major=4 minor=64
	END
	cleared $serial
}

@test "console: the text consoles are on the first framebuffer, if on any" {
	host <<-'END'
	child graphics fb0 parent=0000:05:00.0
	child vtconsole vtcon0 attr:bind="0\n" attr:name="(S) VGA+\n"
	child vtconsole vtcon1 attr:bind="1\n" attr:name="(M) frame buffer device\n"
	END
	judged $gpu "block console the text consoles are on its '/dev/fb0'"
}

@test "console: a second framebuffer, or one that no console is bound to" {
	host <<-'END'
	child graphics fb0
	child graphics fb1 parent=0000:05:00.0
	child vtconsole vtcon1 attr:bind="1\n" attr:name="(M) frame buffer device\n"
	END
	cleared $gpu
}

@test "usb: a disk is asked about, and blocks when it is mounted" {
	host <<-'END'
	child scsi_disk 2:0:0:0 parent=0000:06:00.0
	child block sda parent=0000:06:00.0 major=8 minor=0 uevent="DEVNAME=sda\n"
	child block sda1 parent=block:sda major=8 minor=1 uevent="DEVNAME=sda1\n" attr:partition="1\n"
	file dev/sda ""
	file dev/sda1 ""
	END
	judged $usb "ask usb the USB disk '/dev/sda' hangs off it"
	host_add 'file proc/1/mountinfo "22 1 8:1 / /media rw - vfat /dev/sda1 rw\n"'
	judged $usb "ask usb the USB disk '/dev/sda' hangs off it" "block mounted '/media' on '/dev/sda1'"
}

@test "usb: a network interface" {
	host <<-'END'
	child net enx0 parent=0000:06:00.0 attr:flags="0x1002\n"
	END
	judged $usb "ask usb the USB network interface 'enx0' hangs off it"
}

keys='402000000 3803078f800d001 feffffdfffefffff fffffffffffffffe'

@test "keyboard: the only one" {
	host <<-END
	remove sys/class/input/input0
	child input input5 parent=0000:06:00.0 attr:name="USB Keyboard\n" attr:capabilities/key="$keys\n"
	END
	judged $usb "block keyboard the last keyboard, 'USB Keyboard', hangs off it"
}

@test "keyboard: virtual ones are none that anybody could type on" {
	host <<-END
	child input input5 parent=0000:06:00.0 attr:name="USB Keyboard\n" attr:capabilities/key="$keys\n"
	END
	judged $usb "block keyboard the last keyboard, 'USB Keyboard', hangs off it"
}

@test "keyboard: another one is left; a mouse is none" {
	host <<-END
	child input input5 parent=0000:06:00.0 attr:name="USB Keyboard\n" attr:capabilities/key="$keys\n"
	child input input6 parent=0000:07:00.0 attr:name="AT Keyboard\n" attr:capabilities/key="$keys\n"
	child input input7 parent=0000:06:00.0 attr:name="USB Mouse\n" attr:capabilities/key="1f0000 0 0 0 0\n"
	END
	cleared $usb
}

@test "watchdog: an active one, and one that is asleep" {
	host <<-'END'
	child watchdog watchdog0 parent=0000:07:00.0 attr:state="active\n"
	child watchdog watchdog1 parent=0000:06:00.0 attr:state="inactive\n"
	END
	judged $serial "block watchdog '/dev/watchdog0' is its"
	judged $usb "inform watchdog '/dev/watchdog1' is its, and inactive"
	run -0 fakehost_vfioctl "judge-$BATS_TEST_NUMBER" bind --dry-run $usb
}

@test "tpm and ipmi: by their classes" {
	host <<-'END'
	child tpm tpm0 parent=0000:07:00.0
	child ipmi ipmi0 parent=0000:06:00.0
	END
	judged $serial "block tpm '/dev/tpm0' is its"
	judged $usb "block ipmi '/dev/ipmi0' is its"
}

@test "ipmi: by its driver alone" {
	host <<-'END'
	pci 0000:00:09.0 class=0x0c0701 driver=ipmi_si
	END
	judged 0000:00:09.0 "block ipmi the host's management controller is behind it"
}

# A card with two functions, the second of which carries an address.
sriov=$(
	cat <<-'END'
	pci 0000:00:0a.0 vendor=0x8086 device=0x1572 class=0x020000 driver=i40e total-vfs=4 num-vfs=1
	child net pf0 parent=0000:00:0a.0 attr:flags="0x1002\n"
	pci 0000:00:0a.1 vendor=0x8086 device=0x154c class=0x020000 physfn=0000:00:0a.0 driver=DRIVER
	END
)

@test "vfs: a physical function whose virtual one exists, whoever has it" {
	host <<<"${sriov/DRIVER/vfio-pci}"
	judged 0000:00:0a.0 "block vfs its virtual function '0000:00:0a.1' exists"
}

@test "vfs: what a virtual function carries is told, too, and can be lost with it alone" {
	host <<-END
	${sriov/DRIVER/iavf}
	child net vf0 parent=0000:00:0a.1 attr:flags="0x1003\n"
	file net "link add vf0 type bridge\nlink set vf0 addrgenmode none\nlink set vf0 up\naddress add 192.0.2.7/32 dev vf0\n"
	END
	judged 0000:00:0a.0 "block vfs its virtual function '0000:00:0a.1' exists" \
		"block address address 192.0.2.7 on 'vf0' (its virtual function '0000:00:0a.1')"
	judged 0000:00:0a.1 "block address address 192.0.2.7 on 'vf0'"
}

@test "vfs: a physical function that has none is cleared" {
	host <<-'END'
	pci 0000:00:0a.0 vendor=0x8086 device=0x1572 class=0x020000 driver=i40e total-vfs=4 num-vfs=0
	child net pf0 parent=0000:00:0a.0 attr:flags="0x1002\n"
	END
	cleared 0000:00:0a.0
}

@test "mdevs: made of it, or only possible" {
	host <<-'END'
	dir sys/devices/pci0000:00/0000:00:05.0/0000:05:00.0/mdev_supported_types/i915-GVTg_V5_4
	dir sys/devices/pci0000:00/0000:00:06.0/0000:06:00.0/mdev_supported_types/x
	link sys/devices/pci0000:00/0000:00:05.0/0000:05:00.0/83b8f4f2-509f-382f-3c1e-e6bfe0fa1001/mdev_type ../mdev_supported_types/i915-GVTg_V5_4
	END
	judged $gpu "block mdevs its mediated device '83b8f4f2-509f-382f-3c1e-e6bfe0fa1001' exists"
	cleared $usb
}

# process NUMBER NAME [PATH]... - one that has these open
process() {
	local number=$1 fd=3
	printf 'file proc/%s/comm "%s\\n"\nfile proc/%s/maps ""\ndir proc/%s/fd\n' "$1" "$2" "$1" "$1"
	shift 2
	for path; do
		printf 'link proc/%s/fd/%d %s\n' "$number" "$fd" "$path"
		fd=$((fd + 1))
	done
}

@test "open: a process that draws, one that plays, and one that only looks on" {
	host < <(process 42 Xorg /dev/dri/card0; process 43 player /dev/snd/pcmC1D3p
		process 44 cat /dev/null /etc/passwd /dev/dri/card1 'socket:[12]')
	judged $gpu "block open process 42 ('Xorg') has /dev/dri/card0 open" \
		"block open process 43 ('player') has /dev/snd/pcmC1D3p open ('$audio', of the same group)"
	judged $audio "block open process 43 ('player') has /dev/snd/pcmC1D3p open" \
		"block open process 42 ('Xorg') has /dev/dri/card0 open ('$gpu', of the same group)"
	run -5 fakehost_vfioctl "judge-$BATS_TEST_NUMBER" bind --dry-run $audio
}

@test "open: a disk's own node, and that of a partition" {
	host < <(process 42 dd /dev/nvme0n1p1; process 43 nvme /dev/nvme1)
	judged 0000:01:00.0 "block open process 42 ('dd') has /dev/nvme0n1p1 open"
	judged 0000:02:00.0 "block open process 43 ('nvme') has /dev/nvme1 open"
}

@test "open: nvidia's nodes, of which the kernel tells nothing" {
	host < <(echo 'pci 0000:00:0b.0 vendor=0x10de device=0x2204 class=0x030000 driver=nvidia'
		echo 'pci 0000:00:0c.0 vendor=0x10de device=0x2204 class=0x030000 driver=nvidia'
		echo 'pci 0000:00:0d.0 vendor=0x10de device=0x2204 class=0x030000 driver=nvidia'
		echo 'file proc/driver/nvidia/gpus/0000:00:0b.0/information "Model: x\nDevice Minor:  0\n"'
		echo 'file proc/driver/nvidia/gpus/0000:00:0c.0/information "Model: x\nDevice Minor:  1\n"'
		process 42 python3 /dev/nvidiactl /dev/nvidia0)
	judged 0000:00:0b.0 "block open process 42 ('python3') has /dev/nvidia0 open"
	cleared 0000:00:0c.0
	run verdicts 0000:00:0d.0
	assert_output --partial "block open process 42 ('python3')"
}

@test "mapped: a memory region, in whatever hands the device is" {
	host < <(process 42 dpdk; process 43 cat
		echo 'file proc/42/maps "7f00-7f01 rw-s 00000000 00:13 99 /sys/devices/pci0000:00/0000:00:08.0/0000:08:00.0/resource0\n"'
		echo 'file proc/43/maps "7f00-7f01 r--p 00000000 08:01 99 /usr/lib/libc.so\n7f02-7f03 rw-p 0 00:00 0 [heap]\n"')
	judged $plain "block mapped process 42 ('dpdk') has a memory region of '$plain' mapped"
	cleared $serial
}

@test "open: a region that is open and not mapped yet" {
	host < <(process 42 dpdk /sys/devices/pci0000:00/0000:00:08.0/0000:08:00.0/resource0)
	judged $plain "block open process 42 ('dpdk') has a memory region of '$plain' open"
}

@test "mapped: a memory region by its address, through the file of all memory" {
	host < <(process 42 flash; process 43 other
		echo 'file proc/42/maps "7f00000-7f10000 rw-s e0ff0000 00:05 99 /dev/mem\n"'
		echo 'file proc/43/maps "7f00000-7f10000 rw-s f0000000 00:05 99 /dev/mem\n"')
	judged $gpu "block mapped process 42 ('flash') has a memory region of '$gpu' mapped, by way of /dev/mem"
	cleared $serial
}

@test "open: whoever has the file of all memory open may use any device" {
	host < <(process 42 flash /dev/mem)
	judged $plain "unknown open process 42 ('flash') has /dev/mem open, by which it may use any device"
	run -5 fakehost_vfioctl "judge-$BATS_TEST_NUMBER" bind --dry-run $serial
	run -0 fakehost_vfioctl "judge-$BATS_TEST_NUMBER" bind --dry-run --allow=open $serial
}

@test "hostile names of processes are escaped" {
	host < <(process 42 'a\x1b[31mb' /dev/ttyS4)
	run fakehost_vfioctl "judge-$BATS_TEST_NUMBER" bind --dry-run $serial
	assert_output --partial "process 42 ('a\\x1b[31mb')"
	refute_output --partial $'\e'
}

@test "several reasons are all told, and each is allowed by its name alone" {
	host < <(process 42 Xorg /dev/dri/card0
		echo 'file sys/devices/pci0000:00/0000:00:05.0/0000:05:00.0/boot_vga "1\n"')
	run -4 fakehost_vfioctl "judge-$BATS_TEST_NUMBER" bind --dry-run --allow=open $gpu
	run -5 fakehost_vfioctl "judge-$BATS_TEST_NUMBER" bind --dry-run --allow=boot-vga $gpu
	run -0 fakehost_vfioctl "judge-$BATS_TEST_NUMBER" bind --dry-run -nr -o step,value \
		--allow=boot-vga,open $gpu
	assert_line 'allowed boot-vga'
	assert_line 'allowed open'
}

@test "status shows what bind would find, in text and in JSON" {
	host < <(mounts 259:1 /srv ext4 /dev/nvme0n1p1)
	run -0 fakehost_vfioctl "judge-$BATS_TEST_NUMBER" status --json -o bdf,safety,reasons,resources \
		0000:01:00.0 0000:02:00.0
	validate_json devices <<<"$output"
	assert_equal "$(jq -c '.devices[]' <<<"$output")" \
		"{\"bdf\":\"0000:01:00.0\",\"safety\":\"block\",\"reasons\":[\"mounted\"],\"resources\":[\"'/srv' on '/dev/nvme0n1p1'\"]}
{\"bdf\":\"0000:02:00.0\",\"safety\":\"clear\",\"reasons\":[],\"resources\":[]}"
	run -0 fakehost_vfioctl "judge-$BATS_TEST_NUMBER" status 0000:01:00.0
	assert_line --regexp "^RESOURCES: +'/srv' on '/dev/nvme0n1p1'\$"
}

@test "a plan with findings is as its schema says" {
	host < <(mounts 259:1 /srv ext4 /dev/nvme0n1p1)
	run -4 --separate-stderr fakehost_vfioctl "judge-$BATS_TEST_NUMBER" bind --dry-run --json 0000:01:00.0
	validate_json plan <<<"$output"
	run -0 --separate-stderr fakehost_vfioctl "judge-$BATS_TEST_NUMBER" bind --dry-run --json \
		--allow=mounted 0000:01:00.0
	validate_json plan <<<"$output"
}

@test "of: an interface, also one that rests on others; a node; a directory" {
	host < <(mounts 259:1 /srv ext4 /dev/nvme0n1p1
		printf 'child net br0\nlink sys/class/net/br0/lower_eth0 /sys/class/net/eth0\nlink sys/class/net/br0/lower_eth1 /sys/class/net/eth1\n')
	run -0 fakehost_vfioctl "judge-$BATS_TEST_NUMBER" devices -nr -o bdf of:eth0
	assert_output 0000:03:00.0
	run -0 fakehost_vfioctl "judge-$BATS_TEST_NUMBER" devices -nr -o bdf of:br0
	assert_output $'0000:03:00.0\n0000:04:00.0'
	run -32 fakehost_vfioctl "judge-$BATS_TEST_NUMBER" devices of:eth9
	assert_output --partial "no device matches 'of:eth9'"
	run -32 fakehost_vfioctl "judge-$BATS_TEST_NUMBER" devices of:/proc/nothing
	run -2 fakehost_vfioctl "judge-$BATS_TEST_NUMBER" devices of:srv/x
	run -2 fakehost_vfioctl "judge-$BATS_TEST_NUMBER" devices of:
}
