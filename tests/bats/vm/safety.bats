# SPDX-License-Identifier: GPL-2.0-only
# topology: safety
# kernel: any
#
# What a real kernel makes of disks, networks and the rest is found, and refused by its name. The
# layouts that no guest can have are in tests/bats/fake/safety-*.bats.

bats_require_minimum_version 1.5.0
load ../helpers/common
load ../helpers/act

one=0000:01:00.0
two=0000:02:00.0
path_a=0000:03:00.0
path_b=0000:04:00.0
nic=0000:05:00.0
peer=0000:06:00.0
usb=0000:07:00.0
edu=0000:08:00.0
pf=0000:09:00.0
vga=0000:00:10.0

# No udev daemon makes the nodes and says so; bats' own files are open in what a test starts.
export DM_DISABLE_UDEV=1 LVM_SUPPRESS_FD_WARNINGS=1

# needed STATUS DEVICE REASON WORDS... - a real bind refuses, in these words, and changes nothing
needed() {
	local expected=$1 device=$2 reason=$3 before word
	shift 3
	before=$(driver_of "$device")
	run "-$expected" vfioctl bind "$device"
	assert_output --partial "'$device'"
	assert_output --partial "--allow=$reason"
	for word; do
		assert_output --partial "$word"
	done
	assert_equal "$(driver_of "$device")" "$before"
}

# idle DEVICE... - a plan is made, which warns of signatures at most
idle() {
	run -0 vfioctl bind --dry-run -nr -o bdf,step,value "$@"
	refute_output --regexp ' (block|unknown|ask|allowed|refuse) '
	assert_equal "$(grep -c ' verify ' <<<"$output")" $#
}

interface_of() {
	local path=("$pci/$1"/net/*)
	echo "${path[0]##*/}"
}

setup() {
	disk1=/dev/$(disk_of $one)
	disk2=/dev/$(disk_of $two)
}

wipe() {
	local disk
	for disk in "$disk1" "$disk2"; do
		dd if=/dev/zero of="$disk" bs=1M count=2 status=none
		blockdev --rereadpt "$disk" 2>/dev/null || true
	done
}

# busy_with COMMAND... - a process that says when it has what it is to have; its id is in $holder
busy_with() {
	"$@" >"$BATS_TEST_TMPDIR/busy" 3>&- &
	holder=$!
	eventually test -s "$BATS_TEST_TMPDIR/busy"
}

teardown() {
	let_go
	swapoff -a
	umount /mnt 2>/dev/null || true
	ip netns del client 2>/dev/null || true
	[[ ! -e /sys/class/net/br9 ]] || ip link del br9
	[[ ! -e /sys/class/net/bond9 ]] || ip link del bond9
}

@test "nothing is in use: every device but the display is cleared" {
	idle $one $two $path_a $path_b $nic $peer $edu $pf
}

@test "a partition of a data disk, and the way back from its directory to the device" {
	printf ',64M\n,\n' | sfdisk -q "$disk1"
	eventually test -b "${disk1}p2"
	mkfs.ext4 -q -F "${disk1}p1"
	mount "${disk1}p1" /mnt
	needed 4 $one mounted "'/mnt' on '${disk1}p1'"
	run -0 vfioctl devices -nr -o bdf of:/mnt "of:${disk1}p2"
	assert_output $one
	umount /mnt
	idle $one
	wipe
}

# as_root DISK COMMAND... - with the file system on DISK as its root, as after switch_root
as_root() {
	unshare --mount --propagation private bash -ec '
		mount "$0" /mnt
		mkdir -p /mnt/{usr,etc,proc,sys,dev,run,tmp}
		for dir in usr etc proc sys dev run tmp; do mount --rbind "/$dir" "/mnt/$dir"; done
		ln -sf usr/bin usr/sbin usr/lib usr/lib64 /mnt
		cd /mnt
		mount --move . /
		exec chroot . "$@"' "$@"
}

@test "the disk that the root file system is on" {
	mkfs.ext4 -q -F "$disk1"
	run -4 as_root "$disk1" /usr/sbin/vfioctl bind $one
	assert_output --partial "the host needs '$one': '/' on '$disk1' (--allow=mounted to go on)"
	assert_equal "$(driver_of $one)" nvme
	idle $one
	wipe
}

@test "swap: in a file, on the disk below it" {
	mkfs.ext4 -q -F "$disk1"
	mount "$disk1" /mnt
	dd if=/dev/zero of=/mnt/swap bs=1M count=8 status=none
	chmod 600 /mnt/swap
	mkswap /mnt/swap >/dev/null
	swapon /mnt/swap
	run -4 vfioctl bind --allow=mounted $one
	assert_output --partial "the host needs '$one': 'swap' on '/mnt/swap' (--allow=swap to go on)"
	swapoff /mnt/swap
	umount /mnt
	wipe
}

