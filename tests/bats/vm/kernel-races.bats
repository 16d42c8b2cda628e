# SPDX-License-Identifier: GPL-2.0-only
# topology: races
# guest: calls
# modules: ours
#
# Two calls at once on the same files, each pair of calls. RACES says how often each.

load ../helpers/common
load ../helpers/vfio
load ../helpers/races

setup_file() {
	races_begin
}

teardown_file() {
	races_end
}

teardown() {
	ledger_idle
}

race_all() {
	local call
	for call in $("$CLIENTS/races" list | grep -v unbind); do
		race_on "$call"
	done
}

@test "a fiftieth of it leaks nothing" {
	race_followed
}

@test "set container at the same time as another call leaves nothing behind" {
	race_on set-container
}

@test "unset container at the same time as another call leaves nothing behind" {
	race_on unset-container
}

@test "set iommu at the same time as another call leaves nothing behind" {
	race_on set-iommu
}

@test "get device at the same time as another call leaves nothing behind" {
	race_on get-device
}

@test "map at the same time as another call leaves nothing behind" {
	race_on map
}

@test "unmap at the same time as another call leaves nothing behind" {
	race_on unmap
}

@test "close group at the same time as another call leaves nothing behind" {
	race_on close-group
}

@test "close container at the same time as another call leaves nothing behind" {
	race_on close-container
}

@test "close device at the same time as another call leaves nothing behind" {
	race_on close-device
}
