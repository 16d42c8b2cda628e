# SPDX-License-Identifier: GPL-2.0-only
#
# That a made host is what other tools take a host for, and that it keeps to itself.

load ../helpers/common
load ../helpers/fakehost

setup_file() {
	fakehost_make small small
	fakehost_make big -e 'fill functions=4096 others=16'
	fakehost_make groups -e 'fill functions=512 group=2..16'
	fakehost_make hostile hostile
	fakehost_make none no-iommu
}

setup() {
	fakehost_need
}

group_sizes() {
	find "$(fakehost_dir "$1")/sys/kernel/iommu_groups" -path '*/devices/*' -printf '%h\n' |
		sort | uniq -c | awk '{print $1}' | sort -n
}

@test "lspci sees every function of a large host, by name" {
	run fakehost_run big lspci -D
	assert_success
	assert_equal "${#lines[@]}" 4096
	run fakehost_run big lspci -Dk
	assert_success
	assert_equal "$(grep -c '^[0-9a-f]\{4\}:' <<<"$output")" 4096
	assert_output --partial 'NVMe SSD Controller'
	assert_output --partial 'Kernel driver in use: vfio-pci'
	assert_output --partial 'Kernel driver in use: pcieport'
}

@test "libudev takes the devices of a made host for devices" {
	run fakehost_run small udevadm info -q property /sys/bus/pci/devices/0000:03:00.0
	assert_success
	assert_line 'DRIVER=nvme'
	assert_line 'PCI_ID=1B36:0010'
	assert_line 'SUBSYSTEM=pci'
	run fakehost_run small udevadm info -a /sys/class/block/nvme0n1
	assert_success
	assert_output --partial "looking at parent device '/devices/pci0000:00/0000:00:03.0'"
}

@test "driverctl lists what it would override" {
	run fakehost_run small driverctl list-devices
	assert_success
	assert_line '0000:03:00.0 nvme'
	assert_line '0000:05:00.0 vfio-pci [*]'
	assert_line '0000:05:02.0 (none)'
}

@test "no link of a generated host leads nowhere" {
	run find "$(fakehost_dir big)/sys" "$(fakehost_dir groups)/sys" -xtype l
	assert_output ""
}

@test "the links of a device and of its group, driver and bus agree" {
	local sys device
	sys=$(fakehost_dir small)/sys
	device=$(realpath "$sys/bus/pci/devices/0000:05:00.0")
	assert_equal "$device" "$sys/devices/pci0000:00/0000:00:04.0/0000:04:00.0/0000:05:00.0"
	assert_equal "$(realpath "$device/iommu_group")" "$sys/kernel/iommu_groups/20"
	assert_equal "$(realpath "$sys/kernel/iommu_groups/20/devices/0000:05:00.0")" "$device"
	assert_equal "$(realpath "$sys/bus/pci/drivers/vfio-pci/0000:05:00.0")" "$device"
	assert_equal "$(realpath "$device/driver/module")" "$sys/module/vfio_pci"
	assert_equal "$(realpath "$sys/class/vfio-dev/vfio0/device")" "$device"
	assert_equal "$(realpath "$device/subsystem")" "$sys/bus/pci"
}

@test "groups have the sizes that were asked for" {
	run group_sizes groups
	# Only the last group may be cut short.
	assert [ "$(awk '$1 < 2' <<<"$output" | wc -l)" -le 1 ]
	assert_equal "$(tail -1 <<<"$output")" 16
	assert [ "$(sort -u <<<"$output" | wc -l)" -ge 10 ]
}

@test "the same seed makes the same host, another seed another" {
	local name
	for name in a b; do
		fakehost_make "$name" -e 'fill functions=128 missing=5 others=4'
	done
	fakehost_make c -e 'fill functions=128 missing=5 others=4 seed=2'
	run diff -r --no-dereference "$(fakehost_dir a)" "$(fakehost_dir b)"
	assert_success
	run diff -rq --no-dereference "$(fakehost_dir a)" "$(fakehost_dir c)"
	assert_failure 1
}

@test "a host has exactly as many functions as were asked for" {
	local n
	for n in 1 2 3 17 64 65 1025; do
		fakehost_make "$n" -e "fill functions=$n"
		run ls "$(fakehost_dir "$n")/sys/bus/pci/devices"
		assert_equal "${#lines[@]}" "$n"
	done
}

