# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The stock modules or ours, in a guest that has both.

# modules_load stock|ours DEVICE... - vfio-pci gets the devices
modules_load() {
	local modules module device base
	base=/lib/modules/$(uname -r)
	modprobe irqbypass
	if [[ $1 == ours ]]; then
		modules=(updates/{vfio,vfio_iommu_type1,vfio-pci})
	else
		modules=(kernel/drivers/vfio/{vfio,vfio_iommu_type1,vfio_virqfd}
			kernel/drivers/vfio/pci/{vfio-pci-core,vfio-pci})
	fi
	shift
	# Newer kernels have no vfio_virqfd.
	for module in "${modules[@]}"; do
		[[ ! -e $base/$module.ko ]] || insmod "$base/$module.ko"
	done
	for device; do
		echo vfio-pci >"/sys/bus/pci/devices/$device/driver_override"
		[[ -e /sys/bus/pci/drivers/vfio-pci/$device ]] ||
			echo "$device" >/sys/bus/pci/drivers/vfio-pci/bind
	done
}

# modules_unload DEVICE... - none of either is left
modules_unload() {
	local module device
	for device; do
		[[ ! -e /sys/bus/pci/drivers/vfio-pci/$device ]] ||
			echo "$device" >/sys/bus/pci/drivers/vfio-pci/unbind
	done
	for module in vfio-pci vfio-pci-core vfio_iommu_type1 vfio_virqfd vfio; do
		[[ ! -e /sys/module/${module//-/_} ]] || rmmod $module
	done
}

# median FILE WHOSE KIND FIELD - of all its lines of WHOSE KIND NUMBER...
median() {
	awk -v whose="$2" -v kind="$3" -v field="$4" '$1 == whose && $2 == kind {print $field}' \
		"$1" | sort -n |
		awk '{v[NR] = $1} END {print (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2}'
}