@test "LVM: an active volume, and a mount on it; a volume group that is not active" {
	lvm vgcreate -qq --yes vg "$disk1" "$disk2"
	lvm lvcreate -qq --yes -Zn -Wn -L 160M -n data vg
	needed 4 $one lvm "'/dev/mapper/vg-data' on '$disk1'"
	needed 4 $two lvm "'/dev/mapper/vg-data' on '$disk2'"
	mkfs.ext4 -q -F /dev/mapper/vg-data
	mount /dev/mapper/vg-data /mnt
	needed 4 $two mounted "'/mnt' on '/dev/mapper/vg-data'"
	umount /mnt
	lvm vgchange -qq -an vg
	idle $one $two
	run vfioctl bind --dry-run -nr -o step,value,message $one
	assert_output --partial "inform signature '$disk1'\\x20holds\\x20'LVM2_member'"
	lvm vgremove -qq --yes vg
	wipe
}

@test "md: both disks of a mirror" {
	mdadm --quiet --create /dev/md9 --level=1 --raid-devices=2 --metadata=1.2 --assume-clean --run \
		"$disk1" "$disk2"
	needed 4 $one md "'/dev/md9' on '$disk1'"
	needed 4 $two md "'/dev/md9' on '$disk2'"
	mdadm --quiet --stop /dev/md9
	idle $one $two
	wipe
}

@test "dm-crypt: an open volume" {
	echo secret | cryptsetup open --type plain --cipher aes-cbc-plain64 --key-size 256 "$disk1" vault
	needed 4 $one dm-crypt "'/dev/mapper/vault' on '$disk1'"
	cryptsetup close vault
	idle $one
}

@test "multipath: both paths" {
	local size
	size=$(blockdev --getsz "$disk1")
	dmsetup create mpatha --uuid mpath-9 --table "0 $size multipath 0 0 1 1 round-robin 0 2 1 $(lsblk -dno MAJ:MIN "$disk1") 1 $(lsblk -dno MAJ:MIN "$disk2") 1"
	needed 4 $one multipath "'/dev/mapper/mpatha' on '$disk1'"
	needed 4 $two multipath "'/dev/mapper/mpatha' on '$disk2'"
	dmsetup remove mpatha
	idle $one $two
}

@test "btrfs on two disks: each of them, whichever was mounted" {
	modprobe btrfs
	mkfs.btrfs -q -f -d single -m raid1 "$disk1" "$disk2"
	btrfs device scan "$disk1" "$disk2" >/dev/null
	mount -t btrfs "$disk1" /mnt
	needed 4 $one mounted "'/mnt' on '$disk1'"
	needed 4 $two mounted "btrfs filesystem" "'$disk2'"
	run -0 vfioctl devices -nr -o bdf of:/mnt
	assert_output "$one"$'\n'"$two"
	umount /mnt
	idle $one $two
	wipe
}

