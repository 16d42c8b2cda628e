# SPDX-License-Identifier: GPL-2.0-only
#
# What make dkms-check and the words on Secure Boot make of a system, over a made-up root whose
# modules have nothing but a name and a version. Installing itself is in tests/bats/dkms.

load ../helpers/common

KERNEL=6.1.0-1-test

setup() {
	TOP=$BATS_TEST_DIRNAME/../../..
	DKMS=$TOP/kernel/dkms
	export VFIOCTL_DKMS_ROOT=$BATS_TEST_TMPDIR/root
	OURS=$(sed -n 's/^#define VFIO_SUITE_VERSION "\(.*\)"/\1/p' "$TOP/kernel/version.h")
	PATH=$BATS_TEST_TMPDIR/bin:$PATH:/usr/sbin
	mkdir -p "$BATS_TEST_TMPDIR/bin"
}

# module FILE [VERSION] - a module below the kernel's directory
module() {
	local file=$VFIOCTL_DKMS_ROOT/lib/modules/$KERNEL/$1
	mkdir -p "$(dirname "$file")"
	printf 'const char info[] __attribute__((section(".modinfo"), aligned(1))) = "license=GPL\\0%s";\n' \
		"${2:+version=$2\\0}" | gcc -x c -c -o "$file" -
}

# Those of a stock kernel, of the versions that they have from 6.1 to 7.3.
stock() {
	module kernel/drivers/vfio/vfio.ko 0.3
	module kernel/drivers/vfio/vfio_iommu_type1.ko 0.2
	module kernel/drivers/vfio/pci/vfio-pci.ko
}

ours() {
	local name
	for name in vfio vfio_iommu_type1 vfio-pci; do
		module "updates/dkms/$name.ko" "$OURS"
	done
}

index() {
	depmod -b "$VFIOCTL_DKMS_ROOT" "$KERNEL"
}

# initramfs FILE... - the kernel has one, with these modules in it
initramfs() {
	mkdir -p "$VFIOCTL_DKMS_ROOT/boot"
	: >"$VFIOCTL_DKMS_ROOT/boot/initrd.img-$KERNEL"
	{
		printf '#!/bin/sh\ncat <<E\nusr/bin/sh\n'
		printf "usr/lib/modules/$KERNEL/%s\n" "$@"
		printf 'E\n'
	} >"$BATS_TEST_TMPDIR/bin/lsinitramfs"
	chmod 755 "$BATS_TEST_TMPDIR/bin/lsinitramfs"
}

@test "three of three modules resolve to ours when all are there" {
	stock
	ours
	index
	run "$DKMS/check" "$KERNEL"
	assert_success
	assert_output "$KERNEL: three of three modules are ours, version $OURS"
	run "$DKMS/check" --stock
	assert_failure 1
	assert_output "dkms: $KERNEL: 3 of 3 modules still resolve to ours"
}

@test "a kernel with the stock modules alone is told from one with ours" {
	stock
	index
	run "$DKMS/check"
	assert_failure 1
	assert_output "dkms: $KERNEL: 3 of 3 modules resolve to the stock ones"
	run "$DKMS/check" --stock "$KERNEL"
	assert_success
	assert_output "$KERNEL: three of three modules are the stock ones"
}

@test "a mixture of both fails either way, and says which are which" {
	stock
	ours
	rm "$VFIOCTL_DKMS_ROOT/lib/modules/$KERNEL/updates/dkms/vfio_iommu_type1.ko"
	index
	for way in '' --stock; do
		run "$DKMS/check" $way "$KERNEL"
		assert_failure 1
		assert_output --partial "$KERNEL: ours and the stock modules are mixed"
		assert_output --partial "ours are 'vfio vfio-pci', stock are 'vfio_iommu_type1'"
	done
}

@test "a module of ours of another version is named with both versions" {
	stock
	ours
	module updates/dkms/vfio-pci.ko 0.9
	index
	run "$DKMS/check" "$KERNEL"
	assert_failure 1
	assert_output --partial "'vfio-pci' is version '0.9' in '"
	assert_output --partial "/updates/dkms/vfio-pci.ko', not $OURS"
}

@test "a module that is missing and one that is built in are named" {
	ours
	rm "$VFIOCTL_DKMS_ROOT/lib/modules/$KERNEL/updates/dkms/"{vfio,vfio-pci}.ko
	printf 'kernel/drivers/vfio/vfio.ko\n' >"$VFIOCTL_DKMS_ROOT/lib/modules/$KERNEL/modules.builtin"
	printf 'vfio.version=0.3\0' >"$VFIOCTL_DKMS_ROOT/lib/modules/$KERNEL/modules.builtin.modinfo"
	index
	run "$DKMS/check" "$KERNEL"
	assert_failure 1
	assert_line "dkms: $KERNEL: 'vfio' is built into the kernel"
	assert_line "dkms: $KERNEL: 'vfio-pci' is not there"
}

@test "an initramfs with other files than modprobe would take fails" {
	stock
	ours
	index
	initramfs updates/dkms/vfio.ko updates/dkms/vfio_iommu_type1.ko updates/dkms/vfio-pci.ko \
		kernel/drivers/vfio/pci/vfio-pci-core.ko
	run "$DKMS/check" "$KERNEL"
	assert_success
	initramfs updates/dkms/vfio.ko kernel/drivers/vfio/vfio_iommu_type1.ko
	run "$DKMS/check" "$KERNEL"
	assert_failure 1
	assert_output --partial "initrd.img-$KERNEL' holds 'usr/lib/modules/$KERNEL/kernel/drivers/vfio/vfio_iommu_type1.ko'"
	assert_output --partial "'update-initramfs -u -k $KERNEL' makes it anew"
}

