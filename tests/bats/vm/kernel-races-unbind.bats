# SPDX-License-Identifier: GPL-2.0-only
# topology: races
# guest: unbind
# modules: ours
#
# The driver loses and gets the device while it is used. RACES says how often.

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
	for call in $("$CLIENTS/races" list); do
		race unbind "$call"
	done
}

@test "a fiftieth of it leaks nothing" {
	race_followed
}

@test "attaching while the device is taken away leaves nothing behind" {
	race unbind set-container unset-container set-iommu
}

@test "opening the device while the device is taken away leaves nothing behind" {
	race unbind get-device
}

@test "mapping while the device is taken away leaves nothing behind" {
	race unbind map unmap
}

@test "closing while the device is taken away leaves nothing behind" {
	race unbind close-group close-container close-device
}

@test "unbinding while the device is taken away leaves nothing behind" {
	race unbind unbind
}
