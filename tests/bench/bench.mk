# SPDX-License-Identifier: GPL-2.0-only
#
# Benchmarks: figures and ratios, never a test that fails because a machine was busy.

include tests/fakehost/fakehost.mk

BENCH_BIN := $(B)/tests/bare $(B)/tests/interleave

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

bench-guest: all $(BENCH_BIN)
	$(Q)tests/bench/guest
