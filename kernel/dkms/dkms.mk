# SPDX-License-Identifier: GPL-2.0-only

# Where DKMS looks for sources; its framework.conf may say otherwise.
DKMSDIR ?= /usr/src
DKMS_VERSION = $(shell sed -n 's/^\#define VFIO_SUITE_VERSION "\(.*\)"$$/\1/p' kernel/version.h)
DKMS_TREE = $(DESTDIR)$(DKMSDIR)/vfioctl-$(DKMS_VERSION)
DKMS_SRC := $(wildcard kernel/compat/probes/*.c) kernel/README.md LICENSE
DKMS_RUN := kernel/compat/probe $(addprefix kernel/dkms/,check hook install prepare refresh remove secure-boot settle withdraw)
# Of the kernel's packages. By its name ours runs after that of DKMS, and before those that make the
# initramfs.
DKMS_HOOKS := postinst.d header_postinst.d

.PHONY: dkms-source dkms-install dkms-remove dkms-check

# make dkms-source [DESTDIR=] - only the sources, where DKMS finds them, and what kernels call
dkms-source:
	$(Q)set -e; rm -rf '$(DKMS_TREE)'; \
	for f in $(KSRC) $(DKMS_SRC) kernel/dkms/build.mk kernel/dkms/common.sh; do \
		$(INSTALL) -D -m 0644 $$f '$(DKMS_TREE)'/$${f#kernel/}; \
	done; \
	for f in $(DKMS_RUN); do $(INSTALL) -D -m 0755 $$f '$(DKMS_TREE)'/$${f#kernel/}; done; \
	sed 's/#MODULE_VERSION#/$(DKMS_VERSION)/' kernel/dkms.conf >'$(DKMS_TREE)'/dkms.conf; \
	for d in $(DKMS_HOOKS); do \
		$(INSTALL) -D -m 0755 kernel/dkms/kernel-hook '$(DESTDIR)'/etc/kernel/$$d/dkms-vfioctl; \
		sed -i 's,#SOURCES#,$(DKMSDIR)/vfioctl-$(DKMS_VERSION),' '$(DESTDIR)'/etc/kernel/$$d/dkms-vfioctl; \
	done

# make dkms-install [KERNELS="..."] - build and install the modules by DKMS, for each kernel with headers
dkms-install:
	$(Q)[ -z '$(DESTDIR)' ] || { echo 'dkms-install is for this system; for a package: make dkms-source DESTDIR=...' >&2; exit 2; }
	$(Q)kernel/dkms/install --check $(KERNELS)
	$(Q)kernel/dkms/remove --quiet
	$(Q)+$(MAKE) --no-print-directory dkms-source
	$(Q)kernel/dkms/install $(KERNELS)

# make dkms-remove - the stock modules are back, for every kernel
dkms-remove:
	$(Q)kernel/dkms/remove

# make dkms-check [KERNELS="..."] - that all three modules resolve to ours
dkms-check:
	$(Q)kernel/dkms/check $(KERNELS)
