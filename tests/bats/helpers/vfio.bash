# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# For tests of the VFIO modules in a guest: the devices of the topology 'kernel', and the clients of
# tests/clients.

CLIENTS=/vfioctl/build/clients
PCI=/sys/bus/pci
LEDGER=/sys/kernel/debug/vfio/ledger
# Of the debug kernel.
LEAKS=/sys/kernel/debug/kmemleak
# Is there once somebody has asked it and switched it off.
LEAKS_DONE=/run/kmemleak-done

# On the root bus, where nothing resets it: quick to open.
export QUICK=0000:00:10.0
# And without a pin, so that its interrupt need not be asked of ACPI, which takes longest.
export PLAIN=0000:00:12.0
export NVME=0000:01:00.0
export EDU=0000:02:00.0
# Two edu in one group.
export PAIR_A=0000:03:00.0 PAIR_B=0000:03:00.1
export E1000E=0000:06:00.0
# To be unplugged.
export LOOSE=0000:07:00.0

# Which modules these are is asked of them, not of the harness.
ours() {
	[[ -e $LEDGER ]]
}

# pause SECONDS - without a process: in a guest each of them costs as much as what is waited for
pause() {
	[[ -n ${silence-} ]] || exec {silence}<> <(:)
	read -rt "$1" -u "$silence" || true
}

# bind_to DRIVER ADDRESS - whatever had the device before
bind_to() {
	local driver=$PCI/devices/$2/driver
	echo "$1" >"$PCI/devices/$2/driver_override"
	[[ ! -e $driver ]] || echo "$2" >"$driver/unbind"
	# One that was only just plugged in the kernel may be binding itself, to this or another.
	! echo "$2" 2>/dev/null >"$PCI/drivers/$1/bind" || return 0
	[[ ! $driver -ef $PCI/drivers/$1 ]] || return 0
	[[ ! -e $driver ]] || echo "$2" >"$driver/unbind"
	echo "$2" >"$PCI/drivers/$1/bind"
}

# unbind ADDRESS... - and forget the override; no driver is not an error
unbind() {
	local device
	for device; do
		[[ ! -e $PCI/devices/$device/driver ]] ||
			echo "$device" >"$PCI/devices/$device/driver/unbind"
		echo >"$PCI/devices/$device/driver_override"
	done
}

# client NAME [ARG...] - one of tests/clients, which must find nothing to complain of
client() {
	run "$CLIENTS/$1" "${@:2}"
	assert_output ''
	assert_success
}

# hold ADDRESS [MODE] - clients/hold in the background until it has the device; sets holder
hold() {
	: >"$BATS_TEST_TMPDIR/hold"
	"$CLIENTS/hold" "$@" >"$BATS_TEST_TMPDIR/hold" 2>&1 3>&- &
	holder=$!
	heard held
}

# heard WORD [FILE] - the holder, or who writes FILE, says so within a minute
heard() {
	local i words file=$BATS_TEST_TMPDIR/${2:-hold}
	for ((i = 0; i < 1200; i++)); do
		mapfile -t words <"$file"
		[[ " ${words[*]} " != *" $1 "* ]] || return 0
		pause 0.05
	done
	echo "nobody ever said '$1', but:"
	cat "$file"
	return 1
}

holder_gone() {
	[[ -z ${holder-} ]] || kill -KILL "$holder" 2>/dev/null || true
	[[ -z ${holder-} ]] || wait "$holder" 2>/dev/null || true
	holder=
}

# ledger_idle - nothing is in use; groups and devices stay while a driver has them. What a process
# had open goes a moment after it was killed. The stock core has no ledger.
ledger_idle() {
	local i left what now
	ours || return 0
	for ((i = 0; i < 300; i++)); do
		left=
		while read -r what _ _ now; do
			[[ $now == 0 || $what == groups || $what == devices ]] || left+=" $what:$now"
		done <"$LEDGER"
		[[ -n $left ]] || return 0
		pause 0.1
	done
	fail "left in the ledger:$left"
}

# nothing_leaked - kmemleak finds nothing. What is younger than five seconds is no leak yet for it,
# and only what two scans missed is one.
nothing_leaked() {
	pause 6
	echo scan >$LEAKS
	echo scan >$LEAKS
	run cat $LEAKS
	assert_output ''
}

# monitor COMMAND... - to QEMU's monitor; what it does to the machine is seen a moment later
monitor() {
	printf '\n@vm monitor %s\n' "$*" >/dev/ttyS1
}

# appears FILE, vanishes FILE - within 20 s
appears() {
	local i
	for ((i = 0; i < 200; i++)); do
		[[ ! -e $1 ]] || return 0
		pause 0.1
	done
	fail "'$1' did not appear"
}

vanishes() {
	local i
	for ((i = 0; i < 200; i++)); do
		[[ -e $1 ]] || return 0
		pause 0.1
	done
	fail "'$1' is still there"
}

# log_mark - what log_since prints begins here. By the last line, as the kernel forgets the first ones.
log_mark() {
	log_last=$(dmesg | tail -n 1)
}

log_since() {
	dmesg | last=$log_last awk '
		{line[NR] = $0}
		$0 == ENVIRON["last"] {at = NR}
		END {for (i = at + 1; i <= NR; i++) print line[i]}'
}
