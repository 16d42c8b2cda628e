# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# A QEMU in the guest and the system inside of it, which has the devices of the topology 'nested'.
# What it consists of is in $INNER, so that several tests may talk to the same one. Load after
# helpers/common, helpers/vfio and helpers/guest.

INNER=$BATS_FILE_TMPDIR/inner
# How long anything may take two emulators deep, and that on a busy machine.
INNER_PATIENCE=600
DISK=0000:01:00.0 CARD=0000:02:00.0 WIRE=0000:00:10.0
# What its disk holds.
INNER_DISK=$BATS_FILE_TMPDIR/disk

# The same on each command line. The calls left out look for faults, for a minute or so.
INNER_WORDS="console=ttyS0 loglevel=4 no_timer_check norandmaps mitigations=off nokaslr tsc=reliable
	random.trust_cpu=on panic=-1 ipv6.disable=1
	initcall_blacklist=cubictcp_register,init_kprobe_trace,crypto_kdf108_init,blake2s_mod_init"

# inner_start ACCELERATOR [WORDS] - a QEMU with both devices; returns once its system is up. The
# words are for its kernel's command line.
inner_start() {
	rm -rf "$INNER"
	mkdir "$INNER"
	mkfifo "$INNER"/{talk,qmp}.{in,out}
	qemu-system-x86_64 -name guest=inner -accel "$1" -machine q35,sata=off,smbus=off,vmport=off \
		-cpu qemu64 -m 128 -nodefaults -display none -no-user-config -no-hpet \
		-kernel /vm/inner/vmlinux -initrd /vm/inner/initrd -append "$INNER_WORDS ${2-}" \
		-serial "file:$INNER/console" \
		-chardev "pipe,id=talk,path=$INNER/talk" -serial chardev:talk \
		-chardev "pipe,id=qmp,path=$INNER/qmp" -mon chardev=qmp,mode=control \
		-device pcie-root-port,id=p1,chassis=1,slot=1 -device "$(inner_device disk)" \
		-device pcie-root-port,id=p2,chassis=2,slot=2 -device "$(inner_device net)" \
		>"$INNER/said" 2>&1 3>&- &
	echo $! >"$INNER/pid"
	inner_join
	inner_qmp qmp_capabilities
	inner_hears up
}

# inner_ready - there is a QEMU with both devices, the one that an earlier test left or a new one
inner_ready() {
	if inner_runs; then
		inner_join
	else
		inner_start tcg
	fi
}

# inner_outside - our modules, a disk full of what was never there before, and the wire's other end
inner_outside() {
	modprobe -a vfio-pci vfio_iommu_type1 kvm_amd
	head -c 8M /dev/urandom >"$INNER_DISK"
	dd if="$INNER_DISK" of="$(disk_of $DISK)" bs=1M oflag=direct conv=fsync status=none
	# Who speaks before the card at the other end listens waits, for as long as it does not.
	echo 1 >"/proc/sys/net/ipv6/conf/$(inner_wire)/disable_ipv6"
	ip link set "$(inner_wire)" up
}

# inner_wire - the name of the outer system's end of the wire
inner_wire() {
	ls "$PCI/devices/$WIRE"/virtio*/net
}

# inner_device disk|net - as -device and device_add have it
inner_device() {
	case $1 in
	disk) echo "vfio-pci,id=disk,bus=p1,rombar=0,host=$DISK" ;;
	net) echo "vfio-pci,id=net,bus=p2,rombar=0,host=$CARD" ;;
	esac
}

# inner_join - for a test that goes on with a QEMU that runs; sets qemu
inner_join() {
	events=
	qemu=$(cat "$INNER/pid")
	exec {talk_in}<>"$INNER/talk.in" {talk_out}<>"$INNER/talk.out" \
		{qmp_in}<>"$INNER/qmp.in" {qmp_out}<>"$INNER/qmp.out"
}

inner_runs() {
	[[ -e $INNER/pid && -e /proc/$(cat "$INNER/pid")/exe ]]
}

# inner_died WORDS - fails, with what QEMU and the inner kernel had to say
inner_died() {
	inner_runs || echo "QEMU is gone"
	cat "$INNER/said"
	tail -n 20 "$INNER/console"
	fail "$*"
}

