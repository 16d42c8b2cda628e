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

.PHONY: bench-kernel
# make bench-kernel [BENCH_MIB=4096] [BENCH_SMALL=100000] [BENCH_TURNS=2] [BENCH_KERNELS="6.1 6.12"] -
# our type1 backend against the stock one, in one guest
bench-kernel: clients
	$(Q)set -e; for series in $(BENCH_KERNELS); do \
		kdir=$$(kernel/headers $$series); \
		$(MAKE) --no-print-directory modules KDIR=$$kdir; \
		echo "type1 on $$series:"; \
		tests/vm/run --kernel $$series --memory $$(($(BENCH_MIB) + 1800)) --timeout 3600 \
			--stall 1800 --modules build/kernel/$$($(call release_of,$$kdir)) \
			--file $(CURDIR)/tests/bench/guest-kernel=/bench/guest-kernel -- \
			/bench/guest-kernel $(BENCH_MIB) $(BENCH_SMALL) $(BENCH_TURNS); \
	done
