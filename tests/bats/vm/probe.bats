# SPDX-License-Identifier: GPL-2.0-only
# topology: default
#
# probe shows what a client gets, by being one, and leaves no trace.

bats_require_minimum_version 1.5.0
load ../helpers/common
load ../helpers/guest
load ../helpers/act

nvme=0000:01:00.0 e1000e=0000:04:00.0 edu=0000:05:00.0

setup_file() {
	modprobe -a vfio-pci vfio_iommu_type1
}

setup() {
	vfioctl bind --yes $nvme $e1000e $edu >/dev/null
}

teardown() {
	give_back
}

# part FILTER EXPRESSION - of the JSON in $output, of the rows that FILTER holds for
part() {
	jq -c ".parts[] | select($1) | $2" <<<"$output"
}

# bars ADDRESS - sizes of the seven regions that sysfs tells of, one to a line
bars() {
	local first last _ n=0
	while read -r first last _ && ((n++ < 7)); do
		echo $((last ? last - first + 1 : 0))
	done <"$pci/$1/resource"
}

# traces ADDRESS... - all that a client could leave behind
traces() {
	local device
	for device; do
		od -An -tx1 -v "$pci/$device/config"
		cat "$pci/$device"/{enable,power_state,reset_method,resource,driver_override,numa_node}
		cat "$pci/$device/power/runtime_status"
		ls "$pci/$device"
		driver_of "$device"
	done
	stat -c '%n %a %U %G %t %T' /dev/vfio/*
}

@test "the sizes of all regions are those that sysfs tells" {
	local device
	for device in $nvme $e1000e $edu; do
		run -0 --separate-stderr vfioctl probe --json $device
		assert_equal "$stderr" ''
		assert_equal "$(part '.kind == "region" and .index < 7' .size)" "$(bars $device)"
		assert_equal "$(part '.name == "config"' .size)" "$(stat -c %s "$pci/$device/config")"
	done
}

@test "the numbers of interrupts are those that lspci reads in the device" {
	local device told
	for device in $nvme $e1000e $edu; do
		told=$(lspci -vvs $device)
		run -0 vfioctl probe --json $device
		assert_equal "$(part '.name == "msix"' .count)" \
			"$(sed -n 's/.*MSI-X: .*Count=\([0-9]*\) .*/\1/p; $a 0' <<<"$told" | head -n 1)"
		assert_equal "$(part '.name == "msi"' .count)" \
			"$(sed -n 's,.*MSI: .*Count=[0-9]*/\([0-9]*\) .*,\1,p; $a 0' <<<"$told" | head -n 1)"
		assert_equal "$(part '.name == "intx"' .count)" "$(grep -c 'Interrupt: pin' <<<"$told")"
		assert_equal "$(part '.name == "intx"' '.flags | sort')" \
			'["automasked","eventfd","maskable"]'
	done
}

@test "a memory region can be mapped, one of ports cannot, and config is read and written" {
	run -0 vfioctl probe --json $e1000e
	assert_equal "$(part '.name == "bar0"' .flags)" '["read","write","mmap"]'
	assert_equal "$(part '.name == "bar2"' .flags)" '["read","write"]'
	assert_equal "$(part '.name == "config"' .flags)" '["read","write"]'
	assert_equal "$(part '.name == "bar3"' '.caps | index("msix-mappable") != null')" true
}

@test "the IOMMU's addresses leave out what is reserved, and pages and mappings are told" {
	local reserved first last
	run -0 vfioctl probe --json -O $edu
	assert_equal "$(part '.kind == "iommu"' .name)" '"type1v2"'
	assert_equal "$(part '.kind == "iommu"' .count)" \
		"$(cat /sys/module/vfio_iommu_type1/parameters/dma_entry_limit)"
	assert_equal "$(part '.kind == "iommu"' '.page_sizes | index("4096") != null')" true
	assert_equal "$(part '.kind == "iommu"' '.flags | index("type1v2") != null')" true
	reserved=$(grep msi "/sys/kernel/iommu_groups/$(group_of $edu)/reserved_regions")
	first=$((${reserved%% *})) last=${reserved#* }
	last=$((${last%% *}))
	assert_equal "$(part '.kind == "iommu"' '.ranges[0:2]')" \
		"$(printf '["0x0-0x%x","0x%x-%s"]' $((first - 1)) $((last + 1)) \
			"$(part '.kind == "iommu"' '.ranges[1] | split("-")[1]' | tr -d '"')")"
}

@test "the device's driver and whether it can be reset are told" {
	run -0 vfioctl probe --json $nvme
	assert_equal "$(part '.kind == "device"' '[.name, .flags]')" '["vfio-pci",["reset","pci"]]'
	# Those that it has whatever device it is.
	local features='["low-power-entry","low-power-entry-with-wakeup","low-power-exit"]'
	[[ $VM_MODULES != ours ]] || features='[]'
	run -0 vfioctl probe --json -o kind,features $nvme
	assert_equal "$(part '.kind == "device"' '.features - (.features - ["low-power-entry",
		"low-power-entry-with-wakeup", "low-power-exit"])')" "$features"
}