inner_stop() {
	[[ -e $INNER/pid ]] || return 0
	kill -KILL "$(cat "$INNER/pid")" 2>/dev/null || true
	while inner_runs; do
		pause 0.1
	done
	rm -rf "$INNER"
}

# inner_line FD - the next line from there, in $line; QEMU that ends has no more. A guest that says
# nothing is taken for stuck, so it says that it waits.
inner_line() {
	local i part=
	for ((i = 1; i <= INNER_PATIENCE; i++)); do
		if IFS= read -rt 1 -u "$1" line; then
			line=$part$line
			return 0
		fi
		# A line may come in pieces.
		part+=$line
		inner_runs || return 1
		((i % 60)) || echo "# $i s without a word from inside" >&3
	done
	return 1
}

# inner_hears WORDS - the inner program's next line is that
inner_hears() {
	local line
	inner_line "$talk_out" || inner_died "no word from inside, where '$1' was to come"
	line=${line%$'\r'}
	[[ $line == "$1" ]] || fail "inside was said '$line', where '$1' was to come"
}

# inner_ask COMMAND - of the inner program; its answer in $output
inner_ask() {
	local line
	printf '%s\n' "$1" >&"$talk_in"
	inner_line "$talk_out" || inner_died "no answer from inside to '$1'"
	output=${line%$'\r'}
	[[ $output != error* ]] || inner_died "inside, '$1': $output"
}

# inner_qmp COMMAND [ARGUMENTS] - what QEMU returns, in $output; events are left in $events
inner_qmp() {
	local line
	printf '{"execute":"%s","arguments":%s}\n' "$1" "${2:-{\}}" >&"$qmp_in"
	while inner_line "$qmp_out"; do
		case $line in
		'{"return"'*)
			output=$line
			return 0
			;;
		'{"error"'*) fail "QEMU, $1: $line" ;;
		*) events+=$line ;;
		esac
	done
	inner_died "no answer of QEMU's to $1"
}

# inner_monitor COMMAND... - of QEMU's monitor, which has nothing to say to what it does
inner_monitor() {
	inner_qmp human-monitor-command "{\"command-line\":\"$*\"}"
	[[ $output == '{"return": ""}'* ]] || fail "QEMU, $*: $output"
}

# inner_lets_go disk|net - QEMU says that the device is gone, and the system inside knows
inner_lets_go() {
	local line event="\"DEVICE_DELETED\", \"data\": {\"device\": \"$1\""
	while [[ $events != *"$event"* ]]; do
		inner_line "$qmp_out" || inner_died "QEMU did not give '$1' back"
		events+=$line
	done
	events=${events#*"$event"}
	inner_ask "gone $1"
}

# inner_loses disk|net - at QEMU's wish
inner_loses() {
	inner_monitor device_del "$1"
	inner_lets_go "$1"
}

# inner_gets disk|net - the device, once it is free
inner_gets() {
	inner_monitor device_add "$(inner_device "$1")"
}

# inner_holds - how many devices QEMU has open
inner_holds() {
	find "/proc/$qemu/fd" -lname '*vfio-device*' | wc -l
}

# inner_reads_disk OFFSET LENGTH - as it is in the file $INNER_DISK
inner_reads_disk() {
	local sum
	inner_ask "sum $1 $2"
	sum=$(tail -c "+$(($1 + 1))" "$INNER_DISK" | head -c "$2" | cksum)
	assert_equal "$output" "sum $2 of $(stat -c %s "$INNER_DISK"): ${sum%% *}"
}

# inner_passes_traffic COUNT - that many frames in and as many answers back, counted at both ends;
# the card has been brought up
inner_passes_traffic() {
	run frames "$(inner_wire)" 52:54:00:00:00:02 "$1"
	assert_output "called $1, answered $1"
	inner_ask frames
	assert_output "frames $1, answered $1, bad 0"
}

# inner_works ROUND - another part of the disk, and the network
inner_works() {
	inner_reads_disk $(($1 * 262144 % (7 << 20))) 65536
	inner_ask net
	assert_output 'net 52:54:00:00:00:02'
	inner_passes_traffic 16
}
