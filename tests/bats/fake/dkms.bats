# SPDX-License-Identifier: GPL-2.0-only
#
# What the programs of kernel/dkms make of a system, over a made-up root whose modules have nothing but
# a name, a version and what tells them for ours. DKMS itself is in tests/bats/dkms; here are the
# states that it can leave behind.

load ../helpers/common

# With a plus, as the releases of many a Debian kernel have one.
KERNEL=6.1.0-1+test

setup() {
	TOP=$BATS_TEST_DIRNAME/../../..
	DKMS=$TOP/kernel/dkms
	export VFIOCTL_DKMS_ROOT=$BATS_TEST_TMPDIR/root
	OURS=$(sed -n 's/^#define VFIO_SUITE_VERSION "\(.*\)"/\1/p' "$TOP/kernel/version.h")
	PATH=$BATS_TEST_TMPDIR/bin:$PATH:/usr/sbin
	mkdir -p "$BATS_TEST_TMPDIR/bin"
}

# module FILE [VERSION [FIELD]] - a module below the kernel's directory
module() {
	local file=$VFIOCTL_DKMS_ROOT/lib/modules/$KERNEL/$1
	mkdir -p "$(dirname "$file")"
	printf 'const char info[] __attribute__((section(".modinfo"), aligned(1))) = "license=GPL\\0%s%s";\n' \
		"${2:+version=$2\\0}" "${3:+$3\\0}" | gcc -x c -c -o "$file" -
}

# Those of a stock kernel, of the versions that they have from 6.1 to 7.3.
stock() {
	module kernel/drivers/vfio/vfio.ko 0.3
	module kernel/drivers/vfio/vfio_iommu_type1.ko 0.2
	module kernel/drivers/vfio/pci/vfio-pci.ko
}

# ours [VERSION]
ours() {
	module updates/dkms/vfio.ko "${1:-$OURS}" parm=driver_whitelist:text
	module updates/dkms/vfio_iommu_type1.ko "${1:-$OURS}" import_ns=VFIOCTL
	module updates/dkms/vfio-pci.ko "${1:-$OURS}" import_ns=VFIOCTL
}

index() {
	depmod -b "$VFIOCTL_DKMS_ROOT" "$KERNEL"
}

headers() {
	mkdir -p "$VFIOCTL_DKMS_ROOT/lib/modules/$KERNEL/build"
	: >"$VFIOCTL_DKMS_ROOT/lib/modules/$KERNEL/build/Makefile"
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
	module updates/dkms/vfio-pci.ko 0.9 import_ns=VFIOCTL
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
	assert_line "dkms: 6.1.0-1+test: 3 of 3 modules resolve to the stock ones"
	assert_line "6.1.0-2-test: three of three modules are ours, version $OURS"
}

# program NAME - on the path from now on, with what comes on stdin
program() {
	{ printf '#!/bin/bash\n' && cat; } >"$BATS_TEST_TMPDIR/bin/$1"
	chmod 755 "$BATS_TEST_TMPDIR/bin/$1"
}

# An initramfs that is what modprobe would take when it was made last.
initramfs_tools() {
	mkdir -p "$VFIOCTL_DKMS_ROOT/boot"
	program update-initramfs <<-'EOT'
		for m in vfio vfio_iommu_type1 vfio-pci; do
			modinfo -b "$VFIOCTL_DKMS_ROOT" -k "$3" -F filename $m
		done | sed 's,.*/lib/modules/,usr/lib/modules/,' >"$VFIOCTL_DKMS_ROOT/boot/initrd.img-$3"
		echo "update-initramfs $*"
	EOT
	program lsinitramfs <<<'cat "$1"'
	update-initramfs -u -k "$KERNEL"
}

assert_stock() {
	run "$DKMS/check" --stock "$KERNEL"
	assert_success
	assert_output "$KERNEL: three of three modules are the stock ones"
	assert_not_exist "$VFIOCTL_DKMS_ROOT/lib/modules/$KERNEL/updates"
}

