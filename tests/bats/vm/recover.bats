# SPDX-License-Identifier: GPL-2.0-only
# topology: default
# kernel: any
#
# What becomes of a change that its run did not see through. Runs are killed at each of their system
# calls in crash.bats.

bats_require_minimum_version 1.5.0
load ../helpers/common
load ../helpers/act

spare=0000:01:00.0
edu=0000:05:00.0
records=/run/vfioctl/devices

setup() {
	modprobe vfio-pci
}

teardown() {
	[[ -e $pci/$edu ]] || echo 1 >/sys/bus/pci/rescan
	modprobe vfio-pci
	give_back
}

# keep_json VERB - stdin is held against its schema, where there is a validator
keep_json() {
	local dir=$VFIOCTL_ARTIFACTS/json
	mkdir -p "$dir"
	cat >"$dir/$1.$BATS_TEST_NUMBER$RANDOM"
	echo "$BATS_TEST_DESCRIPTION" >"$(ls -t "$dir/$1".*[0-9] | head -n 1).test"
}

gone() {
	[[ ! -e /proc/$1 ]]
}

# stuck ADDRESS - an unbind of it waits for its holder; $worker is the process that does
stuck() {
	run -0 vfioctl bind "$1"
	hold "$1"
	run -6 vfioctl unbind --allow=held --timeout 1 "$1"
	worker=$(pgrep -x vfioctl)
}

# cut_short ADDRESS - an unbind of it was killed when its driver had let go
cut_short() {
	stuck "$1"
	kill -KILL "$worker"
	let_go
	eventually gone "$worker"
	assert_equal "$(driver_of "$1") $(override_of "$1")" 'none vfio-pci'
}

@test "nothing to recover is nothing to print, and done" {
	run -0 --separate-stderr vfioctl recover
	assert_output ''
	run -0 --separate-stderr vfioctl recover --json
	keep_json recover <<<"$output"
	run -0 --separate-stderr vfioctl recover $spare
	assert_equal "$output$stderr" ''
	run -32 vfioctl recover 0000:7f:00.0
}

@test "a change that was cut short is undone, and what the device had at first is not forgotten" {
	cut_short $spare
	run -0 vfioctl recover --dry-run
	assert_line --regexp "^$spare +[0-9]+ +1 bind +vfio-pci"
	run -0 --separate-stderr vfioctl recover --dry-run --json
	keep_json plan <<<"$output"
	assert_equal "$(driver_of $spare)" none
	run -0 --separate-stderr vfioctl recover --json --output-all
	keep_json recover <<<"$output"
	assert_equal "$(jq -c '.devices[0] | [.bdf, .result, .from, .to]' <<<"$output")" \
		'["0000:01:00.0","undone",null,"vfio-pci"]'
	assert_equal "$(driver_of $spare) $(override_of $spare)" 'vfio-pci vfio-pci'
	run -0 vfioctl recover
	assert_output ''
	run -0 vfioctl unbind $spare
	assert_equal "$(driver_of $spare) $(override_of $spare)" 'nvme none'
}

@test "a change that is still under way is left alone: 5, and its process is named" {
	stuck $spare
	run -5 vfioctl recover --timeout 1
	assert_output --partial "is locked by process $worker"
	let_go
	eventually test ! -e $records/pci:$spare
	assert_equal "$(driver_of $spare)" nvme
}

@test "a device whose old driver is gone is given to the new one" {
	cut_short $spare
	modprobe -r vfio-pci
	run -0 vfioctl recover $spare
	assert_output --partial ' finished '
	assert_equal "$(driver_of $spare) $(override_of $spare)" 'nvme none'
	assert_not_exist $records/pci:$spare
}

@test "a device that neither driver takes stays on record: 8, until one does" {
	cut_short $spare
	sed -i 's/^to-driver=.*/to-driver=no-such-driver/' $records/pci:$spare
	modprobe -r vfio-pci
	run -8 vfioctl recover
	assert_output --partial "there is no driver 'vfio-pci'"
	assert_output --partial "there is no driver 'no-such-driver'"
	assert_exist $records/pci:$spare
	modprobe vfio-pci
	run -0 vfioctl recover
	assert_output --partial ' undone '
	assert_equal "$(driver_of $spare)" vfio-pci
}

@test "a device that somebody else gave a driver stays there, and its override is not ours any more" {
	cut_short $edu
	modprobe pci-stub
	echo pci-stub >$pci/$edu/driver_override
	echo $edu >/sys/bus/pci/drivers/pci-stub/bind
	run -0 vfioctl recover
	assert_output --partial ' forgotten '
	assert_equal "$(driver_of $edu) $(override_of $edu)" 'pci-stub pci-stub'
	assert_not_exist $records/pci:$edu
}

@test "what is on record of a device that was replaced or is gone is forgotten" {
	cut_short $edu
	echo 1 >$pci/$edu/remove
	echo 1 >/sys/bus/pci/rescan
	run -0 vfioctl recover
	assert_output --partial ' forgotten '
	assert_equal "$(driver_of $edu) $(override_of $edu)" 'none none'
	assert_not_exist $records/pci:$edu
	cut_short $edu
	echo 1 >$pci/$edu/remove
	run -0 vfioctl recover --dry-run
	assert_output --partial ' forgotten '
	assert_exist $records/pci:$edu
	run -0 --separate-stderr vfioctl recover --json
	keep_json recover <<<"$output"
	assert_not_exist $records/pci:$edu
}

@test "a virtual function's record is not believed of one that was made anew" {
	run -0 vfioctl bind $edu
	echo 1 >$pci/$edu/remove
	echo 1 >/sys/bus/pci/rescan
	modprobe pci-stub
	echo pci-stub >$pci/$edu/driver_override
	echo $edu >/sys/bus/pci/drivers/pci-stub/bind
	# On record is that it had no driver; this one has.
	run -0 vfioctl bind $edu
	run -0 vfioctl unbind $edu
	assert_equal "$(driver_of $edu) $(override_of $edu)" 'pci-stub pci-stub'
}

@test "what a link leads to is not taken for the records" {
	mkdir -m 700 /run/vfioctl "$BATS_TEST_TMPDIR/elsewhere"
	ln -s "$BATS_TEST_TMPDIR/elsewhere" $records
	run -1 vfioctl bind $edu
	assert_equal "$(driver_of $edu)" none
	run -1 vfioctl recover
	rm -r /run/vfioctl
	ln -s "$BATS_TEST_TMPDIR/elsewhere" /run/vfioctl
	run -1 vfioctl bind $edu
	run -1 vfioctl recover
	assert_equal "$(driver_of $edu)" none
	assert_equal "$(ls "$BATS_TEST_TMPDIR/elsewhere")" ''
}
