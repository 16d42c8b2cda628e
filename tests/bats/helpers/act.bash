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

# all_devices - "ADDRESS DRIVER OVERRIDE" of each, with "none" for none. In a process of its own,
# where bats does not take note of each line that is run, which takes twice as long as all of them.
all_devices() (
	trap - DEBUG
	for device in "$pci"/*; do
		look "${device##*/}"
		echo "${device##*/} $driver $override"
	done
)

# state - drivers and overrides of all devices, to compare
state() {
	all_devices
}

# overrides - every device of the host that has one, "ADDRESS OVERRIDE"
overrides() {
	all_devices | sed -n '/ none$/d; s/ [^ ]* / /p'
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
		done < <(sed -n 's/^override //p' <<<"$left")
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

# given_away - what a test left: "bound ADDRESS", "override ADDRESS"
given_away() (
	trap - DEBUG
	while read -r device driver override; do
		[[ $driver != vfio-pci && $driver != pci-stub ]] || echo "bound $device"
		[[ $override == none ]] || echo "override $device"
	done < <(all_devices)
)

# give_back - for teardown: whatever a test left bound, overridden or mounted over
give_back() {
	local mounts path left device bound=()
	let_go
	mounts=$(</proc/self/mounts)
	if [[ $mounts == *'/driver_override '* ]]; then
		for path in "$pci"/*; do
			[[ $mounts != *"${path##*/}/driver_override "* ]] || umount "$path/driver_override"
		done
	fi
	left=$(given_away)
	if [[ -n $left ]]; then
		mapfile -t bound < <(sed -n 's/^bound //p' <<<"$left")
		((!${#bound[@]})) || vfioctl unbind --allow=held "${bound[@]}" >/dev/null || true
		while read -r device; do
			echo >"$pci/$device/driver_override"
		done < <(sed -n 's/^override //p' <<<"$left")
	fi
	rm -rf /run/vfioctl
}
