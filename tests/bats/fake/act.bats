#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# What bind and unbind plan, refuse and print, on made hosts. There a write has no effect, so what
# they really change is tested in a guest.

bats_require_minimum_version 1.5.0
load ../helpers/common
load ../helpers/fakehost

setup_file() {
	fakehost_make small small
	fakehost_make hostile hostile
	fakehost_make other other-buses
	fakehost_make none no-iommu
	fakehost_make big -e 'fill functions=64'
	fakehost_make vga -e 'pci 0000:01:00.0 class=0x030000 boot-vga=1' \
		-e 'pci 0000:02:00.0 class=0x030000 boot-vga=0'
}

setup() {
	fakehost_need
}

# valid SCHEMA - $output is what the schema allows
valid() {
	"$BATS_TEST_DIRNAME/../helpers/validate-json" "$1" <<<"$output"
}

@test "the plan of a bind is unbind, override, bind, verify, each with what undoes it" {
	# What carries the real host's filesystems cannot be found on a made one.
	run -0 --separate-stderr fakehost_vfioctl small bind --dry-run --json \
		--allow=mounted,claimed 0000:03:00.0
	valid plan
	assert_equal "$(jq -c '[.steps[] | select(.nr) | [.nr, .step, .value, .undo]]' <<<"$output")" \
		'[[1,"unbind","nvme","bind nvme"],[2,"override","vfio-pci","override none"],[3,"bind","vfio-pci","unbind"],[4,"verify","vfio-pci",null]]'
}

@test "the plan of an unbind without a record leaves the choice to the kernel" {
	run -0 --separate-stderr fakehost_vfioctl small unbind --dry-run --json 05:00.0
	valid plan
	assert_equal "$(jq -c '[.steps[] | [.step, .value, .undo]]' <<<"$output")" \
		'[["unbind","vfio-pci","bind vfio-pci"],["override",null,"override vfio-pci"],["probe",null,"unbind"]]'
}

@test "a plan with nothing to do says so, in the same shape" {
	run -0 --separate-stderr fakehost_vfioctl small bind --dry-run --json 05:00.0
	valid plan
	assert_equal "$(jq -c '[.steps[] | [.nr, .step, .message]]' <<<"$output")" \
		'[[null,"none","nothing to do: it has that driver already"]]'
}

@test "a dry run writes nothing" {
	local dir before
	dir=$(fakehost_dir small)
	before=$(cd "$dir" && find . -type f -exec md5sum {} + | sort)
	run -0 fakehost_vfioctl small bind --dry-run --yes --group group:20
	assert_equal "$(cd "$dir" && find . -type f -exec md5sum {} + | sort)" "$before"
}

@test "--group plans for every endpoint and leaves bridges alone" {
	run -0 --separate-stderr fakehost_vfioctl small bind --dry-run --json --group 05:02.0
	valid plan
	assert_equal "$(jq -r '[.steps[].bdf] | unique | join(" ")' <<<"$output")" \
		'0000:05:00.0 0000:05:01.0 0000:05:02.0'
}

@test "a pattern passes over bridges, a bridge by name is refused" {
	run -0 --separate-stderr fakehost_vfioctl small bind --dry-run --json 'group:20'
	assert_equal "$(jq -r '[.steps[].bdf] | unique | join(" ")' <<<"$output")" \
		'0000:05:00.0 0000:05:01.0 0000:05:02.0'
	run -4 --separate-stderr fakehost_vfioctl small bind --json 0000:04:00.0
	valid bind
	assert_equal "$(jq -r '.devices[].result' <<<"$output")" refused
	run -4 --separate-stderr fakehost_vfioctl small bind --dry-run 'class:0604'
}

@test "refusals and what was left alone because of them are valid JSON, and errors are" {
	run -4 --separate-stderr fakehost_vfioctl small bind --json -O 0000:05:02.0 0000:04:00.0
	valid bind
	assert_equal "$(jq -c '[.devices[] | [.result, .status]]' <<<"$output")" \
		'[["refused",4],["not-started",4]]'
	output=$stderr valid error
}

@test "every device of a machine can be planned for in one call" {
	run --separate-stderr fakehost_vfioctl big bind --dry-run --yes --json '*:*:*.*'
	((status == 0 || status == 4))
	valid plan
	(($(jq '.steps | length' <<<"$output") >= 40))
}

@test "hostile names are escaped in text and valid in JSON" {
	run --separate-stderr fakehost_vfioctl hostile bind --dry-run --yes --json 'group:0' 'group:3'
	valid plan
	run fakehost_vfioctl hostile bind --dry-run --yes 'group:0' 'group:3'
	refute_output --partial $'\e'
}

@test "the VFIO driver of another bus is the default there, and none is known for some" {
	run --separate-stderr fakehost_vfioctl other bind --dry-run --json cdx:cdx-00:00
	valid plan
	assert_equal "$(jq -r '.steps[].step' <<<"$output")" none
	run -4 fakehost_vfioctl other bind --dry-run vmbus:4487b255-b88c-403f-bb51-d1f69cf17f87
	assert_output --partial "no VFIO driver is known for bus 'vmbus'"
}

@test "without an IOMMU a bind fails and says what to look at" {
	local device
	device=$(fakehost_vfioctl none devices -nr -o bdf,role | awk '$2 == "endpoint" {print $1; exit}')
	run -1 fakehost_vfioctl none bind --dry-run "$device"
	assert_output --partial 'in no IOMMU group'
}