@test "NVMe multipath: a node that hangs off the subsystem is on both controllers" {
	local node path
	for path in /sys/devices/virtual/nvme-subsystem/nvme-subsys*/nvme*n*; do
		[[ $(<"${path%/*}/subsysnqn") != *shared* ]] || node=/dev/${path##*/}
	done
	mkfs.ext4 -q -F "$node"
	mount "$node" /mnt
	needed 4 $path_a mounted "'/mnt' on '$node'"
	needed 4 $path_b mounted "'/mnt' on '$node'"
	run -0 vfioctl devices -nr -o bdf of:/mnt
	assert_output "$path_a"$'\n'"$path_b"
	umount /mnt
}

@test "a route through a bridge over a bond needs both cards" {
	local card
	ip link add br9 type bridge
	ip link add bond9 type bond
	for card in $nic $peer; do
		ip link set "$(interface_of $card)" master bond9
	done
	ip link set bond9 master br9
	ip link set br9 addrgenmode none
	ip link set br9 up
	ip route add 198.51.100.0/24 dev br9 table 99
	for card in $nic $peer; do
		needed 4 $card route "route to 198.51.100.0/24 on 'br9' over '$(interface_of $card)'"
	done
	run -0 vfioctl devices -nr -o bdf of:br9
	assert_output "$nic"$'\n'"$peer"
	ip link del br9
	ip link del bond9
	ip link set "$(interface_of $nic)" down
	ip link set "$(interface_of $peer)" down
	idle $nic $peer
}

@test "the SSH session that the command runs in, also when sudo took its environment" {
	local port=$BATS_TEST_TMPDIR/pid other
	other=$(interface_of $peer)
	ip netns add client
	ip link set "$other" netns client
	ip -n client address add 10.7.0.2/24 dev "$other"
	ip -n client link set "$other" up
	ip address add 10.7.0.1/24 dev "$(interface_of $nic)"
	ip link set "$(interface_of $nic)" up
	mkdir -p /root/.ssh
	chmod 700 /root /root/.ssh
	printf '/bin/bash\n' >/etc/shells
	dropbearkey -t ed25519 -f "$BATS_TEST_TMPDIR/host" >/dev/null 2>&1
	dropbearkey -t ed25519 -f "$BATS_TEST_TMPDIR/key" 2>/dev/null | grep ^ssh >/root/.ssh/authorized_keys
	chmod 600 /root/.ssh/authorized_keys
	dropbear -r "$BATS_TEST_TMPDIR/host" -P "$port" -p 10.7.0.1:22 3>&-
	eventually ip netns exec client bash -c ': </dev/tcp/10.7.0.1/22' 2>/dev/null
	run ip netns exec client dbclient -y -i "$BATS_TEST_TMPDIR/key" root@10.7.0.1 \
		"env -u SSH_CONNECTION /usr/sbin/vfioctl bind --allow=address,route $nic; echo status \$?"
	kill "$(<"$port")"
	assert_line --partial "the SSH session from 10.7.0.2 on '$(interface_of $nic)' (--allow=ssh to go on)"
	assert_line 'status 4'
	assert_equal "$(driver_of $nic)" e1000e
	needed 4 $peer netns 'another network namespace'
	ip netns exec client ip link set "$other" netns 1
	ip link set "$(interface_of $nic)" down
	ip address flush dev "$(interface_of $nic)"
}

@test "a macvlan in another namespace is out of sight, and its card is up for no reason to be seen" {
	local name
	name=$(interface_of $nic)
	ip netns add client
	ip link set "$name" addrgenmode none
	ip link set "$name" up
	ip link add link "$name" name mac9 netns client type macvlan
	ip -n client address add 10.7.1.1/24 dev mac9
	ip -n client link set mac9 up
	needed 4 $nic up "'$name' is up"
	ip netns del client
	ip link set "$name" down
	ip link set "$name" addrgenmode eui64
	idle $nic
}

@test "a packet socket on a card without an address, and an XDP program" {
	local name
	name=$(interface_of $nic)
	ip link set "$name" addrgenmode none
	ip link set "$name" up
	busy_with use-interface packet "$name"
	needed 5 $nic socket "process $holder ('use-interface') has a packet socket on '$name'"
	let_go
	busy_with use-interface xdp "$name"
	needed 4 $nic xdp "an XDP program on '$name'"
	let_go
	ip link set "$name" down
	ip link set "$name" addrgenmode eui64
	idle $nic
}

@test "the boot display, and the text consoles that are on it" {
	needed 4 $vga boot-vga 'boot display'
	run -4 vfioctl bind --allow=boot-vga,framebuffer,display $vga
	assert_output --partial 'the text consoles are on its'
}

@test "a USB disk: asked about, and refused when it is mounted" {
	needed 4 $usb usb "may need" '/dev/sda'
	mount /dev/sda /mnt
	needed 4 $usb mounted "'/mnt' on '/dev/sda'"
	umount /mnt
}

@test "a physical function of which a virtual one is bound" {
	local vf=0000:09:00.1
	echo 0 >"$pci/$pf/sriov_drivers_autoprobe"
	echo 1 >"$pci/$pf/sriov_numvfs"
	run -0 vfioctl bind $vf
	needed 4 $pf vfs "'$vf'"
	run -0 vfioctl unbind $vf
	echo 0 >"$pci/$pf/sriov_numvfs"
	echo 1 >"$pci/$pf/sriov_drivers_autoprobe"
	idle $pf
}

@test "a process that has mapped a memory region, and one that has a node open" {
	local start
	busy_with map-region "$pci/$edu/resource0"
	needed 5 $edu mapped "process $holder ('map-region') has a memory region of '$edu' mapped"
	let_go
	read -r start _ <"$pci/$edu/resource"
	busy_with map-region /dev/mem "$start"
	needed 5 $edu mapped "process $holder ('map-region') has a memory region of '$edu' mapped, by way of /dev/mem"
	idle $one
	let_go
	sleep 60 <"$disk1" 3>&- &
	holder=$!
	needed 5 $one open "process $holder ('sleep') has $disk1 open"
	let_go
	sleep 60 </dev/mem 3>&- &
	holder=$!
	needed 5 $one open "cannot tell" "process $holder ('sleep') has /dev/mem open"
	let_go
	idle $edu $one
}
