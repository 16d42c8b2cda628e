#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# Hosts that depend on a network interface in one way or another, and hosts that only look so.

bats_require_minimum_version 1.5.0
load ../helpers/common
load ../helpers/fakehost
load ../helpers/judge

nic=0000:03:00.0  # eth0
idle=0000:04:00.0 # eth1
unset SSH_CONNECTION

setup() {
	fakehost_need
}

# net LINE... - the interfaces of the made host, by `ip -batch`. A bridge can be made anywhere.
net() {
	printf 'file net "'
	printf '%s\\n' "$@"
	printf '"\n'
}

# up - the interface of $nic is, as sysfs tells it, with or without an address
up='file sys/devices/pci0000:00/0000:00:03.0/0000:03:00.0/net/eth0/flags "0x1003\n"'
is_up="ask up 'eth0' is up, and nothing tells what for"

@test "address: IPv4, with the interface named; another one is idle" {
	host < <(net 'link add eth0 type bridge' 'link add eth1 type bridge' \
		'link set eth0 addrgenmode none' 'link set eth0 up' 'address add 192.0.2.7/32 dev eth0')
	judged $nic "block address address 192.0.2.7 on 'eth0'"
	cleared $idle
}

@test "address: IPv6" {
	host < <(net 'link add eth0 type bridge' 'link set eth0 addrgenmode none' 'link set eth0 up' \
		'address add 2001:db8::7/128 dev eth0 nodad')
	run verdicts $nic
	assert_line "block address address 2001:db8::7 on 'eth0'"
}

@test "address: a link-local one, which every interface has, is asked about" {
	host < <(net 'link add eth0 type bridge' 'link set eth0 addrgenmode none' 'link set eth0 up' \
		'address add fe80::7/64 dev eth0 nodad')
	judged $nic "ask address address fe80::7 on 'eth0'"
	run -4 fakehost_vfioctl "judge-$BATS_TEST_NUMBER" bind --dry-run $nic
	assert_output --partial "the host may need '$nic'"
}

@test "address: on an interface that is down it is in no use" {
	host < <(net 'link add eth1 type bridge' 'address add 192.0.2.7/32 dev eth1')
	cleared $idle
}

@test "route: in whatever table" {
	host < <(net 'link add eth0 type bridge' 'link set eth0 addrgenmode none' 'link set eth0 up' \
		'route add 198.51.100.0/24 dev eth0 table 77' 'route add 2001:db8:9::/48 dev eth0 table 78')
	judged $nic "block route route to 198.51.100.0/24 on 'eth0'" \
		"block route route to 2001:db8:9::/48 on 'eth0'"
}

@test "route: the default, by several ways" {
	host < <(net 'link add eth0 type bridge' 'link add eth1 type bridge' \
		'link set eth0 addrgenmode none' 'link set eth0 up' 'link set eth1 addrgenmode none' 'link set eth1 up' \
		'route add default nexthop dev eth0 nexthop dev eth1')
	judged $nic "block route route to default on 'eth0'"
	judged $idle "block route route to default on 'eth1'"
}

# stack LOWER UPPER... - each of them rests on the one before it
stack() {
	local lower=$1 upper
	shift
	for upper; do
		printf 'child net %s\n' "$upper"
		printf 'link sys/class/net/%s/upper_%s /sys/class/net/%s\n' "$lower" "$upper" "$upper"
		printf 'link sys/class/net/%s/lower_%s /sys/class/net/%s\n' "$upper" "$lower" "$lower"
		lower=$upper
	done
}

@test "an address on a vlan of a bridge over a bond is one of the card's" {
	host < <(stack eth0 bond0 br0 br0.5; net 'link add br0.5 type bridge' 'link set br0.5 addrgenmode none' \
		'link set br0.5 up' 'address add 192.0.2.7/32 dev br0.5')
	judged $nic "block address address 192.0.2.7 on 'br0.5' over 'eth0'" \
		"block port 'bond0' rests on 'eth0'" "block port 'br0' rests on 'eth0'" \
		"block port 'br0.5' rests on 'eth0'"
	cleared $idle
}

@test "port: of a switch on which the host has no address" {
	host < <(stack eth1 ovs-system)
	judged $idle "block port 'ovs-system' rests on 'eth1'"
}

@test "ssh: the interface that the session comes through" {
	host < <(net 'link add eth0 type bridge' 'link set eth0 addrgenmode none' 'link set eth0 up' \
		'route add 198.51.100.0/24 dev eth0')
	SSH_CONNECTION='198.51.100.9 50000 192.0.2.7 22' \
		judged $nic "block ssh the SSH session from 198.51.100.9 on 'eth0'" \
		"block route route to 198.51.100.0/24 on 'eth0'"
	SSH_CONNECTION='198.51.100.9 50000 192.0.2.7 22' cleared $idle
}

@test "ssh: by a way that cannot be told, it may be any interface that is up" {
	host <<<"$up"
	SSH_CONNECTION='198.51.100.9 50000 192.0.2.7 22' \
		judged $nic "$is_up" "unknown ssh cannot tell which interface carries the SSH session from 198.51.100.9: Network is unreachable"
	SSH_CONNECTION='198.51.100.9 50000 192.0.2.7 22' cleared $idle
}

@test "ssh: from the host itself it needs no interface" {
	host </dev/null
	SSH_CONNECTION='127.0.0.1 50000 127.0.0.1 22' cleared $nic
}

@test "netfs: NFS by its address" {
	host < <(net 'link add eth0 type bridge' 'link set eth0 addrgenmode none' 'link set eth0 up' \
		'route add 198.51.100.0/24 dev eth0'
		mounts 0:50 /home nfs4 nas:/export/home rw,addr=198.51.100.5)
	judged $nic "block netfs '/home' of 'nas:/export/home' on 'eth0'" \
		"block route route to 198.51.100.0/24 on 'eth0'"
	cleared $idle 0000:01:00.0
}