# built - DKMS keeps what it has built
built() {
	BUILT=$VFIOCTL_DKMS_ROOT/var/lib/dkms/vfioctl/$OURS/$KERNEL/x86_64/module
	mkdir -p "$BUILT"
	cp "$VFIOCTL_DKMS_ROOT/lib/modules/$KERNEL"/updates/dkms/* "$BUILT"
}

@test "what DKMS has installed as a whole stays, and the initramfs has it" {
	stock
	index
	initramfs_tools
	ours
	built
	run "$DKMS/settle" "$KERNEL"
	assert_success
	assert_line "update-initramfs -u -k $KERNEL"
	assert_line "$KERNEL: three of three modules are ours, version $OURS"
	run "$DKMS/check"
	assert_success
}

@test "when DKMS has copied some of the modules only, the kernel has the stock ones, in its initramfs, too" {
	stock
	initramfs_tools
	ours
	rm "$VFIOCTL_DKMS_ROOT/lib/modules/$KERNEL/updates/dkms/vfio-pci.ko"
	run "$DKMS/settle" "$KERNEL"
	assert_failure 1
	assert_output --partial "ours are 'vfio vfio_iommu_type1', stock are 'vfio-pci'"
	assert_line "dkms: ours did not come to '$KERNEL' as a whole: it has the stock modules"
	assert_stock
}

@test "a module that was cut off, or is another one than was built, is taken away with the others" {
	local file=$VFIOCTL_DKMS_ROOT/lib/modules/$KERNEL/updates/dkms/vfio_iommu_type1.ko
	stock
	initramfs_tools
	ours
	truncate -s 200 "$file"
	run "$DKMS/settle" "$KERNEL"
	assert_failure 1
	assert_output --partial "'vfio_iommu_type1' is version '' in"
	assert_stock
	ours
	built
	printf ' ' >>"$file"
	run "$DKMS/settle" "$KERNEL"
	assert_failure 1
	assert_line "dkms: '$file' is not what DKMS has built"
	assert_stock
}

@test "an initramfs that cannot be made, and loads the stock modules, keeps ours off the kernel" {
	stock
	index
	initramfs_tools
	program update-initramfs <<<'echo "no space left"; exit 1'
	ours
	run "$DKMS/settle" "$KERNEL"
	assert_failure 1
	assert_line "no space left"
	assert_line --partial "'update-initramfs -u -k $KERNEL' must succeed before the next boot"
	assert_stock
}

@test "an initramfs that cannot be made, and has nothing of VFIO, is no reason" {
	stock
	index
	initramfs_tools
	echo usr/bin/sh >"$VFIOCTL_DKMS_ROOT/boot/initrd.img-$KERNEL"
	program update-initramfs <<<'exit 1'
	ours
	run "$DKMS/settle" "$KERNEL"
	assert_success
}

# A root that is no mount, as in a plain chroot, has none.
need_own_mounts() {
	in_own_mounts true 2>/dev/null || skip 'no mounts of its own in this chroot'
}

# in_mount OPTIONS COMMAND... - with a file system of its own for the kernel's modules
in_mount() {
	local options=$1
	shift
	run in_own_mounts bash -c '
		top=$1/lib/modules/$2 options=$3; shift 3
		cp -a "$top" "$top.was" && mount -t tmpfs none "$top" && cp -a "$top.was/." "$top" || exit 9
		mount -o "remount,$options" "$top" || exit 9
		"$@"' bash "$VFIOCTL_DKMS_ROOT" "$KERNEL" "$options" "$@"
}

@test "before anything is copied it is seen that there is no room, or no way to write" {
	need_own_mounts
	ours
	built
	rm -r "$VFIOCTL_DKMS_ROOT/lib/modules/$KERNEL/updates"
	stock
	index
	dd if=/dev/zero of="$BUILT/vfio-pci.ko" bs=1K count=1000 status=none
	in_mount size=1M "$DKMS/prepare" "$KERNEL"
	assert_failure 1
	assert_output --regexp "^dkms: '.*/${KERNEL/+/[+]}' has room for [0-9]+ KiB, and the modules need 10[0-9]+:"
	in_mount size=2M "$DKMS/prepare" "$KERNEL"
	assert_success
	in_mount ro "$DKMS/prepare" "$KERNEL"
	assert_failure 1
	assert_output --partial "cannot be written to: '$KERNEL' keeps the modules that it has"
}

