# SPDX-License-Identifier: GPL-2.0-only

.PHONY: setup check check-all check-unit check-fake

# make setup - install what building, testing and the demo need (Debian, as root)
setup:
	$(Q)tests/setup check

# make check - all suites; its last line is the sum
check:
	$(Q)tests/setup check
	$(Q)+tests/check

# make check-all - and the modules, on Linux 7.3 as well, built with the tools of Debian 13
check-all:
	$(Q)tests/setup check
	$(Q)+tests/check all

UNIT_SRC := $(sort $(wildcard tests/unit/*.c))
UNIT_BIN := $(UNIT_SRC:%.c=$(B)/%)

$(UNIT_BIN): $(B)/%: %.c $(B)/libvfioctl.a
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) $(ALL_LDFLAGS) -MMD -MP -o $@ $< $(PURE) \
		$(B)/libvfioctl.a $(ALL_LIBS) -lcmocka

# Pure parts of the kernel modules, over the few kernel headers that they need.
$(B)/tests/unit/test-type1: private ALL_CPPFLAGS += -Itests/unit/kernel

# Parts of the kernel modules that are pure, and so can be tried here.
pci_config := $(addprefix kernel/pci/,config_layout.c config_tables.c)
$(B)/tests/unit/test-pci-config: PURE := $(pci_config)
$(B)/tests/unit/test-pci-config: $(pci_config)
pci_space := $(pci_config) kernel/pci/config.c kernel/pci/config_effects.c
pci_space_bin := $(addprefix $(B)/tests/unit/test-pci-,space effects)
$(pci_space_bin): PURE := $(pci_space)
$(pci_space_bin): $(pci_space) $(wildcard tests/unit/kernel*/*/*.h)
$(pci_space_bin): private ALL_CPPFLAGS += -Itests/unit/kernel-pci -Itests/unit/kernel -Ikernel
# What it looks for is seen by the sanitizers alone, so it has them in every build.
$(B)/tests/unit/test-pci-space: private SANFLAGS := -fsanitize=address,undefined \
	-fno-sanitize-recover=all -fno-omit-frame-pointer
$(B)/tests/unit/test-irq-request: PURE := kernel/pci/irq_request.c
$(B)/tests/unit/test-irq-request: kernel/pci/irq_request.c

-include $(UNIT_BIN:%=%.d)

# make check-unit [SAN=1] - each tests/unit/*.c, a cmocka program
check-unit: $(UNIT_BIN)
	$(Q)tests/tap unit $(B)/tap $(UNIT_BIN)

# make check-fake [SAN=1] [BATS=FILE...] - the program over made-up hosts, on this host
check-fake: all
	$(Q)VFIOCTL=$(CURDIR)/$(B)/vfioctl tests/tap bats $(B)/tap fake \
		$(or $(BATS),$(wildcard tests/bats/fake/*.bats))
