# SPDX-License-Identifier: GPL-2.0-only

.PHONY: check-crash crash-guest crash-errors crash-kill crash-storm
# make check-crash [CRASH_SLICE=0/64] - vfioctl killed, refused and crowded at each system call
check-crash:
	$(Q)tests/setup check
	$(Q)+$(MAKE) --no-print-directory all clients
	$(Q)+tests/crash/check

# Goes wrong at each system call of vfioctl.
CRASH_SRC := $(addprefix tests/crash/,crash.c trace.c devices.c errors.c model.c plug.c)
CRASH_HDR := $(wildcard tests/crash/*.h)

$(B)/tests/crash: $(CRASH_SRC) $(CRASH_HDR)
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -D_GNU_SOURCE -std=gnu11 $(WARN) $(CFLAGS) -o $@ $(filter %.c,$^)

# vfioctl to be linked in, under another name than main().
VFIOCTL_OBJ := $(filter-out $(B)/cmd/main.o,$(CMD_OBJ)) $(B)/tests/vfioctl_main.o \
	$(B)/libvfioctl.a

$(B)/tests/vfioctl_main.o: $(B)/cmd/main.o
	$(Q)mkdir -p $(@D)
	$(Q)objcopy --redefine-sym main=vfioctl_main $< $@

$(B)/tests/storm: $(addprefix tests/crash/,storm.c storm_made.c devices.c model.c plug.c) \
		$(VFIOCTL_OBJ) $(CRASH_HDR)
	$(call say,CC,$@)
	$(Q)$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) $(ALL_LDFLAGS) -Wl,--wrap=write -o $@ \
		$(filter %.c %.o %.a,$^) $(ALL_LIBS)

crash-errors crash-kill: all $(B)/tests/crash $(B)/tests/mkfakehost
crash-storm: all $(B)/tests/storm $(B)/tests/mkfakehost
crash-errors crash-kill crash-storm: crash-%:
	$(Q)VFIOCTL=$(CURDIR)/$(B)/vfioctl CRASH_SLICE=$(CRASH_SLICE) \
		tests/tap bats $(B)/tap-crash $* tests/bats/crash/$*.bats

# The same in guests, where the kernel itself answers.
$(B)/guest/crash: $(CRASH_SRC) $(VFIOCTL_OBJ) $(CRASH_HDR)
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $(filter %.c %.o %.a,$^) \
		$(ALL_LIBS)

$(B)/guest/storm: tests/crash/storm.c tests/crash/devices.c $(CRASH_HDR)
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -D_GNU_SOURCE -std=gnu11 $(WARN) $(CFLAGS) -static -o $@ $(filter %.c,$^)

.PHONY: trouble
# A driver for tests, for the kernels whose guests load it.
trouble:
	$(Q)tests/guest/trouble/build build/trouble 6.12

crash-guest: guest-files $(B)/guest/crash $(B)/guest/storm trouble
	$(Q)tests/vm/suite --kernels 6.12 --tap $(B)/tap-crash \
		--run '--timeout 2700 --stall 1500 --env CRASH_SLICE=$(CRASH_SLICE)' \
		$(or $(BATS),tests/bats/crash/guest.bats tests/bats/crash/trouble.bats)