@test "what an installation that was stopped has left is found before depmod finds it, and taken away" {
	stock
	index
	initramfs_tools
	module updates/dkms/vfio.ko "$OURS" parm=driver_whitelist:text
	for way in '' --stock; do
		run "$DKMS/check" $way
		assert_failure 1
		assert_output --partial "$KERNEL: modprobe knows nothing of '"
	done
	run "$DKMS/withdraw" "$KERNEL"
	assert_success
	assert_line "dkms: took '/lib/modules/$KERNEL/updates/dkms/vfio.ko' away"
	assert_stock
}

# aside FILE - as newer DKMS does with the kernel's own
aside() {
	local dir=$VFIOCTL_DKMS_ROOT/var/lib/dkms/vfioctl/original_module/$KERNEL/x86_64 name
	name=$(basename "$1")
	mkdir -p "$dir"
	mv "$VFIOCTL_DKMS_ROOT/lib/modules/$KERNEL/$1" "$dir/"
	echo "/lib/modules/$KERNEL/$1" >"$dir/$name.origin"
}

@test "the stock modules that DKMS has put aside are found missing, and put back" {
	stock
	initramfs_tools
	ours
	aside kernel/drivers/vfio/vfio.ko
	aside kernel/drivers/vfio/pci/vfio-pci.ko
	run "$DKMS/settle" "$KERNEL"
	assert_success
	rm -r "$VFIOCTL_DKMS_ROOT/lib/modules/$KERNEL/updates"
	index
	run "$DKMS/check" --stock
	assert_failure 1
	assert_output --partial "the kernel's own module was put aside, and is still there: '"
	run "$DKMS/withdraw" "$KERNEL"
	assert_success
	assert_line "dkms: put '/lib/modules/$KERNEL/kernel/drivers/vfio/vfio.ko' back"
	assert_stock
}

@test "one that the kernel's package has brought again meanwhile stays, and the old one goes" {
	stock
	aside kernel/drivers/vfio/vfio.ko
	stock
	index
	run "$DKMS/check" --stock
	assert_failure 1
	run "$DKMS/withdraw" "$KERNEL"
	assert_success
	assert_line "dkms: the kernel has another '/lib/modules/$KERNEL/kernel/drivers/vfio/vfio.ko' by now than was put aside"
	assert_stock
}

@test "a stock module that its package has brought, and that is gone, is missed" {
	stock
	printf 'kernel/drivers/vfio/%s.ko\n' vfio vfio_iommu_type1 pci/vfio-pci \
		>"$VFIOCTL_DKMS_ROOT/lib/modules/$KERNEL/modules.order"
	rm "$VFIOCTL_DKMS_ROOT/lib/modules/$KERNEL/kernel/drivers/vfio/pci/vfio-pci.ko"
	index
	run "$DKMS/check" --stock
	assert_failure 1
	assert_output "dkms: $KERNEL: 'vfio-pci' is not there"
}

@test "where dracut makes the initramfs, it is made and looked at as well" {
	! command -v update-initramfs || skip 'it is update-initramfs that makes it here'
	stock
	ours
	index
	mkdir -p "$VFIOCTL_DKMS_ROOT/boot"
	: >"$VFIOCTL_DKMS_ROOT/boot/initrd.img-$KERNEL"
	program dracut <<<'echo "dracut $*"'
	program lsinitrd <<-EOT
		echo "Image: \$1"
		echo "-rw-r--r--   1 root root 100 Jan  1 00:00 usr/lib/modules/$KERNEL/kernel/drivers/vfio/vfio.ko"
	EOT
	run "$DKMS/refresh" "$KERNEL"
	assert_success
	assert_line "dracut --force $VFIOCTL_DKMS_ROOT/boot/initrd.img-$KERNEL $KERNEL"
	run "$DKMS/check"
	assert_failure 1
	assert_output --partial "initrd.img-$KERNEL' holds 'usr/lib/modules/$KERNEL/kernel/drivers/vfio/vfio.ko'"
	assert_output --partial "'dracut --force $VFIOCTL_DKMS_ROOT/boot/initrd.img-$KERNEL $KERNEL' makes it anew"
	rm "$BATS_TEST_TMPDIR/bin/lsinitrd"
	run "$DKMS/check"
	assert_success
	assert_line --partial 'was not looked at: neither lsinitramfs nor lsinitrd is there'
}

