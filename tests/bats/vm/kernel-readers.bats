# SPDX-License-Identifier: GPL-2.0-only
# topology: races
# modules: ours
#
# All that the core shows is read without end while the races run. It is the reading that counts
# here: each pair races a 200th of RACES, and where the driver is taken away a tenth of that.

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

# read_during FIRST SECOND... - race FIRST against each of the others while readers run
read_during() {
	local first=$1 second racer readers status=0 rounds=$((${RACES:-10000} / 200 + 1))
	shift
	[[ $first != unbind ]] || rounds=$(((rounds + 9) / 10))
	"$CLIENTS/races" $QUICK "$first" "$1" "$rounds" 2>"$BATS_TEST_TMPDIR/race" 3>&- &
	racer=$!
	"$CLIENTS/readers" $racer >"$BATS_TEST_TMPDIR/readers" 2>&1 3>&- &
	readers=$!
	wait $racer || {
		status=$?
		cat "$BATS_TEST_TMPDIR/race"
	}
	shift
	for second; do
		run --separate-stderr "$CLIENTS/races" $QUICK "$first" "$second" "$rounds"
		assert_output ''
		assert_success
	done
	kill -TERM $readers
	wait $readers || status=$?
	run cat "$BATS_TEST_TMPDIR/readers"
	assert_output --regexp '^[0-9]+ reads$'
	assert_equal $status 0
}

@test "reading while groups attach and detach finds nothing strange" {
	read_during set-container unset-container set-iommu close-group close-container
}

@test "reading while devices are opened and closed finds nothing strange" {
	read_during get-device close-device close-group unset-container
}

@test "reading while memory is mapped and unmapped finds nothing strange" {
	read_during map unmap close-container unset-container
}

@test "reading while the driver is taken away finds nothing strange" {
	read_during unbind set-container get-device map close-group close-device close-container
}
