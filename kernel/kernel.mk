# SPDX-License-Identifier: GPL-2.0-only
#
# make modules [KDIR=...]      vfio.ko, vfio_iommu_type1.ko and vfio-pci.ko for one kernel
# make modules-check           the guests' kernels, with warnings and sparse as errors
# make check-modules           the tests of our modules, in guests; MODULE_KERNELS="6.1 6.12"
# make debug-kernel            the kernel with every checker, built when it is not in the cache
# make check-debug             the same under every checker of the kernel; RACES=1000000 for longer

MODULE_KERNELS ?= 6.1 6.12
KDIR ?= /lib/modules/$(shell uname -r)/build
# Of the kernel that KDIR belongs to. The modules are built in a tree of links of their own for each
# kernel, so that nothing is written beside the sources.
KREL = $(shell $(call release_of,$(KDIR)))
release_of = sed -n 's/.*UTS_RELEASE "\(.*\)"/\1/p' $(1)/include/generated/utsrelease.h
KB = $(CURDIR)/build/kernel/$(KREL)
KSRC := $(wildcard kernel/*.[ch] kernel/type1/*.[ch] kernel/pci/*.[ch] kernel/compat/*.h) kernel/Kbuild
# Type information for BPF needs pahole and the kernel's vmlinux; modules load without.
KMAKE = $(MAKE) -C $(KDIR) M=$$kb W=1 KCFLAGS=-Werror CONFIG_DEBUG_INFO_BTF_MODULES=

.PHONY: modules modules-check modules-vm test-modules check-modules debug-kernel check-debug
modules:
	$(Q)[ -e $(KDIR)/Makefile ] || { echo 'no kernel build directory "$(KDIR)": set KDIR' >&2; exit 2; }
	$(Q)+set -e; kb=$(KB); mkdir -p $$kb/type1 $$kb/pci $$kb/compat; \
	find $$kb -type l -delete; \
	for f in $(KSRC:kernel/%=%); do ln -sfn $(CURDIR)/kernel/$$f $$kb/$$f; done; \
	if [ ! -e $$kb/compat/config.h ] || \
	    [ -n "$$(find kernel/compat/probe kernel/compat/probes -newer $$kb/compat/probed)" ]; then \
		kernel/compat/probe $(KDIR) kernel/compat/probes $$kb/compat/config.h; \
		touch $$kb/compat/probed; fi; \
	$(KMAKE) $(KFLAGS) $(if $(filter 1,$(V)),V=1,-s) modules; \
	echo "  MODULES $$kb"

# For exactly the kernels that the guests boot.
modules-vm:
	$(Q)set -e; for name in $(MODULE_KERNELS); do \
		tests/vm/toolchain $$name make -j$$(nproc) --no-print-directory test-modules; \
	done

# C=2 runs sparse over every file; it fails when sparse says anything. What it leaves is what
# modules-vm makes.
modules-check:
	$(Q)set -e; for name in $(MODULE_KERNELS); do \
		rel=$$(cat $$(tests/vm/mkkernel $$name)/release); \
		for kb in build/kernel/$$rel build/test-modules/$$rel; do \
			[ ! -d $$kb ] || find $$kb \( -name '*.o' -o -name '*.ko' \) ! -path '*/probes/*' -delete; \
		done; \
		tests/vm/toolchain $$name make -j$$(nproc) --no-print-directory test-modules KFLAGS='C=2 CF=-Wsparse-error'; \
		tests/lint/kernel-manual build/kernel/$$rel; \
	done

# Modules that only tests load, built against ours.
test-modules: modules
	$(Q)+set -e; kb=$(CURDIR)/build/test-modules/$(KREL); mkdir -p $$kb; \
	ln -sfn $(CURDIR)/tests/modules/Kbuild $(CURDIR)/tests/modules/*.[ch] $$kb/; \
	[ $$kb/has.h -nt tests/modules/probes ] || \
		kernel/compat/probe $(KDIR) tests/modules/probes $$kb/has.h; \
	$(KMAKE) VFIOCTL_KERNEL=$(KB) KBUILD_EXTRA_SYMBOLS=$(KB)/Module.symvers \
		$(KFLAGS) $(if $(filter 1,$(V)),V=1,-s) modules

# Races are for the debug kernel, which sees more of them; without BATS they are left to it, and those
# that kernel-readers looks on are fewer.
MODULE_BATS = $(filter-out %/kernel-races.bats %/kernel-races-unbind.bats,$(sort $(wildcard tests/bats/vm/kernel-*.bats)))

check-modules: modules-vm guest-files
	$(Q)tests/vm/suite --kernels "$(MODULE_KERNELS)" --modules build/kernel --tap build/tap \
		--run '--timeout 3600 --env RACES=1000' $(or $(BATS),$(MODULE_BATS))

debug-kernel:
	$(Q)tests/setup debug
	$(Q)tests/vm/mkdebug >/dev/null

# make check-debug [RACES=N] [EVERY=1] [BATS=FILE...] - on the kernel of tests/vm/mkdebug
check-debug:
	$(Q)RACES=$(RACES) EVERY=$(EVERY) tests/check-debug $(BATS)