@test "virtual functions and their physical one point at each other" {
	local sys vf
	sys=$(fakehost_dir big)/sys
	vf=$(find "$sys/devices" -name physfn -print -quit)
	vf=${vf%/physfn}
	assert_equal "$(realpath "$vf"/physfn/virtfn* | grep -c "^$vf\$")" 1
	assert_equal "$(find "$vf/physfn/" -maxdepth 1 -name 'virtfn*' | wc -l)" \
		"$(<"$vf/physfn/sriov_numvfs")"
}

@test "without an IOMMU there are no groups and no links to any" {
	local sys
	sys=$(fakehost_dir none)/sys
	assert_dir_exist "$sys/kernel/iommu_groups"
	run find "$sys/kernel/iommu_groups" "$sys/class/iommu" -mindepth 1
	assert_output ""
	run find "$sys/devices" -name iommu_group
	assert_output ""
}

@test "hostile names arrive byte for byte" {
	local sys
	sys=$(fakehost_dir hostile)/sys
	run cat "$sys/kernel/iommu_groups/1/name"
	assert_output $'\xed\xa0\x80 lone surrogate'
	assert_exist "$sys/bus/pci/drivers/"$'bad"driver\n\e[2J\xff'
	assert_exist "$sys/bus/platform/devices/"$'line\nbreak "and" quote'
}

@test "a layout with a mistake is refused with its line" {
	printf 'iommu intel\npci 0000:00:01.0 wheel=e1000e\n' >"$BATS_TEST_TMPDIR/bad"
	run "$MKFAKEHOST" "$BATS_TEST_TMPDIR/bad" "$BATS_TEST_TMPDIR/out"
	assert_failure 1
	assert_output "$BATS_TEST_TMPDIR/bad:2: 'wheel=e1000e' means nothing here"
}

@test "a directory with something in it is never written to" {
	mkdir "$BATS_TEST_TMPDIR/mine"
	touch "$BATS_TEST_TMPDIR/mine/file"
	run "$MKFAKEHOST" small "$BATS_TEST_TMPDIR/mine"
	assert_failure 1
	run find "$BATS_TEST_TMPDIR/mine" -mindepth 1
	assert_output "$BATS_TEST_TMPDIR/mine/file"
}

@test "the command's status is passed on" {
	run fakehost_run small sh -c 'exit 37'
	assert_failure 37
	run "$FAKEHOST_RUN" -e 'fill functions=1' -- sh -c 'exit 38'
	assert_failure 38
}

@test "nothing of the made host outlives the command, and none of the real one can be reached" {
	local before
	before=$(</proc/self/mountinfo)
	ls -l /sys/bus/pci/devices >"$BATS_TEST_TMPDIR/before" || true
	run fakehost_run small sh -c '
		touch /run/mine /dev/mine /sys/mine &&
		ls /dev/vfio /sys/bus/pci/devices/0000:05:00.0/config &&
		! mount -t sysfs none /sys 2>/dev/null &&
		! umount /sys 2>/dev/null &&
		! mknod /dev/shm/node c 10 196 2>/dev/null &&
		! grep -q "^CapEff:.*1ffffffffff" /proc/self/status'
	assert_success
	assert_line vfio
	assert_not_exist /run/mine
	assert_not_exist /dev/mine
	assert_not_exist /sys/mine
	ls -l /sys/bus/pci/devices >"$BATS_TEST_TMPDIR/after" || true
	run diff "$BATS_TEST_TMPDIR/before" "$BATS_TEST_TMPDIR/after"
	assert_success
	assert_equal "$(</proc/self/mountinfo)" "$before"
	rm -f "$(fakehost_dir small)/sys/mine"
}

# in_shared_mounts SCRIPT - where mounts reach other namespaces unless someone sees to it; the
# script's $1 is with-fakehost
in_shared_mounts() {
	in_own_mounts sh -euc "mount --make-rshared /
		mount -t tmpfs none /mnt
		$1
		" sh "$FAKEHOST_RUN"
}

# A root that is no mount, as in a plain chroot, cannot be made shared.
need_shared_mounts() {
	in_shared_mounts true 2>/dev/null || skip 'no mounts that can be shared in this chroot'
}

