# SPDX-License-Identifier: GPL-2.0-only
# topology: kernel
# modules: ours
#
# What the core shows of groups and containers, and what it tells when they change.

load ../helpers/common
load ../helpers/vfio
load ../helpers/guest

HOST_DRIVER=uio_pci_generic
WHITELIST=/sys/module/vfio/parameters/driver_whitelist
CONTAINERS=/sys/kernel/vfio/containers
GRACE=/sys/module/vfio/parameters/grace_ms

setup_file() {
	modprobe -a vfio-pci vfio_iommu_type1 pci-stub $HOST_DRIVER
	bind_to vfio-pci $EDU
	bind_to vfio-pci $QUICK
	bind_to vfio-pci $PAIR_A
}

teardown_file() {
	unbind $EDU $QUICK $PAIR_A $PAIR_B
}

teardown() {
	holder_gone
	listener_gone
	ledger_idle
	echo pci:pci-stub,pci:pcieport >$WHITELIST
	echo 10000 >$GRACE
	unbind $PAIR_B
	[[ -e $PCI/devices/$EDU/driver ]] || bind_to vfio-pci $EDU
}

# shown ADDRESS - the class device of its group
shown() {
	echo "/sys/class/vfio/$(group_of "$1")"
}

# values DIR FILE... - what each says, on one line
values() {
	local dir=$1 file lines
	shift
	for file; do
		mapfile -t lines <"$dir/$file"
		printf '%s ' "${lines[*]}"
	done
}

# occupy COUNT SIZE ADDRESS... - in the background, like hold
occupy() {
	: >"$BATS_TEST_TMPDIR/hold"
	"$CLIENTS/occupy" "$@" >"$BATS_TEST_TMPDIR/hold" 2>&1 3>&- &
	holder=$!
	heard held
}

# listen - to uevents, into the file that events prints
listen() {
	"$CLIENTS/uevents" >"$BATS_TEST_TMPDIR/uevents" 2>&1 3>&- &
	listener=$!
	heard listening uevents
}

listener_gone() {
	[[ -z ${listener-} ]] || kill -KILL "$listener" 2>/dev/null || true
	[[ -z ${listener-} ]] || wait "$listener" 2>/dev/null || true
	listener=
}

