# SPDX-License-Identifier: GPL-2.0-only
#
# That the harness tells a guest that is well from one that is not. Runs on the host, boots a guest
# in most tests.

load /usr/lib/bats/bats-support/load
load /usr/lib/bats/bats-assert/load
load /usr/lib/bats/bats-file/load

setup_file() {
	export HARNESS=$BATS_TEST_DIRNAME
}

# guest [OPTION...] -- COMMAND
guest() {
	run "$HARNESS/run" --kernel 6.1 --topology bare --iommu none --out "$BATS_TEST_TMPDIR/out" "$@"
}

guest_bats() {
	cp "$1" "$BATS_TEST_TMPDIR/one.bats"
	guest --file "$BATS_TEST_TMPDIR/one.bats=/vfioctl/one.bats" -- bats one.bats
}

# A bats file from stdin, where bats must not take the word for a test of this file.
write_bats() {
	sed 's/^TEST/@test/' >"$BATS_TEST_TMPDIR/written.bats"
}

@test "a command's output and status come out of the guest as they are" {
	"$HARNESS/mkkernel" 6.1
	"$HARNESS/mkroot"
	guest -- bash -c 'echo first; echo; printf last; exit 7'
	assert_failure 7
	assert_output $'first\n\nlast'
}

@test "a kernel warning fails a guest whose tests passed" {
	write_bats <<'EOT'
TEST "passes" { echo '<4>WARNING: CPU: 0 PID: 1 at fs/made.c:1 made_up+0x1/0x2' >/dev/kmsg; }
EOT
	guest_bats "$BATS_TEST_TMPDIR/written.bats"
	assert_failure 123
	assert_line 'ok 1 passes'
	assert_line --regexp "^not ok 2 the guest's kernel is well"
	assert_line --partial 'made_up+0x1/0x2'
}

@test "what a test writes to the console is not taken for the kernel's" {
	guest -- bash -c 'echo "WARNING: a word of mine" >/dev/console'
	assert_success
}

@test "an oops that ends the guest fails the run with its log" {
	guest -- bash -c 'echo c >/proc/sysrq-trigger; sleep 60'
	assert_failure 123
	assert_output --partial 'the guest ended before its tests did'
	assert_output --partial 'Kernel panic - not syncing: sysrq triggered crash'
}

@test "what a guest asks of QEMU's monitor is done" {
	guest -- bash -c 'printf "\n@vm monitor quit\n" >/dev/ttyS1; sleep 60'
	assert_failure 124
	assert_output --partial 'the guest ended before its tests did'
}

@test "a guest that says nothing any more is killed, with the end of its log" {
	guest --stall 12 -- bash -c 'echo about to hang >/dev/console; sleep 300'
	assert_failure 124
	assert_output --partial 'no word from the guest for 12 s: killed'
	assert_output --partial 'about to hang'
}

@test "a guest that talks on and on is killed when its time is up" {
	guest --timeout 40 -- bash -c 'while sleep 1; do echo tick; done'
	assert_failure 124
	assert_output --partial 'the guest was not done in 40 s: killed'
}

@test "a guest that never reaches its init is started once more, and that is said" {
	guest --append rdinit=/nowhere --append root=/dev/nowhere -- true
	assert_failure 125
	assert_equal "$(grep -c 'never reached its init' <<<"$output")" 2
	assert_equal "$(grep -c 'starting it once more' <<<"$output")" 1
}

@test "a guest whose QEMU aborts is started once more" {
	"$HARNESS/run" --kernel 6.1 --topology bare --iommu none --out "$BATS_TEST_TMPDIR/out" \
		-- bash -c 'sleep 8; echo done' >"$BATS_TEST_TMPDIR/said" 2>&1 &
	for ((i = 0; i < 600; i++)); do
		! grep -qs '^@vm init' "$BATS_TEST_TMPDIR/out/channel" || break
		sleep 0.1
	done
	kill -ABRT "$(cat "$BATS_TEST_TMPDIR/out/qemu.pid")"
	wait "$!"
	run cat "$BATS_TEST_TMPDIR/said"
	assert_line 'run: QEMU ended by signal 6'
	assert_line 'run: starting it once more'
	assert_line done
}

@test "a failing test fails the run, tests that were cut off failed too" {
	write_bats <<'EOT'
TEST "passes" { true; }
TEST "fails" { false; }
TEST "ends the guest" { echo o >/proc/sysrq-trigger; sleep 60; }
TEST "is never reached" { true; }
EOT
	guest_bats "$BATS_TEST_TMPDIR/written.bats"
	assert_failure 124
	assert_line 'ok 1 passes'
	assert_line 'not ok 2 fails'
	assert_line 'not ok 3 did not run'
	assert_line 'not ok 4 did not run'
	assert_line --regexp "^not ok 5 the guest's kernel is well"
	assert_line '1..5'
}

@test "JSON that a test kept is held against the schema of its verb" {
	write_bats <<'EOT'
load tests/bats/helpers/guest
TEST "keeps some" {
	echo '{"schema": "none"}' | validate_json -
	echo '{"a": 1, "a": 2}' | validate_json -
}
EOT
	guest_bats "$BATS_TEST_TMPDIR/written.bats"
	assert_failure 1
	assert_line 'ok 1 keeps some'
	assert_line --regexp '^not ok 2 each of 2 JSON outputs is as its schema says'
	assert_line --partial "in 'keeps some': validate-json: not valid JSON: key given twice: a"
}

