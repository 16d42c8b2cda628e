# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# For what runs DPDK in the topology 'dpdk', tests and benchmarks. Load after helpers/vfio.

# The cards that are DPDK's, and those of the guest's own kernel at the other ends of their wires.
CARDS=(0000:01:00.0 0000:03:00.0)
WIRES=(0000:02:00.0 0000:04:00.0)
# How many frames are on the way at most: fewer than a card has room for.
WINDOW=32

# interface ADDRESS - the name of the network interface of a virtio card
interface() {
	local path
	for path in "$PCI/devices/$1"/virtio*/net/*; do
		printf '%s\n' "${path##*/}"
	done
}

# dpdk_ready - memory for DPDK, and wires on which nobody else says a word; dpdk_done takes it back
dpdk_ready() {
	local wire
	echo 64 >/proc/sys/vm/nr_hugepages
	mkdir -p /dev/hugepages
	mount -t hugetlbfs none /dev/hugepages
	for wire in "${WIRES[@]}"; do
		wire=$(interface "$wire")
		echo 1 >"/proc/sys/net/ipv6/conf/$wire/disable_ipv6"
		ip link set "$wire" up
	done
}

dpdk_done() {
	local wire
	for wire in "${WIRES[@]}"; do
		ip link set "$(interface "$wire")" down
	done
	umount /dev/hugepages
	echo 0 >/proc/sys/vm/nr_hugepages
}

# forwarder PROGRAM [ARG...] - in the background, with both cards; sets holder, and tell, which is what
# it reads. What it says is in the file 'said'.
forwarder() {
	local program=$1
	shift
	rm -f "$BATS_TEST_TMPDIR/fifo"
	mkfifo "$BATS_TEST_TMPDIR/fifo"
	: >"$BATS_TEST_TMPDIR/said"
	exec {tell}<>"$BATS_TEST_TMPDIR/fifo"
	"$program" --lcores '0@0,1@0' -a "${CARDS[0]}" -a "${CARDS[1]}" "$@" \
		<&"$tell" >"$BATS_TEST_TMPDIR/said" 2>&1 3>&- &
	holder=$!
}

# testpmd, sleeper KIND - the two forwarders there are, up to where they forward; the latter sleeps
# until an interrupt of that kind, msi or legacy
testpmd() {
	forwarder dpdk-testpmd -- -i --total-num-mbufs=4096 --rxd=256 --txd=256
	heard 'testpmd>' said
	echo start >&"$tell"
	heard 'io packet forwarding' said
}

sleeper() {
	forwarder "$CLIENTS/dpdk-rx-interrupts" --vfio-intr "$1"
	heard forwarding said
}

# testpmd_ends, sleeper_ends - with its statistics
testpmd_ends() {
	printf '%s\n' stop 'show port stats all' quit >&"$tell"
	forwarder_ends
}

sleeper_ends() {
	kill -TERM "$holder"
	forwarder_ends
}

# forwarder_ends - of its own, and well
forwarder_ends() {
	local status=0
	wait "$holder" || status=$?
	holder=
	exec {tell}>&-
	[[ $status == 0 ]] || cat "$BATS_TEST_TMPDIR/said"
	return $status
}

# frames SECONDS - both ways: A's that were sent and arrived, B's, milliseconds
frames() {
	"$CLIENTS/frames" "$(interface "${WIRES[0]}")" "$(interface "${WIRES[1]}")" "$1" $WINDOW
}