@test "netfs: CIFS and IPv6, without an option that tells" {
	host < <(net 'link add eth0 type bridge' 'link set eth0 addrgenmode none' 'link set eth0 up' \
		'route add 198.51.100.0/24 dev eth0' 'route add 2001:db8:9::/48 dev eth0'
		mounts 0:50 /x ceph '[2001:db8:9::5]:6789:/')
	run verdicts $nic
	assert_line "block netfs '/x' of '[2001:db8:9::5]:6789:/' on 'eth0'"
}

@test "netfs: by a name alone it may be any interface that is up" {
	host < <(mounts 0:50 /x fuse.sshfs me@nas:/x; echo "$up")
	judged $nic "$is_up" "unknown netfs cannot tell which interface carries '/x' of 'me@nas:/x': it is known by name only"
	cleared $idle
}

@test "netfs: a guest's share of its own host's directories needs no interface" {
	host < <(mounts 0:50 /x 9p share trans=virtio)
	cleared $nic
}

@test "netdisk: iSCSI" {
	host < <(net 'link add eth0 type bridge' 'link set eth0 addrgenmode none' 'link set eth0 up' \
		'route add 198.51.100.0/24 dev eth0'
		echo 'child iscsi_connection connection1:0 attr:address="198.51.100.5\n"')
	run verdicts $nic
	assert_line "block netdisk iSCSI 'connection1:0' on 'eth0'"
	cleared $idle
}

@test "netdisk: NVMe over TCP, by its address and by its interface" {
	host < <(net 'link add eth0 type bridge' 'link set eth0 addrgenmode none' 'link set eth0 up' \
		'route add 198.51.100.0/24 dev eth0'
		echo 'child nvme nvme7 attr:transport="tcp\n" attr:address="traddr=198.51.100.5,trsvcid=4420,host_iface=eth1\n"')
	run verdicts $nic
	assert_line "block netdisk NVMe over TCP 'nvme7' on 'eth0'"
	judged $idle "block netdisk NVMe over TCP 'nvme7' on 'eth1'"
}

@test "netdisk: of a network block device the server is not known" {
	host <<-END
	$up
	child block nbd0 major=43 minor=0 attr:size="2048\n"
	child block nbd1 major=43 minor=1 attr:size="0\n"
	END
	judged $nic "$is_up" "unknown netdisk cannot tell which interface carries '/dev/nbd0': the kernel does not tell of its server"
	cleared $idle
}

@test "netdisk: network block devices that are not connected are nothing" {
	host <<-'END'
	child block nbd0 major=43 minor=0 attr:size="0\n"
	END
	cleared $nic $idle
}

@test "netns: an interface that is not to be seen is not idle" {
	host <<-'END'
	remove sys/class/net/eth1
	remove sys/devices/pci0000:00/0000:00:04.0/0000:04:00.0/net/eth1
	END
	judged $idle "unknown netns its interface may be in another network namespace"
	cleared $nic
}

@test "netns: a card on a USB controller whose interface is not to be seen" {
	host <<-'END'
	dir sys/devices/pci0000:00/0000:00:06.0/0000:06:00.0/usb1/1-1/1-1:1.0/net
	link sys/bus/usb/devices/1-1:1.0 ../../../devices/pci0000:00/0000:00:06.0/0000:06:00.0/usb1/1-1/1-1:1.0
	dir sys/devices/pci0000:00/0000:00:07.0/0000:07:00.0/usb2/2-1/2-1:1.0
	link sys/bus/usb/devices/2-1:1.0 ../../../devices/pci0000:00/0000:00:07.0/0000:07:00.0/usb2/2-1/2-1:1.0
	END
	judged 0000:06:00.0 "unknown netns its interface may be in another network namespace (USB '1-1:1.0')"
	cleared 0000:07:00.0
}

@test "up: an interface that nothing is known to use may have a macvlan in another namespace" {
	host <<<"$up"
	judged $nic "$is_up"
	run -4 fakehost_vfioctl "judge-$BATS_TEST_NUMBER" bind --dry-run --allow=address,route $nic
	assert_output --partial "the host may need '$nic'"
	run -0 fakehost_vfioctl "judge-$BATS_TEST_NUMBER" bind --dry-run --allow=up $nic
	cleared $idle
}

# packets INDEX INODE - the sockets for packets, of which one is bound to an interface
packets() {
	printf 'file proc/net/packet "sk RefCnt Type Proto Iface R Rmem User Inode\\n'
	printf 'ffff8881 3 3 0003 0 1 0 0 71\\n'
	printf 'ffff8882 3 3 0003 %s 1 0 0 %s\\n"\n' "$@"
}

@test "socket: one for packets that is bound to an interface, whoever has it" {
	host < <(echo "$up"; net 'link add eth0 index 7 type bridge'; packets 7 72
		printf 'file proc/42/comm "sniff\\n"\nfile proc/42/maps ""\nlink proc/42/fd/3 socket:[72]\n'
		printf 'file proc/43/comm "other\\n"\nfile proc/43/maps ""\nlink proc/43/fd/3 socket:[7]\n')
	judged $nic "block socket process 42 ('sniff') has a packet socket on 'eth0'"
	run -5 fakehost_vfioctl "judge-$BATS_TEST_NUMBER" bind --dry-run $nic
	host_add 'remove proc/42'
	judged $nic "block socket somebody has a packet socket on 'eth0'"
	cleared $idle
}

@test "socket: one that is bound to no interface, or to one that is down, needs none" {
	host < <(net 'link add eth0 index 7 type bridge'; packets 7 72)
	cleared $nic $idle
}
