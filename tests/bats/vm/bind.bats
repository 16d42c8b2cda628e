# SPDX-License-Identifier: GPL-2.0-only
# topology: default
#
# Hand devices to VFIO and get them back.

bats_require_minimum_version 1.5.0
load ../helpers/common
load ../helpers/act

spare=0000:01:00.0
eight=(0000:01:00.0 0000:04:00.0 0000:05:00.0 0000:06:00.0
	0000:08:01.0 0000:08:02.0 0000:08:03.0 0000:09:00.0)
bridged=(0000:08:01.0 0000:08:02.0 0000:08:03.0)

teardown() {
	give_back
}

@test "bind hands an NVMe to vfio-pci, and the group's node appears" {
	assert_not_exist "/dev/vfio/$(group_of $spare)"
	run -0 --separate-stderr vfioctl bind --json $spare
	assert_equal "$(jq -r '.devices[] | "\(.bdf) \(.result) \(.from) \(.to) \(.viable)"' <<<"$output")" \
		"$spare done nvme vfio-pci true"
	assert_equal "$stderr" ''
	assert_equal "$(driver_of $spare)" vfio-pci
	[[ -c /dev/vfio/$(group_of $spare) ]]
	assert_equal "$(jq -r '.devices[].node' <<<"$output")" "/dev/vfio/$(group_of $spare)"
	run -0 vfioctl viable $spare
}

@test "unbind returns the NVMe to nvme, and its disk can be read again" {
	run -0 vfioctl bind $spare
	assert_not_exist "$pci/$spare/nvme"
	run -0 --separate-stderr vfioctl unbind --json $spare
	assert_equal "$(jq -r '.devices[] | "\(.result) \(.from) \(.to)"' <<<"$output")" \
		'done vfio-pci nvme'
	assert_equal "$(driver_of $spare)" nvme
	run -0 head -c 10 "/dev/$(disk_of $spare)"
	assert_output 'disk spare'
	assert_equal "$(overrides)" ''
	assert_not_exist /run/vfioctl/devices/pci:$spare
}

@test "eight endpoints are bound in one call, and all given back in one" {
	before=$(state)
	run -0 --separate-stderr vfioctl bind --json "${eight[@]}"
	assert_equal "$(jq '[.devices[] | select(.result == "done")] | length' <<<"$output")" 8
	assert_equal "$(driver_of "${eight[@]}" | tr ' ' '\n' | sort -u)" vfio-pci
	run -0 vfioctl unbind "${eight[@]}"
	assert_equal "$(state)" "$before"
}

@test "a bind whose neighbour still blocks the group succeeds, and says which and what clears it" {
	run -0 --separate-stderr vfioctl bind --json 0000:06:00.0
	assert_equal "$(jq -r '.devices[].viable' <<<"$output")" false
	[[ $stderr == *"0000:06:00.1 is driven by e1000e"*"vfioctl bind 0000:06:00.1"* ]]
	run -0 --separate-stderr vfioctl bind --json -O 0000:06:00.0
	assert_equal "$(jq -c '.devices[] | [.result, .blockers, .clear]' <<<"$output")" \
		'["unchanged",["0000:06:00.1"],["vfioctl bind 0000:06:00.1"]]'
	run -0 vfioctl bind 0000:06:00.1
	run -0 vfioctl viable 0000:06:00.0
}

@test "--group takes every endpoint of the group and leaves bridges alone" {
	run -0 --separate-stderr vfioctl bind --group --json 0000:08:02.0
	assert_equal "$(jq -r '.devices[].bdf' <<<"$output")" "$(printf '%s\n' "${bridged[@]}")"
	assert_equal "$(driver_of 0000:07:00.0)" none
	run -0 vfioctl unbind --group 0000:08:02.0
	assert_equal "$(driver_of "${bridged[@]}")" 'none none none'
}

@test "an identical neighbour is never touched" {
	assert_equal "$(<$pci/0000:05:00.0/device)" "$(<$pci/0000:09:00.0/device)"
	run -0 vfioctl bind 0000:05:00.0
	assert_equal "$(driver_of 0000:09:00.0) $(override_of 0000:09:00.0)" 'none none'
	assert_equal "$(overrides)" '0000:05:00.0 vfio-pci'
	run -0 vfioctl unbind 0000:05:00.0
	assert_equal "$(driver_of 0000:05:00.0 0000:09:00.0)" 'none none'
	assert_equal "$(overrides)" ''
}

@test "bind and unbind say when there is nothing to do" {
	run -0 --separate-stderr vfioctl unbind --json $spare
	assert_equal "$(jq -r '.devices[].result' <<<"$output")" unchanged
	run -0 vfioctl bind $spare
	run -0 vfioctl bind $spare
	assert_output --partial 'nothing to do: it has that driver already'
	run -0 vfioctl unbind $spare
	run -0 vfioctl unbind $spare
	assert_output --partial 'nothing to do'
	assert_equal "$(driver_of $spare)" nvme
}

@test "a driver whose probe fails leaves every device with the driver and the override it had" {
	echo nvme >$pci/$spare/driver_override
	before=$(state)
	run -7 --separate-stderr vfioctl bind --json --driver ne2k-pci $spare 0000:05:00.0 0000:09:00.0
	assert_equal "$(jq -r '.devices[].result' <<<"$output" | sort -u)" rolled-back
	[[ $stderr == *"'ne2k-pci' did not take '$spare'"*"it has driver nvme again"* ]]
	assert_equal "$(state)" "$before"
	assert_equal "$(ls -A /run/vfioctl/devices)" ''
	run -0 head -c 10 "/dev/$(disk_of $spare)"
	assert_output 'disk spare'
}

