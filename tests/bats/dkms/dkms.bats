# SPDX-License-Identifier: GPL-2.0-only
#
# Ours come and go with DKMS, on a system that is booted again after each change: what is loaded at
# boot, by the initramfs already, is what was installed. The system goes on from one test to the
# next. What changes it is done in a chroot between the boots; with DKMS_IN=guest in the running
# guest, whose compiler is some twenty times slower.

load ../helpers/dkms

setup_file() {
	system_new
}

# change - the script on stdin, in the way that was asked for
change() {
	if [[ ${DKMS_IN-} == guest ]]; then
		in_system boot
	else
		in_system chroot
	fi
}

@test "a system as installed has the stock modules loaded" {
	in_system boot <<'EOT'
	loaded "$(modinfo -F version vfio)"
	handed_out
	[ ! -e /sys/module/vfio/parameters/driver_whitelist ]
EOT
	assert_success
	assert_line "loaded: $OLDER, vfio 0.3, /lib/modules/$OLDER/kernel/drivers/vfio/vfio.ko"
	assert_line 'viable: not shown'
}

@test "make dkms-install builds, signs and installs three of three, and the initramfs has them" {
	change <<'EOT'
	files >/root/before
	make dkms-install || exit
	for m in $MODULES; do
		modinfo -k $OLDER $m | grep -E '^(filename|version|signer):'
	done
	lsinitramfs /boot/initrd.img-$OLDER | grep 'vfio.*\.ko'
EOT
	assert_success
	assert_line "$OLDER: three of three modules are ours, version $VERSION"
	for module in vfio vfio_iommu_type1 vfio-pci; do
		assert_line "filename:       /lib/modules/$OLDER/updates/dkms/$module.ko"
		assert_line "usr/lib/modules/$OLDER/updates/dkms/$module.ko"
	done
	(($(grep -cE '^signer: +DKMS module signing key$' <<<"$output") == 3))
	(($(grep -cE "^version: +$VERSION\$" <<<"$output") == 3))
	refute_line --regexp '^usr/lib/modules/.*/kernel/drivers/vfio/.*(vfio|type1|pci)\.ko'
}

@test "make dkms-check finds a mixture, and an initramfs that is behind" {
	change <<'EOT'
	updates=/lib/modules/$OLDER/updates
	make -s dkms-check || exit
	mv $updates/dkms/vfio-pci.ko* /root/ && depmod $OLDER
	make -s dkms-check && fail "a mixture passes"
	mv /root/vfio-pci.ko* $updates/dkms/
	mv $updates/dkms $updates/old && depmod $OLDER && update-initramfs -u -k $OLDER
	mv $updates/old $updates/dkms && depmod $OLDER
	make -s dkms-check && fail "an old initramfs passes"
	update-initramfs -u -k $OLDER
	make -s dkms-check
EOT
	assert_success
	# The newer DKMS has moved the stock one away.
	assert_output --regexp "ours are 'vfio vfio_iommu_type1', stock are 'vfio-pci'|'vfio-pci' is not there"
	assert_output --partial "initrd.img-$OLDER' holds 'usr/lib/modules/$OLDER/updates/old/vfio.ko'"
	assert_equal "${lines[-1]}" "$OLDER: three of three modules are ours, version $VERSION"
}

@test "after the next boot ours are loaded, and hand a device out" {
	in_system boot <<<'loaded "$VERSION"; handed_out'
	assert_success
	assert_line "loaded: $OLDER, vfio $VERSION, /lib/modules/$OLDER/updates/dkms/vfio.ko"
	assert_line 'viable: 1'
}

# The worst order: apt may as well configure the headers first.
@test "an update of the kernel has ours built for it, and in its initramfs, when headers come last" {
	change <<'EOT'
	export DEBIAN_FRONTEND=noninteractive
	apt-get -q update || exit
	apt-get -q -y install linux-image-amd64 || exit
	lsinitramfs /boot/initrd.img-$NEWER | grep '/vfio\.ko'
	make -s dkms-check KERNELS=$NEWER && fail "a kernel without headers passes"
	apt-get -q -y install linux-headers-amd64 || exit
	make -s dkms-check
EOT
	assert_success
	assert_line "usr/lib/modules/$NEWER/kernel/drivers/vfio/vfio.ko"
	assert_line "$OLDER: three of three modules are ours, version $VERSION"
	assert_line "$NEWER: three of three modules are ours, version $VERSION"
}

@test "after the update the new kernel runs with ours" {
	in_system boot <<<'loaded "$VERSION"; handed_out'
	assert_success
	assert_line "loaded: $NEWER, vfio $VERSION, /lib/modules/$NEWER/updates/dkms/vfio.ko"
	assert_line 'viable: 1'
}