@test "modules of others in the same place are left alone" {
	stock
	module updates/dkms/vfio-pci.ko 5.0
	module extra/vfio.ko 4.0
	index
	run "$DKMS/withdraw" "$KERNEL"
	assert_success
	assert_output ''
	assert_exist "$VFIOCTL_DKMS_ROOT/lib/modules/$KERNEL/updates/dkms/vfio-pci.ko"
	assert_exist "$VFIOCTL_DKMS_ROOT/lib/modules/$KERNEL/extra/vfio.ko"
}

@test "removal brings the stock modules back also where DKMS fails, knows nothing, or is gone" {
	local tree=$VFIOCTL_DKMS_ROOT/var/lib/dkms/vfioctl
	for dkms in 'echo "vfioctl/1.0: broken"; [[ $1 == status ]]' '[[ $1 == status ]]' 'exit 127'; do
		stock
		initramfs_tools
		ours
		index
		update-initramfs -u -k "$KERNEL"
		mkdir -p "$VFIOCTL_DKMS_ROOT/usr/src/vfioctl-$OURS" "$tree/$OURS"
		ln -s "../../../../gone" "$tree/$OURS/source"
		program dkms <<<"$dkms"
		run "$DKMS/remove"
		assert_success
		assert_line "$KERNEL: three of three modules are the stock ones"
		assert_stock
		assert_not_exist "$tree"
		assert_not_exist "$VFIOCTL_DKMS_ROOT/usr/src/vfioctl-$OURS"
	done
	run "$DKMS/remove"
	assert_success
	assert_output 'dkms: DKMS knows nothing of vfioctl'
}

@test "sources that DKMS cannot tell of are removed, and so is what kernels call" {
	local hooks=$VFIOCTL_DKMS_ROOT/etc/kernel
	stock
	index
	mkdir -p "$VFIOCTL_DKMS_ROOT/var/lib/dkms/vfioctl/$OURS/source" "$hooks"/{postinst,header_postinst}.d
	touch "$hooks"/{postinst,header_postinst}.d/{dkms,dkms-vfioctl}
	program dkms <<<'exit 127'
	run "$DKMS/remove"
	assert_success
	assert_not_exist "$VFIOCTL_DKMS_ROOT/var/lib/dkms/vfioctl"
	run find "$hooks" -type f
	assert_equal "$(sort <<<"$output")" "$(printf '%s\n' "$hooks"/{header_postinst,postinst}.d/dkms)"
}

@test "a kernel that has no VFIO of its own does not stand in the way of removal" {
	ours
	index
	program dkms <<<'exit 1'
	run "$DKMS/remove"
	assert_success
	assert_line "$KERNEL: none of ours; the kernel has 0 of three modules itself"
}

@test "removal that does not succeed says so, and keeps what DKMS has" {
	stock
	initramfs_tools
	ours
	index
	update-initramfs -u -k "$KERNEL"
	mkdir -p "$VFIOCTL_DKMS_ROOT/var/lib/dkms/vfioctl"
	program dkms <<<'exit 1'
	program update-initramfs <<<'exit 1'
	run "$DKMS/remove"
	assert_failure 1
	assert_output --partial "'update-initramfs -u -k $KERNEL' must succeed before the next boot"
	assert_output --partial "initrd.img-$KERNEL' holds 'usr/lib/modules/$KERNEL/updates/dkms/vfio.ko'"
	assert_exist "$VFIOCTL_DKMS_ROOT/var/lib/dkms/vfioctl"
}

