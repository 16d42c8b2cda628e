# SPDX-License-Identifier: GPL-2.0-only
# topology: client
# modules: ours
#
# QEMU's own userspace NVMe driver, unmodified, on the VFIO modules.

load ../helpers/common
load ../helpers/vfio

SIZE=$((100 << 20))

setup_file() {
	modprobe -a vfio-pci vfio_iommu_type1
	bind_to vfio-pci $NVME
}

teardown_file() {
	unbind $NVME
}

teardown() {
	ledger_idle
}

# again COMMAND... - QEMU 7.2's driver sometimes waits for ever when it opens its emulated NVMe, on the
# stock modules as well: then once more, with more time. Each try says so, for a machine that is slow
# is not stuck.
again() {
	local try
	for try in {1..8}; do
		echo "# try $try: $1 $2" >&3
		run timeout -k 5 $((20 + 20 * try)) "$@"
		((status == 124 || status == 137)) || break
	done
	assert_success
}

@test "qemu-img shows the disk behind nvme://$NVME/1" {
	again qemu-img info nvme://$NVME/1
	assert_output --partial 'virtual size: 128 MiB'
}

@test "qemu-img and qemu-io write 100 MiB and read them back byte for byte" {
	head -c $SIZE /dev/urandom >/tmp/wanted
	again qemu-img convert -n -f raw -O raw /tmp/wanted nvme://$NVME/1
	again qemu-io -f raw -c 'write -P 0x5a 4096 65536' -c 'read -P 0x5a 4096 65536' nvme://$NVME/1
	refute_output --partial 'Pattern verification failed'
	tr '\0' '\132' </dev/zero | head -c 65536 |
		dd of=/tmp/wanted bs=4096 seek=1 conv=notrunc status=none
	again qemu-img dd -f raw -O raw bs=1M count=100 if=nvme://$NVME/1 of=/tmp/got
	run cmp /tmp/wanted /tmp/got
	assert_output ''
	assert_success
	rm /tmp/wanted /tmp/got
}

@test "the group that a client holds is busy for another" {
	group=$(basename "$(readlink $PCI/devices/$NVME/iommu_group)")
	exec 7<>"/dev/vfio/$group"
	run timeout 40 qemu-img info nvme://$NVME/1
	exec 7>&-
	assert_failure
	assert_output --partial 'Device or resource busy'
}
