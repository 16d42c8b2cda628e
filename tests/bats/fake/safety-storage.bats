#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# Hosts that depend on a disk in one way or another, and hosts that only look as if they did.

bats_require_minimum_version 1.5.0
load ../helpers/common
load ../helpers/fakehost
load ../helpers/judge

disk=0000:01:00.0
other=0000:02:00.0

setup() {
	fakehost_need
}

@test "a host that depends on nothing: every device is cleared" {
	host </dev/null
	cleared $disk $other 0000:0{3,4,6,7,8}:00.0 0000:05:00.{0,1}
}

@test "mounted: a partition" {
	host < <(mounts 259:1 /srv ext4 /dev/nvme0n1p1)
	judged $disk "block mounted '/srv' on '/dev/nvme0n1p1'"
	cleared $other
}

@test "mounted: a whole disk, as process 1 sees it" {
	host <<-'END'
	file proc/1/mountinfo "22 1 0:21 / / rw - tmpfs tmpfs rw\n23 22 259:3 / /data rw - xfs /dev/nvme1n1 rw\n"
	END
	judged $other "block mounted '/data' on '/dev/nvme1n1'"
	cleared $disk
}

@test "mounted: a mount table that cannot be read is no clearance" {
	host <<-'END'
	remove proc/self/mountinfo
	link proc/self/mountinfo nowhere
	END
	judged $disk "unknown mounted cannot read '/proc/self/mountinfo'"
}

@test "mounted: a device of which sysfs knows nothing may be on any disk, and on no other device" {
	host < <(mounts 8:1 /old ext4 /dev/sda1)
	judged $disk "unknown mounted cannot tell what carries '/old' on '/dev/sda1': No such device"
	judged $other "unknown mounted cannot tell what carries '/old' on '/dev/sda1': No such device"
	cleared 0000:03:00.0 0000:08:00.0
}

@test "btrfs: every disk of a filesystem on several is needed" {
	host <<-'END'
	link sys/fs/btrfs/6f1a9d2e-0000-4000-8000-000000000001/devices/nvme0n1p2 /sys/class/block/nvme0n1p2
	link sys/fs/btrfs/6f1a9d2e-0000-4000-8000-000000000001/devices/nvme1n1 /sys/class/block/nvme1n1
	file proc/self/mountinfo "22 1 0:21 / / rw - tmpfs tmpfs rw\n23 22 0:45 / /srv rw - btrfs tmpfs rw\n"
	END
	judged $disk "block mounted 'btrfs filesystem 6f1a9d2e-0000-4000-8000-000000000001' on '/dev/nvme0n1p2'"
	judged $other "block mounted 'btrfs filesystem 6f1a9d2e-0000-4000-8000-000000000001' on '/dev/nvme1n1'"
}

@test "btrfs: with a disk missing, it may be any" {
	host <<-'END'
	dir sys/fs/btrfs/6f1a9d2e-0000-4000-8000-000000000001/devices/missing
	END
	judged $disk "unknown mounted cannot tell what carries 'btrfs filesystem 6f1a9d2e-0000-4000-8000-000000000001' on '/dev/missing': it is missing"
}

@test "btrfs: features of the module are no filesystems" {
	host <<-'END'
	file sys/fs/btrfs/features/supported_checksums "crc32c\n"
	END
	cleared $disk
}

@test "swap: a source that is gone may be on any disk" {
	host <<-'END'
	file proc/swaps "Filename Type Size Used Priority\n/dev/gone partition 1 0 -2\n"
	END
	judged $disk "unknown swap cannot tell what carries 'swap' on '/dev/gone': No such file or directory"
	cleared 0000:03:00.0
}

@test "resume: the kernel's own word" {
	host <<-'END'
	file sys/power/resume "259:2\n"
	END
	judged $disk "block resume 'resume' on '/dev/nvme0n1p2'"
	cleared $other
}

@test "resume: none is set" {
	host <<-'END'
	file sys/power/resume "0:0\n"
	file proc/cmdline "quiet root=/dev/x noresume\n"
	END
	cleared $disk $other
}

