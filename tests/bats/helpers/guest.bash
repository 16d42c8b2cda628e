# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What guest tests ask of sysfs. Load after helpers/common.

DEVICES=/sys/bus/pci/devices

# driver_of ADDRESS - its driver's name, or nothing
driver_of() {
	[[ ! -L $DEVICES/$1/driver ]] || basename "$(readlink "$DEVICES/$1/driver")"
}

# override_of ADDRESS - '(null)' when there is none
override_of() {
	cat "$DEVICES/$1/driver_override"
}

# group_of ADDRESS - the number of its IOMMU group
group_of() {
	basename "$(readlink "$DEVICES/$1/iommu_group")"
}

# members_of ADDRESS - all devices of its group, one to a line
members_of() {
	ls "/sys/kernel/iommu_groups/$(group_of "$1")/devices"
}

# disk_of ADDRESS - the node of the NVMe's first namespace, waited for, as probing is asynchronous
disk_of() {
	local i path
	for ((i = 0; i < 100; i++)); do
		for path in "$DEVICES/$1"/nvme/nvme*/nvme*n*; do
			if [[ -b /dev/${path##*/} ]]; then
				printf '/dev/%s\n' "${path##*/}"
				return
			fi
		done
		sleep 0.1
	done
	return 1
}

# overrides - every device with a driver_override, none in a clean host
overrides() {
	grep -lv '^(null)$' "$DEVICES"/*/driver_override || true
}

# validate_json VERB - stdin is kept, and held against the verb's schema outside of the guest, where
# there is a validator: the run then fails, naming this test.
validate_json() {
	local dir=$VFIOCTL_ARTIFACTS/json file
	mkdir -p "$dir"
	file=$dir/$1.$(find "$dir" -name '*.test' | wc -l)
	cat >"$file"
	printf '%s\n' "$BATS_TEST_DESCRIPTION" >"$file.test"
}