@test "mounts stay inside also where the host shares its own" {
	need_shared_mounts
	run in_shared_mounts '
		cat /proc/self/mountinfo >/mnt/before
		"$1" -e "fill functions=3" -- ls /sys/bus/pci/devices
		cat /proc/self/mountinfo | cmp - /mnt/before'
	assert_success
	assert_equal "${#lines[@]}" 3
}

@test "in a plain chroot mounts stay inside, and what that takes is said" {
	need_shared_mounts
	local chroot='
		mkdir -p /mnt/root && cd /mnt/root && mkdir proc sys run tmp mnt dev etc
		for dir in usr bin lib lib64 sbin "$2"; do
			[ -d "/$dir" ] || continue
			mkdir -p "./$dir" && mount --rbind "/$dir" "./$dir"
		done
		touch dev/null && mount --bind /dev/null dev/null'
	run in_shared_mounts "set -- \"\$1\" '$FAKEHOST_TOP' && $chroot
		chroot /mnt/root \"\$1\" --check"
	assert_failure 77
	assert_output --partial 'in a chroot, one of /proc, /sys, /dev, /run or /tmp must be mounted'
	run in_shared_mounts "set -- \"\$1\" '$FAKEHOST_TOP' && $chroot
		mount --rbind /proc proc
		cat /proc/self/mountinfo >/mnt/before
		chroot /mnt/root \"\$1\" -e 'fill functions=3' -- ls /sys/bus/pci/devices
		cat /proc/self/mountinfo | cmp - /mnt/before"
	assert_success
	assert_equal "${#lines[@]}" 3
}

@test "no kernel module can be loaded from within" {
	run fakehost_run small sh -c 'sed -n "s/^CapBnd:[^0-9a-f]*//p" /proc/self/status'
	assert_success
	# Bit 16 is CAP_SYS_MODULE, bit 17 CAP_SYS_RAWIO.
	assert_equal "$((0x$output >> 16 & 3))" 0
}

@test "a file takes the place of the configuration, and etc/ and proc/ of the host's" {
	local host
	echo 'whitelist = one' >"$BATS_TEST_TMPDIR/conf"
	FAKEHOST_OPTIONS=(--conf "$BATS_TEST_TMPDIR/conf")
	run fakehost_run small cat /etc/vfioctl.conf
	assert_output 'whitelist = one'
	run fakehost_run small sh -c 'test -s /etc/passwd'
	assert_success
	assert_not_exist /etc/fakehost-file

	FAKEHOST_OPTIONS=()
	host=$(fakehost_dir proc)
	fakehost_make proc -e 'file proc/swaps "Filename\n/dev/made"' -e 'file etc/fakehost-file here' \
		-e 'file dev/vfio/99 node'
	run fakehost_run proc cat /proc/swaps /etc/fakehost-file /dev/vfio/99
	assert_success
	assert_output --partial /dev/made
	assert_output --partial here
	assert_dir_exist "$host/sys"
}

@test "a /run that is kept shows one command what an earlier one left" {
	mkdir "$BATS_TEST_TMPDIR/run"
	FAKEHOST_OPTIONS=(--run "$BATS_TEST_TMPDIR/run")
	run fakehost_run small sh -c 'mkdir /run/vfioctl && echo one >/run/vfioctl/journal'
	assert_success
	run fakehost_run small cat /run/vfioctl/journal
	assert_output one
	assert_not_exist /run/vfioctl/journal
}

@test "the JSON validator refuses what is not strict" {
	local bad
	for bad in '{"a":1,"a":2}' '{"a":NaN}' '{"a":-Infinity}' '{"a":1}{}' '{"a":1,}' '' \
		$'{"a":"\xff"}' $'{"a":"\xed\xa0\x80"}' '{"a":"\ud800"}' $'{"a":"\n"}'; do
		run validate_json - <<<"$bad"
		assert_failure 1
	done
	run validate_json - <<<'{"a":"\u20ac \ud83d\ude00","b":[null,1.5e3,true]}'
	assert_success
}

@test "the JSON validator holds a text against its schema" {
	echo '{"type":"object","required":["version"],"properties":{"version":{"const":1}}}' \
		>"$BATS_TEST_TMPDIR/schema.json"
	run validate_json "$BATS_TEST_TMPDIR/schema.json" <<<'{"version":1}'
	assert_success
	run validate_json "$BATS_TEST_TMPDIR/schema.json" <<<'{"version":2}'
	assert_failure 1
	assert_output --partial 'at /version: 1 was expected'
}