@test "--dma maps and unmaps a buffer, and tells how long that took" {
	run -0 --separate-stderr vfioctl probe --dma --json $edu
	assert_equal "$(part '.kind == "map"' '[.size, .result, .us >= 0]')" '[1048576,"done",true]'
	assert_equal "$(part '.kind == "unmap"' '[.size, .result, .us >= 0]')" '[1048576,"done",true]'
	run -0 vfioctl probe --dma $edu
	assert_line --regexp "^$edu map +1048576 .* done +[0-9]+"
	run -0 vfioctl probe --json $edu
	assert_equal "$(part '.kind == "map"' .)" ''
	# VFIO_IOMMU_MAP_DMA and VFIO_IOMMU_UNMAP_DMA
	strace -f -X raw -e trace=ioctl -o "$BATS_TEST_TMPDIR/trace" vfioctl probe --dma $edu >/dev/null
	assert_equal "$(grep -oE '0x3b7[12]' "$BATS_TEST_TMPDIR/trace" | tr '\n' ' ')" '0x3b71 0x3b72 '
}

@test "a buffer that must not be locked is told, and ends with 1" {
	run -1 --separate-stderr bash -c "ulimit -l 64; vfioctl probe --dma --json $edu"
	assert_equal "$(part '.kind == "map"' .result)" '"Cannot allocate memory"'
	assert_equal "$(part '.kind == "unmap"' .)" ''
	[[ $stderr == *"cannot map 1048576 bytes for '$edu': Cannot allocate memory"*'ulimit -l'* ]]
}

@test "driver, configuration space, sysfs and nodes are afterwards as they were before" {
	local before
	before=$(traces $nvme $e1000e $edu)
	run -0 vfioctl probe --dma $nvme $e1000e $edu
	assert_equal "$(traces $nvme $e1000e $edu)" "$before"
	run -0 vfioctl holders
	assert_output ''
	run -0 vfioctl unbind $nvme
	run -0 head -c 10 "/dev/$(disk_of $nvme)"
	assert_output 'disk spare'
}

@test "a device that a process has is refused with 5, and the process is named" {
	hold $nvme
	run -5 --separate-stderr vfioctl probe --json $nvme $edu
	[[ $stderr == *"process $holder ('hold-vfio') has /dev/vfio/$(group_of $nvme) open"* ]]
	# The other one is shown all the same.
	assert_equal "$(part '.kind == "device"' .bdf)" "\"$edu\""
	let_go
	run -0 vfioctl probe $nvme
}

@test "a device without a VFIO driver is refused with 1, and the command that helps is named" {
	run -1 vfioctl probe 0000:02:00.0
	assert_output --partial "'0000:02:00.0' is driven by 'nvme', which is no VFIO driver; 'vfioctl bind 0000:02:00.0'"
	run -1 vfioctl probe 0000:09:00.0
	assert_output --partial "'0000:09:00.0' has no driver; 'vfioctl bind 0000:09:00.0'"
	assert_equal "$(driver_of 0000:02:00.0 0000:09:00.0)" 'nvme none'
}

@test "a device whose group is not viable is refused with 3, and the blocker is named" {
	vfioctl bind 0000:06:00.0
	run -3 vfioctl probe 0000:06:00.0
	assert_output --regexp "group $(group_of 0000:06:00.0) is not viable.*0000:06:00.1.*e1000e"
	run -0 vfioctl bind 0000:06:00.1
	run -0 vfioctl probe 0000:06:00.0
	assert_line --regexp '0000:06:00.0 region +0 bar0 +1048576 '
}

@test "a node that one may not open is refused with 1" {
	run -1 setpriv --reuid 65534 --regid 65534 --clear-groups vfioctl probe $edu
	assert_output --partial "open '/dev/vfio/$(group_of $edu)' for '$edu': Permission denied"
}

@test "whoever owns the node needs not be root" {
	chown 65534 "/dev/vfio/$(group_of $edu)"
	run -0 setpriv --reuid 65534 --regid 65534 --clear-groups vfioctl probe $edu
	chown 0 "/dev/vfio/$(group_of $edu)"
	assert_line --regexp "^$edu device +vfio-pci "
}

@test "the device's own node is used where there is one, and missed with a word where not" {
	if [[ -e /dev/vfio/devices && -e /dev/iommu ]]; then
		run -0 vfioctl probe --dma --backend=cdev --json $edu
		assert_equal "$(part '.kind == "iommu"' .name)" '"iommufd"'
		assert_equal "$(part '.kind == "map"' .result)" '"done"'
		assert_equal "$(part '.name == "bar0"' .size)" 1048576
	else
		run -1 vfioctl probe --backend=cdev $edu
		assert_output --partial "VFIO_DEVICE_CDEV and iommufd"
	fi
	run -2 vfioctl probe --backend=nonsense $edu
}

@test "opening that hangs ends with 6 in time" {
	strace -o /dev/null -f -P /dev/vfio/vfio -e inject=openat:delay_enter=9000000 bash -c "
		vfioctl probe --timeout 1 $edu; echo status \$?
		echo seconds \$SECONDS" >"$BATS_TEST_TMPDIR/out" 2>&1
	run cat "$BATS_TEST_TMPDIR/out"
	assert_output --partial "opening '$edu' through /dev/vfio/$(group_of $edu) did not end within 1 s"
	assert_line 'status 6'
	assert_line --regexp '^seconds [0-7]$'
	run -0 vfioctl probe $edu
}

@test "JSON holds to the schema, with every column and with --dma" {
	run -0 vfioctl probe --json -O --dma $nvme $edu
	validate_json probe <<<"$output"
	run -0 vfioctl probe --json $e1000e
	validate_json probe <<<"$output"
	run -1 --separate-stderr vfioctl probe --json 0000:02:00.0
	assert_output '{"version":1,"parts":[]}'
	validate_json probe <<<"$output"
}
