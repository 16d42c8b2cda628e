# SPDX-License-Identifier: GPL-2.0-only
# topology: default
# kernel: any
#
# What the host needs is refused with 4, by name, and left as it is.

bats_require_minimum_version 1.5.0
load ../helpers/common
load ../helpers/act

spare=0000:01:00.0
mounted=0000:02:00.0
addressed=0000:03:00.0
idle=0000:04:00.0

# interface_of ADDRESS
interface_of() {
	local path=("$pci/$1"/net/*)
	echo "${path[0]##*/}"
}

# refused ADDRESS REASON WORDS... - all of the words are in the sentence, and nothing was changed
refused() {
	local device=$1 reason=$2 before word
	shift 2
	before=$(state)
	run -4 vfioctl bind "$device"
	assert_output --partial "$device"
	assert_output --partial "--allow=$reason"
	for word; do
		assert_output --partial "$word"
	done
	assert_equal "$(state)" "$before"
}

# blank - the spare disk holds its name again, and nothing that a later test is told of
blank() {
	wipefs -qa "$disk"
	printf 'disk spare' >"$disk"
}

setup() {
	disk=/dev/$(disk_of $spare)
	nic=$(interface_of $idle)
}

teardown() {
	swapoff -a
	umount /mnt 2>/dev/null || true
	[[ ! -e /sys/class/net/br9 ]] || ip link del br9
	[[ ! -e /sys/class/net/bond9 ]] || ip link del bond9
	ip netns del elsewhere 2>/dev/null || true
	ip link set "$nic" down
	ip address flush dev "$nic"
	give_back
}

@test "a disk that holds a mounted filesystem is refused, with its mount point and device" {
	refused $mounted mounted /srv "/dev/$(disk_of $mounted)"
}

@test "one refused device leaves the others of the call alone" {
	run -4 --separate-stderr vfioctl bind --json $mounted 0000:05:00.0
	assert_equal "$(jq -r '.devices[] | "\(.bdf) \(.result) \(.from)"' <<<"$output")" \
		"$mounted refused nvme
0000:05:00.0 not-started null"
	assert_equal "$(driver_of $mounted 0000:05:00.0)" 'nvme none'
}

@test "a dry run refuses the same" {
	run -4 --separate-stderr vfioctl bind --dry-run --json $mounted
	assert_equal "$(jq -c '[.steps[] | [.step, .value]]' <<<"$output")" \
		'[["block","mounted"],["refuse",null]]'
	[[ $stderr == *'/srv'* ]]
}

@test "only the reason that was found is overridden" {
	run -4 vfioctl bind --dry-run --allow=swap,address $mounted
	run -0 --separate-stderr vfioctl bind --dry-run --json --allow=mounted,claimed $mounted
	assert_equal "$(jq -r '.steps[] | select(.step == "unbind") | .value' <<<"$output")" nvme
	run -2 vfioctl bind --dry-run --allow=everything $mounted
	assert_output --partial "'everything'"
}

@test "a swap device is refused" {
	mkswap "$disk" >/dev/null
	swapon "$disk"
	refused $spare swap "$disk"
	swapoff "$disk"
	blank
	run -0 vfioctl bind $spare
}

@test "a disk is refused for what is mounted through a loop device, too" {
	local loop
	mkfs.ext4 -q -F "$disk"
	mount "$disk" /mnt
	refused $spare mounted "'/mnt' on '$disk'"
	umount /mnt
	modprobe loop
	loop=$(losetup -f --show "$disk")
	mount "$loop" /mnt
	refused $spare mounted "'/mnt' on '$loop'"
	umount /mnt
	losetup -d "$loop"
	blank
}

@test "a disk that another mount namespace uses is refused" {
	mkfs.ext4 -q -F "$disk"
	unshare -m --propagation private bash -c "mount $disk /mnt && echo ready && exec sleep 60" \
		>"$BATS_TEST_TMPDIR/ready" 3>&- &
	eventually test -s "$BATS_TEST_TMPDIR/ready"
	refused $spare claimed "$disk"
	kill $!
	wait $! || true
	blank
}

@test "an interface that is up with an address is refused" {
	refused $addressed address 10.9.0.2 "$(interface_of $addressed)"
	run -4 vfioctl bind --allow=address $addressed
	assert_output --partial 'route to 10.9.0.0'
}

@test "an address on a bridge above a bond refuses the interface below" {
	ip link add br9 type bridge
	ip link add bond9 type bond
	ip link set "$nic" master bond9
	ip link set bond9 master br9
	ip address add 10.8.0.1/24 dev br9
	ip link set br9 up
	refused $idle address 10.8.0.1 "'br9' over '$nic'"
}

@test "a route in another table refuses its interface" {
	ip link set "$nic" up
	ip address flush dev "$nic"
	ip route add 192.0.2.0/24 dev "$nic" table 77
	run -4 vfioctl bind --allow=address $idle
	assert_output --partial "route to 192.0.2.0/24 on '$nic'"
	assert_output --partial '--allow=route'
}

@test "an interface in another network namespace is not known to be idle" {
	ip netns add elsewhere
	ip link set "$nic" netns elsewhere
	refused $idle netns 'another network namespace'
	ip netns exec elsewhere ip link set "$nic" netns 1
}

@test "an idle disk and an idle interface are not refused" {
	run -0 vfioctl bind $spare $idle
	assert_equal "$(driver_of $spare $idle)" 'vfio-pci vfio-pci'
}

@test "a disk whose node is missing is not known to be unclaimed" {
	run -4 unshare --mount bash -c 'mount -t tmpfs none /dev; vfioctl bind "$1"' - 0000:01:00.0
	assert_output --partial "cannot tell whether the host needs '0000:01:00.0': cannot open '/dev/nvme"
	assert_output --partial --allow=claimed
}
