# SPDX-License-Identifier: GPL-2.0-only
#
# Benchmarks: figures and ratios, never a test that fails because a machine was busy.

include tests/fakehost/fakehost.mk

BENCH_BIN := $(addprefix $(B)/tests/,bare bare-files interleave mkproc)

$(BENCH_BIN): $(B)/tests/%: tests/bench/%.c
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -D_GNU_SOURCE -std=gnu11 $(WARN) $(CFLAGS) $(LDFLAGS) -o $@ $<

check-fake: $(BENCH_BIN)

.PHONY: bench bench-host bench-guest
# make bench - the program against a bare one in C and against other tools, here and in a guest
bench:
	$(Q)tests/setup check
	$(Q)+status=0; for part in bench-host bench-guest; do \
		$(MAKE) --no-print-directory $$part || status=1; done; exit $$status

bench-host: all $(MKFAKEHOST) $(BENCH_BIN)
	$(Q)tests/bench/host
	$(Q)tests/bench/safety
	$(Q)tests/bench/holders

bench-guest: all $(BENCH_BIN)
	$(Q)tests/bench/guest

BENCH_MIB ?= 4096
BENCH_SMALL ?= 100000
BENCH_TURNS ?= 2
BENCH_KERNELS ?= 6.1 6.12
BENCH_SECONDS ?= 10

# bench_guest WHAT GUEST-OPTIONS - tests/bench/guest-WHAT on each kernel, with our modules at hand
bench_guest = set -e; for series in $(BENCH_KERNELS); do \
		kdir=$$(kernel/headers $$series); \
		$(MAKE) --no-print-directory modules KDIR=$$kdir; \
		echo "$(1) on $$series:"; \
		tests/vm/run --kernel $$series --timeout 3600 --stall 1800 \
			--modules build/kernel/$$($(call release_of,$$kdir)) $(2) \
			--file $(CURDIR)/tests/bench/modules.sh=/bench/modules.sh \
			--file $(CURDIR)/tests/bench/guest-$(1)=/bench/guest -- /bench/guest $(3); \
	done

.PHONY: bench-kernel bench-kernel-type1 bench-kernel-pci
# make bench-kernel [BENCH_MIB=4096] [BENCH_SMALL=100000] [BENCH_SECONDS=10] [BENCH_TURNS=2]
# [BENCH_KERNELS="6.1 6.12"] - our modules against the stock ones, in one guest
# make bench-kernel-pci BENCH_COUNT=1 - in instructions and not in time
bench-kernel: bench-kernel-type1 bench-kernel-pci

bench-kernel-type1: clients
	$(Q)$(call bench_guest,type1,--memory $$(($(BENCH_MIB) + 1800)),$(BENCH_MIB) $(BENCH_SMALL) $(BENCH_TURNS))

bench-kernel-pci: clients
	$(Q)$(call bench_guest,pci,--topology dpdk $(if $(BENCH_COUNT),--icount),$(if $(BENCH_COUNT),2,$(BENCH_SECONDS)) $(BENCH_TURNS) $(if $(BENCH_COUNT),instructions))