# What is written to this override never reaches the kernel, so the bind of that one device fails.
@test "one failure in a group rolls back all of the group" {
	before=$(state)
	mount --bind /dev/null $pci/0000:08:03.0/driver_override
	run -7 --separate-stderr vfioctl bind --json "${bridged[@]}"
	umount $pci/0000:08:03.0/driver_override
	assert_equal "$(jq -r '.devices[].result' <<<"$output" | sort -u)" rolled-back
	assert_equal "$(state)" "$before"
}

@test "a rollback that fails as well ends with 8 and says what the device has" {
	# The kernel has an override that nobody can see or change: no other driver can bind.
	echo pci-stub >$pci/$spare/driver_override
	mount --bind /dev/null $pci/$spare/driver_override
	run -8 --separate-stderr vfioctl bind $spare
	umount $pci/$spare/driver_override
	[[ $stderr == *'could not be rolled back'* ]]
	assert_equal "$(driver_of $spare)" none
	assert_exist /run/vfioctl/devices/pci:$spare
	echo >$pci/$spare/driver_override
	run -0 vfioctl unbind $spare
	assert_equal "$(driver_of $spare) $(overrides)" 'nvme '
}

@test "an override that was there before is there again afterwards" {
	echo nvme >$pci/$spare/driver_override
	run -0 vfioctl bind $spare
	assert_equal "$(override_of $spare)" vfio-pci
	run -0 vfioctl unbind $spare
	assert_equal "$(driver_of $spare) $(override_of $spare)" 'nvme nvme'
}

@test "without a record unbind leaves the choice to the kernel" {
	run -0 vfioctl bind $spare 0000:05:00.0
	rm -r /run/vfioctl
	run -0 vfioctl unbind $spare 0000:05:00.0
	assert_line --regexp '^0000:05:00.0 .* no driver of the host takes it$'
	assert_equal "$(driver_of $spare 0000:05:00.0)" 'nvme none'
	assert_equal "$(overrides)" ''
}

@test "a device bound to one driver after another goes back to the one it had first" {
	run -0 vfioctl bind $spare
	run -0 vfioctl bind --driver pci-stub $spare
	assert_equal "$(driver_of $spare)" pci-stub
	run -0 vfioctl unbind $spare
	assert_equal "$(driver_of $spare) $(overrides)" 'nvme '
}

@test "--driver takes the name of a module for the driver it brings" {
	run -0 vfioctl bind --driver vfio_pci 0000:05:00.0
	assert_equal "$(driver_of 0000:05:00.0)" vfio-pci
	run -1 vfioctl bind --driver nosuch 0000:09:00.0
	assert_output --partial "'nosuch'"
	assert_equal "$(driver_of 0000:09:00.0) $(override_of 0000:09:00.0)" 'none none'
}

@test "a dry run shows the steps and changes nothing, for anybody" {
	before=$(state)
	run -0 --separate-stderr setpriv --reuid=65534 --clear-groups \
		vfioctl bind --dry-run --json 0000:05:00.0
	assert_equal "$(jq -r '.steps[] | select(.step | IN("load", "inform") | not) | .step' <<<"$output" | xargs)" \
		'override bind verify'
	run -0 --separate-stderr vfioctl bind --dry-run --json $spare
	assert_equal "$(jq -c '[.steps[] | select(.step | IN("load", "inform") | not) | [.step, .undo]]' <<<"$output")" \
		'[["unbind","bind nvme"],["override","override none"],["bind","unbind"],["verify",null]]'
	assert_equal "$(state)" "$before"
	assert_not_exist /run/vfioctl
}

@test "only root binds" {
	run -1 setpriv --reuid=65534 --clear-groups vfioctl bind 0000:05:00.0
	assert_output --partial root
	assert_equal "$(driver_of 0000:05:00.0)" none
}

@test "a selector that matches nothing leaves all others alone" {
	run -64 vfioctl bind $spare 0000:7f:00.0
	assert_output --partial '0000:7f:00.0'
	run -32 vfioctl bind 0000:7f:00.0
	assert_equal "$(driver_of $spare)" nvme
}

@test "a pattern of several devices wants --yes where nobody can be asked" {
	run -2 vfioctl bind '0000:08:*.*' </dev/null
	assert_output --partial '--yes'
	assert_equal "$(driver_of "${bridged[@]}")" 'none none none'
	run -0 vfioctl bind --yes '0000:08:*.*' </dev/null
	assert_equal "$(driver_of "${bridged[@]}")" 'vfio-pci vfio-pci vfio-pci'
}

@test "a bridge or a part of the platform is refused, but by pci-stub" {
	run -4 vfioctl bind 0000:07:00.0
	assert_output --partial 'bridge'
	run -4 vfioctl bind 0000:00:1f.0
	assert_output --partial 'platform'
	run -0 vfioctl bind --driver pci-stub 0000:07:00.0
	assert_equal "$(driver_of 0000:07:00.0)" pci-stub
	run -0 vfioctl unbind 0000:07:00.0
	assert_equal "$(driver_of 0000:07:00.0) $(overrides)" 'none '
}

@test "a result that cannot be written is a failure" {
	run -1 bash -c "vfioctl bind --json $spare >/dev/full"
	assert_equal "$(driver_of $spare)" vfio-pci
}
