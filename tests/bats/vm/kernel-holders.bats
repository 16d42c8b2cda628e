# SPDX-License-Identifier: GPL-2.0-only
# topology: kernel
#
# containers, holders, groups and status tell who uses what: on our modules in numbers, on the stock
# ones as far as that can be found out.

load ../helpers/common
load ../helpers/vfio
load ../helpers/guest

setup_file() {
	modprobe -a vfio-pci vfio_iommu_type1 pci-stub
	bind_to vfio-pci $EDU
	bind_to vfio-pci $QUICK
	bind_to vfio-pci $PAIR_A
}

teardown_file() {
	unbind $EDU $QUICK $PAIR_A $PAIR_B
	rm -f /etc/vfioctl.conf
}

teardown() {
	holder_gone
	[[ -z ${second-} ]] || kill -KILL "$second" 2>/dev/null || true
	[[ -z ${second-} ]] || wait "$second" 2>/dev/null || true
	second=
	ledger_idle
}

# occupy COUNT SIZE ADDRESS... - in the background, like hold
occupy() {
	: >"$BATS_TEST_TMPDIR/hold"
	"$CLIENTS/occupy" "$@" >"$BATS_TEST_TMPDIR/hold" 2>&1 3>&- &
	holder=$!
	heard held
}

# cells EXPRESSION - of the JSON in $output, in one line
cells() {
	jq -c "$1" <<<"$output"
}

@test "nobody holds anything, and the list is empty in every form" {
	run vfioctl holders
	assert_success
	assert_output ''
	run vfioctl containers --json
	assert_success
	assert_output '{"version":1,"containers":[]}'
}

@test "a process with two groups in one container is shown through each of its files" {
	occupy 3 65536 $EDU $QUICK
	run vfioctl holders --json -O
	assert_success
	validate_json holders <<<"$output"
	assert_equal "$(cells '[.holders[] | .kind] | sort')" \
		'["container","device","device","group","group"]'
	assert_equal "$(cells '[.holders[] | [.pid, .user, .command]] | unique')" \
		"[[$holder,\"root\",\"occupy\"]]"
	assert_equal "$(cells '[.holders[] | select(.kind == "group") | .group] | sort')" \
		"$(jq -cn "[$(group_of $EDU),$(group_of $QUICK)] | sort")"
	assert_equal "$(cells '[.holders[] | .namespaces[]]')" '[]'
	ours || return 0
	assert_equal "$(cells '[.holders[] | select(.kind == "device") | .device] | sort')" \
		"$(jq -cn "[\"$EDU\",\"$QUICK\"] | sort")"
	assert_equal "$(cells '[.holders[] | .container] | unique')" "[$(ls /sys/kernel/vfio/containers)]"
	assert_equal "$(cells '[.holders[] | .revoked] | unique')" '[null,false]'
}

@test "a container is shown with its groups, and on our core with the numbers of what was done" {
	occupy 3 65536 $EDU $QUICK
	run vfioctl containers --json -O
	assert_success
	validate_json containers <<<"$output"
	assert_equal "$(cells '.containers | length')" 1
	assert_equal "$(cells '.containers[0] | .groups | sort')" \
		"$(jq -cn "[\"$(group_of $EDU)\",\"$(group_of $QUICK)\"] | sort")"
	assert_equal "$(cells '.containers[0] | .devices | sort')" \
		"$(jq -cn "[\"$EDU\",\"$QUICK\"] | sort")"
	assert_equal "$(cells '.containers[0] | [.pids, .commands, .vms]')" \
		"[[\"$holder\"],[\"occupy\"],[null]]"
	if ours; then
		assert_equal "$(cells '.containers[0] | [.backend, .mappings, .mapped, .pinned, .users]')" \
			"[\"type1\",3,$((3 * 65536)),$((3 * 65536)),2]"
	else
		assert_equal "$(cells '.containers[0] | [.id, .backend, .mappings, .mapped, .pinned, .users] | unique')" \
			'[null]'
	fi
	local numbers='\? \? \? \? \?'
	! ours || numbers="type1 3 $((3 * 65536)) $((3 * 65536)) 2"
	run vfioctl containers -n -o backend,mappings,mapped,pinned,users,commands
	assert_output --regexp "^ *${numbers// / +} +occupy *$"
}

@test "after the process is killed nothing is shown of it" {
	occupy 3 65536 $EDU $QUICK
	holder_gone
	ledger_idle
	run vfioctl containers
	assert_output ''
	run vfioctl holders
	assert_output ''
	run vfioctl groups --json -o container,opened,users group:$(group_of $EDU) group:$(group_of $QUICK)
	if ours; then
		assert_equal "$(cells '.groups | unique')" '[{"container":null,"opened":false,"users":0}]'
	else
		assert_equal "$(cells '.groups | unique')" '[{"container":null,"opened":null,"users":null}]'
	fi
}

