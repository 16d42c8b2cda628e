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
# What DKMS keeps, unless its framework.conf says otherwise.
DKMS_TREE=$ROOT/var/lib/dkms
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

need_root() {
	[[ -n $ROOT ]] || ((EUID == 0)) || die "modules are installed and removed by root"
	command -v modinfo >/dev/null || die "no modinfo: install the package kmod"
}

need_dkms() {
	need_root
	command -v dkms >/dev/null || die "no dkms: install the package of that name"
}

# installed_kernels - the releases that have modules
installed_kernels() {
	local index
	for index in "$ROOT"/lib/modules/*/modules.dep; do
		[[ ! -e $index ]] || basename "$(dirname "$index")"
	done
}

# has_headers KERNEL - what modules are built with
has_headers() {
	[[ -e $ROOT/lib/modules/$1/build/Makefile ]]
}

# our_versions - those that DKMS knows, in any state; of one whose sources are gone it says nothing
our_versions() {
	{
		dkms status -m "$NAME" 2>/dev/null | sed -n "s,^$NAME[/, ] *\([^,: ]*\).*,\1,p" || true
		find "$DKMS_TREE/$NAME" -mindepth 2 -maxdepth 2 -name source -printf '%h\n' 2>/dev/null |
			sed 's,.*/,,'
	} | sort -u
}

# initramfs_command KERNEL - what makes its initramfs anew, in words without spaces; where nothing does
# that, what would on most systems
initramfs_command() {
	if ! command -v update-initramfs >/dev/null && command -v dracut >/dev/null; then
		printf 'dracut --force %s/boot/initrd.img-%s %s\n' "$ROOT" "$1" "$1"
	else
		printf 'update-initramfs -u -k %s\n' "$1"
	fi
}

# field KERNEL MODULE FIELD - what modinfo says of the file that modprobe would take
field() {
	modinfo ${ROOT:+-b "$ROOT"} -k "$1" -F "$3" "$2" 2>/dev/null
}

# is_ours FILE - a module of ours, of any version, or one of which nothing can be read
is_ours() {
	local info
	info=$(modinfo "$1" 2>/dev/null) || return 0
	grep -qE '^(import_ns: +VFIOCTL|parm: +driver_whitelist:)' <<<"$info"
}

# ours_in KERNEL - the files of ours, which are never in the directory of the kernel's own
ours_in() {
	local top=$ROOT/lib/modules/$1 file
	find -H "$top" -path "$top/kernel" -prune -o \( -name 'vfio.ko*' -o -name 'vfio_iommu_type1.ko*' \
		-o -name 'vfio-pci.ko*' \) -print | while IFS= read -r file; do
		! is_ours "$file" || printf '%s\n' "$file"
	done
}

# put_aside KERNEL - the kernel's own modules that newer DKMS keeps for as long as others are in their
# place: FILE, and beside it FILE.origin, which says where it belongs
put_aside() {
	local origin
	find "$DKMS_TREE/$NAME/original_module/$1" -name '*.origin' 2>/dev/null |
		while IFS= read -r origin; do
			[[ ! -e ${origin%.origin} ]] || printf '%s\n' "${origin%.origin}"
		done
}
