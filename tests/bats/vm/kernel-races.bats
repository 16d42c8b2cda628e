# SPDX-License-Identifier: GPL-2.0-only
# topology: races
# modules: ours
#
# Two calls at once on the same files, each pair of calls. RACES says how often each.

load ../helpers/common
load ../helpers/vfio

GRACE=/sys/module/vfio/parameters/grace_ms

setup_file() {
	modprobe -a vfio-pci vfio_iommu_type1
	bind_to vfio-pci $QUICK
	echo 1 >$GRACE
}

teardown_file() {
	echo 10000 >$GRACE
	unbind $QUICK
}

teardown() {
	ledger_idle
}

# race FIRST - against each that does not come before it
race() {
	local second begun=
	for second in $("$CLIENTS/races" list); do
		[[ $second != "$1" ]] || begun=1
		[[ -z $begun ]] || client races $QUICK "$1" "$second" "${RACES:-100}"
	done
}

@test "set container at the same time as any other call leaves nothing behind" {
	race set-container
}

@test "unset container at the same time as any other call leaves nothing behind" {
	race unset-container
}

@test "set iommu at the same time as any other call leaves nothing behind" {
	race set-iommu
}

@test "get device at the same time as any other call leaves nothing behind" {
	race get-device
}

@test "map at the same time as any other call leaves nothing behind" {
	race map
}

@test "unmap at the same time as any other call leaves nothing behind" {
	race unmap
}

@test "close group at the same time as any other call leaves nothing behind" {
	race close-group
}

@test "close container at the same time as any other call leaves nothing behind" {
	race close-container
}

@test "close device at the same time as any other call leaves nothing behind" {
	race close-device
}

@test "unbind at the same time as any other call leaves nothing behind" {
	race unbind
}