@test "a container that a child has inherited is one, with two holders" {
	bash -c 'exec 9<>/dev/vfio/vfio; echo held; sleep 60 & wait' >"$BATS_TEST_TMPDIR/hold" 3>&- &
	holder=$!
	heard held
	until pgrep -x sleep -P $holder >/dev/null; do pause 0.1; done
	run vfioctl containers --json
	second=$(cells '.containers[0].pids[]' | tr -d '"' | grep -vx "$holder")
	assert_equal "$(cells '.containers | length')" 1
	assert_equal "$(cells '.containers[0].commands | sort')" '["bash","sleep"]'
}

@test "two containers of one process are two, and their groups are told or not known" {
	occupy 1 4096 $EDU
	bash -c 'exec 8<>/dev/vfio/vfio 9<>/dev/vfio/vfio; echo both; read -r _ <> <(:)' \
		>>"$BATS_TEST_TMPDIR/hold" 3>&- &
	second=$!
	heard both
	run vfioctl containers --json
	assert_equal "$(cells '.containers | length')" 3
	assert_equal "$(cells '[.containers[].groups] | sort')" \
		"$(ours && echo '[[],[]' || echo '[null,null'),[\"$(group_of $EDU)\"]]"
}

@test "a selector chooses those that hold the group, and what may be" {
	occupy 1 4096 $EDU
	run vfioctl holders -nr -o command $EDU
	assert_success
	assert_line occupy
	run vfioctl holders -nr -o command $PAIR_A
	assert_output ''
	run vfioctl containers -nr -o pids $EDU
	assert_output "$holder"
	run vfioctl containers -nr -o pids $PAIR_A
	assert_output ''
}

@test "a node of another name is found by its number" {
	local group=$(group_of $EDU) numbers
	mkdir -p "$BATS_TEST_TMPDIR/vfio"
	numbers=$(<"/sys/class/vfio/$group/dev")
	mknod "$BATS_TEST_TMPDIR/vfio/else" c "${numbers%:*}" "${numbers#*:}"
	bash -c "exec 9<>'$BATS_TEST_TMPDIR/vfio/else'; echo held; read -r _ <> <(:)" \
		>"$BATS_TEST_TMPDIR/hold" 3>&- &
	holder=$!
	heard held
	run vfioctl holders -nr -o pid,kind,group
	assert_output "$holder group $group"
}

@test "a regular file that is called like a node is none" {
	mkdir -p "$BATS_TEST_TMPDIR/vfio"
	bash -c "exec 9<>'$BATS_TEST_TMPDIR/vfio/vfio'; echo held; read -r _ <> <(:)" \
		>"$BATS_TEST_TMPDIR/hold" 3>&- &
	holder=$!
	heard held
	run vfioctl holders
	assert_output ''
}

@test "who may not look into every process says so" {
	occupy 1 4096 $EDU
	run --separate-stderr setpriv --reuid 65534 --clear-groups "$VFIOCTL" holders
	assert_success
	assert_output ''
	assert_regex "$stderr" 'not every process could be looked into; run it as root'
}

@test "a holder in namespaces of its own is shown as such" {
	local spaces='"mnt"' options=(--mount)
	# The debug kernel has no others.
	[[ ! -e /proc/self/ns/pid ]] || spaces='"pid","mnt"' options+=(--pid --fork)
	unshare "${options[@]}" bash -c \
		'exec 9<>/dev/vfio/vfio; echo held; read -r _ <> <(:)' >"$BATS_TEST_TMPDIR/hold" 3>&- &
	holder=$!
	heard held
	run vfioctl holders --json -O
	second=$(cells '.holders[0].pid')
	assert_equal "$(cells '.holders[] | .namespaces')" "[$spaces]"
}

@test "a QEMU is named as such, with its machine" {
	(exec -a /usr/bin/qemu-system-x86_64 bash -c 'exec 9<>/dev/vfio/vfio; echo held; read -r _ <> <(:)' \
		-name guest=web,,1,debug-threads=on) >"$BATS_TEST_TMPDIR/hold" 3>&- &
	holder=$!
	heard held
	run vfioctl holders --json -o program,vm
	assert_equal "$(cells .holders)" '[{"program":"qemu","vm":"web,1"}]'
	run vfioctl containers --json -o programs,vms
	assert_equal "$(cells .containers)" '[{"programs":["qemu"],"vms":["web,1"]}]'
}

@test "groups tells container, users and opening where the core does" {
	local wanted='true,"computed",null,null,null' shown='yes computed'
	occupy 1 4096 $EDU $QUICK
	run vfioctl groups --json -O group:$(group_of $EDU) group:$(group_of $QUICK)
	assert_success
	validate_json groups <<<"$output"
	! ours || wanted="true,\"kernel\",$(ls /sys/kernel/vfio/containers),true,1"
	assert_equal "$(cells '[.groups[] | [.viable, .source, .container, .opened, .users]]')" \
		"[[$wanted],[$wanted]]"
	! ours || shown="yes kernel $(ls /sys/kernel/vfio/containers) yes 1"
	run vfioctl groups -n -o viable,source,container,opened,users group:$(group_of $EDU)
	assert_output --regexp "^ *${shown// / +} *$"
}

