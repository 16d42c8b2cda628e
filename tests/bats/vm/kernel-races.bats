# SPDX-License-Identifier: GPL-2.0-only
# topology: kernel
# modules: ours
#
# Two calls at once on the same files, each pair of calls.

load ../helpers/common
load ../helpers/vfio

: "${RACE_ROUNDS:=100}"

setup_file() {
	modprobe vfio-pci
	bind_to vfio-pci $EDU
}

teardown_file() {
	unbind $EDU
}

teardown() {
	ledger_idle
}

@test "no pair of calls that run at once leaves anything behind" {
	local first second
	for first in $("$CLIENTS/races" list); do
		for second in $("$CLIENTS/races" list); do
			[[ ! $first > $second ]] || continue
			client races $EDU "$first" "$second" "$RACE_ROUNDS"
		done
	done
}