@test "resume: a number on the command line, and one in quotes in a file" {
	host <<-'END'
	file proc/cmdline "quiet resume=259:1 ro\n"
	file etc/initramfs-tools/conf.d/resume "# what the installer found\nRESUME='259:3'\n"
	END
	judged $disk "block resume 'resume (/proc/cmdline)' on '259:1'"
	judged $other "block resume 'resume (/etc/initramfs-tools/conf.d/resume)' on '259:3'"
}

# dm NAME NUMBER UUID SLAVE... - a device-mapper target over others
dm() {
	local name=$1 minor=$2 uuid=$3 slave
	shift 3
	printf 'child block dm-%s major=253 minor=%s attr:dm/name="%s\\n" attr:dm/uuid="%s\\n"\n' \
		"$minor" "$minor" "$name" "$uuid"
	for slave; do
		printf 'link sys/devices/virtual/block/dm-%s/slaves/%s /sys/class/block/%s\n' \
			"$minor" "$slave" "$slave"
	done
}

@test "lvm: an active volume, mounted or not" {
	host < <(dm vg-data 0 LVM-abc nvme0n1p1)
	judged $disk "block lvm '/dev/mapper/vg-data' on '/dev/nvme0n1p1'"
	cleared $other
}

@test "lvm: a volume that is spread over two disks" {
	host < <(dm vg-data 0 LVM-abc nvme0n1p1 nvme1n1)
	judged $disk "block lvm '/dev/mapper/vg-data' on '/dev/nvme0n1p1'"
	judged $other "block lvm '/dev/mapper/vg-data' on '/dev/nvme1n1'"
}

@test "lvm: what is mounted on a volume is mounted on its disk" {
	host < <(dm vg-data 0 LVM-abc nvme0n1p1; mounts 253:0 /srv ext4 /dev/mapper/vg-data)
	judged $disk "block mounted '/srv' on '/dev/mapper/vg-data'" \
		"block lvm '/dev/mapper/vg-data' on '/dev/nvme0n1p1'"
}

@test "dm-crypt: an open container" {
	host < <(dm secret 0 CRYPT-LUKS2-abc-secret nvme1n1)
	judged $other "block dm-crypt '/dev/mapper/secret' on '/dev/nvme1n1'"
	cleared $disk
}

@test "dm-crypt below LVM below a mount: three layers, one disk" {
	host < <(dm secret 0 CRYPT-LUKS2-abc-secret nvme1n1; dm vg-x 1 LVM-abc dm-0
		mounts 253:1 /srv ext4 /dev/mapper/vg-x)
	judged $other "block dm-crypt '/dev/mapper/secret' on '/dev/nvme1n1'" \
		"block lvm '/dev/mapper/vg-x' on '/dev/nvme1n1'" \
		"block mounted '/srv' on '/dev/mapper/vg-x'"
	cleared $disk
}

@test "multipath: both of the paths, and a partition on it" {
	host < <(dm mpatha 0 mpath-3600 nvme0n1 nvme1n1; dm mpatha-part1 1 part1-mpath-3600 dm-0)
	judged $disk "block multipath '/dev/mapper/mpatha' on '/dev/nvme0n1'" \
		"block multipath '/dev/mapper/mpatha-part1' on '/dev/nvme0n1'"
	judged $other "block multipath '/dev/mapper/mpatha' on '/dev/nvme1n1'" \
		"block multipath '/dev/mapper/mpatha-part1' on '/dev/nvme1n1'"
}

@test "device-mapper of some other kind is a stack all the same" {
	host < <(dm odd 0 '' nvme1n1)
	judged $other "block stacked '/dev/mapper/odd' on '/dev/nvme1n1'"
}

@test "a loop in a stack ends, and may be on any disk" {
	host < <(dm a 0 LVM-a dm-1; dm b 1 LVM-b dm-0)
	judged $disk "unknown lvm cannot tell what carries '/dev/mapper/a' on '253:0': Too many levels of symbolic links" \
		"unknown lvm cannot tell what carries '/dev/mapper/b' on '253:1': Too many levels of symbolic links"
}