@test "status names the core and counts what is in use" {
	occupy 1 4096 $EDU $QUICK
	run vfioctl status --json -O
	assert_success
	validate_json status <<<"$output"
	if ours; then
		assert_equal "$(cells '.hosts[0] | [.core, .in_use, .containers]')" '["vfioctl",2,1]'
	else
		assert_equal "$(cells '.hosts[0] | [.core, .in_use, .containers]')" '["stock",2,null]'
	fi
}

@test "an addition to the whitelist is kept in the configuration and told to our core" {
	run vfioctl whitelist add uio_pci_generic platform:foo
	assert_success
	run cat /etc/vfioctl.conf
	assert_output $'whitelist = pci:uio_pci_generic\nwhitelist = platform:foo'
	if ours; then
		assert_equal "$(</sys/module/vfio/parameters/driver_whitelist)" \
			pci:pci-stub,pci:pcieport,pci:uio_pci_generic,platform:foo
	fi
	run vfioctl whitelist --json -O
	validate_json whitelist <<<"$output"
	assert_equal "$(cells '[.drivers[] | .kernel] | unique')" "$(ours && echo '[true]' || echo '[null]')"
	run vfioctl whitelist remove uio_pci_generic
	assert_success
	run cat /etc/vfioctl.conf
	assert_output 'whitelist = platform:foo'
	run vfioctl whitelist reset
	assert_success
	run cat /etc/vfioctl.conf
	assert_output ''
	ours || return 0
	assert_equal "$(</sys/module/vfio/parameters/driver_whitelist)" pci:pci-stub,pci:pcieport
}

@test "what is built in, or not there, cannot be removed" {
	run vfioctl whitelist remove pci-stub
	assert_failure 1
	assert_output --partial "'pci:pci-stub' is built in and cannot be removed"
	run vfioctl whitelist remove nobody
	assert_failure 32
	assert_output --partial "'pci:nobody' is not in the whitelist"
}

@test "a driver that a group in use needs stays in the whitelist, and the refusal names the device" {
	vfioctl whitelist add uio_pci_generic
	modprobe uio_pci_generic
	bind_to uio_pci_generic $PAIR_B
	local group=$(group_of $PAIR_A) act
	bash -c "exec 9<>/dev/vfio/$group; echo held; read -r _ <> <(:)" >"$BATS_TEST_TMPDIR/hold" 3>&- &
	holder=$!
	heard held
	for act in 'remove uio_pci_generic' reset; do
		run vfioctl whitelist $act
		assert_failure 5
		assert_output --partial "group $group is in use, and '$PAIR_B' in it is bound to that driver"
	done
	assert_equal "$(cat /etc/vfioctl.conf)" 'whitelist = pci:uio_pci_generic'
	holder_gone
	run vfioctl whitelist reset
	assert_success
	unbind $PAIR_B
}

@test "when the configuration cannot be written the running core keeps its list" {
	rm -f /etc/vfioctl.conf
	mount --bind /etc /etc
	mount -o remount,bind,ro /etc
	run vfioctl whitelist add shpchp
	umount /etc
	assert_failure 1
	assert_output --partial "cannot write beside '/etc/vfioctl.conf': Read-only file system"
	assert_not_exist /etc/vfioctl.conf
	ours || return 0
	assert_equal "$(</sys/module/vfio/parameters/driver_whitelist)" pci:pci-stub,pci:pcieport
}

@test "apply tells the running core what is configured" {
	printf 'whitelist = shpchp\n' >/etc/vfioctl.conf
	run vfioctl whitelist apply
	if ours; then
		assert_success
		assert_equal "$(</sys/module/vfio/parameters/driver_whitelist)" \
			pci:pci-stub,pci:pcieport,pci:shpchp
	else
		assert_failure 1
		assert_output --partial 'there is nobody to tell'
	fi
	run vfioctl whitelist reset
	assert_success
}

@test "where tool and kernel are of two minds about a group, it is said" {
	ours || skip 'the stock core says nothing'
	bind_to pci-stub $PAIR_B
	echo pci:pcieport >/sys/module/vfio/parameters/driver_whitelist
	local group=$(group_of $PAIR_A)
	run --separate-stderr vfioctl viable -O --json $PAIR_A
	assert_failure 3
	validate_json viable <<<"$output"
	assert_equal "$(cells '.groups[0] | [.viable, .source, .blockers]')" \
		"[false,\"kernel\",[\"$PAIR_B\"]]"
	assert_regex "$stderr" "group $group is viable by vfioctl's rules, but not to the kernel: '$PAIR_B' is bound to 'pci-stub'"
	run --separate-stderr vfioctl groups group:$group
	assert_regex "$stderr" "group $group is viable by vfioctl's rules"
	run --separate-stderr vfioctl status
	assert_regex "$stderr" "group $group is viable by vfioctl's rules"
	vfioctl whitelist reset
	run --separate-stderr vfioctl viable $PAIR_A
	assert_success
	assert_equal "$stderr" ''
}
