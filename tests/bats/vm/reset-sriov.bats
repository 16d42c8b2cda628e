# SPDX-License-Identifier: GPL-2.0-only
# topology: sriov
# kernel: any
# modules: stock
#
# A bus whose devices are in groups of their own, as virtual functions are, beside the physical one
# that vfio-pci lets have them: its reset takes all of these groups.

bats_require_minimum_version 1.5.0
load ../helpers/common
load ../helpers/act

pf=0000:02:00.0 vfs=(0000:02:00.1 0000:02:00.2)
enable=/sys/module/vfio_pci/parameters/enable_sriov

setup() {
	modprobe -a vfio-pci vfio_iommu_type1
	methods=$(<$pci/$pf/reset_method)
	echo bus >$pci/$pf/reset_method
	echo 1 >$enable
	vfioctl bind $pf >/dev/null
	echo 2 >$pci/$pf/sriov_numvfs
}

teardown() {
	echo 0 >$pci/$pf/sriov_numvfs
	echo 0 >$enable
	echo "$methods" >$pci/$pf/reset_method
	give_back
}

@test "the groups of all that a reset would hit are taken, or it is not done" {
	assert_equal "$(driver_of $pf ${vfs[@]})" 'vfio-pci vfio-pci vfio-pci'
	assert_not_equal "$(group_of ${vfs[0]})" "$(group_of $pf)"
	run -4 vfioctl reset --now $pf
	assert_output --partial '--allow=vfs'
	exec 8<>"/dev/vfio/$(group_of ${vfs[1]})"
	run -5 vfioctl reset --now --allow=vfs $pf 8>&-
	assert_output --partial "has /dev/vfio/$(group_of ${vfs[1]}) open"
	run -5 vfioctl reset --now --allow=vfs,held --timeout 60 --json $pf 8>&-
	assert_output --partial "somebody has '${vfs[1]}', or a neighbour of its group, open"
	assert_output --partial '"result":"busy"'
	exec 8>&-
	run strace -f -X raw -e trace=openat,ioctl -o "$BATS_TEST_TMPDIR/trace" \
		vfioctl reset --now --allow=vfs --timeout 60 $pf
	# Kernels of today count the virtual functions among what is hit, and then do not find them
	# in VFIO's hands.
	case $(sed -n '/ioctl(.*, 0x3b71,/s/.* = //p' "$BATS_TEST_TMPDIR/trace") in
	0) assert_equal $status 0 ;;
	-22 | '-1 EINVAL'* | '-1 (errno 22)')
		assert_equal $status 1
		assert_output --partial 'as long as a physical function there has virtual ones'
		;;
	*) false ;;
	esac
	assert_equal "$(grep -o '"/dev/vfio/[0-9]*"' "$BATS_TEST_TMPDIR/trace" | sort)" \
		"$(printf '"/dev/vfio/%s"\n' "$(group_of $pf)" "$(group_of ${vfs[0]})" "$(group_of ${vfs[1]})" | sort)"
	assert_equal "$(driver_of $pf ${vfs[@]})" 'vfio-pci vfio-pci vfio-pci'
	assert_equal "$(<$pci/$pf/sriov_numvfs)" 2
	run -0 vfioctl probe $pf
}

@test "with --method=default it is the methods that there are then that decide between VFIO and the device" {
	run -0 strace -f -X raw -e trace=ioctl -o "$BATS_TEST_TMPDIR/trace" \
		vfioctl reset --now --method=default --allow=vfs --timeout 60 --json $pf
	assert_output --partial '"methods":["flr"'
	assert_output --partial '"result":"done"'
	run ! grep 'ioctl(.*, 0x3b71,' "$BATS_TEST_TMPDIR/trace"
	assert_equal "$(driver_of $pf ${vfs[@]})" 'vfio-pci vfio-pci vfio-pci'
}

@test "a bus that --method=default brings to the front is not reset before anybody judged that" {
	echo >$pci/$pf/reset_method
	# The second time the child reads them.
	run -7 strace -o "$BATS_TEST_TMPDIR/trace" -f -P "$(realpath $pci/$pf)/reset_method" \
		-e inject=read:poke_exit=@arg2=62757320666c720a:when=2 \
		vfioctl reset --now --method=default --allow=vfs --timeout 60 --json $pf
	assert_output --partial "'$pf' would be reset with its whole bus now"
	assert_output --partial 'its methods are as before'
	assert_equal "$(<$pci/$pf/reset_method)" ''
	run -0 vfioctl reset --now --method=default --allow=vfs --timeout 60 --json $pf
	assert_output --partial '"methods":["flr"'
}

@test "who shares a bus and may not be reset at all is not told to enable what there is not" {
	echo >$pci/$pf/reset_method
	assert_equal "$(<$pci/$pf/reset_method)" ''
	run -1 vfioctl reset --now --allow=vfs $pf
	assert_output --partial "cannot reset '$pf': no method is enabled"
	refute_output --partial '--method=default'
	echo 0 >$pci/$pf/sriov_numvfs
	run -1 vfioctl reset --now $pf
	assert_output --partial 'no method is enabled; --method=default enables all that it has'
}
