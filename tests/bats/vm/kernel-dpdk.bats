# SPDX-License-Identifier: GPL-2.0-only
# topology: dpdk
# kernel: 6.1 6.12 7.3
#
# DPDK, unmodified, forwards between two cards, on our modules and on the stock ones. Who sends never
# has more frames on the way than there is room for, so that each of them must arrive.
#
#   FORWARD_SECONDS   how long testpmd does (60)
#   SLEEPER_SECONDS   how long those do that sleep until an interrupt (10)

load ../helpers/common
load ../helpers/vfio
load ../helpers/dpdk

setup_file() {
	modprobe -a vfio-pci vfio_iommu_type1
	bind_to vfio-pci "${CARDS[0]}"
	bind_to vfio-pci "${CARDS[1]}"
	dpdk_ready
}

teardown_file() {
	dpdk_done
	unbind "${CARDS[@]}"
}

teardown() {
	holder_gone
	rm -f /dev/hugepages/rtemap_*
	ledger_idle
}

# all_arrive SECONDS - the frames of both ends; sets there and back, how many went each way
all_arrive() {
	local at_end at_begin ms
	run frames "$1"
	assert_success
	read -r there at_end back at_begin ms <<<"$output"
	assert_equal "$at_end $at_begin" "$there $back"
	((there > 1000 && back > 1000)) || fail "no more than $there and $back frames"
	echo "# $there frames there and $back back in $ms ms" >&3
}

# counted PORT NAME - a number of the last statistics that testpmd showed
counted() {
	awk -v port="$1" -v name="$2:" '
		/NIC statistics for port/ { at = $6 }
		at == port { for (i = 1; i < NF; i++) if ($i == name) value = $(i + 1) }
		END { print value }' "$BATS_TEST_TMPDIR/said"
}

# said_of PORT NAME - a number that the sleeper said of a port
said_of() {
	sed -n "s/^port $1:.* $2 \([0-9]*\).*/\1/p" "$BATS_TEST_TMPDIR/said"
}

@test "testpmd forwards between two cards for a minute, and loses no packet" {
	local port name
	testpmd
	echo '# testpmd forwards' >&3
	all_arrive "${FORWARD_SECONDS:-60}"
	testpmd_ends
	assert_equal "$(counted 0 RX-packets) $(counted 1 TX-packets)" "$there $there"
	assert_equal "$(counted 1 RX-packets) $(counted 0 TX-packets)" "$back $back"
	for port in 0 1; do
		for name in RX-missed RX-errors RX-nombuf TX-errors; do
			assert_equal "$port $name $(counted $port $name)" "$port $name 0"
		done
	done
}

# all_arrive_awake KIND - who forwards sleeps until an interrupt of that kind wakes it
all_arrive_awake() {
	local port woken
	sleeper "$1"
	all_arrive "${SLEEPER_SECONDS:-10}"
	sleeper_ends
	assert_equal "$(said_of 0 received) $(said_of 1 sent)" "$there $there"
	assert_equal "$(said_of 1 received) $(said_of 0 sent)" "$back $back"
	for port in 0 1; do
		woken=$(said_of $port interrupts)
		((woken > 100)) || fail "port $port woke it no more than ${woken:-0} times"
		echo "# port $port: $woken interrupts" >&3
	done
}

@test "who forwards is woken by the receive interrupts of MSI, and loses no packet" {
	all_arrive_awake msi
}

@test "who forwards is woken by the receive interrupts of INTx, and loses no packet" {
	all_arrive_awake legacy
}
