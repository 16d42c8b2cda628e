# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# For tests that change drivers, in a guest.

pci=/sys/bus/pci/devices

# Each process that is started costs tens of milliseconds in a guest, so these start none.

# look ADDRESS - sets $driver and $override, "none" for none
look() {
	local path
	driver=none override=none
	for path in /sys/bus/pci/drivers/*/"$1"; do
		[[ ! -e $path ]] || driver=${path%/*} driver=${driver##*/}
	done
	read -r override <"$pci/$1/driver_override" || true
	[[ $override != '(null)' && -n $override ]] || override=none
}

# driver_of ADDRESS... - the driver of each on one line, "none" for none
driver_of() {
	local device driver override words=()
	for device; do
		look "$device"
		words+=("$driver")
	done
	echo "${words[*]}"
}

# override_of ADDRESS... - likewise
override_of() {
	local device driver override words=()
	for device; do
		look "$device"
		words+=("$override")
	done
	echo "${words[*]}"
}

group_of() {
	local link
	link=$(readlink "$pci/$1/iommu_group")
	echo "${link##*/}"
}

# state - drivers and overrides of all devices, to compare
state() {
	local device driver override
	for device in "$pci"/*; do
		look "${device##*/}"
		echo "${device##*/} $driver $override"
	done
}

# overrides - every device of the host that has one, "ADDRESS OVERRIDE"
overrides() {
	local device driver override
	for device in "$pci"/*; do
		look "${device##*/}"
		[[ $override == none ]] || echo "${device##*/} $override"
	done
}

# disk_of ADDRESS - the name of its NVMe disk, which takes its time after a bind
disk_of() {
	local i path
	for ((i = 0; i < 100; i++)); do
		for path in "$pci/$1"/nvme/nvme*/nvme*n*; do
			[[ ! -b /dev/${path##*/} ]] || {
				echo "${path##*/}"
				return 0
			}
		done
		sleep 0.1
	done
	return 1
}

# hold ADDRESS - a process that has the VFIO device at ADDRESS open; its id is in $holder
hold() {
	local ready=$BATS_TEST_TMPDIR/held
	hold-vfio "$(group_of "$1")" "$1" >"$ready" 3>&- &
	holder=$!
	local i
	for ((i = 0; i < 100; i++)); do
		[[ ! -s $ready ]] || return 0
		sleep 0.1
	done
	return 1
}

let_go() {
	[[ -z ${holder-} ]] || kill "$holder" 2>/dev/null || true
	wait "${holder-}" 2>/dev/null || true
	holder=
}

# eventually COMMAND... - within some seconds
eventually() {
	local i
	for ((i = 0; i < 100; i++)); do
		! "$@" || return 0
		sleep 0.1
	done
	return 1
}

# give_back - for teardown: whatever a test left bound, overridden or mounted over
give_back() {
	local device driver override path mounts bound=()
	let_go
	mounts=$(</proc/self/mounts)
	for path in "$pci"/*; do
		device=${path##*/}
		[[ $mounts != *"$device/driver_override "* ]] || umount "$path/driver_override"
		look "$device"
		[[ $driver != vfio-pci && $driver != pci-stub ]] || bound+=("$device")
	done
	((!${#bound[@]})) || vfioctl unbind --allow=held "${bound[@]}" >/dev/null || true
	for path in "$pci"/*; do
		look "${path##*/}"
		[[ $override == none ]] || echo >"$path/driver_override"
	done
	rm -rf /run/vfioctl
}