@test "md: each of its disks" {
	host <<-'END'
	child block md0 major=9 minor=0 attr:md/array_state="clean\n"
	link sys/devices/virtual/block/md0/slaves/nvme0n1p1 /sys/class/block/nvme0n1p1
	link sys/devices/virtual/block/md0/slaves/nvme1n1 /sys/class/block/nvme1n1
	END
	judged $disk "block md '/dev/md0' on '/dev/nvme0n1p1'"
	judged $other "block md '/dev/md0' on '/dev/nvme1n1'"
}

@test "bcache and whatever else has something below it" {
	host <<-'END'
	child block bcache0 major=252 minor=0
	link sys/devices/virtual/block/bcache0/slaves/nvme1n1 /sys/class/block/nvme1n1
	END
	judged $other "block stacked '/dev/bcache0' on '/dev/nvme1n1'"
	cleared $disk
}

@test "loop: a backing file that is not to be found may be on any disk" {
	host <<-'END'
	child block loop0 major=7 minor=0 attr:loop/backing_file="/nowhere/image\n"
	END
	judged $disk "unknown loop cannot tell what carries '/dev/loop0' on '7:0': No such device"
	cleared 0000:03:00.0 0000:08:00.0
}

@test "loop, zram and dm devices that nothing is set up on are nothing" {
	host <<-'END'
	child block loop0 major=7 minor=0
	child block zram0 major=251 minor=0 attr:backing_dev="none\n"
	dir sys/devices/virtual/block/loop0/slaves
	END
	cleared $disk $other
}

@test "nvme multipath: a node that hangs off the subsystem is on all of its controllers" {
	host <<-'END'
	remove sys/class/block/nvme1n1
	child nvme-subsystem nvme-subsys9
	child block nvme9n1 parent=nvme-subsystem:nvme-subsys9 major=259 minor=9 uevent="DEVNAME=nvme9n1\n"
	file dev/nvme9n1 ""
	link sys/devices/virtual/nvme-subsystem/nvme-subsys9/nvme0 /sys/class/nvme/nvme0
	link sys/devices/virtual/nvme-subsystem/nvme-subsys9/nvme1 /sys/class/nvme/nvme1
	file proc/self/mountinfo "22 1 0:21 / / rw - tmpfs tmpfs rw\n23 22 259:9 / /srv rw - ext4 /dev/nvme9n1 rw\n"
	END
	judged $disk "block mounted '/srv' on '/dev/nvme9n1'"
	judged $other "block mounted '/srv' on '/dev/nvme9n1'"
}

# uberblocks FILE - some of those that ZFS keeps in the second half of its first label
uberblocks() {
	local i
	truncate -s 64M "$1"
	for i in 128 129 130 131 132 133 134 135; do
		printf '\x0c\xb1\xba\x00\x00\x00\x00\x00' |
			dd of="$1" bs=1K seek=$i conv=notrunc status=none
	done
}

@test "zfs: a disk with the mark of a pool whose name is not to be read; others hold none" {
	host <<-'END'
	file proc/spl/kstat/zfs/tank/state "ONLINE\n"
	file proc/spl/kstat/zfs/arcstats ""
	END
	disk nvme0n1 uberblocks
	judged $disk "unknown zfs '/dev/nvme0n1' is of a ZFS pool and does not tell which" \
		"inform signature '/dev/nvme0n1' holds 'zfs_member'"
	cleared $other 0000:03:00.0
}

@test "zfs: the module without a pool is nothing" {
	host <<-'END'
	file proc/spl/kstat/zfs/arcstats ""
	END
	cleared $disk
}

@test "claimed: a disk without a node cannot be asked" {
	host <<-'END'
	remove dev/nvme1n1
	END
	judged $other "unknown claimed cannot open '/dev/nvme1n1': No such file or directory"
	cleared $disk
}