@test "the boot display is refused" {
	run -4 fakehost_vfioctl vga bind --dry-run 0000:01:00.0
	assert_output --partial 'boot display'
	assert_output --partial '--allow=boot-vga'
	run -0 fakehost_vfioctl vga bind --dry-run --allow=boot-vga 0000:01:00.0
	run -0 fakehost_vfioctl vga bind --dry-run 0000:02:00.0
}

@test "-H lists the columns of the result, or with --dry-run those of the plan" {
	run -0 "$VFIOCTL" bind -H
	assert_output --partial RESULT
	refute_output --partial UNDO
	run -0 "$VFIOCTL" bind --dry-run -H
	assert_output --partial UNDO
	refute_output --partial RESULT
}

@test "options that make no sense are usage errors" {
	run -2 "$VFIOCTL" bind
	run -2 "$VFIOCTL" bind --timeout 0 0000:01:00.0
	run -2 "$VFIOCTL" bind --allow nonsense 0000:01:00.0
	run -2 "$VFIOCTL" bind --allow= 0000:01:00.0
	assert_output --partial "--allow wants a reason"
	run -2 "$VFIOCTL" bind --allow=mounted,,swap 0000:01:00.0
	assert_output --partial "'' is no reason"
	run -2 fakehost_vfioctl small unbind --dry-run --driver vfio-pci 05:00.0
	run -2 fakehost_vfioctl small bind --dry-run --driver ../../x 0000:03:00.0
}

# Whether anything was tried shows by the state directory: writes have no effect on a made host.
changed() {
	FAKEHOST_OPTIONS=(--run "$BATS_TEST_TMPDIR/run" "${FAKEHOST_OPTIONS[@]}")
	mkdir -p "$BATS_TEST_TMPDIR/run"
	run fakehost_vfioctl small bind --allow=mounted,swap,claimed "$@"
	[[ -e $BATS_TEST_TMPDIR/run/vfioctl ]]
}

@test "what would keep the result from being told is found before anything is changed" {
	local FAKEHOST_OPTIONS=()
	changed -o nosuch 0000:03:00.0 && fail 'it went on'
	assert_equal "$status" 2
	echo nonsense >"$BATS_TEST_TMPDIR/conf"
	FAKEHOST_OPTIONS=(--conf "$BATS_TEST_TMPDIR/conf")
	changed 0000:03:00.0 && fail 'it went on'
	assert_equal "$status" 1
	assert_output --partial vfioctl.conf
	FAKEHOST_OPTIONS=()
	changed 0000:03:00.0 || fail 'the test sees no change at all'
}

@test "closed standard streams give their numbers to no file of the change" {
	local FAKEHOST_OPTIONS=(--run "$BATS_TEST_TMPDIR/run")
	mkdir -p "$BATS_TEST_TMPDIR/run"
	run -8 fakehost_run small bash -c \
		'exec "$VFIOCTL" bind --allow=mounted,swap,claimed 0000:03:00.0 <&- >&- 2>&-'
	assert_file_contains "$BATS_TEST_TMPDIR/run/vfioctl/devices/pci:0000:03:00.0" \
		'^origin-driver=nvme$'
}

@test "more devices than files may be open at once are no trouble, or refused before any change" {
	run -0 fakehost_run big bash -c \
		'ulimit -Sn 30; exec "$VFIOCTL" unbind --dry-run --yes "*:*:*.*"'
	run -1 fakehost_run big bash -c \
		'ulimit -n 70; exec "$VFIOCTL" unbind --dry-run --yes "*:*:*.*"'
	assert_output --partial 'devices are too many for one call'
}

# A device in the middle of a change may keep its lock for ever: uevent and driver_override, which
# the kernel reads under it, must not be touched.
@test "a device that is being changed is listed as ever, without a look at what may hang" {
	local plain quiet trace=$BATS_TEST_TMPDIR/trace
	local columns=bdf,group,vendor,device,class,driver
	plain=$(fakehost_vfioctl small devices -nr -o $columns)
	mkdir -p "$BATS_TEST_TMPDIR/run/vfioctl/devices"
	chmod -R go= "$BATS_TEST_TMPDIR/run/vfioctl"
	printf 'version=1\nphase=applying\n' \
		>"$BATS_TEST_TMPDIR/run/vfioctl/devices/pci:0000:03:00.0"
	printf 'version=1\nphase=bound\n' \
		>"$BATS_TEST_TMPDIR/run/vfioctl/devices/pci:0000:05:00.0"
	FAKEHOST_OPTIONS=(--run "$BATS_TEST_TMPDIR/run")
	# A leak checker cannot work beneath strace.
	quiet=$(ASAN_OPTIONS=detect_leaks=0 fakehost_run small strace -f -o "$trace" -e trace=openat \
		"$VFIOCTL" devices -nr -o $columns,override)
	assert_equal "$(sed 's/ [^ ]*$//' <<<"$quiet")" "$plain"
	run grep -E '0000:03:00.0/(uevent|driver_override)' "$trace"
	assert_output ''
	run grep -cE '0000:05:00.0/(uevent|driver_override)' "$trace"
	assert_output 2
}

@test "a dry run fails for a driver that is neither there nor to be loaded" {
	run -1 fakehost_vfioctl small bind --dry-run --driver nosuch 0000:05:02.0
	assert_output --partial "bus 'pci' has no driver 'nosuch', and no module 'nosuch' for this kernel"
}
