#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# Hosts that depend on a network interface in one way or another, and hosts that only look so.

bats_require_minimum_version 1.5.0
load ../helpers/common
load ../helpers/fakehost
load ../helpers/judge

nic=0000:03:00.0  # eth0, up
idle=0000:04:00.0 # eth1, down
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
	host </dev/null
	SSH_CONNECTION='198.51.100.9 50000 192.0.2.7 22' \
		judged $nic "unknown ssh cannot tell which interface carries the SSH session from 198.51.100.9: Network is unreachable"
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
	host < <(mounts 0:50 /x fuse.sshfs me@nas:/x)
	judged $nic "unknown netfs cannot tell which interface carries '/x' of 'me@nas:/x': it is known by name only"
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
	host <<-'END'
	child block nbd0 major=43 minor=0 attr:size="2048\n"
	child block nbd1 major=43 minor=1 attr:size="0\n"
	END
	judged $nic "unknown netdisk cannot tell which interface carries '/dev/nbd0': the kernel does not tell of its server"
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