@test "a kernel that is not there is an error that names it" {
	mkdir -p "$VFIOCTL_DKMS_ROOT/lib/modules"
	run "$DKMS/check" 1.2.3
	assert_failure 1
	assert_output "dkms: no kernel '1.2.3' in '$VFIOCTL_DKMS_ROOT/lib/modules'"
	run "$DKMS/check"
	assert_failure 1
	assert_output "dkms: no kernel in '$VFIOCTL_DKMS_ROOT/lib/modules'"
}

@test "one bad kernel among good ones fails the whole" {
	stock
	index
	KERNEL=6.1.0-2-test
	stock
	ours
	index
	run "$DKMS/check"
	assert_failure 1
	assert_line "dkms: 6.1.0-1-test: 3 of 3 modules resolve to the stock ones"
	assert_line "6.1.0-2-test: three of three modules are ours, version $OURS"
}

# Its value is the fifth byte.
secure_boot() {
	local dir=$VFIOCTL_DKMS_ROOT/sys/firmware/efi/efivars
	mkdir -p "$dir"
	printf "\\6\\0\\0\\0\\$1" >"$dir/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"
}

key() {
	mkdir -p "$VFIOCTL_DKMS_ROOT$(dirname "$1")"
	: >"$VFIOCTL_DKMS_ROOT$1"
}

mokutil() {
	printf '#!/bin/sh\necho "$2 is %s"\n' "$1" >"$BATS_TEST_TMPDIR/bin/mokutil"
	chmod 755 "$BATS_TEST_TMPDIR/bin/mokutil"
}

@test "where any module is loaded nothing is said of keys" {
	run "$DKMS/secure-boot"
	assert_success
	assert_output ''
	secure_boot 0
	run "$DKMS/secure-boot"
	assert_success
	assert_output ''
}

@test "under Secure Boot it is said which key is to be enrolled, and how" {
	secure_boot 1
	key /var/lib/dkms/mok.pub
	mokutil 'not enrolled'
	run "$DKMS/secure-boot"
	assert_success
	assert_output --partial "Secure Boot is on: the modules load only once '/var/lib/dkms/mok.pub'"
	assert_output --partial "run 'mokutil --import /var/lib/dkms/mok.pub', reboot"
	mokutil 'already enrolled'
	run "$DKMS/secure-boot"
	assert_success
	assert_output --partial "'/var/lib/dkms/mok.pub', is enrolled"
}

@test "a key that DKMS was told of is the one that is named" {
	secure_boot 1
	key /etc/keys/own.der
	mkdir -p "$VFIOCTL_DKMS_ROOT/etc/dkms"
	printf '# mok_certificate=/no\nmok_certificate="/etc/keys/own.der"\n' \
		>"$VFIOCTL_DKMS_ROOT/etc/dkms/framework.conf"
	mokutil 'not enrolled'
	run "$DKMS/secure-boot"
	assert_output --partial "run 'mokutil --import /etc/keys/own.der'"
}

@test "modules without a signature are said not to load, also where only the kernel asks for one" {
	mkdir -p "$VFIOCTL_DKMS_ROOT/sys/module/module/parameters"
	echo Y >"$VFIOCTL_DKMS_ROOT/sys/module/module/parameters/sig_enforce"
	run "$DKMS/secure-boot"
	assert_success
	assert_output --partial "this kernel asks for signatures, and DKMS has no key at '/var/lib/dkms/mok.pub'"
	echo N >"$VFIOCTL_DKMS_ROOT/sys/module/module/parameters/sig_enforce"
	mkdir -p "$VFIOCTL_DKMS_ROOT/sys/kernel/security"
	echo 'none [integrity] confidentiality' >"$VFIOCTL_DKMS_ROOT/sys/kernel/security/lockdown"
	run "$DKMS/secure-boot"
	assert_output --partial 'this kernel asks for signatures'
}

@test "the sources that DKMS gets are complete and of one version" {
	run make -s -C "$TOP" dkms-source DESTDIR="$BATS_TEST_TMPDIR/dest"
	assert_success
	cd "$BATS_TEST_TMPDIR/dest/usr/src/vfioctl-$OURS"
	run bash -c '. ./dkms.conf && echo "$PACKAGE_NAME/$PACKAGE_VERSION"'
	assert_output "vfioctl/$OURS"
	for file in "$TOP"/kernel/{,type1/,pci/,compat/,compat/probes/}*.[ch]; do
		cmp "$file" "${file#"$TOP"/kernel/}"
	done
	[[ -x compat/probe && -x dkms/refresh ]]
	run make -s -C "$TOP" dkms-install DESTDIR="$BATS_TEST_TMPDIR/dest"
	assert_failure 2
	assert_output --partial 'make dkms-source DESTDIR='
}

# DKMS compares each module with the stock one by itself, and leaves the higher one.
@test "each module says a version that is above the stock ones" {
	for file in main.c type1/main.c pci/main.c; do
		grep -qx 'MODULE_VERSION(VFIO_SUITE_VERSION);' "$TOP/kernel/$file"
	done
	for version in 0.3 0.2; do
		[[ $(printf '%s\n' "$version" "$OURS" | sort -V | tail -n 1) == "$OURS" ]]
		[[ $version != "$OURS" ]]
	done
}
