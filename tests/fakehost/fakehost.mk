# SPDX-License-Identifier: GPL-2.0-only
#
# The generator of fake hosts, included by tests/bench/bench.mk. It is never sanitised: it frees
# nothing before it exits, and is no part of what is tested.

MKFAKEHOST := $(B)/tests/mkfakehost
MKFAKEHOST_OBJ := $(patsubst %.c,$(B)/%.o,$(sort $(wildcard tests/fakehost/*.c)))

.PHONY: fakehost
# make fakehost - the generator of fake hosts, build/tests/mkfakehost
fakehost: $(MKFAKEHOST)

$(MKFAKEHOST): SANFLAGS :=
$(MKFAKEHOST): $(MKFAKEHOST_OBJ)
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^

-include $(MKFAKEHOST_OBJ:.o=.d)

check-fake: $(MKFAKEHOST)
check-fake: export MKFAKEHOST := $(CURDIR)/$(MKFAKEHOST)
