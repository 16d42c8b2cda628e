# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What the programs of this directory share. They run from a checkout as well as from what DKMS
# keeps of it.

# shellcheck disable=SC2034 # for those who source this
MODULES=(vfio vfio_iommu_type1 vfio-pci)
NAME=vfioctl
SOURCES=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
VERSION=$(sed -n 's/^#define VFIO_SUITE_VERSION "\(.*\)"$/\1/p' "$SOURCES/version.h")
# Another root than this system's: for tests.
ROOT=${VFIOCTL_DKMS_ROOT-}
export LC_ALL=C
PATH=$PATH:/usr/sbin:/sbin

say() {
	printf 'dkms: %s\n' "$*" >&2
}

die() {
	say "$*"
	exit 1
}

[[ -n $VERSION ]] || die "no version in '$SOURCES/version.h'"

need_dkms() {
	((EUID == 0)) || die "modules are installed and removed by root"
	command -v dkms >/dev/null || die "no dkms: install the package of that name"
}

# installed_kernels - the releases that have modules
installed_kernels() {
	local index
	for index in "$ROOT"/lib/modules/*/modules.dep; do
		[[ ! -e $index ]] || basename "$(dirname "$index")"
	done
}

# our_versions - those that DKMS knows, in any state
our_versions() {
	dkms status -m "$NAME" | sed -n "s,^$NAME[/, ] *\([^,: ]*\).*,\1,p" | sort -u
}

# field KERNEL MODULE FIELD - what modinfo says of the file that modprobe would take
field() {
	modinfo ${ROOT:+-b "$ROOT"} -k "$1" -F "$3" "$2" 2>/dev/null
}