@test "signature: an idle disk that holds something is worth a word, and no more" {
	host </dev/null
	disk nvme1n1 mkfs.ext4 -q -F -L old -U 6f1a9d2e-0000-4000-8000-00000000000a
	judged $other "inform signature '/dev/nvme1n1' holds 'ext4' labelled 'old'"
	run -0 fakehost_vfioctl "judge-$BATS_TEST_NUMBER" bind --dry-run $other
}

@test "fstab: what is set up and not mounted is asked about, by whatever tag" {
	local tag
	host </dev/null
	disk nvme1n1 mkfs.ext4 -q -F -L old -U 6f1a9d2e-0000-4000-8000-00000000000a
	for tag in LABEL=old UUID=6f1a9d2e-0000-4000-8000-00000000000a; do
		printf '%s /backup ext4 noauto 0 0\n' "$tag" \
			>"$(fakehost_dir "judge-$BATS_TEST_NUMBER")/etc/fstab"
		judged $other "ask fstab /backup in /etc/fstab is set up to be on '/dev/nvme1n1' ($tag)" \
			"inform signature '/dev/nvme1n1' holds 'ext4' labelled 'old'"
		run -4 fakehost_vfioctl "judge-$BATS_TEST_NUMBER" bind --dry-run $other
		assert_output --partial "the host may need '$other'"
		run -0 fakehost_vfioctl "judge-$BATS_TEST_NUMBER" bind --dry-run --allow=fstab $other
	done
}

@test "fstab: what is mounted as it says is told once, as mounted" {
	host < <(mounts 259:3 /backup ext4 /dev/nvme1n1
		echo 'file etc/fstab "# set up\nLABEL=old /backup ext4 noauto 0 0\n"')
	disk nvme1n1 mkfs.ext4 -q -F -L old
	judged $other "block mounted '/backup' on '/dev/nvme1n1'"
}

@test "crypttab: likewise" {
	host <<-'END'
	file etc/crypttab "# name source key\nsecret LABEL=old none luks\n"
	END
	disk nvme1n1 mkfs.ext4 -q -F -L old
	judged $other "ask crypttab secret in /etc/crypttab is set up to be on '/dev/nvme1n1' (LABEL=old)" \
		"inform signature '/dev/nvme1n1' holds 'ext4' labelled 'old'"
}

@test "fstab: what is of other disks, of servers, or not there at all, is nothing" {
	host <<-'END'
	file etc/fstab "# set up\nUUID=1234 / ext4 defaults 0 1\n/dev/sdz1 /x ext4 noauto 0 0\nserver:/y /y nfs noauto 0 0\nproc /proc proc defaults 0 0\n"
	END
	cleared $disk $other
}

@test "cmdline: a resume device by its label" {
	host <<-'END'
	file proc/cmdline "quiet resume=LABEL=old\n"
	END
	disk nvme1n1 mkfs.ext4 -q -F -L old
	judged $other "block resume resume (/proc/cmdline) is set up to be on '/dev/nvme1n1' (LABEL=old)" \
		"inform signature '/dev/nvme1n1' holds 'ext4' labelled 'old'"
}

@test "what does not answer hangs nobody: its check is given up, and could not tell" {
	host </dev/null
	rm "$(fakehost_dir "judge-$BATS_TEST_NUMBER")/etc/crypttab"
	mkfifo "$(fakehost_dir "judge-$BATS_TEST_NUMBER")/etc/crypttab"
	run -4 timeout 60 "$FAKEHOST_RUN" "$(fakehost_dir "judge-$BATS_TEST_NUMBER")" -- \
		"$VFIOCTL" bind --dry-run --timeout 1 -nr -o step,value,message $disk
	assert_line 'unknown crypttab what\x20tells\x20it\x20did\x20not\x20answer\x20within\x205\x20s'
	refute_line --partial 'unknown signature'
	# Nor is anybody left who waits for it.
	run pgrep -f "^$VFIOCTL bind --dry-run --timeout 1 -nr -o step,value,message $disk"
	assert_output ''
}