# events COUNT - what was heard, without the ids of containers, once there is so much of it
events() {
	local i lines
	for ((i = 0; i < 100; i++)); do
		mapfile -t lines <"$BATS_TEST_TMPDIR/uevents"
		((${#lines[@]} <= $1)) || break
		pause 0.05
	done
	tail -n +2 "$BATS_TEST_TMPDIR/uevents" | sed 's/CONTAINER=[0-9][0-9]*/CONTAINER=ID/'
}

@test "a group that nobody uses is viable, in no container, with no users and not open" {
	assert_equal "$(values "$(shown $EDU)" viable blockers container users opened)" \
		'1  none 0 0 '
	assert_equal "$(ls $CONTAINERS)" ''
}

@test "the files of groups and containers can be read by anyone and written by nobody" {
	occupy 1 4096 $EDU
	run find "$(shown $EDU)/viable" "$(shown $EDU)/blockers" "$(shown $EDU)/container" \
		"$(shown $EDU)/users" "$(shown $EDU)/opened" $CONTAINERS/*/* ! -perm 444
	assert_output ''
}

@test "blockers names each device in the way and its driver, until it is out of the way" {
	bind_to $HOST_DRIVER $PAIR_B
	assert_equal "$(values "$(shown $PAIR_A)" viable blockers)" "0 $PAIR_B $HOST_DRIVER "
	unbind $PAIR_B
	assert_equal "$(values "$(shown $PAIR_A)" viable blockers)" '1  '
}

@test "what a process did with two groups in one container is shown in numbers" {
	occupy 3 65536 $EDU $QUICK
	run ls $CONTAINERS
	assert_output --regexp '^[0-9]+$'
	local id=$output
	assert_equal "$(values $CONTAINERS/$id backend groups users)" \
		"type1 $(group_of $EDU) $(group_of $QUICK) 2 "
	assert_equal "$(values $CONTAINERS/$id mappings mapped_bytes pinned_bytes)" \
		"3 $((3 * 65536)) $((3 * 65536)) "
	assert_equal "$(values "$(shown $EDU)" viable blockers container users opened)" "1  $id 1 1 "
	assert_equal "$(values "$(shown $QUICK)" viable blockers container users opened)" "1  $id 1 1 "
}

@test "after the process is killed all that was shown of it is gone" {
	occupy 3 65536 $EDU $QUICK
	holder_gone
	ledger_idle
	assert_equal "$(ls $CONTAINERS)" ''
	assert_equal "$(values "$(shown $EDU)" viable blockers container users opened)" \
		'1  none 0 0 '
}

@test "the id of a container is never used again" {
	occupy 1 4096 $EDU
	local first=$(ls $CONTAINERS)
	holder_gone
	ledger_idle
	occupy 1 4096 $EDU
	(($(ls $CONTAINERS) > first))
}

@test "a container without groups is shown as having nothing" {
	exec {fd}<>/dev/vfio/vfio
	local id=$(ls $CONTAINERS)
	run values $CONTAINERS/$id backend groups users mappings mapped_bytes pinned_bytes
	exec {fd}>&-
	assert_output 'none  0 0 0 0 '
}

@test "fdinfo of container, group and device say what they are" {
	occupy 1 4096 $EDU
	local id=$(ls $CONTAINERS) path
	path=$(readlink -f $PCI/devices/$EDU)
	run grep -h ^vfio- /proc/$holder/fdinfo/*
	assert_output "vfio-container: $id
vfio-backend: type1
vfio-group: $(group_of $EDU)
vfio-container: $id
vfio-device: $EDU
vfio-group: $(group_of $EDU)
vfio-container: $id
vfio-device-syspath: $path"
}

@test "fdinfo of a device that was taken away says so" {
	occupy 1 4096 $EDU
	echo 1 >$GRACE
	echo $EDU >$PCI/drivers/vfio-pci/unbind
	run grep -rh ^vfio- /proc/$holder/fdinfo
	assert_line "vfio-device: $EDU"
	assert_line 'vfio-revoked: 1'
	refute_line --partial syspath
	assert_equal "$(grep -c container <<<"$output")" 1 # its own
}

@test "opening and closing are told in their order, with what is true then" {
	listen
	occupy 1 4096 $EDU
	local group=$(group_of $EDU)
	run events 3
	assert_output "change $group EVENT=opened CONTAINER= OPENED=1 USERS=0
change $group EVENT=attached CONTAINER=ID OPENED=1 USERS=0
change $group EVENT=device-opened CONTAINER=ID OPENED=1 USERS=1 DEVICE=$EDU"
	holder_gone
	run events 6
	# Which of its files a killed process loses first is not ours to say.
	assert_line --regexp "^change $group EVENT=closed CONTAINER=ID OPENED=0 USERS=[01]$"
	assert_line --regexp "^change $group EVENT=device-closed CONTAINER=ID OPENED=[01] USERS=0 DEVICE=$EDU$"
	assert_line --index 5 "change $group EVENT=detached CONTAINER= OPENED=0 USERS=0"
}

@test "a change of viability is told once, and only when it is one" {
	listen
	local group=$(group_of $PAIR_A)
	bind_to $HOST_DRIVER $PAIR_B
	run events 1
	assert_output "change $group EVENT=viability CONTAINER= OPENED=0 USERS=0 VIABLE=0"
	unbind $PAIR_B
	run events 2
	assert_line --index 1 "change $group EVENT=viability CONTAINER= OPENED=0 USERS=0 VIABLE=1"
	bind_to pci-stub $PAIR_B
	echo pci:pcieport >$WHITELIST
	run events 3
	assert_line --index 2 "change $group EVENT=viability CONTAINER= OPENED=0 USERS=0 VIABLE=0"
	echo pci:pci-stub,pci:pcieport >$WHITELIST
	run events 4
	assert_equal "${#lines[@]}" 4
	assert_line --index 3 "change $group EVENT=viability CONTAINER= OPENED=0 USERS=0 VIABLE=1"
}

@test "a group that comes and goes is told as such" {
	listen
	local group=$(group_of $EDU)
	unbind $EDU
	bind_to vfio-pci $EDU
	run events 3
	assert_output "remove $group
add $group
change $group EVENT=viability CONTAINER= OPENED=0 USERS=0 VIABLE=1"
}

@test "the whitelist cannot lose a driver that a live group has, and the log says which" {
	bind_to pci-stub $PAIR_B
	hold $PAIR_A
	log_mark
	run bash -c "echo pci:pcieport >$WHITELIST"
	assert_failure
	assert_output --partial 'Device or resource busy'
	assert_equal "$(cat $WHITELIST)" pci:pci-stub,pci:pcieport
	run log_since
	assert_output --partial "refused, as group $(group_of $PAIR_A) is in use and $PAIR_B is bound to 'pci-stub'"
	echo pci:pci-stub >$WHITELIST
	holder_gone
	ledger_idle
	echo pci:pcieport >$WHITELIST
}

@test "every change of the whitelist is in the log, with who made it" {
	log_mark
	echo pci:pcieport >$WHITELIST
	run log_since
	assert_output --partial "'pci:pcieport' replaces 'pci:pci-stub,pci:pcieport', by bash, process $BASHPID of user 0"
	log_mark
	echo pci:pcieport >$WHITELIST
	run log_since
	assert_output ''
}

@test "a whitelist that makes no sense changes nothing" {
	local bad
	for bad in pci pci: :pci-stub pci:a,b $'pci:\e[2J' pci:$'\xc3\xa4'; do
		run bash -c "printf %s '$bad' >$WHITELIST"
		assert_failure
		assert_output --partial 'Invalid argument'
	done
	assert_equal "$(cat $WHITELIST)" pci:pci-stub,pci:pcieport
}
