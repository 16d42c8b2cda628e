# SPDX-License-Identifier: GPL-2.0-only
# topology: kernel
# modules: ours
#
# Faults that VFIO in the kernel once had: for each a test that fails when the guard against it is
# taken out of our modules. kernel/README.md says which guard that is.

load ../helpers/common
load ../helpers/vfio

FAKE=0000:08:00.0
MODULES=/vfioctl/build/test-modules/$(uname -r)

setup_file() {
	modprobe vfio-pci
	bind_to vfio-pci $EDU
	bind_to vfio-pci $NVME
	insmod "$MODULES/fake-pci.ko"
	bind_to vfio-pci $FAKE
}

teardown_file() {
	unbind $EDU $NVME $FAKE
	rmmod fake-pci
}

teardown() {
	[[ ! -e /sys/module/no_intx_mask ]] || rmmod no-intx-mask
	ledger_idle
}

@test "CVE-2016-9083: one kind of data and one action in each request" {
	client pci-irq-faults $NVME types
}

@test "CVE-2016-9084: no count of vectors makes a size wrap around" {
	client pci-irq-faults $NVME products
}

@test "CVE-2019-3882: a container has a limited number of mappings" {
	client type1-limit $EDU few
}

@test "CVE-2020-12888: memory that is switched off is out of reach for each thread and mapping" {
	client pci-memory-off $EDU
}

@test "CVE-2022-49219: registers kept while a function sleeps are not lost when it is closed" {
	client pci-space $FAKE asleep
}

@test "CVE-2023-53171: an unmap after exec takes nothing from who never mapped" {
	client type1-account $EDU exec
}

@test "CVE-2024-26810: the pin comes and goes while the command register masks it" {
	client pci-irq-faults $EDU race
}

@test "CVE-2024-26812: a pin whose eventfd was taken away may fire, by ioctl, eventfd and itself" {
	client pci-irq-faults $EDU silent-pin
}

# The fault was that of platform devices, which are not ours; it is the same path for all indexes.
@test "CVE-2024-26813: an interrupt cannot be triggered before it ever had an eventfd" {
	client pci-irq-faults $EDU early
}

# Likewise: that of fsl-mc devices.
@test "CVE-2024-26814: a vector whose eventfd was taken away may be triggered" {
	client pci-irq-faults $NVME silenced
}

@test "CVE-2024-27437: a line that only the interrupt controller masks is let through once, when it may" {
	insmod "$MODULES/no-intx-mask.ko" device=$EDU
	client pci-irq-faults $EDU line
}

@test "CVE-2024-53214: a list of extended capabilities may begin with a hidden one" {
	client pci-space $FAKE hidden
}

@test "CVE-2026-89777: an open that failed leaves nothing that the next one takes for its own" {
	client pci-space $FAKE refused
}

@test "what a user chooses of PCI Express goes through the host" {
	client pci-space $FAKE express
}

@test "configuration spaces that lie are opened, read and written" {
	client pci-space $FAKE lies 300
}
