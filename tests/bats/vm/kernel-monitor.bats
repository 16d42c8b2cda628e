# SPDX-License-Identifier: GPL-2.0-only
# topology: kernel
# modules: ours
#
# monitor tells what only our core does: opening, attachment, and the kernel's own verdict.

load ../helpers/common
load ../helpers/vfio
load ../helpers/guest
load ../helpers/monitor

HOST_DRIVER=uio_pci_generic
WHITELIST=/sys/module/vfio/parameters/driver_whitelist
CONTAINERS=/sys/kernel/vfio/containers

setup_file() {
	modprobe -a vfio-pci vfio_iommu_type1 pci-stub $HOST_DRIVER
	bind_to vfio-pci $EDU
	bind_to vfio-pci $PAIR_A
}

teardown_file() {
	unbind $EDU $PAIR_A $PAIR_B $QUICK
}

teardown() {
	holder_gone
	monitor_gone
	ledger_idle
	echo pci:pci-stub,pci:pcieport >$WHITELIST
	unbind $PAIR_B $QUICK
	[[ $(driver_of $EDU) == vfio-pci ]] || bind_to vfio-pci $EDU
}

# occupy COUNT SIZE ADDRESS... - in the background, like hold
occupy() {
	: >"$BATS_TEST_TMPDIR/hold"
	"$CLIENTS/occupy" "$@" >"$BATS_TEST_TMPDIR/hold" 2>&1 3>&- &
	holder=$!
	heard held
}

@test "each step of a client is told in its order, with container and users" {
	local group=$(group_of $EDU) id
	monitor_begin
	occupy 1 4096 $EDU
	id=$(ls $CONTAINERS)
	told "opened $group 0" "attached $group 0" "device-opened $EDU $group 1"
	assert_equal "$(jq -c 'select(.event != "ready") | .container' "$MONITOR_OUT" | tr '\n' ' ')" \
		"null $id $id "
	validate_news
	holder_gone
	wait_for_news 6
	# Which of its files a killed process loses first is not ours to say.
	run news
	assert_line --regexp "^closed $group [01]$"
	assert_line "device-closed $EDU $group 0"
	assert_line --index 5 "detached $group 0"
	assert_equal "${#lines[@]}" 6
	assert_equal "$(jq -c 'select(.event == "detached") | .container' "$MONITOR_OUT")" "$id"
}

@test "two groups in one container are told with the same id" {
	bind_to vfio-pci $QUICK
	monitor_begin
	occupy 1 4096 $EDU $QUICK
	wait_for_news 6
	assert_equal "$(jq -c 'select(.event == "attached") | [.group, .container]' "$MONITOR_OUT")" \
		"[$(group_of $EDU),$(ls $CONTAINERS)]
[$(group_of $QUICK),$(ls $CONTAINERS)]"
}

@test "what was there before is known when it ends" {
	local group=$(group_of $EDU)
	occupy 1 4096 $EDU
	monitor_begin
	holder_gone
	wait_for_news 3
	run news
	assert_line --regexp "^closed $group [01]$"
	assert_line "device-closed $EDU $group 0"
	assert_line --index 2 "detached $group 0"
}

@test "selectors choose the groups that are told of" {
	monitor_begin $PAIR_A
	occupy 1 4096 $EDU
	told
}

@test "the kernel's verdict is told with what stands in the way" {
	local group=$(group_of $PAIR_A)
	monitor_begin $PAIR_A
	bind_to $HOST_DRIVER $PAIR_B
	told "viability $group false $PAIR_B=$HOST_DRIVER"
	unbind $PAIR_B
	told "viability $group false $PAIR_B=$HOST_DRIVER" "viability $group true"
	validate_news
}

@test "a change of the running whitelist is told by what it does to groups" {
	local group=$(group_of $PAIR_A)
	bind_to pci-stub $PAIR_B
	monitor_begin --interval=1
	echo pci:pcieport >$WHITELIST
	told "viability $group false $PAIR_B=pci-stub"
	sleep 2.5
	told "viability $group false $PAIR_B=pci-stub"
	echo pci:pci-stub,pci:pcieport >$WHITELIST
	told "viability $group false $PAIR_B=pci-stub" "viability $group true"
}

@test "binding to our driver and unbinding are told as on the stock core" {
	local group=$(group_of $EDU)
	monitor_begin
	unbind $EDU
	bind_to vfio-pci $EDU
	told "unbound $EDU $group vfio-pci" "bound $EDU $group vfio-pci"
	# Without a VFIO driver the kernel knows nothing of the group, and our own verdict counts.
	unbind $EDU
	bind_to $HOST_DRIVER $EDU
	told "unbound $EDU $group vfio-pci" "bound $EDU $group vfio-pci" "unbound $EDU $group vfio-pci" \
		"bound $EDU $group $HOST_DRIVER" "viability $group false $EDU=$HOST_DRIVER"
}

@test "a device that is plugged in, bound, opened, taken out and closed is told to the end" {
	local group
	monitor_begin
	monitor device_add edu,id=late,bus=p7
	appears $PCI/devices/0000:08:00.0
	group=$(group_of 0000:08:00.0)
	bind_to vfio-pci 0000:08:00.0
	"$CLIENTS/hold" 0000:08:00.0 polite >"$BATS_TEST_TMPDIR/hold" 2>&1 3>&- &
	holder=$!
	heard held
	monitor device_del late
	vanishes $PCI/devices/0000:08:00.0
	wait_for_news 10
	run news
	assert_line --index 0 "added 0000:08:00.0 $group"
	assert_line --index 1 "bound 0000:08:00.0 $group vfio-pci"
	assert_line --index 2 "opened $group 0"
	assert_line --index 3 "attached $group 0"
	assert_line --index 4 "device-opened 0000:08:00.0 $group 1"
	assert_line "device-closed 0000:08:00.0 $group 0"
	assert_line --regexp "^closed $group [01]$"
	assert_line --regexp "^detached $group [01]$"
	assert_line "unbound 0000:08:00.0 $group vfio-pci"
	assert_line --index 9 "removed 0000:08:00.0 $group"
}

@test "a thousand openings are told whole, even if nobody could take any of it meanwhile" {
	local group=$(group_of $EDU)
	monitor_begin $EDU
	kill -STOP $monitor
	[[ -c /dev/vfio/$group ]]
	bash -c "for ((i = 0; i < 500; i++)); do : <>/dev/vfio/$group; done"
	kill -CONT $monitor
	wait_for_news 1000
	assert_equal "$(news | sort | uniq -c | sed 's/^ *//')" "500 closed $group 0
500 opened $group 0"
	assert_equal "$(news | uniq | wc -l)" 1000
}

@test "it looks into no process, since the kernel tells" {
	strace -f -qq -e trace=openat -o "$BATS_TEST_TMPDIR/trace" "$VFIOCTL" monitor --json --interval=1 \
		>"$BATS_TEST_TMPDIR/monitor.out" 2>&1 3>&- &
	holder=$!
	eventually grep -q ready "$BATS_TEST_TMPDIR/monitor.out"
	sleep 2
	run grep -c '"[0-9]*/fd' "$BATS_TEST_TMPDIR/trace"
	assert_output 0
}