@test "an initramfs that still loads ours after DKMS has removed them fails the removal" {
	stock
	initramfs_tools
	ours
	index
	update-initramfs -u -k "$KERNEL"
	mkdir -p "$VFIOCTL_DKMS_ROOT/var/lib/dkms/vfioctl/$OURS/source"
	program dkms <<-'EOT'
		[[ $1 == remove ]] || exit 0
		rm -r "$VFIOCTL_DKMS_ROOT"/lib/modules/*/updates
		depmod -b "$VFIOCTL_DKMS_ROOT" "$(ls "$VFIOCTL_DKMS_ROOT/lib/modules")"
	EOT
	run "$DKMS/remove"
	assert_failure 1
	assert_output --partial "initrd.img-$KERNEL' holds 'usr/lib/modules/$KERNEL/updates/dkms/vfio.ko'"
}

# dkms_copies FILE... - a DKMS that builds, and installs these of the three alone
dkms_copies() {
	mkdir -p "$BATS_TEST_TMPDIR/files"
	mv "$VFIOCTL_DKMS_ROOT/lib/modules/$KERNEL"/updates/dkms/* "$BATS_TEST_TMPDIR/files/"
	rm -r "$VFIOCTL_DKMS_ROOT/lib/modules/$KERNEL/updates"
	program dkms <<-EOT
		echo "dkms \$1"
		[[ \$1 == install ]] || exit 0
		mkdir -p "$VFIOCTL_DKMS_ROOT/lib/modules/$KERNEL/updates/dkms"
		cd "$BATS_TEST_TMPDIR/files" && cp $* "$VFIOCTL_DKMS_ROOT/lib/modules/$KERNEL/updates/dkms/"
		depmod -b "$VFIOCTL_DKMS_ROOT" "$KERNEL"
		exit \${DKMS_STATUS-0}
	EOT
}

@test "an installation that DKMS calls done, and is not, ends with the stock modules" {
	stock
	ours
	index
	headers
	dkms_copies vfio.ko vfio-pci.ko
	for fails in 0 6; do
		export DKMS_STATUS=$fails
		run "$DKMS/install" "$KERNEL"
		assert_failure 1
		assert_line "dkms uninstall"
		assert_line "dkms: '$KERNEL' has the stock modules"
		((!fails)) || assert_line "dkms: DKMS could not build or install ours for '$KERNEL', see above"
		assert_stock
	done
	ours
	dkms_copies vfio.ko vfio-pci.ko vfio_iommu_type1.ko
	DKMS_STATUS=0 run "$DKMS/install" "$KERNEL"
	assert_success
}

@test "a kernel that comes later gets ours, and goes on without them when that fails" {
	stock
	ours
	index
	dkms_copies vfio.ko vfio-pci.ko vfio_iommu_type1.ko
	index
	run "$DKMS/hook" "$KERNEL" "/boot/vmlinuz-$KERNEL"
	assert_success
	assert_output "dkms: '$KERNEL' has the stock modules until its headers come (package linux-headers-$KERNEL)"
	headers
	run "$DKMS/hook" "$KERNEL"
	assert_success
	assert_line 'dkms add'
	assert_line 'dkms install'
	# Nothing is left to do.
	run "$DKMS/hook" "$KERNEL"
	assert_success
	assert_output ''
	rm -r "$VFIOCTL_DKMS_ROOT/lib/modules/$KERNEL/updates"
	index
	# DKMS does not take what it has.
	mkdir -p "$VFIOCTL_DKMS_ROOT/var/lib/dkms/vfioctl/$OURS/source"
	run "$DKMS/hook" "$KERNEL"
	assert_line 'dkms install'
	refute_line 'dkms add'
	rm -r "$VFIOCTL_DKMS_ROOT/lib/modules/$KERNEL/updates" "$VFIOCTL_DKMS_ROOT/var"
	index
	for how in 'exit 11' 'kill -KILL $PPID'; do
		program dkms <<<"$how"
		run "$DKMS/hook" "$KERNEL"
		assert_success
		assert_line "dkms: '$KERNEL' goes on without ours, see above"
		assert_stock
	done
	run "$DKMS/hook" 1.2.3
	assert_success
	assert_output ''
}

@test "before anything is taken away it is seen whether an installation can begin" {
	stock
	ours
	index
	program dkms <<<'echo "dkms $*"'
	run "$DKMS/install" --check 1.2.3
	assert_failure 1
	run "$DKMS/install" --check "$KERNEL"
	assert_failure 1
	assert_output "dkms: '$KERNEL' has no headers: install the package linux-headers-$KERNEL"
	headers
	run "$DKMS/install" --check
	assert_success
	assert_output ''
	KERNEL=6.1.0-2-test
	stock
	index
	headers
	run "$DKMS/install" --check "$KERNEL"
	assert_success
	assert_output "dkms: '6.1.0-1+test' goes back to the stock modules: ours are not installed for it now"
	rm "$BATS_TEST_TMPDIR/bin/dkms"
	command -v dkms || {
		run "$DKMS/install" --check "$KERNEL"
		assert_failure 1
		assert_output 'dkms: no dkms: install the package of that name'
	}
	assert_exist "$VFIOCTL_DKMS_ROOT/lib/modules/6.1.0-1+test/updates/dkms/vfio.ko"
}

@test "only kernels with headers are built for, the others are named, and so is one that is not there" {
	stock
	ours
	index
	program dkms <<<'echo "dkms $*"'
	run "$DKMS/install"
	assert_failure 1
	assert_line "dkms: '$KERNEL' keeps the stock modules: it has no headers (package linux-headers-$KERNEL)"
	assert_line 'dkms: no kernel with its headers is installed'
	KERNEL=6.1.0-2-test
	stock
	ours
	index
	headers
	run "$DKMS/install"
	assert_success
	assert_line "dkms install -m vfioctl -v $OURS -k $KERNEL"
	refute_line --partial "dkms install -m vfioctl -v $OURS -k 6.1.0-1+test"
	run "$DKMS/install" 1.2.3
	assert_failure 1
	assert_output "dkms: no kernel '1.2.3' in '$VFIOCTL_DKMS_ROOT/lib/modules'"
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

@test "a module that has come out without a signature is told where that matters" {
	stock
	ours
	index
	secure_boot 1
	key /var/lib/dkms/mok.pub
	mokutil 'already enrolled'
	run "$DKMS/secure-boot" "$KERNEL"
	assert_success
	assert_output --partial "Secure Boot is on, and DKMS has not signed the modules of '$KERNEL'"
	program modinfo <<<'case "$*" in *signer*) echo a key ;; *) exec /usr/sbin/modinfo "$@" ;; esac'
	run "$DKMS/secure-boot" "$KERNEL"
	refute_output --partial 'not signed'
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
	[[ -x compat/probe ]]
	for program in check hook install prepare refresh remove secure-boot settle withdraw; do
		[[ -x dkms/$program ]]
	done
	# DKMS runs what they name, if it is there, and else only warns.
	run sed -n 's,^\(PRE\|POST\)_[A-Z]*="\(dkms/[a-z]*\) \$kernelver"$,\2,p' dkms.conf
	assert_output $'dkms/prepare\ndkms/settle\ndkms/refresh'
	# The kernels' packages call it, before the initramfs is made, and do not mind when it is gone.
	for hook in "$BATS_TEST_TMPDIR/dest"/etc/kernel/{postinst,header_postinst}.d/dkms-vfioctl; do
		[[ -x $hook ]]
		grep -qx "hook='/usr/src/vfioctl-$OURS/dkms/hook'" "$hook"
		run "$hook" "$KERNEL"
		assert_success
		assert_output ''
	done
	program fails <<<'echo "asked for $1"; exit 3'
	sed -i "s,^hook=.*,hook=$BATS_TEST_TMPDIR/bin/fails," "$hook"
	run "$hook" "$KERNEL" "/boot/vmlinuz-$KERNEL"
	assert_success
	assert_output "asked for $KERNEL"
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
