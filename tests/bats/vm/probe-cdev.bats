# SPDX-License-Identifier: GPL-2.0-only
# topology: kernel
# kernel: debug
# modules: stock
#
# A device's own node and iommufd, which the stock modules have where the kernel was built so, as no
# Debian kernel is: probe goes that way, too, and all who look for users find those who came by it.

load ../helpers/common
load ../helpers/vfio
load ../helpers/guest
load ../helpers/monitor

setup_file() {
	local device
	modprobe -a vfio-pci vfio_iommu_type1
	for device in $NVME $EDU $PAIR_A $PAIR_B $E1000E; do
		bind_to vfio-pci $device
	done
}

teardown_file() {
	unbind $NVME $EDU $PAIR_A $PAIR_B $E1000E
}

teardown() {
	holder_gone
	monitor_gone
}

# part FILTER EXPRESSION - of the JSON in $output, of the rows that FILTER holds for
part() {
	jq -c ".parts[] | select($1) | $2" <<<"$output"
}

# cdev_of ADDRESS - its node
cdev_of() {
	local path
	for path in "$PCI/devices/$1/vfio-dev"/vfio*; do
		echo "/dev/vfio/devices/${path##*/}"
	done
}

# hold_cdev ADDRESS - a process that has it by its node; its id is in $holder
hold_cdev() {
	: >"$BATS_TEST_TMPDIR/hold"
	hold-cdev "$(cdev_of "$1")" >"$BATS_TEST_TMPDIR/hold" 2>&1 3>&- &
	holder=$!
	heard held
}

# fd_of PATH - the number that $holder has it by
fd_of() {
	local fd
	for fd in "/proc/$holder/fd"/*; do
		[[ $(readlink "$fd") != "$1" ]] || echo "${fd##*/}"
	done
}