@test "each pattern of a kernel fault matches a fault, and a healthy boot matches none" {
	patterns=$BATS_TEST_TMPDIR/patterns
	grep -v '^#' "$HARNESS/kernel-faults" >"$patterns"
	while IFS= read -r line; do
		run grep -qE -f "$patterns" <<<"[    1.000000] $line"
		assert_success
	done <<'EOT'
WARNING: CPU: 0 PID: 17 at drivers/iommu/iommu.c:12 iommu_x+0x1/0x2
WARNING: possible circular locking dependency detected
BUG: kernel NULL pointer dereference, address: 0000000000000010
BUG: KASAN: use-after-free in vfio_x+0x1/0x2
BUG: sleeping function called from invalid context at mm/x.c:1
BUG: scheduling while atomic: bash/17/0x2
Oops: 0002 [#1] PREEMPT SMP NOPTI
kernel BUG at drivers/vfio/group.c:1!
general protection fault, probably for non-canonical address
INFO: task bash:17 blocked for more than 40 seconds.
rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:
watchdog: BUG: soft lockup - CPU#0 stuck for 22s! [bash:17]
------------[ cut here ]------------
refcount_t: underflow; use-after-free.
UBSAN: array-index-out-of-bounds in x.c:1:2
kmemleak: 3 new suspected memory leaks (see /sys/kernel/debug/kmemleak)
list_add corruption. prev->next should be next
EOT
	guest -- true
	assert_success
}

@test "a builder that was cut off leaves nothing that is taken for an entry" {
	export VFIOCTL_CACHE=$BATS_TEST_TMPDIR/cache
	run bash -ec '. "$HARNESS/cache.sh"
		half() { touch "$1/half"; kill -KILL $BASHPID; }
		cache_entry thing 0123456789ab half'
	assert_failure
	run bash -ec '. "$HARNESS/cache.sh"
		whole() { touch "$1/whole"; }
		cache_entry thing 0123456789ab whole'
	assert_success
	assert_output "$VFIOCTL_CACHE/thing-0123456789ab"
	assert_exist "$VFIOCTL_CACHE/thing-0123456789ab/whole"
	assert_not_exist "$VFIOCTL_CACHE/thing-0123456789ab/half"
}

@test "two runs at once build an entry once" {
	export VFIOCTL_CACHE=$BATS_TEST_TMPDIR/cache
	once='. "$HARNESS/cache.sh"
		slow() { echo built >>"$VFIOCTL_CACHE/log"; sleep 1; }
		cache_entry thing 0123456789ab slow'
	bash -ec "$once" >/dev/null &
	bash -ec "$once" >/dev/null
	wait "$!"
	assert_equal "$(cat "$VFIOCTL_CACHE/log")" built
}

@test "modules of ours take the place of the kernel's of the same name" {
	mkdir "$BATS_TEST_TMPDIR/ours"
	cp "$(find "$("$HARNESS/mkkernel" 6.1)/lib" -name vfio.ko)" "$BATS_TEST_TMPDIR/ours"
	guest --modules "$BATS_TEST_TMPDIR/ours" -- bash -c \
		'modinfo -n vfio vfio-pci; modprobe vfio-pci && ls -d /sys/module/vfio_pci'
	assert_success
	assert_line --regexp '^/lib/modules/.*/updates/vfio.ko$'
	assert_line --regexp '^/lib/modules/.*/kernel/drivers/vfio/.*vfio-pci.ko$'
	assert_line /sys/module/vfio_pci
}

@test "a suite boots once for files of the same needs, and fails when one of them does" {
	cd "$BATS_TEST_TMPDIR"
	printf '# topology: bare\n# iommu: none\n@test "a %%s" { %%s; }\n' >form
	# shellcheck disable=SC2059 # the form has the words in it
	printf "$(cat form)\n" passes true >a.bats
	# shellcheck disable=SC2059
	printf "$(cat form)\n" fails false >b.bats
	{
		echo '# kernel: 6.12'
		cat a.bats
	} >c.bats
	mkdir "$HARNESS/../bats/selftest"
	mv a.bats b.bats c.bats "$HARNESS/../bats/selftest"
	run "$HARNESS/suite" --kernels 6.1 --tap "$BATS_TEST_TMPDIR/tap" \
		tests/bats/selftest/{a,b,c}.bats
	rm -r "$HARNESS/../bats/selftest"
	assert_failure 1
	assert_line --partial '6.1-bare-none: 2 of 3 passed'
	assert_line 'not ok 2 a fails'
	run "$HARNESS/../tap" sum "$BATS_TEST_TMPDIR/tap"
	assert_failure
	assert_output '2 passed, 1 failed, 0 skipped'
}

@test "the sum counts skips and names them, and no test at all is a failure" {
	cd "$BATS_TEST_TMPDIR"
	mkdir some none
	printf '1..3\nok 1 one\nok 2 two # skip no such tool\nok 3 three\n' >some/x.tap
	run "$HARNESS/../tap" sum some
	assert_success
	assert_line 'skipped: two # skip no such tool'
	assert_line '2 passed, 0 failed, 1 skipped'
	run "$HARNESS/../tap" sum none
	assert_failure
	assert_output '0 passed, 0 failed, 0 skipped'
}

@test "a unit program that dies without a word is a failure that counts" {
	printf '#!/bin/sh\nkill -SEGV $$\n' >"$BATS_TEST_TMPDIR/dies"
	chmod +x "$BATS_TEST_TMPDIR/dies"
	run "$HARNESS/../tap" unit "$BATS_TEST_TMPDIR/tap" "$BATS_TEST_TMPDIR/dies"
	assert_failure
	run "$HARNESS/../tap" sum "$BATS_TEST_TMPDIR/tap"
	assert_output '0 passed, 1 failed, 0 skipped'
}
