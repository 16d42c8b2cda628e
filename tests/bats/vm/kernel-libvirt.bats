# SPDX-License-Identifier: GPL-2.0-only
# topology: libvirt
# modules: ours
# kernel: 6.1 6.12 7.3
# timeout: 2400
# stall: 700
#
# libvirt, unmodified, manages both devices: it takes them from their drivers, hands them to the
# system that it starts, and gives them back.

load ../helpers/common
load ../helpers/vfio
load ../helpers/guest
load ../helpers/inner

# libvirt's own name of a device.
DISK_NODE=pci_0000_01_00_0

# hostdev ADDRESS - as a domain has it; without a ROM, which its firmware would look at for long
hostdev() {
	local bus=${1:5:2}
	printf "<hostdev mode='subsystem' type='pci' managed='yes'><source>"
	printf "<address domain='0' bus='0x%s' slot='0' function='0'/></source><rom bar='off'/></hostdev>\n" "$bus"
}

domain() {
	cat <<-XML
		<domain type='kvm'><name>inner</name><memory unit='MiB'>128</memory><vcpu>1</vcpu>
		<os><type arch='x86_64' machine='q35'>hvm</type>
		<kernel>/vm/inner/vmlinux</kernel><initrd>/vm/inner/initrd</initrd>
		<cmdline>$(tr -s ' \t\n' ' ' <<<"$INNER_WORDS")</cmdline></os>
		<features><acpi/></features>
		<cpu mode='custom' match='minimum' check='none'><model>qemu64</model></cpu>
		<devices><emulator>/usr/bin/qemu-system-x86_64</emulator>
		<controller type='usb' model='none'/>
		<memballoon model='none'/>
		<serial type='file'><source path='$INNER/console'/></serial>
		<serial type='pipe'><source path='$INNER/talk'/></serial>
		$(hostdev $DISK) $(hostdev $CARD)
		</devices></domain>
	XML
}

export LC_ALL=C LIBVIRT_DEFAULT_URI=qemu:///system

# virsh COMMAND... - which must succeed
virsh() {
	run command virsh -q "$@"
	assert_success
}

setup_file() {
	inner_outside
	# Its package makes them, though they are not used here.
	echo 'libvirt-qemu:x:64055:64055::/nonexistent:/bin/false' >>/etc/passwd
	echo 'libvirt-qemu:x:64055:' >>/etc/group
	mkdir -p /etc/libvirt /var/log/libvirt "$INNER"
	mkfifo "$INNER"/{talk,qmp}.{in,out}
	cat >/etc/libvirt/qemu.conf <<-CONF
		user = "root"
		group = "root"
		remember_owner = 0
		security_driver = "none"
		cgroup_controllers = []
		namespaces = []
		stdio_handler = "file"
	CONF
	libvirtd -d 3>&-
	domain >"$INNER/domain.xml"
	hostdev $DISK >"$INNER/disk.xml"
	virsh define "$INNER/domain.xml"
}

teardown_file() {
	command virsh -q destroy inner || true
	pkill libvirtd || true
}

# started - the domain runs; the helpers of the inner system know it
started() {
	if [[ $(command virsh -q domstate inner) == running ]]; then
		inner_join
		return
	fi
	virsh start inner
	ln -sf /run/libvirt/qemu/inner.pid "$INNER/pid"
	inner_join
	inner_hears up
}

# drivers DISK CARD - which have the devices
drivers() {
	assert_equal "$(driver_of $DISK) $(driver_of $CARD)" "$1 $2"
}

@test "libvirt takes the devices from their drivers, and the system that it starts uses them" {
	drivers nvme e1000e
	started
	drivers vfio-pci vfio-pci
	assert_equal "$(inner_holds)" 2
	inner_works 1
}

@test "the tool shows the domain by its name" {
	started
	run --separate-stderr vfioctl holders --json -O
	assert_success
	run jq -c '[.holders[] | [.program, .vm]] | unique' <<<"$output"
	assert_output '[["qemu","inner"]]'
}

@test "a device that the domain loses has its driver back, and can be had again" {
	started
	virsh detach-device inner "$INNER/disk.xml" --live
	inner_ask 'gone disk'
	appears "$PCI/drivers/nvme/$DISK"
	drivers nvme vfio-pci
	virsh attach-device inner "$INNER/disk.xml" --live
	inner_works 2
}

@test "a domain that is destroyed gives both back to their drivers, each time" {
	local i
	for i in 1 2 3; do
		started
		inner_works $i
		virsh destroy inner
		drivers nvme e1000e
		ledger_idle
	done
	run cmp "$INNER_DISK" "$(disk_of $DISK)"
	assert_output ''
	assert_success
}

@test "without a domain a device is detached, reset and attached" {
	drivers nvme e1000e
	virsh nodedev-detach $DISK_NODE
	drivers vfio-pci e1000e
	virsh nodedev-reset $DISK_NODE
	virsh nodedev-reattach $DISK_NODE
	drivers nvme e1000e
	run cmp "$INNER_DISK" "$(disk_of $DISK)"
	assert_success
}
