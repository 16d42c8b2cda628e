# SPDX-License-Identifier: GPL-2.0-only
# topology: holders
#
# QEMU and DPDK, unmodified, are seen as what they are while they hold a device, on our modules and
# on the stock ones.

load ../helpers/common
load ../helpers/vfio
load ../helpers/guest

EDU=0000:01:00.0 CARD=0000:02:00.0

setup_file() {
	modprobe -a vfio-pci vfio_iommu_type1
	bind_to vfio-pci $EDU
	bind_to vfio-pci $CARD
	# DPDK's memory.
	echo 64 >/proc/sys/vm/nr_hugepages
	mkdir -p /dev/hugepages
	mount -t hugetlbfs none /dev/hugepages
	mkfifo /tmp/quiet
}

teardown_file() {
	unbind $EDU $CARD
	umount /dev/hugepages
	echo 0 >/proc/sys/vm/nr_hugepages
	rm -f /tmp/quiet
}

teardown() {
	holder_gone
	rm -f /dev/hugepages/rtemap_*
	ledger_idle
}

# start COMMAND... - in the background, with nothing to read, until it has a device; sets holder
start() {
	local i
	"$@" <>/tmp/quiet >"$BATS_TEST_TMPDIR/said" 2>&1 3>&- &
	holder=$!
	for ((i = 0; i < 120; i++)); do
		[[ "$(ls -l "/proc/$holder/fd" 2>/dev/null)" != *vfio-device* ]] || return 0
		[[ -e /proc/$holder ]] || break
		pause 0.5
	done
	echo "'$1' does not hold a device:"
	cat "$BATS_TEST_TMPDIR/said"
	return 1
}

# said WORDS - the holder says so within a minute
said() {
	local i
	for ((i = 0; i < 120; i++)); do
		! grep -q -- "$1" "$BATS_TEST_TMPDIR/said" || return 0
		pause 0.5
	done
	cat "$BATS_TEST_TMPDIR/said"
	return 1
}

# cells EXPRESSION - of the JSON in $output, in one line
cells() {
	jq -c "$1" <<<"$output"
}

# shown ADDRESS PROGRAM VM - both as JSON has them; by holders and containers
shown() {
	run vfioctl holders --json -O "$1"
	assert_success
	validate_json holders <<<"$output"
	assert_equal "$(cells '[.holders[] | [.pid, .program, .vm]] | unique')" "[[$holder,$2,$3]]"
	assert_equal "$(cells '[.holders[] | select(.kind == "group") | .group]')" "[$(group_of "$1")]"
	run vfioctl containers --json -O
	assert_success
	validate_json containers <<<"$output"
	assert_equal "$(cells '[.containers[] | [.pids, .programs, .vms]]')" "[[[\"$holder\"],[$2],[$3]]]"
	assert_equal "$(cells '[.containers[] | [.groups, .devices]]')" "[[[\"$(group_of "$1")\"],[\"$1\"]]]"
}

# pinned MINIMUM - what our core says of the only container, once the program is done with mapping;
# the stock one says nothing. Of memory that is read only and was never written there is but one
# page, which 6.1 does not pin: QEMU's firmware has half a MiB of it.
pinned() {
	local i
	for ((i = 0; i < 20; i++)); do
		run vfioctl containers --json -O
		ours || break
		[[ $(cells ".containers[0] | .mappings > 0 and .mapped > $1 and .pinned <= .mapped and
			.mapped - .pinned < 1048576") != true ]] || return 0
		sleep 0.5
	done
	! ours || fail "not so many bytes are pinned: $output"
	assert_equal "$(cells '.containers[0] | [.mappings, .mapped, .pinned]')" '[null,null,null]'
}

nobody_left() {
	holder_gone
	ledger_idle
	run vfioctl holders
	assert_output ''
	run vfioctl containers
	assert_output ''
}

@test "a QEMU with a device is shown as the virtual machine that it was named" {
	start qemu-system-x86_64 -name guest=web,debug-threads=on -accel tcg -machine q35 -m 32 -S \
		-nodefaults -display none -device vfio-pci,host=$EDU
	shown $EDU '"qemu"' '"web"'
	pinned $((32 << 20))
	run vfioctl holders -nr -o vm,kind
	assert_line 'web device'
	nobody_left
}

@test "DPDK with a device is shown as such" {
	start dpdk-testpmd --lcores '0@0,1@0' -a $CARD -- -i --total-num-mbufs=2048
	said 'testpmd>'
	shown $CARD '"dpdk"' null
	pinned $((1 << 20))
	run vfioctl holders -nr -o program,kind
	assert_line 'dpdk device'
	nobody_left
}
