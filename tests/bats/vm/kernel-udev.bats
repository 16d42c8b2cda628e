# SPDX-License-Identifier: GPL-2.0-only
# topology: kernel
# modules: ours
# kernel: 6.1 6.12 7.3
#
# What udev does when our core is loaded.

load ../helpers/common
load ../helpers/vfio

LIST=/sys/module/vfio/parameters/driver_whitelist
RULES=/etc/udev/rules.d/90-vfioctl.rules

setup() {
	mkdir -p "${RULES%/*}"
	sed 's,@SBINDIR@,/usr/sbin,' /vfioctl/contrib/udev/90-vfioctl.rules.in >"$RULES"
	modprobe -rq vfio-pci vfio_iommu_type1 vfio
	/lib/systemd/systemd-udevd --daemon 3>&-
}

teardown() {
	pkill -x systemd-udevd || killall systemd-udevd
	rm -rf "$RULES" /run/udev /etc/vfioctl.conf
	[[ ! -e $LIST ]] || vfioctl whitelist reset >/dev/null
}

@test "the configured whitelist is applied as soon as the core is loaded" {
	local i
	printf 'whitelist = uio_pci_generic\n' >/etc/vfioctl.conf
	modprobe vfio
	for ((i = 0; i < 100; i++)); do
		[[ $(<$LIST) != *uio_pci_generic* ]] || break
		sleep 0.1
	done
	assert_equal "$(<$LIST)" pci:pci-stub,pci:pcieport,pci:uio_pci_generic
}
