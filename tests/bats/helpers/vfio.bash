# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# For tests of the VFIO modules in a guest.

CLIENTS=/vfioctl/build/clients
PCI=/sys/bus/pci

# bind_to DRIVER ADDRESS - whatever had the device before
bind_to() {
	echo "$1" >"$PCI/devices/$2/driver_override"
	if [[ -e $PCI/devices/$2/driver ]]; then
		echo "$2" >"$PCI/devices/$2/driver/unbind"
	fi
	echo "$2" >"$PCI/drivers/$1/bind"
}

# unbind ADDRESS - and forget the override; no driver is not an error
unbind() {
	[[ ! -e $PCI/devices/$1/driver ]] || echo "$1" >"$PCI/devices/$1/driver/unbind"
	echo >"$PCI/devices/$1/driver_override"
}

# hold ADDRESS [MODE] - clients/hold in the background until it has the device; sets holder
hold() {
	: >"$BATS_TEST_TMPDIR/hold"
	"$CLIENTS/hold" "$@" >"$BATS_TEST_TMPDIR/hold" 2>&1 3>&- &
	holder=$!
	heard held
}

# heard WORD - the holder says so within 10 s
heard() {
	local i
	for ((i = 0; i < 200; i++)); do
		! grep -qx "$1" "$BATS_TEST_TMPDIR/hold" || return 0
		sleep 0.05
	done
	echo "the holder never said '$1', but:"
	cat "$BATS_TEST_TMPDIR/hold"
	return 1
}

holder_gone() {
	[[ -z ${holder-} ]] || kill -KILL "$holder" 2>/dev/null || true
	[[ -z ${holder-} ]] || wait "$holder" 2>/dev/null || true
	holder=
}

# ledger_idle - nothing is in use; groups and devices stay while a driver has them
ledger_idle() {
	awk '$4 != 0 && $1 != "groups" && $1 != "devices" {print; bad = 1} END {exit bad}' \
		/sys/kernel/debug/vfio/ledger
}

# log_mark - what log_since prints begins here
log_mark() {
	log_lines=$(dmesg | wc -l)
}

log_since() {
	dmesg | tail -n +$((log_lines + 1))
}