# traces ADDRESS... - all that a client could leave behind
traces() {
	local device
	for device; do
		od -An -tx1 -v "$PCI/devices/$device/config"
		cat "$PCI/devices/$device"/{enable,power_state,resource,driver_override}
		ls "$PCI/devices/$device" "$PCI/devices/$device/vfio-dev"
		driver_of "$device"
	done
	stat -c '%n %a %U %G %t %T' /dev/iommu /dev/vfio/* /dev/vfio/devices/*
}

@test "the group is the way where there is one, and a node of its own where it is asked for or alone" {
	local group=$(group_of $EDU) rdev
	run -0 vfioctl probe --json $EDU
	assert_equal "$(part '.kind == "iommu"' .name)" '"type1v2"'
	run -0 --separate-stderr vfioctl probe --backend=cdev --json $EDU
	assert_equal "$(part '.kind == "iommu"' '[.name, .count, .flags, .caps]')" '["iommufd",null,[],[]]'
	assert_equal "$stderr" ''
	rdev=$(stat -c '0x%t 0x%T' "/dev/vfio/$group")
	rm "/dev/vfio/$group"
	run -0 vfioctl probe --json $EDU
	assert_equal "$(part '.kind == "iommu"' .name)" '"iommufd"'
	run -1 vfioctl probe --backend=group $EDU
	assert_output --partial "there is no node '/dev/vfio/$group'"
	mknod -m 600 "/dev/vfio/$group" c $rdev
}

@test "device, regions, interrupts and features are the same by either way" {
	local device by_group
	for device in $NVME $EDU $E1000E; do
		run -0 vfioctl probe --json -O --backend=group $device
		by_group=$(part '.kind != "iommu"' .)
		run -0 vfioctl probe --json -O --backend=cdev $device
		validate_json probe <<<"$output"
		assert_equal "$(part '.kind != "iommu"' .)" "$by_group"
		assert_equal "$(part '.name == "config"' .size)" "$(stat -c %s "$PCI/devices/$device/config")"
	done
}

@test "what may be mapped, and in which pages, is the same by either way" {
	local by_group
	run -0 vfioctl probe --json -O --backend=group $EDU
	by_group=$(part '.kind == "iommu"' '[.ranges, .page_sizes[0]]')
	run -0 vfioctl probe --json -O --backend=cdev $EDU
	assert_equal "$(part '.kind == "iommu"' '[.ranges, .page_sizes[0]]')" "$by_group"
	assert_equal "$(part '.kind == "iommu"' .page_sizes)" '["4096"]'
	assert_equal "$(part '.kind == "iommu"' '.ranges[0]')" '"0x0-0xfedfffff"'
}

@test "--dma maps and unmaps by iommufd" {
	run -0 --separate-stderr vfioctl probe --backend=cdev --dma --json $EDU
	validate_json probe <<<"$output"
	assert_equal "$(part '.kind == "map"' '[.size, .ranges, .result, .us >= 0]')" \
		'[1048576,["0x100000-0x1fffff"],"done",true]'
	assert_equal "$(part '.kind == "unmap"' '[.size, .result, .us >= 0]')" '[1048576,"done",true]'
	# IOMMU_IOAS_MAP and IOMMU_IOAS_UNMAP
	strace -f -X raw -e trace=ioctl -o "$BATS_TEST_TMPDIR/trace" \
		vfioctl probe --backend=cdev --dma $EDU >/dev/null
	assert_equal "$(sed -n 's/.*\(0x3b8[56]\).* = \(.*\)/\1 \2/p' "$BATS_TEST_TMPDIR/trace" | tr '\n' ' ')" \
		'0x3b85 0 0x3b86 0 '
}

@test "driver, configuration space, sysfs and nodes are afterwards as they were before" {
	local before
	before=$(traces $NVME $EDU $E1000E)
	run -0 vfioctl probe --backend=cdev --dma $NVME $EDU $E1000E
	assert_equal "$(traces $NVME $EDU $E1000E)" "$before"
	run -0 vfioctl holders
	assert_output ''
}

@test "a device that a process has by its node is refused by either way, and so is its neighbour" {
	local device backend node=$(cdev_of $PAIR_A)
	hold_cdev $PAIR_A
	for device in $PAIR_A $PAIR_B; do
		for backend in group cdev; do
			run -5 vfioctl probe --backend=$backend $device
			assert_output "vfioctl: '$device' is in use: process $holder ('hold-cdev') has $node open"
		done
	done
	run -5 vfioctl reset --now $PAIR_A
	assert_output --partial "process $holder ('hold-cdev') has $node open"
	holder_gone
	run -0 vfioctl probe --backend=cdev $PAIR_B
}

@test "a device that a process has by its group is refused by its node" {
	hold $EDU
	run -5 vfioctl probe --backend=cdev $EDU
	assert_output "vfioctl: '$EDU' is in use: process $holder ('hold') has /dev/vfio/$(group_of $EDU) open"
}

@test "one that the kernel alone knows to be in use is told with its word" {
	hold_cdev $EDU
	chown 65534 /dev/iommu "$(cdev_of $EDU)"
	run -5 setpriv --reuid 65534 --regid 65534 --clear-groups vfioctl probe --backend=cdev $EDU
	chown 0 /dev/iommu "$(cdev_of $EDU)"
	assert_output --partial "'$EDU' is in use: the kernel refuses to bind its node to an iommufd"
}

@test "whoever owns the nodes needs not be root, and who does not is told which" {
	chown 65534 "$(cdev_of $EDU)"
	run -1 setpriv --reuid 65534 --regid 65534 --clear-groups vfioctl probe --backend=cdev $EDU
	assert_output --partial "open '/dev/iommu' for '$EDU': Permission denied"
	chown 65534 /dev/iommu
	run -0 setpriv --reuid 65534 --regid 65534 --clear-groups vfioctl probe --backend=cdev $EDU
	assert_line --regexp "^$EDU device +vfio-pci "
	chown 0 /dev/iommu "$(cdev_of $EDU)"
}

@test "holders tells who has a node and an iommufd, with group and device" {
	local group=$(group_of $EDU) node=$(cdev_of $EDU)
	hold_cdev $EDU
	run -0 --separate-stderr vfioctl holders --json -O
	validate_json holders <<<"$output"
	assert_equal "$stderr" ''
	assert_equal "$(jq -c '.holders[] | [.pid, .user, .command, .kind, .fd, .group, .device, .container, .path]' <<<"$output" | sort)" \
		"[$holder,\"root\",\"hold-cdev\",\"cdev\",$(fd_of "$node"),$group,\"$EDU\",null,\"$node\"]
[$holder,\"root\",\"hold-cdev\",\"iommufd\",$(fd_of /dev/iommu),null,null,null,\"/dev/iommu\"]"
	run -0 vfioctl holders --json -o kind $EDU
	assert_equal "$(jq -r '.holders[].kind' <<<"$output" | sort | paste -sd ' ')" 'cdev iommufd'
	run -0 vfioctl holders --json -o kind $NVME
	assert_equal "$(jq -c .holders <<<"$output")" '[]'
	holder_gone
	run -0 vfioctl holders
	assert_output ''
}

@test "containers has none of it, groups and devices know the node" {
	hold_cdev $EDU
	run -0 --separate-stderr vfioctl containers --json
	assert_output '{"version":1,"containers":[]}'
	assert_equal "$stderr" ''
	# Another one that is a container's user all the same.
	local by_cdev=$holder
	hold $NVME
	run -0 vfioctl containers --json -O
	validate_json containers <<<"$output"
	assert_equal "$(jq -c '.containers[] | [.groups, .pids]' <<<"$output")" "[[\"$(group_of $NVME)\"],[\"$holder\"]]"
	holder_gone
	holder=$by_cdev
	run -0 vfioctl devices --json -o bdf,cdev $EDU
	assert_equal "$(jq -r '.devices[].cdev' <<<"$output")" "$(cdev_of $EDU)"
	run -0 vfioctl status --json
	validate_json status <<<"$output"
}

@test "monitor tells of a device that is opened by its node, of its group alone, and of its end" {
	local group=$(group_of $EDU)
	monitor_begin --interval=1
	hold_cdev $EDU
	told "device-opened $EDU $group 1"
	validate_news
	holder_gone
	told "device-opened $EDU $group 1" "device-closed $EDU $group 0"
	assert_equal "$(cat "$MONITOR_ERR")" ''
}
