# SPDX-License-Identifier: GPL-2.0-only

KERNEL ?= 6.12
TOPOLOGY ?= default

.PHONY: demo vm-shell vm-update guest-files check-vm check-harness check-dkms

# make demo [KERNEL=6.12] - sets all up, shows the program at work in a guest, leaves a shell there
demo:
	$(Q)tests/setup demo
	$(Q)+$(MAKE) --no-print-directory all
	$(Q)echo "booting a guest (Linux $(KERNEL), emulated IOMMU); the host's devices are left alone"
	$(Q)if [ -t 0 ] && [ -t 1 ]; then console=--console; fi; \
		tests/vm/run --kernel $(KERNEL) $$console -- tests/vm/demo

# make vm-shell [KERNEL=6.12] [TOPOLOGY=default] - a shell in a guest, with vfioctl on its path
vm-shell:
	$(Q)tests/setup demo
	$(Q)+$(MAKE) --no-print-directory all
	$(Q)tests/vm/run --kernel $(KERNEL) --topology $(TOPOLOGY) --console -- tests/vm/shell

# What tests in a guest need beside vfioctl itself; found there on the path.
GUEST_BIN := $(patsubst tests/guest/%.c,$(B)/guest/%,$(sort $(wildcard tests/guest/*.c)))

$(GUEST_BIN): $(B)/guest/%: tests/guest/%.c
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -D_GNU_SOURCE -std=gnu11 -Ilib $(WARN) $(CFLAGS) -static -o $@ $<

# The one program of the system that a QEMU inside of a guest boots.
$(B)/inner/init: $(wildcard tests/inner/*.[ch])
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -D_GNU_SOURCE -std=gnu11 $(WARN) $(CFLAGS) -static -o $@ $(filter %.c,$^)

$(B)/guest/frames: tests/inner/frame.h

check-debug: all $(GUEST_BIN)

# What a test in a guest may run.
guest-files: all clients $(GUEST_BIN) $(B)/inner/init

# make check-vm [BATS="tests/bats/vm/bind.bats ..."] [KERNEL=6.12] [MODULES=DIR] [EVERY=1] - on 6.1
# and 6.12; what is vfioctl's own on the newer one alone, unless EVERY kernel is to show it
check-vm: guest-files
	$(Q)tests/vm/suite --kernels "$(if $(filter command% environment,$(origin KERNEL)),$(KERNEL),6.1 6.12)" \
		$(if $(EVERY),--all) --tap $(B)/tap $(if $(MODULES),--modules $(MODULES)) --run '--timeout 2400' $(BATS)

# make check-harness - that the harness tells a guest that is well from one that is not
check-harness:
	$(Q)tests/tap bats $(B)/tap harness tests/vm/selftest.bats

# make check-dkms [DKMS_IN=guest] [DKMS_SUITE=trixie] - our modules installed, updated and removed on a
# whole Debian, as root
check-dkms:
	$(Q)tests/setup dkms
	$(Q)DKMS_IN=$(DKMS_IN) DKMS_SUITE=$(DKMS_SUITE) DKMS_LOGS=$(CURDIR)/$(B)/vm/dkms \
		tests/tap bats $(B)/tap-dkms dkms tests/bats/dkms/dkms.bats

# make vm-update - the next run takes the newest kernels and packages of the suites
vm-update:
	$(Q)tests/vm/update
