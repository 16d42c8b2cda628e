# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# A Debian system of its own for a file of tests, see tests/vm/dkms/mkimage: $OLDER is the kernel
# that it runs, $NEWER the one that is an update away. $DKMS_SUITE says of which release it is.

load ../helpers/common

MACHINE=$BATS_TEST_DIRNAME/../../vm/dkms/machine

# A copy that this file may change.
system_new() {
	local made
	made=$("$BATS_TEST_DIRNAME/../../vm/dkms/mkimage" ${DKMS_SUITE:+"$DKMS_SUITE"})
	export IMAGE=$BATS_FILE_TMPDIR/root.img
	cp --sparse=always --reflink=auto "$made/root.img" "$IMAGE"
	{ read -r OLDER && read -r NEWER; } <"$made/kernels"
	VERSION=$(sed -n 's/^#define VFIO_SUITE_VERSION "\(.*\)"/\1/p' \
		"$BATS_TEST_DIRNAME/../../../kernel/version.h")
	export OLDER NEWER VERSION
}

# The words for every script: what of VFIO is loaded, and whether it hands a device out.
# shellcheck disable=SC2016 # they are the script's own
PRELUDE='
MODULES="vfio vfio_iommu_type1 vfio_pci"
fail() { echo "FAILED: $*"; exit 1; }

# loaded VERSION - of the core, at boot; what is loaded is the files that modprobe would take now
loaded() {
	local m
	grep -q "^vfio_pci " /proc/modules || fail "vfio_pci was not loaded at boot"
	modprobe vfio_iommu_type1 || fail "vfio_iommu_type1 does not load"
	for m in $MODULES; do
		[ "$(cat /sys/module/$m/srcversion 2>&-)" = "$(modinfo -F srcversion $m)" ] ||
			fail "the $m that is loaded is not the one that modprobe would take"
	done
	[ "$(cat /sys/module/vfio/version)" = "$1" ] || fail "vfio is $(cat /sys/module/vfio/version)"
	echo "loaded: $(uname -r), vfio $1, $(modinfo -F filename vfio)"
}

# handed_out - vfio-pci takes the edu, and its group has a node
handed_out() {
	local device=/sys/bus/pci/devices/0000:00:05.0 group
	echo vfio-pci >$device/driver_override
	echo 0000:00:05.0 >/sys/bus/pci/drivers/vfio-pci/bind || fail "vfio-pci does not bind"
	group=$(basename "$(readlink $device/iommu_group)")
	for i in $(seq 50); do [ ! -c /dev/vfio/$group ] || break; sleep 0.1; done
	[ -c /dev/vfio/$group ] || fail "no /dev/vfio/$group"
	echo "viable: $(cat /sys/class/vfio/$group/viable 2>/dev/null || echo "not shown")"
}

# files - all that an installation could leave behind
files() { find /lib/modules/*/ /etc/kernel /usr/src /var/lib/dkms -mindepth 1 ! -name "mok.*" ! -name "modules.*" | sort; }
'

# in_system boot|chroot - run the script on stdin there; bats' $output and $status are its own
in_system() {
	{
		printf '#!/bin/bash\n%s\n' "$PRELUDE"
		printf 'OLDER=%q NEWER=%q VERSION=%q\n' "$OLDER" "$NEWER" "$VERSION"
		cat
	} >"$BATS_TEST_TMPDIR/step"
	local logs=${DKMS_LOGS:-$BATS_FILE_TMPDIR}/$BATS_TEST_NUMBER
	run "$MACHINE" "$1" "$IMAGE" "$BATS_TEST_TMPDIR/step" "$logs"
	printf '%s\n' "$output" >"$logs/output"
	# Some releases compress modules.
	output=${output//.ko.xz/.ko} lines=("${lines[@]//.ko.xz/.ko}")
}