@test "make dkms-remove leaves nothing behind, and the stock modules in every initramfs" {
	change <<'EOT'
	make -s dkms-remove || exit
	files | grep -v "$NEWER\|${NEWER%-amd64}-common\|kbuild-${NEWER%-amd64}" >/root/after
	diff /root/before /root/after && echo "nothing is left"
	for k in $OLDER $NEWER; do lsinitramfs /boot/initrd.img-$k | grep '/vfio\.ko'; done
	ls -d /lib/modules/*/updates /usr/src/vfioctl* /var/lib/dkms/vfioctl
	make -s dkms-remove
EOT
	assert_success
	assert_line 'nothing is left'
	for kernel in "$OLDER" "$NEWER"; do
		assert_line "$kernel: three of three modules are the stock ones"
		assert_line "usr/lib/modules/$kernel/kernel/drivers/vfio/vfio.ko"
		refute_line "/lib/modules/$kernel/updates"
	done
	assert_line 'dkms: DKMS knows nothing of vfioctl'
}

@test "after the removal the stock modules are back" {
	in_system boot <<<'loaded "$(modinfo -F version vfio)"; handed_out'
	assert_success
	assert_line "loaded: $NEWER, vfio 0.3, /lib/modules/$NEWER/kernel/drivers/vfio/vfio.ko"
	assert_line 'viable: not shown'
}

# The older DKMS takes such a copy for done; the newer one has moved the stock modules away before.
@test "a copy that fails, and an installation that is killed on its way, leave no mixture" {
	change <<'EOT'
	files >/root/before
	mkdir bin
	{ echo '#!/bin/bash' && cat; } >bin/cp <<'CP'
case ${*: -1} in
*/updates/dkms/vfio_iommu_type1.ko*)
	echo "cp: it is to ${how:=$(cat /root/how)} here"
	[[ $how == fail ]] || kill -KILL 0
	head -c 2000 "${*: -2:1}" >"${*: -1}"
	exit 1
	;;
esac
exec /usr/bin/cp "$@"
CP
	chmod 755 bin/cp
	export PATH=$PWD/bin:$PATH
	echo fail >/root/how
	make -s dkms-install KERNELS=$NEWER
	echo "status $?"
	kernel/dkms/check --stock $NEWER || exit
	echo kill >/root/how
	setsid -w dkms install -m vfioctl -v $VERSION -k $NEWER
	echo "status $?"
	depmod $NEWER
	make -s dkms-check KERNELS=$NEWER && fail "what was killed is taken for whole"
	make -s dkms-remove
	echo "status $?"
	rm /root/how
	files | diff /root/before - && echo "nothing is left"
EOT
	assert_success
	assert_line 'cp: it is to fail here'
	assert_line 'cp: it is to kill here'
	assert_line "dkms: '$NEWER' has the stock modules"
	assert_output --partial "$NEWER: ours and the stock modules are mixed"
	assert_output --regexp $'\nstatus 2\n.*\nstatus 137\n.*\nstatus 0\nnothing is left'
}

@test "a kernel for which ours cannot be built is installed, and starts, with the stock modules" {
	change <<'EOT'
	export DEBIAN_FRONTEND=noninteractive
	make -s dkms-source || exit
	echo '#error no' >>/usr/src/vfioctl-$VERSION/main.c
	rm /boot/initrd.img-$NEWER
	apt-get -q -y install --reinstall linux-image-$NEWER linux-headers-$NEWER
	echo "apt $?"
	dpkg-query -W -f '${db:Status-Status}\n' linux-image-$NEWER linux-headers-$NEWER
	lsinitramfs /boot/initrd.img-$NEWER | grep '/vfio\.ko'
	kernel/dkms/check --stock $NEWER || exit
	make -s dkms-remove
	ls /etc/kernel/*/dkms-vfioctl
EOT
	assert_output --partial "dkms: '$NEWER' goes on without ours, see above"
	assert_line 'apt 0'
	assert_line "usr/lib/modules/$NEWER/kernel/drivers/vfio/vfio.ko"
	assert_line "$NEWER: three of three modules are the stock ones"
	(($(grep -c '^installed$' <<<"$output") == 2))
	refute_line --regexp '^/etc/kernel/.*/dkms-vfioctl$'
	in_system boot <<<'loaded "$(modinfo -F version vfio)"; handed_out'
	assert_success
	assert_line "loaded: $NEWER, vfio 0.3, /lib/modules/$NEWER/kernel/drivers/vfio/vfio.ko"
}

@test "a kernel for which ours cannot be built keeps the stock modules, and the next try starts anew" {
	change <<'EOT'
	echo '#error no' >>kernel/main.c
	for i in 1 2; do
		make -s dkms-install KERNELS=$NEWER
		echo "status $?"
	done
	kernel/dkms/check --stock $NEWER
	make -s dkms-remove && files | diff - <(files | grep -v vfioctl) && echo "nothing is left"
EOT
	assert_success
	assert_line "dkms: DKMS could not build or install ours for '$NEWER', see above"
	assert_line "dkms: '$NEWER' has the stock modules"
	(($(grep -c '^status 2$' <<<"$output") == 2))
	assert_line 'nothing is left'
}
