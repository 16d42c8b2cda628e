# SPDX-License-Identifier: GPL-2.0-only
# topology: default
# kernel: any
#
# What a run may do beyond its task, and what is left to those that it starts.

bats_require_minimum_version 1.5.0
load ../helpers/common
load ../helpers/act

spare=0000:01:00.0
rules=/etc/modprobe.d/privilege-test.conf
said=/tmp/privilege-said

setup() {
	give_back
	modprobe -qr vfio-pci
	assert_not_exist /sys/module/vfio_pci
	rm -f $rules $said
}

teardown() {
	rm -f $rules
	give_back
}

# effective_at_writes LOG - of each file below /sys that a process opened to write, the
# capabilities that were in effect in that process then
effective_at_writes() {
	awk '
		/capset\(/ && match($0, /effective=[^,]*/) {
			effective[$1] = substr($0, RSTART, RLENGTH)
		}
		/(clone|clone3|fork)[( ]/ && $NF ~ /^[0-9]+$/ && !($NF in effective) {
			effective[$NF] = effective[$1]
		}
		/O_(WRONLY|RDWR).* = [0-9]+<\/sys\// {
			print ($1 in effective) ? effective[$1] : "everything"
		}' "$1"
}

traced() {
	run -0 strace -f -qq -y -e trace=openat,capset,clone,clone3,fork,vfork -o $said "$@"
}

@test "no capability is in effect when sysfs is written" {
	local verb
	for verb in bind unbind; do
		traced "$VFIOCTL" $verb $spare
		run effective_at_writes $said
		((${#lines[@]} >= 3))
		assert_equal "$(sort -u <<<"$output")" effective=0
	done
	assert_equal "$(driver_of $spare)" nvme
}

@test "what the judgement needs is in effect for it, and the right to load modules for that" {
	traced "$VFIOCTL" bind $spare
	run grep -o 'effective=[^,]*' $said
	assert_equal "$(sort -u <<<"$output")" \
		"effective=0
effective=1<<CAP_DAC_READ_SEARCH|1<<CAP_SYS_PTRACE
effective=1<<CAP_SYS_MODULE"
}

@test "another user's process that has the device open is seen" {
	local node
	run -0 vfioctl bind $spare
	node=/dev/vfio/$(group_of $spare)
	setpriv --reuid=1000 --regid=1000 --clear-groups sleep 1000 3>&- 9<>"$node" &
	eventually grep -q '^Uid:.1000' /proc/$!/status
	run -5 vfioctl unbind $spare
	assert_output --partial "process $! ("
	kill $!
	wait $! || true
}

@test "what modprobe.d has executed gets no more rights than it needs, and none by execution" {
	printf 'install vfio-pci cat /proc/self/status >%s; /sbin/modprobe --ignore-install vfio-pci\n' \
		$said >$rules
	run -0 vfioctl bind $spare
	assert_equal "$(driver_of $spare)" vfio-pci
	assert_equal "$(grep NoNewPrivs $said)" $'NoNewPrivs:\t1'
	# DAC_READ_SEARCH, SYS_MODULE, SYS_PTRACE, and SYS_ADMIN for the stack of what hangs
	assert_equal "$(grep CapPrm $said)" $'CapPrm:\t0000000000290004'
}

@test "what modprobe.d has executed gets a clean environment" {
	local evil=$BATS_TEST_TMPDIR/evil
	mkdir "$evil"
	printf '#!/bin/sh\necho evil >%s\nexec /bin/cat "$@"\n' $said.evil >"$evil/cat"
	chmod +x "$evil/cat"
	printf 'touch %s\n' $said.evil >"$evil/rc"
	rm -f $said.evil
	printf 'install vfio-pci cat /proc/self/environ >%s; /sbin/modprobe --ignore-install vfio-pci\n' \
		$said >$rules
	run -0 env "PATH=$evil:$PATH" "ENV=$evil/rc" "BASH_ENV=$evil/rc" IFS=x LD_PRELOAD= \
		LD_LIBRARY_PATH="$evil" MODPROBE_OPTIONS=-r GCONV_PATH="$evil" LC_MESSAGES=C TERM=dumb \
		"$VFIOCTL" bind $spare
	assert_equal "$(driver_of $spare)" vfio-pci
	assert_not_exist $said.evil
	run cut -d= -f1 <(tr '\0' '\n' <$said)
	assert_equal "$(sort <<<"$output" | grep -vE '^(PWD|OLDPWD|SHLVL|_|LANG|COLUMNS|LINES)$')" \
		"LC_MESSAGES
MODPROBE_MODULE
PATH
TERM"
	run -0 grep -azx 'PATH=/usr/sbin:/usr/bin:/sbin:/bin' $said
}

@test "a configuration in a directory that others may write is refused, before anything is done" {
	local before
	before=$(state)
	mkdir -m 777 /tmp/open
	printf 'whitelist = e1000e\n' >/tmp/open/conf
	ln -s /tmp/open/conf /etc/vfioctl.conf
	run -1 vfioctl bind $spare
	assert_output "vfioctl: '/etc/vfioctl.conf' is not used: others than root can write '/tmp'; \
run 'chown root:root /tmp; chmod go-w /tmp'"
	assert_equal "$(state)" "$before"
	rm /etc/vfioctl.conf
}
